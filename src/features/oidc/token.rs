//! The token endpoint (RFC 6749, section 3.2).

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse as _, Response};

use super::client_auth::authenticate;
use super::errors::{ErrorCode, OAuthError, TokenError};
use super::grants::{Call, GRANTS};
use super::parameters::Parameters;
use crate::web::{AppState, Context, Error, metrics};

/// Answers a token request.
pub(super) async fn token(
    State(state): State<AppState>,
    context: Context,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Error> {
    let is_form = headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
    if !is_form {
        let description = "send the parameters as application/x-www-form-urlencoded";
        return refuse(OAuthError::new(ErrorCode::InvalidRequest, description).into());
    }
    let parameters = Parameters::parse(&body);
    if let Err(error) = parameters.refuse_doubled() {
        return refuse(error.into());
    }
    let client = match authenticate(&state, &headers, &parameters, context.now).await? {
        Ok(client) => client,
        Err(error) => return refuse(error),
    };
    let Some(wanted) = parameters.get("grant_type") else {
        return refuse(OAuthError::new(ErrorCode::InvalidRequest, "grant_type is missing").into());
    };
    let Some(grant) = GRANTS.iter().find(|grant| grant.name == wanted) else {
        return refuse(OAuthError::new(ErrorCode::UnsupportedGrantType, "this grant type does not exist").into());
    };
    if !client.may_use(grant.name) {
        return refuse(OAuthError::new(ErrorCode::UnauthorizedClient, "this app did not register the grant").into());
    }
    let call = Call { state: &state, context: &context, client, parameters: &parameters };
    match (grant.run)(call).await? {
        Ok(answer) => {
            metrics::count("tokens_total", grant.name);
            Ok(([(header::CACHE_CONTROL, "no-store")], Json(answer)).into_response())
        }
        Err(error) => refuse(error),
    }
}

fn refuse(error: TokenError) -> Result<Response, Error> {
    metrics::count("tokens_total", "refused");
    Ok(error.into_response())
}
