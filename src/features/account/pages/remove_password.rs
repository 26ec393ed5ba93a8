//! Doing without a password (A4).

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::password::tell;
use super::security::{can_do_without_password, protection};
use super::{Nothing, event};
use crate::features::account::views::RemovePasswordPage;
use crate::features::audit::{self, Ink};
use crate::features::interactions::Fresh;
use crate::features::passwords::remove_password;
use crate::features::sessions::end_everything_else;
use crate::web::{AppState, Context, Error, Form, PageProblem, see_other, urls};

pub(super) async fn ask(
    State(state): State<AppState>,
    mut context: Context,
    Fresh(member): Fresh,
) -> Result<Response, Error> {
    let protection = protection(state.db.reading(), member.session.account_id).await?;
    if !can_do_without_password(&protection) {
        return Ok(PageProblem::NotFound.into_response_with(StatusCode::NOT_FOUND));
    }
    let page = RemovePasswordPage { passkeys: protection.passkeys, recovery_codes: protection.recovery_codes };
    context.signed_in = Some(member.shown());
    context.page(&state, StatusCode::OK, &page)
}

pub(super) async fn remove(
    State(state): State<AppState>,
    context: Context,
    Fresh(member): Fresh,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Response, Error> {
    let account = &member.standing.account;
    let mut writer = state.db.writing().await?;
    // First of all, because it holds the row of the account: a passkey that is removed at the same time is seen.
    end_everything_else(&mut writer, account.id, Some(member.session.id), context.now).await?;
    if !can_do_without_password(&protection(&writer, account.id).await?) {
        return Ok(PageProblem::NotFound.into_response_with(StatusCode::NOT_FOUND));
    }
    remove_password(&mut writer, account.id).await?;
    tell(&mut writer, &state, &context, account, true).await?;
    let event = event(&context, &member, "password.remove");
    audit::record(&mut writer, Ink::of(&state, context.now), event).await?;
    writer.commit().await?;
    Ok(see_other(&format!("{}?done=password-removed", urls::ACCOUNT_SECURITY)))
}
