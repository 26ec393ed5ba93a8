//! Everything a decision may look at, and everything it may answer.

use std::time::Duration;

use strum::{Display, IntoStaticStr};

use super::{Acr, Evidence};
use crate::domain::ids::AccountId;
use crate::domain::policy::PolicyInForce;
use crate::domain::{FactorKinds, Scope, Timestamp};

/// What is known at the moment of deciding. Nothing else may influence the decision.
#[derive(Clone, Debug)]
pub struct Facts {
    /// The moment of deciding.
    pub now: Timestamp,
    /// Whether the person is there to answer questions.
    pub occasion: Use,
    /// What the request wishes about the sign-in.
    pub wish: Wish,
    /// When what is used again was issued; none for a sign-in, and for a session, which ends by itself.
    pub issued_at: Option<Timestamp>,
    /// What was proven; none for a guest.
    pub evidence: Option<Evidence>,
    /// The account that the evidence names; none when it does not exist (any more).
    pub account: Option<AccountFacts>,
    /// Where the network stands that the evidence names.
    pub network: NetworkStanding,
    /// What the person said to questions that may be answered with "not now".
    pub answers: Answers,
    /// Whether it is time to offer a passkey.
    pub offer: bool,
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
    /// A password that was forgotten is to be chosen anew, in a browser: the mailbox stands in for the old one, the second
    /// step is asked as ever, and nothing is ever issued.
    NewPassword,
}

/// What the authorization request wishes (OpenID Connect Core, section 3.1.2.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wish {
    /// `prompt=login`, or `max_age` counted back from the request: the person must prove who they are after this moment.
    pub proven_since: Option<Timestamp>,
    /// `max_age` of a request that comes now: how long ago the person may have proven who they are. Once somebody is
    /// asked, [`Wish::proven_since`] says it, so that no answer comes too late.
    pub max_age: Option<Duration>,
    /// `acr_values`, or the `acr` claim: how strong it should be.
    pub acr: Option<AcrWish>,
}

/// How strong an authentication an app wishes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct AcrWish {
    /// At least this.
    pub at_least: Acr,
    /// Without it there is no answer (OpenID Connect Core, section 5.5.1.1).
    pub essential: bool,
}

/// What is known about the account, its home organisation and the rules that hold for it.
#[expect(clippy::struct_excessive_bools, reason = "facts, any of which may hold")]
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
    /// When a password or factor last changed.
    pub credentials_changed_at: Option<Timestamp>,
    /// The helpdesk let the person back in: a factor must be set up before anything is issued.
    pub must_enrol: bool,
    /// An administrator wants the password to be chosen anew: what was proven with it counts no longer.
    pub new_password_due: bool,
    /// The kinds of factor that are enrolled.
    pub enrolled: FactorKinds,
    /// The kinds among them of which at least one cannot leave its device.
    pub device_bound: FactorKinds,
    /// The person lets new networks join their list by themselves.
    pub validates_networks: bool,
    /// The rules.
    pub policy: PolicyInForce,
}

/// Where a network stands with an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NetworkStanding {
    /// On the account's list.
    Known,
    /// Not on it, or it cannot be told.
    New,
    /// Blocked by the person or an administrator.
    Blocked,
}

/// What the person said to questions that may be answered with "not now".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Answers {
    /// Setting up a second factor now.
    pub enrolment_skipped: bool,
    /// Making a passkey now.
    pub offer_answered: bool,
    /// The second step need not be repeated in this browser for a while; it counts once the sign-in is through.
    pub remember: bool,
}

/// What is known about the app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppFacts {
    /// Switched off or removed.
    pub disabled: bool,
    /// Whether it is for the people of the organisation that the person acts for.
    pub admits: bool,
    /// How strong every sign-in to it is, by its registration; it holds as often as what was issued is used again.
    pub required: Option<Acr>,
    /// Several organisations fit, the app needs one, and the person has not chosen yet.
    pub needs_organisation: bool,
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
    /// Do a second step, one of these kinds.
    SecondFactor {
        /// The kinds that would do.
        kinds: FactorKinds,
        /// Whether it may be left out for the next thirty days.
        may_remember: bool,
        /// The strength that the app wishes, if that is why.
        for_app: Option<Acr>,
    },
    /// Choose the new password.
    NewPassword,
    /// Confirm that this new network is yours.
    ConfirmNetwork {
        /// Only an administrator can.
        by_administrator: bool,
    },
    /// Set up a second factor, one of these kinds.
    Enrol {
        /// The kinds that would do.
        kinds: FactorKinds,
        /// Why.
        why: EnrolmentReason,
        /// Whether "not now" is an answer.
        may_skip: bool,
    },
    /// Which organisation do you act for?
    Organisation,
    /// May this app have these?
    Consent {
        /// The scopes that were not given before.
        new: Scope,
    },
    /// Would you like a passkey?
    OfferPasskey,
}

/// Why a second factor is to be set up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EnrolmentReason {
    /// A rule demands one and none that counts is enrolled.
    Demanded,
    /// A rule will demand one from this moment on.
    Announced {
        /// From when.
        from: Timestamp,
    },
    /// A recovery code was used, so something was lost.
    RecoveryCodeUsed,
}

/// Why nothing is issued.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Display, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
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
    /// The app is not for the people of this organisation.
    NotAdmitted,
    /// There is nothing that proves who this is, and nobody to ask.
    NoEvidence,
    /// A second step is missing, and nobody is there to do it.
    SecondFactorMissing,
    /// A second factor must be set up first.
    EnrolmentDue,
    /// The password must be chosen anew first.
    NewPasswordDue,
    /// The network is blocked.
    NetworkBlocked,
    /// The network is not (any more) on the account's list.
    NetworkUnknown,
    /// It was issued before a password or factor changed.
    CredentialsChanged,
    /// The app insists on a strength that the account cannot reach, or that the sign-in did not have.
    AcrUnreachable,
}

impl Refusal {
    /// The word that the audit keeps.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}
