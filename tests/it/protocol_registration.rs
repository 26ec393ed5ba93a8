//! Apps that register themselves.

mod updates;

use countersign::config::{Config, Registration};
use countersign::domain::Algorithm;
use countersign::features::clients::{Client, ClientAuthentication, ClientSecret, Clients, change_client, hold_client};
use countersign::features::oidc::add_initial_access_token;
use serde_json::{Value, json};

use crate::support::{
    ASSERTION_TYPE, Answer, AppKey, Browser, Engine, PASSWORD, REDIRECT, SECRET, Server, Site, TestClock, VERIFIER,
    on_both_engines, query_of, with_changes,
};

on_both_engines! {
    an_app_registers_itself_and_works
    a_registration_needs_its_token
    an_initial_access_token_is_used_so_often_and_ends
    what_cannot_be_registered_is_refused_by_name
    what_is_registered_is_told_back
    a_sector_is_proven_by_its_list
    an_app_with_published_keys_authenticates_with_them
    another_way_to_authenticate_brings_another_secret
    anybody_may_register_where_that_is_open_but_not_often
    without_the_setting_there_is_nothing
    people_are_asked_for_consent_and_shown_what_the_app_says
}

async fn start(engine: &Engine, registration: Registration) -> (Server, Site) {
    let site = Site::start().await;
    let port = site.port();
    let change = |config: &mut Config| {
        Site::open_to(config);
        config.oidc.registration = registration;
        config.oidc.classic = true;
        config.outbound.ports = vec![443, port];
    };
    (Server::start_with(engine, TestClock::new(), change).await, site)
}

async fn initial(server: &Server, uses: u32) -> String {
    let state = &server.inner.state;
    let mut writer = state.db.writing().await.unwrap();
    let end = state.now().after(std::time::Duration::from_hours(24));
    let times = (state.now(), state.random.as_ref());
    let (_, secret) = add_initial_access_token(&mut writer, uses, end, times).await.unwrap();
    writer.commit().await.unwrap();
    secret.expose().clone()
}

async fn register(server: &Server, token: &str, document: &Value) -> Answer {
    let header = format!("Bearer {token}");
    server.browser().post_json("/register", &[("authorization", &header)], &document.to_string()).await
}

fn sound() -> Value {
    json!({ "redirect_uris": [REDIRECT], "client_name": "Declaraties" })
}

/// Registers an app, and returns what it was told.
async fn registered(server: &Server, changes: &Value) -> Value {
    let token = initial(server, 1).await;
    let answer = register(server, &token, &with_changes(sound(), changes)).await;
    assert_eq!((answer.status, answer.header("cache-control")), (201, "no-store"), "{}", answer.body);
    answer.json()
}

fn text<'a>(told: &'a Value, name: &str) -> &'a str {
    told[name].as_str().unwrap_or_else(|| panic!("no {name}: {told}"))
}

fn own_path(server: &Server, told: &Value) -> String {
    text(told, "registration_client_uri").strip_prefix(&server.issuer).unwrap().to_owned()
}

async fn own(server: &Server, told: &Value, method: reqwest::Method, key: &str, body: Option<&Value>) -> Answer {
    server.browser().call(method, &own_path(server, told), key, body).await
}

async fn signed_in(server: &Server) -> Browser {
    let mut browser = server.browser();
    browser.sign_in_at("/sign-in", "anna", PASSWORD).await;
    browser
}

/// Signs in through an app that asks for consent, and returns where it gets the browser back.
async fn sign_in(browser: &mut Browser, client: &str, changes: &[(&str, &str)]) -> String {
    let request = Server::authorize(&[&[("client_id", client)], changes].concat());
    let to = browser.get(&request).await.location().to_owned();
    if to.starts_with("/consent/") {
        let csrf = browser.get(&to).await.field("csrf");
        browser.post(&to, &[("csrf", &csrf), ("decision", "allow")]).await;
        return browser.get(&to.replace("/consent/", "/authorize/")).await.location().to_owned();
    }
    to
}

