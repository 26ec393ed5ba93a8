//! Confirming that it is you (H3), before something that matters.

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::attempt::{Filled, attempt};
use crate::domain::FactorKind;
use crate::features::interactions::{Fresh, Passage, Purpose};
use crate::features::passkeys;
use crate::features::sessions::Holder;
use crate::features::sign_in::views::SignInPage;
use crate::web::{AppState, Context, Error, Form, see_other, urls};

#[derive(Debug, Deserialize)]
pub(super) struct Wanted {
    next: Option<String>,
    /// Set where what was proven a moment ago does not do.
    anew: Option<String>,
}

pub(super) async fn show(
    State(state): State<AppState>,
    mut context: Context,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Error> {
    let Some(holder) = Holder::find(&state, &context).await? else { return Ok(see_other(urls::SIGN_IN)) };
    let next = urls::own_page(wanted.next.as_deref());
    let page = form(&state, &holder, &next);
    context.signed_in = None;
    if let Ok(member) = holder.judge(&state, &context).await?
        && wanted.anew.is_none()
        && Fresh::is_fresh(&member, &context)
    {
        return Ok(see_other(&next));
    }
    context.page(&state, StatusCode::OK, &page)
}

pub(super) async fn confirm(
    State(state): State<AppState>,
    mut context: Context,
    Form(filled): Form<Filled>,
) -> Result<Response, Error> {
    let Some(holder) = Holder::find(&state, &context).await? else { return Ok(see_other(urls::SIGN_IN)) };
    let next = urls::own_page(filled.next.as_deref());
    let account = &holder.standing.account;
    let purpose = Purpose::confirming(account, &next);
    let filled = filled.named(account.email.to_string());
    let passage = Passage::begin(&state, &mut context, purpose).await?;
    attempt(&state, context, passage, form(&state, &holder, &next), filled).await
}

fn form(state: &AppState, holder: &Holder, next: &str) -> SignInPage {
    let has_passkey = holder.standing.enrolled.kinds.contains(FactorKind::Passkey);
    let account = &holder.standing.account;
    SignInPage {
        action: urls::CONFIRM.to_owned(),
        app: None,
        username: account.email.to_string(),
        again: false,
        confirms: Some((account.name.clone(), account.email.to_string())),
        next: Some(next.to_owned()),
        passkey: passkeys::way_in(state, passkeys::CONFIRM, Some(next), true).filter(|_| has_passkey),
        recover: urls::recover(urls::PLACE_OWN),
        new_password: None,
        wrong_before: 0,
        renewed: false,
        problem: None,
    }
}
