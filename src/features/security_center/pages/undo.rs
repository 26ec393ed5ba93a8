//! Taking the last change of the rules back.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::save::{Applied, How, apply};
use super::{Office, UNDO, not_found};
use crate::features::interactions::FreshAdmin;
use crate::features::organisations::take_turn;
use crate::features::security_center::rules::Draft;
use crate::features::security_center::views::Problem;
use crate::web::{AppState, Context, Error, Form, see_other, urls};

#[derive(Debug, Deserialize)]
pub(super) struct Filled {
    version: i64,
}

/// The rules before the last change hold again, if that was a moment ago and nobody has changed them since.
pub(super) async fn undo(
    State(state): State<AppState>,
    mut context: Context,
    FreshAdmin(admin): FreshAdmin,
    Form(filled): Form<Filled>,
) -> Result<Response, Error> {
    let mut writer = state.db.writing().await?;
    take_turn(&mut writer, admin.organisation).await?;
    let office = Office::find(&state, &writer, &admin, context.now).await?;
    let change = office.rules.changed.filter(|change| change.by.is_some() && context.now < change.at.after(UNDO));
    let Some(change) = change.filter(|_| filled.version == office.rules.version) else {
        return Ok(see_other(urls::SECURITY_CENTER));
    };
    match apply(&state, &context, &mut writer, &office, (change.before, How::Undone)).await? {
        Applied::Done => {
            writer.commit().await?;
            Ok(see_other(&format!("{}?done=undone", urls::SECURITY_CENTER)))
        }
        Applied::NotAllowed => Ok(not_found()),
        Applied::Lockout(how) => {
            drop(writer);
            let draft = Draft::of(office.rules.policy, office.rules.version, context.now, &office.zone);
            let page = office.page(&state, &draft, Some(Problem::Lockout { how })).await?;
            context.signed_in = Some(admin.member.shown());
            context.page(&state, StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}
