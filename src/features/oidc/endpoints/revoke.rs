//! The revocation endpoint (RFC 7009).

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};

use super::from_app;
use crate::features::clients::Client;
use crate::features::oidc::errors::{ErrorCode, OAuthError, TokenError};
use crate::features::oidc::store;
use crate::features::oidc::tokens::ID_TOKEN;
use crate::features::oidc::validity::{read_access_token, revoke_access_token, take_back};
use crate::features::signing::Signing;
use crate::keys::verify;
use crate::web::{AppState, Context, Error, urls};

/// Takes a token back. What is unknown or over counts as taken back (section 2.2).
pub(in crate::features::oidc) async fn revoke(
    State(state): State<AppState>,
    context: Context,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Error> {
    let (parameters, client) = match from_app(&state, &context, &headers, &body, urls::REVOKE).await? {
        Ok(sent) => sent,
        Err(error) => return Ok(error.into_response()),
    };
    let done = match parameters.require("token", "token is missing") {
        Ok(token) => revoke_token(&state, &context, &client, token).await?,
        Err(error) => Err(error),
    };
    Ok(match done {
        Ok(()) => (StatusCode::OK, [(header::CACHE_CONTROL, "no-store")]).into_response(),
        Err(error) => TokenError::from(error).into_response(),
    })
}

/// `token_type_hint` is not asked: a refresh token is no JWT, so what it is shows.
async fn revoke_token(
    state: &AppState,
    context: &Context,
    client: &Client,
    token: &str,
) -> Result<Result<(), OAuthError>, Error> {
    let foreign = OAuthError::new(ErrorCode::UnauthorizedClient, "the token belongs to another app");
    let db = state.db.reading();
    if let Some(refresh) = store::find_refresh_token(db, token).await? {
        let Some(grant) = store::find_grant(db, refresh.grant_id).await? else { return Ok(Ok(())) };
        if grant.client_id != client.id {
            return Ok(Err(foreign));
        }
        take_back(state, context, &grant, "token.revoke").await?;
        return Ok(Ok(()));
    }
    if let Some(claims) = read_access_token(state, token, context.now).await? {
        if claims.get("client_id").and_then(|id| id.as_str()) != Some(&client.id) {
            return Ok(Err(foreign));
        }
        revoke_access_token(state, &claims).await?;
        return Ok(Ok(()));
    }
    let ring = Signing::ring(state).await?;
    if verify(token, ID_TOKEN, &ring, context.now).is_ok() {
        return Ok(Err(OAuthError::new(ErrorCode::UnsupportedTokenType, "an ID token cannot be taken back")));
    }
    Ok(Ok(()))
}
