//! The link with which the owner of an account stops its recovery. It does nothing before its button is pressed, needs
//! nothing but that, and works as long as something may come of the case.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use crate::features::audit::{self, Ink};
use crate::features::helpdesk::cases::{event, is_stop_tag};
use crate::features::helpdesk::rules::{Case, CaseState};
use crate::features::helpdesk::store;
use crate::features::helpdesk::views::StopPage;
use crate::web::{AppState, Context, Error, Form, urls};

async fn find(state: &AppState, (id, tag): &(String, String)) -> Result<Option<Case>, Error> {
    let Ok(id) = id.parse() else { return Ok(None) };
    if !is_stop_tag(state, id, tag) {
        return Ok(None);
    }
    Ok(store::find_case(state.db.reading(), id).await?)
}

fn closed(state: &AppState, context: &mut Context, case: Option<&Case>) -> Result<Response, Error> {
    let stopped = case.is_some_and(|case| case.state == CaseState::Stopped);
    let status = if stopped { StatusCode::OK } else { StatusCode::NOT_FOUND };
    context.page(state, status, &StopPage { action: None, stopped })
}

pub(super) async fn show(
    State(state): State<AppState>,
    mut context: Context,
    Path(names): Path<(String, String)>,
) -> Result<Response, Error> {
    match find(&state, &names).await? {
        Some(case) if case.is_open(context.now) => {
            let page = StopPage { action: Some(urls::recovery_stop(case.id, &names.1)), stopped: false };
            context.page(&state, StatusCode::OK, &page)
        }
        other => closed(&state, &mut context, other.as_ref()),
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Nothing {}

pub(super) async fn stop(
    State(state): State<AppState>,
    mut context: Context,
    Path(names): Path<(String, String)>,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Response, Error> {
    let Some(case) = find(&state, &names).await? else { return closed(&state, &mut context, None) };
    let mut writer = state.db.writing().await?;
    if store::end_case(&mut writer, case.id, CaseState::Stopped, context.now).await? {
        let event = event(&case, "recovery.stop", "done", None)
            .referred_to(context.reference)
            .with_personal("ip", context.client_ip.to_string());
        audit::record(&mut writer, Ink::of(&state, context.now), event).await?;
        writer.commit().await?;
        return closed(&state, &mut context, Some(&Case { state: CaseState::Stopped, ..case }));
    }
    drop(writer);
    let now = store::find_case(state.db.reading(), case.id).await?;
    closed(&state, &mut context, now.as_ref())
}
