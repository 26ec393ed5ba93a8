//! Floor 2: the keys that seal and sign.
//!
//! Two files hold what must not lie in the database: `vault.key` seals secrets at rest ([`Vault`]), `cookie.key`
//! authenticates forms and the audit ([`MacKey`]). Signing keys ([`SigningKey`]) lie in the database, sealed; a
//! [`Ring`] holds them with their lives. josekit, and with it OpenSSL, is named on this floor only.

mod files;
mod mac;
mod public;
mod ring;
mod rotation;
mod seen;
mod sign;
mod vault;
mod verify;

pub use files::{KeyFileError, KeyFiles};
pub use mac::MacKey;
pub use public::{Jws, PublicKey, PublicKeyError};
pub use ring::{KeyLife, KeyState, Ring, RingKey};
pub use rotation::{Action, RotationSettings, plan, rotate_now};
pub use sign::{SignError, SigningKey};
pub use vault::{OpenError, Place, Vault};
pub use verify::{Claims, VerifyError, verify};

#[cfg(test)]
mod tests_support {
    use std::sync::atomic::{AtomicU8, Ordering};

    use crate::domain::Random;

    /// Bytes that never repeat within a test.
    #[derive(Default)]
    pub(super) struct Counting(AtomicU8);

    impl Random for Counting {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill_with(|| self.0.fetch_add(1, Ordering::Relaxed));
        }
    }
}
