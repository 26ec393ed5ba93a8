//! Claims about a person (OpenID Connect Core, section 5.1), by scope (section 5.4).

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::domain::Scope;
use crate::domain::ids::OrganisationId;
use crate::features::organisations::Membership;
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

/// The claims of each scope.
const BY_SCOPE: [(&str, &[&str]); 3] = [
    ("profile", &["name", "given_name", "family_name", "preferred_username", "locale", "zoneinfo", "updated_at"]),
    ("email", &["email", "email_verified"]),
    ("organisation", &["org_id", "org_name", "org_roles", "groups"]),
];

/// The scope that a claim about a person belongs to.
pub(super) fn scope_of(claim: &str) -> Option<&'static str> {
    BY_SCOPE.iter().find(|(_, claims)| claims.contains(&claim)).map(|(scope, _)| *scope)
}

/// The claims that `scope` opens, and those that were asked for by name.
pub(super) fn claims(
    (standing, organisation): (&Standing, Option<OrganisationId>),
    (scope, named): (&Scope, &BTreeSet<String>),
    zone: &str,
) -> Map<String, Value> {
    let mut claims = Map::new();
    // The organisation that was chosen for this app; without a choice the one at home.
    let place = organisation.map_or_else(|| standing.home(), |id| standing.place(id));
    for (name, value) in all(standing, place, zone) {
        let wanted = named.contains(name) || scope_of(name).is_some_and(|of| scope.contains(of));
        if wanted && !value.is_null() {
            claims.insert(name.to_owned(), value);
        }
    }
    claims
}

fn all(standing: &Standing, place: Option<&Membership>, zone: &str) -> [(&'static str, Value); 13] {
    let account = &standing.account;
    [
        ("name", json!(account.name)),
        ("given_name", json!(account.given_name)),
        ("family_name", json!(account.family_name)),
        ("preferred_username", json!(account.username.as_deref().unwrap_or(account.email.as_str()))),
        ("locale", json!(account.language.code())),
        ("zoneinfo", json!(zone)),
        ("updated_at", json!(account.updated_at.seconds())),
        ("email", json!(account.email)),
        ("email_verified", json!(account.email_verified)),
        ("org_id", json!(place.map(|place| place.organisation_id))),
        ("org_name", json!(place.map(|place| &place.organisation_name))),
        ("org_roles", json!(place.map(|place| [place.role]))),
        ("groups", json!(place.map(|place| &place.groups))),
    ]
}
