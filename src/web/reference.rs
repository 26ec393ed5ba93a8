//! The reference that a person can read out over the telephone.

use std::fmt;

use crate::domain::Random;

/// Crockford's alphabet: no I, L, O or U to mistake.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Six characters that stand on a page, in the log and in the audit: `7F3K-Q9`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Reference([u8; 6]);

impl Reference {
    /// A new reference.
    #[must_use]
    pub fn new(random: &dyn Random) -> Self {
        Self(random.array::<6>().map(|byte| ALPHABET[usize::from(byte & 31)]))
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, byte) in self.0.iter().enumerate() {
            if place == 4 {
                f.write_str("-")?;
            }
            write!(f, "{}", char::from(*byte))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Same(u8);
    impl Random for Same {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(self.0);
        }
    }

    #[test]
    fn a_reference_is_four_and_two_characters() {
        assert_eq!(Reference::new(&Same(31)).to_string(), "ZZZZ-ZZ");
        assert_eq!(Reference::new(&Same(32)).to_string(), "0000-00");
    }
}
