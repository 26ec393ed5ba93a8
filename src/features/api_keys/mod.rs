//! Keys with which programs call the admin API: scoped, expiring, kept as fingerprints.
//!
//! A key is for the whole instance or for one organisation. What it may do is a set of [`Right`]s, which are also the
//! scopes that an app needs in an access token to do the same.

mod rules;
mod store;

use crate::domain::Timestamp;
use crate::domain::ids::{ApiKeyId, OrganisationId};

pub use rules::{KEY_LIFETIMES, KeyProblem, Right, Rights, check_key};
pub use store::{add_key, end_key, find_key, find_key_by_secret, hold_key, list_keys, remove_old_keys, touch_key};

/// What every key begins with, so that people and secret scanners know one when they see it.
pub const KEY_PREFIX: &str = "cs_";

/// A key of a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKey {
    /// Its identifier; not the key itself.
    pub id: ApiKeyId,
    /// What people call it.
    pub name: String,
    /// The only organisation that it sees; none for the whole instance.
    pub organisation: Option<OrganisationId>,
    /// What it may do.
    pub rights: Rights,
    /// Who made it: an account, another key, or `command line`.
    pub created_by: String,
    /// When.
    pub created_at: Timestamp,
    /// Until when it works.
    pub expires_at: Timestamp,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Timestamp>,
    /// When somebody ended it.
    pub ended_at: Option<Timestamp>,
}

impl ApiKey {
    /// Whether it works at `now`.
    #[must_use]
    pub fn works(&self, now: Timestamp) -> bool {
        self.ended_at.is_none() && now < self.expires_at
    }
}
