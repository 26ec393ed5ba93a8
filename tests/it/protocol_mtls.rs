//! Apps that show a certificate in TLS (RFC 8705): to us, and to a proxy in front.

mod proxies;

use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use countersign::config::{Config, HeaderFormat, Registration};
use countersign::domain::Algorithm;
use countersign::features::clients::{Client, ClientAuthentication, Profile};
use rcgen::{BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, Issuer, KeyPair, SanType};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::support::{
    Answer, AppKey, Browser, CHALLENGE, Engine, PASSWORD, Proving, REDIRECT, Server, Site, TestClock, VERIFIER,
    on_both_engines, query_of,
};

on_both_engines! {
    a_certificate_proves_an_app_by_the_name_that_it_registered
    a_certificate_that_the_app_signed_itself_must_be_the_registered_one
    a_published_certificate_may_be_replaced
    tokens_are_bound_to_the_certificate_that_was_shown
    an_app_without_a_secret_refreshes_with_its_certificate_only
    a_certificate_will_do_for_fapi2
    certificates_are_advertised_only_where_they_are_taken
    apps_register_themselves_with_a_certificate
}

/// What apps call the place that asks for certificates.
const ALIAS: &str = "https://mtls.localhost";

/// Who signs certificates, and the server's own.
struct Authority {
    folder: tempfile::TempDir,
    issuer: Issuer<'static, KeyPair>,
    foreign: Issuer<'static, KeyPair>,
}

/// A certificate with its key.
struct Shown {
    der: Vec<u8>,
    pem: String,
    key: KeyPair,
}

impl Shown {
    fn both(&self) -> String {
        format!("{}{}", self.pem, self.key.serialize_pem())
    }

    fn thumbprint(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(&self.der))
    }

    /// As it is registered: the key with its certificate.
    fn jwks(&self) -> Value {
        let point = self.key.public_key_raw();
        let (x, y) = (URL_SAFE_NO_PAD.encode(&point[1..33]), URL_SAFE_NO_PAD.encode(&point[33..]));
        json!({ "keys": [{ "kty": "EC", "crv": "P-256", "x": x, "y": y, "x5c": [STANDARD.encode(&self.der)] }] })
    }
}

fn named(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::OrganizationName, "Kantoor");
    params.distinguished_name.push(DnType::CommonName, name);
    params
}

fn authority() -> (String, Issuer<'static, KeyPair>) {
    let mut params = named("Authority");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().unwrap();
    (params.self_signed(&key).unwrap().pem(), Issuer::new(params, key))
}

impl Authority {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (pem, issuer) = authority();
        std::fs::write(folder.path().join("ca.pem"), pem).unwrap();
        let key = KeyPair::generate().unwrap();
        let own = CertificateParams::new(vec!["localhost".to_owned()]).unwrap().self_signed(&key).unwrap();
        std::fs::write(folder.path().join("own.pem"), own.pem()).unwrap();
        std::fs::write(folder.path().join("own.key"), key.serialize_pem()).unwrap();
        Self { folder, issuer, foreign: authority().1 }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn signed_by(issuer: &Issuer<'_, KeyPair>, params: &CertificateParams) -> Shown {
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, issuer).unwrap();
        Shown { der: certificate.der().to_vec(), pem: certificate.pem(), key }
    }

    /// A certificate of the app "app".
    fn sign(&self, change: impl FnOnce(&mut CertificateParams)) -> Shown {
        let mut params = named("app");
        change(&mut params);
        Self::signed_by(&self.issuer, &params)
    }

    fn self_signed() -> Shown {
        let key = KeyPair::generate().unwrap();
        let certificate = named("app").self_signed(&key).unwrap();
        Shown { der: certificate.der().to_vec(), pem: certificate.pem(), key }
    }

    /// A server that asks for certificates at a second port.
    async fn serve(&self, engine: &Engine, change: impl FnOnce(&mut Config)) -> Server {
        Server::start_with(engine, TestClock::new(), |config| {
            let port = config.server.public_url.port().unwrap();
            config.server.public_url = format!("https://localhost:{port}").parse().unwrap();
            config.server.tls.certificate_file = Some(self.file("own.pem"));
            config.server.tls.private_key_file = Some(self.file("own.key"));
            config.mtls.listen = Some("127.0.0.1:0".parse().unwrap());
            config.mtls.public_url = Some(ALIAS.parse().unwrap());
            config.mtls.ca_file = Some(self.file("ca.pem"));
            change(config);
        })
        .await
    }

    fn own(&self) -> Vec<u8> {
        std::fs::read(self.file("own.pem")).unwrap()
    }

    /// An app that shows this certificate where it is asked for one.
    fn app(&self, server: &Server, shown: &Shown) -> Browser {
        let port = server.inner.mtls_address.unwrap().port();
        Browser::showing(&format!("https://localhost:{port}"), &self.own(), &shown.both())
    }

    /// The same app without a certificate.
    fn bare(&self, server: &Server) -> Browser {
        let port = server.inner.mtls_address.unwrap().port();
        Browser::trusting(&format!("https://localhost:{port}"), &self.own())
    }
}

