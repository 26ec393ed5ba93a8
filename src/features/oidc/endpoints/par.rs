//! Pushed authorization requests (RFC 9126).

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde_json::json;

use super::{add_nonce, from_app, proven_key};
use crate::features::failed_requests::Endpoint;
use crate::features::oidc::authorize::{self, Origin, Way};
use crate::features::oidc::client_auth;
use crate::features::oidc::errors::{ErrorCode, OAuthError, TokenError};
use crate::web::{AppState, Context, Error, urls};

/// Checks a request before the browser is involved, and keeps it.
pub(in crate::features::oidc) async fn push(
    State(state): State<AppState>,
    context: Context,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Error> {
    let refused = |error: OAuthError| Ok(TokenError::from(error).into_response());
    let (mut parameters, client) = match from_app(&state, &context, &headers, &body, urls::PUSH).await? {
        Ok(sent) => sent,
        Err(error) => return Ok(error.into_response()),
    };
    if parameters.get("request_uri").is_some() {
        return refused(OAuthError::new(ErrorCode::InvalidRequest, "request_uri cannot be pushed"));
    }
    // What proved the app is no part of its request.
    for name in client_auth::PARAMETERS {
        parameters.remove(name);
    }
    if parameters.get("client_id").is_none() {
        parameters.add("client_id", &client.id);
    }
    let key = match proven_key(&state, &context, &headers, urls::PUSH).await? {
        Ok(key) => key,
        Err(error) => return Ok(error.into_response()),
    };
    let request = match authorize::check(&state, &context, &client, &parameters, Way::Pushed(key.as_ref())).await? {
        Ok(request) => request,
        Err(fault) => {
            fault.note(&state, &context, &client, Endpoint::Push).await;
            return refused(fault.error());
        }
    };
    let request_uri = authorize::keep(&state, &context, Origin::Pushed, &request).await?;
    let answer = json!({ "request_uri": request_uri, "expires_in": state.config.oidc.pushed_request_seconds });
    let mut response = (StatusCode::CREATED, [(header::CACHE_CONTROL, "no-store")], Json(answer)).into_response();
    if key.is_some() {
        add_nonce(&state, &context, &mut response);
    }
    Ok(response)
}
