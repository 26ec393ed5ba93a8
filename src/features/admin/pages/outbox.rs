//! The mails and text messages that left, wait, or failed (M8).

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Response};
use serde::Deserialize;

use super::{WasDone, doer, not_found};
use crate::domain::Timestamp;
use crate::domain::ids::OutboxId;
use crate::features::accounts::{Account, find_account};
use crate::features::admin::views::{MessageLine, MessagePage, OutboxPage};
use crate::features::audit::{self, Chain, Ink};
use crate::features::console::{Auditor, InstanceAdmin};
use crate::features::invitations::invite;
use crate::features::organisations::find_organisation;
use crate::features::outbox::{
    Again, Listed, PostError, Standing, find_message, list_messages, retry_message, send_again,
};
use crate::web::{AppState, Context, Error, Form, Framing, see_other, urls};

/// How many messages a page shows.
const A_PAGE: usize = 25;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    state: String,
    before: String,
}

fn line(message: Listed) -> MessageLine {
    MessageLine {
        to: urls::admin_message(message.id),
        recipient: message.to,
        channel: message.channel.to_string(),
        template: message.template,
        language: message.language.code(),
        standing: message.standing.as_str(),
        created: message.created_at.millis(),
        next: message.next_attempt_at.map(Timestamp::millis),
        ended: message.ended_at.map(Timestamp::millis),
        attempts: message.attempts,
        answer: message.answer,
    }
}

pub(super) async fn list(
    State(state): State<AppState>,
    mut context: Context,
    auditor: Auditor,
    Query(asked): Query<Asked>,
) -> Result<Response, Error> {
    let standing = Standing::ALL.into_iter().find(|standing| standing.as_str() == asked.state);
    let before: Option<OutboxId> = asked.before.parse().ok();
    let wanted = (standing, before);
    let mut messages = list_messages(state.db.reading(), &state, wanted, A_PAGE as u64 + 1).await?;
    let more = messages.len() > A_PAGE;
    messages.truncate(A_PAGE);
    let at = |standing: Option<Standing>, before: Option<OutboxId>| {
        let state = standing.map(|standing| format!("state={}", standing.as_str()));
        let before = before.map(|before| format!("before={before}"));
        let query: Vec<String> = [state, before].into_iter().flatten().collect();
        if query.is_empty() {
            urls::ADMIN_OUTBOX.to_owned()
        } else {
            format!("{}?{}", urls::ADMIN_OUTBOX, query.join("&"))
        }
    };
    let chips = [None].into_iter().chain(Standing::ALL.map(Some));
    let page = OutboxPage {
        filters: chips.map(|chip| (chip.map_or("all", Standing::as_str), at(chip, None), chip == standing)).collect(),
        next: messages.last().filter(|_| more).map(|last| at(standing, Some(last.id))),
        first: before.map(|_| at(standing, None)),
        rows: messages.into_iter().map(line).collect(),
        mail: state.config.mail.is_on(),
    };
    context.signed_in = Some(auditor.member.shown());
    context.page(&state, StatusCode::OK, &page)
}

pub(super) async fn show(
    State(state): State<AppState>,
    mut context: Context,
    auditor: Auditor,
    Path(id): Path<String>,
    Query(was): Query<WasDone>,
) -> Result<Response, Error> {
    let Ok(id) = id.parse::<OutboxId>() else { return Ok(not_found()) };
    let Some((message, preview)) = find_message(state.db.reading(), &state, id, context.now).await? else {
        return Ok(not_found());
    };
    let account = match message.account {
        Some(account) => find_account(state.db.reading(), account).await?,
        None => None,
    };
    let way = way(&message, preview.is_some(), account.as_ref(), context.now);
    let page = MessagePage {
        action: urls::admin_message(id),
        act: way.filter(|_| auditor.administers()),
        again: again(&message),
        expires: message.expires_at.millis(),
        html: preview.as_ref().and_then(|preview| preview.html.as_ref()).map(|_| urls::admin_message_html(id)),
        preview: preview.map(|preview| (preview.subject, preview.text)),
        done: was.done.as_deref().and_then(|done| ACTS.into_iter().chain(["refused"]).find(|known| *known == done)),
        line: line(message),
    };
    context.signed_in = Some(auditor.member.shown());
    context.page(&state, StatusCode::OK, &page)
}

