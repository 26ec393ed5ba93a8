//! The table `passwords`.

use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use crate::domain::ids::AccountId;
use crate::domain::{Secret, Timestamp};
use crate::features::accounts::demand_new_password;
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

/// The hash of an account's password, if it has one.
pub(super) async fn find_password(db: &Reader, account: AccountId) -> Result<Option<Secret<String>>, StorageError> {
    Ok(passwords::Entity::find_by_id(account).one(db).await?.map(|row| Secret::new(row.phc)))
}

/// Whether an account has a password.
///
/// # Errors
///
/// When the database refuses.
pub async fn has_password(db: &Reader, account: AccountId) -> Result<bool, StorageError> {
    Ok(find_password(db, account).await?.is_some())
}

/// When an account last chose its password, if it has one.
///
/// # Errors
///
/// When the database refuses.
pub async fn password_changed_at(db: &Reader, account: AccountId) -> Result<Option<Timestamp>, StorageError> {
    Ok(passwords::Entity::find_by_id(account).one(db).await?.map(|row| row.changed_at))
}

/// Gives an account this password, as a PHC string, in place of any it had. Nobody waits for a new one any more.
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
    demand_new_password(db, account, false).await?;
    Ok(())
}

/// Takes the password of an account away. Says whether it had one.
///
/// # Errors
///
/// When the database refuses.
pub async fn remove_password(db: &mut Writer, account: AccountId) -> Result<bool, StorageError> {
    Ok(passwords::Entity::delete_by_id(account).exec(db).await?.rows_affected == 1)
}

/// The hashes that other programs made: of each kind the one that sorts last, which is one of the costliest.
pub(super) async fn sample_of_foreign(db: &Reader) -> Result<Vec<Secret<String>>, StorageError> {
    let mut found = Vec::new();
    for kind in ["$2", "$pbkdf2", "$scrypt"] {
        let query = passwords::Entity::find()
            .filter(passwords::Column::Phc.starts_with(kind))
            .order_by_desc(passwords::Column::Phc)
            .limit(1);
        found.extend(query.one(db).await?.map(|row| Secret::new(row.phc)));
    }
    Ok(found)
}

/// Keeps a stronger hash of the same password, unless the password was changed since `old` was read.
pub(super) async fn renew_hash(
    db: &mut Writer,
    account: AccountId,
    (old, phc): (&Secret<String>, &Secret<String>),
) -> Result<(), StorageError> {
    passwords::Entity::update_many()
        .col_expr(passwords::Column::Phc, Expr::value(phc.expose().clone()))
        .filter(passwords::Column::AccountId.eq(account))
        .filter(passwords::Column::Phc.eq(old.expose().as_str()))
        .exec(db)
        .await?;
    Ok(())
}
