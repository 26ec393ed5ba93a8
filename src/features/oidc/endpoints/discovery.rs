//! Discovery (OpenID Connect Discovery, section 3; RFC 8414) and the key set.

use std::sync::{Arc, PoisonError, RwLock};

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use crate::config::{Config, Registration};
use crate::domain::sign_in::Acr;
use crate::domain::{Algorithm, Language};
use crate::features::oidc::claims::{CLAIMS, SCOPES};
use crate::features::oidc::client_auth;
use crate::features::oidc::dpop;
use crate::features::oidc::grants::offered;
use crate::features::oidc::response_modes;
use crate::features::oidc::response_types::RESPONSE_TYPES;
use crate::features::signing::Signing;
use crate::keys::Ring;
use crate::web::{AppState, Context, Error, Parts, Service, urls};

/// How long clients may keep either document: an hour, and keys are published longer ahead than that.
const CACHE: &str = "public, max-age=3600";

/// A document that is sent as it is.
#[derive(Clone)]
struct Document {
    body: Arc<str>,
    tag: Arc<str>,
}

impl Document {
    fn new(body: String) -> Self {
        let tag = format!("\"{}\"", URL_SAFE_NO_PAD.encode(&Sha256::digest(&body)[..12]));
        Self { body: body.into(), tag: tag.into() }
    }

    fn answer(&self, asked: &HeaderMap) -> Response {
        let headers = [(header::CACHE_CONTROL, CACHE), (header::ETAG, self.tag.as_ref())];
        if asked.get(header::IF_NONE_MATCH).is_some_and(|known| known == self.tag.as_ref()) {
            return (StatusCode::NOT_MODIFIED, headers).into_response();
        }
        let kind = [(header::CONTENT_TYPE, "application/json")];
        (headers, kind, self.body.to_string()).into_response()
    }
}

/// The documents, made once.
pub(in crate::features::oidc) struct Documents {
    discovery: Document,
    jwks: RwLock<Option<(Arc<Ring>, i64, Document)>>,
}

impl Service for Documents {
    fn build(parts: &Parts) -> Self {
        Self { discovery: Document::new(metadata(&parts.config)), jwks: RwLock::new(None) }
    }
}

impl Documents {
    fn jwks(&self, ring: &Arc<Ring>, context: &Context) -> Document {
        // The set changes with the ring, and by the clock: a key is forgotten on a minute.
        let minute = context.now.seconds() / 60;
        let known = self.jwks.read().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((_, _, document)) = known.filter(|(of, at, _)| Arc::ptr_eq(of, ring) && *at == minute) {
            return document;
        }
        let document = Document::new(ring.jwks(context.now));
        let entry = (Arc::clone(ring), minute, document.clone());
        *self.jwks.write().unwrap_or_else(PoisonError::into_inner) = Some(entry);
        document
    }
}

/// Answers with the discovery document, at both well-known addresses.
pub(in crate::features::oidc) async fn discovery(State(state): State<AppState>, headers: HeaderMap) -> Response {
    state.service::<Documents>().discovery.answer(&headers)
}

/// Answers with the key set.
pub(in crate::features::oidc) async fn jwks(
    State(state): State<AppState>,
    context: Context,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let ring = Signing::ring(&state).await?;
    Ok(state.service::<Documents>().jwks(&ring, &context).answer(&headers))
}

