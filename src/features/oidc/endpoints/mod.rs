//! The endpoints of the protocol, a file each.

pub(super) mod check_session;
pub(super) mod device_authorization;
pub(super) mod discovery;
pub(super) mod end_session;
pub(super) mod introspect;
pub(super) mod par;
pub(super) mod register;
pub(super) mod revoke;
pub(super) mod token;
pub(super) mod userinfo;

use std::sync::Arc;

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;

use super::client_auth::{Presented, authenticate};
use super::dpop::{ProvenKey, Shown, find_key, fresh_nonce};
use super::errors::{ErrorCode, OAuthError, TokenError};
use super::parameters::Parameters;
use crate::features::clients::Client;
use crate::web::{AppState, Context, Error};

/// The parameters of a form that an app sends.
fn form(headers: &HeaderMap, body: &[u8]) -> Result<Parameters, OAuthError> {
    let is_form = headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
    if !is_form {
        let description = "send the parameters as application/x-www-form-urlencoded";
        return Err(OAuthError::new(ErrorCode::InvalidRequest, description));
    }
    let parameters = Parameters::parse(body);
    parameters.refuse_doubled()?;
    Ok(parameters)
}

/// The `DPoP` headers; one that is no text counts as one that cannot be read.
fn proofs(headers: &HeaderMap) -> Vec<&str> {
    headers.get_all("dpop").iter().map(|value| value.to_str().unwrap_or_default()).collect()
}

/// The key that a request to `path` proves, if it tries to.
async fn proven_key(
    state: &AppState,
    context: &Context,
    headers: &HeaderMap,
    path: &'static str,
) -> Result<Result<Option<ProvenKey>, TokenError>, Error> {
    let proofs = proofs(headers);
    let shown = Shown { headers: &proofs, method: "POST", path, access_token: None };
    let found = find_key(state, &shown, context.now).await?;
    Ok(found.map_err(|error| {
        let nonce = (error.code == ErrorCode::UseDpopNonce).then(|| fresh_nonce(state, context.now));
        TokenError { nonce, ..error.into() }
    }))
}

/// Hands out the nonce for the next proof, where nonces are the rule.
fn add_nonce(state: &AppState, context: &Context, response: &mut Response) {
    if state.config.oidc.dpop_nonces
        && let Ok(nonce) = HeaderValue::try_from(fresh_nonce(state, context.now))
    {
        response.headers_mut().insert("dpop-nonce", nonce);
    }
}

/// What an app sends to `endpoint`, and which app it is, proven in the way that it registered.
async fn from_app(
    state: &AppState,
    context: &Context,
    headers: &HeaderMap,
    body: &[u8],
    endpoint: &'static str,
) -> Result<Result<(Parameters, Arc<Client>), TokenError>, Error> {
    let parameters = match form(headers, body) {
        Ok(parameters) => parameters,
        Err(error) => return Ok(Err(error.into())),
    };
    let certificate = context.certificate.as_deref();
    let presented = Presented { authorization: authorization(headers), parameters: &parameters, certificate, endpoint };
    let client = authenticate(state, context, &presented).await?;
    Ok(client.map(|client| (parameters, client)))
}

/// The `Authorization` header; one that is no text counts as one that cannot be read.
fn authorization(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::AUTHORIZATION).map(|value| value.to_str().unwrap_or_default())
}
