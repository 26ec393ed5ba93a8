//! What an app is told about somebody, without a sign-in. Looking is written down, also for whom it is about.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{find, not_found};
use crate::features::accounts::find_account_by_login;
use crate::features::apps::views::{ClaimRow, EXPLAINED, PreviewPage};
use crate::features::clients::Registered;
use crate::features::console::InstanceAdmin;
use crate::features::oidc::preview_claims;
use crate::web::{AppState, Context, Error, Form, urls};

/// Claims as rows; points in time are said in words as well.
pub(super) fn claim_rows(claims: Map<String, Value>) -> Vec<ClaimRow> {
    let at = |name: &str, value: &Value| {
        let is_time = matches!(name, "exp" | "iat" | "auth_time" | "updated_at");
        value.as_i64().filter(|_| is_time).map(|seconds| seconds.saturating_mul(1000))
    };
    let row = |(name, value): (String, Value)| ClaimRow {
        known: EXPLAINED.contains(&name.as_str()),
        at: at(&name, &value),
        value: value.to_string(),
        name,
    };
    claims.into_iter().map(row).collect()
}

fn empty(app: &Registered) -> PreviewPage {
    PreviewPage {
        app: app.client.name.clone(),
        back: urls::app(&app.client.id),
        action: urls::app_act(&app.client.id, "preview"),
        who: String::new(),
        nobody: false,
        person: None,
        admitted: true,
        disabled: false,
        id_token: Vec::new(),
        userinfo: Vec::new(),
    }
}

pub(super) async fn show(
    State(state): State<AppState>,
    mut context: Context,
    admin: InstanceAdmin,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    let Some(app) = find(&state, &id).await? else { return Ok(not_found()) };
    context.signed_in = Some(admin.member.shown());
    context.page(&state, StatusCode::OK, &empty(&app))
}

#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    who: String,
}

pub(super) async fn look(
    State(state): State<AppState>,
    mut context: Context,
    admin: InstanceAdmin,
    Path(id): Path<String>,
    Form(Asked { who }): Form<Asked>,
) -> Result<Response, Error> {
    let Some(app) = find(&state, &id).await? else { return Ok(not_found()) };
    context.signed_in = Some(admin.member.shown());
    let own = admin.member.standing.account.id;
    let account = find_account_by_login(state.db.reading(), who.trim()).await?;
    let preview = match account {
        Some(account) => preview_claims(&state, &context, &app.client, (account.id, own)).await?,
        None => None,
    };
    let Some(preview) = preview else {
        let page = PreviewPage { nobody: true, who, ..empty(&app) };
        return context.page(&state, StatusCode::UNPROCESSABLE_ENTITY, &page);
    };
    let page = PreviewPage {
        who,
        person: Some((preview.name, preview.email)),
        admitted: preview.admitted,
        disabled: preview.disabled,
        id_token: claim_rows(preview.id_token),
        userinfo: claim_rows(preview.userinfo),
        ..empty(&app)
    };
    context.page(&state, StatusCode::OK, &page)
}
