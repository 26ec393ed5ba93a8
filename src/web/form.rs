//! Forms of our own pages.

use axum::body::to_bytes;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::context::Context;
use super::csrf;
use super::error::{PageProblem, unavailable};
use super::state::AppState;

/// What a person filled in on one of our pages. Having one means: it came from our own page, in this browser.
#[derive(Clone, Debug)]
pub struct Form<T>(pub T);

#[derive(Deserialize)]
struct Token {
    #[serde(default)]
    csrf: String,
}

impl<T: DeserializeOwned> FromRequest<AppState> for Form<T> {
    type Rejection = Response;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Response> {
        let public = state.config.server.public_url.origin().ascii_serialization();
        if !csrf::is_same_origin(request.headers(), &public) {
            return Err(PageProblem::CrossSite.into_response_with(StatusCode::FORBIDDEN));
        }
        let context = request.extensions().get::<Context>().cloned();
        let limit = state.config.server.limits.body_kib as usize * 1024;
        let Ok(body) = to_bytes(request.into_body(), limit).await else {
            return Err(PageProblem::TooLarge.into_response_with(StatusCode::PAYLOAD_TOO_LARGE));
        };
        let Some(context) = context else { return Err(unavailable()) };
        let Some(browser) = &context.browser else {
            return Err(PageProblem::CookiesOff.into_response_with(StatusCode::BAD_REQUEST));
        };
        let token = serde_urlencoded::from_bytes::<Token>(&body).map(|form| form.csrf).unwrap_or_default();
        if !csrf::is_token(&state.mac, browser, &token) {
            return Err(PageProblem::StaleForm.into_response_with(StatusCode::FORBIDDEN));
        }
        serde_urlencoded::from_bytes(&body)
            .map(Self)
            .map_err(|_| PageProblem::BadRequest.into_response_with(StatusCode::BAD_REQUEST))
    }
}
