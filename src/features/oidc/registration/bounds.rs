//! What an app that registered itself may become by itself: never more than it registered at first, and nothing that the
//! operator took away since.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{RegistrationProblem, describe};
use crate::domain::Scope;
use crate::features::clients::Client;

/// Members that stay as the operator left them: how the app proves to be itself, and what is demanded of it.
const KEPT: [&str; 17] = [
    "token_endpoint_auth_method",
    "token_endpoint_auth_signing_alg",
    "tls_client_auth_subject_dn",
    "tls_client_auth_san_dns",
    "tls_client_auth_san_uri",
    "tls_client_auth_san_ip",
    "tls_client_auth_san_email",
    "jwks",
    "jwks_uri",
    "sector_identifier_uri",
    "subject_type",
    "id_token_signed_response_alg",
    "request_object_signing_alg",
    "require_signed_request_object",
    "require_pushed_authorization_requests",
    "dpop_bound_access_tokens",
    "tls_client_certificate_bound_access_tokens",
];
/// Lists to which nothing returns that the operator took off.
const LISTS: [&str; 5] =
    ["redirect_uris", "post_logout_redirect_uris", "request_uris", "grant_types", "response_types"];
const SCOPE: &str = "scope";

/// What an app that registered itself may become, and how it left its registration, which tells what others changed since.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::features::oidc) struct Bounds {
    left: Map<String, Value>,
    scope: Scope,
    kept: BTreeSet<String>,
    taken: BTreeMap<String, BTreeSet<String>>,
}

impl Bounds {
    /// Those of an app as it is now, of which nobody knows what others changed.
    pub(in crate::features::oidc) fn of(client: &Client) -> Self {
        Self { left: facts(client), scope: client.metadata.scope.clone(), ..Self::default() }
    }

    /// Those that follow from what others made of the app, which is now `known`.
    #[must_use]
    pub(in crate::features::oidc) fn seen(mut self, known: &Client) -> Self {
        let now = facts(known);
        let differs = |name: &str| self.left.get(name) != now.get(name);
        if differs(SCOPE) {
            self.scope.clone_from(&known.metadata.scope);
        }
        for name in KEPT.into_iter().filter(|name| differs(name)) {
            // What the operator demands no more is the app's again.
            if now.contains_key(name) {
                self.kept.insert(name.to_owned())
            } else {
                self.kept.remove(name)
            };
        }
        for name in LISTS {
            let (before, now) = (values(&self.left, name), values(&now, name));
            let taken = self.taken.entry(name.to_owned()).or_default();
            taken.extend(before.difference(&now).cloned());
            taken.retain(|value| !now.contains(value));
        }
        self.left = now;
        self
    }

    /// Those of the next change, once the app changed itself into `wanted`.
    #[must_use]
    pub(in crate::features::oidc) fn left_as(self, wanted: &Client) -> Self {
        Self { left: facts(wanted), ..self }
    }

    /// The widest scope that the app may register.
    pub(in crate::features::oidc) const fn scope(&self) -> &Scope {
        &self.scope
    }

    /// Checks that the app may become `wanted` by itself, with these bounds as they were last [`seen`](Self::seen).
    pub(in crate::features::oidc) fn check(&self, wanted: &Client) -> Result<(), RegistrationProblem> {
        let wish = facts(wanted);
        if !wanted.metadata.scope.is_within(&self.scope) {
            let says = format!("scope: this app may register no more than {}", self.scope);
            return Err(RegistrationProblem::new(SCOPE, says));
        }
        for name in KEPT.into_iter().filter(|name| self.kept.contains(*name)) {
            if wish.get(name) != self.left.get(name) {
                let says = format!("{name}: the operator set this: leave it as the registration tells it");
                return Err(RegistrationProblem::new(name, says));
            }
        }
        for name in LISTS {
            let wish = values(&wish, name);
            let taken = self.taken.get(name).and_then(|taken| taken.iter().find(|value| wish.contains(*value)));
            if let Some(value) = taken {
                let says = format!("{name}: the operator took {value} away: leave it out");
                return Err(RegistrationProblem::new(name, says));
            }
        }
        Ok(())
    }
}

/// What is told of an app that bounds are about.
fn facts(client: &Client) -> Map<String, Value> {
    let about = |name: &str| name == SCOPE || KEPT.contains(&name) || LISTS.contains(&name);
    describe(client).into_iter().filter(|(name, _)| about(name)).collect()
}

