//! The `UserInfo` endpoint (OpenID Connect Core, section 5.3; RFC 6750; RFC 9449, section 7).

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde_json::json;

use super::{add_nonce, proofs};
use crate::features::oidc::bindings::Binding;
use crate::features::oidc::claims::claims;
use crate::features::oidc::dpop::{ALGORITHMS, Shown, find_key, fresh_nonce};
use crate::features::oidc::errors::ErrorCode;
use crate::features::oidc::parameters::Parameters;
use crate::features::oidc::subjects::subject;
use crate::features::oidc::tokens::{USERINFO, sign};
use crate::features::oidc::validity::{Person, find_live_token};
use crate::features::signing::Signing;
use crate::web::{AppState, Context, Error, urls};

/// Why a token does not open the endpoint, as RFC 6750 (section 3.1) and RFC 9449 (section 7.1) name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refusal {
    /// No token at all.
    Missing,
    /// Two tokens, or one in a wrong place.
    InvalidRequest,
    /// Wrong, expired, revoked, or presented like a token of another kind.
    InvalidToken,
    /// Good for other things.
    InsufficientScope,
    /// The proof is missing or wrong.
    InvalidProof,
    /// The proof needs a nonce of ours.
    UseNonce,
}

/// How a token is presented.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scheme {
    /// Whoever has it may use it.
    Bearer,
    /// With a proof of the key that it is bound to.
    Dpop,
}

