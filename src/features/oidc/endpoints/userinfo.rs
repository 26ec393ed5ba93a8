//! The `UserInfo` endpoint (OpenID Connect Core, section 5.3; RFC 6750).

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde_json::json;

use crate::features::oidc::claims::claims;
use crate::features::oidc::parameters::Parameters;
use crate::features::oidc::validity::{Person, find_live_token};
use crate::web::{AppState, Context, Error};

/// Why a token does not open the endpoint, as RFC 6750 (section 3.1) names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refusal {
    /// No token at all.
    Missing,
    /// Two tokens, or one in a wrong place.
    InvalidRequest,
    /// Wrong, expired, revoked.
    InvalidToken,
    /// Good for other things.
    InsufficientScope,
}

/// Answers with the claims that the access token opens.
pub(in crate::features::oidc) async fn userinfo(
    State(state): State<AppState>,
    context: Context,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Error> {
    let issuer = state.config.server.issuer();
    let token = match bearer(&headers, &body) {
        Ok(token) => token,
        Err(refusal) => return Ok(refuse(refusal)),
    };
    let Some(live) = find_live_token(&state, &token, context.now).await?.filter(|live| live.is_for(&issuer)) else {
        return Ok(refuse(Refusal::InvalidToken));
    };
    let Some(Person { grant, standing }) = live.person.filter(|_| live.scope.contains("openid")) else {
        return Ok(refuse(Refusal::InsufficientScope));
    };
    let wanted = (&live.scope, &grant.details.claims.userinfo);
    let mut told = claims(&standing, wanted, &state.config.branding.time_zone);
    told.insert("sub".to_owned(), json!(standing.account.id));
    Ok(Json(told).into_response())
}

/// The token: in the header, or in the form of a POST (RFC 6750, section 2); never in the query.
fn bearer(headers: &HeaderMap, body: &[u8]) -> Result<String, Refusal> {
    let in_header = match headers.get(header::AUTHORIZATION).map(|value| value.to_str().unwrap_or_default()) {
        None => None,
        Some(value) => match value.split_once(' ') {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Some(token.trim().to_owned()),
            _ => return Err(Refusal::InvalidToken),
        },
    };
    let in_form = Parameters::parse(body).get("access_token").map(str::to_owned);
    match (in_header, in_form) {
        (Some(_), Some(_)) => Err(Refusal::InvalidRequest),
        (Some(token), None) | (None, Some(token)) => Ok(token),
        (None, None) => Err(Refusal::Missing),
    }
}

fn refuse(refusal: Refusal) -> Response {
    let (status, challenge) = match refusal {
        Refusal::Missing => (StatusCode::UNAUTHORIZED, "Bearer"),
        Refusal::InvalidRequest => (StatusCode::BAD_REQUEST, "Bearer error=\"invalid_request\""),
        Refusal::InvalidToken => (StatusCode::UNAUTHORIZED, "Bearer error=\"invalid_token\""),
        Refusal::InsufficientScope => (StatusCode::FORBIDDEN, "Bearer error=\"insufficient_scope\", scope=\"openid\""),
    };
    let headers = [
        (header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge)),
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
    ];
    (status, headers, "{}").into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_header(value: &str, body: &[u8]) -> Result<String, Refusal> {
        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, value.parse().unwrap());
        bearer(&headers, body)
    }

    #[test]
    fn a_token_comes_one_way_at_a_time() {
        assert_eq!(with_header("Bearer abc", b""), Ok("abc".to_owned()));
        assert_eq!(with_header("bearer abc", b""), Ok("abc".to_owned()));
        assert_eq!(bearer(&HeaderMap::new(), b"access_token=abc"), Ok("abc".to_owned()));
        assert_eq!(with_header("Bearer abc", b"access_token=abc"), Err(Refusal::InvalidRequest));
        assert_eq!(with_header("Basic abc", b""), Err(Refusal::InvalidToken));
        assert_eq!(bearer(&HeaderMap::new(), b""), Err(Refusal::Missing));
    }
}
