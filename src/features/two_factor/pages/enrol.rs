//! Setting up a second factor: which kind (H13)?

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::place::Place;
use crate::domain::sign_in::{Answers, EnrolmentReason, Question};
use crate::features::interactions::respond;
use crate::features::two_factor::kinds_at_hand;
use crate::features::two_factor::views::{EnrolPage, Setup};
use crate::web::{AppState, Context, Error, Form, see_other, urls};

pub(super) async fn show(State(state): State<AppState>, mut context: Context, place: Place) -> Result<Response, Error> {
    let name = place.name();
    let kinds = place.kinds(&context).and(kinds_at_hand(&state.config));
    let kinds =
        kinds.iter().map(|kind| Setup { kind, strength: kind.strength(), to: urls::enrol_kind(&name, kind) }).collect();
    let mut page = EnrolPage {
        why: "account",
        organisation: None,
        from: None,
        app: None,
        kinds,
        skip: None,
        leave: urls::ACCOUNT_SECURITY.to_owned(),
    };
    if let (Place::SignIn(passage), Some(Question::Enrol { why, may_skip, .. })) = (&place, place.question(&context)) {
        context.prefer(passage.interaction.purpose.languages());
        page.why = match why {
            EnrolmentReason::Demanded => "demanded",
            EnrolmentReason::Announced { .. } => "announced",
            EnrolmentReason::RecoveryCodeUsed => "recovery_code_used",
        };
        page.from = match why {
            EnrolmentReason::Announced { from } => Some(from.millis()),
            _ => None,
        };
        let standing = passage.standing.as_ref();
        page.organisation =
            standing.and_then(|standing| standing.name_of(standing.policy().second_factor.maker)).map(str::to_owned);
        page.app = passage.interaction.purpose.app_name().map(str::to_owned);
        page.skip = may_skip.then(|| format!("{}/skip", urls::enrol(&name)));
        page.leave = urls::sign_in_anew(&name);
    }
    context.page(&state, StatusCode::OK, &page)
}

#[derive(Debug, Deserialize)]
pub(super) struct Nothing {}

/// Not now.
pub(super) async fn skip(
    State(state): State<AppState>,
    mut context: Context,
    place: Place,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Response, Error> {
    let may_skip = matches!(place.question(&context), Some(Question::Enrol { may_skip: true, .. }));
    let name = place.name();
    match place {
        Place::SignIn(mut passage) if may_skip => {
            // Among the choices was a passkey: it is not offered once more on the way out.
            let remember = passage.interaction.answers.remember;
            passage.interaction.answers = Answers { enrolment_skipped: true, offer_answered: true, remember };
            let writer = state.db.writing().await?;
            let onward = passage.finish(&state, &context, writer, "sign_in.enrol_later").await?;
            respond(&state, &mut context, onward)
        }
        _ => Ok(see_other(&urls::enrol(name))),
    }
}
