//! What an app may register: one set of checks, whoever registers it.

mod addresses;
mod bounds;
mod checks;
mod document;
mod sectors;

pub(super) use addresses::check_self_registration;
pub(super) use bounds::Bounds;
pub use checks::check_registration;
pub(super) use document::{Document, describe};
pub use sectors::find_sector;

/// Why an app cannot be registered like that.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{says}.")]
pub struct RegistrationProblem {
    /// The member of the registration that is wrong (OpenID Connect Dynamic Client Registration, section 2).
    pub member: &'static str,
    /// What is wrong, for whoever registers the app.
    pub says: String,
}

impl RegistrationProblem {
    pub(super) fn new(member: &'static str, says: impl Into<String>) -> Self {
        Self { member, says: says.into() }
    }
}
