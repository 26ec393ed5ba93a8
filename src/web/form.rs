//! Forms of our own pages.

use axum::body::{Bytes, to_bytes};
use axum::extract::{FromRequest, Request};
use axum::http::{StatusCode, header};
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
        let body = own_body(request, state, |body| serde_urlencoded::from_bytes(body).ok()).await?;
        serde_urlencoded::from_bytes(&body).map(Self).map_err(|_| bad_request())
    }
}

/// What a script of one of our own pages sent: a JSON object with the token of the forms in its field `csrf`. Having one
/// means the same as having a [`Form`].
#[derive(Clone, Debug)]
pub struct JsonForm<T>(pub T);

impl<T: DeserializeOwned> FromRequest<AppState> for JsonForm<T> {
    type Rejection = Response;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Response> {
        // A form of another site cannot have this type without asking first (Fetch, section 3.2).
        let is_json = request.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind == "application/json");
        if !is_json {
            return Err(PageProblem::BadRequest.into_response_with(StatusCode::UNSUPPORTED_MEDIA_TYPE));
        }
        let body = own_body(request, state, |body| serde_json::from_slice(body).ok()).await?;
        serde_json::from_slice(&body).map(Self).map_err(|_| bad_request())
    }
}

/// The body of a request that came from our own page, in this browser.
async fn own_body(
    request: Request,
    state: &AppState,
    read_token: impl Fn(&[u8]) -> Option<Token> + Send,
) -> Result<Bytes, Response> {
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
    let token = read_token(&body).map(|form| form.csrf).unwrap_or_default();
    if !csrf::is_token(&state.mac, browser, &token) {
        return Err(PageProblem::StaleForm.into_response_with(StatusCode::FORBIDDEN));
    }
    Ok(body)
}

fn bad_request() -> Response {
    PageProblem::BadRequest.into_response_with(StatusCode::BAD_REQUEST)
}
