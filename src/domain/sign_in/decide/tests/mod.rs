//! The rules: each by an example here, all of them over the whole space of small cases in `properties`.

mod honest;
mod new_password;
mod policies;
mod properties;
mod questions;
mod space;
mod statement;

use super::*;
use crate::domain::policy::{AllowedKinds, Demand, PolicyInForce, RuleMaker, Ruled};
use crate::domain::sign_in::{AcrWish, Answers, Proof, Wish};
use crate::domain::{Random, Timestamp};

struct Fixed(u8);

impl Random for Fixed {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(self.0);
    }
}

const NOW: Timestamp = Timestamp::from_seconds(10_000);
const PASSWORD: Proof = Proof::Password { at: NOW };

fn account() -> AccountId {
    AccountId::new(Timestamp::from_seconds(1), &Fixed(1))
}

fn second(factor: FactorKind) -> Proof {
    Proof::Second { at: NOW, factor, device_bound: false }
}

/// A sign-in of an account with these factors, so far.
fn facts(enrolled: &[FactorKind], proofs: &[Proof]) -> Facts {
    let evidence = Evidence { account_id: account(), proofs: proofs.to_vec(), network: None };
    Facts {
        now: NOW,
        occasion: Use::SignIn,
        wish: Wish::default(),
        issued_at: None,
        evidence: (!proofs.is_empty()).then_some(evidence),
        account: Some(AccountFacts {
            id: account(),
            disabled: false,
            organisation_disabled: false,
            membership_disabled: false,
            credentials_changed_at: None,
            must_enrol: false,
            new_password_due: false,
            enrolled: FactorKinds::of(enrolled),
            device_bound: FactorKinds::NONE,
            validates_networks: false,
            policy: PolicyInForce::default(),
        }),
        network: NetworkStanding::Known,
        answers: Answers::default(),
        offer: false,
        app: None,
    }
}

fn with_kinds(mut facts: Facts, kinds: &[FactorKind]) -> Facts {
    let rule = AllowedKinds::new(FactorKinds::of(kinds));
    facts.account.as_mut().unwrap().policy.kinds = Ruled { rule, maker: RuleMaker::Instance };
    facts
}

fn demanded(mut facts: Facts, from: Timestamp) -> Facts {
    let rule = Demand::Required { from };
    facts.account.as_mut().unwrap().policy.second_factor = Ruled { rule, maker: RuleMaker::Instance };
    facts
}

fn word(facts: &Facts) -> String {
    match decide(facts) {
        Decision::Issue(_) => "issue".to_owned(),
        Decision::Ask(Question::SecondFactor { kinds, .. }) => format!("second {kinds:?}"),
        Decision::Ask(Question::Enrol { why, may_skip, .. }) => format!("enrol {why:?} {may_skip}"),
        Decision::Ask(question) => format!("{question:?}"),
        Decision::Refuse(refusal) => refusal.to_string(),
    }
}

#[test]
fn a_password_is_enough_only_where_nothing_else_is_enrolled() {
    use FactorKind::{Passkey, RecoveryCode, Totp};
    assert_eq!(word(&facts(&[], &[PASSWORD])), "issue");
    assert_eq!(word(&facts(&[RecoveryCode], &[PASSWORD])), "issue");
    assert_eq!(word(&facts(&[Totp, RecoveryCode], &[PASSWORD])), "second {Totp, RecoveryCode}");
    assert_eq!(word(&facts(&[Passkey], &[PASSWORD])), "second {Passkey}");
    assert_eq!(word(&facts(&[Totp], &[PASSWORD, second(Totp)])), "issue");
}

#[test]
fn a_second_step_by_itself_is_nothing() {
    assert_eq!(word(&facts(&[FactorKind::Totp], &[second(FactorKind::Totp)])), "Authenticate");
}

#[test]
fn forbidding_a_kind_never_turns_two_steps_into_one() {
    let kinds = [FactorKind::Totp];
    assert_eq!(word(&with_kinds(facts(&[FactorKind::Sms], &[PASSWORD]), &kinds)), "second {Sms}");
    let after = with_kinds(facts(&[FactorKind::Sms], &[PASSWORD, second(FactorKind::Sms)]), &kinds);
    assert_eq!(word(&after), "enrol Demanded false");
    let both = with_kinds(facts(&[FactorKind::Sms, FactorKind::Totp], &[PASSWORD, second(FactorKind::Sms)]), &kinds);
    assert_eq!(word(&both), "second {Totp}");
}

#[test]
fn nothing_is_issued_while_a_demanded_factor_is_missing() {
    let due = demanded(facts(&[], &[PASSWORD]), NOW);
    assert_eq!(word(&due), "enrol Demanded false");
    assert_eq!(word(&Facts { occasion: Use::Later, ..due.clone() }), "enrolment_due");
    let skipped = Answers { enrolment_skipped: true, ..Answers::default() };
    assert_eq!(word(&Facts { answers: skipped, ..due }), "enrol Demanded false");
    let announced = demanded(facts(&[], &[PASSWORD]), Timestamp::from_seconds(10_001));
    assert!(word(&announced).ends_with("true"));
    assert_eq!(word(&Facts { answers: skipped, ..announced }), "issue");
}

#[test]
fn what_was_issued_before_a_factor_changed_counts_no_longer() {
    let mut later = Facts { occasion: Use::Later, issued_at: Some(NOW), ..facts(&[], &[PASSWORD]) };
    assert_eq!(word(&later), "issue");
    later.account.as_mut().unwrap().credentials_changed_at = Some(Timestamp::from_millis(NOW.millis() + 1));
    assert_eq!(word(&later), "credentials_changed");
}

#[test]
fn an_app_gets_the_strength_it_insists_on_or_nothing() {
    let wish = |at_least, essential| Wish { acr: Some(AcrWish { at_least, essential }), ..Wish::default() };
    let ask = |enrolled: &[FactorKind], proofs: &[Proof], wish| word(&Facts { wish, ..facts(enrolled, proofs) });
    let totp = [PASSWORD, second(FactorKind::Totp)];
    assert_eq!(ask(&[FactorKind::Totp], &totp, wish(Acr::MultiFactor, true)), "issue");
    assert_eq!(ask(&[FactorKind::Totp], &totp, wish(Acr::PhishingResistant, true)), "acr_unreachable");
    assert_eq!(ask(&[FactorKind::Totp], &totp, wish(Acr::PhishingResistant, false)), "issue");
    let passkey = [FactorKind::Totp, FactorKind::Passkey];
    assert_eq!(ask(&passkey, &totp, wish(Acr::PhishingResistant, false)), "second {Passkey}");
    assert_eq!(ask(&passkey, &totp, wish(Acr::DeviceBound, true)), "acr_unreachable");
}
