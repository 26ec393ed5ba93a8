//! The parsers that meet the internet, by name, for `tests/fuzz` and for the test below. Compiled for those alone.
//!
//! A target takes any bytes and returns nothing: it must end, and must not panic. What a parser says about sound input is
//! for the tests beside it.

use crate::domain::email::Email;
use crate::domain::{PhoneNumber, Scope};
use crate::features::{oidc, passkeys};
use crate::keys::Jws;
use crate::web;

/// A parser, and what calls it.
pub struct Target {
    /// What its file in `tests/fuzz/fuzz_targets` and its folder in `tests/fuzz/corpus` are called.
    pub name: &'static str,
    /// Takes any bytes.
    pub run: fn(&[u8]),
}

/// All of them.
pub const TARGETS: &[Target] = &[
    Target { name: "authorize_query", run: oidc::fuzzing::authorize_query },
    Target { name: "token_body", run: oidc::fuzzing::token_body },
    Target { name: "redirect_uri", run: oidc::fuzzing::redirect_uri },
    Target { name: "request_object", run: oidc::fuzzing::request_object },
    Target { name: "dpop_proof", run: oidc::fuzzing::dpop_proof },
    Target { name: "assertion", run: oidc::fuzzing::assertion },
    Target { name: "authorization_details", run: oidc::fuzzing::authorization_details },
    Target { name: "registration", run: oidc::fuzzing::registration },
    Target { name: "jws", run: jws },
    Target { name: "forwarded_header", run: web::fuzzing::forwarded_header },
    Target { name: "cookies", run: web::fuzzing::cookies },
    Target { name: "certificate_header", run: web::fuzzing::certificate_header },
    Target { name: "webauthn", run: passkeys::fuzzing::webauthn },
    Target { name: "names", run: names },
];

/// Runs the target with this name.
///
/// # Panics
///
/// When there is none, or the parser has a fault.
#[expect(clippy::expect_used, reason = "a file of the targets that names none is a fault of its own")]
pub fn run(name: &str, data: &[u8]) {
    let target = TARGETS.iter().find(|target| target.name == name);
    (target.expect("there is a target of this name").run)(data);
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
