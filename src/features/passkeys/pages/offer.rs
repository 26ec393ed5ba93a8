//! The offer of a passkey after a sign-in without one (H15).

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;

use super::enrol::{ceremony_in, event, is_offered};
use crate::domain::FactorKind;
use crate::features::audit::{self, Ink};
use crate::features::factors::answer_offer;
use crate::features::interactions::{Passage, expired_page, update_interaction};
use crate::features::passkeys::OfferPage;
use crate::web::{AppState, Context, CookieKind, Error, Form, see_other, urls};

pub(super) async fn show(
    State(state): State<AppState>,
    mut context: Context,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    let Some(passage) = Passage::find(&state, &context, &id).await? else {
        return expired_page(&state, &mut context, None);
    };
    if !is_offered(&state, &context, &passage).await? {
        return Ok(see_other(&passage.next_page(context.now)));
    }
    context.prefer(passage.interaction.purpose.languages());
    let id = passage.interaction.id;
    let page = OfferPage { action: urls::offer(id), ceremony: ceremony_in(&id.to_string(), FactorKind::Passkey) };
    context.page(&state, StatusCode::OK, &page)
}

#[derive(Debug, Deserialize)]
pub(super) struct NotNow {
    shared: Option<String>,
}

pub(super) async fn decline(
    State(state): State<AppState>,
    mut context: Context,
    Path(id): Path<String>,
    Form(not_now): Form<NotNow>,
) -> Result<Response, Error> {
    let Some(mut passage) = Passage::find(&state, &context, &id).await? else {
        return expired_page(&state, &mut context, None);
    };
    let mut headers = HeaderMap::new();
    if is_offered(&state, &context, &passage).await?
        && let Some(standing) = &passage.standing
    {
        let account = &standing.account;
        let is_shared = not_now.shared.is_some();
        passage.interaction.answers.offer_answered = true;
        let mut writer = state.db.writing().await?;
        // The session is open already: nothing is proven here, so none is opened either.
        if update_interaction(&mut writer, &passage.interaction, context.now).await? {
            answer_offer(&mut writer, account.id, context.now).await?;
            let event = event(&context, account, "passkey.offer", "declined").with("shared_computer", is_shared);
            audit::record(&mut writer, Ink::of(&state, context.now), event).await?;
            writer.commit().await?;
            if is_shared {
                state.cookies.set_for_a_year(&mut headers, CookieKind::Shared, "1");
            }
        }
    }
    Ok((headers, see_other(&passage.next_page(context.now))).into_response())
}
