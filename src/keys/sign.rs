//! Signing keys, and signing with them.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use josekit::JoseError;
use josekit::jwk::Jwk;
use josekit::jwk::alg::ec::EcCurve;
use josekit::jwk::alg::ed::EdCurve;
use josekit::jws::{self, JwsSigner, JwsVerifier};
use serde::Serialize;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::seen::Seen;
use crate::domain::{Algorithm, Secret};

/// A key could not be made or read, or did not sign.
#[derive(Debug, thiserror::Error)]
pub enum SignError {
    /// OpenSSL refused.
    #[error("the key cannot be used: {0}")]
    Key(#[from] JoseError),
    /// The claims are no JSON object.
    #[error("the claims cannot be written: {0}")]
    Claims(#[from] serde_json::Error),
}

/// A private key that signs with one algorithm. It is parsed once and kept.
pub struct SigningKey {
    algorithm: Algorithm,
    kid: String,
    private: Jwk,
    public: Map<String, Value>,
    signer: Box<dyn JwsSigner + Send + Sync>,
    verifier: Box<dyn JwsVerifier + Send + Sync>,
    seen: Seen,
}

impl SigningKey {
    /// Makes a new key: RSA of 2048 bits, P-256 or Ed25519. RSA takes up to half a second of one processor, so call it
    /// where that may block.
    ///
    /// # Errors
    ///
    /// When OpenSSL cannot make one.
    pub fn generate(algorithm: Algorithm) -> Result<Self, SignError> {
        let jwk = match algorithm {
            Algorithm::RS256 | Algorithm::PS256 => Jwk::generate_rsa_key(2048)?,
            Algorithm::ES256 => Jwk::generate_ec_key(EcCurve::P256)?,
            Algorithm::EdDSA => Jwk::generate_ed_key(EdCurve::Ed25519)?,
        };
        Self::of(algorithm, jwk)
    }

    /// Reads a private key back from its JWK (RFC 7517), which names the algorithm.
    ///
    /// # Errors
    ///
    /// When the text is no private key for an algorithm that signs here.
    pub fn from_private_jwk(text: &[u8]) -> Result<Self, SignError> {
        let jwk = Jwk::from_bytes(text)?;
        let algorithm = jwk.algorithm().and_then(|name| name.parse().ok());
        let algorithm = algorithm.ok_or_else(|| JoseError::InvalidJwkFormat(std::fmt::Error.into()))?;
        Self::of(algorithm, jwk)
    }

    fn of(algorithm: Algorithm, mut jwk: Jwk) -> Result<Self, SignError> {
        let kid = thumbprint(&jwk);
        jwk.set_key_use("sig");
        jwk.set_algorithm(algorithm.as_str());
        jwk.set_key_id(&kid);
        let mut public = jwk.to_public_key()?;
        // josekit drops these two from the public key, and without them no client finds it.
        public.set_algorithm(algorithm.as_str());
        public.set_key_id(&kid);
        Ok(Self {
            algorithm,
            kid,
            signer: signer(algorithm, &jwk)?,
            verifier: verifier(algorithm, &public)?,
            public: public.as_ref().clone(),
            private: jwk,
            seen: Seen::default(),
        })
    }

    /// The algorithm that it signs with.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The `kid`: the thumbprint of the public key (RFC 7638).
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The public key as JWKS publishes it, without any private part.
    #[must_use]
    pub const fn public_jwk(&self) -> &Map<String, Value> {
        &self.public
    }

    /// The private key as JWK, for the vault.
    #[must_use]
    pub fn private_jwk(&self) -> Secret<String> {
        Secret::new(self.private.to_string())
    }

    /// Signs `claims` as a compact JWS (RFC 7515, section 7.1) of type `typ`.
    ///
    /// # Errors
    ///
    /// When the claims cannot be written or OpenSSL does not sign.
    pub fn sign(&self, typ: &str, claims: &impl Serialize) -> Result<String, SignError> {
        // Assembled by hand: josekit would copy header and claims through maps on every token.
        let header = json!({ "alg": self.algorithm.as_str(), "kid": self.kid, "typ": typ }).to_string();
        let claims = serde_json::to_vec(claims)?;
        let mut token = String::with_capacity(1024);
        URL_SAFE_NO_PAD.encode_string(header, &mut token);
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(claims, &mut token);
        let signature = self.signer.sign(token.as_bytes())?;
        self.seen.add(Seen::name(token.as_bytes(), &signature));
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(signature, &mut token);
        Ok(token)
    }

    /// Whether `signature` is this key's signature of `message`.
    #[must_use]
    pub(super) fn is_signature(&self, message: &[u8], signature: &[u8]) -> bool {
        let name = Seen::name(message, signature);
        if self.seen.holds(&name) {
            return true;
        }
        let right = self.verifier.verify(message, signature).is_ok();
        if right {
            self.seen.add(name);
        }
        right
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").field("algorithm", &self.algorithm).field("kid", &self.kid).finish_non_exhaustive()
    }
}

fn signer(algorithm: Algorithm, jwk: &Jwk) -> Result<Box<dyn JwsSigner + Send + Sync>, JoseError> {
    Ok(match algorithm {
        Algorithm::RS256 => Box::new(jws::RS256.signer_from_jwk(jwk)?),
        Algorithm::PS256 => Box::new(jws::PS256.signer_from_jwk(jwk)?),
        Algorithm::ES256 => Box::new(jws::ES256.signer_from_jwk(jwk)?),
        Algorithm::EdDSA => Box::new(jws::EdDSA.signer_from_jwk(jwk)?),
    })
}

pub(super) fn verifier(algorithm: Algorithm, jwk: &Jwk) -> Result<Box<dyn JwsVerifier + Send + Sync>, JoseError> {
    Ok(match algorithm {
        Algorithm::RS256 => Box::new(jws::RS256.verifier_from_jwk(jwk)?),
        Algorithm::PS256 => Box::new(jws::PS256.verifier_from_jwk(jwk)?),
        Algorithm::ES256 => Box::new(jws::ES256.verifier_from_jwk(jwk)?),
        Algorithm::EdDSA => Box::new(jws::EdDSA.verifier_from_jwk(jwk)?),
    })
}

/// The SHA-256 thumbprint of a key: its required public members in alphabetical order (RFC 7638, section 3).
pub(super) fn thumbprint(jwk: &Jwk) -> String {
    let members: Map<String, Value> = ["crv", "e", "kty", "n", "x", "y"]
        .into_iter()
        .filter_map(|name| jwk.parameter(name).map(|value| (name.to_owned(), value.clone())))
        .collect();
    URL_SAFE_NO_PAD.encode(Sha256::digest(Value::Object(members).to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_reads_back_with_the_same_kid() {
        for algorithm in Algorithm::ALL {
            let made = SigningKey::generate(algorithm).unwrap();
            let read = SigningKey::from_private_jwk(made.private_jwk().expose().as_bytes()).unwrap();
            assert_eq!(made.kid(), read.kid());
            assert_eq!(read.algorithm(), algorithm);
        }
    }

    #[test]
    fn the_public_key_has_what_clients_need_and_nothing_private() {
        for algorithm in Algorithm::ALL {
            let key = SigningKey::generate(algorithm).unwrap();
            let public = key.public_jwk();
            for name in ["kty", "use", "alg", "kid"] {
                assert!(public.contains_key(name), "{algorithm} has no {name}");
            }
            for name in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] {
                assert!(!public.contains_key(name), "{algorithm} shows {name}");
            }
        }
    }

    #[test]
    fn the_thumbprint_is_that_of_rfc_7638() {
        let example = json!({
            "kty": "RSA",
            "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRX\
                  jBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqz\
                  s8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ\
                  -G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
            "e": "AQAB",
            "alg": "RS256",
            "kid": "2011-04-29"
        });
        let Value::Object(map) = example else { unreachable!() };
        let jwk = Jwk::from_map(map).unwrap();
        assert_eq!(thumbprint(&jwk), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    }

    #[test]
    fn numbers_in_a_curve_key_keep_their_leading_zeros() {
        // About every 128th key has a coordinate that starts with a zero byte; RFC 7518, section 6.2.1.2, wants all 32.
        for _ in 0..600 {
            let key = SigningKey::generate(Algorithm::ES256).unwrap();
            for member in ["x", "y"] {
                assert_eq!(key.public_jwk()[member].as_str().unwrap().len(), 43, "{member}");
            }
            SigningKey::from_private_jwk(key.private_jwk().expose().as_bytes()).unwrap();
        }
    }
}
