//! Apps that register themselves.

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
    an_app_reads_changes_and_removes_its_registration
    what_the_operator_did_a_moment_ago_survives_an_update
    nothing_that_the_operator_tightened_is_loosened_by_an_update
    an_update_widens_no_scope
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

async fn an_app_reads_changes_and_removes_its_registration(engine: Engine) {
    use reqwest::Method;
    let (server, _) = start(&engine, Registration::Token).await;
    let told = registered(&server, &json!({})).await;
    let (id, secret) = (text(&told, "client_id"), text(&told, "client_secret"));
    let key = text(&told, "registration_access_token");
    let read = own(&server, &told, Method::GET, key, None).await;
    assert_eq!((read.status, read.header("cache-control")), (200, "no-store"));
    let mut same = told.clone();
    same.as_object_mut().unwrap().remove("client_secret");
    assert_eq!(read.json(), same, "all of it but the secret, which nobody knows any more");

    let mut browser = signed_in(&server).await;
    let back = sign_in(&mut browser, id, &[("scope", "openid profile")]).await;
    let access_token = redeem(&server, (id, secret), &query_of(&back)["code"]).await.json()["access_token"].clone();
    let other = "https://other.example/cb";
    let wanted =
        json!({ "client_id": id, "client_secret": secret, "redirect_uris": [other], "contacts": ["a@b.example"] });
    let changed = own(&server, &told, Method::PUT, key, Some(&wanted)).await;
    assert_eq!(changed.status, 200, "{}", changed.body);
    assert_eq!(
        (&changed.json()["redirect_uris"], &changed.json()["contacts"]),
        (&json!([other]), &json!(["a@b.example"]))
    );
    assert_eq!(changed.json()["client_name"], "other.example", "what is left out is gone");
    let old = browser.get(&Server::authorize(&[("client_id", id)])).await;
    assert_eq!((old.status, old.headers.get("location")), (400, None));
    assert_eq!(query_of(&sign_in(&mut browser, id, &[("redirect_uri", other)]).await)["state"], "the-state");
    for wrong in [
        json!({ "client_id": "portal", "redirect_uris": [other] }),
        json!({ "redirect_uris": [other] }),
        json!({ "client_id": id, "client_secret": "chosen", "redirect_uris": [other] }),
        json!({ "client_id": id, "registration_access_token": key, "redirect_uris": [other] }),
    ] {
        let refused = own(&server, &told, Method::PUT, key, Some(&wrong)).await;
        assert_eq!((refused.status, text(&refused.json(), "error")), (400, "invalid_client_metadata"), "{wrong}");
    }

    let removed = own(&server, &told, Method::DELETE, key, None).await;
    assert_eq!((removed.status, removed.body.as_str()), (204, ""));
    assert_eq!(own(&server, &told, Method::GET, key, None).await.status, 401);
    assert_eq!(own(&server, &told, Method::DELETE, key, None).await.status, 401);
    assert_eq!(browser.get(&Server::authorize(&[("client_id", id), ("redirect_uri", other)])).await.status, 400);
    assert_eq!(server.userinfo(access_token.as_str().unwrap()).await.status, 401, "its tokens died with it");
}

async fn what_the_operator_did_a_moment_ago_survives_an_update(engine: Engine) {
    use reqwest::Method;
    let (server, _) = start(&engine, Registration::Token).await;
    let state = &server.inner.state;
    let told = registered(&server, &json!({})).await;
    let (id, key) = (text(&told, "client_id").to_owned(), text(&told, "registration_access_token").to_owned());
    let document = with_changes(sound(), &json!({ "client_id": id, "client_name": "Anders" }));
    // On another node, so that this one still has the app in its memory as it was.
    let mut writer = state.db.writing().await.unwrap();
    let mut client = hold_client(&mut writer, &id).await.unwrap().unwrap();
    client.disabled_at = Some(state.now());
    client.first_party = true;
    client.metadata.audiences = vec!["https://api.example/".to_owned()];
    client.metadata.grant_types.push("client_credentials".to_owned());
    client.secrets = vec![ClientSecret::compared("a-secret-of-the-operator-of-32-chars")];
    assert!(change_client(&mut writer, &client, state.now(), state.random.as_ref()).await.unwrap());
    let path = own_path(&server, &told);
    let mut browser = server.browser();
    let updating = tokio::spawn({
        let (key, document) = (key.clone(), document.clone());
        async move { browser.call(Method::PUT, &path, &key, Some(&document)).await }
    });
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    assert!(!updating.is_finished(), "whoever was first is waited for");
    writer.commit().await.unwrap();
    let updated = updating.await.unwrap();
    assert_eq!((updated.status, &updated.json()["client_name"]), (200, &json!("Anders")), "{}", updated.body);
    let now = Clients::find(state, &id).await.unwrap().unwrap();
    assert!(now.disabled_at.is_some() && now.first_party, "it does not switch itself on again");
    assert_eq!(now.metadata.audiences, ["https://api.example/"]);
    let knows = |secret: &str| now.find_secret(secret, state.now()).is_some();
    assert!(knows("a-secret-of-the-operator-of-32-chars"));
    assert!(!knows(text(&told, "client_secret")), "the old secret does not come back");
    assert!(!now.may_use("client_credentials"), "what is left out is gone");
    let moved = with_changes(document, &json!({ "redirect_uris": ["https://other.example/cb"] }));
    let refused = own(&server, &told, Method::PUT, &key, Some(&moved)).await;
    assert_eq!((refused.status, text(&refused.json(), "error")), (400, "invalid_client_metadata"));
    assert!(refused.body.contains("The operator trusts this app"), "{}", refused.body);
}

