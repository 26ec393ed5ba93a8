//! What tokens are bound to, so that a stolen one opens nothing (RFC 9449, section 6; RFC 8705, section 3).

use serde_json::{Value, json};

use super::dpop::ProvenKey;
use crate::features::clients::Client;
use crate::web::Context;

/// What the refresh token of an app without a secret is called that is bound to a certificate.
const CERTIFICATE: &str = "x5t#S256:";

/// What a token is bound to: only whoever holds the private part of it can use the token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Binding {
    /// A key that proofs are made with, by its thumbprint (RFC 9449).
    Key(String),
    /// A certificate that is shown in TLS, by its thumbprint (RFC 8705).
    Certificate(String),
}

impl Binding {
    /// What the tokens of this request are bound to. A proof that was sent counts; a certificate does only where the app
    /// wants that, since many are shown for the connection alone.
    pub(super) fn of(client: &Client, context: &Context, proven: Option<&ProvenKey>) -> Option<Self> {
        match (proven, &context.certificate) {
            (Some(key), _) => Some(Self::Key(key.thumbprint.clone())),
            (None, Some(certificate)) if client.takes_certificates() => {
                Some(Self::Certificate(certificate.thumbprint()))
            }
            _ => None,
        }
    }

    /// What a token says about it: its `cnf`.
    pub(super) fn confirmation(&self) -> Value {
        match self {
            Self::Key(thumbprint) => json!({ "jkt": thumbprint }),
            Self::Certificate(thumbprint) => json!({ "x5t#S256": thumbprint }),
        }
    }

    /// What the `cnf` of a token says.
    pub(super) fn read(confirmation: &Value) -> Option<Self> {
        let text = |name: &str| confirmation.get(name).and_then(Value::as_str).map(str::to_owned);
        text("jkt").map(Self::Key).or_else(|| text("x5t#S256").map(Self::Certificate))
    }

    /// How it is kept beside a refresh token.
    pub(super) fn kept(&self) -> String {
        match self {
            Self::Key(thumbprint) => thumbprint.clone(),
            Self::Certificate(thumbprint) => format!("{CERTIFICATE}{thumbprint}"),
        }
    }

    /// The kind of token that is bound to it (RFC 9449, section 5; RFC 8705, section 3).
    pub(super) const fn token_type(this: Option<&Self>) -> &'static str {
        match this {
            Some(Self::Key(_)) => "DPoP",
            Some(Self::Certificate(_)) | None => "Bearer",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_binding_reads_back_and_the_two_kinds_are_never_the_same() {
        let (key, certificate) = (Binding::Key("abc".to_owned()), Binding::Certificate("abc".to_owned()));
        for binding in [&key, &certificate] {
            assert_eq!(Binding::read(&binding.confirmation()).as_ref(), Some(binding));
        }
        assert_ne!(key.kept(), certificate.kept());
        assert_eq!(Binding::read(&json!({ "x5t": "abc" })), None);
    }
}
