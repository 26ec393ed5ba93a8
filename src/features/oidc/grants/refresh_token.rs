//! `refresh_token` (RFC 6749, section 6; RFC 9700, section 4.14): new tokens without the person.
//!
//! The token of an app without a secret is replaced at every use; a replaced one that comes back ends the whole
//! grant, since one of the two who have it is a thief. An app with a secret, or with a key that the token is bound to,
//! keeps its token.

use std::time::Duration;

use super::{Call, Outcome};
use crate::domain::{Scope, Secret};
use crate::features::oidc::bindings::Binding;
use crate::features::oidc::errors::{ErrorCode, OAuthError};
use crate::features::oidc::grant::Grant;
use crate::features::oidc::store::{self, RefreshToken};
use crate::features::oidc::tokens::{Beside, Mint, invalid_grant};
use crate::features::signing::Signing;
use crate::keys::Place;
use crate::web::Error;

pub(super) async fn run(call: Call<'_>) -> Outcome {
    let refused = || Ok(Err(invalid_grant().into()));
    let Some(sent) = call.parameters.get("refresh_token") else {
        return Ok(Err(OAuthError::new(ErrorCode::InvalidRequest, "refresh_token is missing").into()));
    };
    let now = call.context.now;
    let db = call.state.db.reading();
    let Some(token) = store::find_refresh_token(db, sent).await? else { return refused() };
    let Some(grant) = store::find_grant(db, token.grant_id).await? else { return refused() };
    if grant.client_id != call.client.id || !grant.is_live(now) || now >= token.expires_at {
        return refused();
    }
    let shown = call.binding.as_ref().map(Binding::kept);
    if token.key.is_some() && token.key != shown {
        return refused();
    }
    let scope = match call.parameters.get("scope").map(str::parse::<Scope>) {
        None => grant.scope.clone(),
        Some(Ok(narrower)) if narrower.is_within(&grant.scope) => narrower,
        Some(_) => return Ok(Err(OAuthError::new(ErrorCode::InvalidScope, "the scope is wider than granted").into())),
    };
    let (resources, details) = match call.narrowed(&grant) {
        Ok(narrowed) => narrowed,
        Err(error) => return Ok(Err(error.into())),
    };
    let Some((clearance, standing)) = call.clear(db, &grant).await? else { return refused() };
    let ring = Signing::ring(call.state).await?;
    let replacement = if call.client.is_confidential() || token.key.is_some() {
        None
    } else {
        match replace(&call, &grant, &token).await? {
            Some(replacement) => Some(replacement),
            None => return refused(),
        }
    };
    let mint = Mint { state: call.state, ring: &ring, client: &call.client, now };
    let access_token =
        mint.access_token(&clearance, &grant, (&scope, &details), (&resources, call.binding.as_ref()))?;
    let claims = call.named_claims(&standing, &grant);
    let beside = Beside { access_token: Some(&access_token), claims, ..Beside::default() };
    let id_token = scope.contains("openid").then(|| mint.id_token(&clearance, &grant, beside)).transpose()?;
    let mut answer = call.answer(access_token, scope);
    answer.authorization_details = details;
    answer.id_token = id_token;
    answer.refresh_token = Some(replacement.map_or_else(|| sent.to_owned(), |secret| secret.expose().clone()));
    Ok(Ok(answer))
}

/// Replaces a token; for a moment after that, gives the same replacement again to whoever lost the answer.
async fn replace(call: &Call<'_>, grant: &Grant, token: &RefreshToken) -> Result<Option<Secret<String>>, Error> {
    let now = call.context.now;
    let random = call.state.random.as_ref();
    let row = token.id.to_string();
    let place = Place { table: "refresh_tokens", column: "successor", row: &row };
    let mut writer = call.state.db.writing().await?;
    let successor = store::add_refresh_token(&mut writer, grant.id, token.expires_at, None, (now, random)).await?;
    let sealed = call.state.vault.seal(place, successor.expose().as_bytes(), random);
    if store::use_refresh_token(&mut writer, token.id, &sealed, now).await? {
        writer.commit().await?;
        return Ok(Some(successor));
    }
    drop(writer);
    let Some(used) = store::find_refresh_token_by_id(call.state.db.reading(), token.id).await? else { return Ok(None) };
    let grace = Duration::from_secs(call.state.config.tokens.refresh_grace_seconds.into());
    let recent = used.used_at.is_some_and(|used_at| now.since(used_at) < grace);
    if let Some(sealed) = used.successor.as_deref().filter(|_| recent) {
        let opened = call.state.vault.open(place, sealed)?;
        return Ok(String::from_utf8(opened.expose().clone()).ok().map(Secret::new));
    }
    call.revoke(grant, "refresh_token.reuse").await?;
    Ok(None)
}
