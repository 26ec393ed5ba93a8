//! What the first page of the console counts.

use sea_orm::ConnectionTrait as _;
use sea_orm::sea_query::{Expr, ExprTrait as _, Func, Query, SelectStatement};

use crate::domain::Timestamp;
use crate::storage::{Reader, StorageError};

async fn count(db: &Reader, mut query: SelectStatement) -> Result<i64, StorageError> {
    query.expr_as(Func::count(Expr::cust("*")), "counted");
    match db.query_one(&query).await? {
        Some(row) => Ok(row.try_get("", "counted")?),
        None => Ok(0),
    }
}

/// How many requests to let somebody back in wait for somebody.
pub(in crate::features::admin) async fn count_open_cases(db: &Reader, now: Timestamp) -> Result<i64, StorageError> {
    let open = Query::select()
        .from("recovery_cases")
        .and_where(Expr::col("state").is_in(["asked", "waiting"]))
        .and_where(Expr::col("expires_at").gt(now))
        .to_owned();
    count(db, open).await
}

/// How many people there are.
pub(in crate::features::admin) async fn count_people(db: &Reader) -> Result<i64, StorageError> {
    count(db, Query::select().from("accounts").to_owned()).await
}

/// How many apps there are.
pub(in crate::features::admin) async fn count_apps(db: &Reader) -> Result<i64, StorageError> {
    count(db, Query::select().from("clients").to_owned()).await
}

/// When the last thing happened that was written down.
pub(in crate::features::admin) async fn last_written(db: &Reader) -> Result<Option<Timestamp>, StorageError> {
    let last =
        Query::select().column("at").from("audit_events").order_by("id", sea_orm::Order::Desc).limit(1).to_owned();
    db.query_one(&last).await?.map(|row| Ok(row.try_get("", "at")?)).transpose()
}
