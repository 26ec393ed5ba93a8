//! The tables `passwords` and `throttles`.

use std::time::Duration;

use sea_orm::sea_query::{CaseStatement, Expr, ExprTrait as _, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _};

use super::throttle::Count;
use crate::domain::ids::AccountId;
use crate::domain::{Secret, Timestamp};
use crate::storage::{Reader, StorageError, Writer};

mod passwords {
    use sea_orm::entity::prelude::*;

    use crate::domain::Timestamp;
    use crate::domain::ids::AccountId;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "passwords")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(super) account_id: AccountId,
        pub(super) phc: String,
        pub(super) changed_at: Timestamp,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

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

/// The hash of an account's password, if it has one.
pub(super) async fn find_password(db: &Reader, account: AccountId) -> Result<Option<Secret<String>>, StorageError> {
    Ok(passwords::Entity::find_by_id(account).one(db).await?.map(|row| Secret::new(row.phc)))
}

/// Gives an account this password, as a PHC string, in place of any it had.
///
/// # Errors
///
/// When the database refuses.
pub async fn set_password(
    db: &mut Writer,
    account: AccountId,
    phc: &Secret<String>,
    now: Timestamp,
) -> Result<(), StorageError> {
    passwords::Entity::insert(passwords::ActiveModel {
        account_id: Set(account),
        phc: Set(phc.expose().clone()),
        changed_at: Set(now),
    })
    .on_conflict(
        OnConflict::column(passwords::Column::AccountId)
            .update_columns([passwords::Column::Phc, passwords::Column::ChangedAt])
            .to_owned(),
    )
    .exec_without_returning(db)
    .await?;
    Ok(())
}

/// Keeps a stronger hash of the same password.
pub(super) async fn renew_hash(db: &mut Writer, account: AccountId, phc: &Secret<String>) -> Result<(), StorageError> {
    passwords::Entity::update_many()
        .col_expr(passwords::Column::Phc, Expr::value(phc.expose().clone()))
        .filter(passwords::Column::AccountId.eq(account))
        .exec(db)
        .await?;
    Ok(())
}

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
pub(super) async fn forget(db: &mut Writer, key: &str) -> Result<(), StorageError> {
    throttles::Entity::delete_by_id(key).exec(db).await?;
    Ok(())
}

/// Takes back one attempt.
pub(super) async fn take_back(db: &mut Writer, key: &str) -> Result<(), StorageError> {
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
