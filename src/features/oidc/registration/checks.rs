//! The checks of a registration.

use serde_json::Value;
use url::Url;

use super::RegistrationProblem;
use super::addresses::{addresses, called_addresses};
use crate::domain::Algorithm;
use crate::domain::certificate_name::CertificateName;
use crate::features::clients::{Client, ClientAuthentication, Profile};
use crate::features::oidc::details::is_plain;
use crate::features::oidc::grants::TOKEN_EXCHANGE;
use crate::features::oidc::{grant_types, response_type};
use crate::keys::{PublicKey, PublicKeyError, is_subject};

/// The most values of a list.
pub(super) const MOST: usize = 100;
/// The longest name, in characters.
const LONGEST_NAME: usize = 100;

pub(super) type Checked = Result<(), RegistrationProblem>;

/// Checks everything about an app that can be told without asking anybody.
///
/// # Errors
///
/// What cannot be registered.
pub fn check_registration(client: &Client) -> Result<(), RegistrationProblem> {
    for check in [name, addresses, called_addresses, grants, keys, strength, resources] {
        check(client)?;
    }
    Ok(())
}

pub(super) fn refuse(member: &'static str, says: impl Into<String>) -> Checked {
    Err(RegistrationProblem::new(member, says))
}

fn name(client: &Client) -> Checked {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    if !(2..=100).contains(&client.id.len()) || !client.id.bytes().all(plain) {
        let says = "An identifier has 2 to 100 letters, digits, dots, dashes, underscores or tildes";
        return refuse("client_id", says);
    }
    let name = &client.name;
    if name.trim().is_empty() || name.chars().count() > LONGEST_NAME || !is_plain(name) {
        return refuse("client_name", format!("A name has 1 to {LONGEST_NAME} characters"));
    }
    Ok(())
}

fn grants(client: &Client) -> Checked {
    let known: Vec<&str> = grant_types().chain(["implicit"]).collect();
    let metadata = &client.metadata;
    if let Some(unknown) = metadata.grant_types.iter().find(|grant| !known.contains(&grant.as_str())) {
        return refuse("grant_types", format!("There is no grant {unknown}. Choose from {}", known.join(", ")));
    }
    if client.may_use(TOKEN_EXCHANGE) {
        if !client.is_confidential() {
            return refuse("grant_types", "An app without a secret cannot trade tokens");
        }
        if metadata.exchanges.is_empty() || metadata.resource.is_none() || metadata.audiences.is_empty() {
            let says = "An app that trades tokens registers whose, what tokens call it, and for which resources";
            return refuse("grant_types", says);
        }
    }
    if client.may_use("client_credentials") && !client.is_confidential() {
        return refuse("grant_types", "An app without a secret cannot act for itself");
    }
    for text in &metadata.response_types {
        let Some(known) = response_type(text) else {
            return refuse("response_types", format!("There is no response type {text}"));
        };
        if known != "code" && client.profile != Profile::Oidc {
            let says = format!("The response type {known} is for apps with the profile oidc");
            return refuse("response_types", says);
        }
    }
    if metadata.scope.to_string().len() > 1024 {
        return refuse("scope", "The scope is too long");
    }
    Ok(())
}

pub(super) fn brings_tokens(client: &Client) -> bool {
    client.metadata.response_types.iter().any(|response_type| response_type != "code")
}

