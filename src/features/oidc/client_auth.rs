//! How an app proves at the token endpoint that it is itself (RFC 6749, section 2.3).

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use url::form_urlencoded;

use super::errors::{ErrorCode, OAuthError, TokenError};
use super::parameters::Parameters;
use crate::domain::Timestamp;
use crate::features::clients::{Client, ClientAuthentication, Clients};
use crate::web::{AppState, Error};

/// What the app sent.
struct Credentials {
    client_id: String,
    secret: Option<String>,
    method: ClientAuthentication,
}

/// A way to authenticate: its name, and what it finds in a request.
type Method = fn(Option<&str>, &Parameters) -> Option<Result<Credentials, OAuthError>>;

/// The ways, one row each. Exactly one may be used in a request.
const METHODS: &[Method] = &[basic, post, none];

/// The app that sent this request, proven in the way that it registered.
pub(super) async fn authenticate(
    state: &AppState,
    authorization: Option<&str>,
    parameters: &Parameters,
    now: Timestamp,
) -> Result<Result<Arc<Client>, TokenError>, Error> {
    let challenge = authorization.is_some();
    let refused = |error: OAuthError| Ok(Err(TokenError { error, challenge }));
    let mut found = METHODS.iter().filter_map(|method| method(authorization, parameters));
    let credentials = match (found.next(), found.next()) {
        (Some(Ok(credentials)), None) => credentials,
        (Some(Err(error)), None) => return refused(error),
        (None, _) => return refused(OAuthError::new(ErrorCode::InvalidClient, "the app did not authenticate")),
        (Some(_), Some(_)) => {
            return refused(OAuthError::new(ErrorCode::InvalidRequest, "the app authenticated in two ways at once"));
        }
    };
    let failed = OAuthError::new(ErrorCode::InvalidClient, "the app is unknown, or its credentials are wrong");
    let Some(client) = Clients::find(state, &credentials.client_id).await? else { return refused(failed) };
    let right = match (credentials.method, &credentials.secret) {
        (ClientAuthentication::None, None) => true,
        (_, Some(secret)) => client.has_secret(secret, now),
        _ => false,
    };
    // Only the registered way counts, so that a leaked secret does not open an app that registered something stronger.
    if !right || credentials.method != client.authentication || client.disabled_at.is_some() {
        return refused(failed);
    }
    Ok(Ok(client))
}

fn basic(authorization: Option<&str>, parameters: &Parameters) -> Option<Result<Credentials, OAuthError>> {
    let credentials = authorization?
        .split_once(' ')
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("basic"))
        .and_then(|(_, encoded)| STANDARD.decode(encoded.trim()).ok())
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .and_then(|text| text.split_once(':').map(|(id, secret)| (decoded(id), decoded(secret))));
    let Some((client_id, secret)) = credentials else {
        return Some(Err(OAuthError::new(ErrorCode::InvalidClient, "the Authorization header cannot be read")));
    };
    if parameters.get("client_id").is_some_and(|named| named != client_id) {
        return Some(Err(OAuthError::new(ErrorCode::InvalidRequest, "client_id names another app")));
    }
    Some(Ok(Credentials { client_id, secret: Some(secret), method: ClientAuthentication::ClientSecretBasic }))
}

fn post(_: Option<&str>, parameters: &Parameters) -> Option<Result<Credentials, OAuthError>> {
    let secret = parameters.get("client_secret")?.to_owned();
    let Some(client_id) = parameters.get("client_id").map(str::to_owned) else {
        return Some(Err(OAuthError::new(ErrorCode::InvalidRequest, "client_id is missing")));
    };
    Some(Ok(Credentials { client_id, secret: Some(secret), method: ClientAuthentication::ClientSecretPost }))
}

fn none(authorization: Option<&str>, parameters: &Parameters) -> Option<Result<Credentials, OAuthError>> {
    let client_id = parameters.get("client_id")?.to_owned();
    if authorization.is_some() || parameters.get("client_secret").is_some() {
        return None;
    }
    Some(Ok(Credentials { client_id, secret: None, method: ClientAuthentication::None }))
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

    #[test]
    fn the_header_is_form_decoded() {
        let header = format!("Basic {}", STANDARD.encode("my%20app:a%2Bb%3Ac+d"));
        let credentials = basic(Some(&header), &Parameters::default()).unwrap().ok().unwrap();
        assert_eq!(credentials.client_id, "my app");
        assert_eq!(credentials.secret.as_deref(), Some("a+b:c d"));
    }

    #[test]
    fn a_header_that_cannot_be_read_is_refused() {
        for value in ["", "Basic", "Basic !!!", "Bearer abc", "Basic YWJj"] {
            assert!(basic(Some(value), &Parameters::default()).unwrap().is_err(), "{value}");
        }
    }

    #[test]
    fn two_ways_at_once_are_both_seen() {
        let parameters = Parameters::parse(b"client_id=a&client_secret=b");
        let found = METHODS.iter().filter_map(|method| method(Some("Basic YTpi"), &parameters));
        assert_eq!(found.count(), 2);
    }
}