/// An app that authenticates with a certificate.
fn by_certificate(client: &mut Client, authentication: ClientAuthentication) {
    client.authentication = authentication;
    client.secrets.clear();
    client.metadata.grant_types = vec!["client_credentials".to_owned()];
    client.metadata.scope = "invoices:read".parse().unwrap();
}

async fn machine_token(app: &mut Browser, client: &str) -> Answer {
    app.post_with("/token", &[], &[("grant_type", "client_credentials"), ("client_id", client)]).await
}

#[track_caller]
fn refused(answer: &Answer, why: &str) {
    assert_eq!(
        (answer.status, answer.json()["error"].as_str()),
        (401, Some("invalid_client")),
        "{why}: {}",
        answer.body
    );
}

async fn a_certificate_proves_an_app_by_the_name_that_it_registered(engine: Engine) {
    let authority = Authority::new();
    let server = authority.serve(&engine, |_| {}).await;
    for (id, name) in [
        ("by-subject", "subject_dn=CN=app,O=Kantoor"),
        ("by-dns", "san_dns=app.kantoor.nl"),
        ("by-uri", "san_uri=urn:app"),
        ("by-ip", "san_ip=192.0.2.1"),
        ("by-email", "san_email=app@kantoor.nl"),
        ("other", "san_dns=other.kantoor.nl"),
    ] {
        server
            .register(id, |client| {
                by_certificate(client, ClientAuthentication::TlsClientAuth);
                client.metadata.certificate_name = Some(name.parse().unwrap());
            })
            .await;
    }
    let names = |params: &mut CertificateParams| {
        params.subject_alt_names = vec![
            SanType::DnsName("app.kantoor.nl".try_into().unwrap()),
            SanType::URI("urn:app".try_into().unwrap()),
            SanType::IpAddress("192.0.2.1".parse().unwrap()),
            SanType::Rfc822Name("app@kantoor.nl".try_into().unwrap()),
        ];
    };
    let right = authority.sign(names);
    let mut app = authority.app(&server, &right);
    for id in ["by-subject", "by-dns", "by-uri", "by-ip", "by-email"] {
        let answer = machine_token(&mut app, id).await;
        assert_eq!(answer.status, 200, "{id}: {}", answer.body);
        let claims = server.claims(answer.json()["access_token"].as_str().unwrap(), "at+jwt").await;
        assert!(!claims.contains_key("cnf"), "shown to authenticate, and not registered to bind");
        refused(&machine_token(&mut authority.bare(&server), id).await, "nothing shown");
    }
    refused(&machine_token(&mut app, "other").await, "another name");
    refused(&machine_token(&mut app, "nobody").await, "an unknown app");
    refused(&machine_token(&mut app, "machine").await, "an app that registered a secret");
    let doubled = [("grant_type", "client_credentials"), ("client_id", "by-dns"), ("client_secret", "x")];
    refused(&app.post_with("/token", &[], &doubled).await, "another way than the registered one");

    let mut params = named("app");
    names(&mut params);
    let foreign = Authority::signed_by(&authority.foreign, &params);
    refused(&machine_token(&mut authority.app(&server, &foreign), "by-dns").await, "another authority");
    let over = authority.sign(|params| {
        names(params);
        params.not_after = rcgen::date_time_ymd(2020, 1, 1);
    });
    refused(&machine_token(&mut authority.app(&server, &over), "by-dns").await, "it is over");
    let key = KeyPair::generate().unwrap();
    let own = params.self_signed(&key).unwrap();
    let own = Shown { der: own.der().to_vec(), pem: own.pem(), key };
    refused(&machine_token(&mut authority.app(&server, &own), "by-dns").await, "it vouches for itself");
    let mut usual = Browser::showing(&server.issuer, &authority.own(), &right.both());
    refused(&machine_token(&mut usual, "by-dns").await, "nobody asked for it there");
    let mut forging = authority.bare(&server);
    let header = format!(":{}:", STANDARD.encode(&right.der));
    for name in ["client-cert", "x-forwarded-client-cert", "x-forwarded-tls-client-cert", "x-ssl-cert"] {
        let fields = [("grant_type", "client_credentials"), ("client_id", "by-dns")];
        refused(&forging.post_with("/token", &[(name, &header)], &fields).await, name);
    }
    for path in ["/sign-in", "/account", "/authorize", "/", "/assets/countersign.css", "/readyz"] {
        assert_eq!(app.get(path).await.status, 404, "{path}: there is nothing for people");
    }
}

