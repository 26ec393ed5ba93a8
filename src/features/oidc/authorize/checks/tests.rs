use super::*;
use crate::domain::Algorithm;
use crate::features::clients::{ClientAuthentication, Metadata, Profile};

const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

fn client() -> Client {
    Client {
        id: "portal".to_owned(),
        name: "Portal".to_owned(),
        profile: Profile::Oauth21,
        authentication: ClientAuthentication::ClientSecretBasic,
        first_party: true,
        metadata: Metadata {
            redirect_uris: vec!["https://portal.example/cb".to_owned()],
            post_logout_redirect_uris: Vec::new(),
            grant_types: vec!["authorization_code".to_owned(), "refresh_token".to_owned()],
            scope: "openid email offline_access".parse().unwrap(),
            id_token_algorithm: Algorithm::RS256,
            ..Metadata::default()
        },
        secrets: Vec::new(),
        disabled_at: None,
    }
}

fn check(client: &Client, changes: &[(&str, &str)]) -> Result<AuthorizationRequest, ErrorCode> {
    let mut pairs = vec![
        ("response_type", "code"),
        ("scope", "openid email"),
        ("state", "s"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    for change in changes {
        pairs.retain(|(name, _)| *name != change.0);
        pairs.push(*change);
    }
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    let parameters = Parameters::parse(query.as_bytes());
    run(&Asked {
        sent: &parameters,
        parameters: &parameters,
        client,
        redirect_uri: "https://portal.example/cb",
        ring: &Ring::default(),
        issuer: "https://id.example",
        details: &[],
        way: Way::Browser,
        now: Timestamp::from_seconds(0),
    })
    .map_err(|error| error.code)
}

#[test]
fn a_sound_request_passes() {
    let request = check(&client(), &[("nonce", "n"), ("prompt", "login consent"), ("max_age", "0")]).unwrap();
    assert_eq!(request.state.as_deref(), Some("s"));
    assert_eq!(request.nonce.as_deref(), Some("n"));
    assert_eq!(request.max_age, Some(0));
    assert!(request.prompt.login && request.prompt.consent && !request.prompt.none);
}

#[test]
fn every_fault_has_its_code() {
    use ErrorCode as E;
    let long = "x".repeat(5000);
    for (changes, code) in [
        (vec![("response_type", "")], E::InvalidRequest),
        (vec![("response_type", "token")], E::UnsupportedResponseType),
        (vec![("response_type", "code id_token")], E::UnauthorizedClient),
        (vec![("response_mode", "telepathy")], E::InvalidRequest),
        (vec![("scope", "openid \"x\"")], E::InvalidScope),
        (vec![("scope", "payments")], E::InvalidScope),
        (vec![("code_challenge", "")], E::InvalidRequest),
        (vec![("code_challenge", ""), ("code_challenge_method", "")], E::InvalidRequest),
        (vec![("code_challenge", "short")], E::InvalidRequest),
        (vec![("code_challenge_method", "plain")], E::InvalidRequest),
        (vec![("code_challenge_method", "")], E::InvalidRequest),
        (vec![("prompt", "none login")], E::InvalidRequest),
        (vec![("prompt", "dance")], E::InvalidRequest),
        (vec![("prompt", "create")], E::InvalidRequest),
        (vec![("max_age", "-1")], E::InvalidRequest),
        (vec![("max_age", "soon")], E::InvalidRequest),
        (vec![("resource", "https://api.example")], E::InvalidTarget),
        (vec![("dpop_jkt", "short")], E::InvalidRequest),
        (vec![("resource", "not an address")], E::InvalidTarget),
        (vec![("claims", "{\"userinfo\":1}")], E::InvalidRequest),
        (vec![("registration", "{}")], E::RegistrationNotSupported),
        (vec![("id_token_hint", "x.y.z")], E::InvalidRequest),
        (vec![("claims", "[")], E::InvalidRequest),
        (vec![("claims", "[]")], E::InvalidRequest),
        (vec![("state", long.as_str())], E::InvalidRequest),
        (vec![("nonce", long.as_str())], E::InvalidRequest),
    ] {
        assert_eq!(check(&client(), &changes), Err(code), "{changes:.60?}");
    }
}

#[test]
fn what_is_unknown_or_only_a_hint_never_fails() {
    for change in [
        ("display", "popup"),
        ("ui_locales", "nl en"),
        ("claims_locales", "xx"),
        ("login_hint", "nobody@example.nl"),
        ("acr_values", "mfa"),
        ("colour", "blue"),
        ("scope", "openid unknown email"),
        ("claims", "{\"userinfo\":{\"name\":{\"essential\":true}}}"),
    ] {
        assert!(check(&client(), &[change]).is_ok(), "{change:?}");
    }
}

#[test]
fn a_doubled_parameter_is_refused() {
    let parameters = Parameters::parse(b"response_type=code&state=a&state=b");
    assert!(parameters.refuse_doubled().is_err());
    assert!(client_id(&Parameters::parse(b"client_id=a&client_id=b")).is_err());
    assert!(client_id(&Parameters::parse(b"client_id=a&redirect_uri=b&redirect_uri=c")).is_err());
}

#[test]
fn only_an_app_with_a_secret_and_the_classic_profile_may_go_without_pkce() {
    let without = [("code_challenge", ""), ("code_challenge_method", "")];
    let classic = Client { profile: Profile::Oidc, ..client() };
    assert!(check(&classic, &without).is_ok());
    let public = Client { authentication: ClientAuthentication::None, ..classic.clone() };
    assert_eq!(check(&public, &without), Err(ErrorCode::InvalidRequest));
    assert_eq!(check(&classic, &[("code_challenge_method", "plain")]), Err(ErrorCode::InvalidRequest));
}

#[test]
fn offline_access_needs_consent_unless_the_app_is_the_operators_own() {
    let wanted = ("scope", "openid offline_access");
    let has =
        |client: &Client, changes: &[(&str, &str)]| check(client, changes).unwrap().scope.contains("offline_access");
    assert!(has(&client(), &[wanted]));
    let foreign = Client { first_party: false, ..client() };
    assert!(!has(&foreign, &[wanted]));
    assert!(has(&foreign, &[wanted, ("prompt", "consent")]));
}

#[test]
fn an_app_without_the_grant_gets_no_code() {
    let mut machine = client();
    machine.metadata.grant_types = vec!["client_credentials".to_owned()];
    assert_eq!(check(&machine, &[]), Err(ErrorCode::UnauthorizedClient));
}
