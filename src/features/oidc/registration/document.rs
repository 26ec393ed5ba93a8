//! A registration as it is sent and told: the members of OpenID Connect Dynamic Client Registration (section 2), RFC 7591
//! (section 2) and the specifications that added to them.

use serde::Deserialize;
use serde_json::{Map, Value, json};
use url::Url;

use super::RegistrationProblem;
use crate::config::Config;
use crate::domain::certificate_name::CertificateName;
use crate::domain::sign_in::Acr;
use crate::domain::{Algorithm, Scope};
use crate::features::clients::{Client, ClientAuthentication, Metadata, Told};
use crate::features::oidc::claims::SCOPES;
use crate::features::oidc::client_auth::by_certificate;
use crate::features::oidc::grants::{TOKEN_EXCHANGE, offered};
use crate::features::oidc::response_types::ResponseType;

/// What an app wants to register. Members that nobody here knows are passed over (RFC 7591, section 2).
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::features::oidc) struct Document {
    redirect_uris: Option<Vec<String>>,
    post_logout_redirect_uris: Option<Vec<String>>,
    response_types: Option<Vec<String>>,
    grant_types: Option<Vec<String>>,
    application_type: Option<String>,
    client_name: Option<String>,
    client_uri: Option<String>,
    contacts: Option<Vec<String>>,
    logo_uri: Option<String>,
    policy_uri: Option<String>,
    tos_uri: Option<String>,
    initiate_login_uri: Option<String>,
    software_id: Option<String>,
    software_version: Option<String>,
    software_statement: Option<String>,
    scope: Option<String>,
    jwks_uri: Option<String>,
    jwks: Option<Value>,
    sector_identifier_uri: Option<String>,
    subject_type: Option<String>,
    token_endpoint_auth_method: Option<String>,
    token_endpoint_auth_signing_alg: Option<String>,
    id_token_signed_response_alg: Option<String>,
    userinfo_signed_response_alg: Option<String>,
    authorization_signed_response_alg: Option<String>,
    introspection_signed_response_alg: Option<String>,
    request_object_signing_alg: Option<String>,
    require_signed_request_object: Option<bool>,
    require_pushed_authorization_requests: Option<bool>,
    dpop_bound_access_tokens: Option<bool>,
    tls_client_certificate_bound_access_tokens: Option<bool>,
    tls_client_auth_subject_dn: Option<String>,
    tls_client_auth_san_dns: Option<String>,
    tls_client_auth_san_uri: Option<String>,
    tls_client_auth_san_ip: Option<String>,
    tls_client_auth_san_email: Option<String>,
    request_uris: Option<Vec<String>>,
    backchannel_logout_uri: Option<String>,
    backchannel_logout_session_required: Option<bool>,
    frontchannel_logout_uri: Option<String>,
    frontchannel_logout_session_required: Option<bool>,
    default_max_age: Option<u64>,
    require_auth_time: Option<bool>,
    default_acr_values: Option<Vec<String>>,
    #[serde(flatten)]
    others: Map<String, Value>,
}

fn refuse<T>(member: &'static str, says: impl Into<String>) -> Result<T, RegistrationProblem> {
    Err(RegistrationProblem::new(member, says))
}

/// An algorithm by name; `none` and what does not exist are refused.
fn algorithm(member: &'static str, name: Option<&String>) -> Result<Option<Algorithm>, RegistrationProblem> {
    match name.map(|name| name.parse()) {
        None => Ok(None),
        Some(Ok(algorithm)) => Ok(Some(algorithm)),
        Some(Err(_)) => refuse(member, "This algorithm does not sign here"),
    }
}

impl Document {
    /// Reads a registration.
    ///
    /// # Errors
    ///
    /// When it is no JSON object, or a member has the wrong type.
    pub(in crate::features::oidc) fn parse(body: &Value) -> Result<Self, RegistrationProblem> {
        Self::deserialize(body).or_else(|_| {
            refuse("client_metadata", "The registration is no JSON object, or a member of it has the wrong type")
        })
    }