async fn a_certificate_that_the_app_signed_itself_must_be_the_registered_one(engine: Engine) {
    let authority = Authority::new();
    let server = authority.serve(&engine, |_| {}).await;
    let own = Authority::self_signed();
    server
        .register("app", |client| {
            by_certificate(client, ClientAuthentication::SelfSignedTlsClientAuth);
            client.metadata.jwks = Some(own.jwks());
        })
        .await;
    assert_eq!(machine_token(&mut authority.app(&server, &own), "app").await.status, 200);
    refused(&machine_token(&mut authority.app(&server, &Authority::self_signed()), "app").await, "the same name");
    refused(&machine_token(&mut authority.app(&server, &authority.sign(|_| {})), "app").await, "a known authority");
    let again = named("app").self_signed(&own.key).unwrap();
    let key = KeyPair::from_pem(&own.key.serialize_pem()).unwrap();
    let again = Shown { der: again.der().to_vec(), pem: again.pem(), key };
    assert_ne!(again.der, own.der);
    refused(
        &machine_token(&mut authority.app(&server, &again), "app").await,
        "the same key is not the same certificate",
    );
    refused(&machine_token(&mut authority.bare(&server), "app").await, "nothing shown");
}

async fn a_published_certificate_may_be_replaced(engine: Engine) {
    let (authority, site) = (Authority::new(), Site::start().await);
    let server = authority.serve(&engine, Site::open_to).await;
    let (old, new) = (Authority::self_signed(), Authority::self_signed());
    site.publish_json("/jwks", &old.jwks());
    let address = site.url("/jwks");
    server
        .register("app", |client| {
            by_certificate(client, ClientAuthentication::SelfSignedTlsClientAuth);
            client.metadata.jwks_uri = Some(address);
        })
        .await;
    assert_eq!(machine_token(&mut authority.app(&server, &old), "app").await.status, 200);
    site.publish_json("/jwks", &new.jwks());
    refused(&machine_token(&mut authority.app(&server, &new), "app").await, "it was asked a moment ago");
    server.clock.advance(11);
    assert_eq!(machine_token(&mut authority.app(&server, &new), "app").await.status, 200);
    refused(&machine_token(&mut authority.app(&server, &old), "app").await, "the old one is gone");
}

async fn userinfo(app: &mut Browser, scheme: &str, token: &str) -> u16 {
    app.get_with("/userinfo", &[("authorization", &format!("{scheme} {token}"))]).await.status
}

