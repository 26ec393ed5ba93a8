//! Organisations (accountancy offices) and who belongs to them.

mod rules;
mod store;

use std::time::Duration;

use serde::{Deserialize, Serialize};
use strum::{Display, EnumString};

use crate::domain::ids::{AccountId, InvitationId, MemberInvitationId, MembershipId, OrganisationId};
use crate::domain::{Email, Language, Policy, Random, Timestamp};

pub use rules::Giver;
pub use store::{
    Provisioned, add_handed_invitation, add_invitation, add_member_invitation, add_membership, add_organisation,
    administrators_of, answer_member_invitation, change_member_invitation, find_invitation, find_invitation_by_secret,
    find_member_invitation, find_member_invitation_by_secret, find_organisation, find_organisation_by_name, find_rules,
    helpdesk_access, list_invitations_of_program, list_member_invitations, list_member_invitations_from,
    list_organisations, look_up_memberships, member_ids_of, memberships_of, memberships_of_members,
    remove_member_invitation, remove_membership, remove_old_invitations, remove_old_member_invitations,
    rename_organisation, restart_roles, set_added_by, set_groups, set_helpdesk_access, set_membership_disabled,
    set_organisation_disabled, set_policy, set_provisioned, set_role, take_turn, take_turn_as, use_invitation,
    withdraw_member_invitation,
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

impl Organisation {
    /// An organisation as it begins: without any rule of its own.
    #[must_use]
    pub fn new(name: String, (now, random): (Timestamp, &dyn Random)) -> Self {
        let id = OrganisationId::new(now, random);
        Self { id, name, policy: Policy::default(), created_at: now, disabled_at: None }
    }
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
    /// Who invited them, and who made them what they are; none for the operator.
    pub brought_in_by: [Option<Giver>; 2],
    /// Since when they are what they are.
    pub role_since: Timestamp,
}

impl Membership {
    /// Whether it counts.
    #[must_use]
    pub const fn is_active(&self) -> bool {
        self.disabled_at.is_none() && !self.organisation_disabled
    }
}

/// The pages about one of the people of an organisation, as its administrators see them.
#[derive(Clone, Debug, Serialize)]
pub struct PersonTabs {
    /// The full name.
    pub name: String,
    /// The e-mail address.
    pub email: String,
    /// Where they begin.
    pub base: String,
    /// Which one this is: `profile`, `security`, `ip-addresses` or `activity`.
    pub here: &'static str,
    /// Whether the security of the account is for this organisation.
    pub looked_after: bool,
}

impl PersonTabs {
    /// An example.
    #[must_use]
    pub fn sample(here: &'static str) -> Self {
        Self {
            name: "Bram Bakker-van der Meulen".to_owned(),
            email: "bram@kantoor.nl".to_owned(),
            base: "/organisation/employees/acc_1".to_owned(),
            here,
            looked_after: true,
        }
    }
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
    pub invited_by: Option<Giver>,
    /// Until when it works.
    pub expires_at: Timestamp,
    /// It was neither used nor replaced.
    pub is_open: bool,
    /// The operator handed it over, and no mail brought it.
    pub handed: bool,
}

impl Invitation {
    /// Whether it works at `now`.
    #[must_use]
    pub fn works(&self, now: Timestamp) -> bool {
        self.is_open && now < self.expires_at
    }
}

/// Somebody was asked into an organisation, at an address. Whether there is an account with it, whoever asks does not learn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberInvitation {
    /// Its identifier.
    pub id: MemberInvitationId,
    /// Where to.
    pub organisation_id: OrganisationId,
    /// At which address.
    pub email: Email,
    /// What whoever invites calls them.
    pub name: String,
    /// Their given name, where whoever invites said it.
    pub given_name: Option<String>,
    /// Their family name, where whoever invites said it.
    pub family_name: Option<String>,
    /// The language of the mail, and of the account that may begin with it; none where it was not kept.
    pub language: Option<Language>,
    /// As what.
    pub role: Role,
    /// In which groups.
    pub groups: Vec<String>,
    /// What the directory that invites calls them.
    pub external_id: Option<String>,
    /// By whom; it counts as long as they may invite.
    pub invited_by: Giver,
    /// When.
    pub created_at: Timestamp,
    /// Until when it works.
    pub expires_at: Timestamp,
    /// It was neither answered nor withdrawn nor replaced.
    pub is_open: bool,
    /// The answer was no.
    pub declined: bool,
    /// It was accepted, withdrawn or replaced: it is listed no more.
    pub is_over: bool,
}

impl MemberInvitation {
    /// Whether it works at `now`.
    #[must_use]
    pub fn works(&self, now: Timestamp) -> bool {
        self.is_open && now < self.expires_at
    }

    /// What became of it at `now`: `waits`, `declined` or `expired`.
    #[must_use]
    pub fn state(&self, now: Timestamp) -> &'static str {
        match () {
            () if self.declined => "declined",
            () if self.works(now) => "waits",
            () => "expired",
        }
    }
}

/// What somebody says to an invitation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Yes.
    Accepted,
    /// No.
    Declined,
}
