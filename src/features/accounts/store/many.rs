//! Looking up many accounts at once.

use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};

use super::accounts::{self, Column};
use crate::domain::Email;
use crate::features::accounts::{Account, InstanceRole};
use crate::storage::{Reader, StorageError};

/// The accounts that have one of these addresses: at most a few hundred, as a statement has places for.
///
/// # Errors
///
/// When the database refuses.
pub async fn find_accounts_by_email(db: &Reader, emails: &[Email]) -> Result<Vec<Account>, StorageError> {
    if emails.is_empty() {
        return Ok(Vec::new());
    }
    let rows = accounts::Entity::find().filter(Column::Email.is_in(emails.iter().cloned())).all(db).await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// The accounts that administrate the whole instance and are on.
///
/// # Errors
///
/// When the database refuses.
pub async fn instance_administrators(db: &Reader) -> Result<Vec<Account>, StorageError> {
    let query = accounts::Entity::find().filter(Column::InstanceRole.eq(InstanceRole::Administrator));
    let rows = query.filter(Column::DisabledAt.is_null()).order_by_asc(Column::Id).all(db).await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// Those of these user names that somebody has.
///
/// # Errors
///
/// When the database refuses.
pub async fn usernames_in_use(db: &Reader, names: &[String]) -> Result<Vec<String>, StorageError> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let query = accounts::Entity::find().select_only().column(Column::Username);
    Ok(query.filter(Column::Username.is_in(names)).into_tuple().all(db).await?)
}
