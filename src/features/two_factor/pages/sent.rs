//! A second step with a code that is sent (H6, H7): asking for it, and the page that waits for it.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::step::{Due, due, event_kind};
use crate::domain::FactorKind;
use crate::features::accounts::Account;
use crate::features::challenges::{self, Bond, NotSent, Purpose, Sent};
use crate::features::interactions::{Passage, expired_page};
use crate::features::outbox::{Particulars, Recipient};
use crate::features::two_factor::views::{CodeMessage, SendProblem, SentCodePage, Step};
use crate::features::two_factor::{attempts, email_code, sms_code};
use crate::web::{AppState, Context, Error, Form, see_other, urls};

fn bond(kind: FactorKind, account: &Account, passage: &Passage) -> Bond {
    Bond {
        purpose: Purpose::Second,
        kind,
        account: account.id,
        place: passage.interaction.id.to_string(),
        network: None,
    }
}

async fn recipient(state: &AppState, account: &Account, kind: FactorKind) -> Result<Option<Recipient>, Error> {
    if kind == FactorKind::Email {
        return Ok(Some(email_code::recipient(account)));
    }
    Ok(sms_code::number_of(state, state.db.reading(), account).await?.map(Recipient::Sms))
}

/// What carries a code.
pub(super) fn code_message<'a>(
    context: &'a Context,
    account: &'a Account,
    app: Option<&'a str>,
    purpose: Purpose,
) -> impl FnOnce(Sent) -> CodeMessage + 'a {
    move |sent| CodeMessage {
        name: account.name.clone(),
        code: sent.code,
        minutes: sent.minutes,
        link: sent.link,
        enrols: purpose == Purpose::Enrol,
        particulars: Particulars::of(context, account.email.as_str(), app),
    }
}

/// As much of a recipient as a page shows.
pub(super) fn masked(to: &Recipient) -> String {
    match to {
        Recipient::Mail(email) => email.masked(),
        Recipient::Sms(number) => number.masked(),
    }
}

/// When to come back, to the minute that pages tell.
pub(super) const fn full_minute(millis: i64) -> i64 {
    const MINUTE: i64 = 60_000;
    (millis + MINUTE - 1).div_euclid(MINUTE) * MINUTE
}

/// What went wrong besides the code itself.
pub(super) enum Trouble {
    /// No code was sent.
    Sending(SendProblem),
    /// The link was not confirmed yet.
    Unconfirmed,
}

/// The page, with what waits to be typed at this moment.
pub(super) async fn page(
    state: &AppState,
    context: &mut Context,
    (status, kind): (StatusCode, FactorKind),
    (passage, step): (&Passage, Step),
    trouble: Option<Trouble>,
) -> Result<Response, Error> {
    let Some(standing) = &passage.standing else { return expired_page(state, context, None) };
    let (sending, unconfirmed) = match trouble {
        Some(Trouble::Sending(problem)) => (Some(problem), false),
        Some(Trouble::Unconfirmed) => (None, true),
        None => (None, false),
    };
    let account = &standing.account;
    let to = recipient(state, account, kind).await?;
    let bond = bond(kind, account, passage);
    let waiting =
        challenges::waiting(state.db.reading(), state, &bond, context.now).await?.filter(|sent| sent.takes_code);
    let page = SentCodePage {
        send: urls::send(&step.action),
        by: kind,
        to: to.as_ref().map(masked).unwrap_or_default(),
        from: state.config.mail.from.clone(),
        sent_at: waiting.as_ref().map(|waiting| waiting.sent_at.millis()),
        matching_number: waiting.and_then(|waiting| waiting.matching_number),
        waits: urls::waiting(passage.interaction.id),
        go_on: format!("{}/continue", step.action),
        unconfirmed,
        step,
        sending,
    };
    context.page(state, status, &page)
}

/// Sends a code, and goes back to the page that waits for it.
pub(super) async fn send(
    state: &AppState,
    mut context: Context,
    id: &str,
    kind: FactorKind,
) -> Result<Response, Error> {
    let Due { passage, step } = match due(state, &mut context, id, kind).await? {
        Ok(due) => due,
        Err(response) => return Ok(response),
    };
    let Some(standing) = &passage.standing else { return expired_page(state, &mut context, None) };
    let account = &standing.account;
    let sent = match recipient(state, account, kind).await? {
        Some(to) => {
            let event = passage.event(&context, event_kind(kind), "sent");
            let about = (account, passage.interaction.purpose.app_name());
            let message = code_message(&context, account, about.1, Purpose::Second);
            challenges::send(state, &context, &bond(kind, account, &passage), about, (to, event), message).await?
        }
        None => Err(NotSent::Unavailable),
    };
    let (status, problem) = match sent {
        Ok(()) => return Ok(see_other(&step.action)),
        Err(NotSent::TooMany(blocked)) => {
            (StatusCode::TOO_MANY_REQUESTS, SendProblem::Wait { until: full_minute(blocked.until.millis()) })
        }
        Err(NotSent::Unavailable | NotSent::Refused(_)) => (StatusCode::SERVICE_UNAVAILABLE, SendProblem::Unavailable),
    };
    page(state, &mut context, (status, kind), (&passage, step), Some(Trouble::Sending(problem))).await
}

#[derive(Debug, Deserialize)]
pub(super) struct Nothing {}

/// Goes on with a code by mail whose link was confirmed, here or on another device.
pub(super) async fn go_on(
    State(state): State<AppState>,
    mut context: Context,
    Path(id): Path<String>,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Response, Error> {
    let kind = FactorKind::Email;
    let Due { passage, step } = match due(&state, &mut context, &id, kind).await? {
        Ok(due) => due,
        Err(response) => return Ok(response),
    };
    let Some(standing) = &passage.standing else { return expired_page(&state, &mut context, None) };
    let account = standing.account.clone();
    let mut writer = state.db.writing().await?;
    let bond = Bond { network: Some(passage.network()), ..bond(kind, &account, &passage) };
    if !challenges::take_confirmed(&mut writer, &bond, context.now).await? {
        drop(writer);
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return page(&state, &mut context, (status, kind), (&passage, step), Some(Trouble::Unconfirmed)).await;
    }
    email_code::mark_read(&mut writer, &account, context.now).await?;
    attempts::forgive(&mut writer, account.id, kind).await?;
    super::step::go_on(&state, context, passage, writer, kind, false).await
}
