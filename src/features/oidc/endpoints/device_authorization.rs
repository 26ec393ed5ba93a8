//! The device authorization endpoint (RFC 8628, section 3.1).

use std::time::Duration;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde_json::json;

use super::from_app;
use crate::config::DetailType;
use crate::domain::Scope;
use crate::domain::ids::DeviceRequestId;
use crate::domain::network::Network;
use crate::features::clients::Client;
use crate::features::oidc::authorize::AuthorizationRequest;
use crate::features::oidc::details::Details;
use crate::features::oidc::errors::{ErrorCode, OAuthError, TokenError};
use crate::features::oidc::grants::DEVICE_CODE;
use crate::features::oidc::parameters::Parameters;
use crate::features::oidc::resources::resources;
use crate::features::oidc::store::{self, DeviceRequest};
use crate::features::oidc::user_codes;
use crate::features::throttles::{Counter, Limit, reserve};
use crate::web::{AppState, Context, Error, urls};

/// How long a code can be typed.
const LIFETIME: Duration = Duration::from_mins(10);
/// Seconds that the device leaves between two questions.
const PAUSE: i64 = 5;
/// The most requests of one app from one network.
const MOST: Limit = Limit::quota(30, Duration::from_mins(10));

/// Gives a device a code to show and a code to ask with.
pub(in crate::features::oidc) async fn begin(
    State(state): State<AppState>,
    context: Context,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Error> {
    if !state.config.oidc.device_grant {
        return Ok(StatusCode::NOT_FOUND.into_response());
    }
    let (parameters, client) = match from_app(&state, &context, &headers, &body, urls::DEVICE_AUTHORIZATION).await? {
        Ok(sent) => sent,
        Err(error) => return Ok(error.into_response()),
    };
    let request = match check(&parameters, &client, &state.config.oidc.authorization_details) {
        Ok(request) => request,
        Err(error) => return Ok(TokenError::from(error).into_response()),
    };
    let keys = context.client_ip.network().map(Network::limiter_keys).unwrap_or_default();
    let counters: Vec<Counter> = keys
        .into_iter()
        .map(|key| Counter { key: format!("device-requests:{}:{key}", client.id), limit: MOST })
        .collect();
    if reserve(&state.db, &counters, context.now).await?.is_some() {
        return Ok(StatusCode::TOO_MANY_REQUESTS.into_response());
    }
    let random = state.random.as_ref();
    let (device_code, user_code) = (random.secret(), user_codes::new(random));
    let new = DeviceRequest {
        id: DeviceRequestId::new(context.now, random),
        client_id: client.id.clone(),
        request,
        address: context.client_ip.to_string(),
        created_at: context.now,
        expires_at: context.now.after(LIFETIME),
        pause: PAUSE,
        asked_at: None,
        denied_at: None,
        grant_id: None,
    };
    let mut writer = state.db.writing().await?;
    store::add_device_request(&mut writer, (device_code.expose(), &user_code), &new).await?;
    writer.commit().await?;
    // No address with the code in it: whoever is sent one by somebody else would approve what they never saw.
    let answer = json!({
        "device_code": device_code.expose(),
        "user_code": user_codes::shown(&user_code),
        "verification_uri": state.absolute(urls::DEVICE),
        "expires_in": LIFETIME.as_secs(),
        "interval": PAUSE,
    });
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(answer)).into_response())
}

/// What the device asks for, as far as its app may.
fn check(parameters: &Parameters, client: &Client, known: &[DetailType]) -> Result<AuthorizationRequest, OAuthError> {
    if !client.may_use(DEVICE_CODE) {
        return Err(OAuthError::new(ErrorCode::UnauthorizedClient, "this app did not register the grant"));
    }
    let wanted: Scope = match parameters.get("scope").map(str::parse) {
        None => client.metadata.scope.clone(),
        Some(Ok(wanted)) => wanted,
        Some(Err(_)) => return Err(OAuthError::new(ErrorCode::InvalidScope, "the scope is malformed")),
    };
    let scope = wanted.and(&client.metadata.scope);
    if scope.is_empty() && !wanted.is_empty() {
        return Err(OAuthError::new(ErrorCode::InvalidScope, "this app may ask for none of these scopes"));
    }
    let resources = resources(parameters, &client.metadata.audiences)?;
    let details = Details::read(parameters, client, known)?;
    Ok(AuthorizationRequest { scope, resources, details, ..AuthorizationRequest::new(client, "") })
}
