//! Claims about a person (OpenID Connect Core, section 5.1), by scope (section 5.4).

use serde_json::{Map, Value, json};

use crate::domain::Scope;
use crate::features::sessions::Standing;

/// The scopes that exist, as discovery lists them.
pub(super) const SCOPES: [&str; 5] = ["openid", "profile", "email", "organisation", "offline_access"];

/// The claims that exist, as discovery lists them.
pub(super) const CLAIMS: [&str; 23] = [
    "sub",
    "iss",
    "aud",
    "exp",
    "iat",
    "auth_time",
    "nonce",
    "acr",
    "amr",
    "sid",
    "name",
    "given_name",
    "family_name",
    "preferred_username",
    "locale",
    "zoneinfo",
    "updated_at",
    "email",
    "email_verified",
    "org_id",
    "org_name",
    "org_roles",
    "groups",
];

/// The claims that `scope` opens.
pub(super) fn claims(standing: &Standing, scope: &Scope, zone: &str) -> Map<String, Value> {
    let account = &standing.account;
    let mut claims = Map::new();
    claims.insert("sub".to_owned(), json!(account.id));
    let mut add = |name: &str, value: Value| {
        if !value.is_null() {
            claims.insert(name.to_owned(), value);
        }
    };
    if scope.contains("profile") {
        add("name", json!(account.name));
        add("given_name", json!(account.given_name));
        add("family_name", json!(account.family_name));
        add("preferred_username", json!(account.username.as_deref().unwrap_or(account.email.as_str())));
        add("locale", json!(account.language.code()));
        add("zoneinfo", json!(zone));
        add("updated_at", json!(account.updated_at.seconds()));
    }
    if scope.contains("email") {
        add("email", json!(account.email));
        add("email_verified", json!(account.email_verified));
    }
    if scope.contains("organisation")
        && let Some(home) = standing.home()
    {
        add("org_id", json!(home.organisation_id));
        add("org_name", json!(home.organisation_name));
        add("org_roles", json!([home.role]));
        add("groups", json!(home.groups));
    }
    claims
}