    /// The app that is wanted, still to be checked: all that an app registers by itself is replaced, and what only the
    /// operator sets stays as it is in `base`, and so do its secrets. `most` is the scope of an app that names none.
    ///
    /// # Errors
    ///
    /// What nobody may register by themselves, and what does not fit together.
    pub(in crate::features::oidc) fn into_client(
        self,
        base: Client,
        most: Option<&Scope>,
        config: &Config,
    ) -> Result<Client, RegistrationProblem> {
        self.refuse_what_is_not_offered(config)?;
        let id_token_algorithm = algorithm("id_token_signed_response_alg", self.id_token_signed_response_alg.as_ref())?;
        let id_token_algorithm = id_token_algorithm.unwrap_or(Algorithm::RS256);
        if !config.keys.algorithms.contains(&id_token_algorithm) {
            return refuse("id_token_signed_response_alg", "There is no signing key for this algorithm");
        }
        for (member, name) in [
            ("userinfo_signed_response_alg", &self.userinfo_signed_response_alg),
            ("authorization_signed_response_alg", &self.authorization_signed_response_alg),
            ("introspection_signed_response_alg", &self.introspection_signed_response_alg),
        ] {
            if algorithm(member, name.as_ref())?.is_some_and(|wanted| wanted != id_token_algorithm) {
                return refuse(member, "All that is signed for an app is signed with the algorithm of its ID tokens");
            }
        }
        let (authentication, assertion_algorithm) = self.authentication(config)?;
        let certificate_name = self.certificate_name(authentication)?;
        let (response_types, grant_types) = self.types(&base, config)?;
        let redirect_uris = self.redirect_uris.unwrap_or_default();
        let (scope, sector) = (
            wanted_scope(self.scope.as_deref(), most)?,
            sector(self.subject_type.as_deref(), self.sector_identifier_uri.as_deref(), &redirect_uris)?,
        );
        let native = match self.application_type.as_deref() {
            None | Some("web") => false,
            Some("native") => true,
            Some(_) => return refuse("application_type", "An app is web or native"),
        };
        let name = self.client_name.filter(|name| !name.trim().is_empty());
        Ok(Client {
            name: name.unwrap_or_else(|| host_of(&redirect_uris).unwrap_or_else(|| base.id.clone())),
            authentication,
            metadata: Metadata {
                redirect_uris,
                post_logout_redirect_uris: self.post_logout_redirect_uris.unwrap_or_default(),
                grant_types,
                response_types,
                scope,
                home_uri: self.client_uri,
                id_token_algorithm,
                default_max_age: self.default_max_age,
                jwks: self.jwks,
                jwks_uri: self.jwks_uri,
                assertion_algorithm,
                request_object_algorithm: algorithm(
                    "request_object_signing_alg",
                    self.request_object_signing_alg.as_ref(),
                )?,
                signs_requests: self.require_signed_request_object.unwrap_or_default(),
                pushes_requests: self.require_pushed_authorization_requests.unwrap_or_default(),
                binds_tokens: self.dpop_bound_access_tokens.unwrap_or_default(),
                binds_tokens_to_certificate: self.tls_client_certificate_bound_access_tokens.unwrap_or_default(),
                certificate_name,
                sector,
                sector_identifier_uri: self.sector_identifier_uri,
                request_uris: self.request_uris.unwrap_or_default(),
                signs_userinfo: self.userinfo_signed_response_alg.is_some(),
                backchannel_logout_uri: self.backchannel_logout_uri,
                frontchannel_logout_uri: self.frontchannel_logout_uri,
                told: Told {
                    native,
                    contacts: self.contacts.unwrap_or_default(),
                    logo_uri: self.logo_uri,
                    policy_uri: self.policy_uri,
                    tos_uri: self.tos_uri,
                    initiate_login_uri: self.initiate_login_uri,
                    software_id: self.software_id,
                    software_version: self.software_version,
                    backchannel_logout_session_required: self.backchannel_logout_session_required.unwrap_or_default(),
                    frontchannel_logout_session_required: self.frontchannel_logout_session_required.unwrap_or_default(),
                    require_auth_time: self.require_auth_time.unwrap_or_default(),
                    default_acr_values: self.default_acr_values.unwrap_or_default(),
                },
                ..base.metadata
            },
            ..base
        })
    }

    fn refuse_what_is_not_offered(&self, config: &Config) -> Result<(), RegistrationProblem> {
        if self.software_statement.is_some() {
            return refuse("software_statement", "Software statements are not taken");
        }
        // Whoever asks for encryption must not believe to have it (OpenID Connect Dynamic Client Registration, section 2).
        if self.others.iter().any(|(name, value)| name.contains("_encrypt") && !value.is_null()) {
            return refuse("client_metadata", "Nothing is encrypted here");
        }
        if self.tls_client_certificate_bound_access_tokens == Some(true) && !config.mtls.is_on() {
            return refuse("client_metadata", "Nobody is asked for a certificate here; use DPoP");
        }
        let unknown = |value: &String| value.parse::<Acr>().is_err();
        if self.default_acr_values.iter().flatten().any(unknown) {
            return refuse("default_acr_values", "There is no such acr value");
        }
        Ok(())
    }