async fn redeem(server: &Server, (client, secret): (&str, &str), code: &str) -> Answer {
    use base64::Engine as _;
    let credentials = base64::engine::general_purpose::STANDARD.encode(format!("{client}:{secret}"));
    let fields =
        [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", REDIRECT), ("code_verifier", VERIFIER)];
    server.browser().post_with("/token", &[("authorization", &format!("Basic {credentials}"))], &fields).await
}

async fn an_app_registers_itself_and_works(engine: Engine) {
    let (server, _) = start(&engine, Registration::Token).await;
    let told = registered(&server, &json!({})).await;
    let (id, secret) = (text(&told, "client_id"), text(&told, "client_secret"));
    assert_eq!(told["client_secret_expires_at"], 0);
    assert_eq!(told["grant_types"], json!(["authorization_code"]));
    assert_eq!(told["response_types"], json!(["code"]));
    assert_eq!(told["token_endpoint_auth_method"], "client_secret_basic");
    assert_eq!(told["id_token_signed_response_alg"], "RS256");
    assert_eq!(told["application_type"], "web");
    assert!(secret.len() >= 43 && told["client_id_issued_at"].is_number());
    let mut browser = signed_in(&server).await;
    let back = sign_in(&mut browser, id, &[]).await;
    let tokens = redeem(&server, (id, secret), &query_of(&back)["code"]).await;
    assert_eq!(tokens.status, 200, "{}", tokens.body);
    let id_token = server.claims(text(&tokens.json(), "id_token"), "JWT").await;
    assert_eq!(id_token["aud"], id);
    assert!(tokens.json().get("refresh_token").is_none(), "not registered");
    let document = server.browser().get("/.well-known/openid-configuration").await.json();
    assert_eq!(document["registration_endpoint"], format!("{}/register", server.issuer));
}

async fn a_registration_needs_its_token(engine: Engine) {
    use reqwest::Method;
    let (server, _) = start(&engine, Registration::Token).await;
    let (one, two) = (registered(&server, &json!({})).await, registered(&server, &json!({})).await);
    let foreign = text(&two, "registration_access_token");
    for key in ["", "x", foreign, &initial(&server, 1).await] {
        for method in [Method::GET, Method::PUT, Method::DELETE] {
            let body = with_changes(sound(), &json!({ "client_id": one["client_id"] }));
            let answer = own(&server, &one, method.clone(), key, (method == Method::PUT).then_some(&body)).await;
            assert_eq!(answer.status, 401, "{method} {key}");
            assert!(answer.header("www-authenticate").starts_with("Bearer"));
        }
    }
    let portal = json!({ "registration_client_uri": format!("{}/register/portal", server.issuer) });
    assert_eq!(own(&server, &portal, Method::DELETE, foreign, None).await.status, 401, "an app of the operator");
    assert_eq!(own(&server, &one, Method::GET, text(&one, "registration_access_token"), None).await.status, 200);
}

async fn an_initial_access_token_is_used_so_often_and_ends(engine: Engine) {
    let (server, _) = start(&engine, Registration::Token).await;
    for wrong in ["", "x", SECRET] {
        let answer = register(&server, wrong, &sound()).await;
        assert_eq!((answer.status, text(&answer.json(), "error")), (401, "invalid_token"));
    }
    assert_eq!(server.browser().post_json("/register", &[], &sound().to_string()).await.status, 401);
    let token = initial(&server, 2).await;
    let broken = register(&server, &token, &json!({ "redirect_uris": ["x"] })).await;
    assert_eq!(broken.status, 400, "what is refused uses nothing up");
    for status in [201, 201, 401] {
        assert_eq!(register(&server, &token, &sound()).await.status, status);
    }
    let late = initial(&server, 1).await;
    server.clock.advance(24 * 3600);
    assert_eq!(register(&server, &late, &sound()).await.status, 401);
}

async fn what_cannot_be_registered_is_refused_by_name(engine: Engine) {
    let (server, site) = start(&engine, Registration::Token).await;
    let token = initial(&server, 1).await;
    let (uri, data) = ("invalid_redirect_uri", "invalid_client_metadata");
    let implicit = json!(["authorization_code", "implicit"]);
    for (changes, error) in [
        (json!({ "redirect_uris": [] }), uri),
        (json!({ "redirect_uris": null }), uri),
        (json!({ "redirect_uris": ["https://app.example/#x"] }), uri),
        (json!({ "redirect_uris": ["/callback"] }), uri),
        (json!({ "redirect_uris": ["http://app.example/cb"] }), uri),
        (json!({ "redirect_uris": ["javascript:alert(1)"] }), uri),
        (json!({ "redirect_uris": ["data:text/html,x"] }), uri),
        (json!({ "redirect_uris": ["https://*.example/cb"] }), uri),
        (
            json!({ "redirect_uris": ["http://localhost/cb"], "response_types": ["id_token"], "grant_types": implicit }),
            data,
        ),
        (
            json!({ "redirect_uris": ["https://localhost/cb"], "response_types": ["code id_token"], "grant_types": implicit }),
            uri,
        ),
        (json!({ "redirect_uris": "https://app.example/cb" }), data),
        (json!({ "post_logout_redirect_uris": ["javascript:alert(1)"] }), data),
        (json!({ "response_types": ["telepathy"] }), data),
        (json!({ "response_types": ["token"] }), data),
        (json!({ "response_types": ["id_token"] }), data),
        (json!({ "grant_types": ["password"] }), data),
        (json!({ "grant_types": ["client_credentials"] }), data),
        (json!({ "grant_types": ["implicit"], "response_types": ["code"] }), data),
        (json!({ "response_types": [] }), data),
        (json!({ "token_endpoint_auth_method": "magic" }), data),
        (json!({ "token_endpoint_auth_method": "private_key_jwt" }), data),
        (json!({ "token_endpoint_auth_method": "tls_client_auth" }), data),
        (json!({ "jwks": { "keys": [] } }), data),
        (json!({ "jwks": { "keys": [AppKey::new(Algorithm::ES256).private_jwk()] } }), data),
        (json!({ "jwks": AppKey::new(Algorithm::ES256).jwks(), "jwks_uri": site.url("/keys") }), data),
        (json!({ "jwks_uri": "http://app.example/keys" }), data),
        (json!({ "jwks_uri": "https://app.example:8443/keys" }), data),
        (json!({ "request_uris": ["https://app.example:22/"] }), data),
        (json!({ "backchannel_logout_uri": "https://app.example:25/" }), data),
        (json!({ "initiate_login_uri": "http://app.example/start" }), data),
        (json!({ "tos_uri": "javascript:alert(1)" }), data),
        (json!({ "id_token_signed_response_alg": "none" }), data),
        (json!({ "id_token_signed_response_alg": "HS256" }), data),
        (json!({ "userinfo_signed_response_alg": "ES256" }), data),
        (json!({ "request_object_signing_alg": "none" }), data),
        (json!({ "id_token_encrypted_response_alg": "RSA-OAEP" }), data),
        (json!({ "userinfo_encrypted_response_enc": "A128GCM" }), data),
        (json!({ "subject_type": "shared" }), data),
        (json!({ "subject_type": "pairwise", "redirect_uris": [REDIRECT, "https://other.example/cb"] }), data),
        (json!({ "sector_identifier_uri": site.url("/missing") }), data),
        (json!({ "application_type": "desk" }), data),
        (json!({ "client_name": "x".repeat(101) }), data),
        (json!({ "client_name": "a\u{7}b" }), data),
        (json!({ "default_acr_values": ["urn:x"] }), data),
        (json!({ "default_max_age": -1 }), data),
        (json!({ "software_statement": "a.b.c" }), "unapproved_software_statement"),
    ] {
        let answer = register(&server, &token, &with_changes(sound(), &changes)).await;
        assert_eq!((answer.status, text(&answer.json(), "error")), (400, error), "{changes} {}", answer.body);
    }
    for odd in ["", "[]", "x", "1", "null", "{\"redirect_uris\":"] {
        let header = format!("Bearer {token}");
        let answer = server.browser().post_json("/register", &[("authorization", &header)], odd).await;
        assert_eq!(answer.status, 400, "{odd}");
    }
    assert_eq!(register(&server, &token, &sound()).await.status, 201);
}

async fn what_is_registered_is_told_back(engine: Engine) {
    let (server, _) = start(&engine, Registration::Token).await;
    let wanted = json!({
        "redirect_uris": [REDIRECT, "https://portal.example/cb?x=1"],
        "post_logout_redirect_uris": ["https://portal.example/bye"],
        "response_types": ["code", "id_token", "code id_token token"],
        "grant_types": ["authorization_code", "implicit", "refresh_token"],
        "application_type": "web",
        "client_name": "Declaraties",
        "client_uri": "https://portal.example/",
        "contacts": ["beheer@portal.example"],
        "logo_uri": "https://portal.example/logo.png",
        "policy_uri": "https://portal.example/policy",
        "tos_uri": "https://portal.example/terms",
        "initiate_login_uri": "https://portal.example/start",
        "jwks": AppKey::new(Algorithm::ES256).jwks(),
        "subject_type": "pairwise",
        "token_endpoint_auth_method": "private_key_jwt",
        "token_endpoint_auth_signing_alg": "ES256",
        "id_token_signed_response_alg": "PS256",
        "userinfo_signed_response_alg": "PS256",
        "request_object_signing_alg": "ES256",
        "request_uris": ["https://portal.example/request#1"],
        "backchannel_logout_uri": "https://portal.example/logout",
        "backchannel_logout_session_required": true,
        "default_max_age": 3600,
        "require_auth_time": true,
        "scope": "openid profile",
    });
    let told = registered(&server, &wanted).await;
    for (name, value) in wanted.as_object().unwrap() {
        assert_eq!(told[name], *value, "{name}");
    }
    assert!(told.get("client_secret").is_none() && told.get("client_secret_expires_at").is_none());
    let unknown = registered(&server, &json!({ "shoe_size": 43, "client_name#nl": "Declaraties" })).await;
    assert!(unknown.get("shoe_size").is_none(), "what nobody knows is passed over");
    let native =
        json!({ "application_type": "native", "redirect_uris": ["com.example.app:/cb", "http://127.0.0.1/cb"] });
    assert_eq!(registered(&server, &native).await["application_type"], "native");
}

async fn a_sector_is_proven_by_its_list(engine: Engine) {
    let (server, site) = start(&engine, Registration::Token).await;
    let other = "https://other.example/cb";
    site.publish_json("/sector", &json!([REDIRECT, other]));
    site.publish_json("/short", &json!([REDIRECT]));
    let wanted = |path: &str| json!({ "subject_type": "pairwise", "redirect_uris": [REDIRECT, other], "sector_identifier_uri": site.url(path) });
    let told = registered(&server, &wanted("/sector")).await;
    let refused = register(&server, &initial(&server, 1).await, &wanted("/short")).await;
    assert_eq!(text(&refused.json(), "error"), "invalid_client_metadata");
    let mut browser = signed_in(&server).await;
    let back = sign_in(&mut browser, text(&told, "client_id"), &[]).await;
    let who = (text(&told, "client_id"), text(&told, "client_secret"));
    let tokens = redeem(&server, who, &query_of(&back)["code"]).await.json();
    let subject = server.claims(text(&tokens, "id_token"), "JWT").await["sub"].clone();
    assert_ne!(subject, server.account.to_string());
}

async fn an_app_with_published_keys_authenticates_with_them(engine: Engine) {
    let (server, site) = start(&engine, Registration::Token).await;
    let key = AppKey::new(Algorithm::RS256);
    site.publish_json("/keys", &key.jwks());
    let changes = json!({ "jwks_uri": site.url("/keys"), "token_endpoint_auth_method": "private_key_jwt" });
    let told = registered(&server, &changes).await;
    let id = text(&told, "client_id");
    let mut browser = signed_in(&server).await;
    let back = sign_in(&mut browser, id, &[]).await;
    let now = server.inner.state.now().seconds();
    let assertion = key.assertion(id, &format!("{}/token", server.issuer), now, &json!({}));
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", &query_of(&back)["code"]),
        ("redirect_uri", REDIRECT),
        ("code_verifier", VERIFIER),
        ASSERTION_TYPE,
        ("client_assertion", &assertion),
    ];
    assert_eq!(server.browser().post_with("/token", &[], &fields).await.status, 200);
}

