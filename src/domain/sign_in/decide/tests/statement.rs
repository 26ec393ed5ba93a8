//! When something may be issued, said a second time: from the design pages, as conditions that must all hold, in no
//! order, and without a word of the rules.

use super::space::SECOND_STEPS;
use crate::domain::policy::{Demand, NewNetworks, Remembering};
use crate::domain::sign_in::{AccountFacts, Acr, Evidence, Facts, NetworkStanding, Proof, Use};
use crate::domain::{FactorKind, Timestamp};

/// Whether a session, a code or a token may come of these facts.
pub(super) fn may_issue(facts: &Facts) -> bool {
    let (Some(evidence), Some(account)) = (&facts.evidence, &facts.account) else { return false };
    let case = Case { facts, evidence, account };
    case.is_about_this_account()
        && case.stands_by_itself()
        && case.is_fresh()
        && case.nobody_is_switched_off()
        && case.nothing_changed_since_it_was_issued()
        && case.has_a_second_step()
        && case.is_as_strong_as_the_app_insists()
        && case.is_as_strong_as_its_registration_says()
        && case.comes_from_a_good_place()
        && case.has_no_password_that_is_to_be_replaced()
        && case.has_set_up_what_is_demanded()
        && case.was_told_what_can_be_put_off()
        && case.gave_the_app_what_it_wants()
        && case.was_offered_a_passkey()
}

struct Case<'a> {
    facts: &'a Facts,
    evidence: &'a Evidence,
    account: &'a AccountFacts,
}

