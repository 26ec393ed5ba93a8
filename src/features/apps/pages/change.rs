//! Changing the settings of an app. Who saw an older version of it is told so, and overwrites nothing.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::json;

use super::{Pairs, event, filled, find, not_found, read_about, read_addresses, row, version};
use crate::domain::Timestamp;
use crate::features::apps::rules::{Answers, changes};
use crate::features::apps::views::ChangePage;
use crate::features::audit::{self, Ink};
use crate::features::clients::{Clients, Registered, change_seen_client};
use crate::features::console::{Administrator, InstanceAdmin, Kept};
use crate::features::oidc::check_registration;
use crate::web::{AppState, Context, Error, Form, see_other, urls};

fn action(app: &Registered) -> String {
    urls::app_act(&app.client.id, "change")
}

pub(super) async fn show(
    State(state): State<AppState>,
    mut context: Context,
    admin: InstanceAdmin,
    Path(id): Path<String>,
    Kept(kept): Kept,
) -> Result<Response, Error> {
    let Some(app) = find(&state, &id).await? else { return Ok(not_found()) };
    let mut seen = (Answers::of(&app.client), app.updated_at.millis());
    if !kept.is_empty() {
        read_about(&mut seen.0, &kept);
        read_addresses(&mut seen.0, &kept);
        seen.1 = version(&kept);
    }
    let form = filled(&state, action(&app), seen, Vec::new()).await?;
    context.signed_in = Some(admin.member.shown());
    context.page(&state, StatusCode::OK, &ChangePage { row: row(&app), form, refused: None })
}

pub(super) async fn save(
    State(state): State<AppState>,
    mut context: Context,
    admin: Administrator,
    Path(id): Path<String>,
    Form(pairs): Form<Pairs>,
) -> Result<Response, Error> {
    let admin = match admin.prove(&state, &context, &pairs) {
        Ok(admin) => admin,
        Err(to) => return Ok(see_other(&to)),
    };
    let Some(app) = find(&state, &id).await? else { return Ok(not_found()) };
    let mut answers = Answers::of(&app.client);
    read_about(&mut answers, &pairs);
    read_addresses(&mut answers, &pairs);
    context.signed_in = Some(admin.member.shown());
    let mut faults = answers.about_faults();
    faults.extend(answers.address_faults());
    let seen = version(&pairs);
    if !faults.is_empty() {
        let form = filled(&state, action(&app), (answers, seen), faults).await?;
        let page = ChangePage { row: row(&app), form, refused: None };
        return context.page(&state, StatusCode::UNPROCESSABLE_ENTITY, &page);
    }
    let mut client = app.client.clone();
    answers.apply(&mut client);
    if let Err(problem) = check_registration(&client) {
        let form = filled(&state, action(&app), (answers, seen), Vec::new()).await?;
        let page = ChangePage { row: row(&app), form, refused: Some(problem.to_string()) };
        return context.page(&state, StatusCode::UNPROCESSABLE_ENTITY, &page);
    }
    let (before, after) = changes(&app.client, &client);
    if before.is_empty() && after.is_empty() {
        return Ok(see_other(&format!("{}?done=unchanged", urls::app(&client.id))));
    }
    let mut writer = state.db.writing().await?;
    let chance = (context.now, state.random.as_ref());
    if !change_seen_client(&mut writer, &client, Timestamp::from_millis(seen), chance).await? {
        drop(writer);
        let Some(now) = find(&state, &id).await? else { return Ok(not_found()) };
        let mut form = filled(&state, action(&now), (answers, now.updated_at.millis()), Vec::new()).await?;
        form.conflict = true;
        let page = ChangePage { row: row(&now), form, refused: None };
        return context.page(&state, StatusCode::CONFLICT, &page);
    }
    let event =
        event(&context, &admin, "app.change", &client.id).with("before", json!(before)).with("after", json!(after));
    audit::record(&mut writer, Ink::of(&state, context.now), event).await?;
    writer.commit().await?;
    Clients::forget(&state);
    Ok(see_other(&format!("{}?done=changed", urls::app(&client.id))))
}
