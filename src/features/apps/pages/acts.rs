//! Switching an app off and on, and removing it: each on a page that says what follows.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::{Act, event, find, not_found, row};
use crate::features::apps::views::AppActPage;
use crate::features::audit::{self, Ink};
use crate::features::clients::{Clients, Registered, change_seen_client, list_secrets, remove_client};
use crate::features::console::InstanceAdmin;
use crate::features::oidc::count_connected;
use crate::web::{AppState, Context, Error, Form, see_other, urls};

/// The page that asks.
pub(super) async fn page(
    state: &AppState,
    context: &Context,
    app: &Registered,
    (act, path): (&'static str, &str),
) -> Result<AppActPage, Error> {
    let db = state.db.reading();
    let secrets = list_secrets(db, &app.client.id).await?;
    Ok(AppActPage {
        row: row(app),
        act,
        action: urls::app_act(&app.client.id, path),
        version: app.updated_at.millis(),
        secrets: secrets.iter().filter(|secret| secret.counts(context.now)).count(),
        people: count_connected(db, &app.client.id, context.now).await?,
        conflict: false,
        wrong_name: false,
    })
}

/// Whether this can be done to an app as it is.
fn fits(app: &Registered, act: &str) -> bool {
    match act {
        "disable" => app.client.disabled_at.is_none(),
        "enable" => app.client.disabled_at.is_some(),
        _ => true,
    }
}

async fn ask(
    state: &AppState,
    mut context: Context,
    admin: &InstanceAdmin,
    (id, act): (&str, &'static str),
) -> Result<Response, Error> {
    let Some(app) = find(state, id).await? else { return Ok(not_found()) };
    if !fits(&app, act) {
        return Ok(see_other(&urls::app(id)));
    }
    context.signed_in = Some(admin.member.shown());
    let page = page(state, &context, &app, (act, act)).await?;
    context.page(state, StatusCode::OK, &page)
}

/// The page once more, for whoever saw an older version of the app or typed something else.
pub(super) async fn again(
    state: &AppState,
    mut context: Context,
    admin: &InstanceAdmin,
    (id, act, path): (&str, &'static str, &str),
    wrong_name: bool,
) -> Result<Response, Error> {
    let Some(app) = find(state, id).await? else { return Ok(not_found()) };
    let mut page = page(state, &context, &app, (act, path)).await?;
    (page.wrong_name, page.conflict) = (wrong_name, !wrong_name);
    let status = if wrong_name { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::CONFLICT };
    context.signed_in = Some(admin.member.shown());
    context.page(state, status, &page)
}

pub(super) async fn ask_disable(
    State(state): State<AppState>,
    context: Context,
    admin: InstanceAdmin,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    ask(&state, context, &admin, (&id, "disable")).await
}

pub(super) async fn ask_enable(
    State(state): State<AppState>,
    context: Context,
    admin: InstanceAdmin,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    ask(&state, context, &admin, (&id, "enable")).await
}

pub(super) async fn ask_remove(
    State(state): State<AppState>,
    context: Context,
    admin: InstanceAdmin,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    ask(&state, context, &admin, (&id, "remove")).await
}

pub(super) async fn disable(
    State(state): State<AppState>,
    context: Context,
    admin: InstanceAdmin,
    Path(id): Path<String>,
    Form(act): Form<Act>,
) -> Result<Response, Error> {
    switch(&state, context, &admin, (&id, &act), true).await
}

pub(super) async fn enable(
    State(state): State<AppState>,
    context: Context,
    admin: InstanceAdmin,
    Path(id): Path<String>,
    Form(act): Form<Act>,
) -> Result<Response, Error> {
    switch(&state, context, &admin, (&id, &act), false).await
}

async fn switch(
    state: &AppState,
    context: Context,
    admin: &InstanceAdmin,
    (id, act): (&str, &Act),
    off: bool,
) -> Result<Response, Error> {
    let Some(app) = find(state, id).await? else { return Ok(not_found()) };
    let (name, kind, done) =
        if off { ("disable", "app.disable", "disabled") } else { ("enable", "app.enable", "enabled") };
    if !fits(&app, name) {
        return Ok(see_other(&urls::app(id)));
    }
    let mut client = app.client;
    client.disabled_at = off.then_some(context.now);
    let mut writer = state.db.writing().await?;
    let chance = (context.now, state.random.as_ref());
    if !change_seen_client(&mut writer, &client, act.seen(), chance).await? {
        drop(writer);
        return again(state, context, admin, (id, name, name), false).await;
    }
    audit::record(&mut writer, Ink::of(state, context.now), event(&context, admin, kind, id)).await?;
    writer.commit().await?;
    Clients::forget(state);
    Ok(see_other(&format!("{}?done={done}", urls::app(id))))
}

/// Removes an app; its name is typed, since nothing brings it back.
pub(super) async fn remove(
    State(state): State<AppState>,
    context: Context,
    admin: InstanceAdmin,
    Path(id): Path<String>,
    Form(act): Form<Act>,
) -> Result<Response, Error> {
    let Some(app) = find(&state, &id).await? else { return Ok(not_found()) };
    if act.typed.trim() != app.client.name {
        return again(&state, context, &admin, (&id, "remove", "remove"), true).await;
    }
    let mut writer = state.db.writing().await?;
    let chance = (context.now, state.random.as_ref());
    // As it was seen: what somebody changed meanwhile is not removed unseen.
    if !change_seen_client(&mut writer, &app.client, act.seen(), chance).await? {
        drop(writer);
        return again(&state, context, &admin, (&id, "remove", "remove"), false).await;
    }
    remove_client(&mut writer, &id).await?;
    let event = event(&context, &admin, "app.remove", &id).with("name", app.client.name.clone());
    audit::record(&mut writer, Ink::of(&state, context.now), event).await?;
    writer.commit().await?;
    Clients::forget(&state);
    Ok(see_other(&format!("{}?done=removed", urls::ADMIN_APPS)))
}
