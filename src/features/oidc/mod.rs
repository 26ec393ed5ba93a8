//! The protocol: OpenID Connect and OAuth 2.

mod authorize;
mod claims;
mod client_auth;
mod endpoints;
mod errors;
mod grant;
mod grants;
mod pages;
mod parameters;
mod store;
mod tokens;
mod views;

use crate::domain::Timestamp;
use crate::storage::{StorageError, Writer};

pub use pages::routes;
pub use store::{Connection, apps_by_session, disconnect, list_connections};
pub use views::{ConsentPage, ReturningPage, SignOutPage, SignedOutPage};

/// The grant types that an app may register.
pub fn grant_types() -> impl Iterator<Item = &'static str> {
    grants::GRANTS.iter().map(|grant| grant.name)
}

/// Removes grants that ended before `before`, and says how many.
///
/// # Errors
///
/// When the database refuses.
pub async fn remove_old_grants(db: &mut Writer, before: Timestamp) -> Result<u64, StorageError> {
    store::remove_old_grants(db, before).await
}
