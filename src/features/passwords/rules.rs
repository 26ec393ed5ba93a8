//! Which passwords may be chosen.

use unicode_normalization::UnicodeNormalization as _;

use crate::domain::{Email, Secret};

/// The longest password, in bytes. A longer one is refused, never cut.
const LONGEST: usize = 1024;

/// Passwords that long and are the first to be tried all the same.
const WELL_KNOWN: [&str; 12] = [
    "passwordpassword",
    "123456789012345",
    "1234567890123456",
    "qwertyuiopasdfgh",
    "qwertyuiopasdfghjkl",
    "aaaaaaaaaaaaaaa",
    "correcthorsebatterystaple",
    "wachtwoordwachtwoord",
    "welkomwelkomwelkom",
    "administratoradministrator",
    "iloveyouiloveyou",
    "abcdefghijklmnop",
];

/// A password that may be used.
#[derive(Debug)]
pub struct NewPassword(Secret<String>);

/// Why a password may not be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordProblem {
    /// Fewer characters than configured.
    #[error("use at least {least} characters; a few words in a row works well")]
    TooShort {
        /// The fewest characters.
        least: u16,
    },
    /// More bytes than are hashed.
    #[error("use at most 1024 bytes")]
    TooLong,
    /// Among the first that anybody tries, or made of the person's own name.
    #[error("this password is easy to guess; choose another one")]
    Guessable,
}

impl NewPassword {
    /// Checks a password that somebody chose. Length counts, kinds of characters do not (NIST SP 800-63B, 3.1.1.2).
    ///
    /// # Errors
    ///
    /// Why it may not be used.
    pub fn parse(password: &Secret<String>, least: u16, email: &Email) -> Result<Self, PasswordProblem> {
        let normal = normalised(password);
        let text = normal.expose();
        if text.len() > LONGEST {
            return Err(PasswordProblem::TooLong);
        }
        if text.chars().count() < usize::from(least) {
            return Err(PasswordProblem::TooShort { least });
        }
        let lower: String = text.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect();
        let mailbox: String = email.as_str().chars().filter(|c| c.is_alphanumeric()).collect();
        let distinct: std::collections::BTreeSet<char> = lower.chars().collect();
        if WELL_KNOWN.contains(&lower.as_str()) || lower == mailbox || distinct.len() < 4 {
            return Err(PasswordProblem::Guessable);
        }
        Ok(Self(normal))
    }

    pub(super) fn into_inner(self) -> Secret<String> {
        self.0
    }
}

/// The one spelling of a password: keyboards differ in how they compose an é.
pub(super) fn normalised(password: &Secret<String>) -> Secret<String> {
    Secret::new(password.expose().nfc().collect())
}

/// Whether a password can be the right one at all.
pub(super) fn is_plausible(password: &Secret<String>) -> bool {
    password.expose().len() <= LONGEST
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<(), PasswordProblem> {
        let email = "anna@kantoor.nl".parse().unwrap();
        NewPassword::parse(&Secret::new(text.to_owned()), 15, &email).map(|_| ())
    }

    #[test]
    fn length_counts_in_characters_and_kinds_do_not_count() {
        assert_eq!(parse("vier rode fietsen"), Ok(()));
        assert_eq!(parse("🚲🚲🚲 rode fiets 1"), Ok(()));
        assert_eq!(parse("korter dan dat"), Err(PasswordProblem::TooShort { least: 15 }));
    }

    #[test]
    fn a_password_that_is_too_long_is_refused_and_not_cut() {
        assert_eq!(parse(&"vier rode ".repeat(103)), Err(PasswordProblem::TooLong));
    }

    #[test]
    fn what_anybody_would_try_first_is_refused() {
        for text in ["passwordpassword", "Password-Password", "1111111111111111", "annakantoornl  "] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn both_spellings_of_an_accent_are_one_password() {
        let composed = normalised(&Secret::new("caf\u{e9}".to_owned()));
        let decomposed = normalised(&Secret::new("cafe\u{301}".to_owned()));
        assert_eq!(composed.expose(), decomposed.expose());
    }
}
