//! The signing keys (M6).

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::{WasDone, doer, not_found};
use crate::domain::{Algorithm, Timestamp};
use crate::features::admin::timeline::{WIDTH, Window};
use crate::features::admin::views::{KeyActPage, KeyLine, KeySpan, KeysPage};
use crate::features::audit::Chain;
use crate::features::clients::list_clients;
use crate::features::console::{Auditor, InstanceAdmin};
use crate::features::signing::{list_keys, next_rotation, revoke_key, rotate_as};
use crate::keys::{KeyLife, KeyState};
use crate::web::{AppState, Context, Error, Form, see_other, urls};

/// How high a line of the timeline is.
const LINE: usize = 24;
/// How many apps are named.
const NAMED: usize = 5;
/// How many keys that are gone are still listed.
const MOST_REMOVED: usize = 6;

/// The apps whose tokens are signed with each algorithm.
async fn apps(state: &AppState) -> Result<Vec<(Algorithm, Vec<String>)>, Error> {
    let clients = list_clients(state.db.reading()).await?;
    let usual = state.config.tokens.access_token_algorithm;
    let signs = |algorithm: Algorithm| {
        let uses = clients.iter().filter(move |client| {
            let metadata = &client.metadata;
            client.disabled_at.is_none()
                && (metadata.id_token_algorithm == algorithm
                    || metadata.access_token_algorithm.unwrap_or(usual) == algorithm)
        });
        uses.map(|client| client.name.clone()).collect()
    };
    Ok(Algorithm::ALL.into_iter().map(|algorithm| (algorithm, signs(algorithm))).collect())
}

fn used_by(apps: &[(Algorithm, Vec<String>)], life: &KeyLife) -> Vec<String> {
    let found = apps.iter().find(|(algorithm, _)| *algorithm == life.algorithm);
    found.map(|(_, names)| names.clone()).unwrap_or_default()
}

pub(super) async fn show(
    State(state): State<AppState>,
    mut context: Context,
    auditor: Auditor,
    Query(was): Query<WasDone>,
) -> Result<Response, Error> {
    let now = context.now;
    let lives = listed(list_keys(&state).await?, now);
    let window = Window::around(&lives, now);
    let apps = apps(&state).await?;
    let keys: Vec<KeyLine> = lives
        .iter()
        .enumerate()
        .map(|(place, life)| {
            let state = life.state(now);
            let all = if state == KeyState::Current { used_by(&apps, life) } else { Vec::new() };
            KeyLine {
                kid: life.kid.clone(),
                algorithm: life.algorithm.to_string(),
                state: state.as_str(),
                created: life.created_at.millis(),
                active: life.active_at.millis(),
                retired: life.retired_at.map(Timestamp::millis),
                removed: life.removed_at.map(Timestamp::millis),
                more_apps: all.len().saturating_sub(NAMED),
                apps: all.into_iter().take(NAMED).collect(),
                spans: window.spans(life).into_iter().map(|(state, x, width)| KeySpan { state, x, width }).collect(),
                y: place * LINE,
                revoke: (auditor.administers() && state != KeyState::Removed)
                    .then(|| urls::admin_key_revoke(&life.kid)),
            }
        })
        .collect();
    let page = KeysPage {
        may_change: auditor.administers(),
        size: (WIDTH, (keys.len() * LINE).max(LINE)),
        keys,
        now: window.x(now.millis()),
        next: next_rotation(&state, &lives).map(Timestamp::millis),
        days: state.config.keys.rotation_days,
        done: was.done.as_deref().and_then(|done| ["rotate", "revoke"].into_iter().find(|known| *known == done)),
    };
    context.signed_in = Some(auditor.member.shown());
    context.page(&state, StatusCode::OK, &page)
}

/// The keys by algorithm, the newest first; of those that are gone only the last.
fn listed(mut lives: Vec<KeyLife>, now: Timestamp) -> Vec<KeyLife> {
    lives.sort_by(|a, b| b.created_at.cmp(&a.created_at).then_with(|| a.kid.cmp(&b.kid)));
    let mut removed = 0;
    lives.retain(|life| {
        removed += usize::from(life.state(now) == KeyState::Removed);
        life.state(now) != KeyState::Removed || removed <= MOST_REMOVED
    });
    lives.sort_by_key(|life| life.algorithm);
    lives
}

pub(super) async fn ask_rotate(
    State(state): State<AppState>,
    mut context: Context,
    admin: InstanceAdmin,
) -> Result<Response, Error> {
    let now = context.now;
    let lives = list_keys(&state).await?;
    let next = |algorithm: &Algorithm| {
        let of_it = lives.iter().filter(|life| life.algorithm == *algorithm && life.state(now) == KeyState::Next);
        of_it.map(|life| life.created_at).min()
    };
    // The algorithm whose successor is known for the shortest time decides; one that has none most of all.
    let published: Option<Vec<Timestamp>> = state.config.keys.algorithms.iter().map(next).collect();
    let page = KeyActPage {
        act: "rotate",
        action: urls::ADMIN_KEYS_ROTATE.to_owned(),
        kid: String::new(),
        state: KeyState::Current.as_str(),
        published: published.and_then(|all| all.into_iter().max()).map(Timestamp::millis),
        hours: state.config.keys.retire_hours,
        apps: list_clients(state.db.reading()).await?.len(),
    };
    context.signed_in = Some(admin.member.shown());
    context.page(&state, StatusCode::OK, &page)
}

#[derive(Debug, Deserialize)]
pub(super) struct Nothing {}

pub(super) async fn rotate(
    State(state): State<AppState>,
    context: Context,
    admin: InstanceAdmin,
    Form(_): Form<Nothing>,
) -> Result<Response, Error> {
    let event = doer(&admin, &context).event(Chain::Instance, "keys.rotate");
    let changes = rotate_as(&state, event).await?;
    // Of two who do it at the same moment one is enough.
    Ok(see_other(&if changes > 0 { format!("{}?done=rotate", urls::ADMIN_KEYS) } else { urls::ADMIN_KEYS.to_owned() }))
}

pub(super) async fn ask_revoke(
    State(state): State<AppState>,
    mut context: Context,
    admin: InstanceAdmin,
    Path(kid): Path<String>,
) -> Result<Response, Error> {
    let now = context.now;
    let lives = list_keys(&state).await?;
    let found = lives.iter().find(|life| life.kid == kid && life.state(now) != KeyState::Removed);
    let Some(life) = found else { return Ok(not_found()) };
    let page = KeyActPage {
        act: "revoke",
        action: urls::admin_key_revoke(&life.kid),
        kid: life.kid.clone(),
        state: life.state(now).as_str(),
        published: None,
        hours: state.config.keys.retire_hours,
        apps: used_by(&apps(&state).await?, life).len(),
    };
    context.signed_in = Some(admin.member.shown());
    context.page(&state, StatusCode::OK, &page)
}

pub(super) async fn revoke(
    State(state): State<AppState>,
    context: Context,
    admin: InstanceAdmin,
    Path(kid): Path<String>,
    Form(_): Form<Nothing>,
) -> Result<Response, Error> {
    let event = doer(&admin, &context).event(Chain::Instance, "keys.revoke");
    if revoke_key(&state, &kid, event).await? == 0 {
        // The page that asks tells whether it is gone; if it is not, it asks again.
        return Ok(see_other(&urls::admin_key_revoke(&kid)));
    }
    Ok(see_other(&format!("{}?done=revoke", urls::ADMIN_KEYS)))
}
