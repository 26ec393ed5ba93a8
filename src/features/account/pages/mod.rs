//! The pages of the account area.

mod activity;
mod apps;
mod data;
mod email;
mod leave;
mod password;
mod profile;
mod remove_password;
mod security;

use axum::Router;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use serde::Deserialize;

use crate::domain::ids::SessionId;
use crate::features::account::views::{OverviewPage, SessionRow, SessionsPage};
use crate::features::activity::Way;
use crate::features::audit::{self, Chain, Event, Ink};
use crate::features::clients::Clients;
use crate::features::oidc::apps_by_session;
use crate::features::sessions::{Lifetime, Member, Session, end_other_sessions, end_session, list_live_sessions};
use crate::web::{AppState, Context, Error, Form, Routes, browser_name, see_other, urls};

/// The routes of the account area.
pub fn routes() -> Routes {
    Router::new()
        .route(urls::ACCOUNT, get(overview))
        .route(urls::ACCOUNT_SECURITY, get(security::security))
        .route(urls::ACCOUNT_PASSWORD, get(password::show).post(password::change))
        .route(urls::ACCOUNT_PASSWORD_REMOVE, get(remove_password::ask).post(remove_password::remove))
        .route(urls::ACCOUNT_APPS, get(apps::apps))
        .route("/account/apps/{id}/remove", get(apps::ask_removal).post(apps::remove))
        .route(urls::ACCOUNT_ACTIVITY, get(activity::activity))
        .route(urls::ACCOUNT_ACTIVITY_CSV, get(activity::table))
        .route(urls::ACCOUNT_NOT_YOU, get(activity::not_you))
        .route("/account/organisations/{organisation}/leave", get(leave::ask).post(leave::leave))
        .route(urls::ACCOUNT_PROFILE, get(profile::show).post(profile::save))
        .route(urls::ACCOUNT_DATA, get(data::back).post(data::download))
        .route(urls::ACCOUNT_EMAIL, get(email::show).post(email::ask))
        .route(urls::ACCOUNT_EMAIL_CANCEL, post(email::cancel))
        .route("/email/confirm/{secret}", get(email::show_confirm).post(email::confirm))
        .route("/email/undo/{secret}", get(email::show_undo).post(email::undo))
        .route(urls::ACCOUNT_SESSIONS, get(sessions))
        .route(urls::ACCOUNT_SESSION_END, post(end_one))
        .route(urls::ACCOUNT_SESSIONS_END_OTHERS, post(end_others))
}

async fn overview(State(state): State<AppState>, mut context: Context, member: Member) -> Result<Response, Error> {
    let sessions = live_sessions(&state, &context, &member).await?;
    let account = &member.standing.account;
    let page = OverviewPage {
        name: account.name.clone(),
        email: account.email.to_string(),
        organisations: member
            .standing
            .memberships
            .iter()
            .filter(|place| place.disabled_at.is_none())
            .map(|place| (place.organisation_name.clone(), place.role))
            .collect(),
        signed_in_at: member.session.created_at.millis(),
        other_sessions: sessions.len().saturating_sub(1),
        protection: security::protection(state.db.reading(), account.id).await?,
        events: activity::last_events(&state, account.id, 5, context.now).await?,
    };
    context.signed_in = Some(member.shown());
    context.page(&state, StatusCode::OK, &page)
}

#[derive(Debug, Deserialize)]
struct Done {
    ended: Option<u64>,
}

async fn sessions(
    State(state): State<AppState>,
    mut context: Context,
    member: Member,
    Query(done): Query<Done>,
) -> Result<Response, Error> {
    let used = apps_by_session(state.db.reading(), member.session.account_id).await?;
    let mut sessions = Vec::new();
    for session in live_sessions(&state, &context, &member).await? {
        let mut apps = Vec::new();
        for id in used.get(&session.id).into_iter().flatten() {
            apps.push(name_of_app(&state, id).await?);
        }
        sessions.push(SessionRow {
            id: session.id.to_string(),
            browser: browser_name(session.user_agent.as_deref()).map(|(b, s)| (b.to_owned(), s.to_owned())),
            network: session.network.map(|network| network.to_string()),
            way: Way::of(&session.evidence),
            apps,
            started: session.created_at.millis(),
            last_used: session.last_used_at.millis(),
            here: session.id == member.session.id,
        });
    }
    sessions.sort_by_key(|row| !row.here);
    context.signed_in = Some(member.shown());
    context.page(&state, StatusCode::OK, &SessionsPage { sessions, ended: done.ended })
}

#[derive(Debug, Deserialize)]
struct One {
    session: SessionId,
}

async fn end_one(
    State(state): State<AppState>,
    context: Context,
    member: Member,
    Form(one): Form<One>,
) -> Result<Response, Error> {
    let account = member.session.account_id;
    let mut writer = state.db.writing().await?;
    let ended = end_session(&mut writer, account, one.session, context.now).await?;
    if ended {
        let event = event(&context, &member, "session.end").with("session", one.session.to_string());
        audit::record(&mut writer, Ink::of(&state, context.now), event).await?;
        writer.commit().await?;
    }
    Ok(back_to_list(u64::from(ended)))
}

#[derive(Debug, Deserialize)]
struct Nothing {}

async fn end_others(
    State(state): State<AppState>,
    context: Context,
    member: Member,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Response, Error> {
    let mut writer = state.db.writing().await?;
    let account = member.session.account_id;
    let ended = end_other_sessions(&mut writer, account, member.session.id, context.now).await?;
    audit::record(
        &mut writer,
        Ink::of(&state, context.now),
        event(&context, &member, "session.end").with("ended", ended),
    )
    .await?;
    writer.commit().await?;
    Ok(back_to_list(ended))
}

/// What people call an app; its identifier, when it is not registered any more.
async fn name_of_app(state: &AppState, id: &str) -> Result<String, Error> {
    let found = Clients::find(state, id).await?;
    Ok(found.map_or_else(|| id.to_owned(), |client| client.name.clone()))
}

async fn live_sessions(state: &AppState, context: &Context, member: &Member) -> Result<Vec<Session>, Error> {
    let lifetime = Lifetime::of(&state.config.sign_in).within(&member.standing.policy());
    Ok(list_live_sessions(state.db.reading(), member.session.account_id, context.now, lifetime).await?)
}

/// Something that a member did to the own account.
fn event(context: &Context, member: &Member, kind: &'static str) -> Event {
    let account = &member.standing.account;
    Event::new(Chain::Organisation(account.home_organisation_id), kind, "done")
        .by(account.id)
        .referred_to(context.reference)
        .with_personal("ip", context.client_ip.to_string())
}

fn back_to_list(ended: u64) -> Response {
    let to = format!("{}?ended={ended}", urls::ACCOUNT_SESSIONS);
    see_other(&to)
}
