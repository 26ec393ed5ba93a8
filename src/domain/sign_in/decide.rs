//! The rules, in the one order that is right.

use super::{
    AccountFacts, Acr, AcrWish, AppFacts, EnrolmentReason, Evidence, Facts, NetworkStanding, Question, Refusal, Use,
};
use crate::domain::ids::AccountId;
use crate::domain::policy::{NewNetworks, Remembering};
use crate::domain::{FactorKind, FactorKinds, Strength};

/// What comes next.
#[derive(Debug)]
pub enum Decision {
    /// Nothing is left to ask: here is the key.
    Issue(Clearance),
    /// This must be asked first.
    Ask(Question),
    /// Nothing will be issued.
    Refuse(Refusal),
}

/// The proof that every rule was satisfied. Sessions, codes and tokens are made from one and from nothing else, and
/// only [`decide`] makes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clearance {
    evidence: Evidence,
}

impl Clearance {
    /// Who is cleared.
    #[must_use]
    pub const fn account_id(&self) -> AccountId {
        self.evidence.account_id
    }

    /// How they proved it.
    #[must_use]
    pub const fn evidence(&self) -> &Evidence {
        &self.evidence
    }
}

/// The proof that an app may act for itself: `client_credentials` (RFC 6749, section 4.4).
#[derive(Debug)]
pub struct AppClearance(());

/// A rule: its name, and what it has to say about the facts.
pub struct Rule {
    /// The word that the audit and `countersign explain` use.
    pub name: &'static str,
    judge: fn(&Facts) -> Verdict,
}

/// What one rule says.
enum Verdict {
    /// Nothing to say: on to the next.
    Pass,
    Ask(Question),
    Refuse(Refusal),
}

/// All rules. The order matters: who is refused is told so only after proving who they are with every factor, so that
/// a stranger learns nothing about an account; nobody sets up a factor from a network that nobody confirmed; and what
/// is set up may be what an app insists on.
pub const RULES: &[Rule] = &[
    Rule { name: "authenticate", judge: authenticate },
    Rule { name: "second_factor", judge: second_factor },
    Rule { name: "refuse", judge: refuse },
    Rule { name: "new_password", judge: new_password },
    Rule { name: "network", judge: network },
    Rule { name: "password_due", judge: password_due },
    Rule { name: "enrol", judge: enrol },
    Rule { name: "strength", judge: strength },
    Rule { name: "organisation", judge: organisation },
    Rule { name: "consent", judge: consent },
    Rule { name: "offer", judge: offer },
];

/// Decides what comes next.
#[must_use]
pub fn decide(facts: &Facts) -> Decision {
    decide_by(facts).0
}

/// The same, with the name of the rule that says so; none where all pass.
pub(super) fn decide_by(facts: &Facts) -> (Decision, Option<&'static str>) {
    for rule in RULES {
        match (rule.judge)(facts) {
            Verdict::Pass => {}
            Verdict::Ask(question) => return (Decision::Ask(question), Some(rule.name)),
            Verdict::Refuse(refusal) => return (Decision::Refuse(refusal), Some(rule.name)),
        }
    }
    let decision = match &facts.evidence {
        Some(evidence) => Decision::Issue(Clearance { evidence: evidence.clone() }),
        None => Decision::Refuse(Refusal::NoEvidence),
    };
    (decision, None)
}

/// Decides whether an app may act for itself.
///
/// # Errors
///
/// Why it may not.
pub const fn decide_app(disabled: bool) -> Result<AppClearance, Refusal> {
    if disabled { Err(Refusal::AppDisabled) } else { Ok(AppClearance(())) }
}

impl Facts {
    /// A question to whoever is there, and a refusal where nobody is.
    fn ask(&self, question: Question, otherwise: Refusal) -> Verdict {
        match self.occasion {
            Use::SignIn | Use::NewPassword => Verdict::Ask(question),
            Use::Later => Verdict::Refuse(otherwise),
        }
    }

    /// The evidence and the account that it is about, where both are there.
    fn known(&self) -> Option<(&Evidence, &AccountFacts)> {
        self.evidence.as_ref().zip(self.account.as_ref())
    }

    /// Where the mailbox stands in for a forgotten password, a code in the same mailbox is no second step of somebody who
    /// has another.
    fn beside_the_mailbox(&self, kinds: FactorKinds) -> FactorKinds {
        let others = kinds.without(FactorKind::Email);
        if self.occasion == Use::NewPassword && !others.is_empty() { others } else { kinds }
    }

    /// The app's wish for a strength, where a sign-in does not fulfil it yet.
    fn unmet_wish(&self) -> Option<AcrWish> {
        let done = self.evidence.as_ref()?.acr_done();
        self.wish.acr.filter(|wish| self.occasion == Use::SignIn && done < wish.at_least)
    }
}

