//! Somebody honest, who answers whatever is asked, in every way in which it can be answered.

use super::space::{DEMANDS, NEW_NETWORKS};
use super::space::{ENROLLED, allowed_kinds, at_rest, passkey, step};
use super::*;

/// The most questions after the first proof: a second step, the network, a set-up or an offer, an organisation, consent.
const MOST: usize = 5;

/// Goes on until there is an answer, along every way. `asked` is what was asked so far.
fn go_on(facts: &Facts, asked: &mut Vec<Question>, ends: &mut u32) {
    let question = match decide(facts) {
        Decision::Ask(question) => question,
        Decision::Issue(_) | Decision::Refuse(Refusal::AcrUnreachable) => {
            *ends += 1;
            return;
        }
        Decision::Refuse(refusal) => panic!("an honest person is refused with {refusal}: {facts:#?}"),
    };
    let same = |before: &Question| std::mem::discriminant(before) == std::mem::discriminant(&question);
    assert!(!asked.iter().any(same), "asked again for {question:?} after {asked:?}: {facts:#?}");
    assert!(asked.len() <= MOST, "the first proof, {asked:?} and still {question:?}: {facts:#?}");
    asked.push(question.clone());
    answers(facts, &question, &mut |answered| go_on(answered, asked, ends));
    asked.pop();
}

/// Every answer to the question, as the features write it down.
fn answers(facts: &Facts, question: &Question, go_on: &mut dyn FnMut(&Facts)) {
    let mut after = facts.clone();
    match question {
        Question::Authenticate => {
            let account = facts.account.as_ref().unwrap();
            let mut begin = |proof| {
                let proofs = vec![proof];
                go_on(&Facts {
                    evidence: Some(Evidence { account_id: account.id, proofs, network: None }),
                    ..facts.clone()
                });
            };
            begin(PASSWORD);
            if account.enrolled.contains(FactorKind::Passkey) {
                begin(passkey(account.device_bound.contains(FactorKind::Passkey)));
                begin(passkey(facts.wish.acr.is_some_and(|wish| wish.at_least == Acr::DeviceBound)));
            }
        }
        Question::SecondFactor { kinds, for_app, .. } => {
            for kind in kinds.iter() {
                // Whoever is asked for a key that cannot leave its device takes that one.
                let bound = *for_app == Some(Acr::DeviceBound);
                go_on(&proving(facts, kind, bound));
            }
        }
        Question::NewPassword => panic!("no sign-in asks for a new password: {facts:#?}"),
        Question::ConfirmNetwork { .. } => {
            after.network = NetworkStanding::Known;
            go_on(&after);
        }
        Question::Enrol { kinds, may_skip, .. } => {
            for kind in kinds.iter() {
                for bound in [false, true] {
                    let mut after = proving(facts, kind, bound);
                    let account = after.account.as_mut().unwrap();
                    account.enrolled = account.enrolled.with(kind);
                    if bound {
                        account.device_bound = account.device_bound.with(kind);
                    }
                    after.answers.offer_answered = true;
                    go_on(&after);
                }
            }
            if *may_skip {
                after.answers = Answers { enrolment_skipped: true, offer_answered: true, ..Answers::default() };
                go_on(&after);
            }
        }
        Question::Organisation => {
            after.app.as_mut().unwrap().needs_organisation = false;
            go_on(&after);
        }
        Question::Consent { .. } => {
            let consent = &mut after.app.as_mut().unwrap().consent;
            consent.given = consent.wanted.clone();
            consent.must_ask = false;
            go_on(&after);
        }
        Question::OfferPasskey => {
            after.answers.offer_answered = true;
            go_on(&after);
        }
    }
}

fn proving(facts: &Facts, kind: FactorKind, bound: bool) -> Facts {
    let mut after = facts.clone();
    let strongest = matches!(kind, FactorKind::Passkey | FactorKind::SecurityKey);
    let proof = if kind == FactorKind::Passkey { passkey(bound) } else { step(kind, bound && strongest) };
    after.evidence.as_mut().unwrap().proofs.push(proof);
    after
}

#[test]
fn an_honest_person_is_through_in_five_steps_and_never_asked_the_same_twice() {
    let mut ends = 0;
    let mut facts = at_rest();
    facts.evidence = None;
    facts.offer = true;
    facts.app = Some(crate::domain::sign_in::AppFacts {
        disabled: false,
        admits: true,
        required: None,
        needs_organisation: true,
        consent: crate::domain::sign_in::ConsentFacts {
            first_party: false,
            must_ask: false,
            wanted: ["openid"].into_iter().collect(),
            given: crate::domain::Scope::default(),
        },
    });
    facts.network = NetworkStanding::New;
    let wishes: [Option<(Acr, bool)>; 5] = [
        None,
        Some((Acr::MultiFactor, true)),
        Some((Acr::PhishingResistant, false)),
        Some((Acr::PhishingResistant, true)),
        Some((Acr::DeviceBound, false)),
    ];
    for wish in wishes {
        facts.wish.acr = wish.map(|(at_least, essential)| AcrWish { at_least, essential });
        for enrolled in ENROLLED.iter() {
            for kinds in allowed_kinds() {
                for demand in DEMANDS {
                    for new_networks in [NEW_NETWORKS[0], NEW_NETWORKS[2]] {
                        let account = facts.account.as_mut().unwrap();
                        (account.enrolled, account.device_bound) = *enrolled;
                        account.policy.kinds.rule = AllowedKinds::new(kinds);
                        account.policy.second_factor.rule = demand;
                        account.policy.new_networks.rule = new_networks;
                        go_on(&facts, &mut Vec::new(), &mut ends);
                    }
                }
            }
        }
    }
    assert!(ends > 10_000, "{ends}");
}
