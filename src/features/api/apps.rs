//! Apps.

use serde_json::{Value, json};

use super::BASE;
use super::answers::{Answer, Answered};
use super::call::{Call, Change};
use super::documents::{AppSecretMade, AppShown, NewApp, NewAppSecret, secret_id};
use super::problems::{Problem, Stop};
use crate::features::api_keys::Rights;
use crate::features::audit::{Chain, Event};
use crate::features::clients::{Client, Clients, add_client, change_client, list_clients, new_secret, remove_client};
use crate::features::declarations::{FieldFault, app_client, app_field, app_settings, changed_fields};
use crate::features::oidc::{RegistrationProblem, check_registration, find_sector};
use crate::storage::{Reader, Versioned, raise_version};
use crate::web::AppState;

/// The most secrets that an app has at the same time.
const MOST_SECRETS: usize = 5;

pub(super) async fn list(call: Call) -> Answered {
    let page = call.page()?;
    let after = page.after.clone().unwrap_or_default();
    let most = usize::try_from(page.limit).unwrap_or(usize::MAX);
    let all = list_clients(call.db()).await?;
    let rows: Vec<Client> = all.into_iter().filter(|client| client.id > after).take(most).collect();
    Ok(call.list(&page, rows, |client| client.id.clone(), |client| AppShown::of(&client)))
}

pub(super) async fn show(call: Call) -> Answered {
    Ok(Answer::show(&AppShown::of(&find(&call, call.db()).await?)))
}

pub(super) async fn add(call: Call) -> Answered {
    let new: NewApp = call.read()?;
    let state = call.state.clone();
    let now = call.context.now;
    let id = new.client_id.unwrap_or_else(|| format!("app_{}", &state.random.secret().expose()[..16]));
    let mut client = app_client(&id, new.settings, None, now);
    check(&state, &mut client, None).await?;
    check_power(&call, &[&client])?;
    let secret = new_secret(&state, &mut client);
    let mut change = call.begin().await?;
    raise_version(&mut change.writer, Versioned::Apps).await?;
    if list_clients(&change.writer).await?.iter().any(|known| known.id == client.id) {
        return Err(Problem::new("conflict", format!("There is an app {} already.", client.id)).into());
    }
    add_client(&mut change.writer, &client, now, state.random.as_ref()).await?;
    let shown = AppShown::with_secret(&client, secret.as_ref().map(|secret| secret.expose().as_str()));
    let event = event("app.add", &client).with("after", json!(app_settings(&client)));
    finish(change, event, Answer::made(&shown, format!("{BASE}/apps/{}", client.id))).await
}

pub(super) async fn change(call: Call) -> Answered {
    let (state, now) = (call.state.clone(), call.context.now);
    let seen = find(&call, call.db()).await?;
    let settings = call.changed(&app_settings(&seen))?;
    let mut client = app_client(&seen.id, settings, Some(&seen), now);
    if call.replay.is_none() {
        call.check_match(&AppShown::of(&seen))?;
    }
    // Asked of another host before anybody waits; the same description is looked at again below.
    check(&state, &mut client, Some(&seen)).await?;
    let is_kept_alike = client.authentication.signs_with_secret() == seen.authentication.signs_with_secret();
    let secret = if is_kept_alike { None } else { new_secret(&state, &mut client) };
    let (mut change, known) = hold(call).await?;
    if app_settings(&known) != app_settings(&seen) {
        return Err(Problem::new("changed", "Read it again, and send the change with its new ETag.").into());
    }
    check_power(&change.call, &[&known, &client])?;
    // Another way to authenticate leaves no secret of the way before.
    if client.authentication.signs_with_secret() == known.authentication.signs_with_secret() {
        client.secrets.clone_from(&known.secrets);
    }
    change_client(&mut change.writer, &client, now, state.random.as_ref()).await?;
    let changes = changes(&json!(app_settings(&known)), &json!(app_settings(&client)));
    let shown = AppShown::with_secret(&client, secret.as_ref().map(|secret| secret.expose().as_str()));
    finish(change, event("app.change", &client).with("changes", changes), Answer::show(&shown)).await
}

pub(super) async fn remove(call: Call) -> Answered {
    let (mut change, known) = hold(call).await?;
    check_power(&change.call, &[&known])?;
    remove_client(&mut change.writer, &known.id).await?;
    finish(change, event("app.remove", &known), Answer::gone()).await
}

