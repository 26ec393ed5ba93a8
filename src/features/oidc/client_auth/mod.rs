//! How an app proves that it is itself (RFC 6749, section 2.3; OpenID Connect Core, section 9): a way each file.

mod assertion;
mod client_secret_basic;
mod client_secret_jwt;
mod client_secret_post;
#[cfg(any(test, fuzzing))]
pub(super) mod fuzzing;
mod none;
mod private_key_jwt;
mod self_signed_tls_client_auth;
mod tls_client_auth;

use std::sync::Arc;

use self::assertion::Assertion;
use super::errors::{ErrorCode, OAuthError, TokenError};
use super::parameters::Parameters;
use crate::config::{Config, Mtls};
use crate::domain::Timestamp;
use crate::features::clients::{Client, ClientAuthentication, Clients, LastUses};
use crate::features::failed_requests::{Endpoint, Failure, note_failure};
use crate::keys::Certificate;
use crate::web::{AppState, Context, Error};

/// Where an app authenticates, and with what.
#[derive(Clone, Copy)]
pub(super) struct Presented<'a> {
    /// The `Authorization` header.
    pub(super) authorization: Option<&'a str>,
    /// The form.
    pub(super) parameters: &'a Parameters,
    /// The certificate that was shown in TLS. It is no way of its own to authenticate, since it may be there only to bind
    /// tokens: it counts for an app that registered so and says nothing else.
    pub(super) certificate: Option<&'a Certificate>,
    /// The path of the endpoint.
    pub(super) endpoint: &'static str,
}

/// What proves it.
enum Proof<'a> {
    Nothing,
    Secret(String),
    Assertion(Box<Assertion<'a>>),
}

/// What the app sent.
struct Credentials<'a> {
    client_id: String,
    proof: Proof<'a>,
}

type Found<'a> = Option<Result<Credentials<'a>, OAuthError>>;

/// A way to authenticate: its name, and what it finds in a request.
struct Method {
    name: ClientAuthentication,
    find: for<'a> fn(&Presented<'a>) -> Found<'a>,
}

/// The ways, one row each. Exactly one may be used in a request.
const METHODS: &[Method] = &[
    Method { name: ClientAuthentication::ClientSecretBasic, find: client_secret_basic::find },
    Method { name: ClientAuthentication::ClientSecretPost, find: client_secret_post::find },
    Method { name: ClientAuthentication::ClientSecretJwt, find: client_secret_jwt::find },
    Method { name: ClientAuthentication::PrivateKeyJwt, find: private_key_jwt::find },
    Method { name: ClientAuthentication::None, find: none::find },
];

/// The parameters by which apps authenticate, beside `client_id`.
pub(super) const PARAMETERS: [&str; 3] = ["client_secret", "client_assertion", "client_assertion_type"];

/// The names, as discovery lists them.
pub(super) fn names(config: &Config) -> impl Iterator<Item = String> {
    METHODS.iter().map(|method| method.name).chain(by_certificate(&config.mtls)).map(|name| name.to_string())
}

/// The ways by certificate that this configuration offers.
pub(super) fn by_certificate(settings: &Mtls) -> impl Iterator<Item = ClientAuthentication> {
    let signed = settings.ca_file.is_some().then_some(ClientAuthentication::TlsClientAuth);
    let own = settings.is_on().then_some(ClientAuthentication::SelfSignedTlsClientAuth);
    signed.into_iter().chain(own)
}

