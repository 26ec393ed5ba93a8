//! The protocol's parsers for [`crate::fuzzing`].

use serde_json::Value;

use super::details::Details;
use super::parameters::Parameters;
use super::registration::{Document, check_registration};
use super::{authorize, client_auth, dpop};
use crate::config::{Config, DetailField, DetailType, FieldKind};
use crate::domain::{Language, Timestamp};
use crate::features::clients::{Client, ClientAuthentication, Metadata, Profile, allowed_redirect, check_redirect_uri};

/// Takes any bytes.
type Parser = fn(&[u8]);

/// The parsers, by name.
pub(crate) const TARGETS: &[(&str, Parser)] = &[
    ("authorize_query", authorize_query),
    ("token_body", token_body),
    ("redirect_uri", redirect_uri),
    ("request_object", request_object),
    ("dpop_proof", dpop_proof),
    ("assertion", assertion),
    ("authorization_details", authorization_details),
    ("registration", registration),
];

pub(super) const ISSUER: &str = "https://id.example";
pub(super) const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

/// An app of each profile, with all that a request could ask for.
pub(super) fn clients() -> impl Iterator<Item = Client> {
    [Profile::Oauth21, Profile::Oidc, Profile::Fapi2].into_iter().map(|profile| Client {
        id: "app".to_owned(),
        name: "App".to_owned(),
        profile,
        authentication: ClientAuthentication::PrivateKeyJwt,
        first_party: false,
        metadata: Metadata {
            redirect_uris: vec!["https://app.example/cb".to_owned(), "http://127.0.0.1/cb".to_owned()],
            scope: "openid email offline_access".parse().unwrap_or_default(),
            response_types: vec!["code".to_owned(), "code id_token".to_owned(), "id_token".to_owned()],
            audiences: vec!["https://api.example/".to_owned()],
            detail_types: vec!["invoice".to_owned()],
            ..Metadata::default()
        },
        secrets: Vec::new(),
        disabled_at: None,
    })
}

pub(super) fn details() -> [DetailType; 1] {
    let field = |name: &str, kind| DetailField {
        name: name.to_owned(),
        en: "What".to_owned(),
        nl: "Wat".to_owned(),
        kind,
        required: false,
        values: Vec::new(),
    };
    let fields =
        vec![field("customer", FieldKind::Text), field("actions", FieldKind::Texts), field("most", FieldKind::Number)];
    [DetailType { name: "invoice".to_owned(), en: "Invoices".to_owned(), nl: "Facturen".to_owned(), fields }]
}

/// The query of an authorization request, through every check.
fn authorize_query(data: &[u8]) {
    authorize::fuzzing::query(data);
}

/// A request object, without its signature.
fn request_object(data: &[u8]) {
    authorize::fuzzing::object(data);
}

/// The form of a token request behind a line with an `Authorization` header, as far as who sent it.
fn token_body(data: &[u8]) {
    let (header, body) = data.split_at(data.iter().position(|byte| *byte == b'\n').unwrap_or(0));
    client_auth::fuzzing::find(std::str::from_utf8(header).ok().filter(|header| !header.is_empty()), body);
}

/// A statement of an app about itself, without its signature.
fn assertion(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    client_auth::fuzzing::holds_text(text);
}

/// An address that was asked for, and one that is to be registered.
fn redirect_uri(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let registered = ["https://app.example/cb".to_owned(), "http://127.0.0.1:8080/cb".to_owned()];
    for native in [false, true] {
        if allowed_redirect(&registered, text, native) {
            let is_registered = registered.iter().any(|known| known == text);
            assert!(is_registered || (native && text.starts_with("http://127.0.0.1")), "{text} is not registered");
        }
    }
    let _ = check_redirect_uri(text);
}

/// A proof that somebody holds a key.
fn dpop_proof(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let shown = dpop::Shown { headers: &[text], method: "POST", path: "/token", access_token: Some("token") };
    let _ = dpop::check(text, &shown, &[format!("{ISSUER}/token")], NOW);
}

/// What is asked for in detail.
fn authorization_details(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let mut parameters = Parameters::default();
    parameters.add("authorization_details", text);
    for client in clients() {
        if let Ok(read) = Details::read(&parameters, &client, &details()) {
            let _ = (read.words(&details(), Language::Dutch), read.types());
            assert_eq!(read.narrowed(&parameters).as_ref(), Ok(&read), "what was granted is no wider than itself");
        }
    }
}

/// A registration.
fn registration(data: &[u8]) {
    let Ok(said) = serde_json::from_slice::<Value>(data) else { return };
    for client in clients() {
        let read = Document::parse(&said).and_then(|document| document.into_client(client, None, &Config::default()));
        if let Ok(client) = read {
            let _ = check_registration(&client);
        }
    }
}
