//! The page of a mailed link (H10).

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use crate::domain::ids::InteractionId;
use crate::features::accounts::{Account, find_account};
use crate::features::audit::{self, Chain, Event, Ink};
use crate::features::challenges::{Link, LinkState, confirm_link, deny_link, end_link, find_link};
use crate::features::interactions::{Interaction, find_interaction, stop_interaction};
use crate::features::mail_links::views::{LinkPage, LinkPageState};
use crate::features::networks::{Owner, Status, can_be_known, find_entry};
use crate::features::sessions::{block_place, end_session};
use crate::storage::Reader;
use crate::web::{AppState, Context, Error, Form, browser_name, see_other, urls};

/// A link, and what it is about.
struct Opened {
    link: Link,
    account: Account,
    interaction: Interaction,
}

/// The link with this secret, unless it works no longer.
async fn open(db: &Reader, context: &Context, secret: &str) -> Result<Option<Opened>, Error> {
    let Some(link) = find_link(db, secret, context.now).await? else { return Ok(None) };
    let Ok(id) = link.place.parse::<InteractionId>() else { return Ok(None) };
    let (Some(interaction), Some(account)) = (find_interaction(db, id).await?, find_account(db, link.account).await?)
    else {
        return Ok(None);
    };
    // A sign-in that is over, or begins anew, waits for no answer; what was answered is still told.
    let waits = interaction.is_open(context.now) && interaction.evidence.is_some();
    if link.state == LinkState::Over || (link.state == LinkState::Open && !waits) {
        return Ok(None);
    }
    Ok(Some(Opened { link, account, interaction }))
}

fn page(app: &AppState, opened: &Opened, context: &Context, secret: &str, state: LinkPageState) -> LinkPage {
    let Opened { link, account, interaction } = opened;
    let browser = browser_name(link.asker.user_agent.as_deref());
    LinkPage {
        state,
        purpose: link.purpose,
        action: urls::mail_link(secret),
        block: format!("{}/block", urls::mail_link(secret)),
        account: account.email.masked(),
        app: link.asker.app.clone(),
        at: link.sent_at.millis(),
        browser: browser.map(|(name, system)| (name.to_owned(), system.to_owned())),
        network: link.asker.network.map(|network| network.to_string()),
        can_be_blocked: link.asker.network.is_some_and(|network| can_be_known(&app.config, network)),
        same_browser: context.browser.as_deref().is_some_and(|browser| interaction.browser.matches(browser)),
        same_network: link.asker.network.is_some() && link.asker.network == context.client_ip.network(),
        problem: None,
    }
}

fn over(state: &AppState, context: &mut Context) -> Result<Response, Error> {
    context.page(state, StatusCode::GONE, &LinkPage::over())
}

pub(super) async fn show(
    State(state): State<AppState>,
    mut context: Context,
    Path(secret): Path<String>,
) -> Result<Response, Error> {
    let db = state.db.reading();
    let Some(opened) = open(db, &context, &secret).await? else { return over(&state, &mut context) };
    let stands = match opened.link.state {
        LinkState::Open => LinkPageState::Open,
        LinkState::Confirmed => LinkPageState::Confirmed,
        LinkState::Denied => match opened.link.asker.network {
            Some(network) => match find_entry(db, Owner::Account(opened.account.id), network).await? {
                Some(entry) if entry.status == Status::Blocked => LinkPageState::Blocked,
                _ => LinkPageState::Denied,
            },
            None => LinkPageState::Denied,
        },
        LinkState::Over => LinkPageState::Over,
    };
    let page = page(&state, &opened, &context, &secret, stands);
    context.page(&state, StatusCode::OK, &page)
}

#[derive(Debug, Deserialize)]
pub(super) struct Answered {
    answer: String,
    #[serde(default)]
    number: String,
}

