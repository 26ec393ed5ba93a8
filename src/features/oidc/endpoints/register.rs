//! The registration endpoint (OpenID Connect Dynamic Client Registration; RFC 7591), and the one at which an app looks
//! after its own registration (RFC 7592).

use std::time::Duration;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde_json::{Value, json};

use super::authorization;
use crate::config::Registration;
use crate::domain::network::Network;
use crate::domain::{Scope, Secret, Timestamp};
use crate::features::audit::{self, Chain, Event, Ink};
use crate::features::clients::{
    Client, ClientAuthentication, Clients, Metadata, Profile, add_client, change_client, hold_client, new_secret,
    remove_client,
};
use crate::features::oidc::grants::TOKEN_EXCHANGE;
use crate::features::oidc::registration::{
    Document, RegistrationProblem, check_registration, check_self_registration, describe, find_sector,
};
use crate::features::oidc::store;
use crate::features::throttles::{Counter, Limit, reserve};
use crate::storage::Writer;
use crate::web::{AppState, Context, Error, urls};

/// The most apps that may come from one network without a token.
const MOST: Limit = Limit::quota(20, Duration::from_hours(1));

/// Registers the app that asks.
pub(in crate::features::oidc) async fn register(
    State(state): State<AppState>,
    context: Context,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Error> {
    let token = bearer(&headers);
    let db = state.db.reading();
    match (state.config.oidc.registration, token) {
        (Registration::Off, _) => return Ok(StatusCode::NOT_FOUND.into_response()),
        (Registration::Open, None) => {
            let keys = context.client_ip.network().map(Network::limiter_keys).unwrap_or_default();
            let counters: Vec<Counter> =
                keys.into_iter().map(|key| Counter { key: format!("registrations:{key}"), limit: MOST }).collect();
            if reserve(&state.db, &counters, context.now).await?.is_some() {
                return Ok(StatusCode::TOO_MANY_REQUESTS.into_response());
            }
        }
        // Looked at before anything that is asked for is called.
        (_, Some(token)) if store::is_initial_access_token(db, token, context.now).await? => {}
        _ => return Ok(unauthorized()),
    }
    let said = serde_json::from_slice(&body).unwrap_or_default();
    let read = read(&state, &said, nobody(format!("app_{}", &state.random.secret().expose()[..16])), None);
    let mut client = match read {
        Ok(client) => client,
        Err(problem) => return Ok(refuse(&problem)),
    };
    if let Err(problem) = prove_sector(&state, &client).await {
        return Ok(refuse(&problem));
    }
    let secret = new_secret(&state, &mut client);
    let key = state.random.secret();
    let mut writer = state.db.writing().await?;
    if let Some(token) = token
        && !store::use_initial_access_token(&mut writer, token, context.now).await?
    {
        return Ok(unauthorized());
    }
    add_client(&mut writer, &client, context.now, state.random.as_ref()).await?;
    store::add_registration(&mut writer, &client, key.expose(), context.now).await?;
    finish(&state, &context, writer, ("app.add", &client.id)).await?;
    Ok(tell(&state, StatusCode::CREATED, &client, (context.now, key.expose(), secret.as_ref())))
}

/// Tells an app what it registered.
pub(in crate::features::oidc) async fn show(
    State(state): State<AppState>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let Some((client, since, key)) = find(&state, &id, &headers).await? else { return Ok(unauthorized()) };
    Ok(tell(&state, StatusCode::OK, &client, (since, key, None)))
}

/// Replaces all that an app registered (RFC 7592, section 2.2).
pub(in crate::features::oidc) async fn replace(
    State(state): State<AppState>,
    context: Context,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Error> {
    let Some((known, since, key)) = find(&state, &id, &headers).await? else { return Ok(unauthorized()) };
    let said: Value = serde_json::from_slice(&body).unwrap_or_default();
    // Calls are made before the app is held: no transaction waits for somebody else's server.
    match read(&state, &said, known, None) {
        Ok(wanted) => {
            if let Err(problem) = prove_sector(&state, &wanted).await {
                return Ok(refuse(&problem));
            }
        }
        Err(problem) => return Ok(refuse(&problem)),
    }
    let mut writer = state.db.writing().await?;
    // As it is now and stays until the end: the operator may have switched it off, or given it a secret, a moment ago.
    let Some(known) = hold_client(&mut writer, &id).await? else { return Ok(unauthorized()) };
    let Some(bounds) = store::find_bounds(&writer, &known).await? else { return Ok(unauthorized()) };
    let read = read(&state, &said, known.clone(), Some(bounds.scope()));
    let mut client = match read
        .and_then(|client| is_about(&said, &known, context.now).map(|()| client))
        .and_then(|client| may_change(&known, &client).map(|()| client))
        .and_then(|client| bounds.check(&client).map(|()| client))
    {
        Ok(client) => client,
        Err(problem) => return Ok(refuse(&problem)),
    };
    let secret = if client.authentication.signs_with_secret() == known.authentication.signs_with_secret() {
        None
    } else {
        client.secrets.clear();
        new_secret(&state, &mut client)
    };
    if !change_client(&mut writer, &client, context.now, state.random.as_ref()).await? {
        return Ok(unauthorized());
    }
    store::set_bounds(&mut writer, &client.id, bounds.left_as(&client)).await?;
    finish(&state, &context, writer, ("app.change", &client.id)).await?;
    Ok(tell(&state, StatusCode::OK, &client, (since, key, secret.as_ref())))
}

/// Removes an app, with all that it was granted.
pub(in crate::features::oidc) async fn remove(
    State(state): State<AppState>,
    context: Context,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let Some((client, ..)) = find(&state, &id, &headers).await? else { return Ok(unauthorized()) };
    let mut writer = state.db.writing().await?;
    remove_client(&mut writer, &client.id).await?;
    finish(&state, &context, writer, ("app.remove", &client.id)).await?;
    Ok((StatusCode::NO_CONTENT, [(header::CACHE_CONTROL, "no-store")]).into_response())
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = authorization(headers)?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The app that this token looks after, since when, and the token.
async fn find<'a>(
    state: &AppState,
    id: &str,
    headers: &'a HeaderMap,
) -> Result<Option<(Client, Timestamp, &'a str)>, Error> {
    let Some(key) = bearer(headers).filter(|_| state.config.oidc.registration != Registration::Off) else {
        return Ok(None);
    };
    let Some(since) = store::find_registration(state.db.reading(), id, key).await? else { return Ok(None) };
    let client = Clients::find(state, id).await?;
    Ok(client.map(|client| (client.as_ref().clone(), since, key)))
}

/// An app that registered nothing yet.
fn nobody(id: String) -> Client {
    Client {
        id,
        name: String::new(),
        profile: Profile::Oidc,
        authentication: ClientAuthentication::None,
        first_party: false,
        metadata: Metadata::default(),
        secrets: Vec::new(),
        disabled_at: None,
    }
}

/// The app that `base` becomes by what was sent, once every check passed that asks nobody.
fn read(state: &AppState, said: &Value, base: Client, most: Option<&Scope>) -> Result<Client, RegistrationProblem> {
    let client = Document::parse(said)?.into_client(base, most, &state.config)?;
    check_registration(&client)?;
    check_self_registration(&client, &state.config.outbound.ports)?;
    Ok(client)
}

/// Asks the host of an app's sector whether the app belongs to it, where it names one.
async fn prove_sector(state: &AppState, client: &Client) -> Result<(), RegistrationProblem> {
    match &client.metadata.sector_identifier_uri {
        Some(address) => find_sector(&state.outbound, address, &client.metadata.redirect_uris).await.map(|_| ()),
        None => Ok(()),
    }
}

/// Whether an update is about this app and holds nothing that only we say (RFC 7592, section 2.2).
fn is_about(said: &Value, known: &Client, now: Timestamp) -> Result<(), RegistrationProblem> {
    let refuse = |member, says: &str| Err(RegistrationProblem::new(member, says));
    if said.get("client_id").and_then(Value::as_str) != Some(&known.id) {
        return refuse("client_id", "The client_id is another one");
    }
    if let Some(secret) = said.get("client_secret")
        && secret.as_str().is_none_or(|secret| known.find_secret(secret, now).is_none())
    {
        return refuse("client_secret", "Nobody chooses their own secret");
    }
    let ours =
        ["registration_access_token", "registration_client_uri", "client_secret_expires_at", "client_id_issued_at"];
    if ours.iter().any(|name| said.get(*name).is_some()) {
        return refuse("client_metadata", "Leave out what the registration itself told");
    }
    Ok(())
}

/// Whether an app may become this by itself. Where the operator trusts it with more than apps register by themselves, who
/// proves to be the app, and where its answers go, stays the operator's to change.
fn may_change(known: &Client, wanted: &Client) -> Result<(), RegistrationProblem> {
    let metadata = &known.metadata;
    let own = ["client_credentials", TOKEN_EXCHANGE].iter().any(|grant| known.may_use(grant));
    let is_trusted = known.first_party || own || !metadata.audiences.is_empty() || !metadata.detail_types.is_empty();
    let who = |client: &Client| (client.authentication, client.metadata.jwks.clone(), client.metadata.jwks_uri.clone());
    let is_same = who(known) == who(wanted) && metadata.redirect_uris == wanted.metadata.redirect_uris;
    if is_trusted && !is_same {
        let says =
            "The operator trusts this app with more than it registered: ask them to change its addresses and keys";
        return Err(RegistrationProblem::new("client_metadata", says));
    }
    Ok(())
}

async fn finish(
    state: &AppState,
    context: &Context,
    mut writer: Writer,
    (kind, client): (&'static str, &str),
) -> Result<(), Error> {
    let event = Event::new(Chain::Instance, kind, "done")
        .through(client)
        .referred_to(context.reference)
        .with("by", "registration")
        .with_personal("ip", context.client_ip.to_string());
    audit::record(&mut writer, Ink::of(state, context.now), event).await?;
    writer.commit().await?;
    Clients::forget(state);
    Ok(())
}

fn tell(
    state: &AppState,
    status: StatusCode,
    client: &Client,
    (since, key, secret): (Timestamp, &str, Option<&Secret<String>>),
) -> Response {
    let mut told = describe(client);
    told.insert("client_id_issued_at".to_owned(), json!(since.seconds()));
    told.insert("registration_access_token".to_owned(), json!(key));
    let address = state.absolute(&format!("{}/{}", urls::REGISTER, client.id));
    told.insert("registration_client_uri".to_owned(), json!(address));
    if let Some(secret) = secret {
        told.insert("client_secret".to_owned(), json!(secret.expose()));
    }
    if client.authentication.signs_with_secret().is_some() {
        // It never ends.
        told.insert("client_secret_expires_at".to_owned(), json!(0));
    }
    (status, [(header::CACHE_CONTROL, "no-store")], Json(told)).into_response()
}

fn unauthorized() -> Response {
    let headers = [(header::WWW_AUTHENTICATE, "Bearer error=\"invalid_token\""), (header::CACHE_CONTROL, "no-store")];
    let body = json!({ "error": "invalid_token", "error_description": "the token is missing, wrong or used up" });
    (StatusCode::UNAUTHORIZED, headers, Json(body)).into_response()
}

fn refuse(problem: &RegistrationProblem) -> Response {
    let error = match problem.member {
        "redirect_uris" => "invalid_redirect_uri",
        "software_statement" => "unapproved_software_statement",
        _ => "invalid_client_metadata",
    };
    // Printable, and nothing that would end a quoted text (RFC 6749, section 5.2).
    let plain = |letter: char| matches!(letter, ' '..='~') && letter != '"' && letter != '\\';
    let description: String = problem.to_string().chars().filter(|letter| plain(*letter)).collect();
    let body = json!({ "error": error, "error_description": description });
    (StatusCode::BAD_REQUEST, [(header::CACHE_CONTROL, "no-store")], Json(body)).into_response()
}
