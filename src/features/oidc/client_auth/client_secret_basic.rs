//! `client_secret_basic`: the secret is in the `Authorization` header (RFC 6749, section 2.3.1).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use url::form_urlencoded;

use super::{Credentials, Found, Presented, Proof};
use crate::features::oidc::errors::{ErrorCode, OAuthError};

pub(super) fn find<'a>(presented: &Presented<'a>) -> Found<'a> {
    let credentials = presented
        .authorization?
        .split_once(' ')
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("basic"))
        .and_then(|(_, encoded)| STANDARD.decode(encoded.trim()).ok())
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .and_then(|text| text.split_once(':').map(|(id, secret)| (decoded(id), decoded(secret))));
    let Some((client_id, secret)) = credentials else {
        return Some(Err(OAuthError::new(ErrorCode::InvalidClient, "the Authorization header cannot be read")));
    };
    if presented.parameters.get("client_id").is_some_and(|named| named != client_id) {
        return Some(Err(OAuthError::new(ErrorCode::InvalidRequest, "client_id names another app")));
    }
    Some(Ok(Credentials { client_id, proof: Proof::Secret(secret) }))
}

/// Identifier and secret are form-encoded inside the header (RFC 6749, section 2.3.1).
fn decoded(text: &str) -> String {
    // Read as the one value of a form with one nameless field.
    let form = format!("={text}");
    form_urlencoded::parse(form.as_bytes()).next().map(|(_, value)| value.into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::oidc::parameters::Parameters;

    fn read(header: &str) -> Result<(String, Option<String>), OAuthError> {
        let parameters = Parameters::default();
        let presented =
            Presented { authorization: Some(header), parameters: &parameters, certificate: None, endpoint: "/token" };
        find(&presented).unwrap().map(|credentials| match credentials.proof {
            Proof::Secret(secret) => (credentials.client_id, Some(secret)),
            _ => (credentials.client_id, None),
        })
    }

    #[test]
    fn the_header_is_form_decoded() {
        let header = format!("Basic {}", STANDARD.encode("my%20app:a%2Bb%3Ac+d"));
        assert_eq!(read(&header).unwrap(), ("my app".to_owned(), Some("a+b:c d".to_owned())));
    }

    #[test]
    fn a_header_that_cannot_be_read_is_refused() {
        for value in ["", "Basic", "Basic !!!", "Bearer abc", "Basic YWJj"] {
            assert!(read(value).is_err(), "{value}");
        }
    }
}
