//! Organisations and their people.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::ids::OrganisationId;
use crate::domain::{Language, Timestamp};
use crate::features::accounts::{Account, InstanceRole};
use crate::features::api::store::MemberRow;
use crate::features::declarations::instant;
use crate::features::organisations::{MemberInvitation, Organisation, Role};

/// An organisation.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Organisation)]
pub(in crate::features::api) struct OrganisationShown {
    /// Its identifier.
    id: String,
    /// What people call it.
    name: String,
    /// Whether it is switched off.
    disabled: bool,
    /// Since when it is known here (RFC 3339).
    created_at: String,
}

impl OrganisationShown {
    pub(in crate::features::api) fn of(organisation: &Organisation) -> Self {
        Self {
            id: organisation.id.to_string(),
            name: organisation.name.clone(),
            disabled: organisation.disabled_at.is_some(),
            created_at: instant(organisation.created_at),
        }
    }
}

/// An organisation that is to be added.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(in crate::features::api) struct NewOrganisation {
    /// What people call it; no other is called so.
    #[schema(min_length = 1, max_length = 200)]
    pub(in crate::features::api) name: String,
}

/// What can be changed about an organisation.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(in crate::features::api) struct OrganisationSettings {
    /// What people call it; no other is called so.
    #[schema(min_length = 1, max_length = 200)]
    pub(in crate::features::api) name: String,
    /// Whether it is switched off: then none of its people gets in.
    pub(in crate::features::api) disabled: bool,
}

impl OrganisationSettings {
    pub(in crate::features::api) fn of(organisation: &Organisation) -> Self {
        Self { name: organisation.name.clone(), disabled: organisation.disabled_at.is_some() }
    }
}

/// A person.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Account)]
pub(in crate::features::api) struct AccountShown {
    /// The identifier; also the `sub` claim of apps that share identifiers.
    id: String,
    /// The organisation that looks after the security of the account.
    organisation: String,
    /// Where mail goes.
    email: String,
    /// Whether the person has shown that they read mail there.
    email_verified: bool,
    /// Another name to sign in with.
    #[schema(required)]
    username: Option<String>,
    /// The full name.
    name: String,
    /// The given name, where known.
    #[schema(required)]
    given_name: Option<String>,
    /// The family name, where known.
    #[schema(required)]
    family_name: Option<String>,
    /// The language of pages and mails: `en` or `nl`.
    #[schema(value_type = String)]
    language: Language,
    /// What the person may do for the whole instance; nothing here changes it.
    #[schema(value_type = String)]
    instance_role: InstanceRole,
    /// Whether the account is switched off.
    disabled: bool,
    /// Since when it exists (RFC 3339).
    created_at: String,
    /// When somebody last signed in with it (RFC 3339).
    #[schema(required)]
    last_sign_in_at: Option<String>,
}

impl AccountShown {
    pub(in crate::features::api) fn of(account: &Account) -> Self {
        Self {
            id: account.id.to_string(),
            organisation: account.home_organisation_id.to_string(),
            email: account.email.to_string(),
            email_verified: account.email_verified,
            username: account.username.clone(),
            name: account.name.clone(),
            given_name: account.given_name.clone(),
            family_name: account.family_name.clone(),
            language: account.language,
            instance_role: account.instance_role,
            disabled: account.disabled_at.is_some(),
            created_at: instant(account.created_at),
            last_sign_in_at: account.last_sign_in_at.map(instant),
        }
    }
}

/// Somebody who is to be added and invited, by a key for the whole instance. They choose themselves how they will sign in.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(in crate::features::api) struct NewAccount {
    /// The organisation that is to be their home.
    pub(in crate::features::api) organisation: Option<String>,
    /// Where the invitation goes.
    #[schema(min_length = 3, max_length = 254)]
    pub(in crate::features::api) email: String,
    /// The full name.
    #[schema(min_length = 1, max_length = 200)]
    pub(in crate::features::api) name: String,
    /// The given name.
    pub(in crate::features::api) given_name: Option<String>,
    /// The family name.
    pub(in crate::features::api) family_name: Option<String>,
    /// The language of pages and mails: `en` or `nl`.
    #[schema(value_type = Option<String>)]
    pub(in crate::features::api) language: Option<Language>,
    /// What they are to be in the organisation: `employee`, `accountant` or `administrator`.
    #[schema(value_type = String, pattern = "^(employee|accountant|administrator)$")]
    pub(in crate::features::api) role: Role,
    /// The groups that apps are told of.
    pub(in crate::features::api) groups: Vec<String>,
}

impl Default for NewAccount {
    fn default() -> Self {
        Self {
            organisation: None,
            email: String::new(),
            name: String::new(),
            given_name: None,
            family_name: None,
            language: None,
            role: Role::Employee,
            groups: Vec::new(),
        }
    }
}

/// Somebody who was asked into an organisation and has not accepted. Whether there is an account with the address, it does
/// not tell.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Invitation)]
pub(in crate::features::api) struct InvitationShown {
    /// Its identifier.
    id: String,
    /// Where to.
    organisation: String,
    /// Where it went.
    email: String,
    /// The full name, as whoever invited wrote it.
    name: String,
    /// As what: `employee`, `accountant` or `administrator`.
    #[schema(value_type = String)]
    role: Role,
    /// The groups that apps are told of, of whoever accepts.
    groups: Vec<String>,
    /// What became of it: `waits`, `declined` or `expired`.
    #[schema(value_type = String)]
    state: &'static str,
    /// Who invited: an account, an API key, or `app:` and a `client_id`.
    invited_by: String,
    /// Since when it exists (RFC 3339).
    created_at: String,
    /// Until when it can be accepted (RFC 3339).
    expires_at: String,
}

