//! Which passwords may be chosen.

use unicode_normalization::UnicodeNormalization as _;
use zxcvbn::zxcvbn;

use crate::domain::{Email, Secret};

/// The longest password, in bytes. A longer one is refused, never cut.
const LONGEST: usize = 1024;

/// How many guesses a password must be worth, as a power of ten: what zxcvbn calls safe should the hashes be stolen.
const LEAST_GUESSES: f64 = 10.0;

/// What Dutch people try first; the lists of zxcvbn are English. The last is the example of a well-known comic.
const FIRST_TRIED: [&str; 16] = [
    "wachtwoord",
    "welkom",
    "geheim",
    "hallo",
    "lieverd",
    "schatje",
    "voetbal",
    "kantoor",
    "boekhouding",
    "administratie",
    "belasting",
    "zomer",
    "winter",
    "lente",
    "herfst",
    "correcthorsebatterystaple",
];

/// What lies near a person, and so is guessed before anything else.
#[derive(Clone, Copy, Debug)]
pub struct Surroundings<'a> {
    /// The name at the top of every page.
    pub product: &'a str,
    /// The office.
    pub organisation: &'a str,
    /// The person's name.
    pub name: &'a str,
    /// The person's address.
    pub email: &'a Email,
}

impl<'a> From<&'a Email> for Surroundings<'a> {
    /// Where the address is all that is known.
    fn from(email: &'a Email) -> Self {
        Self { product: "", organisation: "", name: "", email }
    }
}

impl Surroundings<'_> {
    /// Each name as a whole, without its blanks, and word by word.
    fn words(&self) -> Vec<String> {
        let mut words = Vec::new();
        for name in ["countersign", self.product, self.organisation, self.name, self.email.as_str()] {
            let name = name.to_lowercase();
            words.extend(name.split(|c: char| !c.is_alphanumeric()).map(str::to_owned));
            words.push(name.chars().filter(|c| c.is_alphanumeric()).collect());
            words.push(name);
        }
        // Two letters, as in "de", are part of too many words.
        words.retain(|word| word.chars().count() > 2);
        words
    }
}

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
    /// Made of what is tried first: common passwords, repetitions, sequences, dates, names of the person and the office.
    #[error("this password is easy to guess; choose another one")]
    Guessable,
}

impl PasswordProblem {
    /// The word that pages have for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TooShort { .. } => "too_short",
            Self::TooLong => "too_long",
            Self::Guessable => "guessable",
        }
    }
}

impl NewPassword {
    /// Checks a password that somebody chose. Length counts and ease of guessing, kinds of characters do not (NIST SP
    /// 800-63B, sections 3.1.1.2 and 3.1.1.3).
    ///
    /// # Errors
    ///
    /// Why it may not be used.
    pub fn parse<'a>(
        password: &Secret<String>,
        least: u16,
        near: impl Into<Surroundings<'a>>,
    ) -> Result<Self, PasswordProblem> {
        let normal = normalised(password);
        let text = normal.expose();
        if text.len() > LONGEST {
            return Err(PasswordProblem::TooLong);
        }
        if text.chars().count() < usize::from(least) {
            return Err(PasswordProblem::TooShort { least });
        }
        let words = near.into().words();
        let known: Vec<&str> = words.iter().map(String::as_str).chain(FIRST_TRIED).collect();
        if zxcvbn(text, &known).guesses_log10() < LEAST_GUESSES {
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
        let email = "anna.devries@boekhoudt.nl".parse().unwrap();
        let near = Surroundings {
            product: "Inlogplein",
            organisation: "Kantoor De Vries & Zonen",
            name: "Anna de Vries",
            email: &email,
        };
        NewPassword::parse(&Secret::new(text.to_owned()), 15, near).map(|_| ())
    }

    #[test]
    fn length_counts_in_characters_and_kinds_do_not_count() {
        for text in
            ["vier rode fietsen", "🚲🚲🚲 rode fiets 1", "pannenkoek regenjas", "tmqzvrwkxphdjcb", "839104756201938"]
        {
            assert_eq!(parse(text), Ok(()), "{text}");
        }
        assert_eq!(parse("korter dan dat"), Err(PasswordProblem::TooShort { least: 15 }));
    }

    #[test]
    fn a_password_that_is_too_long_is_refused_and_not_cut() {
        assert_eq!(parse(&"vier rode ".repeat(103)), Err(PasswordProblem::TooLong));
        assert_eq!(parse(&"é".repeat(513)), Err(PasswordProblem::TooLong));
    }

    #[test]
    fn what_anybody_would_try_first_is_refused() {
        for text in [
            "passwordpassword",
            "Password-Password",
            "P@ssw0rdP@ssw0rd",
            "1111111111111111",
            "123456789012345",
            "qwertyuiopasdfgh",
            "abcdefghijklmnop",
            "abcabcabcabcabcabc",
            "wachtwoordwachtwoord",
            "WelkomWelkomWelkom",
            "Welkom2026Welkom2026",
            "Wachtwoord2026!",
            "correcthorsebatterystaple",
        ] {
            assert_eq!(parse(text), Err(PasswordProblem::Guessable), "{text}");
        }
    }

    #[test]
    fn what_is_near_the_person_is_refused() {
        for text in [
            "anna.devries@boekhoudt.nl",
            "annadevries1985",
            "Anna de Vries 1!",
            "kantoordevrieszonen",
            "KantoorDeVries2026",
            "inlogpleininlogplein",
            "Inlogplein2026!",
            "countersigncountersign",
            "seirvedanna12345",
        ] {
            assert_eq!(parse(text), Err(PasswordProblem::Guessable), "{text}");
        }
        // Who has another name may be of this mind.
        let other = "bram@kantoor.nl".parse().unwrap();
        for text in ["kantoordevrieszonen", "Inlogplein2026!"] {
            assert!(NewPassword::parse(&Secret::new(text.to_owned()), 15, &other).is_ok(), "{text}");
        }
    }

    #[test]
    fn the_longest_password_is_judged_at_once() {
        for text in ["a".repeat(1024), "aB3$".repeat(256), "anna ".repeat(204), "p4ssw0rd".repeat(128)] {
            let started = std::time::Instant::now();
            let _ = parse(&text);
            assert!(started.elapsed() < std::time::Duration::from_secs(5), "{:?}", started.elapsed());
        }
    }

    #[test]
    fn both_spellings_of_an_accent_are_one_password() {
        let composed = normalised(&Secret::new("caf\u{e9}".to_owned()));
        let decomposed = normalised(&Secret::new("cafe\u{301}".to_owned()));
        assert_eq!(composed.expose(), decomposed.expose());
    }
}