    /// The name of the app's certificate: exactly one, and only where it counts (RFC 8705, section 2.1.2).
    fn certificate_name(
        &self,
        authentication: ClientAuthentication,
    ) -> Result<Option<CertificateName>, RegistrationProblem> {
        let named = [
            ("subject_dn", &self.tls_client_auth_subject_dn),
            ("san_dns", &self.tls_client_auth_san_dns),
            ("san_uri", &self.tls_client_auth_san_uri),
            ("san_ip", &self.tls_client_auth_san_ip),
            ("san_email", &self.tls_client_auth_san_email),
        ];
        let mut named = named.into_iter().filter_map(|(kind, name)| Some((kind, name.as_deref()?)));
        match (authentication, named.next(), named.next()) {
            (ClientAuthentication::TlsClientAuth, Some((kind, name)), None) => match CertificateName::new(kind, name) {
                Ok(name) => Ok(Some(name)),
                Err(problem) => {
                    refuse("client_metadata", format!("The name of the certificate cannot be used: {problem}"))
                }
            },
            (ClientAuthentication::TlsClientAuth, ..) => {
                refuse("client_metadata", "Name the certificate in exactly one of the ways of RFC 8705, section 2.1.2")
            }
            _ => Ok(None),
        }
    }

    fn authentication(
        &self,
        config: &Config,
    ) -> Result<(ClientAuthentication, Option<Algorithm>), RegistrationProblem> {
        let method = self.token_endpoint_auth_method.as_deref().unwrap_or("client_secret_basic");
        let Ok(method) = method.parse::<ClientAuthentication>() else {
            return refuse("token_endpoint_auth_method", "There is no such way to authenticate");
        };
        if method.has_certificate() && !by_certificate(&config.mtls).any(|offered| offered == method) {
            return refuse("token_endpoint_auth_method", "This way to authenticate is not offered here");
        }
        let named = self.token_endpoint_auth_signing_alg.as_ref();
        if method == ClientAuthentication::ClientSecretJwt && named.is_some_and(|name| name == "HS256") {
            return Ok((method, None));
        }
        let named = algorithm("token_endpoint_auth_signing_alg", named)?;
        Ok((method, named.filter(|_| method == ClientAuthentication::PrivateKeyJwt)))
    }

    /// Response types and grants, which must fit (RFC 7591, section 2.1).
    fn types(&self, base: &Client, config: &Config) -> Result<(Vec<String>, Vec<String>), RegistrationProblem> {
        let one = |text: &str| vec![text.to_owned()];
        let grants = self.grant_types.clone().unwrap_or_else(|| one("authorization_code"));
        let mut known: Vec<&str> = offered(config).map(|grant| grant.name).collect();
        // What an app that registered itself may do by itself is the operator's to decide.
        known.retain(|name| (*name != "client_credentials" && *name != TOKEN_EXCHANGE) || base.may_use(name));
        known.extend(config.oidc.classic.then_some("implicit"));
        if grants.iter().any(|grant| !known.contains(&grant.as_str())) {
            return refuse("grant_types", format!("Choose from {}", known.join(", ")));
        }
        let has = |name: &str| grants.iter().any(|grant| grant == name);
        let usual = if has("authorization_code") { one("code") } else { Vec::new() };
        let mut types = Vec::new();
        for text in self.response_types.as_ref().unwrap_or(&usual) {
            let Some(known) = ResponseType::parse(text).filter(|known| config.oidc.classic || !known.brings_tokens())
            else {
                return refuse("response_types", "There is no such response type");
            };
            if (known.code && !has("authorization_code")) || (known.brings_tokens() && !has("implicit")) {
                return refuse("grant_types", "The response types need grants that are not registered");
            }
            types.push(known.to_string());
        }
        if has("authorization_code") && !types.iter().any(|known| known.starts_with("code")) {
            return refuse("response_types", "The grant authorization_code needs a response type with a code");
        }
        Ok((types, grants))
    }
}

/// The scopes that an app may register by itself: those of OpenID Connect, and no other app's; all that it may have where
/// it names none.
fn wanted_scope(text: Option<&str>, most: Option<&Scope>) -> Result<Scope, RegistrationProblem> {
    let all: Scope = SCOPES.into_iter().collect();
    match text.map(str::parse::<Scope>) {
        None => Ok(most.map_or_else(|| all.clone(), |most| all.and(most))),
        Some(Ok(wanted)) => Ok(wanted.and(&all)),
        Some(Err(_)) => refuse("scope", "The scope is malformed"),
    }
}

