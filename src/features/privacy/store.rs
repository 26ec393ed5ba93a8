//! What many tables hold about one person, through the list in the rules.

use sea_orm::ConnectionTrait as _;
use sea_orm::sea_query::{Expr, ExprTrait as _, Query};
use serde_json::{Map, Value};

use super::rules::{ACCOUNT, FLAGS, Kept, NOBODY, REMOVED, nobodys_email};
use crate::domain::Timestamp;
use crate::domain::ids::AccountId;
use crate::storage::{Reader, StorageError, Writer};

/// What a table holds about somebody, as they get to see it.
pub(super) async fn read_kept(db: &Reader, kept: &Kept, account: AccountId) -> Result<Vec<Value>, StorageError> {
    let mut query = Query::select();
    query.from(kept.table).and_where(Expr::col(kept.whose).eq(account));
    for column in kept.shown {
        query.expr_as(Expr::col(*column).cast_as("TEXT"), *column);
    }
    let mut all = Vec::new();
    for row in db.query_all(&query).await? {
        let mut shown = Map::new();
        for column in kept.shown {
            let text: Option<String> = row.try_get("", column)?;
            shown.insert((*column).to_owned(), text.map_or(Value::Null, |text| value_of(column, text)));
        }
        all.push(Value::Object(shown));
    }
    Ok(all)
}

fn value_of(column: &str, text: String) -> Value {
    if FLAGS.contains(&column) {
        return Value::Bool(text == "1" || text == "true");
    }
    let is_more_than_text = column.ends_with("_at") || text.starts_with(['{', '[']);
    let parsed = is_more_than_text.then(|| serde_json::from_str(&text).ok()).flatten();
    parsed.unwrap_or(Value::String(text))
}

/// The addresses that somebody had before.
pub(super) async fn former_emails(db: &Reader, account: AccountId) -> Result<Vec<String>, StorageError> {
    let query = Query::select()
        .columns(["old_email", "new_email"])
        .from("email_changes")
        .and_where(Expr::col("account_id").eq(account))
        .to_owned();
    let mut all = Vec::new();
    for row in db.query_all(&query).await? {
        all.push(row.try_get("", "old_email")?);
        all.push(row.try_get("", "new_email")?);
    }
    Ok(all)
}

/// Removes everything that the tables hold about somebody, and leaves of the account its identifier.
pub(super) async fn erase_kept(db: &mut Writer, account: AccountId, now: Timestamp) -> Result<(), StorageError> {
    let ids_of = |table: &'static str| {
        Query::select().column("id").from(table).and_where(Expr::col("account_id").eq(account)).to_owned()
    };
    // What leads to the person through one of their rows goes before those rows.
    let of_grants = Query::delete()
        .from_table("device_requests")
        .and_where(Expr::col("grant_id").in_subquery(ids_of("grants")))
        .to_owned();
    db.execute(&of_grants).await?;
    let names = format!("%{account}%");
    let in_progress = Query::delete()
        .from_table("interactions")
        .and_where(
            Expr::col("session_id")
                .in_subquery(ids_of("sessions"))
                .or(Expr::col("purpose").like(names.as_str()))
                .or(Expr::col("evidence").like(names.as_str()))
                .or(Expr::col("answers").like(names.as_str())),
        )
        .to_owned();
    db.execute(&in_progress).await?;
    // Invitations name an address and nobody's account.
    let invited = Query::delete()
        .from_table("member_invitations")
        .and_where(
            Expr::col("email")
                .in_subquery(
                    Query::select()
                        .column("email")
                        .from(ACCOUNT.table)
                        .and_where(Expr::col("id").eq(account))
                        .to_owned(),
                )
                .or(Expr::col("invited_by").eq(account).and(Expr::col("accepted_at").is_null())),
        )
        .to_owned();
    db.execute(&invited).await?;
    for kept in REMOVED {
        let gone = Query::delete().from_table(kept.table).and_where(Expr::col(kept.whose).eq(account)).to_owned();
        db.execute(&gone).await?;
    }
    let nobody = Query::update()
        .table(ACCOUNT.table)
        .value("email", nobodys_email(&account.to_string()))
        .value("email_verified", false)
        .value("username", None::<String>)
        .value("name", NOBODY)
        .value("given_name", None::<String>)
        .value("family_name", None::<String>)
        .value("language", "en")
        .value("instance_role", "none")
        .value("updated_at", now)
        .value("disabled_at", now)
        .value("credentials_changed_at", now)
        .value("last_sign_in_at", None::<i64>)
        .and_where(Expr::col("id").eq(account))
        .to_owned();
    db.execute(&nobody).await?;
    Ok(())
}
