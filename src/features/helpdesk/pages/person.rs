//! The form of somebody who is locked out: the same answer for every name.

use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::Response;
use serde::Deserialize;

use super::cut;
use crate::features::accounts::{Account, find_account_by_login, hold_unchanged, login_as_known};
use crate::features::audit::{self, Chain, Event, Ink};
use crate::features::helpdesk::cases::{event, new_case, tell};
use crate::features::helpdesk::rules::{Case, counters};
use crate::features::helpdesk::store;
use crate::features::helpdesk::views::{HelpFormPage, HelpSentPage};
use crate::features::throttles::reserve;
use crate::web::{AppState, Context, Error, Form, urls};

/// What the place in a path may be; anything else is no sign-in of ours.
fn place(text: &str) -> String {
    let known = text.parse::<crate::domain::ids::InteractionId>().is_ok();
    if known { text.to_owned() } else { urls::PLACE_OWN.to_owned() }
}

fn form(place: &str, filled: &Filled, problem: Option<&'static str>) -> HelpFormPage {
    HelpFormPage {
        action: urls::recover_from(place, urls::HELPDESK_FORM),
        back: urls::recover(place),
        username: cut(&filled.username),
        reason: cut(&filled.reason),
        problem,
        until: 0,
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Filled {
    username: String,
    reason: String,
}

pub(super) async fn show(
    State(state): State<AppState>,
    mut context: Context,
    Path(text): Path<String>,
) -> Result<Response, Error> {
    context.page(&state, StatusCode::OK, &form(&place(&text), &Filled::default(), None))
}

pub(super) async fn ask(
    State(state): State<AppState>,
    mut context: Context,
    Path(text): Path<String>,
    Form(filled): Form<Filled>,
) -> Result<Response, Error> {
    let (place, name) = (place(&text), filled.username.trim());
    if name.is_empty() {
        let page = form(&place, &filled, Some("no_name"));
        return context.page(&state, StatusCode::UNPROCESSABLE_ENTITY, &page);
    }
    let account = find_account_by_login(state.db.reading(), name).await?;
    // By name, also where it is known: two names of one account must not show that they are one.
    let tag = state.mac.tag("login", &[&login_as_known(name)]);
    let whom = account.as_ref().map_or_else(|| tag.clone(), |account| format!("{}:{tag}", account.id));
    let network = context.client_ip.network().map_or_else(|| "unknown".to_owned(), |network| network.to_string());
    if let Some(blocked) = reserve(&state.db, &counters(&whom, &network), context.now).await? {
        let until = blocked.until.millis();
        let page = HelpFormPage { until, ..form(&place, &filled, Some("too_many")) };
        let mut response = context.page(&state, StatusCode::TOO_MANY_REQUESTS, &page)?;
        let wait = blocked.until.since(context.now).as_secs() + 1;
        response.headers_mut().insert(header::RETRY_AFTER, wait.into());
        return Ok(response);
    }
    let outcome = match &account {
        None => "unknown_name",
        Some(account) if account.disabled_at.is_some() => "account_disabled",
        Some(account) if open(&state, &context, account, &filled).await? => "done",
        Some(_) => "open",
    };
    if outcome != "done" {
        note(&state, &context, account.as_ref(), outcome).await?;
    }
    context.page(&state, StatusCode::OK, &HelpSentPage { back: urls::recover(place) })
}

/// Opens a case, if none is open: whoever asks twice is in the queue once. Says whether it did.
async fn open(state: &AppState, context: &Context, account: &Account, filled: &Filled) -> Result<bool, Error> {
    let case = Case { reason: cut(&filled.reason), ..new_case(state, account, context.now) };
    let mut writer = state.db.writing().await?;
    let held = hold_unchanged(&mut writer, account.id, account.credentials_changed_at).await?;
    if !held || store::find_open_case(&writer, account.id, context.now).await?.is_some() {
        return Ok(false);
    }
    store::add_case(&mut writer, &case, None).await?;
    tell(&mut writer, state, context, (account, &case), "asked").await?;
    let event = event(&case, "recovery.request", "done", None)
        .referred_to(context.reference)
        .with_personal("ip", context.client_ip.to_string());
    audit::record(&mut writer, Ink::of(state, context.now), event).await?;
    writer.commit().await?;
    Ok(true)
}

/// Writes down what no case came of. It costs what opening one costs: nobody learns from the time which names exist.
async fn note(
    state: &AppState,
    context: &Context,
    account: Option<&Account>,
    outcome: &'static str,
) -> Result<(), Error> {
    let chain = account.map_or(Chain::Instance, |account| Chain::Organisation(account.home_organisation_id));
    let mut event = Event::new(chain, "recovery.request", outcome)
        .referred_to(context.reference)
        .with_personal("ip", context.client_ip.to_string());
    event.subject = account.map(|account| account.id);
    let mut writer = state.db.writing().await?;
    audit::record(&mut writer, Ink::of(state, context.now), event).await?;
    writer.commit().await?;
    Ok(())
}
