//! The protocol: OpenID Connect and OAuth 2.

mod authorize;
mod bindings;
mod claims;
mod client_auth;
mod details;
mod devices;
mod dpop;
mod endpoints;
mod errors;
#[cfg(any(test, fuzzing))]
mod fuzzing;
mod grant;
mod grants;
mod known_accounts;
mod logouts;
mod pages;
mod parameters;
mod registration;
mod resources;
mod response_modes;
mod response_types;
mod session_state;
mod store;
mod subjects;
mod tokens;
mod trials;
mod user_codes;
mod validity;
mod views;

use crate::domain::Timestamp;
use crate::storage::{StorageError, Writer};

pub use details::DetailWords;
#[cfg(any(test, fuzzing))]
pub(crate) use fuzzing::TARGETS as FUZZ_TARGETS;
pub use logouts::tell_logouts;
pub use pages::routes;
pub use registration::{RegistrationProblem, check_registration, find_sector};
pub use store::{Connection, apps_by_session, count_connected, disconnect, list_connections};
pub use store::{add_initial_access_token, remove_old_initial_access_tokens};
pub use store::{
    remove_old_device_requests, remove_old_logouts, remove_old_requests, remove_old_seen_tokens, remove_old_trials,
};
pub use trials::{
    Preview, Step, Trial, TrialFault, TrialOutcome, Wish, begin_trial, can_be_tried, find_trial, finish_trial,
    preview_claims,
};
pub use validity::find_app_token;
pub use views::{
    AccountsPage, ApproveDevicePage, CheckSessionPage, ConsentPage, DevicePage, DoneDevicePage, FormPostPage,
    LeavingPage, NotAdmittedPage, OrganisationPage, ReturningPage, SignOutPage, SignedOutPage,
};

/// The grant types that an app may register.
pub fn grant_types() -> impl Iterator<Item = &'static str> {
    grants::GRANTS.iter().map(|grant| grant.name)
}

/// The response type of these words as it is registered, if it exists.
#[must_use]
pub fn response_type(text: &str) -> Option<String> {
    response_types::ResponseType::parse(text).map(|known| known.to_string())
}

/// Removes grants that ended before `before`, and says how many.
///
/// # Errors
///
/// When the database refuses.
pub async fn remove_old_grants(db: &mut Writer, before: Timestamp) -> Result<u64, StorageError> {
    store::remove_old_grants(db, before).await
}