pub(super) async fn add_secret(call: Call) -> Answered {
    let wanted: NewAppSecret = call.read()?;
    if wanted.old_secrets_end_in_hours > 2160 {
        return Err(Problem::field("old_secrets_end_in_hours", "Choose from 0 to 2160.").into());
    }
    let (state, now) = (call.state.clone(), call.context.now);
    let (mut change, mut client) = hold(call).await?;
    check_power(&change.call, &[&client])?;
    if client.authentication.signs_with_secret().is_none() {
        return Err(Problem::new("conflict", "An app that authenticates in this way has no secret.").into());
    }
    let hours = std::time::Duration::from_secs(u64::from(wanted.old_secrets_end_in_hours) * 3600);
    let end = now.after(hours);
    let mut old = std::mem::take(&mut client.secrets);
    old.retain(|secret| secret.expires_at.is_none_or(|end| now < end));
    for secret in &mut old {
        secret.expires_at = Some(secret.expires_at.map_or(end, |earlier| earlier.min(end)));
    }
    old.retain(|secret| secret.expires_at.is_none_or(|end| now < end));
    let Some(secret) = new_secret(&state, &mut client) else { return Err(Problem::not_found("secret").into()) };
    let made = AppSecretMade { id: secret_id(&client.secrets[0]), client_secret: secret.expose().clone() };
    client.secrets.extend(old);
    if client.secrets.len() > MOST_SECRETS {
        let detail = format!("An app has at most {MOST_SECRETS} secrets at the same time.");
        return Err(Problem::new("conflict", detail).into());
    }
    change_client(&mut change.writer, &client, now, state.random.as_ref()).await?;
    let event = event("app.secret", &client).with("old_secrets_end_in_hours", wanted.old_secrets_end_in_hours);
    finish(change, event, Answer { tag: None, ..Answer::made(&made, format!("{BASE}/apps/{}", client.id)) }).await
}

pub(super) async fn remove_secret(call: Call) -> Answered {
    let (state, now) = (call.state.clone(), call.context.now);
    let (mut change, mut client) = hold(call).await?;
    check_power(&change.call, &[&client])?;
    let before = client.secrets.len();
    let id = change.call.at("secret").to_owned();
    client.secrets.retain(|secret| secret_id(secret) != id);
    if client.secrets.len() == before {
        return Err(Problem::not_found("secret").into());
    }
    change_client(&mut change.writer, &client, now, state.random.as_ref()).await?;
    finish(change, event("app.secret_remove", &client).with("secret", id), Answer::gone()).await
}

async fn find(call: &Call, db: &Reader) -> Result<Client, Stop> {
    let found = list_clients(db).await?.into_iter().find(|client| client.id == call.at("app"));
    found.ok_or_else(|| Problem::not_found("app").into())
}

/// Begins to change the app in the path; until the commit nobody else changes an app.
async fn hold(call: Call) -> Result<(Change, Client), Stop> {
    let mut change = call.begin().await?;
    raise_version(&mut change.writer, Versioned::Apps).await?;
    let known = find(&change.call, &change.writer).await?;
    change.check_match(&AppShown::of(&known))?;
    Ok((change, known))
}

/// Checks an app like every other registration, and looks its sector up where that is another than before.
async fn check(state: &AppState, client: &mut Client, known: Option<&Client>) -> Result<(), Stop> {
    check_registration(client).map_err(|problem| fault(&problem))?;
    let Some(address) = client.metadata.sector_identifier_uri.clone() else { return Ok(()) };
    let is_same = known.is_some_and(|known| {
        known.metadata.sector_identifier_uri.as_ref() == Some(&address)
            && known.metadata.redirect_uris == client.metadata.redirect_uris
            && known.metadata.sector == client.metadata.sector
    });
    if !is_same {
        let found = find_sector(&state.outbound, &address, &client.metadata.redirect_uris).await;
        client.metadata.sector = Some(found.map_err(|problem| fault(&problem))?);
    }
    Ok(())
}

fn fault(problem: &RegistrationProblem) -> Problem {
    Problem::fields(vec![FieldFault::new(app_field(problem.member), problem.to_string())])
}

/// An app acts with its own scopes, so whoever sets it up or has its secret needs them all.
fn check_power(call: &Call, clients: &[&Client]) -> Result<(), Problem> {
    let is_within = |client: &&Client| Rights::in_scope(&client.metadata.scope).is_within(&call.caller.rights);
    if clients.iter().all(is_within) {
        return Ok(());
    }
    Err(Problem::above_own_rights("The app may call this API with scopes that this key does not have."))
}

fn event(kind: &'static str, client: &Client) -> Event {
    Event::new(Chain::Instance, kind, "done").through(&client.id)
}

/// What a change changed, for the audit.
pub(super) fn changes(before: &Value, after: &Value) -> Value {
    let all = changed_fields(before, after).into_iter();
    all.map(|(field, before, after)| json!({ "field": field, "before": before, "after": after })).collect()
}

async fn finish(change: Change, event: Event, answer: Answer) -> Answered {
    let state = change.call.state.clone();
    let answered = change.finish(event, answer).await;
    Clients::forget(&state);
    answered
}
