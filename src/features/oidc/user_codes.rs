//! The codes that people type to approve a device (RFC 8628, section 6.1).

use crate::domain::Random;

/// Consonants only, so that no code is a word, and no two letters that look alike.
const ALPHABET: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";
/// How many there are in a code: more than 34 bits.
const LENGTH: usize = 8;

/// A new code, as it is stored.
pub(super) fn new(random: &dyn Random) -> String {
    let mut code = String::new();
    while code.len() < LENGTH {
        // What does not fall into a whole number of alphabets is drawn again, so that all letters are as likely.
        code.extend(
            random
                .array::<16>()
                .iter()
                .filter(|byte| **byte < 240)
                .map(|byte| char::from(ALPHABET[usize::from(*byte) % ALPHABET.len()])),
        );
    }
    code.truncate(LENGTH);
    code
}

/// The code as the device shows it.
pub(super) fn shown(code: &str) -> String {
    let (left, right) = code.split_at(code.len() / 2);
    format!("{left}-{right}")
}

/// What somebody typed, as it is stored: small letters, spaces and dashes make no difference.
pub(super) fn typed(text: &str) -> Option<String> {
    let code: String = text
        .chars()
        .filter(|letter| !letter.is_whitespace() && !"-.·–—".contains(*letter))
        .map(|letter| letter.to_ascii_uppercase())
        .collect();
    (code.len() == LENGTH && code.bytes().all(|byte| ALPHABET.contains(&byte))).then_some(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_eight_consonants_and_every_letter_is_as_likely() {
        struct Bytes;
        impl Random for Bytes {
            fn fill(&self, bytes: &mut [u8]) {
                bytes.copy_from_slice(
                    &[255, 240, 0, 1, 19, 20, 239, 250, 21, 22, 23, 24, 25, 26, 27, 28][..bytes.len()],
                );
            }
        }
        let random: &dyn Random = &Bytes;
        assert_eq!(new(random), "BCZBZCDF");
        assert_eq!(ALPHABET.len() * 12, 240);
    }

    #[test]
    fn a_code_is_taken_however_it_is_typed() {
        for text in ["BCDFGHJK", "bcdf-ghjk", " BCDF GHJK ", "bcdf–ghjk"] {
            assert_eq!(typed(text).as_deref(), Some("BCDFGHJK"), "{text}");
        }
        assert_eq!(shown("BCDFGHJK"), "BCDF-GHJK");
        for text in ["", "BCDFGHJ", "BCDFGHJKL", "ACDFGHJK", "BCDFGHJ1", "BCDFGHJé", "BCDF%GHJK"] {
            assert_eq!(typed(text), None, "{text}");
        }
    }
}
