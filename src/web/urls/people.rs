//! The paths about the people of an organisation, and the organisations of a person.

use super::{ACCOUNT, EMPLOYEES};

/// One of the people of the organisation.
#[must_use]
pub fn employee(account: impl std::fmt::Display) -> String {
    format!("{EMPLOYEES}/{account}")
}

/// Leaving an organisation.
#[must_use]
pub fn leave(organisation: impl std::fmt::Display) -> String {
    format!("/account/organisations/{organisation}/leave")
}

/// An invitation to the address of whoever is signed in.
#[must_use]
pub fn own_invitation(invitation: impl std::fmt::Display) -> String {
    format!("{ACCOUNT}/invitations/{invitation}")
}

/// The question which organisation somebody acts for in an app.
#[must_use]
pub fn choose_organisation(interaction: impl std::fmt::Display) -> String {
    format!("/organisation-choice/{interaction}")
}

/// The IP addresses of one of the people of the organisation.
#[must_use]
pub fn employee_networks(account: impl std::fmt::Display) -> String {
    format!("{EMPLOYEES}/{account}/ip-addresses")
}

/// What happened to one of the people of the organisation.
#[must_use]
pub fn employee_activity(account: impl std::fmt::Display) -> String {
    format!("{EMPLOYEES}/{account}/activity")
}

/// Doing something about one of the people of the organisation.
#[must_use]
pub fn employee_act(account: impl std::fmt::Display, act: impl std::fmt::Display) -> String {
    format!("{EMPLOYEES}/{account}/{act}")
}
