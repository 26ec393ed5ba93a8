//! The mails and text messages that left, wait, or failed (M8).

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::{doer, not_found};
use crate::domain::Timestamp;
use crate::domain::ids::OutboxId;
use crate::features::admin::views::{MessageLine, MessagePage, OutboxPage};
use crate::features::audit::{self, Chain, Ink};
use crate::features::console::{Auditor, InstanceAdmin};
use crate::features::outbox::{Listed, Standing, find_message, list_messages, retry_message};
use crate::web::{AppState, Context, Error, Form, see_other, urls};

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

#[derive(Debug, Deserialize)]
pub(super) struct WasDone {
    done: Option<String>,
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
    let waits = matches!(message.standing, Standing::Queued | Standing::Deferred);
    let page = MessagePage {
        retry: (waits && auditor.administers()).then(|| urls::admin_message(id)),
        again: again(&message.template),
        expires: message.expires_at.millis(),
        preview: preview.map(|preview| (preview.subject, preview.text)),
        done: was.done.as_deref().is_some_and(|done| done == "retry"),
        line: line(message),
    };
    context.signed_in = Some(auditor.member.shown());
    context.page(&state, StatusCode::OK, &page)
}

/// How such a message is sent anew: a code works only where it was asked for, and nobody else can ask for it.
fn again(template: &str) -> &'static str {
    match template {
        "code" | "network_code" | "password_reset" => "code",
        "invitation" | "recovery_link" | "email_confirm" => "link",
        _ => "notice",
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Nothing {}

/// Tries a message that waits at once.
pub(super) async fn retry(
    State(state): State<AppState>,
    context: Context,
    admin: InstanceAdmin,
    Path(id): Path<String>,
    Form(_): Form<Nothing>,
) -> Result<Response, Error> {
    let Ok(id) = id.parse::<OutboxId>() else { return Ok(not_found()) };
    let mut writer = state.db.writing().await?;
    if !retry_message(&mut writer, id, context.now).await? {
        // It left meanwhile, or is being sent at this moment.
        return Ok(see_other(&urls::admin_message(id)));
    }
    let event = doer(&admin, &context).event(Chain::Instance, "outbox.retry").with("message", id.to_string());
    audit::record(&mut writer, Ink::of(&state, context.now), event).await?;
    writer.ring_after_commit(state.outbox_bell.clone());
    writer.commit().await?;
    Ok(see_other(&format!("{}?done=retry", urls::admin_message(id))))
}
