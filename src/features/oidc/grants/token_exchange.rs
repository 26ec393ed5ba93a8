//! `token-exchange` (RFC 8693): an app that was called with somebody's token trades it for one of its own, to call on.
//!
//! The rules stand in its registration: whose tokens it may trade, what they call it, and for which resources. What it
//! gets is never more than what the person gave, ends with that, and says who acts.

use serde_json::{Map, Value, json};

use super::{Call, Outcome};
use crate::domain::Scope;
use crate::features::clients::Client;
use crate::features::oidc::errors::{ErrorCode, OAuthError};
use crate::features::oidc::parameters::Parameters;
use crate::features::oidc::resources::resources;
use crate::features::oidc::tokens::Mint;
use crate::features::oidc::validity::{LiveToken, Person, find_live_token, judge};
use crate::features::signing::Signing;

/// The names of an access token; all of ours are JWTs (section 3).
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
const JWT: &str = "urn:ietf:params:oauth:token-type:jwt";

pub(super) async fn run(call: Call<'_>) -> Outcome {
    let refused = |error: OAuthError| Ok(Err(error.into()));
    let token = match wanted(call.parameters) {
        Ok(token) => token,
        Err(error) => return refused(error),
    };
    let now = call.context.now;
    let live = find_live_token(call.state, token, now).await?.filter(|live| may_trade(&call.client, live));
    // Nothing says whether the token is wrong, over, or only somebody else's (section 2.2.2).
    let unacceptable = OAuthError::new(ErrorCode::InvalidRequest, "this app may not trade the subject_token");
    let Some(live) = live else { return refused(unacceptable) };
    let Some(Person { grant, clearance, .. }) = &live.person else { return refused(unacceptable) };
    // What its own registration demands of people holds for what was given to another app.
    if judge(call.state.db.reading(), &call.client, grant, now).await?.is_none() {
        return refused(unacceptable);
    }
    let (scope, targets) = match scope(&call, &live).and_then(|scope| Ok((scope, targets(&call)?))) {
        Ok(fitting) => fitting,
        Err(error) => return refused(error),
    };
    let ring = Signing::ring(call.state).await?;
    let mint = Mint { state: call.state, ring: &ring, client: &call.client, now };
    let mut actor = Map::from_iter([("sub".to_owned(), json!(call.client.id))]);
    if let Some(before) = live.claims.get("act") {
        actor.insert("act".to_owned(), before.clone());
    }
    let ends = live.claims.get("exp").and_then(Value::as_i64).unwrap_or_default();
    let bounds = (ends, Value::Object(actor));
    let (issued, seconds) =
        mint.exchanged_token((clearance, grant), &scope, (targets, call.binding.as_ref()), bounds)?;
    let mut answer = call.answer(issued, scope);
    answer.expires_in = seconds;
    answer.issued_token_type = Some(ACCESS_TOKEN);
    Ok(Ok(answer))
}

/// The token that is to be traded, if the request is one that is answered (section 2.1).
fn wanted(parameters: &Parameters) -> Result<&str, OAuthError> {
    let invalid = |description| Err(OAuthError::new(ErrorCode::InvalidRequest, description));
    let token = parameters.require("subject_token", "subject_token is missing")?;
    let is_known = |name: &str| name == ACCESS_TOKEN || name == JWT;
    if !is_known(parameters.require("subject_token_type", "subject_token_type is missing")?) {
        return invalid("only access tokens are traded");
    }
    if parameters.get("requested_token_type").is_some_and(|name| !is_known(name)) {
        return invalid("a token is traded for an access token only");
    }
    if parameters.get("authorization_details").is_some() {
        // Details are between the person and the app that they gave them to.
        let description = "a token is traded without details";
        return Err(OAuthError::new(ErrorCode::InvalidAuthorizationDetails, description));
    }
    if parameters.get("actor_token").is_some() || parameters.get("actor_token_type").is_some() {
        return invalid("the app that asks is the one that acts: leave out actor_token");
    }
    Ok(token)
}

/// Whether the token was given to an app whose tokens this one may trade, and is meant for it.
fn may_trade(client: &Client, live: &LiveToken) -> bool {
    let is_listed = client.metadata.exchanges.iter().any(|listed| listed == live.text("client_id"));
    let is_meant = client.metadata.resource.as_deref().is_some_and(|resource| live.is_for(resource));
    client.is_confidential() && is_listed && is_meant
}

/// What was asked for: some of what the person gave and of what the app registered.
fn scope(call: &Call<'_>, live: &LiveToken) -> Result<Scope, OAuthError> {
    // Who somebody is, and being away, are between the person and the app that they gave it to.
    let most = live.scope.and(&call.client.metadata.scope).except("openid").except("offline_access");
    match call.parameters.get("scope").map(str::parse::<Scope>) {
        None => Ok(most),
        Some(Ok(wanted)) if wanted.is_within(&most) => Ok(wanted),
        Some(_) => Err(OAuthError::new(ErrorCode::InvalidScope, "the scope is wider than given")),
    }
}

/// What the token is to be for: by `resource` or by `audience`, each a registered one.
fn targets(call: &Call<'_>) -> Result<Vec<String>, OAuthError> {
    let mut named = Parameters::default();
    for name in ["resource", "audience"] {
        call.parameters.all(name).for_each(|value| named.add("resource", value));
    }
    let targets = resources(&named, &call.client.metadata.audiences)?;
    if targets.is_empty() {
        return Err(OAuthError::new(ErrorCode::InvalidTarget, "name the resource that the token is to be for"));
    }
    Ok(targets)
}
