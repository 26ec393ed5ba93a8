//! One app, and its settings to copy.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde_json::json;

use super::failed::failed_row;
use super::{Done, filled, find, not_found, row};
use crate::domain::Timestamp;
use crate::features::apps::rules::{Answers, Kind, Settings, stacks};
use crate::features::apps::views::{AppPage, ReadyPage, SecretRow};
use crate::features::clients::{ClientAuthentication, Registered, list_secrets};
use crate::features::console::Auditor;
use crate::features::failed_requests::{MOST, list_failed_requests};
use crate::features::oidc::can_be_tried;
use crate::features::organisations::list_organisations;
use crate::features::sessions::Member;
use crate::web::{AppState, Context, Error, urls};

pub(super) async fn show(
    State(state): State<AppState>,
    mut context: Context,
    auditor: Auditor,
    Path(id): Path<String>,
    Query(done): Query<Done>,
) -> Result<Response, Error> {
    let Some(app) = find(&state, &id).await? else { return Ok(not_found()) };
    context.signed_in = Some(auditor.member.shown());
    let page = page(&state, &context, &app, auditor.administers()).await?;
    context.page(&state, StatusCode::OK, &AppPage { done: done.word(), ..page })
}

/// The page of an app.
pub(super) async fn page(
    state: &AppState,
    context: &Context,
    app: &Registered,
    may_change: bool,
) -> Result<AppPage, Error> {
    let db = state.db.reading();
    let client = &app.client;
    let secrets = list_secrets(db, &client.id).await?.into_iter().filter(|secret| secret.counts(context.now));
    let failed = list_failed_requests(db, &client.id, MOST).await?;
    let organisations = match &client.metadata.access.organisations {
        None => None,
        Some(chosen) => {
            let all = list_organisations(db).await?;
            Some(all.into_iter().filter(|one| chosen.contains(&one.id)).map(|one| one.name).collect())
        }
    };
    let answers = (Answers::of(client), app.updated_at.millis());
    Ok(AppPage {
        may_change,
        row: row(app),
        done: None,
        form: filled(state, urls::app_act(&client.id, "change"), answers, Vec::new()).await?,
        organisations,
        profile: client.profile.to_string(),
        authentication: client.authentication.to_string(),
        created: app.created_at.millis(),
        can_be_tried: can_be_tried(client),
        trial_fault: None,
        has_secrets: has_secrets(app),
        secrets: secrets
            .map(|secret| SecretRow {
                made: secret.created_at.millis(),
                ends: secret.expires_at.map(Timestamp::millis),
                used: secret.last_used_at.map(Timestamp::millis),
                end: urls::app_act(&client.id, format_args!("secrets/{}", secret.id)),
            })
            .collect(),
        failed: failed.into_iter().map(|failed| failed_row(&app.client, failed)).collect(),
    })
}

/// Whether an app proves that it is itself with a secret of ours.
pub(super) const fn has_secrets(app: &Registered) -> bool {
    matches!(
        app.client.authentication,
        ClientAuthentication::ClientSecretBasic
            | ClientAuthentication::ClientSecretPost
            | ClientAuthentication::ClientSecretJwt
    )
}

/// Its settings once more, without the secret.
pub(super) async fn copy(
    State(state): State<AppState>,
    mut context: Context,
    auditor: Auditor,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    let Some(app) = find(&state, &id).await? else { return Ok(not_found()) };
    context.signed_in = Some(auditor.member.shown());
    let page = ReadyPage {
        can_be_tried: can_be_tried(&app.client) && auditor.administers(),
        ..ready(&state, &app, (false, None))
    };
    context.page(&state, StatusCode::OK, &page)
}

/// Whether the first request came, for the page that waits for it.
pub(super) async fn used(
    State(state): State<AppState>,
    context: Context,
    _: Member,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    // A page that looks by itself is no use of the console.
    if Auditor::find(&state, &context).await?.is_none() {
        return Ok(not_found());
    }
    let Some(app) = find(&state, &id).await? else { return Ok(not_found()) };
    let failed = list_failed_requests(state.db.reading(), &id, 1).await?;
    Ok(Json(json!({ "used": app.last_used_at.is_some() || !failed.is_empty() })).into_response())
}

/// The settings to copy, with the secret while it is shown.
pub(super) fn ready(state: &AppState, app: &Registered, (is_new, secret): (bool, Option<&str>)) -> ReadyPage {
    let client = &app.client;
    let (issuer, scope) = (state.config.server.issuer(), client.metadata.scope.to_string());
    let redirect_uri = client.metadata.redirect_uris.first().map(String::as_str).unwrap_or_default();
    let kind = Kind::of(client);
    let mut values = vec![
        ("issuer", issuer.clone()),
        ("discovery", format!("{issuer}{}", urls::OPENID_CONFIGURATION)),
        ("client-id", client.id.clone()),
    ];
    if kind != Kind::Machine {
        values.push(("redirect-uri", redirect_uri.to_owned()));
    }
    values.push(("scopes", scope.clone()));
    values.retain(|(_, value)| !value.is_empty());
    let settings = Settings { kind, issuer: &issuer, client_id: &client.id, secret, redirect_uri, scope: &scope };
    ReadyPage {
        row: row(app),
        is_new,
        values,
        secret: secret.map(str::to_owned),
        stacks: stacks(&settings),
        can_be_tried: can_be_tried(client),
    }
}
