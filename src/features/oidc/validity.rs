//! Whether a token counts at this moment: one answer for every endpoint.

use std::sync::Arc;

use serde_json::Value;

use super::grant::Grant;
use super::store;
use super::tokens::{ACCESS_TOKEN, grant_in};
use crate::domain::sign_in::{Clearance, Decision, decide};
use crate::domain::{Scope, Timestamp};
use crate::features::audit::{self, Chain, Event, Ink};
use crate::features::clients::{Client, Clients};
use crate::features::sessions::{Standing, facts_later, find_standing};
use crate::features::signing::Signing;
use crate::keys::{Claims, verify};
use crate::storage::Reader;
use crate::web::{AppState, Context, Error};

/// What the tables call an access token that was revoked by itself.
const REVOKED: &str = "revoked access token";

/// An access token that counts.
pub(super) struct LiveToken {
    /// What it says.
    pub(super) claims: Claims,
    /// The app that it was given to.
    pub(super) client: Arc<Client>,
    /// What it opens.
    pub(super) scope: Scope,
    /// Whom it is about; none where an app acts for itself.
    pub(super) person: Option<Person>,
}

/// Whom a token is about.
pub(super) struct Person {
    /// What the app was given.
    pub(super) grant: Grant,
    /// Where the account stands.
    pub(super) standing: Standing,
    /// What the rules of now said.
    pub(super) clearance: Clearance,
}

impl LiveToken {
    /// A claim that is a text; empty where there is none.
    pub(super) fn text(&self, name: &str) -> &str {
        text(&self.claims, name)
    }

    /// The thumbprint of the key that it is bound to.
    pub(super) fn key(&self) -> Option<&str> {
        self.claims.get("cnf")?.get("jkt")?.as_str()
    }

    /// Whether it is meant for this audience.
    pub(super) fn is_for(&self, audience: &str) -> bool {
        match self.claims.get("aud") {
            Some(Value::String(one)) => one == audience,
            Some(Value::Array(several)) => several.iter().any(|one| one.as_str() == Some(audience)),
            _ => false,
        }
    }
}

fn text<'a>(claims: &'a Claims, name: &str) -> &'a str {
    claims.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// What an access token says, if we signed it and it has not expired.
pub(super) async fn read_access_token(state: &AppState, token: &str, now: Timestamp) -> Result<Option<Claims>, Error> {
    let ring = Signing::ring(state).await?;
    let Ok(claims) = verify(token, ACCESS_TOKEN, &ring, now) else { return Ok(None) };
    let expires = claims.get("exp").and_then(Value::as_i64).unwrap_or_default();
    let holds = text(&claims, "iss") == state.config.server.issuer() && now.seconds() < expires;
    Ok(holds.then_some(claims))
}

/// The access token, if everything that it rests on counts at this moment: signature, lifetime, app, grant, account, and
/// the rules of now about how the person signed in.
pub(super) async fn find_live_token(state: &AppState, token: &str, now: Timestamp) -> Result<Option<LiveToken>, Error> {
    let Some(claims) = read_access_token(state, token, now).await? else { return Ok(None) };
    let client = Clients::find(state, text(&claims, "client_id")).await?;
    let Some(client) = client.filter(|client| client.disabled_at.is_none()) else { return Ok(None) };
    let scope = text(&claims, "scope").parse().unwrap_or_default();
    let db = state.db.reading();
    let jti = text(&claims, "jti");
    let Some(id) = grant_in(jti) else {
        let revoked = store::was_token_seen(db, &[REVOKED, jti]).await?;
        return Ok((!revoked).then_some(LiveToken { claims, client, scope, person: None }));
    };
    let Some(grant) = store::find_grant(db, id).await? else { return Ok(None) };
    if grant.has_revoked_tokens && store::was_token_seen(db, &[REVOKED, jti]).await? {
        return Ok(None);
    }
    // A token that was traded for another ends with the app that the person gave it to.
    let giver = Clients::find(state, &grant.client_id).await?;
    if giver.is_none_or(|giver| giver.disabled_at.is_some()) {
        return Ok(None);
    }
    let judged = judge(db, &grant, now).await?;
    Ok(judged.map(|(clearance, standing)| {
        let person = Some(Person { grant, standing, clearance });
        LiveToken { claims, client, scope, person }
    }))
}

/// Judges a grant that is used again: the evidence as of sign-in, under the rules of now.
pub(super) async fn judge(db: &Reader, grant: &Grant, now: Timestamp) -> Result<Option<(Clearance, Standing)>, Error> {
    if !grant.is_live(now) {
        return Ok(None);
    }
    let Some(standing) = find_standing(db, grant.account_id, [grant.details.evidence.network]).await? else {
        return Ok(None);
    };
    // Whoever belongs to the organisation no more acts for it no more.
    let place = grant.details.organisation.map(|id| standing.place(id).map(|place| place.id));
    if place.is_some_and(|place| place.is_none() || place != grant.details.membership) {
        return Ok(None);
    }
    let facts = facts_later(&grant.details.evidence, Some(&standing), Some(grant.created_at), (None, now));
    Ok(match decide(&facts) {
        Decision::Issue(clearance) => Some((clearance, standing)),
        Decision::Ask(_) | Decision::Refuse(_) => None,
    })
}

/// Takes a whole grant back: its code and all its tokens count no more.
pub(super) async fn take_back(
    state: &AppState,
    context: &Context,
    grant: &Grant,
    kind: &'static str,
) -> Result<(), Error> {
    let now = context.now;
    let mut writer = state.db.writing().await?;
    if store::revoke_grant(&mut writer, grant.id, now).await? {
        let event = Event::new(Chain::Instance, kind, "revoked")
            .about(grant.account_id)
            .through(&grant.client_id)
            .referred_to(context.reference)
            .with("grant", grant.id.to_string())
            .with_personal("ip", context.client_ip.to_string());
        audit::record(&mut writer, Ink::of(state, now), event).await?;
        writer.commit().await?;
    }
    Ok(())
}

/// Revokes one access token; its grant and its other tokens stay.
pub(super) async fn revoke_access_token(state: &AppState, claims: &Claims) -> Result<(), Error> {
    let jti = text(claims, "jti");
    let expires = claims.get("exp").and_then(Value::as_i64).unwrap_or_default();
    let mut writer = state.db.writing().await?;
    store::see_token(&mut writer, &[REVOKED, jti], Timestamp::from_seconds(expires)).await?;
    if let Some(grant) = grant_in(jti) {
        store::mark_revoked_tokens(&mut writer, grant).await?;
    }
    Ok(writer.commit().await?)
}
