//! The decision over the entire space of small cases, against a statement of its own of what may be issued.

use std::time::Duration;

use super::*;
use crate::domain::sign_in::{AppFacts, ConsentFacts, Proof, Wish};
use crate::domain::{Random, Scope, Timestamp};

struct Fixed(u8);

impl Random for Fixed {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(self.0);
    }
}

fn account(seed: u8) -> AccountId {
    AccountId::new(Timestamp::from_seconds(1), &Fixed(seed))
}

const NOW: i64 = 10_000;

fn scope(text: &str) -> Scope {
    text.parse().unwrap()
}

/// Every combination of the facts: 2 occasions × evidence (none, without proofs, old, fresh) × wishes × accounts × apps.
fn space() -> Vec<Facts> {
    let evidence = |seconds: i64| Evidence {
        account_id: account(1),
        proofs: vec![Proof::Password { at: Timestamp::from_seconds(NOW - seconds) }],
        network: None,
    };
    let empty = Evidence { proofs: Vec::new(), ..evidence(0) };
    let evidences = [None, Some(empty), Some(evidence(5)), Some(evidence(500))];
    let wishes = [None, Some(100), Some(0)].into_iter().flat_map(|since: Option<i64>| {
        [None, Some(60), Some(0)].into_iter().map(move |age: Option<u64>| Wish {
            proven_since: since.map(|ago| Timestamp::from_seconds(NOW - ago)),
            max_age: age.map(Duration::from_secs),
        })
    });
    let mut accounts = vec![None, Some(AccountFacts { id: account(2), ..healthy() })];
    for bits in 0..8_u8 {
        accounts.push(Some(AccountFacts {
            id: account(1),
            disabled: bits & 1 != 0,
            organisation_disabled: bits & 2 != 0,
            membership_disabled: bits & 4 != 0,
        }));
    }
    let mut apps = vec![None];
    for bits in 0..8_u8 {
        for given in ["", "openid", "openid email"] {
            apps.push(Some(AppFacts {
                disabled: bits & 1 != 0,
                consent: ConsentFacts {
                    first_party: bits & 2 != 0,
                    must_ask: bits & 4 != 0,
                    wanted: scope("openid email"),
                    given: scope(given),
                },
            }));
        }
    }
    let wishes: Vec<Wish> = wishes.collect();
    let mut all = Vec::new();
    for occasion in [Use::SignIn, Use::Later] {
        for evidence in &evidences {
            for wish in &wishes {
                for account in &accounts {
                    for app in &apps {
                        all.push(Facts {
                            now: Timestamp::from_seconds(NOW),
                            occasion,
                            wish: *wish,
                            evidence: evidence.clone(),
                            account: account.clone(),
                            app: app.clone(),
                        });
                    }
                }
            }
        }
    }
    all
}

fn healthy() -> AccountFacts {
    AccountFacts { id: account(1), disabled: false, organisation_disabled: false, membership_disabled: false }
}

/// When something may be issued, said once more and differently: no order, no early return.
fn may_issue(facts: &Facts) -> bool {
    let proven_at = facts.evidence.iter().flat_map(|evidence| &evidence.proofs).map(|proof| proof.at().seconds()).max();
    let Some(proven_at) = proven_at else { return false };
    let in_person = facts.occasion == Use::SignIn;
    let fresh = facts.wish.proven_since.is_none_or(|since| proven_at >= since.seconds())
        && facts.wish.max_age.is_none_or(|age| NOW - proven_at <= i64::try_from(age.as_secs()).unwrap());
    let account_fine = facts.account == Some(healthy());
    let app_fine = facts.app.as_ref().is_none_or(|app| !app.disabled);
    let agreed = facts.app.as_ref().is_none_or(|app| {
        !app.consent.must_ask && (app.consent.first_party || app.consent.wanted.is_within(&app.consent.given))
    });
    account_fine && app_fine && (!in_person || (fresh && agreed))
}

#[test]
fn issues_exactly_when_it_may_over_the_whole_space() {
    let space = space();
    assert_eq!(space.len(), 2 * 4 * 9 * 10 * 25);
    for facts in &space {
        let issued = matches!(decide(facts), Decision::Issue(_));
        assert_eq!(issued, may_issue(facts), "{facts:?}");
    }
}

#[test]
fn a_later_use_is_never_asked_anything() {
    for facts in space().iter().filter(|facts| facts.occasion == Use::Later) {
        assert!(!matches!(decide(facts), Decision::Ask(_)), "{facts:?}");
    }
}

#[test]
fn a_guest_is_asked_the_same_whatever_the_account_is() {
    for facts in space().iter().filter(|facts| facts.evidence.is_none() && facts.occasion == Use::SignIn) {
        assert!(matches!(decide(facts), Decision::Ask(Question::Authenticate)), "{facts:?}");
    }
}

#[test]
fn switching_something_off_never_opens_a_door() {
    for facts in space() {
        let before = matches!(decide(&facts), Decision::Issue(_));
        let mut stricter = facts.clone();
        if let Some(account) = &mut stricter.account {
            account.disabled = true;
        }
        assert!(!matches!(decide(&stricter), Decision::Issue(_)), "{stricter:?}");
        let mut asking = facts.clone();
        asking.wish.max_age = Some(Duration::ZERO);
        assert!(before || !matches!(decide(&asking), Decision::Issue(_)), "{asking:?}");
    }
}

#[test]
fn a_clearance_is_about_the_person_who_was_proven() {
    for facts in space() {
        if let Decision::Issue(clearance) = decide(&facts) {
            assert_eq!(Some(clearance.account_id()), facts.account.map(|account| account.id));
        }
    }
}

#[test]
fn consent_names_only_what_is_new() {
    let mut facts = space().into_iter().find(may_issue).unwrap();
    facts.occasion = Use::SignIn;
    facts.wish = Wish::default();
    facts.app = Some(AppFacts {
        disabled: false,
        consent: ConsentFacts {
            first_party: false,
            must_ask: false,
            wanted: scope("openid email"),
            given: scope("openid"),
        },
    });
    let Decision::Ask(Question::Consent { new }) = decide(&facts) else { panic!("consent must be asked") };
    assert_eq!(new, scope("email"));
}

#[test]
fn an_app_that_is_switched_off_may_not_act_for_itself() {
    assert!(decide_app(false).is_ok());
    assert_eq!(decide_app(true).err(), Some(Refusal::AppDisabled));
}
