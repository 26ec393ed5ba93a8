//! How the chain is linked.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use crate::keys::MacKey;

/// All of an event that the chain covers, as text.
pub(super) struct Covered<'a> {
    pub(super) id: &'a str,
    pub(super) chain: &'a str,
    pub(super) sequence: i64,
    pub(super) at: i64,
    pub(super) kind: &'a str,
    pub(super) outcome: &'a str,
    pub(super) actor: &'a str,
    pub(super) subject: &'a str,
    pub(super) client_id: &'a str,
    pub(super) reference: &'a str,
    pub(super) facts: &'a str,
    pub(super) commitments: &'a str,
}

/// The link of an event to the one before.
pub(super) fn link(mac: &MacKey, previous: &str, event: &Covered<'_>) -> String {
    let (sequence, at) = (event.sequence.to_string(), event.at.to_string());
    mac.tag(
        "audit",
        &[
            previous,
            event.id,
            event.chain,
            &sequence,
            &at,
            event.kind,
            event.outcome,
            event.actor,
            event.subject,
            event.client_id,
            event.reference,
            event.facts,
            event.commitments,
        ],
    )
}

/// The commitment to a personal value: it proves the value to whoever has it, and tells nothing to whoever has not.
pub(super) fn commitment(salt: &str, value: &str) -> String {
    let mut digest = Sha256::new();
    digest.update((salt.len() as u64).to_be_bytes());
    digest.update(salt);
    digest.update(value);
    URL_SAFE_NO_PAD.encode(digest.finalize())
}

/// The commitments to all personal values of an event, as JSON.
pub(super) fn commitments(values: &[(String, String, String)]) -> String {
    let all: BTreeMap<&str, String> =
        values.iter().map(|(name, salt, value)| (name.as_str(), commitment(salt, value))).collect();
    serde_json::to_string(&all).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commitment_depends_on_salt_and_value() {
        assert_ne!(commitment("a", "value"), commitment("b", "value"));
        assert_ne!(commitment("a", "bc"), commitment("ab", "c"));
        assert_eq!(commitment("a", "value"), commitment("a", "value"));
    }
}
