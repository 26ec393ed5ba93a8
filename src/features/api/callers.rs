//! Who calls, and what they may do.

use std::time::Duration;

use super::BASE;
use super::problems::{Problem, Stop};
use crate::domain::Timestamp;
use crate::domain::ids::OrganisationId;
use crate::domain::network::Network;
use crate::features::api_keys::{ApiKey, KEY_PREFIX, Right, Rights, find_key_by_secret, touch_key};
use crate::features::audit::Machine;
use crate::features::oidc::find_app_token;
use crate::features::organisations::find_organisation;
use crate::features::throttles::{Counter, Limit, reserve};
use crate::web::{AppState, Context};

/// The most keys that do not work, from one network. A key that works is not slowed down by them.
const MOST_WRONG: Limit = Limit::quota(60, Duration::from_mins(10));

/// The most changes of one caller.
const MOST_CHANGES: Limit = Limit::quota(600, Duration::from_mins(1));

/// How old the last use of a key is at least when the next one is written down.
const TO_THE_MINUTE: Duration = Duration::from_mins(1);

/// A program that shows a key or token that works.
#[derive(Clone, Debug)]
pub(super) struct Caller {
    /// What the audit calls it.
    pub(super) machine: Machine,
    /// What people call it.
    pub(super) name: String,
    /// What it may do.
    pub(super) rights: Rights,
    /// The only organisation that it sees; none for the whole instance.
    pub(super) organisation: Option<OrganisationId>,
    /// Until when the key works; none for a token, which makes no keys.
    pub(super) expires_at: Option<Timestamp>,
}

impl Caller {
    /// Whether it sees what belongs to `organisation`.
    pub(super) fn sees(&self, organisation: OrganisationId) -> bool {
        self.organisation.is_none_or(|own| own == organisation)
    }
}

/// Who sent this `Authorization` header.
pub(super) async fn find_caller(
    state: &AppState,
    context: &Context,
    authorization: Option<&str>,
) -> Result<Caller, Stop> {
    let Some(authorization) = authorization else {
        let challenge = Some("Bearer realm=\"Countersign\"".to_owned());
        let detail = "Send an API key or an access token in the header Authorization: Bearer.";
        return Err(Problem { challenge, ..Problem::new("unauthenticated", detail) }.into());
    };
    let token = authorization.split_once(' ').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    let found = match token.map(|(_, token)| token.trim()) {
        Some(key) if key.starts_with(KEY_PREFIX) => of_key(state, context, key).await?,
        Some(token) => of_token(state, context, token).await?,
        None => None,
    };
    match found {
        Some(caller) => Ok(caller),
        None => Err(refuse(state, context).await?.into()),
    }
}

async fn of_key(state: &AppState, context: &Context, secret: &str) -> Result<Option<Caller>, Stop> {
    let db = state.db.reading();
    let Some(key) = find_key_by_secret(db, secret).await?.filter(|key| key.works(context.now)) else { return Ok(None) };
    if let Some(organisation) = key.organisation
        && find_organisation(db, organisation).await?.is_none_or(|organisation| organisation.disabled_at.is_some())
    {
        return Ok(None);
    }
    if key.last_used_at.is_none_or(|last| context.now.since(last) >= TO_THE_MINUTE) {
        let mut writer = state.db.writing().await?;
        touch_key(&mut writer, key.id, context.now).await?;
        writer.commit().await?;
    }
    let ApiKey { id, name, rights, organisation, expires_at, .. } = key;
    Ok(Some(Caller { machine: Machine::Key(id), name, rights, organisation, expires_at: Some(expires_at) }))
}

async fn of_token(state: &AppState, context: &Context, token: &str) -> Result<Option<Caller>, Stop> {
    let audience = state.absolute(BASE);
    let Some((client, scope)) = find_app_token(state, token, &audience, context.now).await? else { return Ok(None) };
    Ok(Some(Caller {
        machine: Machine::App(client.id.clone()),
        name: client.name.clone(),
        rights: Rights::in_scope(&scope),
        organisation: None,
        expires_at: None,
    }))
}

/// Refuses a key or token that does not work, and counts it.
async fn refuse(state: &AppState, context: &Context) -> Result<Problem, Stop> {
    let networks = context.client_ip.network().map(Network::limiter_keys).unwrap_or_default();
    let counters: Vec<Counter> =
        networks.into_iter().map(|network| Counter { key: format!("api:{network}"), limit: MOST_WRONG }).collect();
    if let Some(blocked) = reserve(&state.db, &counters, context.now).await? {
        let retry_after = Some(blocked.until.since(context.now).as_secs().max(1));
        let detail = "Too many keys that do not work came from this network.";
        return Ok(Problem { retry_after, ..Problem::new("too_many", detail) });
    }
    let challenge = Some("Bearer realm=\"Countersign\", error=\"invalid_token\"".to_owned());
    let detail = "The key or token is wrong, has ended, or is not meant for this API.";
    Ok(Problem { challenge, ..Problem::new("unauthenticated", detail) })
}

/// Counts a change before anything is looked at, so that refusals count as well.
pub(super) async fn count_change(state: &AppState, context: &Context, caller: &Caller) -> Result<(), Stop> {
    let counter = Counter { key: format!("api changes:{}", caller.machine), limit: MOST_CHANGES };
    let Some(blocked) = reserve(&state.db, &[counter], context.now).await? else { return Ok(()) };
    let retry_after = Some(blocked.until.since(context.now).as_secs().max(1));
    let problem = Problem::new("too_many", "A key makes at most 600 changes in a minute.");
    Err(Problem { retry_after, ..problem }.into())
}

/// Refuses what takes a right that the caller does not have.
pub(super) fn check_right(caller: &Caller, right: Right) -> Result<(), Problem> {
    if caller.rights.contains(right) {
        return Ok(());
    }
    let challenge = Some(format!("Bearer realm=\"Countersign\", error=\"insufficient_scope\", scope=\"{right}\""));
    let detail = format!("This takes the scope {right}.");
    Err(Problem { challenge, ..Problem::new("forbidden", detail) })
}