fn keys(client: &Client) -> Checked {
    let metadata = &client.metadata;
    if metadata.jwks.is_some() && metadata.jwks_uri.is_some() {
        return refuse("jwks_uri", "Register the keys or the address where they are published, not both");
    }
    if let Some(set) = &metadata.jwks {
        let unusable =
            |problem: PublicKeyError| RegistrationProblem::new("jwks", format!("The keys cannot be used: {problem}"));
        if PublicKey::from_jwks(set).map_err(unusable)?.is_empty() {
            return Err(unusable(PublicKeyError::Unsupported));
        }
    }
    let has_keys = metadata.jwks.is_some() || metadata.jwks_uri.is_some();
    if client.authentication == ClientAuthentication::PrivateKeyJwt && !has_keys {
        return refuse("jwks", "An app that authenticates with its private key registers its public keys");
    }
    let certified = |set: &Value| {
        let keys = set.get("keys").and_then(Value::as_array);
        keys.is_some_and(|keys| keys.iter().any(|key| key.get("x5c").is_some()))
    };
    let has_certificate = metadata.jwks_uri.is_some() || metadata.jwks.as_ref().is_some_and(certified);
    if client.authentication == ClientAuthentication::SelfSignedTlsClientAuth && !has_certificate {
        return refuse("jwks", "An app that shows a certificate of its own registers it with its keys, as x5c");
    }
    match &metadata.certificate_name {
        None if client.authentication == ClientAuthentication::TlsClientAuth => {
            return refuse("token_endpoint_auth_method", "An app with tls_client_auth names its certificate");
        }
        Some(CertificateName::SubjectDn(name)) if !is_subject(name) => {
            return refuse("token_endpoint_auth_method", format!("{name} is no subject as RFC 4514 writes it"));
        }
        _ => {}
    }
    let signs = metadata.signs_requests || metadata.request_object_algorithm.is_some();
    if signs && !has_keys {
        return refuse("jwks", "An app that signs its requests registers its public keys");
    }
    Ok(())
}

/// What FAPI 2.0 (Security Profile, section 5) demands.
fn strength(client: &Client) -> Checked {
    if client.profile != Profile::Fapi2 {
        return Ok(());
    }
    // FAPI 2.0 Security Profile, section 5.3.2.1.
    if client.authentication != ClientAuthentication::PrivateKeyJwt && !client.authentication.has_certificate() {
        return refuse(
            "token_endpoint_auth_method",
            "An app with the profile fapi2 authenticates with its private key (private_key_jwt) or a certificate",
        );
    }
    let metadata = &client.metadata;
    for (member, algorithm) in [
        ("id_token_signed_response_alg", Some(metadata.id_token_algorithm)),
        ("access_token_signed_response_alg", metadata.access_token_algorithm),
        ("token_endpoint_auth_signing_alg", metadata.assertion_algorithm),
        ("request_object_signing_alg", metadata.request_object_algorithm),
    ] {
        if algorithm == Some(Algorithm::RS256) {
            return refuse(member, "RS256 is not for the profile fapi2: choose PS256, ES256 or EdDSA");
        }
    }
    Ok(())
}