impl AccountFacts {
    /// The enrolled kinds that can be a second step and that the rules allow. Where the rules allow none of them, the
    /// strongest: a rule that forbids a kind must not turn two steps into one, nor let a weaker kind do than before.
    fn second_steps(&self) -> FactorKinds {
        let enrolled = self.enrolled.without(FactorKind::RecoveryCode);
        let allowed = enrolled.and(self.policy.kinds.rule.kinds());
        match enrolled.iter().map(FactorKind::strength).max() {
            Some(most) if allowed.is_empty() => enrolled.and(FactorKinds::at_least(most)),
            _ => allowed,
        }
    }

    /// These second steps, and a recovery code for whoever cannot do any of them.
    fn or_recovery_code(&self, kinds: FactorKinds) -> FactorKinds {
        if kinds.is_empty() { kinds } else { kinds.or(self.enrolled.and(FactorKinds::of(&[FactorKind::RecoveryCode]))) }
    }

    /// The enrolled kinds that bring a sign-in up to `acr`, which is more than a password.
    fn reaching(&self, acr: Acr) -> FactorKinds {
        let strongest = FactorKinds::at_least(Strength::Strongest);
        match acr {
            Acr::Password | Acr::MultiFactor => self.or_recovery_code(self.second_steps()),
            Acr::PhishingResistant => self.second_steps().and(strongest),
            Acr::DeviceBound => self.second_steps().and(strongest).and(self.device_bound),
        }
    }
}

/// Rule 1: somebody must have proven who they are, recently enough for this request.
fn authenticate(facts: &Facts) -> Verdict {
    let begun = |evidence: &&Evidence| match facts.occasion {
        Use::NewPassword => evidence.has_read_mail(),
        Use::SignIn | Use::Later => evidence.has_first_step(),
    };
    let Some(evidence) = facts.evidence.as_ref().filter(begun) else {
        return facts.ask(Question::Authenticate, Refusal::NoEvidence);
    };
    if facts.occasion != Use::SignIn {
        return Verdict::Pass;
    }
    let proven_at = evidence.auth_time();
    let too_early = facts.wish.proven_since.is_some_and(|since| proven_at < since);
    let too_old = facts.wish.max_age.is_some_and(|age| facts.now.since(proven_at) > age);
    if too_early || too_old { Verdict::Ask(Question::Authenticate) } else { Verdict::Pass }
}

/// Rule 2: a password is not enough where a second factor is enrolled, nor anything that is weaker than the app wishes.
fn second_factor(facts: &Facts) -> Verdict {
    let Some((evidence, account)) = facts.known() else { return Verdict::Pass };
    if let Some(wish) = facts.unmet_wish() {
        let kinds = account.reaching(wish.at_least);
        if !kinds.is_empty() {
            let for_app = Some(wish.at_least);
            return Verdict::Ask(Question::SecondFactor { kinds, may_remember: false, for_app });
        }
    }
    let kinds = facts.beside_the_mailbox(account.second_steps());
    let done = evidence.has_passkey()
        || evidence.has_second(FactorKind::RecoveryCode)
        || kinds.iter().any(|kind| evidence.has_second(kind));
    // What was remembered was remembered together with the old password.
    let may_remember = account.policy.remembering.rule == Remembering::Allowed && facts.occasion != Use::NewPassword;
    if kinds.is_empty() || done || (may_remember && evidence.is_remembered()) {
        return Verdict::Pass;
    }
    let kinds = account.or_recovery_code(kinds);
    facts.ask(Question::SecondFactor { kinds, may_remember, for_app: None }, Refusal::SecondFactorMissing)
}

/// Rule 3: whoever is switched off or blocked gets nothing, with anything.
fn refuse(facts: &Facts) -> Verdict {
    let refusal = match &facts.account {
        None => Some(Refusal::AccountGone),
        Some(AccountFacts { disabled: true, .. }) => Some(Refusal::AccountDisabled),
        Some(AccountFacts { organisation_disabled: true, .. }) => Some(Refusal::OrganisationDisabled),
        Some(AccountFacts { membership_disabled: true, .. }) => Some(Refusal::MembershipDisabled),
        Some(account) if facts.evidence.as_ref().is_some_and(|evidence| evidence.account_id != account.id) => {
            Some(Refusal::AccountGone)
        }
        Some(account) if facts.issued_at.is_some_and(|at| account.credentials_changed_at > Some(at)) => {
            Some(Refusal::CredentialsChanged)
        }
        Some(_) if facts.network == NetworkStanding::Blocked => Some(Refusal::NetworkBlocked),
        Some(_) => facts.app.as_ref().and_then(|app| match app {
            AppFacts { disabled: true, .. } => Some(Refusal::AppDisabled),
            AppFacts { admits: false, .. } => Some(Refusal::NotAdmitted),
            _ => None,
        }),
    };
    refusal.map_or(Verdict::Pass, Verdict::Refuse)
}

/// Where a password is chosen anew this is the last question: whoever chose it signs in with it, by all the rules.
fn new_password(facts: &Facts) -> Verdict {
    if facts.occasion == Use::NewPassword { Verdict::Ask(Question::NewPassword) } else { Verdict::Pass }
}

