use std::path::Path;

use super::*;
use crate::domain::ids::OrganisationId;
use crate::domain::{FactorKind, FactorKinds, Random, Timestamp};
use crate::features::audit::Chain;

struct Fixed(u8);
impl Random for Fixed {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(self.0);
    }
}

fn account(seed: u8) -> AccountId {
    AccountId::new(Timestamp::from_seconds(1), &Fixed(seed))
}

fn act(kind: &'static str, outcome: &'static str) -> Event {
    let organisation = OrganisationId::new(Timestamp::from_seconds(1), &Fixed(9));
    Event::new(Chain::Organisation(organisation), kind, outcome).by(account(1))
}

#[test]
fn every_act_tells_what_it_did_to_whom() {
    for (kind, told) in ACTS {
        let event = act(kind, "done").with("kind", "totp").with("session", "ses_1").with("assurance", "lowered");
        let found = signals(&event);
        assert_eq!(found.len(), told.len(), "{kind}");
        for signal in &found {
            assert_eq!((signal.account, &signal.details["initiating_entity"]), (account(1), &json!("user")), "{kind}");
            assert!(signal.kind.starts_with(CAEP) || signal.kind.starts_with(RISC), "{kind}");
            let is_session = signal.kind.ends_with("/session-revoked");
            assert_eq!(signal.session.as_deref(), is_session.then_some("ses_1"), "{kind}");
        }
        assert_eq!(signals(&act(kind, "refused").with("kind", "totp")), [], "{kind}: what was not done tells nothing");
        let nobody = Event::new(Chain::Instance, kind, "done");
        assert_eq!(signals(&nobody), [], "{kind}: about nobody");
    }
    assert_eq!(signals(&act("sign_in.password", "done")), []);
}

#[test]
fn who_did_it_is_the_user_an_administrator_or_nobody() {
    let by = |event: Event| signals(&event)[0].details["initiating_entity"].clone();
    assert_eq!(by(act("membership.disable", "done").about(account(2))), json!("admin"));
    assert_eq!(by(act("session.end", "done")), json!("user"));
    let done = || Event::new(Chain::Instance, "account.disable", "done").about(account(2));
    assert_eq!(by(done().with("by", "command line")), json!("admin"));
    assert_eq!(by(done()), json!("system"));
}

#[test]
fn assurance_is_lowered_only_where_the_act_says_so() {
    let lowered = |event: Event| signals(&event).iter().any(|signal| signal.kind.ends_with("assurance-level-change"));
    let removal = || act("factor.remove", "done").with("kind", "totp");
    assert!(!lowered(removal()) && lowered(removal().with("assurance", "lowered")));
}

#[test]
fn every_kind_of_factor_has_a_word() {
    for kind in FactorKinds::ALL.iter() {
        assert_ne!(credential_type(&kind.to_string()), "other", "{kind}");
    }
    assert_eq!(credential_type(&FactorKind::Totp.to_string()), "app");
}

/// An act that nobody records any more would tell nothing, and look as if it did.
#[test]
fn every_act_of_the_table_is_recorded_somewhere() {
    let mut text = String::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let own = path.to_string_lossy().contains("signals") || path.to_string_lossy().contains("activity");
            if path.is_dir() && !own {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") && !own {
                text.push_str(&std::fs::read_to_string(path).unwrap());
            }
        }
    }
    for (kind, _) in ACTS {
        assert!(text.contains(&format!("\"{kind}\"")), "{kind}");
    }
}