fn resources(client: &Client) -> Checked {
    let metadata = &client.metadata;
    for resource in metadata.audiences.iter().chain(&metadata.resource) {
        if Url::parse(resource).map_or(true, |url| url.fragment().is_some()) {
            return refuse("resource", format!("{resource} is no resource: give a whole address without #"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::features::clients::Metadata;

    fn refused(change: impl FnOnce(&mut Client)) -> Option<&'static str> {
        let mut client = Client {
            id: "app".to_owned(),
            name: "App".to_owned(),
            profile: Profile::Oidc,
            authentication: ClientAuthentication::ClientSecretBasic,
            first_party: false,
            metadata: Metadata { redirect_uris: vec!["https://app.example/cb".to_owned()], ..Metadata::default() },
            secrets: Vec::new(),
            disabled_at: None,
        };
        change(&mut client);
        check_registration(&client).err().map(|problem| problem.member)
    }

    #[test]
    fn a_sound_registration_passes() {
        assert_eq!(refused(|_| {}), None);
        assert_eq!(refused(|client| client.metadata.request_uris = vec!["https://app.example/r#v1".to_owned()]), None);
        assert_eq!(refused(|client| client.metadata.response_types = vec!["id_token token".to_owned()]), None);
    }

    #[test]
    fn what_is_wrong_is_named_by_its_member() {
        let texts = |text: &str| vec![text.to_owned()];
        assert_eq!(refused(|client| client.id = "a b".to_owned()), Some("client_id"));
        assert_eq!(refused(|client| client.name = " ".to_owned()), Some("client_name"));
        assert_eq!(refused(|client| client.metadata.redirect_uris.clear()), Some("redirect_uris"));
        assert_eq!(
            refused(|client| client.metadata.redirect_uris = texts("https://a.example/#x")),
            Some("redirect_uris")
        );
        let many = vec!["https://app.example/cb".to_owned(); MOST + 1];
        assert_eq!(refused(|client| client.metadata.redirect_uris = many), Some("redirect_uris"));
        let long = format!("https://app.example/{}", "x".repeat(2000));
        assert_eq!(refused(|client| client.metadata.redirect_uris = texts(&long)), Some("redirect_uris"));
        let bye = "http://app.example/bye";
        assert_eq!(
            refused(|client| client.metadata.post_logout_redirect_uris = texts(bye)),
            Some("post_logout_redirect_uris")
        );
        for address in ["http://app.example/keys", "com.example.app:/keys", "keys", "https://u@app.example/"] {
            let jwks_uri = Some(address.to_owned());
            assert_eq!(refused(|client| client.metadata.jwks_uri = jwks_uri), Some("jwks_uri"), "{address}");
        }
        assert_eq!(
            refused(|client| client.metadata.request_uris = texts("http://app.example/r")),
            Some("request_uris")
        );
        assert_eq!(
            refused(|client| {
                client.profile = Profile::Oauth21;
                client.metadata.request_uris = texts("https://app.example/r");
            }),
            Some("request_uris")
        );
        assert_eq!(refused(|client| client.metadata.grant_types = texts("password")), Some("grant_types"));
        assert_eq!(
            refused(|client| {
                client.authentication = ClientAuthentication::None;
                client.metadata.grant_types = texts("client_credentials");
            }),
            Some("grant_types")
        );
        assert_eq!(refused(|client| client.metadata.grant_types = texts(TOKEN_EXCHANGE)), Some("grant_types"));
        assert_eq!(refused(|client| client.metadata.response_types = texts("telepathy")), Some("response_types"));
        assert_eq!(
            refused(|client| {
                client.profile = Profile::Oauth21;
                client.metadata.response_types = texts("id_token");
            }),
            Some("response_types")
        );
        assert_eq!(refused(|client| client.metadata.resource = Some("api".to_owned())), Some("resource"));
    }

    #[test]
    fn the_page_of_a_logout_is_on_a_host_of_the_app() {
        let at = |address: &str| {
            let address = Some(address.to_owned());
            refused(|client| client.metadata.frontchannel_logout_uri = address)
        };
        assert_eq!(at("https://app.example/out?x=1"), None);
        for wrong in ["https://other.example/out", "http://app.example/out", "https://app.example:444/out", "/out"] {
            assert_eq!(at(wrong), Some("frontchannel_logout_uri"), "{wrong}");
        }
    }

    #[test]
    fn keys_are_registered_once_and_where_they_are_needed() {
        let private_key = ClientAuthentication::PrivateKeyJwt;
        assert_eq!(refused(|client| client.authentication = private_key), Some("jwks"));
        assert_eq!(refused(|client| client.metadata.signs_requests = true), Some("jwks"));
        assert_eq!(refused(|client| client.metadata.jwks = Some(json!({ "keys": [] }))), Some("jwks"));
        let published = Some("https://app.example/keys".to_owned());
        assert_eq!(
            refused(|client| {
                client.authentication = private_key;
                client.metadata.jwks_uri.clone_from(&published);
            }),
            None
        );
        let key = crate::keys::SigningKey::generate(Algorithm::ES256).unwrap();
        assert_eq!(
            refused(|client| {
                client.metadata.jwks_uri = published;
                client.metadata.jwks = Some(json!({ "keys": [key.public_jwk()] }));
            }),
            Some("jwks_uri")
        );
    }

    #[test]
    fn fapi_takes_strong_ways_only() {
        let fapi = |client: &mut Client| {
            client.profile = Profile::Fapi2;
            client.authentication = ClientAuthentication::PrivateKeyJwt;
            client.metadata.jwks_uri = Some("https://app.example/keys".to_owned());
            client.metadata.id_token_algorithm = Algorithm::PS256;
        };
        assert_eq!(refused(fapi), None);
        assert_eq!(
            refused(|client| {
                fapi(client);
                client.authentication = ClientAuthentication::ClientSecretPost;
            }),
            Some("token_endpoint_auth_method")
        );
        assert_eq!(
            refused(|client| {
                fapi(client);
                client.metadata.id_token_algorithm = Algorithm::RS256;
            }),
            Some("id_token_signed_response_alg")
        );
    }
}
