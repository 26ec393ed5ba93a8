//! Which organisation somebody acts for in an app (H19).

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use crate::domain::ids::OrganisationId;
use crate::features::audit::{self, Chain, Event, Ink};
use crate::features::interactions::expired_page;
use crate::features::oidc::authorize::{self, Resumed, places};
use crate::features::oidc::store;
use crate::features::oidc::views::{OrganisationPage, PlaceRow};
use crate::web::{AppState, Context, Error, Form, see_other, urls};

#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    /// What an organisation is looked for by.
    #[serde(default)]
    q: String,
}

pub(super) async fn show(
    State(state): State<AppState>,
    mut context: Context,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Error> {
    let Some(resumed) = authorize::open(&state, &context, &id).await? else {
        return expired_page(&state, &mut context, None);
    };
    context.prefer(resumed.interaction.purpose.languages());
    let Resumed { interaction, client, member, .. } = resumed;
    let Some(member) = member else { return Ok(see_other(&urls::sign_in_anew(interaction.id))) };
    let last = store::find_choice(state.db.reading(), member.session.account_id, &client.id).await?;
    let mut rows: Vec<PlaceRow> = places(&member)
        .map(|place| PlaceRow {
            id: place.organisation_id.to_string(),
            name: place.organisation_name.clone(),
            role: place.role,
            last: last.is_some_and(|(id, ..)| id == place.organisation_id),
            shown: true,
        })
        .collect();
    rows.sort_by_key(|row| (!row.last, row.name.to_lowercase()));
    let (action, account) = (urls::choose_organisation(interaction.id), member.standing.account.email.to_string());
    let page = OrganisationPage::of((action, client.name.clone(), account), rows, &asked.q);
    context.page(&state, StatusCode::OK, &page)
}

#[derive(Debug, Deserialize)]
pub(super) struct Chosen {
    organisation: String,
}

pub(super) async fn choose(
    State(state): State<AppState>,
    mut context: Context,
    Path(id): Path<String>,
    Form(chosen): Form<Chosen>,
) -> Result<Response, Error> {
    let Some(resumed) = authorize::open(&state, &context, &id).await? else {
        return expired_page(&state, &mut context, None);
    };
    let Resumed { interaction, client, member, .. } = resumed;
    let Some(member) = member else { return Ok(see_other(&urls::sign_in_anew(interaction.id))) };
    // Whatever was sent: only a place of this person counts.
    let wanted = chosen.organisation.parse::<OrganisationId>().ok();
    let Some(place) = wanted.and_then(|id| member.standing.place(id)) else {
        return Ok(see_other(&urls::choose_organisation(interaction.id)));
    };
    let (account, now) = (&member.standing.account, context.now);
    let mut writer = state.db.writing().await?;
    let chosen = (place.organisation_id, member.session.id);
    store::choose(&mut writer, (account.id, &client.id), chosen, now).await?;
    let event = Event::new(Chain::Organisation(account.home_organisation_id), "app.organisation", "chosen")
        .by(account.id)
        .through(&client.id)
        .referred_to(context.reference)
        .with("organisation", place.organisation_id.to_string());
    audit::record(&mut writer, Ink::of(&state, now), event).await?;
    writer.commit().await?;
    Ok(see_other(&urls::returning(interaction.id)))
}
