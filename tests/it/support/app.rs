//! An app's side of the protocol, by hand, to send what no library would.

use std::collections::BTreeMap;

use countersign::domain::{Algorithm, Random as _};
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
    let mut bytes = [0; 16];
    countersign::app::OsRandom.fill(&mut bytes);
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
