//! Opening a case for somebody who called.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::{Filled, Helper, cut};
use crate::features::accounts::{find_account_by_login, hold_unchanged};
use crate::features::audit::{self, Ink};
use crate::features::helpdesk::cases::{event, new_case, still_signs, tell, who};
use crate::features::helpdesk::rules::{Case, CaseState, conflict_of_first, least_say, may_see};
use crate::features::helpdesk::store;
use crate::features::helpdesk::views::NewCasePage;
use crate::features::organisations::helpdesk_access;
use crate::features::sessions::find_standing;
use crate::web::{AppState, Context, Error, Form, see_other, urls};

pub(super) async fn show(
    State(state): State<AppState>,
    mut context: Context,
    helper: Helper,
) -> Result<Response, Error> {
    context.signed_in = Some(helper.member.shown());
    let page = NewCasePage { username: String::new(), form: Filled::default().form(None) };
    context.page(&state, StatusCode::OK, &page)
}

pub(super) async fn open(
    State(state): State<AppState>,
    mut context: Context,
    helper: Helper,
    Form(filled): Form<Filled>,
) -> Result<Response, Error> {
    let problem = match add(&state, &context, &helper, &filled).await? {
        Ok(case) => return Ok(see_other(&urls::recovery_request(case.id))),
        Err(problem) => problem,
    };
    context.signed_in = Some(helper.member.shown());
    let page = NewCasePage { username: cut(&filled.username), form: filled.form(Some(problem)) };
    context.page(&state, StatusCode::UNPROCESSABLE_ENTITY, &page)
}

async fn add(
    state: &AppState,
    context: &Context,
    helper: &Helper,
    filled: &Filled,
) -> Result<Result<Case, &'static str>, Error> {
    let now = context.now;
    let db = state.db.reading();
    // Somebody who may not be helped looks like nobody: the helpdesk learns nothing about other organisations.
    let Some(account) = find_account_by_login(db, &filled.username).await? else { return Ok(Err("user")) };
    let access = helpdesk_access(db, account.home_organisation_id).await?;
    if !may_see(helper.who, account.home_organisation_id, access, now) {
        return Ok(Err("user"));
    }
    let Some(standing) = find_standing(db, account.id, [None]).await? else { return Ok(Err("user")) };
    let signing = (now, least_say(&state.config.sign_in));
    if let Some(conflict) = conflict_of_first(helper.who, who(&standing), signing) {
        return Ok(Err(conflict.into()));
    }
    let checks = match filled.complete() {
        Ok(checks) => checks,
        Err(problem) => return Ok(Err(problem)),
    };
    let case = Case {
        state: CaseState::Waiting,
        removes: filled.removes(),
        reason: cut(&filled.reason),
        checks,
        requested_by: Some(helper.who.account),
        ..new_case(state, &account, now)
    };
    let mut writer = state.db.writing().await?;
    // Held, so that of two cases that are opened at once there is one.
    if still_signs(&writer, &case, helper.who.account, now).await?.is_none() {
        return Ok(Err("user"));
    }
    let held = hold_unchanged(&mut writer, account.id, account.credentials_changed_at).await?;
    if !held || store::find_open_case(&writer, account.id, now).await?.is_some() {
        return Ok(Err("open"));
    }
    store::add_case(&mut writer, &case, None).await?;
    tell(&mut writer, state, context, (&account, &case), "asked").await?;
    let event = event(&case, "recovery.ask", "done", Some(helper.who.account))
        .referred_to(context.reference)
        .with_personal("requester", helper.member.standing.account.email.to_string());
    audit::record(&mut writer, Ink::of(state, now), event).await?;
    writer.commit().await?;
    Ok(Ok(case))
}
