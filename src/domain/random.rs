//! Chance, as an argument.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::Secret;

/// A cryptographically secure source of random bytes; a test may bring a repeatable one.
pub trait Random: Send + Sync + 'static {
    /// Fills `bytes` with random bytes.
    fn fill(&self, bytes: &mut [u8]);
}

impl dyn Random {
    /// `N` random bytes.
    #[must_use]
    pub fn array<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }

    /// A fresh secret of 256 bits as 43 characters of base64url: sessions, codes, refresh tokens.
    #[must_use]
    pub fn secret(&self) -> Secret<String> {
        Secret::new(URL_SAFE_NO_PAD.encode(self.array::<32>()))
    }
}
