//! Trying the sign-in to an app.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;

use super::app::page;
use super::preview::claim_rows;
use super::{find, not_found};
use crate::domain::ids::TrialId;
use crate::features::apps::views::{AppPage, StepRow, TrialPage};
use crate::features::console::{Auditor, InstanceAdmin};
use crate::features::oidc::{Step, Trial, Wish, begin_trial, can_be_tried, find_trial, finish_trial};
use crate::web::{AppState, Context, Error, Form, see_other, urls};

#[derive(Debug, Deserialize)]
pub(super) struct Wanted {
    #[serde(default)]
    redirect_uri: String,
    again: Option<String>,
}

/// Begins a trial, and sends the browser where the app would send it.
pub(super) async fn begin(
    State(state): State<AppState>,
    mut context: Context,
    admin: InstanceAdmin,
    Path(id): Path<String>,
    Form(wanted): Form<Wanted>,
) -> Result<Response, Error> {
    let Some(app) = find(&state, &id).await?.filter(|app| can_be_tried(&app.client)) else { return Ok(not_found()) };
    let first = app.client.metadata.redirect_uris.first().cloned().unwrap_or_default();
    let redirect_uri = if wanted.redirect_uri.is_empty() { first } else { wanted.redirect_uri };
    let wish = Wish { redirect_uri: &redirect_uri, again: wanted.again.is_some() };
    let own = admin.member.standing.account.id;
    let begun = begin_trial(&state, &mut context, &app.client, (own, wish)).await?;
    let to = match begun {
        Ok((_, to)) => to,
        Err(fault) => {
            context.signed_in = Some(admin.member.shown());
            let page = page(&state, &context, &app, true).await?;
            let page = AppPage { trial_fault: Some((fault.code, fault.description.to_owned())), ..page };
            return context.page(&state, StatusCode::UNPROCESSABLE_ENTITY, &page);
        }
    };
    let mut response = see_other(&to).into_response();
    context.hand_over_browser(&state, response.headers_mut());
    Ok(response)
}

/// Takes the answer. It comes by a form of our own page, which carries what only this trial knows.
pub(super) async fn answer(
    State(state): State<AppState>,
    context: Context,
    auditor: Auditor,
    Path((id, trial)): Path<(String, String)>,
    body: Bytes,
) -> Result<Response, Error> {
    let Ok(trial) = trial.parse::<TrialId>() else { return Ok(not_found()) };
    if !auditor.administers() {
        return Ok(not_found());
    }
    if !finish_trial(&state, &context, (&id, trial), &body).await? {
        return Ok(not_found());
    }
    Ok(see_other(&urls::app_trial(&id, trial)))
}

/// What came of it, for whoever began it.
pub(super) async fn show(
    State(state): State<AppState>,
    mut context: Context,
    admin: InstanceAdmin,
    Path((id, trial)): Path<(String, String)>,
) -> Result<Response, Error> {
    let Ok(trial) = trial.parse::<TrialId>() else { return Ok(not_found()) };
    let own = admin.member.standing.account.id;
    let found = find_trial(&state, trial, own, context.now).await?.filter(|trial| trial.client_id == id);
    let (Some(trial), Some(app)) = (found, find(&state, &id).await?) else { return Ok(not_found()) };
    let steps = steps(&trial);
    let Trial { redirect_uri, created_at, outcome, .. } = trial;
    let page = TrialPage {
        app: app.client.name.clone(),
        back: urls::app(&id),
        redirect_uri,
        at: created_at.millis(),
        under_way: outcome.is_none(),
        steps,
        error: outcome.as_ref().and_then(|outcome| outcome.error.clone()),
        id_token: outcome.as_ref().map(|outcome| claim_rows(outcome.id_token.clone())).unwrap_or_default(),
        userinfo: outcome.as_ref().map(|outcome| claim_rows(outcome.userinfo.clone())).unwrap_or_default(),
        answer: outcome.map(|outcome| claim_rows(outcome.answer)).unwrap_or_default(),
    };
    context.signed_in = Some(admin.member.shown());
    context.page(&state, StatusCode::OK, &page)
}

/// How each step went: all before the one that failed went well, and none behind it was reached.
fn steps(trial: &Trial) -> Vec<StepRow> {
    let position = |step: Step| Step::ALL.iter().position(|known| *known == step);
    let failed = trial.outcome.as_ref().map(|outcome| outcome.failed.and_then(position));
    let state = |at: usize| match failed {
        // The request was looked at before the trial began.
        None => {
            if at < 2 {
                "passed"
            } else {
                "open"
            }
        }
        Some(None) => "passed",
        Some(Some(failed)) if at < failed => "passed",
        Some(Some(failed)) if at == failed => "failed",
        Some(Some(_)) => "open",
    };
    Step::ALL.into_iter().enumerate().map(|(at, step)| StepRow { step, state: state(at) }).collect()
}