/// Answers with the claims that the access token opens.
pub(in crate::features::oidc) async fn userinfo(
    State(state): State<AppState>,
    context: Context,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Error> {
    let (scheme, token) = match presented(&headers, &body) {
        Ok(presented) => presented,
        Err(refusal) => return Ok(refuse(Scheme::Bearer, refusal)),
    };
    let refused = |refusal| Ok(refuse(scheme, refusal));
    let issuer = state.config.server.issuer();
    let Some(live) = find_live_token(&state, &token, context.now).await?.filter(|live| live.is_for(&issuer)) else {
        return refused(Refusal::InvalidToken);
    };
    let binding = live.binding();
    // A bound token without its proof is a stolen one; a proof for an unbound one proves nothing.
    if matches!(binding, Some(Binding::Key(_))) != (scheme == Scheme::Dpop) {
        return refused(Refusal::InvalidToken);
    }
    if let Some(Binding::Certificate(bound)) = &binding
        && context.certificate.as_ref().is_none_or(|shown| shown.thumbprint() != *bound)
    {
        return refused(Refusal::InvalidToken);
    }
    if let Some(Binding::Key(bound)) = binding {
        let proofs = proofs(&headers);
        let shown =
            Shown { headers: &proofs, method: method.as_str(), path: urls::USERINFO, access_token: Some(&token) };
        match find_key(&state, &shown, context.now).await? {
            Ok(Some(key)) if key.thumbprint == bound => {}
            Err(error) if error.code == ErrorCode::UseDpopNonce => {
                let mut response = refuse(scheme, Refusal::UseNonce);
                if let Ok(nonce) = HeaderValue::try_from(fresh_nonce(&state, context.now)) {
                    response.headers_mut().insert("dpop-nonce", nonce);
                }
                return Ok(response);
            }
            _ => return refused(Refusal::InvalidProof),
        }
    }
    let Some(Person { grant, standing, .. }) = live.person.filter(|_| live.scope.contains("openid")) else {
        return refused(Refusal::InsufficientScope);
    };
    let wanted = (&live.scope, &grant.details.claims.userinfo);
    let mut told = claims((&standing, grant.details.organisation), wanted, &state.config.branding.time_zone);
    told.insert("sub".to_owned(), json!(subject(&state, &live.client, standing.account.id)));
    let mut response = if live.client.metadata.signs_userinfo {
        told.insert("iss".to_owned(), json!(issuer));
        told.insert("aud".to_owned(), json!(live.client.id));
        let ring = Signing::ring(&state).await?;
        let algorithm = live.client.metadata.id_token_algorithm;
        let signed = sign(&ring, algorithm, USERINFO, &told, context.now)?;
        ([(header::CONTENT_TYPE, "application/jwt")], signed).into_response()
    } else {
        Json(told).into_response()
    };
    if scheme == Scheme::Dpop {
        add_nonce(&state, &context, &mut response);
    }
    Ok(response)
}

/// The token: in the header, or in the form of a POST (RFC 6750, section 2); never in the query.
fn presented(headers: &HeaderMap, body: &[u8]) -> Result<(Scheme, String), Refusal> {
    let in_header = match headers.get(header::AUTHORIZATION).map(|value| value.to_str().unwrap_or_default()) {
        None => None,
        Some(value) => match value.split_once(' ') {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Some((Scheme::Bearer, token)),
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("dpop") => Some((Scheme::Dpop, token)),
            _ => return Err(Refusal::InvalidToken),
        },
    };
    let form = Parameters::parse(body);
    match (in_header, form.get("access_token")) {
        (Some(_), Some(_)) => Err(Refusal::InvalidRequest),
        (Some((scheme, token)), None) => Ok((scheme, token.trim().to_owned())),
        (None, Some(token)) => Ok((Scheme::Bearer, token.to_owned())),
        (None, None) => Err(Refusal::Missing),
    }
}

fn refuse(scheme: Scheme, refusal: Refusal) -> Response {
    let (status, error) = match refusal {
        Refusal::Missing => (StatusCode::UNAUTHORIZED, ""),
        Refusal::InvalidRequest => (StatusCode::BAD_REQUEST, "error=\"invalid_request\""),
        Refusal::InvalidToken => (StatusCode::UNAUTHORIZED, "error=\"invalid_token\""),
        Refusal::InsufficientScope => (StatusCode::FORBIDDEN, "error=\"insufficient_scope\", scope=\"openid\""),
        Refusal::InvalidProof => (StatusCode::UNAUTHORIZED, "error=\"invalid_dpop_proof\""),
        Refusal::UseNonce => (StatusCode::UNAUTHORIZED, "error=\"use_dpop_nonce\""),
    };
    let names: Vec<&str> = ALGORITHMS.into_iter().map(crate::domain::Algorithm::as_str).collect();
    let algorithms = format!("algs=\"{}\"", names.join(" "));
    let challenges = match (scheme, refusal) {
        (_, Refusal::Missing) => vec!["Bearer".to_owned(), format!("DPoP {algorithms}")],
        (Scheme::Bearer, _) => vec![format!("Bearer {error}")],
        (Scheme::Dpop, _) => vec![format!("DPoP {error}, {algorithms}")],
    };
    let mut response = (status, [(header::CONTENT_TYPE, "application/json")], "{}").into_response();
    for challenge in challenges.into_iter().filter_map(|challenge| HeaderValue::try_from(challenge).ok()) {
        response.headers_mut().append(header::WWW_AUTHENTICATE, challenge);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_header(value: &str, body: &[u8]) -> Result<(Scheme, String), Refusal> {
        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, value.parse().unwrap());
        presented(&headers, body)
    }

    #[test]
    fn a_token_comes_one_way_at_a_time() {
        let token = |scheme| Ok((scheme, "abc".to_owned()));
        assert_eq!(with_header("Bearer abc", b""), token(Scheme::Bearer));
        assert_eq!(with_header("bearer abc", b""), token(Scheme::Bearer));
        assert_eq!(with_header("DPoP abc", b""), token(Scheme::Dpop));
        assert_eq!(with_header("dpop abc", b""), token(Scheme::Dpop));
        assert_eq!(presented(&HeaderMap::new(), b"access_token=abc"), token(Scheme::Bearer));
        assert_eq!(with_header("Bearer abc", b"access_token=abc"), Err(Refusal::InvalidRequest));
        assert_eq!(with_header("Basic abc", b""), Err(Refusal::InvalidToken));
        assert_eq!(presented(&HeaderMap::new(), b""), Err(Refusal::Missing));
    }
}
