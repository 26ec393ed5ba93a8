//! `authorization_code` (RFC 6749, section 4.1.3; RFC 7636, section 4.6): a code becomes tokens, once.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use super::{Call, Outcome};
use crate::features::oidc::bindings::Binding;
use crate::features::oidc::errors::{ErrorCode, OAuthError};
use crate::features::oidc::grant::Grant;
use crate::features::oidc::store;
use crate::features::oidc::tokens::invalid_grant;

pub(super) async fn run(call: Call<'_>) -> Outcome {
    let refused = || Ok(Err(invalid_grant().into()));
    let Some(code) = call.parameters.get("code") else {
        return Ok(Err(OAuthError::new(ErrorCode::InvalidRequest, "code is missing").into()));
    };
    let now = call.context.now;
    let Some(grant) = store::find_grant_by_code(call.state.db.reading(), code).await? else { return refused() };
    if grant.client_id != call.client.id || !fits(&grant, &call) {
        return refused();
    }
    if grant.code_used_at.is_some() {
        // Whoever has the code a second time may be a thief, and so may whoever had it first (RFC 6749, 4.1.2).
        call.revoke(&grant, "code.reuse").await?;
        return refused();
    }
    let (resources, details) = match call.narrowed(&grant) {
        Ok(narrowed) => narrowed,
        Err(error) => return Ok(Err(error.into())),
    };
    let mut writer = call.state.db.writing().await?;
    if !store::use_code(&mut writer, grant.id, now).await? {
        drop(writer);
        let used = store::find_grant(call.state.db.reading(), grant.id).await?;
        if used.is_some_and(|grant| grant.code_used_at.is_some()) {
            call.revoke(&grant, "code.reuse").await?;
        }
        return refused();
    }
    call.redeem(writer, grant, (&resources, details)).await
}

/// Whether address and verifier are those of the authorization request.
fn fits(grant: &Grant, call: &Call<'_>) -> bool {
    let details = &grant.details;
    if details.trial != call.trial {
        return false;
    }
    if call.parameters.get("redirect_uri").is_some_and(|sent| sent != details.redirect_uri) {
        return false;
    }
    let bound = details.dpop_jkt.clone().map(Binding::Key);
    if bound.is_some() && bound != call.binding {
        return false;
    }
    let challenge = call.parameters.get("code_verifier").map(|verifier| {
        let sound = (43..=128).contains(&verifier.len());
        sound.then(|| URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)))
    });
    match (&details.code_challenge, challenge) {
        (Some(asked), Some(Some(proven))) => bool::from(asked.as_bytes().ct_eq(proven.as_bytes())),
        // A verifier without a challenge is a downgrade (RFC 9700, section 2.1.1); without PKCE the address must be
        // named, since nothing else binds the code to the request.
        (None, None) => call.parameters.get("redirect_uri").is_some(),
        _ => false,
    }
}
