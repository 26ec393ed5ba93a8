//! Making tokens. Each is made from a clearance and from nothing else.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256, Sha512};

use super::bindings::Binding;
use super::details::Details;
use super::errors::{ErrorCode, OAuthError};
use super::grant::Grant;
use super::subjects::subject;
use crate::domain::ids::GrantId;
use crate::domain::sign_in::{AppClearance, Clearance};
use crate::domain::{Algorithm, Scope, Timestamp};
use crate::features::clients::Client;
use crate::keys::Ring;
use crate::web::{AppState, Error};

/// The `typ` of an access token (RFC 9068, section 2.1).
pub(super) const ACCESS_TOKEN: &str = "at+jwt";
/// The `typ` of what introspection says, signed (RFC 9701, section 5).
pub(super) const INTROSPECTION: &str = "token-introspection+jwt";
/// The `typ` of what the `UserInfo` endpoint says, signed.
pub(super) const USERINFO: &str = "userinfo+jwt";
/// The `typ` of a logout token (OpenID Connect Back-Channel Logout, section 2.4).
pub(super) const LOGOUT: &str = "logout+jwt";
/// The `typ` of an ID token.
pub(super) const ID_TOKEN: &str = "JWT";
/// The `typ` of a signed authorization response; its specification names none, and no token may pass as another.
pub(super) const SIGNED_RESPONSE: &str = "jarm+jwt";

/// An access token (RFC 9068, section 2.2).
#[derive(Serialize)]
struct AccessToken<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: Value,
    client_id: &'a str,
    exp: i64,
    iat: i64,
    jti: String,
    scope: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    auth_time: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    acr: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    amr: Option<Vec<&'static str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cnf: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    act: Option<Value>,
    #[serde(skip_serializing_if = "Details::is_empty")]
    authorization_details: Details,
}

/// What all tokens of one answer share.
pub(super) struct Mint<'a> {
    pub(super) state: &'a AppState,
    pub(super) ring: &'a Ring,
    pub(super) client: &'a Client,
    pub(super) now: Timestamp,
}

