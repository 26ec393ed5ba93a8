//! Approving a device without a browser (RFC 8628, section 3.3).
//!
//! Attackers send people codes of devices of their own. So somebody signs in before the code is looked at, types it
//! and never follows a link with it, sees which app asks from which address, and says yes.

use std::time::Duration;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use serde::Deserialize;

use super::consent_items;
use crate::domain::network::Network;
use crate::domain::sign_in::{Answers, Decision};
use crate::features::clients::Clients;
use crate::features::interactions::{Passage, Purpose, add_interaction, expired_page, page_of};
use crate::features::oidc::authorize::{self, Resumed};
use crate::features::oidc::devices;
use crate::features::oidc::store::{self, DeviceRequest};
use crate::features::oidc::user_codes;
use crate::features::oidc::views::{ApproveDevicePage, DevicePage, DeviceTrouble, DoneDevicePage};
use crate::features::sessions::{Holder, Member};
use crate::features::throttles::{Counter, Limit, reserve};
use crate::web::{AppState, Context, Error, Form, Routes, see_other, urls};

/// Codes that one person may try.
const PER_ACCOUNT: Limit = Limit::quota(10, Duration::from_mins(10));
/// Codes that may be tried from one network.
const PER_NETWORK: Limit = Limit::quota(50, Duration::from_mins(10));

pub(super) fn routes() -> Routes {
    Router::new()
        .route(urls::DEVICE, get(show).post(enter))
        .route("/device/sign-in", post(sign_in))
        .route("/device/{interaction}", get(show_approval).post(answer))
}

async fn show(State(state): State<AppState>, mut context: Context) -> Result<Response, Error> {
    if !state.config.oidc.device_grant {
        return Ok(StatusCode::NOT_FOUND.into_response());
    }
    let member = Member::find(&state, &context).await?;
    let page = DevicePage { account: member.map(|member| member.standing.account.email.to_string()), trouble: None };
    context.page(&state, StatusCode::OK, &page)
}

#[derive(Debug, Deserialize)]
struct Nothing {}

