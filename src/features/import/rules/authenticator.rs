//! The key of an authenticator app as other programs write it.

use url::Url;

use crate::domain::Secret;

/// The fewest bytes of a key (RFC 4226, section 4, R6): of a shorter one no code would ever be taken here.
const SHORTEST: usize = 16;
/// The most bytes.
const LONGEST: usize = 128;

/// Reads a key in base 32, or in an `otpauth:` address.
pub(super) fn key_of(text: &str) -> Result<Secret<Vec<u8>>, &'static str> {
    if text.to_ascii_lowercase().starts_with("otpauth:") { of_address(text) } else { of_base32(text) }
}

fn of_address(text: &str) -> Result<Secret<Vec<u8>>, &'static str> {
    let address = Url::parse(text).map_err(|_| "is no otpauth address")?;
    if address.host_str() != Some("totp") {
        return Err("is for codes that count and not for codes of time");
    }
    let mut key = None;
    for (name, value) in address.query_pairs() {
        match (name.as_ref(), value.as_ref()) {
            ("secret", secret) => key = Some(of_base32(secret)?),
            ("algorithm", algorithm) if !algorithm.eq_ignore_ascii_case("sha1") => {
                return Err("uses another hash than SHA-1, which authenticator apps here use");
            }
            ("digits", digits) if digits != "6" => return Err("makes codes of another length than six digits"),
            ("period", period) if period != "30" => return Err("makes codes that last other than 30 seconds"),
            _ => {}
        }
    }
    key.ok_or("has no secret")
}

/// Base 32 (RFC 4648, section 6), with or without padding, in any case, with blanks and dashes between.
fn of_base32(text: &str) -> Result<Secret<Vec<u8>>, &'static str> {
    let mut bytes = Vec::new();
    let (mut bits, mut count) = (0_u32, 0);
    for c in text.trim_end_matches('=').bytes().filter(|c| !c.is_ascii_whitespace() && *c != b'-') {
        let value = match c.to_ascii_uppercase() {
            letter @ b'A'..=b'Z' => letter - b'A',
            digit @ b'2'..=b'7' => digit - b'2' + 26,
            _ => return Err("is not base 32"),
        };
        bits = bits << 5 | u32::from(value);
        count += 5;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count & 0xff) as u8);
        }
        if bytes.len() > LONGEST {
            return Err("is longer than any key");
        }
    }
    let bytes = Secret::new(bytes);
    if bytes.expose().len() < SHORTEST {
        return Err("is shorter than 128 bits; the person has to set up the app anew");
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    // RFC 6238, appendix B: the key of the test vectors for SHA-1.
    const KEY: &[u8] = b"12345678901234567890";
    const TEXT: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

    #[test]
    fn a_key_is_read_in_every_spelling() {
        let address =
            format!("otpauth://totp/Office:anna?secret={TEXT}&issuer=Office&algorithm=SHA1&digits=6&period=30");
        for text in [TEXT, "gezd gnbv gy3t qojq gezd gnbv gy3t qojq", "GEZDGNBV-GY3TQOJQ-GEZDGNBV-GY3TQOJQ", &address] {
            assert_eq!(key_of(text).unwrap().expose(), KEY, "{text}");
        }
        assert_eq!(key_of("MZXW6YTBOJTG633CMFZGM33PMI======").unwrap().expose(), b"foobarfoobarfoob");
    }

    #[test]
    fn a_key_whose_codes_would_never_be_taken_is_refused() {
        for text in [
            "",
            "GEZDGNBVGY3TQOJQ",
            "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJ1",
            "geheim",
            &"A".repeat(4000),
            &format!("otpauth://totp/a?secret={TEXT}&digits=8"),
            &format!("otpauth://totp/a?secret={TEXT}&period=60"),
            &format!("otpauth://totp/a?secret={TEXT}&algorithm=SHA256"),
            &format!("otpauth://hotp/a?secret={TEXT}"),
            "otpauth://totp/a",
            "otpauth:",
        ] {
            assert!(key_of(text).is_err(), "{text}");
        }
    }
}
