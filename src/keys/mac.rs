//! Message authentication: what leaves us and comes back unchanged.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;

use crate::domain::Secret;

/// Makes and checks HMAC-SHA-256 tags, each for one purpose.
#[derive(Clone, Debug)]
pub struct MacKey(Secret<[u8; 32]>);

impl MacKey {
    pub(super) const fn new(key: Secret<[u8; 32]>) -> Self {
        Self(key)
    }

    /// The tag of `parts` for `purpose`, in base64url. No other purpose and no other split into parts has it.
    #[must_use]
    pub fn tag(&self, purpose: &str, parts: &[&str]) -> String {
        // HMAC takes a key of any length, so there is always one.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(self.0.expose()) else { return String::new() };
        for part in std::iter::once(&purpose).chain(parts) {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part.as_bytes());
        }
        URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
    }

    /// Whether `tag` is the tag of `parts` for `purpose`, compared in constant time.
    #[must_use]
    pub fn verify(&self, purpose: &str, parts: &[&str], tag: &str) -> bool {
        !tag.is_empty() && bool::from(self.tag(purpose, parts).as_bytes().ct_eq(tag.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_for_its_purpose_and_parts_only() {
        let key = MacKey::new(Secret::new([7; 32]));
        let tag = key.tag("form", &["ab", "c"]);
        assert!(key.verify("form", &["ab", "c"], &tag));
        assert!(!key.verify("other", &["ab", "c"], &tag));
        assert!(!key.verify("form", &["a", "bc"], &tag));
        assert!(!key.verify("form", &["abc"], &tag));
        assert!(!key.verify("form", &["ab", "c"], ""));
        assert!(!MacKey::new(Secret::new([8; 32])).verify("form", &["ab", "c"], &tag));
    }
}
