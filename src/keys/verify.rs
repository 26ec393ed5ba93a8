//! Checking tokens that we signed ourselves.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::Ring;
use crate::domain::Timestamp;

/// The longest token that is looked at, in bytes.
const LONGEST: usize = 16 * 1024;

/// The claims of a token whose signature is right. Whether they still hold is another question.
pub type Claims = Map<String, Value>;

/// The token was not signed here, or not as this kind of token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// It is no compact JWS with claims.
    #[error("this is not a signed token")]
    Malformed,
    /// Its type is another: an ID token is no access token (RFC 9068, section 4).
    #[error("this is another kind of token")]
    WrongType,
    /// No key of ours has this `kid`, or the algorithm is not the key's.
    #[error("no key of ours signed this token")]
    UnknownKey,
    /// The signature is wrong.
    #[error("the signature is wrong")]
    WrongSignature,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: String,
    typ: Option<String>,
    crit: Option<Value>,
}

/// Checks the signature of `token`, and that it is of type `typ`.
///
/// # Errors
///
/// When it was not signed by a key of the ring with that key's own algorithm.
pub fn verify(token: &str, typ: &str, ring: &Ring, now: Timestamp) -> Result<Claims, VerifyError> {
    if token.len() > LONGEST {
        return Err(VerifyError::Malformed);
    }
    let (message, signature) = token.rsplit_once('.').ok_or(VerifyError::Malformed)?;
    let (header, claims) = message.split_once('.').ok_or(VerifyError::Malformed)?;
    let header: Header = decoded(header)?;
    if header.crit.is_some() {
        return Err(VerifyError::Malformed);
    }
    if header.typ.as_deref() != Some(typ) {
        return Err(VerifyError::WrongType);
    }
    // The key says which algorithm counts; a header that chose it could choose a weak one.
    let key = ring.find(&header.kid, now).filter(|key| key.algorithm().as_str() == header.alg);
    let key = key.ok_or(VerifyError::UnknownKey)?;
    let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| VerifyError::Malformed)?;
    if key.is_signature(message.as_bytes(), &signature) { decoded(claims) } else { Err(VerifyError::WrongSignature) }
}

pub(super) fn decoded<T: for<'de> Deserialize<'de>>(part: &str) -> Result<T, VerifyError> {
    let bytes = URL_SAFE_NO_PAD.decode(part).map_err(|_| VerifyError::Malformed)?;
    serde_json::from_slice(&bytes).map_err(|_| VerifyError::Malformed)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::super::{KeyLife, RingKey, SigningKey};
    use super::*;
    use crate::domain::Algorithm;

    const NOW: Timestamp = Timestamp::from_seconds(1_000);

    fn ring(algorithms: &[Algorithm]) -> Ring {
        let keys = algorithms.iter().map(|algorithm| {
            let key = Arc::new(SigningKey::generate(*algorithm).unwrap());
            let life = KeyLife {
                kid: key.kid().to_owned(),
                algorithm: *algorithm,
                created_at: NOW,
                active_at: NOW,
                retired_at: None,
                removed_at: None,
            };
            RingKey { life, key }
        });
        Ring::new(keys.collect())
    }

    #[test]
    fn a_token_of_every_algorithm_verifies() {
        let ring = ring(&Algorithm::ALL);
        for algorithm in Algorithm::ALL {
            let token = ring.signer(algorithm, NOW).unwrap().sign("JWT", &json!({ "sub": "x" })).unwrap();
            assert_eq!(verify(&token, "JWT", &ring, NOW).unwrap()["sub"], "x");
            // Another node has never seen it.
            let other = elsewhere(&ring);
            assert_eq!(verify(&token, "JWT", &other, NOW).unwrap()["sub"], "x");
            assert_eq!(verify(&token, "JWT", &other, NOW).unwrap()["sub"], "x", "and now it has");
        }
    }

    /// The same keys, read anew.
    fn elsewhere(ring: &Ring) -> Ring {
        let again = |signer: Algorithm| {
            let key = ring.signer(signer, NOW).unwrap();
            let key = SigningKey::from_private_jwk(key.private_jwk().expose().as_bytes()).unwrap();
            let life = KeyLife {
                kid: key.kid().to_owned(),
                algorithm: signer,
                created_at: NOW,
                active_at: NOW,
                retired_at: None,
                removed_at: None,
            };
            RingKey { life, key: Arc::new(key) }
        };
        Ring::new(Algorithm::ALL.into_iter().map(again).collect())
    }

    #[test]
    fn an_id_token_never_passes_as_an_access_token() {
        let ring = ring(&[Algorithm::ES256]);
        let token = ring.signer(Algorithm::ES256, NOW).unwrap().sign("JWT", &json!({})).unwrap();
        assert_eq!(verify(&token, "at+jwt", &ring, NOW), Err(VerifyError::WrongType));
    }

    #[test]
    fn a_token_changed_in_any_bit_is_refused() {
        let ring = ring(&Algorithm::ALL);
        for algorithm in Algorithm::ALL {
            let token = ring.signer(algorithm, NOW).unwrap().sign("JWT", &json!({ "sub": "x" })).unwrap();
            for place in 0..token.len() {
                for bit in 0..7 {
                    let mut bytes = token.clone().into_bytes();
                    bytes[place] ^= 1 << bit;
                    let changed = String::from_utf8(bytes).unwrap();
                    assert!(verify(&changed, "JWT", &ring, NOW).is_err(), "{algorithm}, byte {place}, bit {bit}");
                }
            }
        }
    }

    #[test]
    fn an_empty_or_zero_signature_is_refused() {
        let ring = ring(&Algorithm::ALL);
        for algorithm in Algorithm::ALL {
            let token = ring.signer(algorithm, NOW).unwrap().sign("JWT", &json!({})).unwrap();
            let message = token.rsplit_once('.').unwrap().0;
            for length in [0, 1, 63, 64, 65, 255, 256, 257] {
                let token = format!("{message}.{}", URL_SAFE_NO_PAD.encode(vec![0; length]));
                assert_eq!(verify(&token, "JWT", &ring, NOW), Err(VerifyError::WrongSignature), "{algorithm} {length}");
            }
        }
    }

    #[test]
    fn none_and_other_algorithms_are_refused() {
        let ring = ring(&[Algorithm::RS256]);
        let kid = ring.signer(Algorithm::RS256, NOW).unwrap().kid().to_owned();
        let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        for alg in ["none", "HS256", "PS256", "rs256"] {
            let header = json!({ "alg": alg, "kid": kid, "typ": "JWT" });
            let token = format!("{}.{}.", encode(&header), encode(&json!({ "sub": "x" })));
            assert_eq!(verify(&token, "JWT", &ring, NOW), Err(VerifyError::UnknownKey), "{alg}");
        }
    }

    #[test]
    fn texts_that_are_no_token_are_refused() {
        let ring = ring(&[Algorithm::ES256]);
        for text in ["", ".", "..", "a.b", "a.b.c", "a.b.c.d.e", &"x".repeat(20_000)] {
            assert_eq!(verify(text, "JWT", &ring, NOW), Err(VerifyError::Malformed), "{text:.20}");
        }
    }
}
