//! `client_credentials` (RFC 6749, section 4.4): an app acts for itself.

use super::{Call, Outcome};
use crate::domain::Scope;
use crate::domain::sign_in::decide_app;
use crate::features::oidc::details::Details;
use crate::features::oidc::errors::{ErrorCode, OAuthError};
use crate::features::oidc::resources::resources;
use crate::features::oidc::tokens::Mint;
use crate::features::signing::Signing;

pub(super) async fn run(call: Call<'_>) -> Outcome {
    let refused = |code, description| Ok(Err(OAuthError::new(code, description).into()));
    if !call.client.is_confidential() {
        return refused(ErrorCode::UnauthorizedClient, "an app without a secret cannot act for itself");
    }
    let Ok(clearance) = decide_app(call.client.disabled_at.is_some()) else {
        return refused(ErrorCode::InvalidClient, "the app is switched off");
    };
    // There is nobody whom an ID token or a refresh token could be about.
    let allowed = call.client.metadata.scope.except("openid").except("offline_access");
    let scope = match call.parameters.get("scope").map(str::parse::<Scope>) {
        None => allowed,
        Some(Ok(wanted)) if wanted.is_within(&allowed) => wanted,
        Some(_) => return refused(ErrorCode::InvalidScope, "this app may not ask for these scopes"),
    };
    let resources = match resources(call.parameters, &call.client.metadata.audiences) {
        Ok(resources) => resources,
        Err(error) => return Ok(Err(error.into())),
    };
    let details = Details::read(call.parameters, &call.client, &call.state.config.oidc.authorization_details);
    let details = match details {
        Ok(details) => details,
        Err(error) => return Ok(Err(error.into())),
    };
    let ring = Signing::ring(call.state).await?;
    let mint = Mint { state: call.state, ring: &ring, client: &call.client, now: call.context.now };
    let token = mint.app_token(&clearance, (&scope, &details), resources, call.binding.as_ref())?;
    let mut answer = call.answer(token, scope);
    answer.authorization_details = details;
    Ok(Ok(answer))
}
