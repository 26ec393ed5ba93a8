//! The introspection endpoint (RFC 7662), also with a signed answer (RFC 9701).

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse as _, Response};
use serde_json::{Map, Value, json};

use super::from_app;
use crate::domain::Timestamp;
use crate::features::clients::Client;
use crate::features::oidc::bindings::Binding;
use crate::features::oidc::details::Details;
use crate::features::oidc::errors::{ErrorCode, OAuthError, TokenError};
use crate::features::oidc::store;
use crate::features::oidc::subjects::subject;
use crate::features::oidc::tokens::{INTROSPECTION, sign};
use crate::features::oidc::validity::{LiveToken, Person, find_live_token, judge};
use crate::features::signing::Signing;
use crate::web::{AppState, Context, Error, urls};

/// The media type of a signed answer.
const SIGNED: &str = "application/token-introspection+jwt";

/// Says what a token is worth to the app that asks.
pub(in crate::features::oidc) async fn introspect(
    State(state): State<AppState>,
    context: Context,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Error> {
    let (parameters, client) = match from_app(&state, &context, &headers, &body, urls::INTROSPECT).await? {
        // Anybody can say that they are an app that proves nothing.
        Ok((_, client)) if !client.is_confidential() => {
            let error = OAuthError::new(ErrorCode::InvalidClient, "the app did not authenticate");
            return Ok(TokenError::from(error).into_response());
        }
        Ok(sent) => sent,
        Err(error) => return Ok(error.into_response()),
    };
    let token = match parameters.require("token", "token is missing") {
        Ok(token) => token,
        Err(error) => return Ok(TokenError::from(error).into_response()),
    };
    let told = look_up(&state, &client, token, context.now).await?;
    // Nothing beside it says why (section 2.2).
    let told = Value::Object(told.unwrap_or_else(|| Map::from_iter([("active".to_owned(), json!(false))])));
    let wants_signed =
        headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).is_some_and(|value| value.contains(SIGNED));
    if !wants_signed {
        return Ok(([(header::CACHE_CONTROL, "no-store")], Json(told)).into_response());
    }
    let ring = Signing::ring(&state).await?;
    let claims = json!({
        "iss": state.config.server.issuer(),
        "aud": client.id,
        "iat": context.now.seconds(),
        "token_introspection": told,
    });
    let signed = sign(&ring, client.metadata.id_token_algorithm, INTROSPECTION, &claims, context.now)?;
    Ok(([(header::CACHE_CONTROL, "no-store"), (header::CONTENT_TYPE, SIGNED)], signed).into_response())
}

async fn look_up(
    state: &AppState,
    client: &Client,
    token: &str,
    now: Timestamp,
) -> Result<Option<Map<String, Value>>, Error> {
    let db = state.db.reading();
    if let Some(live) = find_live_token(state, token, now).await? {
        return Ok(may_know(client, &live).then(|| of_access_token(state, &live)));
    }
    let Some(refresh) = store::find_refresh_token(db, token).await? else { return Ok(None) };
    let Some(grant) = store::find_grant(db, refresh.grant_id).await? else { return Ok(None) };
    // A refresh token is nobody's business but that of its app.
    if grant.client_id != client.id || refresh.used_at.is_some() || now >= refresh.expires_at {
        return Ok(None);
    }
    let judged = judge(db, client, &grant, now).await?;
    Ok(judged.map(|(clearance, _)| {
        Map::from_iter([
            ("active".to_owned(), json!(true)),
            ("client_id".to_owned(), json!(grant.client_id)),
            ("scope".to_owned(), json!(grant.scope)),
            ("sub".to_owned(), json!(subject(state, client, clearance.account_id()))),
            ("iss".to_owned(), json!(state.config.server.issuer())),
            ("exp".to_owned(), json!(refresh.expires_at.seconds())),
            ("iat".to_owned(), json!(grant.created_at.seconds())),
        ])
    }))
}

/// Whether the app got this token, or is meant by it.
fn may_know(client: &Client, live: &LiveToken) -> bool {
    let resource = client.metadata.resource.as_deref();
    live.text("client_id") == client.id || live.is_for(&client.id) || resource.is_some_and(|name| live.is_for(name))
}

fn of_access_token(state: &AppState, live: &LiveToken) -> Map<String, Value> {
    let mut told = live.claims.clone();
    if let Some(given) = told.remove("authorization_details") {
        // A type that was withdrawn since opens nothing any more.
        let given: Details = serde_json::from_value(given).unwrap_or_default();
        let left = given.known(&live.client, &state.config.oidc.authorization_details);
        if !left.is_empty() {
            told.insert("authorization_details".to_owned(), json!(left));
        }
    }
    told.insert("active".to_owned(), json!(true));
    told.insert("token_type".to_owned(), json!(Binding::token_type(live.binding().as_ref())));
    if let Some(Person { standing, .. }) = live.person.as_ref().filter(|_| live.scope.contains("profile")) {
        let account = &standing.account;
        let name = account.username.as_deref().unwrap_or(account.email.as_str());
        told.insert("username".to_owned(), json!(name));
    }
    told
}
