//! API keys.

use std::time::Duration;

use super::BASE;
use super::answers::{Answer, Answered};
use super::call::Call;
use super::documents::{ApiKeyShown, NewApiKey};
use super::problems::{Problem, Stop};
use crate::domain::ids::{ApiKeyId, OrganisationId};
use crate::features::api_keys::{
    ApiKey, KeyProblem, Rights, add_key, check_key, end_key, find_key, hold_key, list_keys,
};
use crate::features::audit::{Chain, Event};
use crate::features::organisations::find_organisation;
use crate::storage::Reader;

pub(super) async fn list(call: Call) -> Answered {
    let page = call.page()?;
    let rows = list_keys(call.db(), &page).await?;
    Ok(call.list(&page, rows, |key| key.id.to_string(), |key| ApiKeyShown::of(&key)))
}

pub(super) async fn show(call: Call) -> Answered {
    Ok(Answer::show(&ApiKeyShown::of(&find(&call, call.db()).await?)))
}

pub(super) async fn add(call: Call) -> Answered {
    let wanted: NewApiKey = call.read()?;
    let now = call.context.now;
    let organisation = match wanted.organisation.as_deref() {
        None => call.caller.organisation,
        Some(id) => match id.parse::<OrganisationId>() {
            Ok(id) if call.caller.sees(id) && find_organisation(call.db(), id).await?.is_some() => Some(id),
            _ => return Err(Problem::field("organisation", "There is no such organisation.").into()),
        },
    };
    let rights: Rights = wanted.scope.parse().map_err(|wrong| Problem::field("scope", format!("{wrong}.")))?;
    let days = wanted.expires_in_days;
    let name = check_key(&wanted.name, &rights, organisation.is_some(), days).map_err(fault)?;
    if !rights.is_within(&call.caller.rights) {
        return Err(Problem::above_own_rights("A key makes no key that may do more than itself.").into());
    }
    let Some(end) = call.caller.expires_at else {
        return Err(Problem::above_own_rights("Only a key makes keys; a token makes none.").into());
    };
    let random = call.state.random.clone();
    let key = ApiKey {
        id: ApiKeyId::new(now, random.as_ref()),
        name: name.to_owned(),
        organisation,
        rights,
        created_by: call.caller.machine.to_string(),
        created_at: now,
        // No key outlives the one that it was made with.
        expires_at: now.after(Duration::from_secs(u64::from(days) * 24 * 3600)).min(end),
        last_used_at: None,
        ended_at: None,
    };
    let mut change = call.begin().await?;
    let secret = add_key(&mut change.writer, &key, random.as_ref()).await?;
    let event = event("api_key.add", &key).with("scope", key.rights.to_string()).with("days", days);
    let shown = ApiKeyShown::with_secret(&key, secret.expose());
    change.finish(event, Answer::made(&shown, format!("{BASE}/api-keys/{}", key.id))).await
}

pub(super) async fn remove(call: Call) -> Answered {
    let mut change = call.begin().await?;
    let id = find(&change.call, &change.writer).await?.id;
    hold_key(&mut change.writer, id).await?;
    let key = find(&change.call, &change.writer).await?;
    change.check_match(&ApiKeyShown::of(&key))?;
    if !end_key(&mut change.writer, id, change.call.context.now).await? {
        return Err(Problem::new("conflict", "The key was ended before.").into());
    }
    change.finish(event("api_key.end", &key), Answer::gone()).await
}

async fn find(call: &Call, db: &Reader) -> Result<ApiKey, Stop> {
    let found = match call.at("key").parse() {
        Ok(id) => find_key(db, id).await?,
        Err(_) => None,
    };
    found.ok_or_else(|| Problem::not_found("API key").into())
}

fn fault(problem: KeyProblem) -> Problem {
    Problem::field(problem.field(), problem.to_string())
}

fn event(kind: &'static str, key: &ApiKey) -> Event {
    let chain = key.organisation.map_or(Chain::Instance, Chain::Organisation);
    Event::new(chain, kind, "done").with("key", key.id.to_string()).with("name", key.name.clone())
}
