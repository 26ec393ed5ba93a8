//! The parsers that meet the internet, by name, for `tests/fuzz` and for the test below. Compiled for those alone.
//!
//! A target takes any bytes and returns nothing: it must end, and must not panic. What a parser says about sound input is
//! for the tests beside it.

use crate::domain::email::Email;
use crate::domain::{PhoneNumber, Scope};
use crate::features::{oidc, passkeys};
use crate::keys::Jws;
use crate::web;

/// A parser by the name of its file in `tests/fuzz/fuzz_targets` and of its folder in `tests/fuzz/corpus`.
pub type Target = (&'static str, fn(&[u8]));

/// All of them.
pub fn targets() -> impl Iterator<Item = &'static Target> {
    let own: &[Target] = &[("jws", jws), ("names", names)];
    [oidc::FUZZ_TARGETS, passkeys::FUZZ_TARGETS, web::FUZZ_TARGETS, own].into_iter().flatten()
}

/// Runs the target with this name.
///
/// # Panics
///
/// When there is none, or the parser has a fault.
#[expect(clippy::expect_used, reason = "a file of the targets that names none is a fault of its own")]
pub fn run(name: &str, data: &[u8]) {
    let (_, target) = targets().find(|(known, _)| *known == name).expect("there is a target of this name");
    target(data);
}

/// A signed text, and its parts.
fn jws(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(jws) = Jws::parse(text) {
        let _ = (jws.algorithm(), jws.moment("exp"), jws.claim("sub"), jws.is_signed_with(b"secret"));
    }
}

/// What people and apps call something: an e-mail address, a telephone number, scopes.
fn names(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(email) = text.parse::<Email>() {
        assert_eq!(email.as_str().parse::<Email>().as_ref(), Ok(&email), "an address reads back as itself");
        let _ = email.masked();
    }
    if let Ok(number) = PhoneNumber::typed(text, Some("NL")) {
        let _ = number.masked();
    }
    if let Ok(scope) = text.parse::<Scope>() {
        assert!(scope.is_within(&scope));
    }
}

#[cfg(test)]
mod tests;
