//! An app's side of the protocol, by hand, to send what no library would.

use std::collections::BTreeMap;

use countersign::domain::{Algorithm, Random};
use countersign::keys::SigningKey;
use serde_json::{Value, json};

/// The verifier of RFC 7636, appendix B.
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
/// Its challenge.
pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// The query of an address.
pub(crate) fn query_of(url: &str) -> BTreeMap<String, String> {
    url::Url::parse(url).unwrap().query_pairs().into_owned().collect()
}

/// The fragment of an address, as parameters.
pub(crate) fn fragment_of(url: &str) -> BTreeMap<String, String> {
    let (_, fragment) = url.split_once('#').unwrap_or_else(|| panic!("no fragment: {url}"));
    url::form_urlencoded::parse(fragment.as_bytes()).into_owned().collect()
}

/// The form field that says what a statement of an app is.
pub(crate) const ASSERTION_TYPE: (&str, &str) =
    ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");

/// The private key of an app.
pub(crate) struct AppKey(SigningKey);

impl AppKey {
    pub(crate) fn new(algorithm: Algorithm) -> Self {
        Self(SigningKey::generate(algorithm).unwrap())
    }

    /// Its public half, as it is registered.
    pub(crate) fn jwks(&self) -> Value {
        json!({ "keys": [self.0.public_jwk()] })
    }

    /// Signs what `sound` says with `changes`: null leaves a claim out.
    pub(crate) fn sign(&self, typ: &str, sound: Value, changes: &Value) -> String {
        self.0.sign(typ, &with_changes(sound, changes)).unwrap()
    }

    /// A statement that an app is itself.
    pub(crate) fn assertion(&self, client: &str, audience: &str, now: i64, changes: &Value) -> String {
        self.sign("JWT", statement(client, audience, now), changes)
    }
}

/// What a sound statement of an app says.
pub(crate) fn statement(client: &str, audience: &str, now: i64) -> Value {
    json!({ "iss": client, "sub": client, "aud": audience, "jti": fresh(), "iat": now, "exp": now + 60 })
}

/// `sound` with `changes`: null leaves a member out.
pub(crate) fn with_changes(mut sound: Value, changes: &Value) -> Value {
    let members = sound.as_object_mut().unwrap();
    for (name, value) in changes.as_object().unwrap() {
        if value.is_null() {
            members.remove(name);
        } else {
            members.insert(name.clone(), value.clone());
        }
    }
    sound
}

/// A name that nobody used before.
pub(crate) fn fresh() -> String {
    let random: &dyn Random = &countersign::app::OsRandom;
    random.secret().expose().clone()
}

/// A proof that the sender of a request holds a key, with any fault that a test wants.
pub(crate) struct Proving<'a> {
    pub(crate) method: &'a str,
    pub(crate) url: &'a str,
    pub(crate) now: i64,
    /// The access token that it goes with.
    pub(crate) token: Option<&'a str>,
    /// Changes of the header.
    pub(crate) header: Value,
    /// Changes of the claims.
    pub(crate) claims: Value,
}

impl AppKey {
    /// The thumbprint of the key.
    pub(crate) fn thumbprint(&self) -> &str {
        self.0.kid()
    }

    /// A proof (RFC 9449, section 4.2).
    pub(crate) fn proof(&self, proving: &Proving<'_>) -> String {
        use base64::Engine as _;
        use base64::engine::general_purpose::URL_SAFE_NO_PAD;
        use josekit::jws::{self, JwsSigner};
        use sha2::{Digest as _, Sha256};
        let mut claims = json!({ "htm": proving.method, "htu": proving.url, "iat": proving.now, "jti": fresh() });
        if let Some(token) = proving.token {
            claims["ath"] = json!(URL_SAFE_NO_PAD.encode(Sha256::digest(token)));
        }
        let algorithm = self.0.algorithm();
        let header = json!({ "alg": algorithm.as_str(), "typ": "dpop+jwt", "jwk": self.0.public_jwk() });
        let encode = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let message = format!(
            "{}.{}",
            encode(with_changes(header, &proving.header)),
            encode(with_changes(claims, &proving.claims))
        );
        let key = josekit::jwk::Jwk::from_bytes(self.0.private_jwk().expose()).unwrap();
        let signer: Box<dyn JwsSigner> = match algorithm {
            Algorithm::ES256 => Box::new(jws::ES256.signer_from_jwk(&key).unwrap()),
            Algorithm::EdDSA => Box::new(jws::EdDSA.signer_from_jwk(&key).unwrap()),
            Algorithm::PS256 => Box::new(jws::PS256.signer_from_jwk(&key).unwrap()),
            Algorithm::RS256 => Box::new(jws::RS256.signer_from_jwk(&key).unwrap()),
        };
        let signature = signer.sign(message.as_bytes()).unwrap();
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// The private key, which has no place in a proof.
    pub(crate) fn private_jwk(&self) -> Value {
        serde_json::from_str(self.0.private_jwk().expose()).unwrap()
    }
}
