//! The endpoints of the protocol, a file each.

pub(super) mod discovery;
pub(super) mod end_session;
pub(super) mod introspect;
pub(super) mod par;
pub(super) mod revoke;
pub(super) mod token;
pub(super) mod userinfo;

use axum::http::{HeaderMap, header};

use super::errors::{ErrorCode, OAuthError};
use super::parameters::Parameters;

/// The parameters of a form that an app sends.
fn form(headers: &HeaderMap, body: &[u8]) -> Result<Parameters, OAuthError> {
    let is_form = headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
    if !is_form {
        let description = "send the parameters as application/x-www-form-urlencoded";
        return Err(OAuthError::new(ErrorCode::InvalidRequest, description));
    }
    let parameters = Parameters::parse(body);
    parameters.refuse_doubled()?;
    Ok(parameters)
}

/// The `Authorization` header; one that is no text counts as one that cannot be read.
fn authorization(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::AUTHORIZATION).map(|value| value.to_str().unwrap_or_default())
}
