//! Sealing secrets at rest.

use std::fmt;

use aes_gcm::aead::{Aead as _, KeyInit as _, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use crate::domain::{Random, Secret};

const VERSION: &str = "v1";
const NONCE: usize = 12;

/// Where a sealed value lies. It opens nowhere else: nobody can swap two rows.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The table.
    pub table: &'a str,
    /// The column.
    pub column: &'a str,
    /// The row's key.
    pub row: &'a str,
}

impl Place<'_> {
    fn additional_data(&self) -> Vec<u8> {
        let mut data = Vec::new();
        for part in [self.table, self.column, self.row] {
            data.extend((part.len() as u64).to_be_bytes());
            data.extend(part.as_bytes());
        }
        data
    }
}

/// Seals with AES-256-GCM (NIST SP 800-38D) under `vault.key`.
#[derive(Clone)]
pub struct Vault {
    cipher: Aes256Gcm,
    key_id: String,
}

/// A sealed value does not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// It was sealed with another `vault.key`.
    #[error("a value in the database was sealed with another vault.key; put back the one that belongs to it")]
    ForeignKey,
    /// It was changed, or moved to another place.
    #[error("a sealed value in the database was changed or moved")]
    Tampered,
    /// It is no sealed value.
    #[error("a value in the database is not a sealed value")]
    Malformed,
}

impl Vault {
    pub(super) fn new(key: &[u8; 32]) -> Self {
        let key_id = URL_SAFE_NO_PAD.encode(&Sha256::digest([b"vault key id".as_slice(), key].concat())[..6]);
        Self { cipher: Aes256Gcm::new(key.into()), key_id }
    }

    /// Seals `plaintext` for `place`.
    #[must_use]
    pub fn seal(&self, place: Place<'_>, plaintext: &[u8], random: &dyn Random) -> String {
        let nonce = random.array::<NONCE>();
        let payload = Payload { msg: plaintext, aad: &place.additional_data() };
        // AES-GCM refuses only texts above 64 GiB.
        let sealed = self.cipher.encrypt(&Nonce::from(nonce), payload).unwrap_or_default();
        format!("{VERSION}.{}.{}", self.key_id, URL_SAFE_NO_PAD.encode([&nonce, sealed.as_slice()].concat()))
    }

    /// Opens what was sealed for `place`.
    ///
    /// # Errors
    ///
    /// When it was sealed with another key, for another place, or was changed.
    pub fn open(&self, place: Place<'_>, sealed: &str) -> Result<Secret<Vec<u8>>, OpenError> {
        let mut parts = sealed.splitn(3, '.');
        let (Some(VERSION), Some(key_id), Some(text)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(OpenError::Malformed);
        };
        if key_id != self.key_id {
            return Err(OpenError::ForeignKey);
        }
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| OpenError::Malformed)?;
        let Some((nonce, ciphertext)) = bytes.split_first_chunk::<NONCE>() else { return Err(OpenError::Malformed) };
        let payload = Payload { msg: ciphertext, aad: &place.additional_data() };
        self.cipher.decrypt(&Nonce::from(*nonce), payload).map(Secret::new).map_err(|_| OpenError::Tampered)
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vault").field("key_id", &self.key_id).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests_support::Counting;
    use super::*;

    const HERE: Place<'_> = Place { table: "factors", column: "secret", row: "fac_1" };

    #[test]
    fn what_was_sealed_opens_in_its_place() {
        let vault = Vault::new(&[1; 32]);
        let sealed = vault.seal(HERE, b"seed", &Counting::default());
        assert_eq!(vault.open(HERE, &sealed).unwrap().expose(), b"seed");
        assert!(!sealed.contains("seed"));
    }

    #[test]
    fn it_opens_in_no_other_place() {
        let vault = Vault::new(&[1; 32]);
        let sealed = vault.seal(HERE, b"seed", &Counting::default());
        for other in [
            Place { row: "fac_2", ..HERE },
            Place { column: "secre", ..HERE },
            Place { table: "factorss", column: "ecret", ..HERE },
        ] {
            assert_eq!(vault.open(other, &sealed).unwrap_err(), OpenError::Tampered);
        }
    }

    #[test]
    fn another_key_is_told_apart_from_a_changed_value() {
        let vault = Vault::new(&[1; 32]);
        let sealed = vault.seal(HERE, b"seed", &Counting::default());
        assert_eq!(Vault::new(&[2; 32]).open(HERE, &sealed).unwrap_err(), OpenError::ForeignKey);
        assert_eq!(vault.open(HERE, "seed").unwrap_err(), OpenError::Malformed);
        assert_eq!(vault.open(HERE, &sealed[..20]).unwrap_err(), OpenError::Malformed);
    }

    #[test]
    fn a_value_that_was_changed_anywhere_does_not_open() {
        let vault = Vault::new(&[1; 32]);
        let sealed = vault.seal(HERE, b"seed", &Counting::default());
        let start = sealed.rfind('.').unwrap() + 1;
        let bytes = URL_SAFE_NO_PAD.decode(&sealed[start..]).unwrap();
        for place in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[place] ^= 1;
            let text = format!("{}{}", &sealed[..start], URL_SAFE_NO_PAD.encode(changed));
            assert_eq!(vault.open(HERE, &text).unwrap_err(), OpenError::Tampered, "byte {place}");
        }
    }

    #[test]
    fn the_same_value_never_looks_the_same_twice() {
        let random = Counting::default();
        let vault = Vault::new(&[1; 32]);
        assert_ne!(vault.seal(HERE, b"seed", &random), vault.seal(HERE, b"seed", &random));
    }
}
