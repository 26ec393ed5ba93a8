//! Public keys of apps, and checking what apps signed.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use josekit::jwk::Jwk;
use serde_json::{Map, Value};
use sha2::Sha256;

use super::Certificate;
use super::sign::{thumbprint, verifier};
use super::verify::{Claims, VerifyError, decoded};
use crate::domain::Algorithm;

/// The longest signed text of an app that is looked at, in bytes.
const LONGEST: usize = 16 * 1024;

/// The members that make a public key, by type.
const RSA: [&str; 2] = ["n", "e"];
const EC: [&str; 3] = ["crv", "x", "y"];
const OKP: [&str; 2] = ["crv", "x"];

/// The members that must stay with their owner (RFC 7518, section 6).
const PRIVATE: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// A public key that an app names, for a few algorithms that are fixed with it.
#[derive(Clone, Debug)]
pub struct PublicKey {
    jwk: Jwk,
    kid: Option<String>,
    algorithms: Vec<Algorithm>,
    thumbprint: String,
    certificate: Option<Vec<u8>>,
}

/// Why a JWK cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PublicKeyError {
    /// It holds a private or a symmetric key.
    #[error("the key holds its private part; give the public part only")]
    Private,
    /// Its type, curve, size or purpose is not one that signs here.
    #[error("use an RSA key of 2048 to 8192 bits, a P-256 key or an Ed25519 key that signs")]
    Unsupported,
}

impl PublicKey {
    /// Reads a JWK (RFC 7517, section 4).
    ///
    /// # Errors
    ///
    /// When it is private, or signs nothing that is taken here.
    pub fn from_jwk(jwk: &Map<String, Value>) -> Result<Self, PublicKeyError> {
        if PRIVATE.iter().any(|name| jwk.contains_key(*name)) {
            return Err(PublicKeyError::Private);
        }
        let text = |name: &str| jwk.get(name).and_then(Value::as_str);
        let bytes = |name: &str| text(name).and_then(|value| URL_SAFE_NO_PAD.decode(value).ok()).unwrap_or_default();
        let (members, fitting): (&[&str], &[Algorithm]) = match (text("kty"), text("crv")) {
            // A giant key or exponent would keep a processor busy.
            (Some("RSA"), _) if (256..=1024).contains(&bytes("n").len()) && (1..=4).contains(&bytes("e").len()) => {
                (&RSA, &[Algorithm::RS256, Algorithm::PS256])
            }
            (Some("EC"), Some("P-256")) if bytes("x").len() == 32 && bytes("y").len() == 32 => {
                (&EC, &[Algorithm::ES256])
            }
            (Some("OKP"), Some("Ed25519")) if bytes("x").len() == 32 => (&OKP, &[Algorithm::EdDSA]),
            _ => return Err(PublicKeyError::Unsupported),
        };
        let algorithms: Vec<Algorithm> = match text("alg") {
            Some(alg) => fitting.iter().copied().filter(|algorithm| algorithm.as_str() == alg).collect(),
            None => fitting.to_vec(),
        };
        if algorithms.is_empty() || text("use").is_some_and(|purpose| purpose != "sig") {
            return Err(PublicKeyError::Unsupported);
        }
        // Only what makes the key is passed on; the rest was judged above.
        let bare: Map<String, Value> = std::iter::once(&"kty")
            .chain(members)
            .filter_map(|name| jwk.get(*name).map(|value| ((*name).to_owned(), value.clone())))
            .collect();
        let bare = Jwk::from_map(bare).map_err(|_| PublicKeyError::Unsupported)?;
        let first = jwk.get("x5c").and_then(|chain| chain.get(0)).and_then(Value::as_str);
        Ok(Self {
            kid: text("kid").map(str::to_owned),
            thumbprint: thumbprint(&bare),
            jwk: bare,
            algorithms,
            certificate: first.and_then(|first| STANDARD.decode(first).ok()),
        })
    }

    /// Reads the keys of a JWK Set (RFC 7517, section 5) that sign; a set may hold keys for other purposes as well.
    ///
    /// # Errors
    ///
    /// When it is no set, or holds a private key.
    pub fn from_jwks(set: &Value) -> Result<Vec<Self>, PublicKeyError> {
        let keys = set.get("keys").and_then(Value::as_array).ok_or(PublicKeyError::Unsupported)?;
        let mut read = Vec::new();
        for key in keys.iter().filter_map(Value::as_object) {
            match Self::from_jwk(key) {
                Ok(key) => read.push(key),
                Err(PublicKeyError::Unsupported) => {}
                Err(PublicKeyError::Private) => return Err(PublicKeyError::Private),
            }
        }
        Ok(read)
    }

    /// Whether this is the name that its owner gave it.
    #[must_use]
    pub fn is_called(&self, name: &str) -> bool {
        self.kid.as_deref() == Some(name)
    }

