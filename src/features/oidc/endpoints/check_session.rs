//! The page that an app frames to see whether a sign-in changed (OpenID Connect Session Management, section 3.2).

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Response};

use crate::features::oidc::views::CheckSessionPage;
use crate::web::{AppState, Context, CookieKind, Error, Frame, allow_framing};

/// Answers with the page, which is the same for everybody.
pub(in crate::features::oidc) async fn check_session(
    State(state): State<AppState>,
    context: Context,
) -> Result<Response, Error> {
    if !state.config.offers_session_management() {
        return Ok(StatusCode::NOT_FOUND.into_response());
    }
    // It has no form, and a page of somebody else around it must not give this browser a secret.
    let frame = Frame {
        language: context.language,
        reference: context.reference.to_string(),
        csrf: String::new(),
        path: context.path.clone(),
        signed_in: None,
        now: context.now,
    };
    let page = CheckSessionPage { cookie: state.cookies.name(CookieKind::LoginState).to_owned() };
    let mut response = Html(state.templates.render(&frame, &page)?).into_response();
    allow_framing(response.headers_mut());
    Ok(response)
}