/// A code for an app, for somebody who signs in at the usual place.
async fn code(server: &Server, authority: &Authority, client: &str) -> String {
    let mut person = Browser::trusting(&server.issuer, &authority.own());
    let back = server.sign_in_through(&mut person, &Server::authorize(&[("client_id", client)])).await;
    query_of(&back)["code"].clone()
}

async fn redeem(app: &mut Browser, client: &str, code: &str) -> Answer {
    let fields = [
        ("grant_type", "authorization_code"),
        ("client_id", client),
        ("code", code),
        ("redirect_uri", REDIRECT),
        ("code_verifier", VERIFIER),
    ];
    app.post_with("/token", &[], &fields).await
}

async fn tokens_are_bound_to_the_certificate_that_was_shown(engine: Engine) {
    let authority = Authority::new();
    let server = authority.serve(&engine, |_| {}).await;
    server
        .register("bound", |client| {
            client.authentication = ClientAuthentication::TlsClientAuth;
            client.secrets.clear();
            client.metadata.certificate_name = Some("subject_dn=CN=app,O=Kantoor".parse().unwrap());
            client.metadata.binds_tokens_to_certificate = true;
        })
        .await;
    let (own, renewed, other) = (authority.sign(|_| {}), authority.sign(|_| {}), Authority::self_signed());
    let mut app = authority.app(&server, &own);
    let told = redeem(&mut app, "bound", &code(&server, &authority, "bound").await).await;
    assert_eq!(told.status, 200, "{}", told.body);
    let told = told.json();
    assert_eq!(told["token_type"], "Bearer");
    let token = told["access_token"].as_str().unwrap();
    assert_eq!(server.claims(token, "at+jwt").await["cnf"], json!({ "x5t#S256": own.thumbprint() }));
    assert_eq!(userinfo(&mut app, "Bearer", token).await, 200);
    assert_eq!(userinfo(&mut app, "DPoP", token).await, 401);
    for (who, why) in [(&renewed, "another certificate of the app"), (&other, "a stranger's certificate")] {
        assert_eq!(userinfo(&mut authority.app(&server, who), "Bearer", token).await, 401, "{why}");
    }
    assert_eq!(userinfo(&mut authority.bare(&server), "Bearer", token).await, 401, "no certificate");
    let mut usual = Browser::showing(&server.issuer, &authority.own(), &own.both());
    assert_eq!(userinfo(&mut usual, "Bearer", token).await, 401, "nobody asked for it there");

    let told_about = app.post_with("/introspect", &[], &[("client_id", "bound"), ("token", token)]).await.json();
    assert_eq!((&told_about["active"], &told_about["token_type"]), (&json!(true), &json!("Bearer")));
    assert_eq!(told_about["cnf"], json!({ "x5t#S256": own.thumbprint() }));

    // The app proves itself with every refresh, so that it may have a new certificate by then.
    let fields = [
        ("grant_type", "refresh_token"),
        ("client_id", "bound"),
        ("refresh_token", told["refresh_token"].as_str().unwrap()),
    ];
    let mut later = authority.app(&server, &renewed);
    let fresh = later.post_with("/token", &[], &fields).await.json();
    let fresh = fresh["access_token"].as_str().unwrap();
    assert_eq!(server.claims(fresh, "at+jwt").await["cnf"], json!({ "x5t#S256": renewed.thumbprint() }));
    assert_eq!(userinfo(&mut later, "Bearer", fresh).await, 200);
    assert_eq!(userinfo(&mut app, "Bearer", fresh).await, 401);
    refused(&authority.bare(&server).post_with("/token", &[], &fields).await, "nothing shown");

    // A proof counts more than a certificate, and may name the place by either of its names.
    let key = AppKey::new(Algorithm::ES256);
    let now = server.inner.state.now().seconds();
    for place in [ALIAS, &server.issuer] {
        let url = format!("{place}/token");
        let proving = Proving { method: "POST", url: &url, now, token: None, header: json!({}), claims: json!({}) };
        let proven = app.post_with("/token", &[("dpop", &key.proof(&proving))], &fields).await.json();
        assert_eq!(proven["token_type"], "DPoP", "{proven}");
        let claims = server.claims(proven["access_token"].as_str().unwrap(), "at+jwt").await;
        assert_eq!(claims["cnf"], json!({ "jkt": key.thumbprint() }));
    }
}

