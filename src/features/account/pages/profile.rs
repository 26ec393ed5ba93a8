//! Name and language (A9).

use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;

use super::event;
use crate::domain::Language;
use crate::domain::names::parse_name;
use crate::features::account::rules::kept_part;
use crate::features::account::store::find_pending_email_change;
use crate::features::account::views::{PlaceRow, ProfilePage};
use crate::features::accounts::{Profile, set_profile};
use crate::features::audit::{self, Ink};
use crate::features::sessions::Member;
use crate::web::{AppState, Context, CookieKind, Error, Form, see_other, urls};

#[derive(Debug, Deserialize)]
pub(super) struct Done {
    done: Option<String>,
}

impl Done {
    fn known(&self) -> Option<&'static str> {
        ["saved", "asked", "cancelled", "changed", "confirmed", "left"]
            .into_iter()
            .find(|known| self.done.as_deref() == Some(known))
    }
}

/// Where somebody belongs, home first, and where they leave the others.
fn organisations(member: &Member) -> Vec<PlaceRow> {
    let home = member.standing.account.home_organisation_id;
    let mut rows: Vec<PlaceRow> = member
        .standing
        .memberships
        .iter()
        .map(|place| PlaceRow {
            name: place.organisation_name.clone(),
            role: place.role,
            home: place.organisation_id == home,
            off: !place.is_active(),
            leave: (place.organisation_id != home).then(|| urls::leave(place.organisation_id)),
        })
        .collect();
    rows.sort_by_key(|row| !row.home);
    rows
}

async fn page(state: &AppState, context: &Context, member: &Member) -> Result<ProfilePage, Error> {
    let account = &member.standing.account;
    let pending = find_pending_email_change(state.db.reading(), account.id, context.now).await?;
    Ok(ProfilePage {
        name: account.name.clone(),
        username: account.username.clone(),
        language: account.language,
        email: account.email.to_string(),
        pending: pending.map(|change| (change.new_email.to_string(), change.expires_at.millis())),
        organisations: organisations(member),
        wrong: false,
        done: None,
    })
}

pub(super) async fn show(
    State(state): State<AppState>,
    mut context: Context,
    member: Member,
    Query(done): Query<Done>,
) -> Result<Response, Error> {
    let page = ProfilePage { done: done.known(), ..page(&state, &context, &member).await? };
    context.signed_in = Some(member.shown());
    context.page(&state, StatusCode::OK, &page)
}

#[derive(Debug, Deserialize)]
pub(super) struct Filled {
    #[serde(default)]
    name: String,
    language: Language,
}

pub(super) async fn save(
    State(state): State<AppState>,
    mut context: Context,
    member: Member,
    Form(filled): Form<Filled>,
) -> Result<Response, Error> {
    let account = &member.standing.account;
    let Some(name) = parse_name(&filled.name) else {
        let page = page(&state, &context, &member).await?;
        let page = ProfilePage { name: filled.name, language: filled.language, wrong: true, ..page };
        context.signed_in = Some(member.shown());
        return context.page(&state, StatusCode::UNPROCESSABLE_ENTITY, &page);
    };
    let profile = Profile {
        given_name: kept_part(account.given_name.clone(), &name, false),
        family_name: kept_part(account.family_name.clone(), &name, true),
        language: filled.language,
        name,
    };
    let mut writer = state.db.writing().await?;
    let event = event(&context, &member, "profile.change").with_personal("name", profile.name.clone());
    set_profile(&mut writer, account.id, profile, context.now).await?;
    audit::record(&mut writer, Ink::of(&state, context.now), event).await?;
    writer.commit().await?;
    let mut headers = HeaderMap::new();
    state.cookies.set_for_a_year(&mut headers, CookieKind::Language, filled.language.code());
    Ok((headers, see_other(&format!("{}?done=saved", urls::ACCOUNT_PROFILE))).into_response())
}
