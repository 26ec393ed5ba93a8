//! A stricter policy never opens a door.
//!
//! Whatever follows from one policy to the next stricter one follows to any stricter one, so the pairs that differ in
//! one rule by one notch stand for all pairs. That the rules of two organisations come together as the stricter of each
//! is tried in `policy`.

use super::space::{DEMANDS, ENROLLED, EVIDENCE, NEW_NETWORKS, allowed_kinds, at_rest};
use super::*;
use crate::domain::Strength;
use crate::domain::policy::Remembering;

/// All policies, each with the places of those that are stricter by one notch.
fn policies() -> Vec<(PolicyInForce, Vec<usize>)> {
    const REMEMBERING: [Remembering; 2] = [Remembering::Allowed, Remembering::Never];
    // Which sets of kinds lie just below each in `allowed_kinds`.
    const NARROWER: [&[usize]; 5] = [&[1, 3], &[2], &[4], &[4], &[]];
    let place = |demand, remembering, network, kinds| ((demand * 2 + remembering) * 3 + network) * 5 + kinds;
    let mut all = Vec::new();
    for (demand, demanded) in DEMANDS.into_iter().enumerate() {
        for (memory, remembering) in REMEMBERING.into_iter().enumerate() {
            for (network, new_networks) in NEW_NETWORKS.into_iter().enumerate() {
                for (kinds, (allowed, narrower)) in allowed_kinds().into_iter().zip(NARROWER).enumerate() {
                    let mut policy = PolicyInForce::default();
                    policy.second_factor.rule = demanded;
                    policy.remembering.rule = remembering;
                    policy.new_networks.rule = new_networks;
                    policy.kinds.rule = AllowedKinds::new(allowed);
                    let mut stricter = Vec::new();
                    if demand < 2 {
                        stricter.push(place(demand + 1, memory, network, kinds));
                    }
                    if memory < 1 {
                        stricter.push(place(demand, memory + 1, network, kinds));
                    }
                    if network < 2 {
                        stricter.push(place(demand, memory, network + 1, kinds));
                    }
                    stricter.extend(narrower.iter().map(|kinds| place(demand, memory, network, *kinds)));
                    assert_eq!(all.len(), place(demand, memory, network, kinds));
                    all.push((policy, stricter));
                }
            }
        }
    }
    all
}

/// Compares what each policy decides about the same facts with what each stricter one does.
fn compare(change: impl Fn(&mut Facts), check: impl Fn(&Decision, &Decision, (&Facts, &PolicyInForce))) {
    let policies = policies();
    let mut facts = at_rest();
    change(&mut facts);
    for evidence in EVIDENCE.iter() {
        facts.evidence.clone_from(evidence);
        for enrolled in ENROLLED.iter() {
            let mut decide_under = |policy: &PolicyInForce| {
                let account = facts.account.as_mut().unwrap();
                (account.enrolled, account.device_bound) = *enrolled;
                account.policy = *policy;
                decide(&facts)
            };
            let decisions: Vec<Decision> = policies.iter().map(|(policy, _)| decide_under(policy)).collect();
            for (mild, (policy, stricter)) in policies.iter().enumerate() {
                facts.account.as_mut().unwrap().policy = *policy;
                for strict in stricter {
                    check(&decisions[mild], &decisions[*strict], (&facts, &policies[*strict].0));
                }
            }
        }
    }
}

fn never_opens(milder: &Decision, stricter: &Decision, (facts, _): (&Facts, &PolicyInForce)) {
    let opened = matches!(stricter, Decision::Issue(_)) && !matches!(milder, Decision::Issue(_));
    assert!(!opened, "{milder:?}: {facts:#?}");
}

#[test]
fn what_a_stricter_policy_issues_a_milder_one_issues_too() {
    for network in [NetworkStanding::Known, NetworkStanding::New] {
        for occasion in [Use::SignIn, Use::Later] {
            let change = |facts: &mut Facts| {
                (facts.network, facts.occasion) = (network, occasion);
                facts.answers.enrolment_skipped = true;
                facts.account.as_mut().unwrap().validates_networks = true;
            };
            compare(change, never_opens);
        }
    }
}

