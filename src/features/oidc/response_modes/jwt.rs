//! `jwt`: the parameters in one token that the app can verify (JWT Secured Authorization Response Mode, section 2.1).

use serde_json::{Map, Value, json};

use super::Correspondence;
use crate::features::oidc::tokens::{SIGNED_RESPONSE, sign};
use crate::web::Error;

/// How long the token may be taken, in seconds: no longer than the code in it.
const LIFETIME: i64 = 60;

/// The value of `response`.
pub(super) fn response(between: &Correspondence<'_>, pairs: &[(&'static str, String)]) -> Result<String, Error> {
    let mut claims: Map<String, Value> = pairs.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
    claims.insert("iss".to_owned(), json!(between.issuer));
    claims.insert("aud".to_owned(), json!(between.client.id));
    claims.insert("iat".to_owned(), json!(between.now.seconds()));
    claims.insert("exp".to_owned(), json!(between.now.seconds() + LIFETIME));
    sign(between.ring, between.client.metadata.id_token_algorithm, SIGNED_RESPONSE, &claims, between.now)
}
