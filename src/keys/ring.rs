//! The signing keys that are known, with their lives.

use std::sync::Arc;

use serde_json::json;

use super::SigningKey;
use crate::domain::{Algorithm, Timestamp};

/// When a key begins and ends what it does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyLife {
    /// Which key.
    pub kid: String,
    /// What it signs with.
    pub algorithm: Algorithm,
    /// When it was made and published.
    pub created_at: Timestamp,
    /// From when it signs.
    pub active_at: Timestamp,
    /// From when it signs no more; what it signed still counts.
    pub retired_at: Option<Timestamp>,
    /// From when it is forgotten.
    pub removed_at: Option<Timestamp>,
}

/// Where a key stands in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyState {
    /// Published, and not signing yet.
    Next,
    /// Signing.
    Current,
    /// Published, and not signing any more.
    Retired,
    /// Forgotten.
    Removed,
}

impl KeyState {
    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Next => "next",
            Self::Current => "current",
            Self::Retired => "retired",
            Self::Removed => "removed",
        }
    }
}

impl KeyLife {
    /// Where the key stands at `now`.
    #[must_use]
    pub fn state(&self, now: Timestamp) -> KeyState {
        let passed = |moment: Option<Timestamp>| moment.is_some_and(|moment| moment <= now);
        if passed(self.removed_at) {
            KeyState::Removed
        } else if passed(self.retired_at) {
            KeyState::Retired
        } else if self.active_at <= now {
            KeyState::Current
        } else {
            KeyState::Next
        }
    }
}

/// A key of the ring.
#[derive(Clone, Debug)]
pub struct RingKey {
    /// When it does what.
    pub life: KeyLife,
    /// The key itself.
    pub key: Arc<SigningKey>,
}

/// All keys that sign or have signed.
#[derive(Clone, Debug, Default)]
pub struct Ring(Vec<RingKey>);

impl Ring {
    /// A ring of these keys.
    #[must_use]
    pub fn new(mut keys: Vec<RingKey>) -> Self {
        // The newest first, so that the first fitting key is the one to sign with; RSA first for JWKS. Of two keys of one
        // moment the plan keeps the one whose name is last, so that one must sign, whatever order a table gives.
        keys.sort_by(|a, b| {
            let (a, b) = (&a.life, &b.life);
            a.algorithm.cmp(&b.algorithm).then_with(|| (b.active_at, &b.kid).cmp(&(a.active_at, &a.kid)))
        });
        Self(keys)
    }

    /// The key that signs with `algorithm` at `now`.
    #[must_use]
    pub fn signer(&self, algorithm: Algorithm, now: Timestamp) -> Option<&SigningKey> {
        self.0
            .iter()
            .find(|entry| entry.life.algorithm == algorithm && entry.life.state(now) == KeyState::Current)
            .map(|entry| entry.key.as_ref())
    }

    /// The key with this `kid`, unless it is forgotten at `now`.
    #[must_use]
    pub fn find(&self, kid: &str, now: Timestamp) -> Option<&SigningKey> {
        self.0
            .iter()
            .find(|entry| entry.life.kid == kid && entry.life.state(now) != KeyState::Removed)
            .map(|entry| entry.key.as_ref())
    }

    /// The lives of all keys.
    pub fn lives(&self) -> impl Iterator<Item = &KeyLife> {
        self.0.iter().map(|entry| &entry.life)
    }

