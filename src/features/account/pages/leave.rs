//! Leaving an organisation that is not the one at home.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use crate::domain::ids::OrganisationId;
use crate::features::account::views::LeavePage;
use crate::features::audit::{self, Chain, Event, Ink};
use crate::features::interactions::Fresh;
use crate::features::organisations::{Membership, remove_membership, take_turn};
use crate::features::sessions::Member;
use crate::web::{AppState, Context, Error, Form, PageProblem, see_other, urls};

/// The membership that somebody may end by themselves.
fn place<'a>(member: &'a Member, id: &str) -> Option<&'a Membership> {
    let id: OrganisationId = id.parse().ok()?;
    let home = member.standing.account.home_organisation_id;
    member.standing.memberships.iter().find(|place| place.organisation_id == id && id != home)
}

pub(super) async fn ask(
    State(state): State<AppState>,
    mut context: Context,
    Fresh(member): Fresh,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    let Some(place) = place(&member, &id) else {
        return Ok(PageProblem::NotFound.into_response_with(StatusCode::NOT_FOUND));
    };
    let page = LeavePage { action: urls::leave(place.organisation_id), organisation: place.organisation_name.clone() };
    context.signed_in = Some(member.shown());
    context.page(&state, StatusCode::OK, &page)
}

#[derive(Debug, Deserialize)]
pub(super) struct Nothing {}

/// Ends the membership; what apps were given for it counts no more.
pub(super) async fn leave(
    State(state): State<AppState>,
    context: Context,
    Fresh(member): Fresh,
    Path(id): Path<String>,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Response, Error> {
    let Some(place) = place(&member, &id) else {
        return Ok(PageProblem::NotFound.into_response_with(StatusCode::NOT_FOUND));
    };
    let account = &member.standing.account;
    let mut writer = state.db.writing().await?;
    take_turn(&mut writer, place.organisation_id).await?;
    if remove_membership(&mut writer, (place.organisation_id, account.id)).await? {
        let event = Event::new(Chain::Organisation(place.organisation_id), "membership.leave", "done")
            .by(account.id)
            .referred_to(context.reference)
            .with_personal("subject_name", account.name.clone())
            .with_personal("ip", context.client_ip.to_string());
        let event = event.about(account.id);
        audit::record(&mut writer, Ink::of(&state, context.now), event).await?;
        writer.commit().await?;
    }
    Ok(see_other(&format!("{}?done=left", urls::ACCOUNT_PROFILE)))
}
