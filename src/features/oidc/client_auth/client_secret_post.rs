//! `client_secret_post`: the secret is in the form.

use super::{Credentials, Found, Presented, Proof};
use crate::features::oidc::errors::{ErrorCode, OAuthError};

pub(super) fn find<'a>(presented: &Presented<'a>) -> Found<'a> {
    let secret = presented.parameters.get("client_secret")?.to_owned();
    let Some(client_id) = presented.parameters.get("client_id").map(str::to_owned) else {
        return Some(Err(OAuthError::new(ErrorCode::InvalidRequest, "client_id is missing")));
    };
    Some(Ok(Credentials { client_id, proof: Proof::Secret(secret) }))
}