impl Mint<'_> {
    /// An access token for a person who was cleared.
    ///
    /// It is for `resources`; without any, for all that the grant is for; and for the owner of what it is bound to alone.
    pub(super) fn access_token(
        &self,
        clearance: &Clearance,
        grant: &Grant,
        (scope, details): (&Scope, &Details),
        (resources, binding): (&[String], Option<&Binding>),
    ) -> Result<String, Error> {
        let evidence = clearance.evidence();
        let subject = subject(self.state, self.client, clearance.account_id());
        // What a trial makes is for its own page, where nobody takes tokens.
        let audience = if grant.details.trial.is_some() {
            vec![grant.details.redirect_uri.clone()]
        } else if resources.is_empty() {
            // `openid` opens our own endpoint as well, unless the app restricts the token itself.
            let own = (grant.details.resources.is_empty() || scope.contains("openid")).then(|| self.issuer());
            grant.details.resources.iter().cloned().chain(own).collect()
        } else {
            resources.to_vec()
        };
        self.sign_access_token(&subject, (&grant.id.to_string(), audience), scope, |token| {
            token.auth_time = Some(evidence.auth_time().seconds());
            token.acr = Some(grant.details.acr().to_string());
            token.amr = Some(evidence.amr());
            token.cnf = binding.map(Binding::confirmation);
            token.authorization_details = details.clone();
        })
    }

    /// An access token for an app that traded another app's for it, of the same grant; and how many seconds it is good.
    ///
    /// It says who acts, and ends at `ends` at the latest, in seconds since 1970.
    pub(super) fn exchanged_token(
        &self,
        (clearance, grant): (&Clearance, &Grant),
        scope: &Scope,
        (resources, binding): (Vec<String>, Option<&Binding>),
        (ends, actor): (i64, Value),
    ) -> Result<(String, u32), Error> {
        let evidence = clearance.evidence();
        let subject = subject(self.state, self.client, clearance.account_id());
        let left = u32::try_from(ends - self.now.seconds()).unwrap_or_default();
        let life = left.min(self.access_token_seconds());
        let token = self.sign_access_token(&subject, (&grant.id.to_string(), resources), scope, |token| {
            token.exp = self.now.seconds() + i64::from(life);
            token.auth_time = Some(evidence.auth_time().seconds());
            token.acr = Some(grant.details.acr().to_string());
            token.amr = Some(evidence.amr());
            token.cnf = binding.map(Binding::confirmation);
            token.act = Some(actor);
        })?;
        Ok((token, life))
    }

    /// An access token for an app that acts for itself.
    pub(super) fn app_token(
        &self,
        _clearance: &AppClearance,
        (scope, details): (&Scope, &Details),
        resources: Vec<String>,
        binding: Option<&Binding>,
    ) -> Result<String, Error> {
        let audience = if resources.is_empty() { vec![self.issuer()] } else { resources };
        self.sign_access_token(&self.client.id, ("app", audience), scope, |token| {
            token.cnf = binding.map(Binding::confirmation);
            token.authorization_details = details.clone();
        })
    }

    fn access_token_seconds(&self) -> u32 {
        self.client.metadata.access.access_token_seconds(&self.state.config.tokens)
    }

    fn issuer(&self) -> String {
        self.state.config.server.issuer()
    }

    fn sign_access_token(
        &self,
        subject: &str,
        (family, audience): (&str, Vec<String>),
        scope: &Scope,
        complete: impl FnOnce(&mut AccessToken<'_>),
    ) -> Result<String, Error> {
        let settings = &self.state.config.tokens;
        let issuer = self.state.config.server.issuer();
        let algorithm = self.client.metadata.access_token_algorithm.unwrap_or(settings.access_token_algorithm);
        let random = URL_SAFE_NO_PAD.encode(self.state.random.array::<16>());
        let mut token = AccessToken {
            iss: &issuer,
            sub: subject,
            aud: if let [one] = audience.as_slice() { json!(one) } else { json!(audience) },
            client_id: &self.client.id,
            iat: self.now.seconds(),
            exp: self.now.seconds() + i64::from(self.access_token_seconds()),
            // The grant is in the identifier, so that one look says whether the token was revoked.
            jti: format!("{family}.{random}"),
            scope: scope.to_string(),
            auth_time: None,
            acr: None,
            amr: None,
            cnf: None,
            act: None,
            authorization_details: Details::default(),
        };
        complete(&mut token);
        self.sign(algorithm, ACCESS_TOKEN, &token)
    }

    /// An ID token (OpenID Connect Core, section 2).
    pub(super) fn id_token(&self, clearance: &Clearance, grant: &Grant, beside: Beside<'_>) -> Result<String, Error> {
        let evidence = clearance.evidence();
        let algorithm = self.client.metadata.id_token_algorithm;
        let mut claims = beside.claims;
        let mut add = |name: &str, value: Value| claims.insert(name.to_owned(), value);
        add("iss", json!(self.state.config.server.issuer()));
        add("sub", json!(subject(self.state, self.client, clearance.account_id())));
        add("aud", json!(self.client.id));
        add("iat", json!(self.now.seconds()));
        add("exp", json!(self.now.seconds() + i64::from(self.state.config.tokens.id_token_seconds)));
        add("auth_time", json!(evidence.auth_time().seconds()));
        add("acr", json!(grant.details.acr()));
        add("amr", json!(evidence.amr()));
        if let Some(token) = beside.access_token {
            add("at_hash", json!(half_hash(algorithm, token)));
        }
        if let Some(code) = beside.code {
            add("c_hash", json!(half_hash(algorithm, code)));
        }
        if let Some(nonce) = beside.nonce {
            add("nonce", json!(nonce));
        }
        if let Some(session) = grant.session_id {
            add("sid", json!(session));
        }
        self.sign(algorithm, ID_TOKEN, &claims)
    }

    fn sign(&self, algorithm: Algorithm, typ: &str, claims: &impl Serialize) -> Result<String, Error> {
        sign(self.ring, algorithm, typ, claims, self.now)
    }
}

/// What an ID token says beside who signed in and how.
#[derive(Default)]
pub(super) struct Beside<'a> {
    /// The `nonce` of the request.
    pub(super) nonce: Option<&'a str>,
    /// The access token of the same answer.
    pub(super) access_token: Option<&'a str>,
    /// The code of the same answer.
    pub(super) code: Option<&'a str>,
    /// Claims about the person.
    pub(super) claims: Map<String, Value>,
}

/// Signs claims with the key for an algorithm.
pub(super) fn sign(
    ring: &Ring,
    algorithm: Algorithm,
    typ: &str,
    claims: &impl Serialize,
    now: Timestamp,
) -> Result<String, Error> {
    let signer = ring.signer(algorithm, now).ok_or_else(|| Error::new(NoKey(algorithm)))?;
    Ok(signer.sign(typ, claims)?)
}

/// There is no key for an algorithm that an app was registered with.
#[derive(Debug, thiserror::Error)]
#[error("there is no signing key for {0}")]
struct NoKey(Algorithm);

/// `at_hash` and `c_hash`: the left half of the hash that belongs to the algorithm (OpenID Connect Core, section 3.1.3.6).
fn half_hash(algorithm: Algorithm, token: &str) -> String {
    match algorithm {
        Algorithm::EdDSA => URL_SAFE_NO_PAD.encode(&Sha512::digest(token)[..32]),
        _ => URL_SAFE_NO_PAD.encode(&Sha256::digest(token)[..16]),
    }
}

/// The grant in the identifier of an access token; none for the token of an app that acts for itself.
pub(super) fn grant_in(jti: &str) -> Option<GrantId> {
    jti.split('.').next().and_then(|family| family.parse().ok())
}

/// An error in words that say no more than they must.
pub(super) const fn invalid_grant() -> OAuthError {
    OAuthError::new(ErrorCode::InvalidGrant, "the code or token is not valid")
}
