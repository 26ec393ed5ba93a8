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
        // The newest first, so that the first fitting key is the one to sign with; RSA first for JWKS.
        keys.sort_by_key(|entry| (entry.life.algorithm, std::cmp::Reverse(entry.life.active_at)));
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

    /// The JSON Web Key Set (RFC 7517, section 5): next, current and retired keys, public parts only.
    #[must_use]
    pub fn jwks(&self, now: Timestamp) -> String {
        let keys: Vec<_> = self
            .0
            .iter()
            .filter(|entry| entry.life.state(now) != KeyState::Removed)
            .map(|entry| entry.key.public_jwk())
            .collect();
        json!({ "keys": keys }).to_string()
    }
}
