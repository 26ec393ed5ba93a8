//! The table `password_resets`.

use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{ActiveValue::Set, ColumnTrait as _, Condition, EntityTrait as _, QueryFilter as _};

use super::rules::{CODE_LIFETIME, PROOF_LIFETIME, Reset, TRIES};
use crate::domain::Timestamp;
use crate::domain::ids::{AccountId, PasswordResetId};
use crate::domain::secret::Fingerprint;
use crate::storage::{Reader, StorageError, Writer};

mod rows {
    use sea_orm::entity::prelude::*;

    use crate::domain::Timestamp;
    use crate::domain::ids::{AccountId, InteractionId, PasswordResetId};
    use crate::domain::secret::Fingerprint;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "password_resets")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(super) id: PasswordResetId,
        pub(super) account_id: Option<AccountId>,
        pub(super) browser: Fingerprint,
        pub(super) interaction_id: Option<InteractionId>,
        pub(super) address: String,
        pub(super) code: String,
        pub(super) link: Fingerprint,
        pub(super) tries: i64,
        pub(super) created_at: Timestamp,
        pub(super) proven_at: Option<Timestamp>,
        pub(super) used_at: Option<Timestamp>,
        pub(super) ended_at: Option<Timestamp>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

use rows::Column;

impl From<rows::Model> for Reset {
    fn from(row: rows::Model) -> Self {
        Self {
            id: row.id,
            account: row.account_id,
            browser: row.browser,
            interaction: row.interaction_id,
            address: row.address,
            code: row.code,
            tries: row.tries,
            created_at: row.created_at,
            proven_at: row.proven_at,
            is_over: row.used_at.is_some() || row.ended_at.is_some(),
        }
    }
}

/// Keeps one that was just asked for; those that wait, of the same account or in the same browser, end. One whose mail was
/// read goes on: no stranger may interrupt its owner.
pub(super) async fn add_reset(db: &mut Writer, new: &Reset, link: Fingerprint) -> Result<(), StorageError> {
    let same = Condition::any()
        .add(Column::Browser.eq(new.browser.clone()))
        .add_option(new.account.map(|account| Column::AccountId.eq(account)));
    rows::Entity::update_many()
        .col_expr(Column::EndedAt, Expr::value(new.created_at))
        .filter(same)
        .filter(Column::ProvenAt.is_null())
        .filter(open())
        .exec(db)
        .await?;
    rows::Entity::insert(rows::ActiveModel {
        id: Set(new.id),
        account_id: Set(new.account),
        browser: Set(new.browser.clone()),
        interaction_id: Set(new.interaction),
        address: Set(new.address.clone()),
        code: Set(new.code.clone()),
        link: Set(link),
        tries: Set(0),
        created_at: Set(new.created_at),
        proven_at: Set(None),
        used_at: Set(None),
        ended_at: Set(None),
    })
    .exec_without_returning(db)
    .await?;
    Ok(())
}

fn open() -> Condition {
    Condition::all().add(Column::UsedAt.is_null()).add(Column::EndedAt.is_null())
}

/// The one with this identifier, whether it still works or not.
pub(super) async fn find_reset(db: &Reader, id: PasswordResetId) -> Result<Option<Reset>, StorageError> {
    Ok(rows::Entity::find_by_id(id).one(db).await?.map(Into::into))
}

/// The one whose link has this secret, whether it still works or not.
pub(super) async fn find_reset_by_link(db: &Reader, secret: &str) -> Result<Option<Reset>, StorageError> {
    let row = rows::Entity::find().filter(Column::Link.eq(Fingerprint::of(secret))).one(db).await?;
    Ok(row.map(Into::into))
}

/// Counts a try, before the code is looked at. Says no when there are none left, or the code is over.
pub(super) async fn count_try(db: &mut Writer, id: PasswordResetId, now: Timestamp) -> Result<bool, StorageError> {
    let done = rows::Entity::update_many()
        .col_expr(Column::Tries, Expr::col(Column::Tries).add(1))
        .filter(Column::Id.eq(id))
        .filter(Column::Tries.lt(TRIES))
        .filter(Column::CreatedAt.gt(now.before(CODE_LIFETIME)))
        .filter(Column::ProvenAt.is_null())
        .filter(open())
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Remembers that the mail was read, no longer than `lifetime` after it was asked for. Says no when that happened before,
/// or it is over.
pub(super) async fn prove_reset(
    db: &mut Writer,
    id: PasswordResetId,
    lifetime: std::time::Duration,
    now: Timestamp,
) -> Result<bool, StorageError> {
    let done = rows::Entity::update_many()
        .col_expr(Column::ProvenAt, Expr::value(now))
        .filter(Column::Id.eq(id))
        .filter(Column::AccountId.is_not_null())
        .filter(Column::CreatedAt.gt(now.before(lifetime)))
        .filter(Column::ProvenAt.is_null())
        .filter(open())
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Uses the proof up. Says no when that happened before, or the mail was not read, or too long ago.
pub(super) async fn use_reset(db: &mut Writer, id: PasswordResetId, now: Timestamp) -> Result<bool, StorageError> {
    let done = rows::Entity::update_many()
        .col_expr(Column::UsedAt, Expr::value(now))
        .filter(Column::Id.eq(id))
        .filter(Column::ProvenAt.gt(now.before(PROOF_LIFETIME)))
        .filter(open())
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Ends what waits or was proven for an account: its password is another by now.
pub(super) async fn end_resets_of(db: &mut Writer, account: AccountId, now: Timestamp) -> Result<(), StorageError> {
    rows::Entity::update_many()
        .col_expr(Column::EndedAt, Expr::value(now))
        .filter(Column::AccountId.eq(account))
        .filter(open())
        .exec(db)
        .await?;
    Ok(())
}

/// Removes what was asked for before `before`, and says how many.
///
/// # Errors
///
/// When the database refuses.
pub async fn remove_old_resets(db: &mut Writer, before: Timestamp) -> Result<u64, StorageError> {
    Ok(rows::Entity::delete_many().filter(Column::CreatedAt.lt(before)).exec(db).await?.rows_affected)
}
