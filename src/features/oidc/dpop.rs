//! Proofs that the sender of a request holds a key (RFC 9449).

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use url::Url;

use super::errors::{ErrorCode, OAuthError};
use super::store;
use crate::domain::{Algorithm, Timestamp};
use crate::keys::{Jws, MacKey, PublicKey};
use crate::web::{AppState, Error};

/// The algorithms of proofs, as discovery lists them.
pub(super) const ALGORITHMS: [Algorithm; 3] = [Algorithm::ES256, Algorithm::EdDSA, Algorithm::PS256];
/// How far the clock of an app may be off, in seconds.
const TOLERANCE: i64 = 60;
/// How long a nonce is given out, in seconds; it is taken for as long again.
const NONCE_LIFE: i64 = 120;
/// The longest `jti`, in bytes.
const LONGEST_NAME: usize = 512;

/// A request that may carry a proof.
#[derive(Clone, Copy)]
pub(super) struct Shown<'a> {
    /// The `DPoP` headers.
    pub(super) headers: &'a [&'a str],
    /// The method of the request.
    pub(super) method: &'a str,
    /// The path of the endpoint.
    pub(super) path: &'static str,
    /// The access token that it is presented with.
    pub(super) access_token: Option<&'a str>,
}

/// A key whose owner sent this very request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ProvenKey {
    /// Its thumbprint: the `jkt` that tokens are bound to (section 6.1).
    pub(super) thumbprint: String,
}

const fn invalid(description: &'static str) -> OAuthError {
    OAuthError::new(ErrorCode::InvalidDpopProof, description)
}

/// The key that the request proves, if it carries a proof. A proof counts once.
pub(super) async fn find_key(
    state: &AppState,
    shown: &Shown<'_>,
    now: Timestamp,
) -> Result<Result<Option<ProvenKey>, OAuthError>, Error> {
    let text = match shown.headers {
        [] => return Ok(Ok(None)),
        [text] => text,
        _ => return Ok(Err(invalid("there is more than one proof"))),
    };
    let places = std::iter::once(state.config.server.issuer()).chain(state.config.mtls.alias());
    let addresses: Vec<String> = places.map(|place| format!("{place}{}", shown.path)).collect();
    let (key, jti) = match check(text, shown, &addresses, now) {
        Ok(proven) => proven,
        Err(error) => return Ok(Err(error)),
    };
    let nonces = Nonces { mac: &state.mac, now };
    if !nonces.suffices(nonce_in(text).as_deref(), state.config.oidc.dpop_nonces) {
        return Ok(Err(OAuthError::new(
            ErrorCode::UseDpopNonce,
            "put the nonce of the DPoP-Nonce header into the proof",
        )));
    }
    let mut writer = state.db.writing().await?;
    let end = now.after(Duration::from_secs(2 * TOLERANCE.unsigned_abs()));
    if !store::see_token(&mut writer, &["proof", &key.thumbprint, &jti], end).await? {
        return Ok(Err(invalid("the proof was used before")));
    }
    writer.commit().await?;
    Ok(Ok(Some(key)))
}

/// The key and the name of a proof that was made for this request, just now (section 4.3).
pub(super) fn check(
    text: &str,
    shown: &Shown<'_>,
    addresses: &[String],
    now: Timestamp,
) -> Result<(ProvenKey, String), OAuthError> {
    let jws = Jws::parse(text).map_err(|_| invalid("the proof is not a signed text"))?;
    if jws.text("typ") != Some("dpop+jwt") {
        return Err(invalid("typ of the proof is not dpop+jwt"));
    }
    let mut jwk = match jws.header.get("jwk") {
        Some(Value::Object(jwk)) => jwk.clone(),
        _ => return Err(invalid("the proof names no key")),
    };
    // There is only this one key to choose from.
    jwk.remove("kid");
    let key = PublicKey::from_jwk(&jwk).map_err(|_| invalid("the key of the proof cannot be used"))?;
    let thumbprint = key.thumbprint().to_owned();
    if !jws.is_signed_by(&[key], &ALGORITHMS) {
        return Err(invalid("the proof is not signed by its key"));
    }
    let jti = jws.claim("jti").filter(|jti| !jti.is_empty() && jti.len() <= LONGEST_NAME);
    let jti = jti.ok_or(invalid("the proof has no jti"))?;
    let is_here = |htu: &str| addresses.iter().any(|address| is_same_place(htu, address));
    if jws.claim("htm") != Some(shown.method) || !jws.claim("htu").is_some_and(is_here) {
        return Err(invalid("the proof is for another request"));
    }
    let made_at = jws.moment("iat").ok_or(invalid("the proof has no iat"))?;
    if !(now.seconds() - TOLERANCE..=now.seconds() + TOLERANCE).contains(&made_at) {
        return Err(invalid("the proof is too old or too young"));
    }
    if let Some(token) = shown.access_token
        && jws.claim("ath") != Some(&URL_SAFE_NO_PAD.encode(Sha256::digest(token)))
    {
        return Err(invalid("the proof is for another token"));
    }
    Ok((ProvenKey { thumbprint }, jti.to_owned()))
}

/// Whether both are the same address but for query and fragment, however host and port are written.
fn is_same_place(htu: &str, address: &str) -> bool {
    let (Ok(mut named), Ok(own)) = (Url::parse(htu), Url::parse(address)) else { return false };
    named.set_query(None);
    named.set_fragment(None);
    named == own
}

fn nonce_in(text: &str) -> Option<String> {
    Jws::parse(text).ok()?.claim("nonce").map(str::to_owned)
}

/// The nonces of this moment: the same on every node, and in no table.
struct Nonces<'a> {
    mac: &'a MacKey,
    now: Timestamp,
}

impl Nonces<'_> {
    fn of(&self, age: i64) -> String {
        self.mac.tag("DPoP nonce", &[&(self.now.seconds() / NONCE_LIFE - age).to_string()])
    }

    /// One that was sent must be right; none will do unless nonces are the rule.
    fn suffices(&self, sent: Option<&str>, required: bool) -> bool {
        match sent {
            Some(sent) => (0..2).any(|age| self.of(age) == sent),
            None => !required,
        }
    }
}

/// The nonce to put into the next proof.
pub(super) fn fresh_nonce(state: &AppState, now: Timestamp) -> String {
    Nonces { mac: &state.mac, now }.of(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_the_same_however_it_is_written() {
        let address = "https://id.example/token";
        for same in [
            address,
            "https://id.example/token?x=1",
            "https://id.example/token#x",
            "https://ID.example/token",
            "HTTPS://id.example:443/token",
        ] {
            assert!(is_same_place(same, address), "{same}");
        }
        for other in [
            "",
            "/token",
            "https://id.example/token/",
            "https://id.example/userinfo",
            "https://id.example:444/token",
            "http://id.example/token",
            "https://id.example.evil.example/token",
            "https://user@id.example/token",
        ] {
            assert!(!is_same_place(other, address), "{other}");
        }
    }
}
