//! What exactly is asked, in which order, and what a refusal says.

use super::space::{Fact, STEPS, at_rest, each};
use super::*;
use crate::domain::Scope;
use crate::domain::policy::{NewNetworks, Remembering};
use crate::domain::sign_in::{AppFacts, ConsentFacts};

#[test]
fn a_step_may_be_left_out_next_time_only_where_the_rules_allow_it_and_no_app_wishes_for_it() {
    each(STEPS, &mut |facts| {
        let Decision::Ask(Question::SecondFactor { kinds, may_remember, for_app }) = decide(facts) else { return };
        let account = facts.account.as_ref().unwrap();
        let allowed = account.policy.remembering.rule == Remembering::Allowed;
        assert_eq!(may_remember, allowed && for_app.is_none(), "{facts:#?}");
        // A recovery code helps whoever has one, but for what only a key can prove.
        let helps =
            account.enrolled.contains(FactorKind::RecoveryCode) && for_app.is_none_or(|acr| acr <= Acr::MultiFactor);
        assert_eq!(kinds.contains(FactorKind::RecoveryCode), helps, "{facts:#?}");
        assert!(kinds.and(account.enrolled) == kinds && kinds != FactorKinds::of(&[FactorKind::RecoveryCode]));
    });
}

#[test]
fn everything_that_is_due_is_asked_in_the_one_order_that_is_right() {
    let mut facts = Facts { network: NetworkStanding::New, offer: true, ..demanded(facts(&[], &[]), NOW) };
    facts.wish.acr = Some(AcrWish { at_least: Acr::MultiFactor, essential: true });
    facts.app = Some(AppFacts {
        disabled: false,
        admits: true,
        required: None,
        needs_organisation: true,
        consent: ConsentFacts {
            first_party: false,
            must_ask: false,
            wanted: ["email", "openid"].into_iter().collect(),
            given: ["openid"].into_iter().collect(),
        },
    });
    assert_eq!(word(&facts), "Authenticate");
    facts.evidence.clone_from(&at_rest().evidence);
    assert_eq!(word(&facts), "ConfirmNetwork { by_administrator: false }");
    facts.account.as_mut().unwrap().policy.new_networks.rule = NewNetworks::AdministratorOnly;
    assert_eq!(word(&facts), "ConfirmNetwork { by_administrator: true }");
    facts.network = NetworkStanding::Known;
    assert_eq!(word(&facts), "enrol Demanded false", "before the app hears that its wish cannot be fulfilled");
    facts.account.as_mut().unwrap().enrolled = FactorKinds::of(&[FactorKind::Totp]);
    assert_eq!(word(&facts), "second {Totp}");
    facts.evidence.as_mut().unwrap().proofs.push(second(FactorKind::Totp));
    assert_eq!(word(&facts), "Organisation");
    facts.app.as_mut().unwrap().needs_organisation = false;
    let Decision::Ask(Question::Consent { new }) = decide(&facts) else { panic!("{}", word(&facts)) };
    assert_eq!(new, ["email"].into_iter().collect::<Scope>(), "only what was not given before");
    facts.app.as_mut().unwrap().consent.given = facts.app.as_ref().unwrap().consent.wanted.clone();
    assert_eq!(word(&facts), "OfferPasskey");
    facts.answers.offer_answered = true;
    assert_eq!(word(&facts), "issue");
}

#[test]
fn whoever_needed_a_recovery_code_is_asked_once_to_replace_what_was_lost() {
    use FactorKind::{Passkey, RecoveryCode, Totp};
    let mut facts = facts(&[Totp, RecoveryCode], &[PASSWORD, second(RecoveryCode)]);
    assert_eq!(word(&facts), "enrol RecoveryCodeUsed true");
    let skipped = Answers { enrolment_skipped: true, ..Answers::default() };
    assert_eq!(word(&Facts { answers: skipped, ..facts.clone() }), "issue");
    facts.account.as_mut().unwrap().enrolled = FactorKinds::of(&[Totp, RecoveryCode, Passkey]);
    facts.evidence.as_mut().unwrap().proofs.push(super::space::passkey(false));
    assert_eq!(word(&facts), "issue");
}

#[test]
fn forbidding_a_kind_never_lets_a_weaker_one_do() {
    let both = |proofs: &[Proof]| with_kinds(facts(&[FactorKind::Totp, FactorKind::Sms], proofs), &[]);
    assert_eq!(word(&both(&[PASSWORD, second(FactorKind::Sms)])), "second {Totp}");
    assert_eq!(word(&both(&[PASSWORD, second(FactorKind::Totp)])), "enrol Demanded false");
}

#[test]
fn a_refusal_says_what_is_wrong() {
    let said = |fact: Fact, value| {
        let mut facts = at_rest();
        fact.set(&mut facts, value);
        word(&facts)
    };
    let accounts: Vec<String> = (0..9).map(|value| said(Fact::Account, value)).collect();
    let expected = [
        "issue",
        "account_gone",
        "account_disabled",
        "organisation_disabled",
        "membership_disabled",
        "issue",
        "issue",
        "credentials_changed",
        "issue",
    ];
    assert_eq!(accounts, expected);
    let switched_off = at_rest();
    let app = AppFacts {
        disabled: true,
        admits: true,
        required: None,
        needs_organisation: false,
        consent: ConsentFacts { first_party: true, must_ask: false, wanted: Scope::default(), given: Scope::default() },
    };
    let for_others = AppFacts { disabled: false, admits: false, ..app.clone() };
    assert_eq!(word(&Facts { app: Some(app), ..switched_off.clone() }), "app_disabled");
    assert_eq!(word(&Facts { app: Some(for_others), ..switched_off }), "not_admitted");

    let later = |facts: Facts| word(&Facts { occasion: Use::Later, ..facts });
    assert_eq!(later(facts(&[FactorKind::Totp], &[PASSWORD])), "second_factor_missing");
    assert_eq!(later(Facts { network: NetworkStanding::New, ..at_rest() }), "network_unknown");
    assert_eq!(later(Facts { network: NetworkStanding::Blocked, ..at_rest() }), "network_blocked");
    assert_eq!(later(facts(&[], &[])), "no_evidence");
}