/// The HTML of a mail, its codes and links masked, as a document that can do nothing at all.
pub(super) async fn html(
    State(state): State<AppState>,
    context: Context,
    _: Auditor,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    let Ok(id) = id.parse::<OutboxId>() else { return Ok(not_found()) };
    let found = find_message(state.db.reading(), &state, id, context.now).await?;
    let Some(html) = found.and_then(|(_, preview)| preview?.html) else { return Ok(not_found()) };
    let mut response = Html(html).into_response();
    Framing::Letter.apply(response.headers_mut());
    Ok(response)
}

/// What can be done about a message: `retry` while it waits, `resend` the same, or `invite` anew.
const ACTS: [&str; 3] = ["retry", "resend", "invite"];

/// Which of them fits it now.
fn way(message: &Listed, is_kept: bool, account: Option<&Account>, now: Timestamp) -> Option<&'static str> {
    let is_over = message.expires_at <= now;
    match message.standing {
        _ if is_over => None,
        Standing::Queued | Standing::Deferred => Some("retry"),
        _ if Again::of(&message.template) == Again::Invitation => {
            // Whoever came in once needs no invitation.
            account
                .filter(|account| account.last_sign_in_at.is_none() && account.disabled_at.is_none())
                .map(|_| "invite")
        }
        Standing::Failed if is_kept => Some("resend"),
        Standing::Failed | Standing::Sent => None,
    }
}

/// Why it is not sent again from here.
fn again(message: &Listed) -> &'static str {
    match (Again::of(&message.template), message.standing) {
        (Again::Code, _) => "code",
        (Again::Invitation, _) => "link",
        (Again::Same, Standing::Failed) => "late",
        (Again::Same, _) => "notice",
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Pressed {
    act: String,
}

/// Sends a message at once, again, or anew: what the button said, and only while that still fits.
pub(super) async fn act(
    State(state): State<AppState>,
    context: Context,
    admin: InstanceAdmin,
    Path(id): Path<String>,
    Form(pressed): Form<Pressed>,
) -> Result<Response, Error> {
    let Ok(id) = id.parse::<OutboxId>() else { return Ok(not_found()) };
    let back = urls::admin_message(id);
    let now = context.now;
    let mut writer = state.db.writing().await?;
    let Some((message, preview)) = find_message(&writer, &state, id, now).await? else { return Ok(not_found()) };
    let account = match message.account {
        Some(account) => find_account(&writer, account).await?,
        None => None,
    };
    let way = way(&message, preview.is_some(), account.as_ref(), now).filter(|way| *way == pressed.act);
    let (done, kind) = match (way, &account) {
        (Some("retry"), _) => (retry_message(&mut writer, id, now).await?, "outbox.retry"),
        (Some("resend"), _) => match send_again(&mut writer, &state, id, now).await {
            Ok(done) => (done, "outbox.resend"),
            Err(PostError::OverBudget | PostError::Refused(_)) => {
                return Ok(see_other(&format!("{back}?done=refused")));
            }
            Err(PostError::Fault(fault)) => return Err(fault),
        },
        (Some(_), Some(account)) => {
            let Some(home) = find_organisation(&writer, account.home_organisation_id).await? else {
                return Ok(not_found());
            };
            let by = &admin.member.standing.account;
            invite(&mut writer, &state, account, &home, Some(by.into()), now).await?;
            (true, "outbox.resend")
        }
        _ => (false, ""),
    };
    if !done {
        // It left meanwhile, is being sent at this moment, or is too old: the page says which.
        return Ok(see_other(&back));
    }
    let mut event = doer(&admin, &context).event(Chain::Instance, kind).with("message", id.to_string());
    if let Some(account) = message.account {
        event = event.about(account);
    }
    audit::record(&mut writer, Ink::of(&state, now), event.with("template", message.template)).await?;
    writer.ring_after_commit(state.outbox_bell.clone());
    writer.commit().await?;
    Ok(see_other(&format!("{back}?done={}", pressed.act)))
}
