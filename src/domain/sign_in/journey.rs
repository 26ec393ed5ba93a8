//! What a whole sign-in would be asked, one question after the other, without anybody signing in.
//!
//! It asks the same rules in the same order as a real sign-in and answers each question as the person best can. So whoever previews
//! a rule or explains a refusal tells what really happens. Nothing is issued: the clearance at the end is dropped.

use super::decide::decide_by;
use super::{Decision, Evidence, Facts, NetworkStanding, Proof, Question, Refusal, Use};
use crate::domain::ids::FactorId;
use crate::domain::network::Network;
use crate::domain::{FactorKind, FactorKinds, Random};

/// More questions than any sign-in has.
const MOST: usize = 16;

/// What a person begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum First {
    /// The password.
    Password,
    /// The password, in a browser where the second step need not be repeated.
    PasswordRemembered,
    /// A passkey.
    Passkey,
}

/// What a whole sign-in is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Journey {
    /// The questions, in order, each with the name of the rule that asks it.
    pub asked: Vec<(&'static str, Question)>,
    /// The rule by which nothing comes of it, and why.
    pub refusal: Option<(&'static str, Refusal)>,
}

/// Stands for whichever credential the person has.
struct Any;

impl Random for Any {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(0);
    }
}

impl Journey {
    /// The sign-in of the account in `facts`, which begins with `first` and comes from `network`; where that stands, the
    /// facts say.
    #[must_use]
    pub fn of(mut facts: Facts, first: First, network: Option<Network>) -> Self {
        let mut journey = Self { asked: Vec::new(), refusal: None };
        facts.occasion = Use::SignIn;
        facts.evidence = begin(&facts, first, network);
        for _ in 0..MOST {
            let (decision, rule) = decide_by(&facts);
            match (decision, rule.unwrap_or_default()) {
                (Decision::Issue(_), _) => break,
                (Decision::Refuse(refusal), rule) => {
                    journey.refusal = Some((rule, refusal));
                    break;
                }
                (Decision::Ask(question), rule) => {
                    answer(&mut facts, &question);
                    journey.asked.push((rule, question));
                }
            }
        }
        journey
    }

    /// The kinds of second step that are asked for, and whether the step may be left out next time.
    #[must_use]
    pub fn second_step(&self) -> Option<(FactorKinds, bool)> {
        self.asked.iter().find_map(|(_, question)| match question {
            Question::SecondFactor { kinds, may_remember, .. } => Some((*kinds, *may_remember)),
            _ => None,
        })
    }

    /// Whether the network must be confirmed, and whether only an administrator can.
    #[must_use]
    pub fn network(&self) -> Option<bool> {
        self.asked.iter().find_map(|(_, question)| match question {
            Question::ConfirmNetwork { by_administrator } => Some(*by_administrator),
            _ => None,
        })
    }

    /// Whether something must be set up, and whether "not now" is an answer.
    #[must_use]
    pub fn enrolment(&self) -> Option<bool> {
        self.asked.iter().find_map(|(_, question)| match question {
            Question::Enrol { may_skip, .. } => Some(*may_skip),
            _ => None,
        })
    }
}

fn begin(facts: &Facts, first: First, network: Option<Network>) -> Option<Evidence> {
    let at = facts.now;
    let account = facts.account.as_ref()?;
    let proofs = match first {
        First::Password => vec![Proof::Password { at }],
        First::PasswordRemembered => {
            let claims_mfa = account.policy.remembered_claims_mfa;
            vec![Proof::Password { at }, Proof::Remembered { at, claims_mfa }]
        }
        First::Passkey => vec![step(facts, FactorKind::Passkey)],
    };
    Some(Evidence { account_id: account.id, proofs, network })
}

/// A step of this kind, as its verifier would write it down.
fn step(facts: &Facts, factor: FactorKind) -> Proof {
    let at = facts.now;
    let device_bound = facts.account.as_ref().is_some_and(|account| account.device_bound.contains(factor));
    match factor {
        FactorKind::Passkey => Proof::Passkey { at, factor: FactorId::new(at, &Any), device_bound },
        _ => Proof::Second { at, factor, device_bound },
    }
}

/// Answers a question as the person best can.
fn answer(facts: &mut Facts, question: &Question) {
    match question {
        Question::Authenticate => facts.evidence = begin(facts, First::Password, None),
        Question::SecondFactor { kinds, .. } => {
            let Some(kind) = kinds.iter().next() else { return };
            prove(facts, kind);
        }
        Question::ConfirmNetwork { .. } => facts.network = NetworkStanding::Known,
        Question::Enrol { may_skip: true, .. } => facts.answers.enrolment_skipped = true,
        Question::Enrol { kinds, .. } => {
            let Some((kind, account)) = kinds.iter().next().zip(facts.account.as_mut()) else { return };
            account.enrolled = account.enrolled.with(kind);
            prove(facts, kind);
        }
        Question::Organisation => {
            if let Some(app) = &mut facts.app {
                app.needs_organisation = false;
            }
        }
        Question::Consent { .. } => {
            if let Some(app) = &mut facts.app {
                app.consent.must_ask = false;
                app.consent.given = app.consent.wanted.clone();
            }
        }
        // Whoever chose a new password signs in with it.
        Question::NewPassword => {
            facts.occasion = Use::SignIn;
            if let Some(account) = &mut facts.account {
                account.new_password_due = false;
            }
        }
        Question::OfferPasskey => facts.answers.offer_answered = true,
    }
}