    /// The JSON Web Key Set (RFC 7517, section 5): current, next and retired keys, public parts only.
    ///
    /// The key that signs is the first of its algorithm, for clients that take the first one they can use.
    #[must_use]
    pub fn jwks(&self, now: Timestamp) -> String {
        let state = |entry: &RingKey| entry.life.state(now);
        let mut entries: Vec<_> = self.0.iter().filter(|entry| state(entry) != KeyState::Removed).collect();
        entries.sort_by_key(|entry| (entry.life.algorithm, state(entry) != KeyState::Current));
        let keys: Vec<_> = entries.into_iter().map(|entry| entry.key.public_jwk()).collect();
        json!({ "keys": keys }).to_string()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::super::{Action, RotationSettings, plan};
    use super::*;

    fn second(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(seconds)
    }

    fn entry(algorithm: Algorithm, active: i64, retired: Option<i64>, removed: Option<i64>) -> RingKey {
        let key = Arc::new(SigningKey::generate(algorithm).unwrap());
        let life = KeyLife {
            kid: key.kid().to_owned(),
            algorithm,
            created_at: second(0),
            active_at: second(active),
            retired_at: retired.map(second),
            removed_at: removed.map(second),
        };
        RingKey { life, key }
    }

    fn signer(ring: &Ring, now: i64) -> Option<&str> {
        ring.signer(Algorithm::EdDSA, second(now)).map(SigningKey::kid)
    }

    #[test]
    fn a_key_is_next_then_current_then_retired_then_removed() {
        let life = entry(Algorithm::EdDSA, 20, Some(30), Some(40)).life;
        let states = [0, 19, 20, 29, 30, 39, 40, 99].map(|now| life.state(second(now)).as_str());
        assert_eq!(states, ["next", "next", "current", "current", "retired", "retired", "removed", "removed"]);
    }

    #[test]
    fn the_newest_active_key_signs_and_a_retired_one_never() {
        let old = entry(Algorithm::EdDSA, 0, Some(25), None);
        let new = entry(Algorithm::EdDSA, 10, Some(30), None);
        let ring = Ring::new(vec![old.clone(), new.clone()]);
        assert_eq!(signer(&ring, 9), Some(old.key.kid()));
        assert_eq!(signer(&ring, 10), Some(new.key.kid()));
        assert_eq!(signer(&ring, 30), None);
        assert!(ring.signer(Algorithm::ES256, second(10)).is_none());
    }

    #[test]
    fn of_two_keys_of_one_moment_the_one_signs_that_the_plan_keeps() {
        let keys = vec![entry(Algorithm::EdDSA, 0, None, None), entry(Algorithm::EdDSA, 0, None, None)];
        let day = std::time::Duration::from_hours(24);
        let algorithms = vec![Algorithm::EdDSA];
        let settings = RotationSettings { rotation: day * 90, publish_ahead: day, keep_retired: day, algorithms };
        let lives: Vec<_> = keys.iter().map(|entry| entry.life.clone()).collect();
        let plan = plan(&lives, second(5), &settings);
        let [Action::Retire { kid: retires, .. }, Action::Create { .. }] = plan.as_slice() else { panic!("{plan:?}") };
        for keys in [keys.clone(), keys.into_iter().rev().collect()] {
            assert_ne!(signer(&Ring::new(keys), 5), Some(retires.as_str()));
        }
    }

    #[test]
    fn the_key_set_lists_what_is_not_removed_with_rsa_and_signing_keys_first() {
        let next = entry(Algorithm::EdDSA, 20, None, None);
        let current = entry(Algorithm::EdDSA, 5, None, None);
        let retired = entry(Algorithm::EdDSA, 0, Some(5), Some(90));
        let removed = entry(Algorithm::EdDSA, 0, Some(1), Some(2));
        let rsa = entry(Algorithm::RS256, 0, None, None);
        let expected = [&rsa, &current, &next, &retired].map(|entry| Value::from(entry.key.public_jwk().clone()));
        let ring = Ring::new([&removed, &retired, &next, &rsa, &current].map(Clone::clone).into());
        assert_eq!(serde_json::from_str::<Value>(&ring.jwks(second(10))).unwrap(), json!({ "keys": expected }));
    }

    #[test]
    fn a_key_is_found_by_name_until_it_is_removed() {
        let key = entry(Algorithm::EdDSA, 0, Some(5), Some(10));
        let ring = Ring::new(vec![key.clone(), entry(Algorithm::EdDSA, 0, None, None)]);
        let found = |now| ring.find(key.key.kid(), second(now)).map(SigningKey::kid);
        assert_eq!(found(9), Some(key.key.kid()));
        assert_eq!(found(10), None);
    }
}
