//! Sending the browser on.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};

/// On to another page with a GET (RFC 9110, section 15.4.4): never 307, which would send a password along.
#[must_use]
pub fn see_other(to: &str) -> Response {
    let mut headers = HeaderMap::new();
    if let Ok(to) = HeaderValue::try_from(to) {
        headers.insert(header::LOCATION, to);
    }
    (StatusCode::SEE_OTHER, headers).into_response()
}
