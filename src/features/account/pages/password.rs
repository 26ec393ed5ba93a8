//! Choosing another password (A4).

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;

use super::event;
use crate::domain::Secret;
use crate::domain::sign_in::Proof;
use crate::features::account::views::{PasswordPage, PasswordTrouble};
use crate::features::accounts::{Account, tell_owner};
use crate::features::audit::{self, Ink};
use crate::features::interactions::{Fresh, add_to_session};
use crate::features::outbox::Particulars;
use crate::features::passwords::{
    Hashing, NewPassword, PasswordChanged, PasswordOutcome, PasswordProblem, Surroundings, check_password,
    has_password, hash_new_password, least_length, set_password,
};
use crate::features::sessions::{Member, end_everything_else};
use crate::storage::Writer;
use crate::web::{AppState, Context, CookieKind, Error, Form, PageProblem, see_other, urls};

async fn page(state: &AppState, member: &Member, trouble: Option<PasswordTrouble>) -> Result<PasswordPage, Error> {
    Ok(PasswordPage {
        email: member.standing.account.email.to_string(),
        has_one: has_password(state.db.reading(), member.session.account_id).await?,
        least: least_length(&state.config.sign_in, &member.standing),
        trouble,
    })
}

pub(super) async fn show(
    State(state): State<AppState>,
    mut context: Context,
    Fresh(member): Fresh,
) -> Result<Response, Error> {
    let page = page(&state, &member, None).await?;
    context.signed_in = Some(member.shown());
    context.page(&state, StatusCode::OK, &page)
}

#[derive(Debug, Deserialize)]
pub(super) struct Filled {
    #[serde(default)]
    current: Secret<String>,
    #[serde(default)]
    password: Secret<String>,
}

pub(super) async fn change(
    State(state): State<AppState>,
    mut context: Context,
    Fresh(member): Fresh,
    Form(filled): Form<Filled>,
) -> Result<Response, Error> {
    context.signed_in = Some(member.shown());
    let account = &member.standing.account;
    let has_one = has_password(state.db.reading(), account.id).await?;
    let mut verified = None;
    if has_one {
        let trouble =
            match check_password(&state, account.email.as_str(), filled.current, context.client_ip, context.now).await?
            {
                PasswordOutcome::Right(right) if right.account.id == account.id => {
                    verified = Some(right);
                    None
                }
                PasswordOutcome::Right(_) | PasswordOutcome::Wrong { .. } => Some(PasswordTrouble::Current),
                PasswordOutcome::Blocked(blocked) => Some(PasswordTrouble::TooMany { until: blocked.until.millis() }),
                PasswordOutcome::Busy => {
                    return Ok(PageProblem::Busy.into_response_with(StatusCode::SERVICE_UNAVAILABLE));
                }
            };
        if let Some(trouble) = trouble {
            if trouble == PasswordTrouble::Current {
                let mut event = event(&context, &member, "password.change");
                event.outcome = "wrong_password";
                let mut writer = state.db.writing().await?;
                audit::record(&mut writer, Ink::of(&state, context.now), event).await?;
                writer.commit().await?;
            }
            let page = page(&state, &member, Some(trouble)).await?;
            return context.page(&state, StatusCode::UNPROCESSABLE_ENTITY, &page);
        }
    }
    let near = Surroundings {
        product: &state.config.branding.name,
        organisation: member.standing.home().map_or("", |home| &home.organisation_name),
        name: &account.name,
        email: &account.email,
    };
    let password =
        match NewPassword::parse(&filled.password, least_length(&state.config.sign_in, &member.standing), near) {
            Ok(password) => password,
            Err(problem) => {
                let trouble = match problem {
                    PasswordProblem::TooShort { .. } => PasswordTrouble::TooShort,
                    PasswordProblem::TooLong => PasswordTrouble::TooLong,
                    PasswordProblem::Guessable => PasswordTrouble::Guessable,
                };
                let page = page(&state, &member, Some(trouble)).await?;
                return context.page(&state, StatusCode::UNPROCESSABLE_ENTITY, &page);
            }
        };
    let hashing = state.service::<Hashing>();
    let Ok(phc) = hash_new_password(&hashing, password, state.random.as_ref()).await else {
        return Ok(PageProblem::Busy.into_response_with(StatusCode::SERVICE_UNAVAILABLE));
    };
    let mut writer = state.db.writing().await?;
    if let Some(verified) = verified {
        verified.settle(&mut writer).await?;
    }
    set_password(&mut writer, account.id, &phc, context.now).await?;
    end_everything_else(&mut writer, account.id, Some(member.session.id), context.now).await?;
    let proof = Proof::Password { at: context.now };
    let secret = add_to_session(&state, &context, &mut writer, (&member, &member.standing), proof).await?;
    tell(&mut writer, &state, &context, account, false).await?;
    let event = event(&context, &member, "password.change");
    audit::record(&mut writer, Ink::of(&state, context.now), event).await?;
    writer.commit().await?;
    let mut headers = HeaderMap::new();
    if let Some(secret) = secret {
        state.cookies.set(&mut headers, CookieKind::Session, secret.expose());
    }
    headers.insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"));
    Ok((headers, see_other(&format!("{}?done=password-changed", urls::ACCOUNT_SECURITY))).into_response())
}

/// Tells the owner by mail.
pub(super) async fn tell(
    writer: &mut Writer,
    state: &AppState,
    context: &Context,
    account: &Account,
    removed: bool,
) -> Result<(), Error> {
    let particulars = Particulars::of(context, account.email.as_str(), None);
    let message = PasswordChanged { name: account.name.clone(), removed, particulars };
    tell_owner(writer, state, account, &message, context.now).await
}
