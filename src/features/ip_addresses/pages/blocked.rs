//! Nothing may come from this network (H12).

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use crate::domain::sign_in::{Decision, Refusal};
use crate::features::interactions::{Passage, expired_page};
use crate::features::ip_addresses::views::BlockedPage;
use crate::features::networks::Owner;
use crate::features::sessions::Standing;
use crate::web::{AppState, Context, Error, Form, see_other, urls};

/// The sign-in `id`, if it is refused for its network; otherwise where to go instead. Only somebody who did every step
/// comes here, so the page tells no stranger anything.
async fn refused(
    state: &AppState,
    context: &mut Context,
    id: &str,
) -> Result<Result<(Passage, BlockedPage), Response>, Error> {
    let Some(passage) = Passage::find(state, context, id).await? else {
        return Ok(Err(expired_page(state, context, None)?));
    };
    context.prefer(passage.interaction.purpose.languages());
    let (Decision::Refuse(Refusal::NetworkBlocked), Some(standing)) =
        (passage.decision(context.now), &passage.standing)
    else {
        return Ok(Err(see_other(&passage.next_page(context.now))));
    };
    let page = page_of(context, &passage, standing);
    Ok(Ok((passage, page)))
}

fn page_of(context: &Context, passage: &Passage, standing: &Standing) -> BlockedPage {
    let here = context.client_ip.network();
    let block = standing.places.blocked(here).or_else(|| standing.places.blocked(passage.network()));
    BlockedPage {
        action: urls::blocked_network(passage.interaction.id),
        anew: urls::sign_in_anew(passage.interaction.id),
        network: block.map(|entry| entry.network.to_string()).unwrap_or_default(),
        organisation: standing.home().map(|home| home.organisation_name.clone()).unwrap_or_default(),
        for_all: block.is_some_and(|entry| matches!(entry.owner, Owner::Organisation(_))),
        asked: false,
        told: false,
    }
}

/// What was done just now.
#[derive(Debug, Deserialize)]
pub(super) struct Done {
    asked: Option<String>,
}

pub(super) async fn show(
    State(state): State<AppState>,
    mut context: Context,
    Path(id): Path<String>,
    Query(done): Query<Done>,
) -> Result<Response, Error> {
    match refused(&state, &mut context, &id).await? {
        Ok((_, page)) => {
            context.page(&state, StatusCode::FORBIDDEN, &BlockedPage { asked: done.asked.is_some(), ..page })
        }
        Err(response) => Ok(response),
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Nothing {}

/// Tells the administrators.
pub(super) async fn ask(
    State(state): State<AppState>,
    mut context: Context,
    Path(id): Path<String>,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Response, Error> {
    let (passage, page) = match refused(&state, &mut context, &id).await? {
        Ok(found) => found,
        Err(response) => return Ok(response),
    };
    if passage.ask_administrators(&state, &context, true).await? {
        return Ok(see_other(&format!("{}?asked=1", page.action)));
    }
    context.page(&state, StatusCode::TOO_MANY_REQUESTS, &BlockedPage { told: true, ..page })
}
