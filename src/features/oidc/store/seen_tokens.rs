//! The table `seen_tokens`: statements and proofs of apps, each of which counts once.

use sea_orm::ConnectionTrait as _;
use sea_orm::sea_query::{Expr, ExprTrait as _, OnConflict, Query};

use crate::domain::Timestamp;
use crate::domain::secret::Fingerprint;
use crate::storage::{Reader, StorageError, Writer};

/// Remembers a token until it expires. Says no when it was seen before.
pub(in crate::features::oidc) async fn see_token(
    db: &mut Writer,
    parts: &[&str],
    expires_at: Timestamp,
) -> Result<bool, StorageError> {
    let insert = Query::insert()
        .into_table("seen_tokens")
        .columns(["token", "expires_at"])
        .values_panic([name_of(parts).into(), expires_at.millis().into()])
        .on_conflict(OnConflict::column("token").do_nothing().to_owned())
        .to_owned();
    Ok(db.execute(&insert).await?.rows_affected() == 1)
}

/// Whether a token was seen, as long as it has not expired.
pub(in crate::features::oidc) async fn was_token_seen(db: &Reader, parts: &[&str]) -> Result<bool, StorageError> {
    let query =
        Query::select().column("token").from("seen_tokens").and_where(Expr::col("token").eq(name_of(parts))).to_owned();
    Ok(db.query_one(&query).await?.is_some())
}

/// What the table keeps of a token.
fn name_of(parts: &[&str]) -> String {
    // With their lengths, so that no two splits look alike.
    let lengths: Vec<String> = parts.iter().map(|part| part.len().to_string()).collect();
    Fingerprint::of(&format!("{} {}", lengths.join(","), parts.concat())).to_string()
}

/// Removes what expired before `now`, and says how many.
///
/// # Errors
///
/// When the database refuses.
pub async fn remove_old_seen_tokens(db: &mut Writer, now: Timestamp) -> Result<u64, StorageError> {
    let delete =
        Query::delete().from_table("seen_tokens").and_where(Expr::col("expires_at").lt(now.millis())).to_owned();
    Ok(db.execute(&delete).await?.rows_affected())
}