/// Signs in for this page.
async fn sign_in(
    State(state): State<AppState>,
    mut context: Context,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Response, Error> {
    if !state.config.oidc.device_grant {
        return Ok(StatusCode::NOT_FOUND.into_response());
    }
    let purpose = Purpose { next: Some(urls::DEVICE.to_owned()), ..Purpose::default() };
    let passage = Passage::begin(&state, &mut context, purpose).await?;
    let mut writer = state.db.writing().await?;
    add_interaction(&mut writer, &passage.interaction).await?;
    writer.commit().await?;
    let mut response = see_other(&urls::sign_in(passage.interaction.id));
    context.hand_over_browser(&state, response.headers_mut());
    Ok(response)
}

#[derive(Debug, Deserialize)]
struct Entered {
    code: String,
}

/// Looks a code up, for somebody who is signed in.
async fn enter(
    State(state): State<AppState>,
    mut context: Context,
    Form(entered): Form<Entered>,
) -> Result<Response, Error> {
    if !state.config.oidc.device_grant {
        return Ok(StatusCode::NOT_FOUND.into_response());
    }
    let Some(member) = Member::find(&state, &context).await? else { return Ok(see_other(urls::DEVICE)) };
    let device = match look_up(&state, &context, &member, &entered.code).await? {
        Ok(device) => device,
        Err(trouble) => {
            let account = Some(member.standing.account.email.to_string());
            let page = DevicePage { account, trouble: Some(trouble) };
            return context.page(&state, StatusCode::UNPROCESSABLE_ENTITY, &page);
        }
    };
    let client = Clients::find(&state, &device.client_id).await?.filter(|client| client.disabled_at.is_none());
    let Some(client) = client else { return expired_page(&state, &mut context, None) };
    let mut interaction = authorize::interaction(&state, &mut context, &client, &device.request)?;
    interaction.session_id = Some(member.session.id);
    interaction.evidence = Some(member.session.evidence);
    // Whoever has a session was asked what may be put off when it was opened.
    interaction.answers = Answers { enrolment_skipped: true, offer_answered: true, ..Answers::default() };
    let mut writer = state.db.writing().await?;
    add_interaction(&mut writer, &interaction).await?;
    writer.commit().await?;
    Ok(see_other(&urls::device(interaction.id)))
}

async fn look_up(
    state: &AppState,
    context: &Context,
    member: &Member,
    typed: &str,
) -> Result<Result<DeviceRequest, DeviceTrouble>, Error> {
    if typed.trim().is_empty() {
        return Ok(Err(DeviceTrouble::Empty));
    }
    let account = Counter { key: format!("device-codes:{}", member.standing.account.id), limit: PER_ACCOUNT };
    let networks = context.client_ip.network().map(Network::limiter_keys).unwrap_or_default();
    let networks = networks.into_iter().map(|key| Counter { key: format!("device-codes:{key}"), limit: PER_NETWORK });
    let counters: Vec<Counter> = std::iter::once(account).chain(networks).collect();
    if let Some(blocked) = reserve(&state.db, &counters, context.now).await? {
        return Ok(Err(DeviceTrouble::TooMany { until: blocked.until.millis() }));
    }
    let Some(code) = user_codes::typed(typed) else { return Ok(Err(DeviceTrouble::Unknown)) };
    let found = store::find_device_request_by_user_code(state.db.reading(), &code).await?;
    Ok(found.filter(|device| device.is_open(context.now)).ok_or(DeviceTrouble::Unknown))
}

/// A device in the middle of being approved by somebody who may go on with it.
struct Waiting {
    resumed: Resumed,
    member: Holder,
    device: DeviceRequest,
}

/// The device of an interaction; where to go, when something is due before; nothing, when it gave up.
async fn find(state: &AppState, context: &Context, id: &str) -> Result<Option<Result<Waiting, String>>, Error> {
    let Some(mut resumed) = authorize::open(state, context, id).await? else { return Ok(None) };
    let Some(device) = resumed.request.device else { return Ok(None) };
    let found = store::find_device_request_by_id(state.db.reading(), device).await?;
    let Some(device) = found.filter(|device| device.is_open(context.now)) else { return Ok(None) };
    let Some(member) = resumed.member.take() else {
        return Ok(Some(Err(urls::sign_in_anew(resumed.interaction.id))));
    };
    Ok(Some(Ok(Waiting { resumed, member, device })))
}

async fn show_approval(
    State(state): State<AppState>,
    mut context: Context,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    let waiting = match find(&state, &context, &id).await? {
        Some(Ok(waiting)) => waiting,
        Some(Err(to)) => return Ok(see_other(&to)),
        None => return expired_page(&state, &mut context, None),
    };
    let Waiting { resumed, member, device } = &waiting;
    match authorize::judge_resumed(&state, &context, resumed, Some(member)).await? {
        Decision::Issue(_) => {}
        Decision::Ask(question) => return Ok(see_other(&page_of(&question, resumed.interaction.id))),
        Decision::Refuse(_) => return expired_page(&state, &mut context, None),
    }
    let page = ApproveDevicePage {
        action: urls::device(resumed.interaction.id),
        app: resumed.client.name.clone(),
        address: device.address.clone(),
        asked_at: device.created_at.millis(),
        items: consent_items(&state, member, &resumed.request).await?,
        details: resumed.request.details.words(&state.config.oidc.authorization_details, context.language),
        account: member.standing.account.email.to_string(),
    };
    context.page(&state, StatusCode::OK, &page)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Answer {
    Allow,
    Deny,
    OtherAccount,
}

#[derive(Debug, Deserialize)]
struct Answered {
    decision: Answer,
}

async fn answer(
    State(state): State<AppState>,
    mut context: Context,
    Path(id): Path<String>,
    Form(answered): Form<Answered>,
) -> Result<Response, Error> {
    let waiting = match find(&state, &context, &id).await? {
        Some(Ok(waiting)) => waiting,
        Some(Err(to)) => return Ok(see_other(&to)),
        None => return expired_page(&state, &mut context, None),
    };
    let Waiting { resumed, member, device } = waiting;
    let interaction = resumed.interaction.id;
    let clearance =
        match (answered.decision, authorize::judge_resumed(&state, &context, &resumed, Some(&member)).await?) {
            (Answer::OtherAccount, _) => return Ok(see_other(&urls::sign_in_anew(interaction))),
            (Answer::Deny, _) => None,
            (Answer::Allow, Decision::Issue(clearance)) => Some(clearance),
            (Answer::Allow, Decision::Ask(question)) => return Ok(see_other(&page_of(&question, interaction))),
            (Answer::Allow, Decision::Refuse(_)) => return expired_page(&state, &mut context, None),
        };
    let page = DoneDevicePage { app: resumed.client.name.clone(), approved: clearance.is_some() };
    if !devices::answer(&state, &context, (&resumed, &member, &device), clearance).await? {
        return expired_page(&state, &mut context, None);
    }
    context.page(&state, StatusCode::OK, &page)
}
