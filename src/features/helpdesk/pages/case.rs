//! One case: asking for a second signature, and giving it.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::list::row;
use super::{Filled, Helper, cut, not_found};
use crate::domain::Timestamp;
use crate::domain::ids::AccountId;
use crate::features::accounts::{Account, find_account};
use crate::features::audit::{self, Ink};
use crate::features::factors::list_factors;
use crate::features::helpdesk::cases::{event, holds, signer, still_signs, tell, tell_ended, who};
use crate::features::helpdesk::rules::{
    Case, CaseState, Conflict, Who, conflict_of_first, conflict_of_second, least_say, wait,
};
use crate::features::helpdesk::store;
use crate::features::helpdesk::views::{CaseForm, CasePage};
use crate::features::sessions::{Lifetime, Standing, find_standing, list_live_sessions};
use crate::storage::Reader;
use crate::web::{AppState, Context, Error, Form, see_other, urls};

/// A case that a helper may see.
struct Seen {
    case: Case,
    standing: Standing,
    subject: Who,
    /// Who asked for the second signature.
    first: Option<Who>,
}

impl Seen {
    /// Why this helper may not do what is due, if anything is.
    fn conflict(&self, state: &AppState, helper: &Helper, now: Timestamp) -> Option<Conflict> {
        let least = least_say(&state.config.sign_in);
        match self.case.state {
            CaseState::Asked if self.case.is_open(now) => conflict_of_first(helper.who, self.subject, (now, least)),
            CaseState::Waiting if self.case.is_open(now) => {
                let helper = (helper.who, helper.passkey_since);
                conflict_of_second(helper, self.subject, self.first, (self.case.created_at, least))
            }
            _ => None,
        }
    }
}

async fn find(state: &AppState, context: &Context, helper: &Helper, id: &str) -> Result<Option<Seen>, Error> {
    let db = state.db.reading();
    let Ok(id) = id.parse() else { return Ok(None) };
    let Some(case) = store::find_case(db, id).await? else { return Ok(None) };
    if !helper.sees(db, &case, context).await? {
        return Ok(None);
    }
    let standing = find_standing(db, case.account, [None]).await?;
    let first = match case.requested_by {
        Some(first) => match find_standing(db, first, [None]).await? {
            Some(first) => Some(signer(db, &first).await?),
            None => None,
        },
        None => None,
    };
    Ok(standing.map(|standing| Seen { subject: who(&standing), case, standing, first }))
}

async fn name_of(db: &Reader, account: Option<AccountId>) -> Result<Option<String>, Error> {
    match account {
        Some(account) => Ok(find_account(db, account).await?.map(|account| account.name)),
        None => Ok(None),
    }
}

async fn page(
    state: &AppState,
    context: &mut Context,
    helper: &Helper,
    seen: &Seen,
    (status, form, missing): (StatusCode, Option<CaseForm>, bool),
) -> Result<Response, Error> {
    let Seen { case, standing, .. } = seen;
    let (db, now) = (state.db.reading(), context.now);
    let Some(row) = row(db, case, context).await? else { return Ok(not_found()) };
    let open = case.is_open(now);
    let conflict = seen.conflict(state, helper, now);
    let factors = list_factors(db, case.account).await?;
    let lifetime = Lifetime::of(&state.config.sign_in).within(&standing.policy());
    let asked = open && case.state == CaseState::Asked && conflict.is_none();
    let page = CasePage {
        row,
        ask: urls::recovery_request_act(case.id, "ask"),
        approve: urls::recovery_request_act(case.id, "approve"),
        reject: urls::recovery_request_act(case.id, "reject"),
        stop: open.then(|| urls::recovery_request_act(case.id, "stop")),
        reason: case.reason.clone(),
        checks: case.checks.iter().map(|check| (check.kind.clone(), check.evidence.clone())).collect(),
        own_check: case.own_check.clone(),
        requested_by: name_of(db, case.requested_by).await?,
        decided_by: name_of(db, case.decided_by).await?,
        effective: case.effective_at.map(Timestamp::millis),
        expires: case.expires_at.millis(),
        factors: factors.iter().map(|factor| (factor.kind, case.removes.includes(factor.kind))).collect(),
        sessions: list_live_sessions(db, case.account, now, lifetime).await?.len(),
        form: asked.then(|| form.unwrap_or_else(|| Filled::default().form(None))),
        decides: open && case.state == CaseState::Waiting && conflict.is_none(),
        conflict: conflict.map(Into::into),
        missing,
    };
    context.signed_in = Some(helper.member.shown());
    context.page(state, status, &page)
}

pub(super) async fn show(
    State(state): State<AppState>,
    mut context: Context,
    helper: Helper,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    let Some(seen) = find(&state, &context, &helper, &id).await? else { return Ok(not_found()) };
    page(&state, &mut context, &helper, &seen, (StatusCode::OK, None, false)).await
}

