//! Looking after one's passkeys and security keys (A2).

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use serde_json::json;

use super::answers;
use super::enrol::event;
use crate::domain::ids::FactorId;
use crate::domain::{FactorKind, FactorKinds};
use crate::features::accounts::tell_owner;
use crate::features::audit::{self, Ink};
use crate::features::factors::{
    Factor, MOST_FACTORS, find_enrolled, find_factor, list_factors, remove_factor, rename_factor,
};
use crate::features::interactions::Fresh;
use crate::features::passkeys::rules::{LONGEST_NAME, Left, Removal, judge_removal, tidy_name};
use crate::features::passkeys::{PasskeyRemoved, PasskeysPage, RemovePage, RenamePage, are_on, is_listed, row_of};
use crate::features::passwords::has_password;
use crate::features::sessions::{Member, Standing, end_everything_else};
use crate::storage::{Reader, StorageError};
use crate::web::{AppState, Context, Error, Form, PageProblem, see_other, urls};

#[derive(Debug, Deserialize)]
pub(super) struct Done {
    done: Option<String>,
}

pub(super) async fn list(
    State(state): State<AppState>,
    mut context: Context,
    member: Member,
    Query(done): Query<Done>,
) -> Result<Response, Error> {
    let factors = list_factors(state.db.reading(), member.session.account_id).await?;
    let possible = are_on(&state) && factors.len() < MOST_FACTORS;
    let create = |kind| possible.then(|| urls::enrol_kind(urls::PLACE_ACCOUNT, kind));
    let known = answers::known(&state, &member.standing.account, &factors);
    let page = PasskeysPage {
        rows: factors.iter().filter(|factor| is_listed(factor)).map(|factor| row_of(factor, &member)).collect(),
        passkeys: factors.iter().filter(|factor| factor.kind == FactorKind::Passkey).count(),
        create: create(FactorKind::Passkey),
        create_key: create(FactorKind::SecurityKey),
        done: ["added", "renamed", "removed"].into_iter().find(|word| done.done.as_deref() == Some(*word)),
        known: serde_json::to_string(&known).ok(),
    };
    context.signed_in = Some(member.shown());
    context.page(&state, StatusCode::OK, &page)
}

/// The passkey or security key of `member` with this identifier; otherwise a page that says that there is none.
async fn find(state: &AppState, member: &Member, id: &str) -> Result<Result<Factor, Response>, Error> {
    let found = match id.parse::<FactorId>() {
        Ok(id) => find_factor(state.db.reading(), member.session.account_id, id).await?,
        Err(_) => None,
    };
    Ok(found.filter(is_listed).ok_or_else(|| PageProblem::NotFound.into_response_with(StatusCode::NOT_FOUND)))
}

fn back(done: &str) -> Response {
    see_other(&format!("{}?done={done}", urls::ACCOUNT_PASSKEYS))
}

fn rename_page(id: FactorId, name: String, empty: bool) -> RenamePage {
    let back = urls::ACCOUNT_PASSKEYS.to_owned();
    RenamePage { action: urls::rename_passkey(id), back, name, longest: LONGEST_NAME, empty }
}

pub(super) async fn show_rename(
    State(state): State<AppState>,
    mut context: Context,
    member: Member,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    let factor = match find(&state, &member, &id).await? {
        Ok(factor) => factor,
        Err(response) => return Ok(response),
    };
    context.signed_in = Some(member.shown());
    context.page(&state, StatusCode::OK, &rename_page(factor.id, factor.name, false))
}

#[derive(Debug, Deserialize)]
pub(super) struct Renamed {
    #[serde(default)]
    name: String,
}

pub(super) async fn rename(
    State(state): State<AppState>,
    mut context: Context,
    member: Member,
    Path(id): Path<String>,
    Form(renamed): Form<Renamed>,
) -> Result<Response, Error> {
    let factor = match find(&state, &member, &id).await? {
        Ok(factor) => factor,
        Err(response) => return Ok(response),
    };
    let name = tidy_name(&renamed.name);
    if name.is_empty() {
        context.signed_in = Some(member.shown());
        return context.page(&state, StatusCode::UNPROCESSABLE_ENTITY, &rename_page(factor.id, name, true));
    }
    let account = &member.standing.account;
    let mut writer = state.db.writing().await?;
    if rename_factor(&mut writer, account.id, factor.id, &name).await? {
        let event = event(&context, account, "factor.rename", "done")
            .with("factor", factor.id.to_string())
            .with_personal("name", name);
        audit::record(&mut writer, Ink::of(&state, context.now), event).await?;
        writer.commit().await?;
    }
    Ok(back("renamed"))
}