/// The app that sent this request, proven in the way that it registered.
pub(super) async fn authenticate(
    state: &AppState,
    context: &Context,
    presented: &Presented<'_>,
) -> Result<Result<Arc<Client>, TokenError>, Error> {
    let now = context.now;
    let challenge = presented.authorization.is_some();
    let refused = |error: OAuthError| Ok(Err(TokenError { error, challenge, nonce: None }));
    let mut found = METHODS.iter().filter_map(|method| Some((method.name, (method.find)(presented)?)));
    let (name, credentials) = match (found.next(), found.next()) {
        (Some((name, Ok(credentials))), None) => (name, credentials),
        (Some((_, Err(error))), None) => return refused(error),
        (None, _) => return refused(OAuthError::new(ErrorCode::InvalidClient, "the app did not authenticate")),
        (Some(_), Some(_)) => {
            return refused(OAuthError::new(ErrorCode::InvalidRequest, "the app authenticated in two ways at once"));
        }
    };
    if presented.parameters.get("client_id").is_some_and(|named| named != credentials.client_id) {
        return refused(OAuthError::new(ErrorCode::InvalidClient, "client_id names another app"));
    }
    let failed = OAuthError::new(ErrorCode::InvalidClient, "the app is unknown, or its credentials are wrong");
    let Some(client) = Clients::find(state, &credentials.client_id).await? else { return refused(failed) };
    // Only the registered way counts, so that a leaked secret does not open an app that registered something stronger.
    let registered = name == client.authentication && client.disabled_at.is_none();
    let (right, used, wrong) = match &credentials.proof {
        Proof::Nothing if client.authentication.has_certificate() && client.disabled_at.is_none() => {
            let right = proves_by_certificate(state, &client, presented.certificate, now).await;
            (right, None, "it shows no certificate of its own")
        }
        Proof::Nothing => (registered, None, ""),
        Proof::Secret(secret) => {
            let used = client.find_secret(secret, now);
            let ended = used.is_none() && client.had_secret(secret, now);
            (used.is_some() && registered, used, if ended { "its secret ended" } else { "its secret is wrong" })
        }
        Proof::Assertion(assertion) => {
            let right = registered && assertion.proves(state, &client, presented.endpoint, now).await?;
            (right, None, "its statement does not prove that it is itself")
        }
    };
    if right {
        LastUses::note(state, &client, used, now).await;
        return Ok(Ok(client));
    }
    // The caller is told no more than that it failed; whoever looks after the app is told why.
    let description = if client.disabled_at.is_some() {
        "the app is switched off".to_owned()
    } else if registered || client.authentication.has_certificate() {
        wrong.to_owned()
    } else {
        format!("it authenticated by {name}, and is registered for {}", client.authentication)
    };
    let code = failed.code.to_string();
    let failure = Failure { endpoint: Endpoint::Authentication, code: &code, description: &description, address: None };
    note_failure(state, context, &client.id, failure).await;
    refused(failed)
}

async fn proves_by_certificate(
    state: &AppState,
    client: &Client,
    certificate: Option<&Certificate>,
    now: Timestamp,
) -> bool {
    let Some(certificate) = certificate else { return false };
    match client.authentication {
        ClientAuthentication::TlsClientAuth => tls_client_auth::proves(state, client, certificate, now),
        ClientAuthentication::SelfSignedTlsClientAuth => {
            self_signed_tls_client_auth::proves(state, client, certificate, now).await
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ways(authorization: Option<&str>, form: &[u8]) -> usize {
        let parameters = Parameters::parse(form);
        let presented = Presented { authorization, parameters: &parameters, certificate: None, endpoint: "/token" };
        METHODS.iter().filter_map(|method| (method.find)(&presented)).count()
    }

    #[test]
    fn two_ways_at_once_are_both_seen() {
        let assertion = b"client_id=a&client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer\
            &client_assertion=eyJhbGciOiJSUzI1NiJ9.e30.AA";
        assert_eq!(ways(Some("Basic YTpi"), b"client_id=a&client_secret=b"), 2);
        assert_eq!(ways(Some("Basic YTpi"), assertion), 2);
        assert_eq!(ways(None, &[assertion.as_slice(), b"&client_secret=b"].concat()), 2);
        assert_eq!(ways(None, assertion), 1);
        assert_eq!(ways(None, b"client_id=a"), 1);
        assert_eq!(ways(None, b""), 0);
    }
}
