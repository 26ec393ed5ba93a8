//! The table `throttles`.

use std::time::Duration;

use sea_orm::sea_query::{CaseStatement, Expr, ExprTrait as _, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _};

use super::rules::Count;
use crate::domain::Timestamp;
use crate::domain::ids::AccountId;
use crate::storage::{StorageError, Writer};

mod throttles {
    use sea_orm::entity::prelude::*;

    use crate::domain::Timestamp;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "throttles")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(super) key: String,
        pub(super) failures: i64,
        pub(super) window_ends_at: Timestamp,
        pub(super) blocked_until: Timestamp,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

use throttles::Column;

/// Counts one attempt in one statement, so that attempts at the same time are all counted.
pub(super) async fn count_attempt(
    db: &mut Writer,
    key: &str,
    window: Duration,
    now: Timestamp,
) -> Result<Count, StorageError> {
    let over = || Expr::col((throttles::Entity, Column::WindowEndsAt)).lte(now);
    let failures =
        CaseStatement::new().case(over(), 1).finally(Expr::col((throttles::Entity, Column::Failures)).add(1));
    let ends = CaseStatement::new()
        .case(over(), now.after(window))
        .finally(Expr::col((throttles::Entity, Column::WindowEndsAt)));
    let row = throttles::Entity::insert(throttles::ActiveModel {
        key: Set(key.to_owned()),
        failures: Set(1),
        window_ends_at: Set(now.after(window)),
        blocked_until: Set(Timestamp::from_millis(0)),
    })
    .on_conflict(
        OnConflict::column(Column::Key).value(Column::Failures, failures).value(Column::WindowEndsAt, ends).to_owned(),
    )
    .exec_with_returning(db)
    .await?;
    Ok(Count { failures: row.failures, window_ends_at: row.window_ends_at, blocked_until: row.blocked_until })
}

/// Makes the next attempt wait.
pub(super) async fn block(db: &mut Writer, key: &str, until: Timestamp) -> Result<(), StorageError> {
    throttles::Entity::update_many()
        .col_expr(Column::BlockedUntil, Expr::value(until))
        .filter(Column::Key.eq(key))
        .filter(Column::BlockedUntil.lt(until))
        .exec(db)
        .await?;
    Ok(())
}

/// Forgets a counter.
///
/// # Errors
///
/// When the database refuses.
pub async fn forget(db: &mut Writer, key: &str) -> Result<(), StorageError> {
    throttles::Entity::delete_by_id(key).exec(db).await?;
    Ok(())
}

/// Forgets the counter `key` and all below it, which are called `key:…`.
///
/// # Errors
///
/// When the database refuses.
pub async fn forget_all(db: &mut Writer, key: &str) -> Result<(), StorageError> {
    let below = Column::Key.starts_with(format!("{key}:"));
    throttles::Entity::delete_many().filter(below.or(Column::Key.eq(key))).exec(db).await?;
    Ok(())
}

/// Forgets every counter about an account, and says how many there were.
///
/// # Errors
///
/// When the database refuses.
pub async fn forget_about(db: &mut Writer, account: AccountId) -> Result<u64, StorageError> {
    let about = Column::Key.contains(account.to_string());
    Ok(throttles::Entity::delete_many().filter(about).exec(db).await?.rows_affected)
}

/// Takes back one attempt.
///
/// # Errors
///
/// When the database refuses.
pub async fn take_back(db: &mut Writer, key: &str) -> Result<(), StorageError> {
    throttles::Entity::update_many()
        .col_expr(Column::Failures, Expr::col(Column::Failures).sub(1))
        .filter(Column::Key.eq(key))
        .filter(Column::Failures.gt(0))
        .exec(db)
        .await?;
    Ok(())
}

/// Removes counters whose window is over, and says how many.
///
/// # Errors
///
/// When the database refuses.
pub async fn remove_old_throttles(db: &mut Writer, now: Timestamp) -> Result<u64, StorageError> {
    let done = throttles::Entity::delete_many()
        .filter(Column::WindowEndsAt.lt(now))
        .filter(Column::BlockedUntil.lt(now))
        .exec(db)
        .await?;
    Ok(done.rows_affected)
}
