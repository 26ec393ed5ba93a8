//! Choosing a password anew: what a sign-in would ask is asked, and nothing is issued.

use super::properties::stopped_by;
use super::space::{everything, remembered};
use super::*;

/// The same case, where the mailbox was read and a password is to be chosen.
fn forgotten(facts: &Facts) -> Facts {
    let mut facts = Facts { occasion: Use::NewPassword, ..facts.clone() };
    if let Some(evidence) = &mut facts.evidence {
        evidence.proofs.retain(|proof| !matches!(proof, Proof::Password { .. }));
        evidence.proofs.push(Proof::Mailbox { at: NOW });
    }
    facts
}

#[test]
fn nothing_is_ever_issued_for_a_mailbox() {
    let mut chosen = 0_u32;
    let mut judge = |facts: &Facts| {
        let decision = decide(facts);
        assert!(!matches!(decision, Decision::Issue(_)), "{facts:#?}");
        chosen += u32::from(matches!(decision, Decision::Ask(Question::NewPassword)));
    };
    everything(&mut |facts| {
        judge(&forgotten(facts));
        judge(&Facts { occasion: Use::NewPassword, ..facts.clone() });
    });
    assert!(chosen > 10_000, "{chosen}");
    let alone = facts(&[], &[Proof::Mailbox { at: NOW }]);
    assert!(matches!(decide(&alone), Decision::Ask(Question::Authenticate)), "a mailbox signs nobody in");
}

#[test]
fn the_second_step_and_every_refusal_are_those_of_a_sign_in_but_for_codes_in_the_same_mailbox() {
    everything(&mut |facts| {
        if facts.evidence.is_none() {
            return;
        }
        // A sign-in by password, right now, that nobody wishes or demands anything of.
        let mut sign_in = Facts { occasion: Use::SignIn, wish: Wish::default(), ..facts.clone() };
        if let Some(app) = &mut sign_in.app {
            app.required = None;
        }
        let evidence = sign_in.evidence.as_mut().unwrap();
        evidence.proofs.push(PASSWORD);
        evidence.proofs.retain(|proof| !matches!(proof, Proof::Remembered { .. }));
        // Whoever has another step does not do it in the mailbox that stands in for the password.
        let beside = |kinds: FactorKinds| {
            let others = kinds.without(FactorKind::Email);
            if others.without(FactorKind::RecoveryCode).is_empty() { kinds } else { others }
        };
        let has_other =
            facts.account.as_ref().is_some_and(|account| beside(account.second_steps()) != account.second_steps());
        if has_other {
            let evidence = sign_in.evidence.as_mut().unwrap();
            let mailed = |proof: &Proof| matches!(proof, Proof::Second { factor: FactorKind::Email, .. });
            evidence.proofs.retain(|proof| !mailed(proof));
        }
        let reset = forgotten(&Facts { wish: Wish::default(), ..facts.clone() });
        match (decide(&sign_in), decide(&reset)) {
            (
                Decision::Ask(Question::SecondFactor { kinds, .. }),
                Decision::Ask(Question::SecondFactor { kinds: asked, may_remember, .. }),
            ) => assert!(beside(kinds) == asked && !may_remember, "{facts:#?}"),
            (Decision::Refuse(expected), Decision::Refuse(refusal)) => assert_eq!(expected, refusal, "{facts:#?}"),
            (other, decided) => {
                assert!(
                    !matches!(other, Decision::Refuse(_) | Decision::Ask(Question::SecondFactor { .. })),
                    "{facts:#?}"
                );
                assert!(matches!(decided, Decision::Ask(Question::NewPassword)), "{}", stopped_by(&reset));
            }
        }
    });
}

#[test]
fn what_was_remembered_is_not_taken_for_a_second_step() {
    let facts = facts(&[FactorKind::Totp], &[Proof::Mailbox { at: NOW }, remembered(true)]);
    let facts = Facts { occasion: Use::NewPassword, ..facts };
    assert!(matches!(decide(&facts), Decision::Ask(Question::SecondFactor { may_remember: false, .. })));
}

#[test]
fn one_mailbox_is_not_two_steps() {
    use FactorKind::{Email, RecoveryCode, Totp};
    let reset = |enrolled: &[FactorKind], proofs: &[Proof]| {
        word(&Facts { occasion: Use::NewPassword, ..facts(enrolled, proofs) })
    };
    let read = Proof::Mailbox { at: NOW };
    assert_eq!(reset(&[Totp, Email, RecoveryCode], &[read]), "second {Totp, RecoveryCode}");
    assert_eq!(reset(&[Totp, Email], &[read, second(Email)]), "second {Totp}");
    assert_eq!(reset(&[Totp, Email], &[read, second(Totp)]), "NewPassword");
    assert_eq!(reset(&[Email], &[read]), "second {Email}");
}