/// Not so for a voluntary wish: it is let go where no rule allows what would fulfil it, and so it is no door.
#[test]
fn nor_does_a_stricter_policy_issue_more_to_an_app_that_insists() {
    for at_least in Acr::ALL.iter().copied() {
        let change = |facts: &mut Facts| facts.wish.acr = Some(AcrWish { at_least, essential: true });
        compare(change, never_opens);
    }
}

/// How far a sign-in has come; what is refused is nowhere.
const fn progress(decision: &Decision) -> u8 {
    match decision {
        Decision::Refuse(_) => 0,
        Decision::Ask(Question::Authenticate) => 1,
        Decision::Ask(Question::SecondFactor { .. }) => 2,
        Decision::Ask(Question::ConfirmNetwork { .. } | Question::NewPassword) => 3,
        Decision::Ask(Question::Enrol { .. }) => 4,
        Decision::Ask(Question::Organisation | Question::Consent { .. } | Question::OfferPasskey) => 5,
        Decision::Issue(_) => 6,
    }
}

/// Whether `policy` allows nothing of what the person has, and the person did the strongest of it.
fn did_the_best_of_what_is_forbidden(facts: &Facts, policy: &PolicyInForce) -> bool {
    let (Some(evidence), Some(account)) = (&facts.evidence, &facts.account) else { return false };
    let enrolled = account.enrolled.without(FactorKind::RecoveryCode);
    let strongest = enrolled.iter().map(FactorKind::strength).max();
    enrolled.and(policy.kinds.rule.kinds()).is_empty()
        && enrolled.iter().any(|kind| evidence.has_second(kind) && Some(kind.strength()) == strongest)
}

#[test]
fn the_same_evidence_is_never_asked_for_less() {
    for network in [NetworkStanding::Known, NetworkStanding::New] {
        for validates in [false, true] {
            let change = |facts: &mut Facts| {
                facts.network = network;
                facts.account.as_mut().unwrap().validates_networks = validates;
            };
            compare(change, |milder, stricter, (facts, policy)| {
                if matches!(milder, Decision::Refuse(_)) {
                    return;
                }
                // Where a rule leaves none of the kinds, the strongest does until another is set up, also where a milder
                // rule had left a weaker one.
                let further = matches!(milder, Decision::Ask(Question::SecondFactor { .. }))
                    && did_the_best_of_what_is_forbidden(facts, policy)
                    && !matches!(stricter, Decision::Issue(_));
                assert!(progress(stricter) <= progress(milder) || further, "{milder:?} {stricter:?} {facts:#?}");
                compare_questions(milder, stricter, facts);
            });
        }
    }
}

/// The weakest kind that would do.
fn weakest(kinds: FactorKinds) -> Option<Strength> {
    kinds.without(FactorKind::RecoveryCode).iter().map(FactorKind::strength).min()
}

/// The same question is not milder in what it takes for an answer.
fn compare_questions(milder: &Decision, stricter: &Decision, facts: &Facts) {
    let (Decision::Ask(milder), Decision::Ask(stricter)) = (milder, stricter) else { return };
    match (milder, stricter) {
        (
            Question::SecondFactor { kinds: more, may_remember: may, .. },
            Question::SecondFactor { kinds: fewer, may_remember: may_still, .. },
        ) => {
            assert!(weakest(*fewer) >= weakest(*more) && may_still <= may, "{milder:?} {stricter:?} {facts:#?}");
        }
        (Question::ConfirmNetwork { by_administrator: was }, Question::ConfirmNetwork { by_administrator: is }) => {
            assert!(is >= was, "{facts:#?}");
        }
        (
            Question::Enrol { kinds: more, may_skip: may, .. },
            Question::Enrol { kinds: fewer, may_skip: may_still, .. },
        ) => {
            assert!(fewer.and(*more) == *fewer && may_still <= may, "{milder:?} {stricter:?} {facts:#?}");
        }
        _ => {}
    }
}
