//! The table `email_changes`.

use std::time::Duration;

use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _};

use crate::domain::ids::{AccountId, LinkId};
use crate::domain::secret::Fingerprint;
use crate::domain::{Email, Random, Secret, Timestamp};
use crate::storage::{Reader, StorageError, Writer};

mod rows {
    use sea_orm::entity::prelude::*;

    use crate::domain::ids::{AccountId, LinkId};
    use crate::domain::secret::Fingerprint;
    use crate::domain::{Email, Timestamp};

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "email_changes")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(super) id: LinkId,
        pub(super) account_id: AccountId,
        pub(super) old_email: Email,
        pub(super) new_email: Email,
        pub(super) secret: Fingerprint,
        pub(super) undo_secret: Option<Fingerprint>,
        pub(super) created_at: Timestamp,
        pub(super) expires_at: Timestamp,
        pub(super) confirmed_at: Option<Timestamp>,
        pub(super) undo_until: Option<Timestamp>,
        pub(super) ended_at: Option<Timestamp>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

use rows::Column;

/// A change of an e-mail address.
#[derive(Clone, Debug)]
pub(in crate::features::account) struct EmailChange {
    /// Its identifier.
    pub(in crate::features::account) id: LinkId,
    /// Whose.
    pub(in crate::features::account) account_id: AccountId,
    /// The address until now.
    pub(in crate::features::account) old_email: Email,
    /// The address from now on.
    pub(in crate::features::account) new_email: Email,
    /// When it began.
    pub(in crate::features::account) created_at: Timestamp,
    /// Until when it can be confirmed.
    pub(in crate::features::account) expires_at: Timestamp,
}

impl From<rows::Model> for EmailChange {
    fn from(row: rows::Model) -> Self {
        Self {
            id: row.id,
            account_id: row.account_id,
            old_email: row.old_email,
            new_email: row.new_email,
            created_at: row.created_at,
            expires_at: row.expires_at,
        }
    }
}

/// Begins a change of an e-mail address, in place of any that waits, and gives the secret that confirms it.
pub(in crate::features::account) async fn add_email_change(
    db: &mut Writer,
    account: AccountId,
    (old_email, new_email): (&Email, &Email),
    lifetime: Duration,
    (now, random): (Timestamp, &dyn Random),
) -> Result<Secret<String>, StorageError> {
    end_pending_email_changes(db, account, now).await?;
    let secret = random.secret();
    rows::Entity::insert(rows::ActiveModel {
        id: Set(LinkId::new(now, random)),
        account_id: Set(account),
        old_email: Set(old_email.clone()),
        new_email: Set(new_email.clone()),
        secret: Set(Fingerprint::of(secret.expose())),
        undo_secret: Set(None),
        created_at: Set(now),
        expires_at: Set(now.after(lifetime)),
        confirmed_at: Set(None),
        undo_until: Set(None),
        ended_at: Set(None),
    })
    .exec_without_returning(db)
    .await?;
    Ok(secret)
}

fn waiting(now: Timestamp) -> sea_orm::Condition {
    sea_orm::Condition::all()
        .add(Column::ConfirmedAt.is_null())
        .add(Column::EndedAt.is_null())
        .add(Column::ExpiresAt.gt(now))
}

fn can_be_undone(now: Timestamp) -> sea_orm::Condition {
    sea_orm::Condition::all()
        .add(Column::ConfirmedAt.is_not_null())
        .add(Column::EndedAt.is_null())
        .add(Column::UndoUntil.gt(now))
}

/// The change of this account that waits to be confirmed.
pub(in crate::features::account) async fn find_pending_email_change(
    db: &Reader,
    account: AccountId,
    now: Timestamp,
) -> Result<Option<EmailChange>, StorageError> {
    let query = rows::Entity::find().filter(Column::AccountId.eq(account)).filter(waiting(now));
    Ok(query.one(db).await?.map(Into::into))
}

