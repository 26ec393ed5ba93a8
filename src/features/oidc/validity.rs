//! Whether a token counts at this moment: one answer for every endpoint.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::bindings::Binding;
use super::grant::Grant;
use super::store;
use super::tokens::{ACCESS_TOKEN, grant_in};
use crate::domain::sign_in::{AppFacts, Clearance, ConsentFacts, Decision, decide};
use crate::domain::{Scope, Timestamp};
use crate::features::audit::{self, Chain, Event, Ink};
use crate::features::clients::{Client, Clients};
use crate::features::sessions::{Standing, facts_later, find_session, find_standing};
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

    /// What it is bound to.
    pub(super) fn binding(&self) -> Option<Binding> {
        self.claims.get("cnf").and_then(Binding::read)
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
    let Some(giver) = Clients::find(state, &grant.client_id).await? else { return Ok(None) };
    let judged = judge(db, &giver, &grant, now).await?;
    // Whoever traded it is judged as well as whoever the person gave it to.
    if client.id != giver.id && judge(db, &client, &grant, now).await?.is_none() {
        return Ok(None);
    }
    Ok(judged.map(|(clearance, standing)| {
        let person = Some(Person { grant, standing, clearance });
        LiveToken { claims, client, scope, person }
    }))
}

/// The app that an access token for `audience` was given to, acting for itself, and what it may do there by the
/// registration of now. A token that is about a person is none, nor is one that is bound to a key: nothing here asks for
/// the proof.
///
/// # Errors
///
/// When the database refuses.
pub async fn find_app_token(
    state: &AppState,
    token: &str,
    audience: &str,
    now: Timestamp,
) -> Result<Option<(Arc<Client>, Scope)>, Error> {
    let Some(live) = find_live_token(state, token, now).await? else { return Ok(None) };
    let may_still = live.client.may_use("client_credentials")
        && live.client.metadata.audiences.iter().any(|registered| registered == audience);
    if live.person.is_some() || !live.is_for(audience) || live.claims.contains_key("cnf") || !may_still {
        return Ok(None);
    }
    let scope = live.scope.and(&live.client.metadata.scope);
    Ok(Some((live.client, scope)))
}

/// Judges a grant that `client` uses again: the evidence as of sign-in, under the rules of now.
///
/// How long whoever is signed in may go without proving it anew is a rule as well. It binds `offline_access` too: else any
/// app could get round it by asking for one scope more, and what works without people has `client_credentials`. How long
/// nobody may be active does not bind here, since a call of an app says nothing about whether somebody is there.
pub(super) async fn judge(
    db: &Reader,
    client: &Client,
    grant: &Grant,
    now: Timestamp,
) -> Result<Option<(Clearance, Standing)>, Error> {
    let days = client.metadata.access.refresh_token_days.map(u64::from);
    let is_too_old = days.is_some_and(|days| now.since(grant.created_at) >= Duration::from_hours(24 * days));
    if !grant.is_live(now) || is_too_old {
        return Ok(None);
    }
    let Some(standing) = find_standing(db, grant.account_id, [grant.details.evidence.network]).await? else {
        return Ok(None);
    };
    let evidence = &grant.details.evidence;
    if standing.policy().is_outlived(evidence.auth_time(), now) || is_signed_out(db, grant).await? {
        return Ok(None);
    }
    // Whoever belongs to the organisation no more acts for it no more.
    let place = grant.details.organisation.map(|id| standing.place(id).map(|place| place.id));
    if place.is_some_and(|place| place.is_none() || place != grant.details.membership) {
        return Ok(None);
    }
    let mut facts = facts_later(evidence, Some(&standing), Some(grant.created_at), (None, now));
    facts.app = Some(app_facts(client, Some(&standing)));
    Ok(match decide(&facts) {
        Decision::Issue(clearance) => Some((clearance, standing)),
        Decision::Ask(_) | Decision::Refuse(_) => None,
    })
}

/// Whether the session that a grant came from was ended by hand. `offline_access` is there to outlive that.
async fn is_signed_out(db: &Reader, grant: &Grant) -> Result<bool, Error> {
    let Some(id) = grant.session_id.filter(|_| !grant.scope.contains("offline_access")) else { return Ok(false) };
    Ok(find_session(db, id).await?.is_some_and(|session| session.ended_at.is_some()))
}

/// What is known about an app to which nothing of consent is left to ask, for whoever stands here.
pub(super) fn app_facts(client: &Client, standing: Option<&Standing>) -> AppFacts {
    let access = &client.metadata.access;
    AppFacts {
        disabled: client.disabled_at.is_some(),
        admits: standing.is_none_or(|standing| access.admits(standing.account.home_organisation_id)),
        required: access.acr,
        needs_organisation: false,
        consent: ConsentFacts { first_party: true, must_ask: false, wanted: Scope::default(), given: Scope::default() },
    }
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
