//! What holds in every case.

use super::space::{APPS, EVIDENCE, Fact, PLACES, SECOND_STEPS, STEPS, at_rest, each, everything, passkey, sample};
use super::statement::may_issue;
use super::*;
use crate::domain::policy::{Policy, Remembering};

/// The rule that asks or refuses something of these facts.
pub(super) fn stopped_by(facts: &Facts) -> &'static str {
    let stops = |rule: &&Rule| !matches!((rule.judge)(facts), Verdict::Pass);
    RULES.iter().find(stops).map_or("nothing", |rule| rule.name)
}

#[test]
fn it_is_issued_exactly_when_the_statement_says_so() {
    let (mut issued, mut others) = (0_u32, 0_u32);
    everything(&mut |facts| {
        let decision = decide(facts);
        let passes = matches!(decision, Decision::Issue(_));
        assert_eq!(passes, may_issue(facts), "{decision:?} by {}: {facts:#?}", stopped_by(facts));
        *(if passes { &mut issued } else { &mut others }) += 1;
        if let Decision::Issue(clearance) = decision {
            assert_eq!(Some(clearance.evidence()), facts.evidence.as_ref(), "the evidence passes unchanged");
            assert_eq!(Some(clearance.account_id()), facts.account.as_ref().map(|account| account.id));
        }
    });
    assert!(issued > 10_000 && others > 10_000, "both happen: {issued}, {others}");
}

#[test]
fn a_stranger_is_asked_what_a_member_is_asked() {
    let mut tried = 0;
    let mut judge = |facts: &Facts| {
        let begun = facts.evidence.as_ref().is_some_and(Evidence::has_first_step);
        if begun {
            return;
        }
        tried += 1;
        match decide(facts) {
            Decision::Ask(Question::Authenticate) => assert_eq!(facts.occasion, Use::SignIn),
            Decision::Refuse(Refusal::NoEvidence) => assert_eq!(facts.occasion, Use::Later),
            other => panic!("{other:?}: {facts:#?}"),
        }
    };
    each(&[Fact::Account, Fact::Evidence, Fact::Enrolled, Fact::Kinds, Fact::Network, Fact::Occasion], &mut judge);
    sample(50_000, &mut judge);
    assert!(tried > 5_000, "{tried}");
}

#[test]
fn nobody_learns_how_an_account_or_a_network_stands_before_every_factor_was_right() {
    let mut tried = 0;
    let mut judge = |facts: &Facts| {
        if facts.occasion != Use::SignIn || facts.account.is_none() || !matches!(decide(facts), Decision::Refuse(_)) {
            return;
        }
        tried += 1;
        // The same person, with nothing wrong.
        let mut sound = facts.clone();
        (sound.network, sound.app, sound.issued_at) = (NetworkStanding::Known, None, None);
        let account = sound.account.as_mut().unwrap();
        (account.disabled, account.organisation_disabled, account.membership_disabled) = (false, false, false);
        let next = decide(&sound);
        assert!(
            !matches!(next, Decision::Ask(Question::Authenticate | Question::SecondFactor { .. })),
            "refused before {next:?}: {facts:#?}"
        );
    };
    each(&[Fact::Account, Fact::Evidence, Fact::Enrolled, Fact::Network, Fact::Acr], &mut judge);
    sample(50_000, &mut judge);
    assert!(tried > 1_000);
}

#[test]
fn what_is_used_later_is_issued_or_refused_and_never_asked_about() {
    let mut judge = |facts: &Facts| {
        if facts.occasion == Use::Later {
            let decision = decide(facts);
            assert!(!matches!(decision, Decision::Ask(_)), "{decision:?}: {facts:#?}");
        }
    };
    each(APPS, &mut judge);
    each(PLACES, &mut judge);
    sample(50_000, &mut judge);
}

#[test]
fn what_a_sign_in_gives_is_not_refused_at_once() {
    let mut judge = |facts: &Facts| {
        if facts.occasion == Use::SignIn && matches!(decide(facts), Decision::Issue(_)) {
            let later = Facts { occasion: Use::Later, ..facts.clone() };
            assert!(matches!(decide(&later), Decision::Issue(_)), "{}: {later:#?}", word(&later));
        }
    };
    each(PLACES, &mut judge);
    sample(50_000, &mut judge);
}

