//! Organisations (accountancy offices) and who belongs to them.

mod store;

use std::time::Duration;

use serde::{Deserialize, Serialize};
use strum::{Display, EnumString};

use crate::domain::ids::{AccountId, InvitationId, MembershipId, OrganisationId};
use crate::domain::{Policy, Timestamp};

pub use store::{
    add_invitation, add_membership, add_organisation, administrators_of, find_invitation, find_invitation_by_secret,
    find_organisation, find_organisation_by_name, find_rules, helpdesk_access, list_organisations, look_up_memberships,
    member_ids_of, memberships_of, memberships_of_members, remove_old_invitations, set_helpdesk_access,
    set_membership_disabled, set_organisation_disabled, set_policy, set_role, take_turn, use_invitation,
};

/// An accountancy office.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organisation {
    /// Its identifier.
    pub id: OrganisationId,
    /// What people call it.
    pub name: String,
    /// The rules for its people.
    pub policy: Policy,
    /// Since when it is known here.
    pub created_at: Timestamp,
    /// When it was switched off.
    pub disabled_at: Option<Timestamp>,
}

/// The rules of an organisation, and how they came about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// The rules.
    pub policy: Policy,
    /// Raised by every change of them.
    pub version: i64,
    /// The last change; none while nobody has changed anything.
    pub changed: Option<RuleChange>,
    /// When the helpdesk may help its people no longer; none when it never might, or may no more.
    pub helpdesk_until: Option<Timestamp>,
}

/// A change of the rules of an organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RuleChange {
    /// When.
    pub at: Timestamp,
    /// By whom; none for the command line.
    pub by: Option<AccountId>,
    /// The rules before.
    pub before: Policy,
}

/// What somebody is in an organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Display, EnumString, Serialize, Deserialize)]
#[strum(serialize_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Works there.
    Employee,
    /// Works there as an accountant, for clients of the office.
    Accountant,
    /// Sets the rules and looks after the others.
    Administrator,
}

/// An account's place in an organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    /// Its identifier.
    pub id: MembershipId,
    /// Where.
    pub organisation_id: OrganisationId,
    /// The name of the organisation.
    pub organisation_name: String,
    /// Whether the organisation is switched off.
    pub organisation_disabled: bool,
    /// The rules of the organisation.
    pub policy: Policy,
    /// Who.
    pub account_id: AccountId,
    /// As what.
    pub role: Role,
    /// The groups that apps are told of.
    pub groups: Vec<String>,
    /// When it was switched off.
    pub disabled_at: Option<Timestamp>,
}

/// How long an invitation works.
pub const INVITATION_LIFETIME: Duration = Duration::from_hours(24 * 7);

/// Somebody was asked to sign in for the first time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// Its identifier.
    pub id: InvitationId,
    /// Whom.
    pub account_id: AccountId,
    /// Where.
    pub organisation_id: OrganisationId,
    /// By whom; none for the command line.
    pub invited_by: Option<AccountId>,
    /// Until when it works.
    pub expires_at: Timestamp,
    /// It was neither used nor replaced.
    pub is_open: bool,
}

impl Invitation {
    /// Whether it works at `now`.
    #[must_use]
    pub fn works(&self, now: Timestamp) -> bool {
        self.is_open && now < self.expires_at
    }
}
