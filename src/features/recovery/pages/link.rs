//! What the link in the mail opens. It changes nothing before its button is pressed; the browser in which that happens is
//! the one that goes on.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::{closed_page, go_on, owner};
use crate::features::accounts::Account;
use crate::features::recovery::rules::{LINK_LIFETIME, Reset};
use crate::features::recovery::store;
use crate::features::recovery::views::LinkPage;
use crate::web::{AppState, Context, Error, Form, urls};

/// What the link is for, if it works.
async fn open(state: &AppState, context: &Context, secret: &str) -> Result<Option<(Reset, Account)>, Error> {
    let db = state.db.reading();
    let found = store::find_reset_by_link(db, secret).await?.filter(|reset| reset.takes_link(context.now));
    let Some(reset) = found else { return Ok(None) };
    Ok(owner(db, state, &reset).await?.map(|account| (reset, account)))
}

pub(super) async fn show(
    State(state): State<AppState>,
    mut context: Context,
    Path(secret): Path<String>,
) -> Result<Response, Error> {
    match open(&state, &context, &secret).await? {
        Some((_, account)) => {
            let page = LinkPage { action: urls::password_reset_link(&secret), account: account.email.masked() };
            context.page(&state, StatusCode::OK, &page)
        }
        None => closed_page(&state, &mut context),
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Nothing {}

pub(super) async fn press(
    State(state): State<AppState>,
    mut context: Context,
    Path(secret): Path<String>,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Response, Error> {
    let Some((reset, account)) = open(&state, &context, &secret).await? else {
        return closed_page(&state, &mut context);
    };
    let mut writer = state.db.writing().await?;
    if !store::prove_reset(&mut writer, reset.id, LINK_LIFETIME, context.now).await? {
        drop(writer);
        return closed_page(&state, &mut context);
    }
    go_on(&state, context, (&reset, &account), writer, "password.link").await
}
