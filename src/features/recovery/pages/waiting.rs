//! The page that waits for the code from the mail.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::forgotten::TAG;
use super::{Origin, go_on, owner};
use crate::domain::Secret;
use crate::domain::ids::PasswordResetId;
use crate::features::audit::{self, Chain, Event, Ink};
use crate::features::challenges::six_digits;
use crate::features::interactions::expired_page;
use crate::features::recovery::rules::{CODE_LIFETIME, Reset, TRIES};
use crate::features::recovery::store;
use crate::features::recovery::views::WaitingPage;
use crate::web::{AppState, Context, Error, Form, urls};

const REFUSED: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;

/// The request, if this browser made it.
async fn find(state: &AppState, context: &Context, id: &str) -> Result<Option<Reset>, Error> {
    let (Ok(id), Some(browser)) = (id.parse::<PasswordResetId>(), &context.browser) else { return Ok(None) };
    Ok(store::find_reset(state.db.reading(), id).await?.filter(|reset| reset.browser.matches(browser)))
}

/// The page; what waits no longer says so, the same for every name.
async fn page(
    state: &AppState,
    context: &mut Context,
    reset: &Reset,
    (status, problem): (StatusCode, Option<&'static str>),
) -> Result<Response, Error> {
    let place = reset.interaction.map_or_else(|| urls::PLACE_OWN.to_owned(), |id| id.to_string());
    let origin = Origin::find(state, context, &place).await?;
    let page = WaitingPage {
        action: urls::password_reset(reset.id),
        again: urls::recover_from(origin.place(), "password"),
        from: state.config.mail.from.clone(),
        problem,
    };
    context.page(state, status, &page)
}

pub(super) async fn show(
    State(state): State<AppState>,
    mut context: Context,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    let Some(reset) = find(&state, &context, &id).await? else { return expired_page(&state, &mut context, None) };
    let problem = (!reset.takes_code(context.now)).then(|| over(&reset));
    page(&state, &mut context, &reset, (StatusCode::OK, problem)).await
}

fn over(reset: &Reset) -> &'static str {
    if reset.tries >= TRIES { "spent" } else { "expired" }
}

#[derive(Debug, Deserialize)]
pub(super) struct Typed {
    #[serde(default)]
    code: Secret<String>,
}

pub(super) async fn answer(
    State(state): State<AppState>,
    mut context: Context,
    Path(id): Path<String>,
    Form(typed): Form<Typed>,
) -> Result<Response, Error> {
    let Some(reset) = find(&state, &context, &id).await? else { return expired_page(&state, &mut context, None) };
    let Some(code) = six_digits(typed.code.expose()) else {
        return page(&state, &mut context, &reset, (REFUSED, Some("shape"))).await;
    };
    let now = context.now;
    let mut writer = state.db.writing().await?;
    // Counted first, and in the same transaction: guesses at the same time are counted one after the other.
    if !store::count_try(&mut writer, reset.id, now).await? {
        drop(writer);
        return page(&state, &mut context, &reset, (REFUSED, Some(over(&reset)))).await;
    }
    let is_right = state.mac.verify(TAG, &[&reset.id.to_string(), &code], &reset.code);
    let account = owner(&writer, &state, &reset).await?.filter(|_| is_right);
    if let Some(account) = account
        && store::prove_reset(&mut writer, reset.id, CODE_LIFETIME, now).await?
    {
        return go_on(&state, context, (&reset, &account), writer, "password.code").await;
    }
    audit::record(&mut writer, Ink::of(&state, now), wrong(&context, &reset)).await?;
    writer.commit().await?;
    let problem = if reset.tries + 1 >= TRIES { "spent" } else { "wrong" };
    page(&state, &mut context, &reset, (REFUSED, Some(problem))).await
}

/// A code was wrong.
fn wrong(context: &Context, reset: &Reset) -> Event {
    let mut event = Event::new(Chain::Instance, "password.code", "wrong")
        .referred_to(context.reference)
        .with_personal("ip", context.client_ip.to_string());
    event.subject = reset.account;
    event
}
