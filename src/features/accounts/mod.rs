//! Accounts: one person each.

mod notices;
mod store;

use serde::{Deserialize, Serialize};
use strum::{Display, EnumString};

use crate::domain::ids::{AccountId, OrganisationId};
use crate::domain::{Email, Language, Random, Timestamp};

pub use notices::tell_owner;
pub use store::{
    Profile, add_account, demand_new_password, find_account, find_account_by_login, find_accounts_by_email,
    hold_instance_administrators, hold_unchanged, instance_administrators, list_accounts, look_up_account,
    mark_credentials_changed, mark_email_verified, mark_signed_in, set_account_disabled, set_email, set_instance_role,
    set_profile, set_validates_networks, usernames_in_use,
};

/// One person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The identifier; also the `sub` claim, so it is never given to anybody else.
    pub id: AccountId,
    /// The organisation whose administrators look after the account's security.
    pub home_organisation_id: OrganisationId,
    /// Where mail goes, and what most people sign in with.
    pub email: Email,
    /// Whether the person has shown that they read mail at this address.
    pub email_verified: bool,
    /// Another name to sign in with; it never looks like an e-mail address.
    pub username: Option<String>,
    /// The full name.
    pub name: String,
    /// The given name, where known.
    pub given_name: Option<String>,
    /// The family name, where known.
    pub family_name: Option<String>,
    /// The language of pages and mails.
    pub language: Language,
    /// What the person may do for the whole instance.
    pub instance_role: InstanceRole,
    /// Since when the account exists.
    pub created_at: Timestamp,
    /// When the profile last changed: the `updated_at` claim.
    pub updated_at: Timestamp,
    /// When it was switched off.
    pub disabled_at: Option<Timestamp>,
    /// When a password or factor last changed: what was issued before it counts no longer.
    pub credentials_changed_at: Option<Timestamp>,
    /// The last time somebody signed in with it.
    pub last_sign_in_at: Option<Timestamp>,
    /// Whether a new network of this person joins the ledger by itself, where no rule says otherwise.
    pub validates_networks: bool,
    /// Whether an administrator wants the password to be chosen anew.
    pub new_password_due: bool,
}

impl Account {
    /// An account as it begins: on, without any power over the instance, and with an address that nobody has proven yet.
    #[must_use]
    pub fn new(
        home: OrganisationId,
        (email, name): (Email, String),
        language: Language,
        (now, random): (Timestamp, &dyn Random),
    ) -> Self {
        Self {
            id: AccountId::new(now, random),
            home_organisation_id: home,
            email,
            email_verified: false,
            username: None,
            name,
            given_name: None,
            family_name: None,
            language,
            instance_role: InstanceRole::None,
            created_at: now,
            updated_at: now,
            disabled_at: None,
            credentials_changed_at: None,
            last_sign_in_at: None,
            validates_networks: false,
            new_password_due: false,
        }
    }
}

/// What a person may do for the whole instance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Display, EnumString, Serialize, Deserialize)]
#[strum(serialize_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum InstanceRole {
    /// Nothing.
    #[default]
    None,
    /// Recover people who are locked out, together with a second person.
    Helpdesk,
    /// See in the console what an administrator sees, and change nothing.
    Auditor,
    /// Register apps and organisations, look after keys, read audit and health.
    Administrator,
}

/// The one spelling in which a name that was typed is looked for: what is counted by name is counted by this.
#[must_use]
pub fn login_as_known(typed: &str) -> String {
    typed.parse::<Email>().map_or_else(|_| typed.trim().to_lowercase(), |email| email.to_string())
}

impl InstanceRole {
    /// All of them, the least power first.
    pub const ALL: [Self; 4] = [Self::None, Self::Helpdesk, Self::Auditor, Self::Administrator];

    /// Whether it lets people who are locked out back in.
    #[must_use]
    pub const fn helps(self) -> bool {
        matches!(self, Self::Helpdesk | Self::Administrator)
    }

    /// Whether it may look around in the console.
    #[must_use]
    pub const fn looks(self) -> bool {
        matches!(self, Self::Auditor | Self::Administrator)
    }
}

/// Whether `name` may be a user name: it can never be mistaken for an e-mail address, nor spoil a log line.
#[must_use]
pub fn is_username(name: &str) -> bool {
    (2..=64).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_username_never_looks_like_an_email_address() {
        assert!(is_username("anna.devries"));
        for name in ["a", "anna@kantoor.nl", "Anna", "anna de vries", "", "anna\n", "anné"] {
            assert!(!is_username(name), "{name:?}");
        }
    }
}
