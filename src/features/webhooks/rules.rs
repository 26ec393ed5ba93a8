//! Which events a webhook is told, when a delivery is tried again, and what the message says.

use std::time::Duration;

use serde_json::{Value, json};

use super::Webhook;
use crate::domain::Timestamp;
use crate::features::audit::Recorded;

/// The waits after the failures, as the specification suggests ("Deliverability and reliability"): three days in all.
const BACK_OFF: [Duration; 9] = [
    Duration::from_secs(5),
    Duration::from_mins(5),
    Duration::from_mins(30),
    Duration::from_hours(2),
    Duration::from_hours(5),
    Duration::from_hours(10),
    Duration::from_hours(14),
    Duration::from_hours(20),
    Duration::from_hours(24),
];

/// How long a webhook may fail without one success before it is switched off.
pub(super) const PATIENCE: Duration = Duration::from_hours(72);

/// The kind of the event that one webhook alone is told, whatever it asked for: somebody tries whether it arrives.
pub const TEST: &str = "webhook.test";

/// The text is no kind of event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("A kind is like sign_in or factor.add: small letters, underscores and dots.")]
pub struct Refusal;

/// A kind, or how kinds begin.
///
/// # Errors
///
/// When it is none.
pub fn checked_kind(text: &str) -> Result<String, Refusal> {
    let fits = text.len() <= 60 && text.split('.').all(|part| !part.is_empty());
    let known = text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._".contains(&byte));
    if fits && known { Ok(text.to_owned()) } else { Err(Refusal) }
}

/// Whether a webhook is told an event.
pub(super) fn is_told(webhook: &Webhook, event: &Recorded) -> bool {
    let begins = |kind: &String| {
        event.kind.strip_prefix(kind.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    let organisation = webhook.organisation_id.map(|id| id.to_string());
    if event.kind == TEST {
        let whom = event.facts.get("webhook").and_then(Value::as_str);
        return whom == Some(webhook.id.to_string().as_str());
    }
    event.at >= webhook.created_at.millis()
        && (webhook.kinds.is_empty() || webhook.kinds.iter().any(begins))
        && organisation.is_none_or(|id| event.chain == id)
}

/// When a delivery is tried again after `attempts` failures; none when it is given up. `chance` spreads the attempts of
/// many over a tenth of the wait.
pub(super) fn next_attempt(attempts: i64, chance: u8, now: Timestamp) -> Option<Timestamp> {
    let wait = BACK_OFF.get(usize::try_from(attempts - 1).ok()?)?;
    Some(now.after(*wait + wait.mul_f64(f64::from(chance) / 2560.0)))
}

/// What a webhook is told: no personal value of the audit is in it.
pub(super) fn message(event: &Recorded, at: &str) -> String {
    let organisation = (event.chain != "instance").then_some(&event.chain);
    let data: Value = json!({
        "id": event.id,
        "outcome": event.outcome,
        "organisation": organisation,
        "actor": event.actor,
        "subject": event.subject,
        "client_id": event.client_id,
        "reference": event.reference,
        "facts": event.facts,
    });
    json!({ "type": event.kind, "timestamp": at, "data": data }).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Random;
    use crate::domain::ids::{OrganisationId, WebhookId};

    struct Fixed;
    impl Random for Fixed {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(1);
        }
    }

    const NOW: Timestamp = Timestamp::from_seconds(1_000_000);

    fn webhook(kinds: &[&str]) -> Webhook {
        Webhook {
            id: WebhookId::new(NOW, &Fixed),
            url: "https://siem.example/in".to_owned(),
            kinds: kinds.iter().map(|kind| (*kind).to_owned()).collect(),
            organisation_id: None,
            created_at: NOW,
            seen_until: NOW,
            failing_since: None,
            disabled_at: None,
            last_answer: None,
            secret: String::new(),
        }
    }

    fn event(kind: &str, chain: &str) -> Recorded {
        Recorded {
            id: "aud_1".to_owned(),
            chain: chain.to_owned(),
            sequence: 1,
            at: NOW.millis(),
            kind: kind.to_owned(),
            outcome: "done".to_owned(),
            actor: None,
            subject: Some("acc_1".to_owned()),
            client_id: None,
            reference: String::new(),
            facts: json!({ "amr": "pwd" }),
            personal: json!({ "ip": "81.2.69.142" }).as_object().cloned().unwrap(),
        }
    }

    #[test]
    fn a_webhook_is_told_what_it_asked_for() {
        assert!(is_told(&webhook(&[]), &event("keys.change", "instance")));
        assert!(is_told(&webhook(&["sign_in", "factor.add"]), &event("sign_in.password", "org_1")));
        assert!(is_told(&webhook(&["factor.add"]), &event("factor.add", "org_1")));
        assert!(!is_told(&webhook(&["factor.add"]), &event("factor.address", "org_1")));
        assert!(!is_told(&webhook(&["sign"]), &event("sign_in.password", "org_1")));
        let organisation = OrganisationId::new(NOW, &Fixed);
        let of_one = Webhook { organisation_id: Some(organisation), ..webhook(&[]) };
        assert!(
            is_told(&of_one, &event("a.b", &organisation.to_string())) && !is_told(&of_one, &event("a.b", "org_2"))
        );
        let late = Webhook { created_at: NOW.after(Duration::from_secs(1)), ..webhook(&[]) };
        assert!(!is_told(&late, &event("a.b", "org_1")), "what happened before it was added is not for it");
    }

    #[test]
    fn a_test_is_told_to_the_one_that_is_tried_and_to_nobody_else() {
        let of_one = webhook(&["factor.add"]);
        let test = |id: &str| Recorded { facts: json!({ "webhook": id }), ..event(TEST, "instance") };
        assert!(is_told(&of_one, &test(&of_one.id.to_string())));
        assert!(!is_told(&webhook(&[]), &test("whk_other")) && !is_told(&webhook(&["webhook"]), &test("whk_other")));
        assert!(!is_told(&webhook(&[]), &event(TEST, "instance")));
    }

    #[test]
    fn the_waits_grow_to_three_days_and_end() {
        let waits: Vec<u64> =
            (1..).map_while(|attempts| next_attempt(attempts, 0, NOW)).map(|at| at.since(NOW).as_secs()).collect();
        assert_eq!(waits.len(), 9);
        assert!(waits.is_sorted() && waits.iter().sum::<u64>() > PATIENCE.as_secs());
        let spread = next_attempt(2, 255, NOW).unwrap().since(NOW).as_secs();
        assert!((300..=330).contains(&spread), "{spread}");
    }

    #[test]
    fn no_personal_value_is_told() {
        let message = message(&event("sign_in.password", "org_1"), "2026-11-24T20:00:00Z");
        assert!(!message.contains("81.2.69.142"), "{message}");
        let read: Value = serde_json::from_str(&message).unwrap();
        assert_eq!((&read["type"], &read["data"]["organisation"]), (&"sign_in.password".into(), &"org_1".into()));
    }

    #[test]
    fn a_kind_is_a_word_with_dots() {
        assert!(checked_kind("sign_in.password").is_ok());
        for text in ["", ".", "sign_in.", "Sign", "a b", "%", &"a".repeat(61)] {
            assert_eq!(checked_kind(text), Err(Refusal), "{text}");
        }
    }
}
