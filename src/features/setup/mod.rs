//! The one-time link that makes the first instance administrator.

mod pages;
mod store;
mod views;

use crate::domain::{Secret, Timestamp};

pub use pages::routes;
pub use store::add_setup_link;
pub use views::{SetupClosedPage, SetupPage, SetupResumePage};

/// How long a setup link works.
pub const LIFETIME: std::time::Duration = std::time::Duration::from_hours(1);

/// A link that was just made.
#[derive(Debug)]
pub struct SetupLink {
    /// The secret in the link.
    pub secret: Secret<String>,
    /// Until when it works.
    pub expires_at: Timestamp,
}
