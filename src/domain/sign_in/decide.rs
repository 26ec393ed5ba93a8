//! The rules, in the one order that is right.

use super::{AccountFacts, Evidence, Facts, Question, Refusal, Use};
use crate::domain::ids::AccountId;

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

/// All rules. The order matters: who is refused is told so only after proving who they are, so that a stranger
/// learns nothing about an account.
pub const RULES: &[Rule] = &[
    Rule { name: "authenticate", judge: authenticate },
    Rule { name: "refuse", judge: refuse },
    Rule { name: "consent", judge: consent },
];

/// Decides what comes next.
#[must_use]
pub fn decide(facts: &Facts) -> Decision {
    for rule in RULES {
        match (rule.judge)(facts) {
            Verdict::Pass => {}
            Verdict::Ask(question) => return Decision::Ask(question),
            Verdict::Refuse(refusal) => return Decision::Refuse(refusal),
        }
    }
    match &facts.evidence {
        Some(evidence) => Decision::Issue(Clearance { evidence: evidence.clone() }),
        None => Decision::Refuse(Refusal::NoEvidence),
    }
}

/// Decides whether an app may act for itself.
///
/// # Errors
///
/// Why it may not.
pub const fn decide_app(disabled: bool) -> Result<AppClearance, Refusal> {
    if disabled { Err(Refusal::AppDisabled) } else { Ok(AppClearance(())) }
}

/// Rule 1: somebody must have proven who they are, recently enough for this request.
fn authenticate(facts: &Facts) -> Verdict {
    let Some(evidence) = facts.evidence.as_ref().filter(|evidence| !evidence.proofs.is_empty()) else {
        return match facts.occasion {
            Use::SignIn => Verdict::Ask(Question::Authenticate),
            Use::Later => Verdict::Refuse(Refusal::NoEvidence),
        };
    };
    if facts.occasion == Use::Later {
        return Verdict::Pass;
    }
    let proven_at = evidence.auth_time();
    let too_early = facts.wish.proven_since.is_some_and(|since| proven_at < since);
    let too_old = facts.wish.max_age.is_some_and(|age| facts.now.since(proven_at) > age);
    if too_early || too_old { Verdict::Ask(Question::Authenticate) } else { Verdict::Pass }
}

/// Rule 3: whoever is switched off gets nothing, with anything.
fn refuse(facts: &Facts) -> Verdict {
    let refusal = match &facts.account {
        None => Some(Refusal::AccountGone),
        Some(AccountFacts { disabled: true, .. }) => Some(Refusal::AccountDisabled),
        Some(AccountFacts { organisation_disabled: true, .. }) => Some(Refusal::OrganisationDisabled),
        Some(AccountFacts { membership_disabled: true, .. }) => Some(Refusal::MembershipDisabled),
        Some(account) if facts.evidence.as_ref().is_some_and(|evidence| evidence.account_id != account.id) => {
            Some(Refusal::AccountGone)
        }
        Some(_) => facts.app.as_ref().filter(|app| app.disabled).map(|_| Refusal::AppDisabled),
    };
    refusal.map_or(Verdict::Pass, Verdict::Refuse)
}

/// Rule 7: an app of somebody else gets only what the person gives it.
fn consent(facts: &Facts) -> Verdict {
    let (Use::SignIn, Some(app)) = (facts.occasion, &facts.app) else { return Verdict::Pass };
    let consent = &app.consent;
    let new = consent.wanted.without(&consent.given);
    let ask = consent.must_ask || (!consent.first_party && !new.is_empty());
    if ask { Verdict::Ask(Question::Consent { new }) } else { Verdict::Pass }
}

#[cfg(test)]
mod tests;
