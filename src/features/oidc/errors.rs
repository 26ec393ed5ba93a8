//! Protocol errors (RFC 6749, sections 4.1.2.1 and 5.2; OpenID Connect Core, section 3.1.2.6).

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use strum::Display;

/// An error code of the specifications.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Display)]
#[strum(serialize_all = "snake_case")]
pub enum ErrorCode {
    /// A parameter is missing, doubled or malformed.
    InvalidRequest,
    /// The app did not register this response type or grant.
    UnauthorizedClient,
    /// The response type does not exist.
    UnsupportedResponseType,
    /// The scope is malformed, not the app's, or wider than granted.
    InvalidScope,
    /// The person or a rule refused.
    AccessDenied,
    /// With `prompt=none`: somebody would have to sign in.
    LoginRequired,
    /// With `prompt=none`: somebody would have to consent.
    ConsentRequired,
    /// Request objects are not taken.
    RequestNotSupported,
    /// Request objects are not fetched.
    RequestUriNotSupported,
    /// Registration parameters are not taken.
    RegistrationNotSupported,
    /// The app could not prove that it is itself.
    InvalidClient,
    /// A code or token is wrong, used, expired, or somebody else's.
    InvalidGrant,
    /// The grant type does not exist.
    UnsupportedGrantType,
    /// Something went wrong on our side.
    ServerError,
}

/// An error on its way to an app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OAuthError {
    /// The code.
    pub code: ErrorCode,
    /// What is wrong, for whoever looks after the app. Holds no internals and nothing that was sent.
    pub description: &'static str,
}

impl OAuthError {
    /// An error with a description.
    #[must_use]
    pub const fn new(code: ErrorCode, description: &'static str) -> Self {
        Self { code, description }
    }
}

/// An error as the token endpoint answers it (RFC 6749, section 5.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenError {
    /// The error.
    pub error: OAuthError,
    /// Whether the app tried the `Authorization` header: then the answer names the scheme.
    pub challenge: bool,
}

impl From<OAuthError> for TokenError {
    fn from(error: OAuthError) -> Self {
        Self { error, challenge: false }
    }
}

impl IntoResponse for TokenError {
    fn into_response(self) -> Response {
        let status = match self.error.code {
            ErrorCode::InvalidClient => StatusCode::UNAUTHORIZED,
            _ => StatusCode::BAD_REQUEST,
        };
        let body = json!({ "error": self.error.code.to_string(), "error_description": self.error.description });
        let mut response = (status, [(header::CACHE_CONTROL, "no-store")], Json(body)).into_response();
        if self.challenge {
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"token endpoint\""));
        }
        response
    }
}
