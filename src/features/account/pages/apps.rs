//! The apps that the person gave something to (A7).

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::{Nothing, event, name_of_app};
use crate::features::account::views::{AppRow, AppsPage, RemoveAppPage};
use crate::features::audit::{self, Ink};
use crate::features::clients::Clients;
use crate::features::oidc::{Connection, disconnect, list_connections};
use crate::features::sessions::Member;
use crate::web::{AppState, Context, Error, Form, PageProblem, see_other, urls};

#[derive(Debug, Deserialize)]
pub(super) struct Done {
    removed: Option<String>,
}

pub(super) async fn apps(
    State(state): State<AppState>,
    mut context: Context,
    member: Member,
    Query(done): Query<Done>,
) -> Result<Response, Error> {
    let mut apps = Vec::new();
    for connection in list_connections(state.db.reading(), member.session.account_id, context.now).await? {
        apps.push(row(&state, connection).await?);
    }
    // Only the name of an app of ours is said, and only once it has nothing any more.
    let removed = match done.removed {
        Some(id) if !apps.iter().any(|app| app.id == id) => Clients::find(&state, &id).await?,
        _ => None,
    };
    context.signed_in = Some(member.shown());
    let page = AppsPage { apps, removed: removed.map(|client| client.name.clone()) };
    context.page(&state, StatusCode::OK, &page)
}

async fn row(state: &AppState, connection: Connection) -> Result<AppRow, Error> {
    let client = Clients::find(state, &connection.client_id).await?;
    Ok(AppRow {
        name: name_of_app(state, &connection.client_id).await?,
        home: client.and_then(|client| client.metadata.home_uri.clone()),
        id: connection.client_id,
        scopes: connection.scope.iter().map(str::to_owned).collect(),
        first_used: connection.first_used.millis(),
        last_used: connection.last_used.millis(),
    })
}

pub(super) async fn ask_removal(
    State(state): State<AppState>,
    mut context: Context,
    member: Member,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    let all = list_connections(state.db.reading(), member.session.account_id, context.now).await?;
    let Some(connection) = all.into_iter().find(|connection| connection.client_id == id) else {
        return Ok(PageProblem::NotFound.into_response_with(StatusCode::NOT_FOUND));
    };
    let page = RemoveAppPage { app: row(&state, connection).await? };
    context.signed_in = Some(member.shown());
    context.page(&state, StatusCode::OK, &page)
}

pub(super) async fn remove(
    State(state): State<AppState>,
    context: Context,
    member: Member,
    Path(id): Path<String>,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Response, Error> {
    let mut writer = state.db.writing().await?;
    if !disconnect(&mut writer, member.session.account_id, &id, context.now).await? {
        return Ok(PageProblem::NotFound.into_response_with(StatusCode::NOT_FOUND));
    }
    let event = event(&context, &member, "app.disconnect").through(&id);
    audit::record(&mut writer, Ink::of(&state, context.now), event).await?;
    writer.commit().await?;
    let id: String = url::form_urlencoded::byte_serialize(id.as_bytes()).collect();
    Ok(see_other(&format!("{}?removed={id}", urls::ACCOUNT_APPS)))
}
