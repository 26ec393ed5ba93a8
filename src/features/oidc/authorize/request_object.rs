//! Request objects: parameters in a text that the app signs (RFC 9101; OpenID Connect Core, section 6).

use std::time::Duration;

use serde_json::Value;
use url::Url;

use crate::domain::network::Network;
use crate::domain::{Algorithm, Timestamp};
use crate::features::clients::{Client, KeySets, Profile};
use crate::features::oidc::errors::{ErrorCode, OAuthError};
use crate::features::oidc::parameters::Parameters;
use crate::features::throttles::{Counter, Limit, reserve};
use crate::keys::Jws;
use crate::web::{AppState, Context};

/// How far ahead the clock of an app may be, in seconds.
const AHEAD: i64 = 30;

/// What describes the text itself and is no parameter.
const ABOUT_THE_OBJECT: [&str; 7] = ["iss", "aud", "exp", "iat", "nbf", "jti", "sub"];

/// The media types of a request object (RFC 9101, section 9.4).
const KINDS: [&str; 2] = ["application/oauth-authz-req+jwt", "application/jwt"];

/// The most requests of one app that are fetched for one network.
const MOST: Limit = Limit::quota(120, Duration::from_mins(1));

const fn invalid(description: &'static str) -> OAuthError {
    OAuthError::new(ErrorCode::InvalidRequestObject, description)
}

/// The parameters that count, if the request came with an object. For apps of the classic profile what is inside wins and
/// the rest is added; for others nothing outside counts (RFC 9101, section 6.3).
pub(super) async fn read(
    state: &AppState,
    context: &Context,
    sent: &Parameters,
    client: &Client,
) -> Result<Option<Parameters>, OAuthError> {
    let fetched;
    let text = match (sent.get("request"), sent.get("request_uri")) {
        (None, None) => return Ok(None),
        (Some(_), Some(_)) => {
            return Err(OAuthError::new(ErrorCode::InvalidRequest, "request and request_uri exclude each other"));
        }
        (Some(text), None) => text,
        (None, Some(address)) => {
            fetched = fetch(state, context, client, address).await?;
            &fetched
        }
    };
    let jws = Jws::parse(text).map_err(|_| invalid("the request object is not a signed text"))?;
    if !KeySets::is_signed(state, client, &jws, &algorithms(client), context.now).await {
        return Err(invalid("the request object is not signed with a registered key and algorithm"));
    }
    is_for_us(&jws, client, &state.config.server.issuer(), context.now)?;
    let classic = client.profile == Profile::Oidc;
    let mut inside = Parameters::default();
    for (name, value) in jws.claims.iter().filter(|(name, _)| !ABOUT_THE_OBJECT.contains(&name.as_str())) {
        match value {
            Value::Null => {}
            Value::String(text) => inside.add(name, text),
            Value::Array(several) if several.iter().all(Value::is_string) => {
                several.iter().filter_map(Value::as_str).for_each(|text| inside.add(name, text));
            }
            // `claims` may stand inside as JSON itself (OpenID Connect Core, section 6.1).
            other => inside.add(name, &other.to_string()),
        }
    }
    if inside.get("request").is_some() || inside.get("request_uri").is_some() {
        return Err(invalid("a request object holds no other one"));
    }
    match inside.get("client_id") {
        Some(id) if id == client.id => {}
        None if classic => {}
        _ => return Err(invalid("the request object names another app")),
    }
    if classic {
        let outside = sent.get("response_type");
        if outside.is_some() && inside.get("response_type").is_some_and(|named| Some(named) != outside) {
            return Err(invalid("response_type differs inside and outside of the request object"));
        }
        inside.complete(sent);
    } else if inside.get("client_id").is_none() {
        inside.add("client_id", &client.id);
    }
    Ok(Some(inside))
}