fn event(opened: &Opened, context: &Context, kind: &'static str, outcome: &'static str) -> Event {
    let mut event = Event::new(Chain::Organisation(opened.account.home_organisation_id), kind, outcome)
        .about(opened.account.id)
        .referred_to(context.reference)
        .with("purpose", opened.link.purpose.to_string())
        .with_personal("ip", context.client_ip.to_string());
    if let Some(network) = opened.link.asker.network {
        event = event.with_personal("network", network.to_string());
    }
    event
}

/// "Yes, this is me", or "No, stop this sign-in".
pub(super) async fn answer(
    State(state): State<AppState>,
    mut context: Context,
    Path(secret): Path<String>,
    Form(answered): Form<Answered>,
) -> Result<Response, Error> {
    let Some(opened) = open(state.db.reading(), &context, &secret).await? else { return over(&state, &mut context) };
    let back = see_other(&urls::mail_link(&secret));
    if opened.link.state != LinkState::Open {
        return Ok(back);
    }
    let (id, now) = (opened.link.id, context.now);
    if answered.answer == "no" {
        let mut writer = state.db.writing().await?;
        if deny_link(&mut writer, id, now).await? {
            stop_interaction(&mut writer, &opened.interaction).await?;
            // Somebody else may have let it through meanwhile: what it opened is of the same stranger. Read after the stop,
            // which no step outlives.
            let opened_session = find_interaction(&writer, opened.interaction.id).await?.and_then(|now| now.session_id);
            if let Some(session) = opened_session {
                end_session(&mut writer, opened.account.id, session, now).await?;
            }
            let event = event(&opened, &context, "sign_in.stopped", "done");
            audit::record(&mut writer, Ink::of(&state, now), event).await?;
            writer.commit().await?;
        }
        return Ok(back);
    }
    let shown = page(&state, &opened, &context, &secret, LinkPageState::Open);
    if !shown.same_browser {
        let number: Option<i64> = answered.number.trim().parse().ok().filter(|number| (10..100).contains(number));
        let Some(number) = number else {
            let page = LinkPage { problem: Some("empty"), ..shown };
            return context.page(&state, StatusCode::UNPROCESSABLE_ENTITY, &page);
        };
        if number != opened.link.matching_number {
            let mut writer = state.db.writing().await?;
            end_link(&mut writer, id).await?;
            let event = event(&opened, &context, "sign_in.link", "wrong_number");
            audit::record(&mut writer, Ink::of(&state, now), event).await?;
            writer.commit().await?;
            let page = LinkPage { problem: Some("wrong"), state: LinkPageState::Over, ..shown };
            return context.page(&state, StatusCode::UNPROCESSABLE_ENTITY, &page);
        }
    }
    let mut writer = state.db.writing().await?;
    if confirm_link(&mut writer, id, now).await? {
        let event = event(&opened, &context, "sign_in.link", "confirmed");
        audit::record(&mut writer, Ink::of(&state, now), event).await?;
        writer.commit().await?;
    }
    Ok(back)
}

#[derive(Debug, Deserialize)]
pub(super) struct Nothing {}

/// Whoever stopped a sign-in may block where it came from as well.
pub(super) async fn block(
    State(state): State<AppState>,
    mut context: Context,
    Path(secret): Path<String>,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Response, Error> {
    let opened = open(state.db.reading(), &context, &secret).await?;
    let Some(opened) = opened.filter(|opened| opened.link.state == LinkState::Denied) else {
        return over(&state, &mut context);
    };
    if let Some(network) = opened.link.asker.network.filter(|network| can_be_known(&state.config, *network)) {
        let mut writer = state.db.writing().await?;
        block_place(&mut writer, Owner::Account(opened.account.id), network, None, context.now).await?;
        let event = event(&opened, &context, "network.blocked", "done");
        audit::record(&mut writer, Ink::of(&state, context.now), event).await?;
        writer.commit().await?;
    }
    Ok(see_other(&urls::mail_link(&secret)))
}
