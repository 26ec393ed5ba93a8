//! Ending what a backup revived, through the list in the rules.

use sea_orm::ConnectionTrait as _;
use sea_orm::sea_query::{Expr, ExprTrait as _, OnConflict, Query};

use crate::domain::{FactorKind, Timestamp};
use crate::storage::{Reader, StorageError, Writer};
use crate::web::AppState;

/// The steps that the codes of authenticator apps are counted in, in seconds (RFC 6238, section 4.1).
const STEP: i64 = 30;

/// Removes every row of a table.
pub(super) async fn remove_all(db: &mut Writer, table: &str) -> Result<u64, StorageError> {
    let all = Query::delete().from_table(table.to_owned()).to_owned();
    Ok(db.execute(&all).await?.rows_affected())
}

/// Marks every row as ended in `column` that is not.
pub(super) async fn end_all(
    db: &mut Writer,
    table: &str,
    column: &'static str,
    now: Timestamp,
) -> Result<u64, StorageError> {
    let all =
        Query::update().table(table.to_owned()).value(column, now).and_where(Expr::col(column).is_null()).to_owned();
    Ok(db.execute(&all).await?.rows_affected())
}

/// Removes the sets of recovery codes; their owners make new ones.
pub(super) async fn remove_recovery_sets(db: &mut Writer) -> Result<u64, StorageError> {
    let sets =
        Query::delete().from_table("factors").and_where(Expr::col("kind").eq(FactorKind::RecoveryCode)).to_owned();
    Ok(db.execute(&sets).await?.rows_affected())
}

/// Takes from the helpdesk what organisations allowed it: they may have taken it back since.
pub(super) async fn end_helpdesk_access(db: &mut Writer) -> Result<u64, StorageError> {
    let all = Query::update()
        .table("organisations")
        .value("helpdesk_until", None::<i64>)
        .and_where(Expr::col("helpdesk_until").is_not_null())
        .to_owned();
    Ok(db.execute(&all).await?.rows_affected())
}

/// Counts the codes that authenticator apps show at this moment as used: one of them may have been.
pub(super) async fn pass_current_codes(db: &mut Writer, now: Timestamp) -> Result<(), StorageError> {
    let current = now.seconds().div_euclid(STEP);
    let passed = Query::update()
        .table("factors")
        .value("counter", current)
        .and_where(Expr::col("kind").eq(FactorKind::Totp))
        .and_where(Expr::col("counter").lt(current))
        .to_owned();
    db.execute(&passed).await?;
    Ok(())
}

/// When a backup was last made, and when one last failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LastBackups {
    /// Made, with how many rows.
    pub done: Option<(Timestamp, i64)>,
    /// Not made.
    pub failed: Option<Timestamp>,
}

/// Remembers that a backup of so many rows was made, or that none could be made.
pub(super) async fn note_backup(state: &AppState, rows: Option<u64>) -> Result<(), StorageError> {
    let outcome = if rows.is_some() { "done" } else { "failed" };
    let rows = rows.map(|rows| i64::try_from(rows).unwrap_or(i64::MAX));
    let mut conflict = OnConflict::column("outcome");
    conflict.update_columns(["at", "row_count"]);
    let note = Query::insert()
        .into_table("last_backups")
        .columns(["outcome", "at", "row_count"])
        .values_panic([outcome.into(), state.now().into(), rows.into()])
        .on_conflict(conflict)
        .to_owned();
    let writer = state.db.writing().await?;
    writer.execute(&note).await?;
    writer.commit().await
}

/// When a backup was last made, and when one last failed.
///
/// # Errors
///
/// When the database refuses.
pub async fn find_last_backups(db: &Reader) -> Result<LastBackups, StorageError> {
    let all = Query::select().columns(["outcome", "at", "row_count"]).from("last_backups").to_owned();
    let mut last = LastBackups::default();
    for row in db.query_all(&all).await? {
        let (outcome, at): (String, Timestamp) = (row.try_get("", "outcome")?, row.try_get("", "at")?);
        if outcome == "done" {
            last.done = Some((at, row.try_get::<Option<i64>>("", "row_count")?.unwrap_or_default()));
        } else {
            last.failed = Some(at);
        }
    }
    Ok(last)
}
