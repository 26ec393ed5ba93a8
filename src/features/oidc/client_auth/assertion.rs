//! Statements by which an app proves that it is itself (RFC 7521, section 4.2; RFC 7523, section 3).

use serde_json::Value;

use super::{Credentials, Found, Presented, Proof};
use crate::domain::{Algorithm, Timestamp};
use crate::features::clients::{Client, ClientAuthentication, KeySets, Profile};
use crate::features::oidc::errors::{ErrorCode, OAuthError};
use crate::features::oidc::store;
use crate::keys::Jws;
use crate::web::{AppState, Error, urls};

const KIND: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// How far ahead the clock of an app may be, in seconds.
const AHEAD: i64 = 30;
/// How long a statement may count, in seconds: so long is it remembered.
const LONGEST_LIFE: i64 = 24 * 3600;
/// The longest `jti`, in bytes.
const LONGEST_NAME: usize = 512;

/// A statement that an app made about itself; nothing of it is proven.
pub(super) struct Assertion<'a>(Jws<'a>);

impl<'a> Assertion<'a> {
    /// The statement in a request, if the algorithm that it names is `mine`.
    pub(super) fn find(presented: &Presented<'a>, mine: fn(&str) -> bool) -> Found<'a> {
        let text = presented.parameters.get("client_assertion")?;
        let Ok(jws) = Jws::parse(text) else {
            let refused = OAuthError::new(ErrorCode::InvalidClient, "client_assertion cannot be read");
            // Told by one of the two ways, so that it does not look like two.
            return mine("").then_some(Err(refused));
        };
        if !mine(jws.text("alg").unwrap_or_default()) {
            return None;
        }
        if presented.parameters.get("client_assertion_type") != Some(KIND) {
            return Some(Err(OAuthError::new(ErrorCode::InvalidClient, "client_assertion_type is missing or unknown")));
        }
        let Some(client_id) = jws.claim("sub").map(str::to_owned) else {
            return Some(Err(OAuthError::new(ErrorCode::InvalidClient, "client_assertion names no app")));
        };
        Some(Ok(Credentials { client_id, proof: Proof::Assertion(Box::new(Self(jws))) }))
    }

    /// Whether this app made it, for us, just now, and for the first time.
    pub(super) async fn proves(
        &self,
        state: &AppState,
        client: &Client,
        endpoint: &str,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let Self(jws) = self;
        let issuer = state.config.server.issuer();
        let places = std::iter::once(issuer.clone()).chain(state.config.mtls.alias());
        let endpoints: Vec<String> =
            places.flat_map(|place| [urls::TOKEN, endpoint].map(|path| format!("{place}{path}"))).collect();
        let Some(expires_at) = holds(jws, client, (&issuer, &endpoints), now) else { return Ok(false) };
        let signed = match client.authentication {
            ClientAuthentication::PrivateKeyJwt => {
                KeySets::is_signed(state, client, jws, &algorithms(client), now).await
            }
            ClientAuthentication::ClientSecretJwt => {
                let secrets = client.signing_secrets(&state.vault, now)?;
                secrets.iter().any(|secret| jws.is_signed_with(secret.expose()))
            }
            _ => false,
        };
        if !signed {
            return Ok(false);
        }
        let mut writer = state.db.writing().await?;
        let parts = ["assertion", &client.id, jws.claim("jti").unwrap_or_default()];
        if !store::see_token(&mut writer, &parts, expires_at).await? {
            return Ok(false);
        }
        writer.commit().await?;
        Ok(true)
    }
}

/// The algorithms that an app's statements may be signed with.
fn algorithms(client: &Client) -> Vec<Algorithm> {
    client.metadata.assertion_algorithm.map_or_else(|| client.algorithms(), |algorithm| vec![algorithm])
}

/// When a statement ends, if what it says is right.
pub(super) fn holds(
    jws: &Jws<'_>,
    client: &Client,
    (issuer, endpoints): (&str, &[String]),
    now: Timestamp,
) -> Option<Timestamp> {
    let now = now.seconds();
    let is_own = jws.claim("iss") == Some(&client.id) && jws.claim("sub") == Some(&client.id);
    let is_named = jws.claim("jti").is_some_and(|jti| !jti.is_empty() && jti.len() <= LONGEST_NAME);
    let is_ahead = ["iat", "nbf"].into_iter().filter_map(|name| jws.moment(name)).any(|at| at > now + AHEAD);
    let end = jws.moment("exp").filter(|end| (now + 1..=now + LONGEST_LIFE).contains(end))?;
    let for_us = is_audience(jws.claims.get("aud")?, client.profile, issuer, endpoints);
    (is_own && is_named && !is_ahead && for_us).then_some(Timestamp::from_seconds(end + 1))
}

/// Whether a statement was made for us. An app of the classic profile may name the endpoint that it calls; a statement
/// for one endpoint could be replayed at another, so nobody else may.
fn is_audience(audience: &Value, profile: Profile, issuer: &str, endpoints: &[String]) -> bool {
    let is_ours =
        |name: &str| name == issuer || (profile == Profile::Oidc && endpoints.iter().any(|known| known == name));
    match audience {
        Value::String(name) => is_ours(name),
        // FAPI 2.0 Security Profile, section 5.3.2.1: the issuer as a string, and nothing else.
        Value::Array(_) if profile == Profile::Fapi2 => false,
        Value::Array(names) => names.iter().filter_map(Value::as_str).any(is_ours),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_statement_is_for_the_issuer_and_for_classic_apps_also_for_the_endpoint() {
        let issuer = "https://id.example";
        let endpoints = ["https://id.example/token".to_owned()];
        let is = |audience: Value, profile| is_audience(&audience, profile, issuer, &endpoints);
        for profile in [Profile::Oauth21, Profile::Oidc] {
            assert!(is(json!(issuer), profile));
            assert!(is(json!(["https://other.example", issuer]), profile));
            for wrong in
                [json!("https://id.example/"), json!("https://other.example"), json!([]), json!(null), json!(1)]
            {
                assert!(!is(wrong.clone(), profile), "{wrong}");
            }
        }
        assert!(is(json!(endpoints[0]), Profile::Oidc));
        assert!(!is(json!(endpoints[0]), Profile::Oauth21));
        assert!(is(json!(issuer), Profile::Fapi2));
        assert!(!is(json!([issuer]), Profile::Fapi2) && !is(json!(endpoints[0]), Profile::Fapi2));
    }
}