fn host_of(redirect_uris: &[String]) -> Option<String> {
    Url::parse(redirect_uris.first()?).ok()?.host_str().map(str::to_owned)
}

/// The sector of an app that wants pairwise identifiers (OpenID Connect Core, section 8.1); for one that names a list of
/// addresses, its host, still to be proven.
fn sector(
    subject_type: Option<&str>,
    list: Option<&str>,
    redirect_uris: &[String],
) -> Result<Option<String>, RegistrationProblem> {
    match subject_type {
        None | Some("public") => return Ok(None),
        Some("pairwise") => {}
        Some(_) => return refuse("subject_type", "Identifiers are public or pairwise"),
    }
    let host = |text: &str| Url::parse(text).ok().and_then(|url| url.host_str().map(str::to_owned));
    if let Some(list) = list {
        return Ok(host(list));
    }
    let first = redirect_uris.first().and_then(|first| host(first));
    if first.is_none() || redirect_uris.iter().any(|other| host(other) != first) {
        return refuse("sector_identifier_uri", "Addresses on several hosts need a sector_identifier_uri");
    }
    Ok(first)
}

/// What an app registered, as it is told (RFC 7591, section 3.2.1), without its secret.
pub(in crate::features::oidc) fn describe(client: &Client) -> Map<String, Value> {
    let metadata = &client.metadata;
    let told = &metadata.told;
    let algorithm = metadata.id_token_algorithm;
    let mut all = Map::new();
    let mut tell = |name: &str, value: Value| {
        let is_nothing = value.is_null() || value.as_array().is_some_and(Vec::is_empty) || value == json!(false);
        if !is_nothing {
            all.insert(name.to_owned(), value);
        }
    };
    tell("client_id", json!(client.id));
    tell("client_name", json!(client.name));
    tell("redirect_uris", json!(metadata.redirect_uris));
    tell("post_logout_redirect_uris", json!(metadata.post_logout_redirect_uris));
    tell("response_types", json!(metadata.response_types));
    tell("grant_types", json!(metadata.grant_types));
    tell("application_type", json!(if told.native { "native" } else { "web" }));
    tell("client_uri", json!(metadata.home_uri));
    tell("contacts", json!(told.contacts));
    tell("logo_uri", json!(told.logo_uri));
    tell("policy_uri", json!(told.policy_uri));
    tell("tos_uri", json!(told.tos_uri));
    tell("initiate_login_uri", json!(told.initiate_login_uri));
    tell("software_id", json!(told.software_id));
    tell("software_version", json!(told.software_version));
    tell("scope", json!(metadata.scope));
    tell("jwks_uri", json!(metadata.jwks_uri));
    tell("jwks", json!(metadata.jwks));
    tell("sector_identifier_uri", json!(metadata.sector_identifier_uri));
    tell("subject_type", json!(if metadata.sector.is_some() { "pairwise" } else { "public" }));
    tell("token_endpoint_auth_method", json!(client.authentication));
    tell("token_endpoint_auth_signing_alg", json!(metadata.assertion_algorithm));
    tell("id_token_signed_response_alg", json!(algorithm));
    tell("userinfo_signed_response_alg", json!(metadata.signs_userinfo.then_some(algorithm)));
    tell("request_object_signing_alg", json!(metadata.request_object_algorithm));
    tell("require_signed_request_object", json!(metadata.signs_requests));
    tell("require_pushed_authorization_requests", json!(metadata.pushes_requests));
    tell("dpop_bound_access_tokens", json!(metadata.binds_tokens));
    tell("tls_client_certificate_bound_access_tokens", json!(metadata.binds_tokens_to_certificate));
    if let Some((kind, name)) = metadata.certificate_name.as_ref().map(CertificateName::parts) {
        tell(&format!("tls_client_auth_{kind}"), json!(name));
    }
    tell("request_uris", json!(metadata.request_uris));
    tell("backchannel_logout_uri", json!(metadata.backchannel_logout_uri));
    tell("backchannel_logout_session_required", json!(told.backchannel_logout_session_required));
    tell("frontchannel_logout_uri", json!(metadata.frontchannel_logout_uri));
    tell("frontchannel_logout_session_required", json!(told.frontchannel_logout_session_required));
    tell("default_max_age", json!(metadata.default_max_age));
    tell("require_auth_time", json!(told.require_auth_time));
    tell("default_acr_values", json!(told.default_acr_values));
    all
}
