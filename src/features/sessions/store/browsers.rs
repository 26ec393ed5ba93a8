//! Which accounts were used in a browser.

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};

use super::MOST_LISTED;
use super::sessions::{self, Column};
use crate::domain::ids::{AccountId, SessionId};
use crate::domain::secret::Fingerprint;
use crate::storage::{Reader, StorageError, Writer};

/// Remembers in which browser a session was opened, for the list of accounts that were used in it.
///
/// # Errors
///
/// When the database refuses.
pub async fn note_browser(db: &mut Writer, id: SessionId, browser: &Fingerprint) -> Result<(), StorageError> {
    sessions::Entity::update_many()
        .col_expr(Column::Browser, Expr::value(browser.clone()))
        .filter(Column::Id.eq(id))
        .exec(db)
        .await?;
    Ok(())
}

/// The accounts that were used in a browser, the last used first.
///
/// # Errors
///
/// When the database refuses.
pub async fn accounts_of_browser(db: &Reader, browser: &Fingerprint) -> Result<Vec<AccountId>, StorageError> {
    let all: Vec<AccountId> = sessions::Entity::find()
        .select_only()
        .column(Column::AccountId)
        .filter(Column::Browser.eq(browser.clone()))
        .order_by_desc(Column::LastUsedAt)
        .order_by_desc(Column::Id)
        .limit(MOST_LISTED)
        .into_tuple()
        .all(db)
        .await?;
    let mut once: Vec<AccountId> = Vec::new();
    for account in all {
        if !once.contains(&account) {
            once.push(account);
        }
    }
    Ok(once)
}

/// Takes an account off the list of a browser.
///
/// # Errors
///
/// When the database refuses.
pub async fn forget_in_browser(db: &mut Writer, browser: &Fingerprint, account: AccountId) -> Result<(), StorageError> {
    sessions::Entity::update_many()
        .col_expr(Column::Browser, Expr::value(Option::<Fingerprint>::None))
        .filter(Column::Browser.eq(browser.clone()))
        .filter(Column::AccountId.eq(account))
        .exec(db)
        .await?;
    Ok(())
}