fn metadata(config: &Config) -> String {
    let at = |path: &str| format!("{}{path}", config.server.issuer());
    let mut grants: Vec<&str> = offered(config).map(|grant| grant.name).collect();
    let auth_methods: Vec<String> = client_auth::names(config).collect();
    let confidential: Vec<&String> = auth_methods.iter().filter(|name| *name != "none").collect();
    let assertion_algorithms: Vec<&str> = Algorithm::ALL.into_iter().map(Algorithm::as_str).chain(["HS256"]).collect();
    let classic = config.oidc.classic;
    if classic {
        grants.push("implicit");
    }
    let response_types: Vec<String> = RESPONSE_TYPES
        .into_iter()
        .filter(|response_type| classic || !response_type.brings_tokens())
        .map(|response_type| response_type.to_string())
        .collect();
    let languages: Vec<&str> = Language::ALL.iter().map(|language| language.code()).collect();
    let mut metadata = json!({
        "issuer": config.server.issuer(),
        "authorization_endpoint": at(urls::AUTHORIZE),
        "token_endpoint": at(urls::TOKEN),
        "userinfo_endpoint": at(urls::USERINFO),
        "revocation_endpoint": at(urls::REVOKE),
        "revocation_endpoint_auth_methods_supported": auth_methods,
        "revocation_endpoint_auth_signing_alg_values_supported": assertion_algorithms,
        "introspection_endpoint": at(urls::INTROSPECT),
        "introspection_endpoint_auth_methods_supported": confidential,
        "introspection_endpoint_auth_signing_alg_values_supported": assertion_algorithms,
        "introspection_signing_alg_values_supported": config.keys.algorithms,
        "jwks_uri": at(urls::JWKS),
        "end_session_endpoint": at(urls::END_SESSION),
        "scopes_supported": SCOPES,
        "claims_supported": CLAIMS,
        "claim_types_supported": ["normal"],
        "response_types_supported": response_types,
        "response_modes_supported": response_modes::names().collect::<Vec<_>>(),
        "authorization_signing_alg_values_supported": config.keys.algorithms,
        "grant_types_supported": grants,
        "subject_types_supported": ["public", "pairwise"],
        "userinfo_signing_alg_values_supported": config.keys.algorithms,
        "acr_values_supported": Acr::ALL,
        "id_token_signing_alg_values_supported": config.keys.algorithms,
        "token_endpoint_auth_methods_supported": auth_methods,
        "token_endpoint_auth_signing_alg_values_supported": assertion_algorithms,
        "code_challenge_methods_supported": ["S256"],
        "prompt_values_supported": ["none", "login", "consent", "select_account"],
        "ui_locales_supported": languages,
        "authorization_response_iss_parameter_supported": true,
        "pushed_authorization_request_endpoint": at(urls::PUSH),
        "require_pushed_authorization_requests": false,
        "dpop_signing_alg_values_supported": dpop::ALGORITHMS,
        "request_object_signing_alg_values_supported": Algorithm::ALL,
        "require_signed_request_object": false,
    });
    for name in [
        "backchannel_logout_supported",
        "backchannel_logout_session_supported",
        "frontchannel_logout_supported",
        "frontchannel_logout_session_supported",
        "claims_parameter_supported",
        "request_parameter_supported",
        "request_uri_parameter_supported",
        "require_request_uri_registration",
    ] {
        metadata[name] = json!(true);
    }
    if !config.oidc.authorization_details.is_empty() {
        let names: Vec<&String> = config.oidc.authorization_details.iter().map(|known| &known.name).collect();
        metadata["authorization_details_types_supported"] = json!(names);
    }
    if config.mtls.is_on() {
        metadata["tls_client_certificate_bound_access_tokens"] = json!(true);
    }
    if let Some(alias) = config.mtls.alias() {
        metadata["mtls_endpoint_aliases"] = aliases(&alias, config);
    }
    if config.offers_session_management() {
        metadata["check_session_iframe"] = json!(at(urls::CHECK_SESSION));
    }
    if config.oidc.device_grant {
        metadata["device_authorization_endpoint"] = json!(at(urls::DEVICE_AUTHORIZATION));
    }
    if config.oidc.registration != Registration::Off {
        metadata["registration_endpoint"] = json!(at(urls::REGISTER));
    }
    metadata.to_string()
}

/// The same endpoints where certificates are asked for (RFC 8705, section 5).
fn aliases(alias: &str, config: &Config) -> Value {
    let device = ("device_authorization_endpoint", urls::DEVICE_AUTHORIZATION);
    let known = [
        ("token_endpoint", urls::TOKEN),
        ("userinfo_endpoint", urls::USERINFO),
        ("pushed_authorization_request_endpoint", urls::PUSH),
        ("revocation_endpoint", urls::REVOKE),
        ("introspection_endpoint", urls::INTROSPECT),
    ];
    let all = known.into_iter().chain(config.oidc.device_grant.then_some(device));
    all.map(|(name, path)| (name.to_owned(), json!(format!("{alias}{path}")))).collect::<Map<_, _>>().into()
}
