//! Everything a decision may look at, and everything it may answer.

use std::time::Duration;

use super::Evidence;
use crate::domain::ids::AccountId;
use crate::domain::{Scope, Timestamp};

/// What is known at the moment of deciding. Nothing else may influence the decision.
#[derive(Clone, Debug)]
pub struct Facts {
    /// The moment of deciding.
    pub now: Timestamp,
    /// Whether the person is there to answer questions.
    pub occasion: Use,
    /// What the request wishes about the sign-in.
    pub wish: Wish,
    /// What was proven; none for a guest.
    pub evidence: Option<Evidence>,
    /// The account that the evidence names; none when it does not exist (any more).
    pub account: Option<AccountFacts>,
    /// The app that is asking; none for our own pages.
    pub app: Option<AppFacts>,
}

/// Whether the person is there to answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// A sign-in, in a browser: questions may be asked.
    SignIn,
    /// Something issued earlier is used again (session, code, refresh token): issue or refuse.
    ///
    /// It judges the evidence as of sign-in under the policy of now; `prompt`, `max_age` and consent are not asked again.
    Later,
}

/// What the authorization request wishes (OpenID Connect Core, section 3.1.2.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wish {
    /// `prompt=login`: the person must prove who they are after this moment.
    pub proven_since: Option<Timestamp>,
    /// `max_age`: how long ago the person may have proven who they are.
    pub max_age: Option<Duration>,
}

/// What is known about the account and its home organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountFacts {
    /// Which account.
    pub id: AccountId,
    /// Switched off by an administrator.
    pub disabled: bool,
    /// The home organisation is switched off.
    pub organisation_disabled: bool,
    /// The membership of the home organisation is switched off or gone.
    pub membership_disabled: bool,
}

/// What is known about the app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppFacts {
    /// Switched off or removed.
    pub disabled: bool,
    /// Where consent stands.
    pub consent: ConsentFacts,
}

/// Where the person's consent to an app stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsentFacts {
    /// The app belongs to the operator: its people are not asked.
    pub first_party: bool,
    /// `prompt=consent`, and the person has not answered in this sign-in yet.
    pub must_ask: bool,
    /// What the app asks for.
    pub wanted: Scope,
    /// What the person gave it before.
    pub given: Scope,
}

/// What must still be asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// Prove who you are.
    Authenticate,
    /// May this app have these?
    Consent {
        /// The scopes that were not given before.
        new: Scope,
    },
}

/// Why nothing is issued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The account does not exist any more.
    AccountGone,
    /// The account is switched off.
    AccountDisabled,
    /// The home organisation is switched off.
    OrganisationDisabled,
    /// The membership of the home organisation is switched off.
    MembershipDisabled,
    /// The app is switched off.
    AppDisabled,
    /// There is nothing that proves who this is, and nobody to ask.
    NoEvidence,
}

impl Refusal {
    /// The word that the audit keeps.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AccountGone => "account_gone",
            Self::AccountDisabled => "account_disabled",
            Self::OrganisationDisabled => "organisation_disabled",
            Self::MembershipDisabled => "membership_disabled",
            Self::AppDisabled => "app_disabled",
            Self::NoEvidence => "no_evidence",
        }
    }
}
