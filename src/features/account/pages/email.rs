//! Another e-mail address: asked for here, confirmed at the new address, taken back from the old one (A9).

use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::{Nothing, event};
use crate::domain::Email;
use crate::features::account::store::{
    EmailChange, add_email_change, confirm_email_change, end_email_changes_since, end_pending_email_changes,
    find_email_change, find_email_change_to_undo, is_email_kept_for_another, undo_email_change,
};
use crate::features::account::views::{EmailChanged, EmailConfirm, EmailLinkPage, EmailPage, EmailTaken, EmailTrouble};
use crate::features::accounts::{find_account, find_account_by_login, set_email};
use crate::features::audit::{self, Chain, Event, Ink};
use crate::features::challenges::end_challenges_of;
use crate::features::interactions::Fresh;
use crate::features::outbox::{Letter, Particulars, Recipient, post};
use crate::features::sessions::{Member, end_everything_else};
use crate::features::throttles::{Counter, Limit, reserve};
use crate::web::{AppState, Context, Error, Form, see_other, urls};

/// How long a new address can be confirmed.
const TO_CONFIRM: Duration = Duration::from_hours(24);
/// How long a change can be taken back, by whoever reads the old mailbox.
const TO_UNDO: Duration = Duration::from_hours(24 * 7);
/// How many changes an account may ask for in an hour.
const PER_ACCOUNT: Limit = Limit::quota(5, Duration::from_hours(1));
/// How many mails go to one new address in a day, whoever asks.
const PER_ADDRESS: Limit = Limit::quota(5, Duration::from_hours(24));

fn page(member: &Member, typed: &str, trouble: Option<EmailTrouble>) -> EmailPage {
    EmailPage { email: member.standing.account.email.to_string(), typed: typed.to_owned(), trouble }
}

pub(super) async fn show(
    State(state): State<AppState>,
    mut context: Context,
    Fresh(member): Fresh,
) -> Result<Response, Error> {
    context.signed_in = Some(member.shown());
    context.page(&state, StatusCode::OK, &page(&member, "", None))
}

#[derive(Debug, Deserialize)]
pub(super) struct Filled {
    #[serde(default)]
    email: String,
}

/// Asks the owner of the new address. Whether somebody has it already, only its mailbox is told.
pub(super) async fn ask(
    State(state): State<AppState>,
    mut context: Context,
    Fresh(member): Fresh,
    Form(filled): Form<Filled>,
) -> Result<Response, Error> {
    context.signed_in = Some(member.shown());
    let account = &member.standing.account;
    let (email, trouble) = match filled.email.parse::<Email>() {
        Ok(email) if email == account.email => (None, Some(EmailTrouble::Same)),
        Ok(email) => (Some(email), None),
        Err(_) => (None, Some(EmailTrouble::NotAnEmail)),
    };
    let Some(email) = email else {
        return context.page(&state, StatusCode::UNPROCESSABLE_ENTITY, &page(&member, &filled.email, trouble));
    };
    let counters = [
        Counter { key: format!("email-change:{}", account.id), limit: PER_ACCOUNT },
        Counter {
            key: format!("email-change-to:{}", state.mac.tag("email-change", &[email.as_str()])),
            limit: PER_ADDRESS,
        },
    ];
    if let Some(blocked) = reserve(&state.db, &counters, context.now).await? {
        let trouble = EmailTrouble::TooMany { until: blocked.until.millis() };
        return context.page(&state, StatusCode::TOO_MANY_REQUESTS, &page(&member, &filled.email, Some(trouble)));
    }
    let mut writer = state.db.writing().await?;
    let owner = find_account_by_login(&writer, email.as_str()).await?;
    let kept = is_email_kept_for_another(&writer, &email, account.id, context.now).await?;
    let chance = (context.now, state.random.as_ref());
    let secret = add_email_change(&mut writer, account.id, (&account.email, &email), TO_CONFIRM, chance).await?;
    let particulars = Particulars::of(&context, email.as_str(), None);
    let expires_at = context.now.after(TO_CONFIRM);
    let to = Recipient::Mail(email.clone());
    if owner.is_some() || kept {
        let owner = owner.as_ref();
        let message = EmailTaken { name: owner.map(|owner| owner.name.clone()).unwrap_or_default(), particulars };
        let language = owner.map_or(account.language, |owner| owner.language);
        let letter = Letter { to, language, account: owner.map(|owner| owner.id), expires_at, message: &message };
        post(&mut writer, &state, letter, context.now).await?;
    } else {
        let link = format!("{}{}/{}", state.config.server.issuer(), urls::EMAIL_CONFIRM, secret.expose());
        let message = EmailConfirm { name: account.name.clone(), link, particulars };
        let letter =
            Letter { to, language: account.language, account: Some(account.id), expires_at, message: &message };
        post(&mut writer, &state, letter, context.now).await?;
    }
    let event = event(&context, &member, "email.ask").with_personal("email", email.to_string());
    audit::record(&mut writer, Ink::of(&state, context.now), event).await?;
    writer.commit().await?;
    Ok(see_other(&format!("{}?done=asked", urls::ACCOUNT_PROFILE)))
}