async fn an_app_without_a_secret_refreshes_with_its_certificate_only(engine: Engine) {
    let authority = Authority::new();
    let server = authority.serve(&engine, |_| {}).await;
    server
        .register("public", |client| {
            client.authentication = ClientAuthentication::None;
            client.secrets.clear();
            client.metadata.binds_tokens_to_certificate = true;
        })
        .await;
    let own = Authority::self_signed();
    let mut app = authority.app(&server, &own);
    let unbound = redeem(&mut authority.bare(&server), "public", &code(&server, &authority, "public").await).await;
    assert_eq!((unbound.status, unbound.json()["error"].as_str()), (400, Some("invalid_request")), "{}", unbound.body);
    let told = redeem(&mut app, "public", &code(&server, &authority, "public").await).await.json();
    let refresh = told["refresh_token"].as_str().unwrap();
    let fields = [("grant_type", "refresh_token"), ("client_id", "public"), ("refresh_token", refresh)];
    let thief = authority.app(&server, &Authority::self_signed()).post_with("/token", &[], &fields).await;
    assert_eq!((thief.status, thief.json()["error"].as_str()), (400, Some("invalid_grant")), "{}", thief.body);
    let key = AppKey::new(Algorithm::ES256);
    let url = format!("{}/token", server.issuer);
    let now = server.inner.state.now().seconds();
    let proving = Proving { method: "POST", url: &url, now, token: None, header: json!({}), claims: json!({}) };
    let other_kind = app.post_with("/token", &[("dpop", &key.proof(&proving))], &fields).await;
    assert_eq!(other_kind.json()["error"], "invalid_grant", "a key is no certificate");
    for _ in 0..2 {
        let again = app.post_with("/token", &[], &fields).await;
        assert_eq!((again.status, again.json()["refresh_token"].as_str()), (200, Some(refresh)), "bound, so it stays");
    }
}

