//! What people type, and what it means.

use crate::features::challenges::is_filler;

/// Crockford's alphabet of 32 letters and digits, without those that look like others.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// How many of them a recovery code has: 75 bits.
const LENGTH: usize = 15;

/// A recovery code from random bytes, in its one spelling without dashes.
pub(super) fn recovery_code(bytes: [u8; LENGTH]) -> String {
    bytes.iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect()
}

/// A recovery code as it is shown: `7F3K9-Q2M4X-8HJ2T`.
pub(super) fn grouped(code: &str) -> String {
    let groups: Vec<&str> = [0..5, 5..10, 10..15].into_iter().filter_map(|range| code.get(range)).collect();
    groups.join("-")
}

/// The recovery code in what was typed, whatever its case and dashes; none when it cannot be one.
pub(super) fn typed_recovery_code(typed: &str) -> Option<String> {
    let letter = |c: char| match c.to_ascii_uppercase() {
        'O' => Some('0'),
        'I' | 'L' => Some('1'),
        c => Some(c).filter(|c| c.is_ascii() && ALPHABET.contains(&(*c as u8))),
    };
    let code: Option<String> = typed.chars().filter(|c| !is_filler(*c)).map(letter).collect();
    code.filter(|code| code.len() == LENGTH)
}

/// A key in base32 as it is shown for typing: groups of four.
pub(super) fn in_fours(key: &str) -> String {
    let letters: Vec<char> = key.chars().collect();
    letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recovery_code_is_understood_however_it_was_copied() {
        let code = recovery_code([0, 1, 2, 31, 32, 33, 255, 16, 17, 18, 19, 20, 21, 22, 23]);
        assert_eq!(grouped(&code), "012Z0-1ZGHJ-KMNPQ");
        for typed in ["012Z0-1ZGHJ-KMNPQ", "012z01zghjkmnpq", " o12zO iZghj – KMNPQ", "0l2Z0 LZGHJ KMNPQ"] {
            assert_eq!(typed_recovery_code(typed).as_deref(), Some(code.as_str()), "{typed:?}");
        }
        for typed in ["", "012Z0-1ZGHJ", "012Z0-1ZGHJ-KMNPQ-0", "U12Z0-1ZGHJ-KMNPQ", "é12Z01ZGHJKMNPQ"] {
            assert_eq!(typed_recovery_code(typed), None, "{typed:?}");
        }
    }

    #[test]
    fn a_key_is_shown_in_fours() {
        assert_eq!(in_fours("ABCDEFGHIJ"), "ABCD EFGH IJ");
    }
}