async fn another_way_to_authenticate_brings_another_secret(engine: Engine) {
    use reqwest::Method;
    let (server, _) = start(&engine, Registration::Token).await;
    let told = registered(&server, &json!({})).await;
    let key = text(&told, "registration_access_token");
    let change = async |method: &str| {
        let body =
            with_changes(sound(), &json!({ "client_id": told["client_id"], "token_endpoint_auth_method": method }));
        own(&server, &told, Method::PUT, key, Some(&body)).await.json()
    };
    assert!(change("client_secret_post").await.get("client_secret").is_none(), "it keeps its secret");
    let signing = change("client_secret_jwt").await;
    assert_ne!(text(&signing, "client_secret"), text(&told, "client_secret"));
    let none = change("none").await;
    assert!(none.get("client_secret").is_none() && none.get("client_secret_expires_at").is_none());
    let again = change("client_secret_basic").await;
    assert_ne!(text(&again, "client_secret"), text(&told, "client_secret"), "an old secret does not come back");
}

async fn anybody_may_register_where_that_is_open_but_not_often(engine: Engine) {
    let (server, _) = start(&engine, Registration::Open).await;
    for _ in 0..20 {
        assert_eq!(server.browser().post_json("/register", &[], &sound().to_string()).await.status, 201);
    }
    assert_eq!(server.browser().post_json("/register", &[], &sound().to_string()).await.status, 429);
    assert_eq!(register(&server, "wrong", &sound()).await.status, 401, "a wrong token is not the same as none");
}