async fn a_certificate_will_do_for_fapi2(engine: Engine) {
    let authority = Authority::new();
    let server = authority.serve(&engine, |_| {}).await;
    server
        .register("bank", |client| {
            client.profile = Profile::Fapi2;
            client.authentication = ClientAuthentication::TlsClientAuth;
            client.secrets.clear();
            client.metadata.certificate_name = Some("subject_dn=CN=app,O=Kantoor".parse().unwrap());
            client.metadata.id_token_algorithm = Algorithm::PS256;
        })
        .await;
    let own = authority.sign(|_| {});
    let mut app = authority.app(&server, &own);
    let request = [
        ("response_type", "code"),
        ("client_id", "bank"),
        ("redirect_uri", REDIRECT),
        ("scope", "openid"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    refused(&authority.bare(&server).post_with("/par", &[], &request).await, "nothing shown");
    let pushed = app.post_with("/par", &[], &request).await;
    assert_eq!(pushed.status, 201, "{}", pushed.body);
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("client_id", "bank")
        .append_pair("request_uri", pushed.json()["request_uri"].as_str().unwrap())
        .finish();
    let mut person = Browser::trusting(&server.issuer, &authority.own());
    let back = server.sign_in_through(&mut person, &format!("/authorize?{query}")).await;
    let told = redeem(&mut app, "bank", &query_of(&back)["code"]).await;
    assert_eq!(told.status, 200, "{}", told.body);
    let token = told.json()["access_token"].as_str().unwrap().to_owned();
    assert_eq!(server.claims(&token, "at+jwt").await["cnf"], json!({ "x5t#S256": own.thumbprint() }));
    assert_eq!(userinfo(&mut app, "Bearer", &token).await, 200);
    assert_eq!(userinfo(&mut authority.bare(&server), "Bearer", &token).await, 401);
    let mut person = Browser::showing(&server.issuer, &authority.own(), &own.both());
    assert_eq!(person.sign_in_at("/sign-in", "anna", PASSWORD).await.status, 303, "people are asked for nothing");
}

async fn certificates_are_advertised_only_where_they_are_taken(engine: Engine) {
    let authority = Authority::new();
    let members = |document: &Value| {
        let methods = document["token_endpoint_auth_methods_supported"].as_array().unwrap();
        (
            methods.contains(&json!("tls_client_auth")),
            methods.contains(&json!("self_signed_tls_client_auth")),
            document["tls_client_certificate_bound_access_tokens"].clone(),
            document["mtls_endpoint_aliases"]["token_endpoint"].clone(),
        )
    };
    let document = |mut browser: Browser| async move { browser.get("/.well-known/openid-configuration").await.json() };
    let on = authority.serve(&engine, |_| {}).await;
    let told = document(Browser::trusting(&on.issuer, &authority.own())).await;
    assert_eq!(members(&told), (true, true, json!(true), json!(format!("{ALIAS}/token"))));
    for (name, address) in told["mtls_endpoint_aliases"].as_object().unwrap() {
        let usual = told[name].as_str().unwrap().strip_prefix(&on.issuer).unwrap();
        assert_eq!(address, &json!(format!("{ALIAS}{usual}")), "{name}");
        let answer = authority.bare(&on).post_with(usual, &[], &[]).await;
        assert!(matches!(answer.status, 400 | 401), "{name} is there: {}", answer.status);
    }
    let engine = Engine::sqlite();
    let bare = authority.serve(&engine, |config| (config.mtls.ca_file, config.mtls.public_url) = (None, None)).await;
    let told = document(Browser::trusting(&bare.issuer, &authority.own())).await;
    assert_eq!(members(&told), (false, true, json!(true), Value::Null));
    let engine = Engine::sqlite();
    let off = Server::start(&engine).await;
    assert_eq!(members(&document(off.browser()).await), (false, false, Value::Null, Value::Null));
    off.register("app", |client| {
        by_certificate(client, ClientAuthentication::TlsClientAuth);
        client.metadata.certificate_name = Some("san_dns=app.kantoor.nl".parse().unwrap());
    })
    .await;
    refused(&machine_token(&mut off.browser(), "app").await, "an app that was registered before it was switched off");
}

async fn apps_register_themselves_with_a_certificate(engine: Engine) {
    let authority = Authority::new();
    let server = authority.serve(&engine, |config| config.oidc.registration = Registration::Open).await;
    let register = async |document: &Value| {
        let mut app = Browser::trusting(&server.issuer, &authority.own());
        app.post_json("/register", &[], &document.to_string()).await
    };
    let sound = json!({
        "redirect_uris": [REDIRECT],
        "token_endpoint_auth_method": "tls_client_auth",
        "tls_client_auth_san_dns": "app.kantoor.nl",
        "tls_client_certificate_bound_access_tokens": true,
    });
    let told = register(&sound).await;
    assert_eq!(told.status, 201, "{}", told.body);
    for (name, value) in sound.as_object().unwrap() {
        assert_eq!(&told.json()[name], value, "{name}");
    }
    assert!(told.json().get("client_secret").is_none());
    for (name, value) in [
        ("tls_client_auth_san_dns", Value::Null),
        ("tls_client_auth_san_uri", json!("urn:app")),
        ("tls_client_auth_san_dns", json!("")),
        ("token_endpoint_auth_method", json!("self_signed_tls_client_auth")),
    ] {
        let mut wrong = sound.clone();
        wrong[name] = value;
        let refused = register(&wrong).await;
        assert_eq!((refused.status, &refused.json()["error"]), (400, &json!("invalid_client_metadata")), "{wrong}");
    }
    let engine = Engine::sqlite();
    let off =
        Server::start_with(&engine, TestClock::new(), |config| config.oidc.registration = Registration::Open).await;
    let refused = off.browser().post_json("/register", &[], &sound.to_string()).await;
    assert_eq!((refused.status, &refused.json()["error"]), (400, &json!("invalid_client_metadata")));
}