/// The change that this secret confirms, if it waits.
pub(in crate::features::account) async fn find_email_change(
    db: &Reader,
    secret: &str,
    now: Timestamp,
) -> Result<Option<EmailChange>, StorageError> {
    let query = rows::Entity::find().filter(Column::Secret.eq(Fingerprint::of(secret))).filter(waiting(now));
    Ok(query.one(db).await?.map(Into::into))
}

/// The change that this secret takes back, if that is still possible.
pub(in crate::features::account) async fn find_email_change_to_undo(
    db: &Reader,
    secret: &str,
    now: Timestamp,
) -> Result<Option<EmailChange>, StorageError> {
    let query = rows::Entity::find().filter(Column::UndoSecret.eq(Fingerprint::of(secret))).filter(can_be_undone(now));
    Ok(query.one(db).await?.map(Into::into))
}

/// Whether the owner of another account may still take this address back.
pub(in crate::features::account) async fn is_email_kept_for_another(
    db: &Reader,
    email: &Email,
    account: AccountId,
    now: Timestamp,
) -> Result<bool, StorageError> {
    let query = rows::Entity::find()
        .filter(Column::OldEmail.eq(email.clone()))
        .filter(Column::AccountId.ne(account))
        .filter(can_be_undone(now));
    Ok(query.one(db).await?.is_some())
}

/// Confirms a change, and gives the secret that takes it back. None when it does not wait any more.
pub(in crate::features::account) async fn confirm_email_change(
    db: &mut Writer,
    id: LinkId,
    undo_until: Timestamp,
    (now, random): (Timestamp, &dyn Random),
) -> Result<Option<Secret<String>>, StorageError> {
    let secret = random.secret();
    let done = rows::Entity::update_many()
        .col_expr(Column::ConfirmedAt, Expr::value(now))
        .col_expr(Column::UndoSecret, Expr::value(Fingerprint::of(secret.expose())))
        .col_expr(Column::UndoUntil, Expr::value(undo_until))
        .filter(Column::Id.eq(id))
        .filter(waiting(now))
        .exec(db)
        .await?;
    Ok((done.rows_affected == 1).then_some(secret))
}

/// Takes a change back. Says no when that is not possible any more.
pub(in crate::features::account) async fn undo_email_change(
    db: &mut Writer,
    id: LinkId,
    now: Timestamp,
) -> Result<bool, StorageError> {
    let done = rows::Entity::update_many()
        .col_expr(Column::EndedAt, Expr::value(now))
        .filter(Column::Id.eq(id))
        .filter(can_be_undone(now))
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Ends every change of an account that began after this one: whoever made it cannot go on from there.
pub(in crate::features::account) async fn end_email_changes_since(
    db: &mut Writer,
    change: &EmailChange,
    now: Timestamp,
) -> Result<(), StorageError> {
    rows::Entity::update_many()
        .col_expr(Column::EndedAt, Expr::value(now))
        .filter(Column::AccountId.eq(change.account_id))
        .filter(Column::Id.ne(change.id))
        .filter(Column::CreatedAt.gte(change.created_at))
        .filter(Column::EndedAt.is_null())
        .exec(db)
        .await?;
    Ok(())
}

/// Ends whatever waits to be confirmed. Says whether anything did.
pub(in crate::features::account) async fn end_pending_email_changes(
    db: &mut Writer,
    account: AccountId,
    now: Timestamp,
) -> Result<bool, StorageError> {
    let done = rows::Entity::update_many()
        .col_expr(Column::EndedAt, Expr::value(now))
        .filter(Column::AccountId.eq(account))
        .filter(Column::ConfirmedAt.is_null())
        .filter(Column::EndedAt.is_null())
        .exec(db)
        .await?;
    Ok(done.rows_affected > 0)
}

/// Removes changes that could not be confirmed after `before`, and says how many. One that was confirmed can be taken
/// back for as long as that is ago at most.
///
/// # Errors
///
/// When the database refuses.
pub async fn remove_old_email_changes(db: &mut Writer, before: Timestamp) -> Result<u64, StorageError> {
    Ok(rows::Entity::delete_many().filter(Column::ExpiresAt.lt(before)).exec(db).await?.rows_affected)
}