pub(super) async fn cancel(
    State(state): State<AppState>,
    context: Context,
    member: Member,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Response, Error> {
    let mut writer = state.db.writing().await?;
    if end_pending_email_changes(&mut writer, member.session.account_id, context.now).await? {
        let event = event(&context, &member, "email.cancel");
        audit::record(&mut writer, Ink::of(&state, context.now), event).await?;
        writer.commit().await?;
    }
    Ok(see_other(&format!("{}?done=cancelled", urls::ACCOUNT_PROFILE)))
}

/// The change behind a link, for the account that asked for it: whoever reads the new mailbox alone confirms nothing.
async fn to_confirm(
    state: &AppState,
    context: &Context,
    secret: &str,
) -> Result<Result<(EmailChange, Member), EmailLinkPage>, Error> {
    let Some(change) = find_email_change(state.db.reading(), secret, context.now).await? else {
        return Ok(Err(EmailLinkPage::Closed));
    };
    Ok(match Member::find(state, context).await? {
        None => Err(EmailLinkPage::SignIn),
        Some(member) if member.session.account_id != change.account_id => Err(EmailLinkPage::Closed),
        Some(member) if member.standing.account.email != change.old_email => Err(EmailLinkPage::Closed),
        Some(member) => Ok((change, member)),
    })
}

fn answer(state: &AppState, mut context: Context, page: &EmailLinkPage) -> Result<Response, Error> {
    let status = if matches!(page, EmailLinkPage::Closed) { StatusCode::NOT_FOUND } else { StatusCode::OK };
    context.page(state, status, page)
}

pub(super) async fn show_confirm(
    State(state): State<AppState>,
    context: Context,
    Path(secret): Path<String>,
) -> Result<Response, Error> {
    let page = match to_confirm(&state, &context, &secret).await? {
        Ok((change, _)) => EmailLinkPage::Confirm {
            action: format!("{}/{secret}", urls::EMAIL_CONFIRM),
            email: change.new_email.to_string(),
        },
        Err(page) => page,
    };
    answer(&state, context, &page)
}

pub(super) async fn confirm(
    State(state): State<AppState>,
    context: Context,
    Path(secret): Path<String>,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Response, Error> {
    let (change, member) = match to_confirm(&state, &context, &secret).await? {
        Ok(found) => found,
        Err(page) => return answer(&state, context, &page),
    };
    let account = &member.standing.account;
    let undo_until = context.now.after(TO_UNDO);
    let mut writer = state.db.writing().await?;
    let Some(undo) =
        confirm_email_change(&mut writer, change.id, undo_until, (context.now, state.random.as_ref())).await?
    else {
        return answer(&state, context, &EmailLinkPage::Closed);
    };
    // What was mailed to the other address counts for nothing any more.
    end_challenges_of(&mut writer, account.id, context.now).await?;
    match set_email(&mut writer, account.id, &change.new_email, context.now).await {
        Ok(()) => {}
        // Somebody else has it since: the writer is dropped, and nothing changed.
        Err(fault) if fault.is_duplicate() => return answer(&state, context, &EmailLinkPage::Closed),
        Err(fault) => return Err(fault.into()),
    }
    let message = EmailChanged {
        name: account.name.clone(),
        email: change.new_email.masked(),
        link: format!("{}{}/{}", state.config.server.issuer(), urls::EMAIL_UNDO, undo.expose()),
        particulars: Particulars::of(&context, change.old_email.as_str(), None),
    };
    let letter = Letter {
        to: Recipient::Mail(change.old_email.clone()),
        language: account.language,
        account: Some(account.id),
        expires_at: undo_until,
        message: &message,
    };
    post(&mut writer, &state, letter, context.now).await?;
    let event = event(&context, &member, "email.change")
        .with_personal("email", change.new_email.to_string())
        .with_personal("old_email", change.old_email.to_string());
    audit::record(&mut writer, Ink::of(&state, context.now), event).await?;
    writer.commit().await?;
    Ok(see_other(&format!("{}?done=changed", urls::ACCOUNT_PROFILE)))
}

pub(super) async fn show_undo(
    State(state): State<AppState>,
    context: Context,
    Path(secret): Path<String>,
) -> Result<Response, Error> {
    let found = find_email_change_to_undo(state.db.reading(), &secret, context.now).await?;
    let page = found.map_or(EmailLinkPage::Closed, |change| EmailLinkPage::Undo {
        action: format!("{}/{secret}", urls::EMAIL_UNDO),
        email: change.old_email.to_string(),
    });
    answer(&state, context, &page)
}

/// Takes a change back for whoever reads the old mailbox. It signs nobody in, and everybody out.
pub(super) async fn undo(
    State(state): State<AppState>,
    context: Context,
    Path(secret): Path<String>,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Response, Error> {
    let db = state.db.reading();
    let Some(change) = find_email_change_to_undo(db, &secret, context.now).await? else {
        return answer(&state, context, &EmailLinkPage::Closed);
    };
    let Some(account) = find_account(db, change.account_id).await? else {
        return answer(&state, context, &EmailLinkPage::Closed);
    };
    let mut writer = state.db.writing().await?;
    if !undo_email_change(&mut writer, change.id, context.now).await? {
        return answer(&state, context, &EmailLinkPage::Closed);
    }
    end_email_changes_since(&mut writer, &change, context.now).await?;
    // What was mailed to the other address counts for nothing any more.
    end_challenges_of(&mut writer, account.id, context.now).await?;
    match set_email(&mut writer, account.id, &change.old_email, context.now).await {
        Ok(()) => {}
        Err(fault) if fault.is_duplicate() => return answer(&state, context, &EmailLinkPage::Closed),
        Err(fault) => return Err(fault.into()),
    }
    end_everything_else(&mut writer, account.id, None, context.now).await?;
    let event = Event::new(Chain::Organisation(account.home_organisation_id), "email.undo", "done")
        .about(account.id)
        .referred_to(context.reference)
        .with_personal("ip", context.client_ip.to_string())
        .with_personal("email", change.old_email.to_string());
    audit::record(&mut writer, Ink::of(&state, context.now), event).await?;
    writer.commit().await?;
    answer(&state, context, &EmailLinkPage::Undone { email: change.old_email.to_string() })
}