/// The text at an address that the app registered. Nobody else's address is called.
async fn fetch(state: &AppState, context: &Context, client: &Client, address: &str) -> Result<String, OAuthError> {
    if client.profile != Profile::Oidc {
        return Err(OAuthError::new(ErrorCode::RequestUriNotSupported, "the requests of this app are not fetched"));
    }
    let refused = |description| OAuthError::new(ErrorCode::InvalidRequestUri, description);
    // The fragment only tells versions apart (OpenID Connect Core, section 6.2): nothing is kept, so all are fetched.
    let bare = |address: &str| address.split('#').next().unwrap_or_default().to_owned();
    let known = client.metadata.request_uris.iter().any(|registered| bare(registered) == bare(address));
    let url = Url::parse(address).ok().filter(|_| known).ok_or(refused("this request_uri is not registered"))?;
    // Anybody can open the address of a sign-in, and must not make us call the app all day.
    let keys = context.client_ip.network().map(Network::limiter_keys).unwrap_or_default();
    let counters: Vec<Counter> = keys
        .into_iter()
        .map(|key| Counter { key: format!("request-fetches:{}:{key}", client.id), limit: MOST })
        .collect();
    let too_often = reserve(&state.db, &counters, context.now).await.map(|blocked| blocked.is_some());
    if too_often.unwrap_or(true) {
        return Err(refused("requests were fetched too often from here"));
    }
    let body = state.outbound.fetch(&url, &KINDS).await.map_err(|why| {
        tracing::info!(client = client.id, "the request of an app cannot be fetched: {why}");
        refused("the request cannot be fetched")
    })?;
    String::from_utf8(body).map_err(|_| refused("the request cannot be fetched"))
}

/// The algorithms that an app's request objects may be signed with.
fn algorithms(client: &Client) -> Vec<Algorithm> {
    client.metadata.request_object_algorithm.map_or_else(|| client.algorithms(), |algorithm| vec![algorithm])
}

/// Whether the text was made by this app, as a request, for us, and is neither too old nor too young.
pub(super) fn is_for_us(jws: &Jws<'_>, client: &Client, issuer: &str, now: Timestamp) -> Result<(), OAuthError> {
    let is_request = jws
        .text("typ")
        .is_none_or(|typ| typ.eq_ignore_ascii_case("oauth-authz-req+jwt") || typ.eq_ignore_ascii_case("jwt"));
    // A statement by which the app authenticates must not pass as a request (RFC 9101, section 10.8).
    if !is_request || jws.claim("sub") == Some(&client.id) {
        return Err(invalid("the text is no request object"));
    }
    if jws.claims.get("iss").is_some_and(|iss| iss.as_str() != Some(&client.id)) {
        return Err(invalid("the request object is another app's"));
    }
    let strict = client.profile == Profile::Fapi2;
    let for_us = match jws.claims.get("aud") {
        None => client.profile == Profile::Oidc,
        Some(Value::String(name)) => name == issuer,
        Some(Value::Array(names)) => names.iter().any(|name| name.as_str() == Some(issuer)),
        Some(_) => false,
    };
    if !for_us {
        return Err(invalid("the request object is for somebody else"));
    }
    let now = now.seconds();
    let (from, until) = (jws.moment("nbf"), jws.moment("exp"));
    if ["exp", "nbf"].iter().any(|name| jws.claims.contains_key(*name) && jws.moment(name).is_none()) {
        return Err(invalid("exp and nbf are numbers of seconds"));
    }
    let timely = until.is_none_or(|until| now < until) && from.is_none_or(|from| from <= now + AHEAD);
    // FAPI 2.0 Message Signing, section 5.3.1: both are there, and neither is an hour away.
    let hour = 3600;
    let bounded = from.is_some_and(|from| from >= now - hour) && until.is_some_and(|until| until <= now + hour + AHEAD);
    if !timely || (strict && !bounded) {
        return Err(invalid("the request object is too old, too young or lasts too long"));
    }
    Ok(())
}
