//! The table `logouts`: which apps are told that a session ended.

use sea_orm::sea_query::{Expr, ExprTrait as _, OnConflict, Query};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};

use super::grants;
use crate::domain::Timestamp;
use crate::domain::ids::{AccountId, SessionId};
use crate::storage::{Reader, StorageError, Writer};

mod rows {
    use sea_orm::entity::prelude::*;

    use crate::domain::Timestamp;
    use crate::domain::ids::{AccountId, SessionId};

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "logouts")]
    pub(in crate::features::oidc) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(in crate::features::oidc) session_id: SessionId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub(in crate::features::oidc) client_id: String,
        pub(in crate::features::oidc) account_id: AccountId,
        pub(in crate::features::oidc) created_at: Timestamp,
        pub(in crate::features::oidc) expires_at: Timestamp,
        pub(in crate::features::oidc) next_attempt_at: Option<Timestamp>,
        pub(in crate::features::oidc) attempts: i64,
        pub(in crate::features::oidc) leased_until: Option<Timestamp>,
        pub(in crate::features::oidc) told_at: Option<Timestamp>,
        pub(in crate::features::oidc) last_answer: Option<String>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(in crate::features::oidc) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

use rows::Column;
pub(in crate::features::oidc) use rows::Model as Logout;

/// The apps, among `clients`, that were given something in these sessions.
pub(in crate::features::oidc) async fn apps_of_sessions(
    db: &Reader,
    sessions: &[SessionId],
    clients: &[String],
) -> Result<Vec<(SessionId, String, AccountId)>, StorageError> {
    Ok(grants::Entity::find()
        .select_only()
        .column(grants::Column::SessionId)
        .column(grants::Column::ClientId)
        .column(grants::Column::AccountId)
        .distinct()
        .filter(grants::Column::SessionId.is_in(sessions.iter().copied()))
        .filter(grants::Column::ClientId.is_in(clients))
        .into_tuple()
        .all(db)
        .await?)
}

/// Queues the news that a session ended, for one app. Says no when it was queued before.
pub(in crate::features::oidc) async fn add_logout(
    db: &mut Writer,
    (session, client_id, account): (SessionId, &str, AccountId),
    (now, expires_at): (Timestamp, Timestamp),
) -> Result<bool, StorageError> {
    let insert = Query::insert()
        .into_table("logouts")
        .columns(["session_id", "client_id", "account_id", "created_at", "expires_at", "next_attempt_at", "attempts"])
        .values_panic([
            session.into(),
            client_id.into(),
            account.into(),
            now.into(),
            expires_at.into(),
            now.into(),
            0_i64.into(),
        ])
        .on_conflict(OnConflict::columns(["session_id", "client_id"]).do_nothing().to_owned())
        .to_owned();
    Ok(db.execute(&insert).await?.rows_affected() == 1)
}

fn free(now: Timestamp) -> Condition {
    Condition::any().add(Column::LeasedUntil.is_null()).add(Column::LeasedUntil.lte(now))
}

/// The news that is due and that nobody is telling, the oldest first.
pub(in crate::features::oidc) async fn due_logouts(
    db: &Reader,
    most: u64,
    now: Timestamp,
) -> Result<Vec<Logout>, StorageError> {
    Ok(rows::Entity::find()
        .filter(Column::NextAttemptAt.lte(now))
        .filter(Column::ExpiresAt.gt(now))
        .filter(free(now))
        .order_by_asc(Column::NextAttemptAt)
        .limit(most)
        .all(db)
        .await?)
}

/// Leases a piece of news: from now on only the caller tells it, until the lease ends. Says whether nobody was quicker.
pub(in crate::features::oidc) async fn lease_logout(
    db: &mut Writer,
    row: &mut Logout,
    (now, until): (Timestamp, Timestamp),
) -> Result<bool, StorageError> {
    let done = rows::Entity::update_many()
        .col_expr(Column::LeasedUntil, Expr::value(until))
        .col_expr(Column::Attempts, Expr::col(Column::Attempts).add(1))
        .filter(Column::SessionId.eq(row.session_id))
        .filter(Column::ClientId.eq(row.client_id.as_str()))
        .filter(Column::NextAttemptAt.lte(now))
        .filter(Column::Attempts.eq(row.attempts))
        .filter(free(now))
        .exec(db)
        .await?;
    row.attempts += 1;
    Ok(done.rows_affected == 1)
}

/// Writes down what became of an attempt: told, given up, or tried again at `again`.
pub(in crate::features::oidc) async fn settle_logout(
    db: &mut Writer,
    row: &Logout,
    (told, again, answer): (bool, Option<Timestamp>, &str),
    now: Timestamp,
) -> Result<(), StorageError> {
    rows::Entity::update_many()
        .col_expr(Column::LeasedUntil, Expr::value(None::<Timestamp>))
        .col_expr(Column::NextAttemptAt, Expr::value(again))
        .col_expr(Column::ToldAt, Expr::value(told.then_some(now)))
        .col_expr(Column::LastAnswer, Expr::value(answer))
        .filter(Column::SessionId.eq(row.session_id))
        .filter(Column::ClientId.eq(row.client_id.as_str()))
        .filter(Column::Attempts.eq(row.attempts))
        .exec(db)
        .await?;
    Ok(())
}

/// Removes news that was too old before `before`, and says how many pieces.
///
/// # Errors
///
/// When the database refuses.
pub async fn remove_old_logouts(db: &mut Writer, before: Timestamp) -> Result<u64, StorageError> {
    let done = rows::Entity::delete_many().filter(Column::ExpiresAt.lt(before)).exec(db).await?;
    Ok(done.rows_affected)
}