async fn without_the_setting_there_is_nothing(engine: Engine) {
    let (server, _) = start(&engine, Registration::Off).await;
    let token = initial(&server, 1).await;
    assert_eq!(register(&server, &token, &sound()).await.status, 404);
    let document = server.browser().get("/.well-known/openid-configuration").await.json();
    assert!(document.get("registration_endpoint").is_none());
    let cross = [("origin", "https://evil.example"), ("authorization", "Bearer x")];
    let answer = server.browser().post_json("/register", &cross, &sound().to_string()).await;
    assert_eq!(answer.header("access-control-allow-origin"), "");
}

async fn people_are_asked_for_consent_and_shown_what_the_app_says(engine: Engine) {
    let (server, _) = start(&engine, Registration::Token).await;
    let changes =
        json!({ "policy_uri": "https://portal.example/policy?a=1&b=2", "tos_uri": "https://portal.example/terms" });
    let told = registered(&server, &changes).await;
    let mut browser = signed_in(&server).await;
    let consent =
        browser.get(&Server::authorize(&[("client_id", text(&told, "client_id"))])).await.location().to_owned();
    let page = browser.get(&consent).await;
    for word in
        ["Declaraties", "portal.example", "portal.example/policy?a=1&amp;b=2", "portal.example/terms", "noreferrer"]
    {
        assert!(page.body.contains(word) || page.body.contains(&word.replace('/', "&#x2f;")), "{word}: {}", page.body);
    }
}