#[test]
fn a_block_binds_passkeys_and_a_new_network_does_not() {
    let with = |network| Facts { network, ..facts(&[FactorKind::Passkey], &[passkey(false)]) };
    assert_eq!(word(&with(NetworkStanding::New)), "issue");
    assert_eq!(word(&with(NetworkStanding::Blocked)), "network_blocked");
    sample(50_000, &mut |facts| {
        let issues = matches!(decide(facts), Decision::Issue(_));
        assert!(!issues || facts.network != NetworkStanding::Blocked, "{facts:#?}");
    });
}

#[test]
fn what_is_remembered_fulfils_no_wish_and_stands_against_no_veto_and_for_no_administrator() {
    let administrator = PolicyInForce::strictest([(RuleMaker::Instance, Policy::of_administrators())]);
    let mut issued = 0;
    each(STEPS, &mut |facts| {
        let remembered = facts.evidence.as_ref().is_some_and(|evidence| {
            evidence.is_remembered() && evidence.proofs.iter().all(|proof| !proof.is_lasting_step())
        });
        let account = facts.account.as_ref().unwrap();
        let second = SECOND_STEPS.into_iter().any(|kind| account.enrolled.contains(kind));
        if !remembered || !second {
            return;
        }
        if matches!(decide(facts), Decision::Issue(_)) {
            issued += 1;
            assert_eq!(account.policy.remembering.rule, Remembering::Allowed, "{facts:#?}");
            let wished = facts.wish.acr.filter(|_| facts.occasion == Use::SignIn);
            if let Some(wish) = wished.filter(|wish| wish.at_least > Acr::Password) {
                // Any second factor reaches `mfa`; what is let go is only what none of them could reach.
                assert!(wish.at_least > Acr::MultiFactor && !wish.essential, "{facts:#?}");
            }
            let mut powerful = facts.clone();
            powerful.account.as_mut().unwrap().policy = administrator;
            assert!(!matches!(decide(&powerful), Decision::Issue(_)), "{powerful:#?}");
        }
    });
    assert!(issued > 0);
}

#[test]
fn each_rule_stops_something_that_no_other_stops() {
    let mut alone: Vec<&str> = Vec::new();
    let mut judge = |facts: &Facts| {
        let mut stops = RULES.iter().filter(|rule| !matches!((rule.judge)(facts), Verdict::Pass));
        if let (Some(rule), None) = (stops.next(), stops.next())
            && !alone.contains(&rule.name)
        {
            alone.push(rule.name);
        }
    };
    each(&[Fact::Evidence, Fact::Enrolled, Fact::Kinds, Fact::Acr], &mut judge);
    each(&[Fact::Evidence, Fact::Account, Fact::Network, Fact::App, Fact::Offer], &mut judge);
    each(&[Fact::Evidence, Fact::PasswordDue], &mut judge);
    // The choice of a new password is no sign-in.
    let mailbox = [passkey(false), Proof::Mailbox { at: NOW }];
    judge(&Facts { occasion: Use::NewPassword, ..facts(&[FactorKind::Passkey], &mailbox) });
    assert_eq!(alone.len(), RULES.len(), "{alone:?}");
}

#[test]
fn the_space_is_as_large_as_it_says() {
    // 1 + 5 + 10 sets; two kinds can be bound to a device; each with and without recovery codes, but for the last.
    assert_eq!(Fact::Enrolled.size(), 2 * (7 + 2 * 4 * 2 + 3) + 1);
    assert_eq!(EVIDENCE.iter().filter(|evidence| evidence.is_none()).count(), 1);
    assert_eq!(word(&at_rest()), "issue");
}

#[test]
fn an_app_that_is_switched_off_does_not_act_for_itself() {
    assert!(decide_app(false).is_ok());
    assert_eq!(decide_app(true).unwrap_err(), Refusal::AppDisabled);
    assert_eq!(Refusal::AppDisabled.as_str(), "app_disabled", "the word that the audit keeps");
}
