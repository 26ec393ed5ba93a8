//! Signatures that were made or checked here before.
//!
//! An app shows the same access token again and again, and checking an Ed25519 signature costs more than all else that
//! such a request does. Nothing is trusted because of it but what was right before: message and signature, to the bit.
//! It lives and dies with its key.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use sha2::{Digest as _, Sha256};

/// How many are remembered at least; at most twice as many, 32 bytes each.
const REMEMBERED: usize = 2048;

/// What is remembered: those of now, and those of before.
#[derive(Default)]
pub(super) struct Seen(Mutex<[HashSet<[u8; 32]>; 2]>);

impl Seen {
    /// The name under which a message with this signature is remembered.
    pub(super) fn name(message: &[u8], signature: &[u8]) -> [u8; 32] {
        let mut hash = Sha256::new();
        // The length keeps the end of the one from passing as the beginning of the other.
        hash.update((message.len() as u64).to_be_bytes());
        hash.update(message);
        hash.update(signature);
        hash.finalize().into()
    }

    /// Whether it was right before.
    pub(super) fn holds(&self, name: &[u8; 32]) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().any(|some| some.contains(name))
    }

    /// Remembers that it is right; the oldest are forgotten.
    pub(super) fn add(&self, name: [u8; 32]) {
        let [now, before] = &mut *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if now.len() >= REMEMBERED {
            std::mem::swap(now, before);
            now.clear();
        }
        now.insert(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn message_and_signature_count_to_the_bit() {
        let seen = Seen::default();
        seen.add(Seen::name(b"message", b"signature"));
        assert!(seen.holds(&Seen::name(b"message", b"signature")));
        for (message, signature) in [(&b"messages"[..], &b"ignature"[..]), (b"message", b"signaturf"), (b"", b"")] {
            assert!(!seen.holds(&Seen::name(message, signature)));
        }
    }

    #[test]
    fn the_oldest_are_forgotten_and_the_newest_never() {
        let seen = Seen::default();
        let name = |number: usize| Seen::name(&number.to_be_bytes(), b"");
        for number in 0..10 * REMEMBERED {
            seen.add(name(number));
            assert!(seen.holds(&name(number)));
        }
        assert!(!seen.holds(&name(0)));
        let kept = (0..10 * REMEMBERED).filter(|number| seen.holds(&name(*number))).count();
        assert!((REMEMBERED..=2 * REMEMBERED).contains(&kept), "{kept}");
    }
}