/// What removing `factor` comes down to.
async fn judge(db: &Reader, standing: &Standing, factor: &Factor, context: &Context) -> Result<Removal, StorageError> {
    let account = standing.account.id;
    let rest = list_factors(db, account).await?;
    let kinds: FactorKinds = rest.iter().filter(|other| other.id != factor.id).map(|other| other.kind).collect();
    let left = Left { removed: factor.kind, kinds, has_password: has_password(db, account).await? };
    Ok(judge_removal(left, &standing.policy(), context.now))
}

fn remove_page(member: &Member, factor: &Factor, removal: Removal) -> RemovePage {
    let standing = &member.standing;
    let organisation = standing.name_of(standing.policy().second_factor.maker).map(str::to_owned);
    RemovePage {
        action: urls::remove_passkey(factor.id),
        back: urls::ACCOUNT_PASSKEYS.to_owned(),
        row: row_of(factor, member),
        consequence: removal.as_str(),
        organisation: organisation.filter(|_| removal == Removal::Demanded),
    }
}

pub(super) async fn show_remove(
    State(state): State<AppState>,
    mut context: Context,
    Fresh(member): Fresh,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    let factor = match find(&state, &member, &id).await? {
        Ok(factor) => factor,
        Err(response) => return Ok(response),
    };
    let removal = judge(state.db.reading(), &member.standing, &factor, &context).await?;
    context.signed_in = Some(member.shown());
    context.page(&state, StatusCode::OK, &remove_page(&member, &factor, removal))
}

#[derive(Debug, Deserialize)]
pub(super) struct Nothing {}

pub(super) async fn remove(
    State(state): State<AppState>,
    mut context: Context,
    Fresh(member): Fresh,
    Path(id): Path<String>,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Response, Error> {
    let factor = match find(&state, &member, &id).await? {
        Ok(factor) => factor,
        Err(response) => return Ok(response),
    };
    let account = &member.standing.account;
    let mut writer = state.db.writing().await?;
    // First of all, because it holds the row of the account: two removals at once must not each count on the other's.
    end_everything_else(&mut writer, account.id, Some(member.session.id), context.now).await?;
    let removal = judge(&writer, &member.standing, &factor, &context).await?;
    if !removal.is_allowed() {
        context.signed_in = Some(member.shown());
        return context.page(&state, StatusCode::CONFLICT, &remove_page(&member, &factor, removal));
    }
    if !remove_factor(&mut writer, account.id, factor.id).await? {
        return Ok(back("removed"));
    }
    let mut event = event(&context, account, "factor.remove", "done")
        .with("factor", factor.id.to_string())
        .with("kind", factor.kind.to_string())
        .with_personal("name", factor.name.clone());
    if find_enrolled(&writer, account.id).await?.is_without_second_step() {
        event = event.with("assurance", "lowered");
    }
    audit::record(&mut writer, Ink::of(&state, context.now), event).await?;
    let row = row_of(&factor, &member);
    let is_key = factor.kind == FactorKind::SecurityKey;
    let message = PasskeyRemoved::of(account, (&row.name, row.provider.as_deref()), is_key, &context);
    tell_owner(&mut writer, &state, account, &message, context.now).await?;
    writer.commit().await?;
    Ok(back("removed"))
}

/// Where password managers find these pages.
pub(super) async fn endpoints(State(state): State<AppState>) -> Response {
    if !are_on(&state) {
        return StatusCode::NOT_FOUND.into_response();
    }
    let enrol = urls::enrol_kind(urls::PLACE_ACCOUNT, FactorKind::Passkey);
    Json(json!({ "enroll": state.absolute(&enrol), "manage": state.absolute(urls::ACCOUNT_PASSKEYS) })).into_response()
}
