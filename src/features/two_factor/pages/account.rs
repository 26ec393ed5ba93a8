//! Looking after the own second factors.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use crate::domain::ids::{DeviceId, FactorId};
use crate::domain::sign_in::Evidence;
use crate::domain::{FactorKind, FactorKinds};
use crate::features::accounts::tell_owner;
use crate::features::audit::{self, Chain, Event, Ink};
use crate::features::factors::{
    Factor, end_device, end_devices_of, find_enrolled, find_factor, list_factors, remove_factor, set_default_kind,
};
use crate::features::interactions::Fresh;
use crate::features::outbox::Particulars;
use crate::features::sessions::{Member, end_everything_else};
use crate::features::two_factor::views::{FactorRemoved, RemovePage};
use crate::storage::Reader;
use crate::web::{AppState, Context, Error, Form, PageProblem, see_other, urls};

#[derive(Debug, Deserialize)]
pub(super) struct Chosen {
    kind: FactorKind,
}

/// Chooses which kind is asked for first.
pub(super) async fn make_default(
    State(state): State<AppState>,
    context: Context,
    Fresh(member): Fresh,
    Form(chosen): Form<Chosen>,
) -> Result<Response, Error> {
    if member.standing.enrolled.kinds.contains(chosen.kind) {
        let mut writer = state.db.writing().await?;
        set_default_kind(&mut writer, member.session.account_id, Some(chosen.kind)).await?;
        let event = event(&context, &member, "factor.default").with("kind", chosen.kind.to_string());
        audit::record(&mut writer, Ink::of(&state, context.now), event).await?;
        writer.commit().await?;
    }
    Ok(done("default-chosen"))
}

/// Back to the page, which says what was done.
fn done(what: &str) -> Response {
    see_other(&format!("{}?done={what}", urls::ACCOUNT_SECURITY))
}

/// A factor of the own account, and what its removal would mean.
async fn found(
    db: &Reader,
    context: &Context,
    member: &Member,
    id: &str,
) -> Result<Option<(Factor, RemovePage)>, Error> {
    let Ok(id) = id.parse::<FactorId>() else { return Ok(None) };
    let account = &member.standing.account;
    let Some(factor) = find_factor(db, account.id, id).await? else { return Ok(None) };
    // Passkeys and security keys are removed by their own feature, which also knows whether they are the only way in.
    if matches!(factor.kind, FactorKind::Passkey | FactorKind::SecurityKey) {
        return Ok(None);
    }
    let others: FactorKinds = list_factors(db, account.id)
        .await?
        .iter()
        .filter(|other| other.id != factor.id && other.kind != FactorKind::RecoveryCode)
        .map(|other| other.kind)
        .collect();
    let policy = member.standing.policy();
    let counts = others.and(policy.kinds.rule.kinds());
    let removes_the_last = factor.kind != FactorKind::RecoveryCode && counts.is_empty();
    let forbidden = removes_the_last && policy.second_factor.rule.binds(context.now);
    let maker = member.standing.name_of(policy.second_factor.maker).unwrap_or_default();
    let page = RemovePage {
        action: format!("/account/two-factor/{id}/remove"),
        kind: factor.kind,
        name: factor.name.clone(),
        last: factor.kind != FactorKind::RecoveryCode && others.is_empty(),
        forbidden_by: forbidden.then(|| maker.to_owned()),
    };
    Ok(Some((factor, page)))
}

pub(super) async fn ask_removal(
    State(state): State<AppState>,
    mut context: Context,
    Fresh(member): Fresh,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    let Some((_, page)) = found(state.db.reading(), &context, &member, &id).await? else {
        return Ok(PageProblem::NotFound.into_response_with(StatusCode::NOT_FOUND));
    };
    context.page(&state, StatusCode::OK, &page)
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
    let account = &member.standing.account;
    let mut writer = state.db.writing().await?;
    // First of all, because it holds the row of the account: two removals at once must not each count on the other's.
    end_everything_else(&mut writer, account.id, Some(member.session.id), context.now).await?;
    let Some((factor, page)) = found(&writer, &context, &member, &id).await? else {
        return Ok(PageProblem::NotFound.into_response_with(StatusCode::NOT_FOUND));
    };
    if page.forbidden_by.is_some() {
        return context.page(&state, StatusCode::CONFLICT, &page);
    }
    if !remove_factor(&mut writer, account.id, factor.id).await? {
        return Ok(see_other(urls::ACCOUNT_SECURITY));
    }
    let message = FactorRemoved {
        name: account.name.clone(),
        kind: factor.kind,
        particulars: Particulars::of(&context, account.email.as_str(), None),
    };
    tell_owner(&mut writer, &state, account, &message, context.now).await?;
    let proven: &Evidence = &member.session.evidence;
    let mut event = event(&context, &member, "factor.remove")
        .with("kind", factor.kind.to_string())
        .with("amr", proven.amr().join(" "));
    if find_enrolled(&writer, account.id).await?.is_without_second_step() {
        event = event.with("assurance", "lowered");
    }
    audit::record(&mut writer, Ink::of(&state, context.now), event).await?;
    writer.commit().await?;
    Ok(done("factor-removed"))
}

#[derive(Debug, Deserialize)]
pub(super) struct Forgotten {
    /// Which; none means all.
    device: Option<DeviceId>,
}

/// Forgets a browser in which the second step is remembered, or all of them.
pub(super) async fn forget_devices(
    State(state): State<AppState>,
    context: Context,
    member: Member,
    Form(forgotten): Form<Forgotten>,
) -> Result<Response, Error> {
    let account = member.session.account_id;
    let mut writer = state.db.writing().await?;
    let count = match forgotten.device {
        Some(device) => u64::from(end_device(&mut writer, account, device, context.now).await?),
        None => end_devices_of(&mut writer, account, context.now).await?,
    };
    let event = event(&context, &member, "device.forget").with("count", count);
    audit::record(&mut writer, Ink::of(&state, context.now), event).await?;
    writer.commit().await?;
    Ok(done("devices-forgotten"))
}

fn event(context: &Context, member: &Member, kind: &'static str) -> Event {
    let account = &member.standing.account;
    Event::new(Chain::Organisation(account.home_organisation_id), kind, "done")
        .by(account.id)
        .referred_to(context.reference)
        .with_personal("ip", context.client_ip.to_string())
}