/// What an app was told of its registration, as far as it may say it.
fn sayable(told: &Value) -> Value {
    let ours =
        ["registration_access_token", "registration_client_uri", "client_secret_expires_at", "client_id_issued_at"];
    let mut said = told.clone();
    said.as_object_mut().unwrap().retain(|name, _| !ours.contains(&name.as_str()));
    said
}

/// Changes an app as an operator does.
async fn operate(server: &Server, id: &str, change: impl FnOnce(&mut Client)) {
    let state = &server.inner.state;
    let mut writer = state.db.writing().await.unwrap();
    let mut client = hold_client(&mut writer, id).await.unwrap().unwrap();
    change(&mut client);
    assert!(change_client(&mut writer, &client, state.now(), state.random.as_ref()).await.unwrap());
    writer.commit().await.unwrap();
    Clients::forget(state);
}

async fn nothing_that_the_operator_tightened_is_loosened_by_an_update(engine: Engine) {
    use reqwest::Method;
    type Tighten = fn(&mut Client);
    let (server, _) = start(&engine, Registration::Token).await;
    let changes = json!({
        "redirect_uris": [REDIRECT, "https://old.example/cb"],
        "grant_types": ["authorization_code", "refresh_token"],
        "jwks": AppKey::new(Algorithm::ES256).jwks(),
    });
    let tightened: [(&str, Tighten); 9] = [
        ("scope", |app| app.metadata.scope = "openid".parse().unwrap()),
        ("dpop_bound_access_tokens", |app| app.metadata.binds_tokens = true),
        ("tls_client_certificate_bound_access_tokens", |app| app.metadata.binds_tokens_to_certificate = true),
        ("require_signed_request_object", |app| app.metadata.signs_requests = true),
        ("require_pushed_authorization_requests", |app| app.metadata.pushes_requests = true),
        ("request_object_signing_alg", |app| app.metadata.request_object_algorithm = Some(Algorithm::ES256)),
        ("token_endpoint_auth_method", |app| app.authentication = ClientAuthentication::PrivateKeyJwt),
        ("grant_types", |app| app.metadata.grant_types.retain(|grant| grant != "refresh_token")),
        ("redirect_uris", |app| app.metadata.redirect_uris.truncate(1)),
    ];
    for (member, tighten) in tightened {
        let told = registered(&server, &changes).await;
        let (id, key) = (text(&told, "client_id"), text(&told, "registration_access_token"));
        let before = sayable(&told);
        let unchanged = own(&server, &told, Method::PUT, key, Some(&before)).await;
        assert_eq!(unchanged.status, 200, "{member}: {}", unchanged.body);
        operate(&server, id, tighten).await;
        let as_it_is = sayable(&own(&server, &told, Method::GET, key, None).await.json());
        for _ in 0..2 {
            let refused = own(&server, &told, Method::PUT, key, Some(&before)).await;
            let error = if member == "redirect_uris" { "invalid_redirect_uri" } else { "invalid_client_metadata" };
            assert_eq!((refused.status, text(&refused.json(), "error")), (400, error), "{member}");
            assert!(text(&refused.json(), "error_description").starts_with(member), "{member}: {}", refused.body);
            if member == "tls_client_certificate_bound_access_tokens" {
                // No app says this where nobody is asked for a certificate; it stays all the same.
                break;
            }
            let kept = own(&server, &told, Method::PUT, key, Some(&as_it_is)).await;
            assert_eq!(kept.status, 200, "{member}: what stays as it is may be said: {}", kept.body);
        }
        operate(&server, id, |app| "Operator".clone_into(&mut app.name)).await;
        let state = &server.inner.state;
        let app = Clients::find(state, id).await.unwrap().unwrap().as_ref().clone();
        let mut again = app.clone();
        tighten(&mut again);
        assert_eq!((app.metadata, app.authentication), (again.metadata, again.authentication), "{member}");
    }
}

async fn an_update_widens_no_scope(engine: Engine) {
    use reqwest::Method;
    let (server, _) = start(&engine, Registration::Token).await;
    let told = registered(&server, &json!({ "scope": "openid email" })).await;
    let (id, key) = (text(&told, "client_id"), text(&told, "registration_access_token"));
    let put = async |changes: Value| {
        let body = with_changes(with_changes(sound(), &json!({ "client_id": id })), &changes);
        let answer = own(&server, &told, Method::PUT, key, Some(&body)).await;
        (answer.status, answer.json()["scope"].as_str().unwrap_or_default().to_owned())
    };
    assert_eq!(put(json!({ "scope": "openid profile" })).await.0, 400);
    assert_eq!(put(json!({ "scope": "openid" })).await, (200, "openid".to_owned()));
    assert_eq!(put(json!({ "scope": "email openid" })).await, (200, "email openid".to_owned()), "what it had at first");
    assert_eq!(put(json!({})).await, (200, "email openid".to_owned()), "all that it may have");
    operate(&server, id, |app| app.metadata.scope = "openid profile".parse().unwrap()).await;
    assert_eq!(put(json!({ "scope": "openid email" })).await.0, 400);
    assert_eq!(put(json!({ "scope": "openid" })).await.0, 200);
    assert_eq!(put(json!({ "scope": "profile openid" })).await.0, 200, "what the operator allows");
    // Registered before bounds were kept.
    let state = &server.inner.state;
    let writer = state.db.writing().await.unwrap();
    let forget = "UPDATE registrations SET bounds = NULL";
    sea_orm::ConnectionTrait::execute_unprepared(&writer, forget).await.unwrap();
    writer.commit().await.unwrap();
    assert_eq!(put(json!({ "scope": "openid email" })).await.0, 400);
    assert_eq!(put(json!({ "scope": "openid profile" })).await.0, 200);
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