    /// Whether its owner registered it together with this certificate (`x5c`; RFC 7517, section 4.7).
    #[must_use]
    pub fn is_certified_by(&self, certificate: &Certificate) -> bool {
        self.certificate.as_deref().is_some_and(|registered| certificate.is(registered))
    }

    /// Its thumbprint (RFC 7638).
    #[must_use]
    pub fn thumbprint(&self) -> &str {
        &self.thumbprint
    }
}

/// A signed text of an app (RFC 7515, section 7.1), whose signature is still to be checked.
#[derive(Clone, Debug)]
pub struct Jws<'a> {
    /// What its header says, unproven.
    pub header: Map<String, Value>,
    /// What it claims, unproven.
    pub claims: Claims,
    message: &'a str,
    signature: Vec<u8>,
}

impl<'a> Jws<'a> {
    /// Takes a text apart.
    ///
    /// # Errors
    ///
    /// When it is no compact JWS with claims, or demands an extension (RFC 7515, section 4.1.11).
    pub fn parse(text: &'a str) -> Result<Self, VerifyError> {
        if text.len() > LONGEST {
            return Err(VerifyError::Malformed);
        }
        let (message, signature) = text.rsplit_once('.').ok_or(VerifyError::Malformed)?;
        let (header, claims) = message.split_once('.').ok_or(VerifyError::Malformed)?;
        let header: Map<String, Value> = decoded(header)?;
        if header.contains_key("crit") || !header.get("alg").is_some_and(Value::is_string) {
            return Err(VerifyError::Malformed);
        }
        let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| VerifyError::Malformed)?;
        Ok(Self { header, claims: decoded(claims)?, message, signature })
    }

    /// The algorithm that its header names, if it signs here.
    #[must_use]
    pub fn algorithm(&self) -> Option<Algorithm> {
        self.text("alg").and_then(|alg| alg.parse().ok())
    }

    /// A member of the header that is a text.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.header.get(name).and_then(Value::as_str)
    }

    /// A claim that is a text.
    #[must_use]
    pub fn claim(&self, name: &str) -> Option<&str> {
        self.claims.get(name).and_then(Value::as_str)
    }

    /// A claim that is a moment (RFC 7519, section 2), in whole seconds since 1970.
    #[must_use]
    pub fn moment(&self, name: &str) -> Option<i64> {
        let value = self.claims.get(name)?;
        #[expect(clippy::cast_possible_truncation, reason = "a cast from a float stops at the ends of the range")]
        value.as_i64().or_else(|| value.as_f64().map(|seconds| seconds.floor() as i64))
    }

    /// Whether one of `keys` signed it with one of the `allowed` algorithms. Where the header names a key, only that one
    /// counts.
    #[must_use]
    pub fn is_signed_by(&self, keys: &[PublicKey], allowed: &[Algorithm]) -> bool {
        let Some(algorithm) = self.algorithm().filter(|algorithm| allowed.contains(algorithm)) else { return false };
        let kid = self.text("kid");
        keys.iter()
            .filter(|key| kid.is_none() || key.kid.is_none() || key.kid.as_deref() == kid)
            .filter(|key| key.algorithms.contains(&algorithm))
            .filter_map(|key| verifier(algorithm, &key.jwk).ok())
            .any(|verifier| verifier.verify(self.message.as_bytes(), &self.signature).is_ok())
    }

    /// Whether it carries the HMAC-SHA-256 of this secret (RFC 7518, section 3.2).
    #[must_use]
    pub fn is_signed_with(&self, secret: &[u8]) -> bool {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret) else { return false };
        mac.update(self.message.as_bytes());
        self.text("alg") == Some("HS256") && mac.verify_slice(&self.signature).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::SigningKey;
    use super::*;

    fn pair(algorithm: Algorithm) -> (SigningKey, PublicKey) {
        let key = SigningKey::generate(algorithm).unwrap();
        let public = PublicKey::from_jwk(key.public_jwk()).unwrap();
        (key, public)
    }

    fn changed(key: &SigningKey, name: &str, value: Value) -> Result<PublicKey, PublicKeyError> {
        let mut jwk = key.public_jwk().clone();
        if value.is_null() {
            jwk.remove(name)
        } else {
            jwk.insert(name.to_owned(), value)
        };
        PublicKey::from_jwk(&jwk)
    }

    #[test]
    fn a_text_is_signed_by_its_key_with_its_algorithm_only() {
        for algorithm in Algorithm::ALL {
            let (key, public) = pair(algorithm);
            let text = key.sign("JWT", &json!({ "sub": "x" })).unwrap();
            let jws = Jws::parse(&text).unwrap();
            let keys = [public];
            assert!(jws.is_signed_by(&keys, &Algorithm::ALL), "{algorithm}");
            let others: Vec<Algorithm> = Algorithm::ALL.into_iter().filter(|other| *other != algorithm).collect();
            assert!(!jws.is_signed_by(&keys, &others), "{algorithm}");
            assert!(!jws.is_signed_by(&[pair(algorithm).1], &Algorithm::ALL), "{algorithm}");
            assert!(!jws.is_signed_by(&[], &Algorithm::ALL), "{algorithm}");
        }
    }

    #[test]
    fn a_text_changed_in_any_bit_is_not_signed() {
        let (key, public) = pair(Algorithm::ES256);
        let text = key.sign("JWT", &json!({ "sub": "x" })).unwrap();
        let keys = [public];
        for place in 0..text.len() {
            for bit in 0..7 {
                let mut bytes = text.clone().into_bytes();
                bytes[place] ^= 1 << bit;
                let changed = String::from_utf8(bytes).unwrap();
                let signed = Jws::parse(&changed).is_ok_and(|jws| jws.is_signed_by(&keys, &Algorithm::ALL));
                assert!(!signed, "byte {place}, bit {bit}");
            }
        }
    }

    #[test]
    fn a_key_without_a_name_is_tried_and_a_named_one_must_be_meant() {
        let (key, _) = pair(Algorithm::EdDSA);
        let text = key.sign("JWT", &json!({})).unwrap();
        let jws = Jws::parse(&text).unwrap();
        assert!(jws.is_signed_by(&[changed(&key, "kid", Value::Null).unwrap()], &Algorithm::ALL));
        assert!(!jws.is_signed_by(&[changed(&key, "kid", json!("another")).unwrap()], &Algorithm::ALL));
    }

    #[test]
    fn private_small_and_foreign_keys_are_refused() {
        let (rsa, _) = pair(Algorithm::RS256);
        let (ec, _) = pair(Algorithm::ES256);
        let unsupported = |read: Result<PublicKey, _>| matches!(read, Err(PublicKeyError::Unsupported));
        for name in PRIVATE {
            assert_eq!(changed(&ec, name, json!("AQ")).unwrap_err(), PublicKeyError::Private, "{name}");
        }
        let short = URL_SAFE_NO_PAD.encode([1; 255]);
        assert!(unsupported(changed(&rsa, "n", json!(short))));
        assert!(unsupported(changed(&rsa, "n", json!(URL_SAFE_NO_PAD.encode(vec![1; 1025])))));
        assert!(unsupported(changed(&rsa, "alg", json!("ES256"))));
        assert!(unsupported(changed(&rsa, "use", json!("enc"))));
        assert!(unsupported(changed(&ec, "crv", json!("P-384"))));
        assert!(unsupported(changed(&ec, "x", json!("AQ"))));
        assert!(unsupported(changed(&ec, "kty", json!("oct"))));
        let set = json!({ "keys": [rsa.public_jwk(), { "kty": "oct" }] });
        assert_eq!(PublicKey::from_jwks(&set).unwrap().len(), 1, "keys for other things are passed over");
        assert!(PublicKey::from_jwks(&json!([])).is_err());
    }

    #[test]
    fn a_point_off_its_curve_verifies_nothing() {
        let (key, _) = pair(Algorithm::ES256);
        let text = key.sign("JWT", &json!({})).unwrap();
        let off = changed(&key, "y", json!(URL_SAFE_NO_PAD.encode([7; 32]))).unwrap();
        assert!(!Jws::parse(&text).unwrap().is_signed_by(&[off], &Algorithm::ALL));
    }

    #[test]
    fn a_public_key_is_never_taken_for_a_shared_secret() {
        let (key, public) = pair(Algorithm::RS256);
        let encode = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let message = format!("{}.{}", encode(json!({ "alg": "HS256" })), encode(json!({ "sub": "x" })));
        let secret = serde_json::to_vec(key.public_jwk()).unwrap();
        let mut mac = Hmac::<Sha256>::new_from_slice(&secret).unwrap();
        mac.update(message.as_bytes());
        let text = format!("{message}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()));
        let jws = Jws::parse(&text).unwrap();
        assert!(jws.is_signed_with(&secret) && !jws.is_signed_with(b"another secret"));
        assert!(!jws.is_signed_by(&[public], &Algorithm::ALL));
        for alg in ["none", "HS512", "rs256", ""] {
            let text = format!("{}.{}.", encode(json!({ "alg": alg })), encode(json!({})));
            let jws = Jws::parse(&text).unwrap();
            assert!(!jws.is_signed_with(&secret) && jws.algorithm().is_none(), "{alg}");
        }
        let critical = format!("{}.{}.", encode(json!({ "alg": "RS256", "crit": ["b64"] })), encode(json!({})));
        assert!(Jws::parse(&critical).is_err());
    }
}
