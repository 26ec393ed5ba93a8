//! All that is kept about a member, to take along.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse as _, Response};

use super::{Nothing, event};
use crate::features::audit::{self, Ink};
use crate::features::interactions::Fresh;
use crate::features::privacy::export_person;
use crate::web::{AppState, Context, Error, Form, see_other, urls};

/// Back to the button, for who had to show first that they are who they are.
pub(super) async fn back(Fresh(_): Fresh) -> Response {
    see_other(&format!("{}?done=confirmed", urls::ACCOUNT_PROFILE))
}

pub(super) async fn download(
    State(state): State<AppState>,
    context: Context,
    Fresh(member): Fresh,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Response, Error> {
    let mut writer = state.db.writing().await?;
    let event = event(&context, &member, "account.export");
    audit::record(&mut writer, Ink::of(&state, context.now), event).await?;
    let all = export_person(&writer, member.standing.account.id).await?;
    writer.commit().await?;
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"my-data.json\""));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok((headers, format!("{all:#}")).into_response())
}
