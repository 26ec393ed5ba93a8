//! Connecting an authenticator app (H14).

use std::fmt::Write as _;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use qrcode::QrCode;
use serde::Deserialize;

use super::place::Place;
use crate::domain::{FactorKind, Secret};
use crate::features::factors::{MOST_FACTORS, list_factors};
use crate::features::interactions::expired_page;
use crate::features::two_factor::totp::Pending;
use crate::features::two_factor::views::{StepProblem, TotpEnrolPage};
use crate::features::two_factor::{attempts, proof_of};
use crate::web::{AppState, Context, Error, Form, see_other, urls};

pub(super) async fn show(State(state): State<AppState>, mut context: Context, place: Place) -> Result<Response, Error> {
    if !place.kinds(&context).contains(FactorKind::Totp) {
        return Ok(see_other(&urls::enrol(place.name())));
    }
    prefer(&mut context, &place);
    let Some(account) = place.account().cloned() else { return expired_page(&state, &mut context, None) };
    let Some(pending) = Pending::begin(&state, &mut context, &account) else {
        return expired_page(&state, &mut context, None);
    };
    let page = page(&place, &pending, account.email.as_str(), None);
    context.page(&state, StatusCode::OK, &page)
}

#[derive(Debug, Deserialize)]
pub(super) struct Typed {
    #[serde(default)]
    code: Secret<String>,
    slot: i64,
}

pub(super) async fn confirm(
    State(state): State<AppState>,
    mut context: Context,
    place: Place,
    Form(typed): Form<Typed>,
) -> Result<Response, Error> {
    if !place.kinds(&context).contains(FactorKind::Totp) {
        return Ok(see_other(&urls::enrol(place.name())));
    }
    prefer(&mut context, &place);
    let Some(account) = place.account().cloned() else { return expired_page(&state, &mut context, None) };
    let Some(pending) = Pending::again(&state, &mut context, &account, typed.slot) else {
        // The page was open too long: it begins anew with another key.
        return Ok(see_other(&urls::enrol_kind(place.name(), FactorKind::Totp)));
    };
    let checked = match attempts::begin(&state, account.id, FactorKind::Totp, context.now).await? {
        Some(blocked) => Err(StepProblem::TooMany { until: blocked.until.millis() }),
        None => pending.check(typed.code.expose(), context.now),
    };
    let step = match checked {
        Ok(step) => step,
        Err(problem) => {
            let page = page(&place, &pending, account.email.as_str(), Some(problem));
            return context.page(&state, StatusCode::UNPROCESSABLE_ENTITY, &page);
        }
    };
    let mut writer = state.db.writing().await?;
    if list_factors(&writer, account.id).await?.len() >= MOST_FACTORS {
        return Ok(see_other(urls::ACCOUNT_SECURITY));
    }
    attempts::forgive(&mut writer, account.id, FactorKind::Totp).await?;
    pending.enrol(&mut writer, &state, &context, &account, step).await?;
    let proof = proof_of(FactorKind::Totp, context.now);
    place.enrolled(&state, &mut context, writer, (FactorKind::Totp, false), proof).await
}

fn prefer(context: &mut Context, place: &Place) {
    if let Place::SignIn(passage) = place {
        context.prefer(passage.interaction.purpose.languages());
    }
}

fn page(place: &Place, pending: &Pending, account: &str, problem: Option<StepProblem>) -> TotpEnrolPage {
    let address = pending.address();
    let (width, path) = picture(&address);
    TotpEnrolPage {
        action: urls::enrol_kind(place.name(), FactorKind::Totp),
        back: urls::enrol(place.name()),
        slot: pending.slot,
        address,
        width,
        path,
        key: pending.key(),
        account: account.to_owned(),
        problem,
    }
}

/// The QR code of `text`: its width, and the path of its dark modules.
fn picture(text: &str) -> (usize, String) {
    // Only a text of more than 2,953 bytes has none.
    let Ok(code) = QrCode::new(text) else { return (0, String::new()) };
    let (width, colors) = (code.width(), code.to_colors());
    let mut path = String::new();
    for (index, color) in colors.iter().enumerate() {
        if *color == qrcode::Color::Dark {
            let _ = write!(path, "M{} {}h1v1h-1z", index % width, index / width);
        }
    }
    (width, path)
}