/// Asks for a second signature under what the person asked for.
pub(super) async fn ask(
    State(state): State<AppState>,
    mut context: Context,
    helper: Helper,
    Path(id): Path<String>,
    Form(filled): Form<Filled>,
) -> Result<Response, Error> {
    let Some(seen) = find(&state, &context, &helper, &id).await? else { return Ok(not_found()) };
    if seen.conflict(&state, &helper, context.now).is_some() {
        return refused(&state, &mut context, &helper, seen, "recovery.ask").await;
    }
    let checks = match filled.complete() {
        Ok(checks) => checks,
        Err(problem) => {
            let form = Some(filled.form(Some(problem)));
            let refused = (StatusCode::UNPROCESSABLE_ENTITY, form, false);
            return page(&state, &mut context, &helper, &seen, refused).await;
        }
    };
    let case = Case {
        state: CaseState::Waiting,
        removes: filled.removes(),
        reason: cut(&filled.reason),
        checks,
        requested_by: Some(helper.who.account),
        ..seen.case
    };
    let account = &seen.standing.account;
    let mut writer = state.db.writing().await?;
    let may = still_signs(&writer, &case, helper.who.account, context.now).await?.is_some();
    if may && store::take_case(&mut writer, &case, context.now).await? {
        tell(&mut writer, &state, &context, (account, &case), "asked").await?;
        let event = event(&case, "recovery.ask", "done", Some(helper.who.account))
            .referred_to(context.reference)
            .with_personal("requester", helper.member.standing.account.email.to_string());
        audit::record(&mut writer, Ink::of(&state, context.now), event).await?;
        writer.commit().await?;
    }
    Ok(see_other(&urls::recovery_request(case.id)))
}

#[derive(Debug, Deserialize)]
pub(super) struct Signed {
    #[serde(default)]
    own_check: String,
}

/// Gives the second signature.
pub(super) async fn approve(
    State(state): State<AppState>,
    context: Context,
    helper: Helper,
    Path(id): Path<String>,
    Form(signed): Form<Signed>,
) -> Result<Response, Error> {
    decide(&state, context, &helper, &id, (&signed, true)).await
}

/// Says no.
pub(super) async fn reject(
    State(state): State<AppState>,
    context: Context,
    helper: Helper,
    Path(id): Path<String>,
    Form(signed): Form<Signed>,
) -> Result<Response, Error> {
    decide(&state, context, &helper, &id, (&signed, false)).await
}

async fn decide(
    state: &AppState,
    mut context: Context,
    helper: &Helper,
    id: &str,
    (signed, approves): (&Signed, bool),
) -> Result<Response, Error> {
    let Some(seen) = find(state, &context, helper, id).await? else { return Ok(not_found()) };
    let kind = if approves { "recovery.approve" } else { "recovery.reject" };
    if seen.conflict(state, helper, context.now).is_some() {
        return refused(state, &mut context, helper, seen, kind).await;
    }
    let own_check = cut(&signed.own_check);
    if own_check.is_empty() {
        let missing = (StatusCode::UNPROCESSABLE_ENTITY, None, true);
        return page(state, &mut context, helper, &seen, missing).await;
    }
    let now = context.now;
    let effective_at = approves.then(|| now.after(wait(&state.config.sign_in, seen.subject)));
    let mut writer = state.db.writing().await?;
    let by = helper.who.account;
    // A signature counts only together with another that still does.
    if approves && !holds(&mut writer, state, &seen.case, (Some(context.reference), now)).await? {
        writer.commit().await?;
        return Ok(see_other(&urls::recovery_request(id)));
    }
    if still_signs(&writer, &seen.case, by, now).await?.is_none() {
        return Ok(not_found());
    }
    if store::decide_case(&mut writer, seen.case.id, (by, &own_check), effective_at, now).await? {
        let case = Case { decided_by: Some(by), effective_at, ..seen.case };
        let account: &Account = &seen.standing.account;
        if approves {
            tell(&mut writer, state, &context, (account, &case), "approved").await?;
        }
        let event = event(&case, kind, "done", Some(by))
            .referred_to(context.reference)
            .with_personal("countersigner", helper.member.standing.account.email.to_string());
        audit::record(&mut writer, Ink::of(state, now), event).await?;
        writer.commit().await?;
    }
    Ok(see_other(&urls::recovery_request(id)))
}

#[derive(Debug, Deserialize)]
pub(super) struct Nothing {}

/// Stops a case, however far it has come: one of those who may have a hand in it has a doubt.
pub(super) async fn stop(
    State(state): State<AppState>,
    context: Context,
    helper: Helper,
    Path(id): Path<String>,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Response, Error> {
    let Some(seen) = find(&state, &context, &helper, &id).await? else { return Ok(not_found()) };
    let (case, by) = (&seen.case, helper.who.account);
    let mut writer = state.db.writing().await?;
    if store::end_case(&mut writer, case.id, CaseState::Withdrawn, context.now).await? {
        tell_ended(&mut writer, &state, case, context.now).await?;
        let event = event(case, "recovery.withdraw", "done", Some(by)).referred_to(context.reference);
        audit::record(&mut writer, Ink::of(&state, context.now), event).await?;
        writer.commit().await?;
    }
    Ok(see_other(&urls::recovery_request(case.id)))
}

/// Somebody tried what they may not: the page says why, and the audit that it happened.
async fn refused(
    state: &AppState,
    context: &mut Context,
    helper: &Helper,
    seen: Seen,
    kind: &'static str,
) -> Result<Response, Error> {
    let event = event(&seen.case, kind, "conflict", Some(helper.who.account)).referred_to(context.reference);
    let mut writer = state.db.writing().await?;
    audit::record(&mut writer, Ink::of(state, context.now), event).await?;
    writer.commit().await?;
    page(state, context, helper, &seen, (StatusCode::FORBIDDEN, None, false)).await
}