fn values(facts: &Map<String, Value>, name: &str) -> BTreeSet<String> {
    let list = facts.get(name).and_then(Value::as_array);
    list.into_iter().flatten().filter_map(|value| value.as_str().map(str::to_owned)).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::Algorithm;
    use crate::domain::certificate_name::CertificateName;
    use crate::features::clients::{ClientAuthentication, Metadata, Profile};

    type Change = fn(&mut Client);

    fn app() -> Client {
        Client {
            id: "app".to_owned(),
            name: "App".to_owned(),
            profile: Profile::Oidc,
            authentication: ClientAuthentication::ClientSecretBasic,
            first_party: false,
            metadata: Metadata {
                redirect_uris: vec!["https://app.example/cb".to_owned(), "https://app.example/old".to_owned()],
                post_logout_redirect_uris: vec!["https://app.example/bye".to_owned()],
                request_uris: vec!["https://app.example/request".to_owned()],
                response_types: vec!["code".to_owned(), "code id_token".to_owned()],
                scope: "openid profile email".parse().unwrap(),
                ..Metadata::default()
            },
            secrets: Vec::new(),
            disabled_at: None,
        }
    }

    fn with(client: &Client, changes: &[Change]) -> Client {
        let mut client = client.clone();
        for change in changes {
            change(&mut client);
        }
        client
    }

    fn refused(bounds: &Bounds, wanted: &Client) -> Option<&'static str> {
        bounds.check(wanted).err().map(|problem| {
            assert!(problem.says.starts_with(problem.member), "the member is named: {problem}");
            problem.member
        })
    }

    /// What an operator tightens, and the member that an app is refused which undoes it.
    const TIGHTENED: [(&str, Change); 19] = [
        ("scope", |app| app.metadata.scope = "openid".parse().unwrap()),
        ("token_endpoint_auth_method", |app| app.authentication = ClientAuthentication::PrivateKeyJwt),
        ("token_endpoint_auth_signing_alg", |app| app.metadata.assertion_algorithm = Some(Algorithm::ES256)),
        ("tls_client_auth_san_dns", |app| {
            app.metadata.certificate_name = Some(CertificateName::new("san_dns", "app.example").unwrap());
        }),
        ("jwks", |app| app.metadata.jwks = Some(json!({ "keys": [] }))),
        ("jwks_uri", |app| app.metadata.jwks_uri = Some("https://app.example/keys".to_owned())),
        ("sector_identifier_uri", |app| {
            app.metadata.sector_identifier_uri = Some("https://app.example/sector".to_owned());
        }),
        ("subject_type", |app| app.metadata.sector = Some("app.example".to_owned())),
        ("id_token_signed_response_alg", |app| app.metadata.id_token_algorithm = Algorithm::ES256),
        ("request_object_signing_alg", |app| app.metadata.request_object_algorithm = Some(Algorithm::ES256)),
        ("require_signed_request_object", |app| app.metadata.signs_requests = true),
        ("require_pushed_authorization_requests", |app| app.metadata.pushes_requests = true),
        ("dpop_bound_access_tokens", |app| app.metadata.binds_tokens = true),
        ("tls_client_certificate_bound_access_tokens", |app| app.metadata.binds_tokens_to_certificate = true),
        ("redirect_uris", |app| app.metadata.redirect_uris.truncate(1)),
        ("post_logout_redirect_uris", |app| app.metadata.post_logout_redirect_uris.clear()),
        ("request_uris", |app| app.metadata.request_uris.clear()),
        ("grant_types", |app| app.metadata.grant_types.retain(|grant| grant != "refresh_token")),
        ("response_types", |app| app.metadata.response_types.truncate(1)),
    ];

    #[test]
    fn what_the_operator_tightened_stays_whatever_the_app_says_and_how_often() {
        for (member, tighten) in TIGHTENED {
            let tightened = with(&app(), &[tighten]);
            let mut bounds = Bounds::of(&app());
            for _ in 0..2 {
                bounds = bounds.seen(&tightened);
                assert_eq!(refused(&bounds, &app()), Some(member));
                assert_eq!(refused(&bounds, &tightened), None, "{member}");
                bounds = bounds.left_as(&tightened);
            }
        }
    }

    #[test]
    fn what_the_app_tightened_itself_is_its_own_to_loosen() {
        for (member, tighten) in TIGHTENED {
            let tightened = with(&app(), &[tighten]);
            let bounds = Bounds::of(&app()).seen(&app()).left_as(&tightened).seen(&tightened);
            assert_eq!(refused(&bounds, &app()), None, "{member}");
        }
    }

    #[test]
    fn what_the_operator_gave_back_is_the_apps_again() {
        for (member, tighten) in TIGHTENED {
            let tightened = with(&app(), &[tighten]);
            let bounds = Bounds::of(&app()).seen(&tightened).left_as(&tightened).seen(&app());
            assert_eq!(refused(&bounds, &app()), None, "{member}");
        }
    }

    #[test]
    fn one_tightening_frees_no_other() {
        for (member, one) in TIGHTENED {
            for (second, other) in TIGHTENED.into_iter().filter(|(second, _)| *second != member) {
                let bounds = Bounds::of(&app()).seen(&with(&app(), &[one])).seen(&with(&app(), &[one, other]));
                assert_eq!(refused(&bounds, &with(&app(), &[other])), Some(member), "{second}");
            }
        }
    }

    #[test]
    fn nobody_registers_more_scope_than_at_first_or_than_the_operator_allows() {
        let scope = |text: &str| {
            let mut app = app();
            app.metadata.scope = text.parse().unwrap();
            app
        };
        let bounds = Bounds::of(&scope("openid email"));
        assert_eq!(refused(&bounds, &scope("openid profile")), Some("scope"));
        let narrowed = bounds.clone().left_as(&scope("openid"));
        assert_eq!(refused(&narrowed, &scope("openid email")), None, "it returns to what it had");
        let widened = bounds.seen(&scope("openid email phone"));
        assert_eq!(refused(&widened, &scope("phone")), None, "the operator allows more");
        assert_eq!(refused(&widened, &scope("phone profile")), Some("scope"));
    }
}
