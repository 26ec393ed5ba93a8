//! The table `trials`.

use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _};

use super::grants;
use crate::domain::Timestamp;
use crate::domain::ids::{AccountId, GrantId, TrialId};
use crate::domain::secret::Fingerprint;
use crate::storage::{Reader, StorageError, Writer};

mod rows {
    use sea_orm::entity::prelude::*;

    use crate::domain::Timestamp;
    use crate::domain::ids::{AccountId, TrialId};
    use crate::domain::secret::Fingerprint;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "trials")]
    pub(in crate::features::oidc) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(in crate::features::oidc) id: TrialId,
        pub(in crate::features::oidc) client_id: String,
        pub(in crate::features::oidc) account_id: AccountId,
        pub(in crate::features::oidc) browser: Fingerprint,
        pub(in crate::features::oidc) state: Fingerprint,
        pub(in crate::features::oidc) contents: String,
        pub(in crate::features::oidc) created_at: Timestamp,
        pub(in crate::features::oidc) expires_at: Timestamp,
        pub(in crate::features::oidc) consented_at: Option<Timestamp>,
        pub(in crate::features::oidc) answered_at: Option<Timestamp>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(in crate::features::oidc) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(in crate::features::oidc) use rows::Model as TrialRow;

use rows::Column;

/// What a new trial is.
pub(in crate::features::oidc) struct NewTrial<'a> {
    pub(in crate::features::oidc) id: TrialId,
    pub(in crate::features::oidc) client_id: &'a str,
    pub(in crate::features::oidc) account_id: AccountId,
    pub(in crate::features::oidc) browser: &'a str,
    pub(in crate::features::oidc) state: &'a str,
    pub(in crate::features::oidc) contents: String,
    pub(in crate::features::oidc) times: (Timestamp, Timestamp),
}

/// Begins a trial.
pub(in crate::features::oidc) async fn add_trial(db: &mut Writer, new: NewTrial<'_>) -> Result<(), StorageError> {
    rows::Entity::insert(rows::ActiveModel {
        id: Set(new.id),
        client_id: Set(new.client_id.to_owned()),
        account_id: Set(new.account_id),
        browser: Set(Fingerprint::of(new.browser)),
        state: Set(Fingerprint::of(new.state)),
        contents: Set(new.contents),
        created_at: Set(new.times.0),
        expires_at: Set(new.times.1),
        consented_at: Set(None),
        answered_at: Set(None),
    })
    .exec_without_returning(db)
    .await?;
    Ok(())
}

/// A trial, until it is over.
pub(in crate::features::oidc) async fn find_trial(
    db: &Reader,
    id: TrialId,
    now: Timestamp,
) -> Result<Option<TrialRow>, StorageError> {
    Ok(rows::Entity::find_by_id(id).one(db).await?.filter(|row| now < row.expires_at))
}

/// Remembers that the person said yes in a trial: it counts there and nowhere else.
pub(in crate::features::oidc) async fn consent_in_trial(
    db: &mut Writer,
    id: TrialId,
    now: Timestamp,
) -> Result<(), StorageError> {
    rows::Entity::update_many()
        .col_expr(Column::ConsentedAt, Expr::value(now))
        .filter(Column::Id.eq(id))
        .exec(db)
        .await?;
    Ok(())
}

/// Takes the one answer of a trial. Says no when it had one, or is over.
pub(in crate::features::oidc) async fn answer_trial(
    db: &mut Writer,
    id: TrialId,
    now: Timestamp,
) -> Result<bool, StorageError> {
    let done = rows::Entity::update_many()
        .col_expr(Column::AnsweredAt, Expr::value(now))
        .filter(Column::Id.eq(id))
        .filter(Column::AnsweredAt.is_null())
        .filter(Column::ExpiresAt.gt(now))
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Keeps what came of a trial.
pub(in crate::features::oidc) async fn settle_trial(
    db: &mut Writer,
    id: TrialId,
    contents: &str,
) -> Result<(), StorageError> {
    rows::Entity::update_many()
        .col_expr(Column::Contents, Expr::value(contents))
        .filter(Column::Id.eq(id))
        .exec(db)
        .await?;
    Ok(())
}

/// Removes a grant with all that hangs on it, so that nothing of it counts any more.
pub(in crate::features::oidc) async fn remove_grant(db: &mut Writer, id: GrantId) -> Result<(), StorageError> {
    grants::Entity::delete_by_id(id).exec(db).await?;
    Ok(())
}

/// Removes trials that were over before `before`, and says how many.
///
/// # Errors
///
/// When the database refuses.
pub async fn remove_old_trials(db: &mut Writer, before: Timestamp) -> Result<u64, StorageError> {
    let done = rows::Entity::delete_many().filter(Column::ExpiresAt.lt(before)).exec(db).await?;
    Ok(done.rows_affected)
}
