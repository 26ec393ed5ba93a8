//! The token endpoint (RFC 6749, section 3.2).

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::{add_nonce, from_app, proven_key};
use crate::features::clients::Client;
use crate::features::failed_requests::{Endpoint, Failure, note_failure};
use crate::features::oidc::bindings::Binding;
use crate::features::oidc::errors::{ErrorCode, OAuthError, TokenError};
use crate::features::oidc::grants::{Call, offered};
use crate::features::oidc::parameters::Parameters;
use crate::web::{AppState, Context, Error, metrics, urls};

/// Answers a token request.
pub(in crate::features::oidc) async fn token(
    State(state): State<AppState>,
    context: Context,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Error> {
    let (parameters, client) = match from_app(&state, &context, &headers, &body, urls::TOKEN).await? {
        Ok(sent) => sent,
        Err(error) => return Ok(refuse(error)),
    };
    let id = client.id.clone();
    match answer(&state, &context, &headers, (&parameters, client)).await? {
        Ok(response) => Ok(response),
        Err(error) => {
            if !is_usual(error.error.code) {
                let OAuthError { code, description } = error.error;
                let code = code.to_string();
                let failure = Failure { endpoint: Endpoint::Token, code: &code, description, address: None };
                note_failure(&state, &context, &id, failure).await;
            }
            Ok(refuse(error))
        }
    }
}

/// Whether apps that are in order hear this now and then.
const fn is_usual(code: ErrorCode) -> bool {
    matches!(code, ErrorCode::AuthorizationPending | ErrorCode::SlowDown | ErrorCode::UseDpopNonce)
}

async fn answer(
    state: &AppState,
    context: &Context,
    headers: &HeaderMap,
    (parameters, client): (&Parameters, Arc<Client>),
) -> Result<Result<Response, TokenError>, Error> {
    let refused = |code, description| Ok(Err(OAuthError::new(code, description).into()));
    let Some(wanted) = parameters.get("grant_type") else {
        return refused(ErrorCode::InvalidRequest, "grant_type is missing");
    };
    let Some(grant) = offered(&state.config).find(|grant| grant.name == wanted) else {
        return refused(ErrorCode::UnsupportedGrantType, "this grant type does not exist");
    };
    if !client.may_use(grant.name) {
        return refused(ErrorCode::UnauthorizedClient, "this app did not register the grant");
    }
    let key = match proven_key(state, context, headers, urls::TOKEN).await? {
        Ok(key) => key,
        Err(error) => return Ok(Err(error)),
    };
    let proves = key.is_some();
    let binding = Binding::of(&client, context, key.as_ref());
    if binding.is_none() && client.needs_bound_tokens() {
        return Ok(Err(unbound(client.takes_certificates() && state.config.mtls.is_on()).into()));
    }
    let call = Call { state, context, client, parameters, binding, trial: None };
    Ok((grant.run)(call).await?.map(|answer| {
        metrics::count("tokens_total", grant.name);
        let mut response = ([(header::CACHE_CONTROL, "no-store")], Json(answer)).into_response();
        if proves {
            add_nonce(state, context, &mut response);
        }
        response
    }))
}

/// What an app is told whose tokens must be bound and that showed nothing to bind them to.
fn unbound(certificate_will_do: bool) -> OAuthError {
    if certificate_will_do {
        let description = "the tokens of this app are bound, and the request shows neither a certificate nor a key";
        return OAuthError::new(ErrorCode::InvalidRequest, description);
    }
    let description = "the tokens of this app are bound to a key, and the request proves none";
    OAuthError::new(ErrorCode::InvalidDpopProof, description)
}

fn refuse(error: TokenError) -> Response {
    metrics::count("tokens_total", "refused");
    error.into_response()
}

impl IntoResponse for TokenError {
    fn into_response(self) -> Response {
        let status = match self.error.code {
            ErrorCode::InvalidClient => StatusCode::UNAUTHORIZED,
            _ => StatusCode::BAD_REQUEST,
        };
        let body = json!({ "error": self.error.code.to_string(), "error_description": self.error.description });
        let mut response = (status, [(header::CACHE_CONTROL, "no-store")], Json(body)).into_response();
        if self.challenge {
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"Countersign\""));
        }
        if let Some(nonce) = self.nonce.and_then(|nonce| HeaderValue::try_from(nonce).ok()) {
            response.headers_mut().insert("dpop-nonce", nonce);
        }
        response
    }
}