impl Case<'_> {
    fn is_there(&self) -> bool {
        self.facts.occasion == Use::SignIn
    }

    fn proved(&self, what: impl Fn(&Proof) -> bool) -> bool {
        self.evidence.proofs.iter().any(what)
    }

    fn used(&self, kind: FactorKind) -> bool {
        self.proved(|proof| match proof {
            Proof::Passkey { .. } => kind == FactorKind::Passkey,
            Proof::Second { factor, .. } => *factor == kind,
            _ => false,
        })
    }

    fn enrolled(&self, kind: FactorKind) -> bool {
        self.account.enrolled.contains(kind)
    }

    fn allowed(&self, kind: FactorKind) -> bool {
        kind == FactorKind::Passkey || self.account.policy.kinds.rule.kinds().contains(kind)
    }

    fn some_second_factor(&self, which: impl Fn(FactorKind) -> bool) -> bool {
        SECOND_STEPS.into_iter().any(|kind| self.enrolled(kind) && which(kind))
    }

    /// Whether this kind is taken as a second step: it is allowed; or nothing is that the person has, and then it is the
    /// best of it.
    fn is_taken(&self, kind: FactorKind) -> bool {
        let best = !self.some_second_factor(|other| other.strength() > kind.strength());
        self.enrolled(kind) && (self.allowed(kind) || (!self.some_second_factor(|other| self.allowed(other)) && best))
    }

    fn is_about_this_account(&self) -> bool {
        self.evidence.account_id == self.account.id
    }

    fn stands_by_itself(&self) -> bool {
        self.proved(|proof| matches!(proof, Proof::Password { .. })) || self.used(FactorKind::Passkey)
    }

    /// `prompt=login`, `max_age` and step-up are not asked again later (decision 1).
    fn is_fresh(&self) -> bool {
        let since = self.facts.wish.proven_since.map_or(i64::MIN, Timestamp::millis);
        let age = self.facts.wish.max_age.map_or(i64::MAX, |age| i64::try_from(age.as_millis()).unwrap());
        let proven_in_time = |proof: &Proof| {
            let (Proof::Password { at } | Proof::Passkey { at, .. } | Proof::Second { at, .. }) = proof else {
                return false;
            };
            at.millis() >= since && self.facts.now.millis() - at.millis() <= age
        };
        !self.is_there() || self.proved(proven_in_time)
    }

    fn nobody_is_switched_off(&self) -> bool {
        !(self.account.disabled
            || self.account.organisation_disabled
            || self.account.membership_disabled
            || self.facts.app.as_ref().is_some_and(|app| app.disabled || !app.admits))
    }

    fn nothing_changed_since_it_was_issued(&self) -> bool {
        match (self.account.credentials_changed_at, self.facts.issued_at) {
            (Some(changed), Some(issued)) => changed <= issued,
            _ => true,
        }
    }

    fn has_a_second_step(&self) -> bool {
        let remembered = self.proved(|proof| matches!(proof, Proof::Remembered { .. }));
        !self.some_second_factor(|_| true)
            || self.used(FactorKind::Passkey)
            || self.used(FactorKind::RecoveryCode)
            || SECOND_STEPS.into_iter().any(|kind| self.is_taken(kind) && self.used(kind))
            || (remembered && self.account.policy.remembering.rule == Remembering::Allowed)
    }

    /// What was done here, and whether more can be done: a wish that nothing fulfils is let go, unless it is essential.
    fn is_as_strong_as_the_app_insists(&self) -> bool {
        let Some(wish) = self.facts.wish.acr.filter(|_| self.is_there()) else { return true };
        let webauthn = |kind| matches!(kind, FactorKind::Passkey | FactorKind::SecurityKey);
        let bound = |proof: &Proof| {
            matches!(proof, Proof::Passkey { device_bound: true, .. })
                || matches!(proof, Proof::Second { factor, device_bound: true, .. } if webauthn(*factor))
        };
        let (done, can_be_done) = match wish.at_least {
            Acr::Password => (true, true),
            Acr::MultiFactor => (
                self.proved(|proof| matches!(proof, Proof::Passkey { .. } | Proof::Second { .. })),
                self.some_second_factor(|kind| self.is_taken(kind)),
            ),
            Acr::PhishingResistant => (
                self.used(FactorKind::Passkey) || self.used(FactorKind::SecurityKey),
                self.some_second_factor(|kind| self.is_taken(kind) && webauthn(kind)),
            ),
            Acr::DeviceBound => (
                self.proved(bound),
                self.some_second_factor(|kind| {
                    self.is_taken(kind) && webauthn(kind) && self.account.device_bound.contains(kind)
                }),
            ),
        };
        done || !(wish.essential || can_be_done)
    }

    /// Unlike a wish it is a rule: it is never let go, and holds at every later use (decision 29).
    fn is_as_strong_as_its_registration_says(&self) -> bool {
        let webauthn = |kind| matches!(kind, FactorKind::Passkey | FactorKind::SecurityKey);
        match self.facts.app.as_ref().and_then(|app| app.required) {
            None | Some(Acr::Password) => true,
            Some(Acr::MultiFactor) => {
                self.proved(|proof| matches!(proof, Proof::Passkey { .. } | Proof::Second { .. }))
            }
            Some(Acr::PhishingResistant) => self.used(FactorKind::Passkey) || self.used(FactorKind::SecurityKey),
            Some(Acr::DeviceBound) => self.proved(|proof| {
                matches!(proof, Proof::Passkey { device_bound: true, .. })
                    || matches!(proof, Proof::Second { factor, device_bound: true, .. } if webauthn(*factor))
            }),
        }
    }

    /// Blocks bind everybody; what is new does not concern passkeys (feature 14).
    fn comes_from_a_good_place(&self) -> bool {
        let rule = self.account.policy.new_networks.rule;
        let chosen = self.account.validates_networks && rule == NewNetworks::UsersChoice;
        let mailbox = self.used(FactorKind::Email)
            || self.proved(|proof| matches!(proof, Proof::Mailbox { .. } | Proof::Handed { .. }));
        let read_the_mail = mailbox && rule != NewNetworks::AdministratorOnly;
        match self.facts.network {
            NetworkStanding::Known => true,
            NetworkStanding::New => self.used(FactorKind::Passkey) || chosen || read_the_mail,
            NetworkStanding::Blocked => false,
        }
    }

    fn has_no_password_that_is_to_be_replaced(&self) -> bool {
        !self.account.new_password_due || !self.proved(|proof| matches!(proof, Proof::Password { .. }))
    }

    /// A factor that counts; or none at all where none is demanded. One that was forbidden must be followed by another.
    fn has_set_up_what_is_demanded(&self) -> bool {
        let demanded = self.account.must_enrol
            || match self.account.policy.second_factor.rule {
                Demand::Optional => false,
                Demand::Required { from } => from <= self.facts.now,
            };
        self.some_second_factor(|kind| self.allowed(kind)) || !(demanded || self.some_second_factor(|_| true))
    }

    fn was_told_what_can_be_put_off(&self) -> bool {
        let counts = self.some_second_factor(|kind| self.allowed(kind));
        let announced =
            matches!(self.account.policy.second_factor.rule, Demand::Required { from } if from > self.facts.now);
        let lost_something =
            self.used(FactorKind::RecoveryCode) && !SECOND_STEPS.into_iter().any(|kind| self.used(kind));
        !self.is_there() || self.facts.answers.enrolment_skipped || (!lost_something && (counts || !announced))
    }

    fn gave_the_app_what_it_wants(&self) -> bool {
        let Some(app) = self.facts.app.as_ref().filter(|_| self.is_there()) else { return true };
        let agreed = app.consent.first_party || app.consent.wanted.is_within(&app.consent.given);
        !app.needs_organisation && !app.consent.must_ask && agreed
    }

    fn was_offered_a_passkey(&self) -> bool {
        !(self.is_there() && self.facts.offer) || self.facts.answers.offer_answered
    }
}