fn prove(facts: &mut Facts, kind: FactorKind) {
    let proof = step(facts, kind);
    if let Some(evidence) = &mut facts.evidence {
        evidence.proofs.push(proof);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Timestamp;
    use crate::domain::ids::AccountId;
    use crate::domain::policy::{AllowedKinds, Demand, NewNetworks, PolicyInForce, Remembering};
    use crate::domain::sign_in::{AccountFacts, Answers, Wish};

    const NOW: Timestamp = Timestamp::from_seconds(10_000);

    fn facts(enrolled: &[FactorKind]) -> Facts {
        Facts {
            now: NOW,
            occasion: Use::SignIn,
            wish: Wish::default(),
            issued_at: None,
            evidence: None,
            account: Some(AccountFacts {
                id: AccountId::new(NOW, &Any),
                disabled: false,
                organisation_disabled: false,
                membership_disabled: false,
                credentials_changed_at: None,
                enrolled: FactorKinds::of(enrolled),
                device_bound: FactorKinds::NONE,
                must_enrol: false,
                new_password_due: false,
                validates_networks: false,
                policy: PolicyInForce::default(),
            }),
            network: NetworkStanding::Known,
            answers: Answers::default(),
            offer: false,
            app: None,
        }
    }

    fn policy(facts: &mut Facts) -> &mut PolicyInForce {
        &mut facts.account.as_mut().unwrap().policy
    }

    #[test]
    fn the_questions_come_in_the_order_of_a_sign_in() {
        let mut demanded = facts(&[FactorKind::Sms]);
        policy(&mut demanded).second_factor.rule = Demand::Required { from: Timestamp::from_seconds(0) };
        policy(&mut demanded).kinds.rule = AllowedKinds::new(FactorKinds::of(&[FactorKind::Totp]));
        policy(&mut demanded).new_networks.rule = NewNetworks::AdministratorOnly;
        demanded.network = NetworkStanding::New;
        let journey = Journey::of(demanded, First::Password, None);
        assert_eq!(journey.second_step(), Some((FactorKinds::of(&[FactorKind::Sms]), true)));
        assert_eq!((journey.network(), journey.enrolment(), journey.asked.len()), (Some(true), Some(false), 3));
        assert_eq!(journey.refusal, None);
    }

    #[test]
    fn a_passkey_and_a_remembered_step_are_asked_nothing_more() {
        let mut both = facts(&[FactorKind::Passkey, FactorKind::Totp]);
        assert!(Journey::of(both.clone(), First::PasswordRemembered, None).asked.is_empty());
        both.network = NetworkStanding::New;
        policy(&mut both).remembering.rule = Remembering::Never;
        assert!(Journey::of(both.clone(), First::Passkey, None).asked.is_empty());
        assert_eq!(Journey::of(both, First::PasswordRemembered, None).second_step().map(|(_, may)| may), Some(false));
    }

    #[test]
    fn who_is_refused_is_told_after_every_factor() {
        let mut off = facts(&[FactorKind::Totp]);
        off.account.as_mut().unwrap().disabled = true;
        let journey = Journey::of(off, First::Password, None);
        assert_eq!((journey.asked.len(), journey.refusal), (1, Some(("refuse", Refusal::AccountDisabled))));
        let nobody = Facts { account: None, ..facts(&[]) };
        assert!(Journey::of(nobody, First::Password, None).refusal.is_none(), "a stranger is asked for ever");
    }

    #[test]
    fn whoever_belongs_here_comes_through_whatever_is_enrolled_and_ruled() {
        let kinds: [&[FactorKind]; 3] = [&[FactorKind::Totp], &[FactorKind::Sms, FactorKind::Email], &[]];
        let subsets = (0_u32..64).map(|bits| {
            let all = [
                FactorKind::Passkey,
                FactorKind::SecurityKey,
                FactorKind::Totp,
                FactorKind::Sms,
                FactorKind::Email,
                FactorKind::RecoveryCode,
            ];
            all.into_iter().enumerate().filter(|(n, _)| bits >> n & 1 == 1).map(|(_, kind)| kind).collect::<Vec<_>>()
        });
        for enrolled in subsets {
            for n in 0..72 {
                let mut all = facts(&enrolled);
                all.network = if n % 2 == 0 { NetworkStanding::Known } else { NetworkStanding::New };
                let rules = policy(&mut all);
                rules.remembering.rule = if n / 2 % 2 == 0 { Remembering::Allowed } else { Remembering::Never };
                rules.new_networks.rule =
                    [NewNetworks::UsersChoice, NewNetworks::ConfirmByMail, NewNetworks::AdministratorOnly][n / 4 % 3];
                rules.second_factor.rule = [Demand::Optional, Demand::Required { from: NOW }][n / 12 % 2];
                rules.kinds.rule = AllowedKinds::new(FactorKinds::of(kinds[n / 24]));
                for first in [First::Password, First::PasswordRemembered, First::Passkey] {
                    let journey = Journey::of(all.clone(), first, None);
                    assert!(journey.refusal.is_none() && journey.asked.len() < MOST, "{all:?} {first:?} {journey:?}");
                    let mut once = journey.asked.clone();
                    once.dedup();
                    assert_eq!(once, journey.asked, "no question comes twice");
                }
            }
        }
    }
}