impl InvitationShown {
    pub(in crate::features::api) fn of(invitation: &MemberInvitation, now: Timestamp) -> Self {
        Self {
            id: invitation.id.to_string(),
            organisation: invitation.organisation_id.to_string(),
            email: invitation.email.to_string(),
            name: invitation.name.clone(),
            role: invitation.role,
            groups: invitation.groups.clone(),
            state: invitation.state(now),
            invited_by: invitation.invited_by.to_string(),
            created_at: instant(invitation.created_at),
            expires_at: instant(invitation.expires_at),
        }
    }
}

/// Somebody who is to be asked into an organisation.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(in crate::features::api) struct NewInvitation {
    /// Where the invitation goes.
    #[schema(min_length = 3, max_length = 254)]
    pub(in crate::features::api) email: String,
    /// The full name.
    #[schema(min_length = 1, max_length = 200)]
    pub(in crate::features::api) name: String,
    /// The given name.
    pub(in crate::features::api) given_name: Option<String>,
    /// The family name.
    pub(in crate::features::api) family_name: Option<String>,
    /// The language of the mail: `en` or `nl`.
    #[schema(value_type = Option<String>)]
    pub(in crate::features::api) language: Option<Language>,
    /// What they are to be in the organisation: `employee`, `accountant` or `administrator`.
    #[schema(value_type = String, pattern = "^(employee|accountant|administrator)$")]
    pub(in crate::features::api) role: Role,
    /// The groups that apps are told of.
    pub(in crate::features::api) groups: Vec<String>,
}

impl Default for NewInvitation {
    fn default() -> Self {
        let NewAccount { email, name, given_name, family_name, language, role, groups, .. } = NewAccount::default();
        Self { email, name, given_name, family_name, language, role, groups }
    }
}

/// What can be changed about an account.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::features::api) struct AccountSettings {
    /// The full name.
    #[serde(default)]
    pub(in crate::features::api) name: String,
    /// The given name.
    pub(in crate::features::api) given_name: Option<String>,
    /// The family name.
    pub(in crate::features::api) family_name: Option<String>,
    /// The language of pages and mails: `en` or `nl`.
    #[schema(value_type = Option<String>)]
    pub(in crate::features::api) language: Language,
    /// Whether the account is switched off; not for a key of one organisation, which disables memberships.
    #[serde(default)]
    pub(in crate::features::api) disabled: bool,
}

impl AccountSettings {
    pub(in crate::features::api) fn of(account: &Account) -> Self {
        Self {
            name: account.name.clone(),
            given_name: account.given_name.clone(),
            family_name: account.family_name.clone(),
            language: account.language,
            disabled: account.disabled_at.is_some(),
        }
    }
}

/// An account's place in an organisation.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Membership)]
pub(in crate::features::api) struct MembershipShown {
    /// Who.
    account: String,
    /// Where.
    organisation: String,
    /// The full name.
    name: String,
    /// The e-mail address.
    email: String,
    /// Whether the organisation is the home of the account.
    home: bool,
    /// As what: `employee`, `accountant` or `administrator`.
    #[schema(value_type = String)]
    role: Role,
    /// The groups that apps are told of.
    groups: Vec<String>,
    /// Whether the membership is switched off.
    disabled: bool,
    /// Whether the account itself is switched off.
    account_disabled: bool,
    /// Since when it exists (RFC 3339).
    created_at: String,
}

impl MembershipShown {
    pub(in crate::features::api) fn of(organisation: OrganisationId, row: &MemberRow) -> Self {
        Self {
            account: row.id.to_string(),
            organisation: organisation.to_string(),
            name: row.name.clone(),
            email: row.email.clone(),
            home: row.home_organisation_id == organisation,
            role: row.role,
            groups: row.groups.0.clone(),
            disabled: row.disabled_at.is_some(),
            account_disabled: row.account_disabled_at.is_some(),
            created_at: instant(row.created_at),
        }
    }
}

/// A membership that is to be added, of somebody who has an account.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(in crate::features::api) struct NewMembership {
    /// Who.
    pub(in crate::features::api) account: String,
    /// As what: `employee`, `accountant` or `administrator`.
    #[schema(value_type = String, pattern = "^(employee|accountant|administrator)$")]
    pub(in crate::features::api) role: Role,
    /// The groups that apps are told of.
    pub(in crate::features::api) groups: Vec<String>,
}

impl Default for NewMembership {
    fn default() -> Self {
        Self { account: String::new(), role: Role::Employee, groups: Vec::new() }
    }
}

/// What can be changed about a membership.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::features::api) struct MembershipSettings {
    /// As what: `employee`, `accountant` or `administrator`.
    #[schema(value_type = Option<String>)]
    pub(in crate::features::api) role: Role,
    /// The groups that apps are told of.
    #[serde(default)]
    pub(in crate::features::api) groups: Vec<String>,
    /// Whether the membership is switched off.
    #[serde(default)]
    pub(in crate::features::api) disabled: bool,
}

impl MembershipSettings {
    pub(in crate::features::api) fn of(row: &MemberRow) -> Self {
        Self { role: row.role, groups: row.groups.0.clone(), disabled: row.disabled_at.is_some() }
    }
}