/// Rule 4: a password from an unknown place waits for a confirmation. A passkey does not.
fn network(facts: &Facts) -> Verdict {
    let Some((evidence, account)) = facts.known() else { return Verdict::Pass };
    if facts.network != NetworkStanding::New || evidence.has_passkey() {
        return Verdict::Pass;
    }
    // Whoever typed a code from the mailbox in this sign-in has confirmed: nobody is asked the same mailbox twice.
    let confirmed = match account.policy.new_networks.rule {
        NewNetworks::AdministratorOnly => false,
        NewNetworks::ConfirmByMail => evidence.vouches_for_place(),
        NewNetworks::UsersChoice => account.validates_networks || evidence.vouches_for_place(),
    };
    if confirmed {
        return Verdict::Pass;
    }
    let by_administrator = account.policy.new_networks.rule == NewNetworks::AdministratorOnly;
    facts.ask(Question::ConfirmNetwork { by_administrator }, Refusal::NetworkUnknown)
}

/// A password that an administrator wants to be chosen anew opens nothing more than that choice. It comes after the
/// network, so that whoever stole the old one does not choose the new one.
fn password_due(facts: &Facts) -> Verdict {
    let Some((evidence, account)) = facts.known() else { return Verdict::Pass };
    if account.new_password_due && evidence.has_password() {
        facts.ask(Question::NewPassword, Refusal::NewPasswordDue)
    } else {
        Verdict::Pass
    }
}

/// Rule 5: where a rule demands a second factor, nothing is issued before one that counts is set up.
fn enrol(facts: &Facts) -> Verdict {
    let Some((evidence, account)) = facts.known() else { return Verdict::Pass };
    let allowed = account.policy.kinds.rule.kinds();
    let second_steps = account.enrolled.without(FactorKind::RecoveryCode);
    let none_counts = second_steps.and(allowed).is_empty();
    let kinds = allowed.without(FactorKind::RecoveryCode);
    let ask = |why, may_skip| facts.ask(Question::Enrol { kinds, why, may_skip }, Refusal::EnrolmentDue);

    let demand = account.policy.second_factor.rule;
    // What is enrolled is of kinds that are forbidden now: it goes on to count only until something else is set up.
    let all_forbidden = none_counts && !second_steps.is_empty();
    if none_counts && (demand.binds(facts.now) || all_forbidden || account.must_enrol) {
        return ask(EnrolmentReason::Demanded, false);
    }
    if facts.occasion == Use::Later || facts.answers.enrolment_skipped {
        return Verdict::Pass;
    }
    // Whoever also did another step, or has set one up by now, has what it takes for the next time.
    if evidence.has_second(FactorKind::RecoveryCode) && evidence.proofs.iter().all(|proof| !proof.is_lasting_step()) {
        return ask(EnrolmentReason::RecoveryCodeUsed, true);
    }
    match demand.announced(facts.now) {
        Some(from) if none_counts => ask(EnrolmentReason::Announced { from }, true),
        _ => Verdict::Pass,
    }
}

/// Still rule 1, but last of all that is about the person: an app that insists on a strength gets nothing less, now or
/// later. It comes so late because it tells what is not enrolled, and because what rule 5 demands may reach it.
fn strength(facts: &Facts) -> Verdict {
    let insists = facts.unmet_wish().is_some_and(|wish| wish.essential);
    let required = facts.app.as_ref().and_then(|app| app.required);
    let too_weak = required.is_some_and(|least| facts.evidence.as_ref().is_some_and(|done| done.acr_done() < least));
    if insists || too_weak { Verdict::Refuse(Refusal::AcrUnreachable) } else { Verdict::Pass }
}

/// Rule 6: an app that works for one organisation at a time is told which.
fn organisation(facts: &Facts) -> Verdict {
    let due = facts.occasion == Use::SignIn && facts.app.as_ref().is_some_and(|app| app.needs_organisation);
    if due { Verdict::Ask(Question::Organisation) } else { Verdict::Pass }
}

/// Rule 7: an app of somebody else gets only what the person gives it.
fn consent(facts: &Facts) -> Verdict {
    let (Use::SignIn, Some(app)) = (facts.occasion, &facts.app) else { return Verdict::Pass };
    let consent = &app.consent;
    let new = consent.wanted.without(&consent.given);
    let ask = consent.must_ask || (!consent.first_party && !new.is_empty());
    if ask { Verdict::Ask(Question::Consent { new }) } else { Verdict::Pass }
}

/// Rule 8: a better way in is offered, and never insisted on.
fn offer(facts: &Facts) -> Verdict {
    let due = facts.occasion == Use::SignIn && facts.offer && !facts.answers.offer_answered;
    if due { Verdict::Ask(Question::OfferPasskey) } else { Verdict::Pass }
}

#[cfg(test)]
mod tests;
