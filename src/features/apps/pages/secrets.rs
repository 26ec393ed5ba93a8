//! The secrets of an app: at most two that count, so that one can be changed for the other without a moment without.

use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::acts::{again, page};
use super::app::{has_secrets, ready};
use super::{Act, event, find, not_found};
use crate::domain::Timestamp;
use crate::domain::ids::ClientSecretId;
use crate::features::audit::{self, Ink};
use crate::features::clients::{ClientSecret, Clients, StoredSecret, add_secret, end_secret, list_secrets};
use crate::features::console::InstanceAdmin;
use crate::web::{AppState, Context, Error, Form, see_other, urls};

/// How many secrets count at most.
const MOST: usize = 2;
/// How long the old secret counts beside a new one.
const OVERLAP: Duration = Duration::from_hours(24 * 7);

async fn counting(state: &AppState, id: &str, now: Timestamp) -> Result<Vec<StoredSecret>, Error> {
    let all = list_secrets(state.db.reading(), id).await?;
    Ok(all.into_iter().filter(|secret| secret.counts(now)).collect())
}

pub(super) async fn ask(
    State(state): State<AppState>,
    mut context: Context,
    admin: InstanceAdmin,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    let Some(app) = find(&state, &id).await?.filter(has_secrets) else { return Ok(not_found()) };
    context.signed_in = Some(admin.member.shown());
    let page = page(&state, &context, &app, ("secret", "secrets")).await?;
    context.page(&state, StatusCode::OK, &page)
}

/// Makes another secret, shows it once, and lets the old one end in a week.
pub(super) async fn add(
    State(state): State<AppState>,
    mut context: Context,
    admin: InstanceAdmin,
    Path(id): Path<String>,
    Form(act): Form<Act>,
) -> Result<Response, Error> {
    let Some(app) = find(&state, &id).await?.filter(has_secrets) else { return Ok(not_found()) };
    let old = counting(&state, &id, context.now).await?;
    if old.len() >= MOST || act.seen() != app.updated_at {
        return again(&state, context, &admin, (&id, "secret", "secrets"), false).await;
    }
    let secret = state.random.secret();
    let chance = (&state.vault, state.random.as_ref());
    let stored = ClientSecret::kept(app.client.authentication, secret.expose(), chance);
    let mut writer = state.db.writing().await?;
    let chance = (context.now, state.random.as_ref());
    if !add_secret(&mut writer, (&id, act.seen()), &stored, chance).await? {
        drop(writer);
        return again(&state, context, &admin, (&id, "secret", "secrets"), false).await;
    }
    let ends = context.now.after(OVERLAP);
    let old = old.into_iter().find(|old| old.expires_at.is_none_or(|end| ends < end));
    let mut event = event(&context, &admin, "app.secret_add", &id);
    if let Some(old) = old {
        let seen = find_version(&writer, &id).await?;
        if !end_secret(&mut writer, (&id, seen), (old.id, ends), context.now).await? {
            // Without its end the old secret would count for ever, and a third could follow.
            drop(writer);
            return again(&state, context, &admin, (&id, "secret", "secrets"), false).await;
        }
        event = event.with("old_secret", old.id.to_string()).with("old_ends", ends.seconds());
    }
    audit::record(&mut writer, Ink::of(&state, context.now), event).await?;
    writer.commit().await?;
    Clients::forget(&state);
    let Some(app) = find(&state, &id).await? else { return Ok(not_found()) };
    context.signed_in = Some(admin.member.shown());
    context.page(&state, StatusCode::OK, &ready(&state, &app, (false, Some(secret.expose().as_str()))))
}

/// The version of an app inside the transaction that just changed it.
async fn find_version(db: &crate::storage::Reader, id: &str) -> Result<Timestamp, Error> {
    let found = crate::features::clients::find_registered(db, id).await?;
    Ok(found.map_or(Timestamp::from_millis(0), |app| app.updated_at))
}

async fn find_secret(state: &AppState, id: &str, secret: &str, now: Timestamp) -> Result<Option<StoredSecret>, Error> {
    let Ok(secret) = secret.parse::<ClientSecretId>() else { return Ok(None) };
    Ok(counting(state, id, now).await?.into_iter().find(|known| known.id == secret))
}

pub(super) async fn ask_end(
    State(state): State<AppState>,
    mut context: Context,
    admin: InstanceAdmin,
    Path((id, secret)): Path<(String, String)>,
) -> Result<Response, Error> {
    let Some(app) = find(&state, &id).await?.filter(has_secrets) else { return Ok(not_found()) };
    let Some(secret) = find_secret(&state, &id, &secret, context.now).await? else { return Ok(not_found()) };
    context.signed_in = Some(admin.member.shown());
    let path = format!("secrets/{}", secret.id);
    let page = page(&state, &context, &app, ("end-secret", &path)).await?;
    context.page(&state, StatusCode::OK, &page)
}

/// Ends a secret at once.
pub(super) async fn end(
    State(state): State<AppState>,
    context: Context,
    admin: InstanceAdmin,
    Path((id, secret)): Path<(String, String)>,
    Form(act): Form<Act>,
) -> Result<Response, Error> {
    let Some(secret) = find_secret(&state, &id, &secret, context.now).await? else { return Ok(not_found()) };
    let mut writer = state.db.writing().await?;
    if !end_secret(&mut writer, (&id, act.seen()), (secret.id, context.now), context.now).await? {
        drop(writer);
        let path = format!("secrets/{}", secret.id);
        return again(&state, context, &admin, (&id, "end-secret", &path), false).await;
    }
    let event = event(&context, &admin, "app.secret_end", &id).with("secret", secret.id.to_string());
    audit::record(&mut writer, Ink::of(&state, context.now), event).await?;
    writer.commit().await?;
    Clients::forget(&state);
    Ok(see_other(&format!("{}?done=secret-ended", urls::app(&id))))
}
