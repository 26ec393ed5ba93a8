//! What the server fetches from apps: their keys, their requests, the lists of their sectors.

use countersign::domain::Algorithm;
use countersign::features::clients::{ClientAuthentication, Profile};
use countersign::features::oidc::find_sector;
use serde_json::{Value, json};

use crate::support::{
    ASSERTION_TYPE, Answer, AppKey, Browser, Engine, REDIRECT, Server, Site, TestClock, on_both_engines, query_of,
};

on_both_engines! {
    the_keys_of_an_app_are_fetched_and_kept
    an_unknown_key_is_looked_for_at_most_once_in_ten_seconds
    a_key_set_that_cannot_be_fetched_proves_nothing
    the_address_of_keys_is_never_taken_from_a_request
    keys_behind_the_server_are_not_fetched
    a_request_is_fetched_from_a_registered_address
    no_other_address_is_fetched
    a_request_that_cannot_be_fetched_is_refused
    requests_are_not_fetched_all_day_for_one_network
    discovery_says_that_requests_are_fetched_from_registered_addresses
    a_sector_lists_every_address_of_its_apps
}

async fn start(engine: &Engine) -> (Server, Site) {
    (Server::start_with(engine, TestClock::new(), Site::open_to).await, Site::start().await)
}

async fn register(server: &Server, id: &str, jwks_uri: String) {
    server
        .register(id, |client| {
            client.authentication = ClientAuthentication::PrivateKeyJwt;
            client.secrets.clear();
            client.metadata.jwks_uri = Some(jwks_uri);
            client.metadata.grant_types = vec!["client_credentials".to_owned()];
            client.metadata.scope = "invoices:read".parse().unwrap();
        })
        .await;
}

async fn token(server: &Server, key: &AppKey, client: &str) -> Answer {
    let assertion = key.assertion(client, &server.issuer, server.inner.state.now().seconds(), &json!({}));
    send(server, &assertion).await
}

async fn send(server: &Server, assertion: &str) -> Answer {
    let fields = [("grant_type", "client_credentials"), ASSERTION_TYPE, ("client_assertion", assertion)];
    server.browser().post_with("/token", &[], &fields).await
}

async fn the_keys_of_an_app_are_fetched_and_kept(engine: Engine) {
    let (server, site) = start(&engine).await;
    let key = AppKey::new(Algorithm::ES256);
    site.publish_json("/keys", &key.jwks());
    register(&server, "app", site.url("/keys")).await;
    for _ in 0..3 {
        let answer = token(&server, &key, "app").await;
        assert_eq!(answer.status, 200, "{}", answer.body);
    }
    assert_eq!(site.fetches("/keys"), 1, "kept");
    server.clock.advance(15 * 60);
    site.publish("/keys", (200, "application/jwk-set+json; charset=utf-8"), &key.jwks().to_string());
    assert_eq!(token(&server, &key, "app").await.status, 200);
    assert_eq!(site.fetches("/keys"), 2, "looked at again after a while");
    let other = AppKey::new(Algorithm::ES256);
    site.publish_json("/keys", &other.jwks());
    server.clock.advance(15 * 60);
    assert_eq!(token(&server, &key, "app").await.status, 401, "a key that was withdrawn");
    assert_eq!(token(&server, &other, "app").await.status, 200);
}

async fn an_unknown_key_is_looked_for_at_most_once_in_ten_seconds(engine: Engine) {
    let (server, site) = start(&engine).await;
    let (old, new) = (AppKey::new(Algorithm::ES256), AppKey::new(Algorithm::RS256));
    site.publish_json("/keys", &old.jwks());
    register(&server, "app", site.url("/keys")).await;
    assert_eq!(token(&server, &old, "app").await.status, 200);
    site.publish_json("/keys", &new.jwks());
    assert_eq!(token(&server, &new, "app").await.status, 401, "asked a moment ago");
    assert_eq!(site.fetches("/keys"), 1);
    server.clock.advance(10);
    assert_eq!(token(&server, &new, "app").await.status, 200);
    for _ in 0..5 {
        assert_eq!(token(&server, &AppKey::new(Algorithm::ES256), "app").await.status, 401);
    }
    assert_eq!(site.fetches("/keys"), 2, "whoever sends anything does not make us call");
    server.clock.advance(10);
    let forged = new.assertion("app", &server.issuer, server.inner.state.now().seconds(), &json!({}));
    assert_eq!(send(&server, &format!("{}AAAA", &forged[..forged.len() - 4])).await.status, 401);
    assert_eq!(site.fetches("/keys"), 2, "a known key needs no looking for");
}

async fn a_key_set_that_cannot_be_fetched_proves_nothing(engine: Engine) {
    let (server, site) = start(&engine).await;
    let key = AppKey::new(Algorithm::ES256);
    let large = json!({ "keys": [key.jwks()["keys"][0]], "padding": "x".repeat(64 * 1024) });
    let private = json!({ "keys": [key.private_jwk()] });
    site.publish("/html", (200, "text/html"), &key.jwks().to_string());
    site.publish("/moved", (302, "application/json"), &key.jwks().to_string());
    site.publish_json("/elsewhere", &key.jwks());
    site.publish("/broken", (500, "application/json"), &key.jwks().to_string());
    site.publish("/text", (200, "application/json"), "keys");
    site.publish_json("/large", &large);
    site.publish_json("/private", &private);
    for path in ["/html", "/moved", "/broken", "/text", "/large", "/private", "/missing"] {
        let id = &path[1..];
        register(&server, id, site.url(path)).await;
        let answer = token(&server, &key, id).await;
        assert_eq!((answer.status, answer.json()["error"].as_str()), (401, Some("invalid_client")), "{path}");
        assert!(!answer.body.contains("127.0.0.1"), "no internals: {}", answer.body);
        assert_eq!(site.fetches(path), 1, "{path}");
    }
    assert_eq!(site.fetches("/elsewhere"), 0, "no redirect is followed");
    // What is known counts on while the address is away, but not for ever.
    site.publish_json("/keys", &key.jwks());
    register(&server, "app", site.url("/keys")).await;
    assert_eq!(token(&server, &key, "app").await.status, 200);
    site.publish("/keys", (503, "application/json"), "");
    server.clock.advance(3600);
    assert_eq!(token(&server, &key, "app").await.status, 200);
    server.clock.advance(6 * 3600);
    assert_eq!(token(&server, &key, "app").await.status, 401);
}

async fn the_address_of_keys_is_never_taken_from_a_request(engine: Engine) {
    let (server, site) = start(&engine).await;
    let (known, stranger) = (AppKey::new(Algorithm::ES256), AppKey::new(Algorithm::ES256));
    site.publish_json("/keys", &known.jwks());
    site.publish_json("/evil", &stranger.jwks());
    register(&server, "app", site.url("/keys")).await;
    let at = server.inner.state.now().seconds();
    let claims = json!({ "jwks_uri": site.url("/evil"), "jku": site.url("/evil") });
    let assertion = stranger.assertion("app", &server.issuer, at, &claims);
    assert_eq!(send(&server, &assertion).await.status, 401);
    let fields = [
        ("grant_type", "client_credentials"),
        ASSERTION_TYPE,
        ("client_assertion", assertion.as_str()),
        ("jwks_uri", &site.url("/evil")),
    ];
    assert_eq!(server.browser().post_with("/token", &[], &fields).await.status, 401);
    assert_eq!(site.fetches("/evil"), 0);
}

async fn keys_behind_the_server_are_not_fetched(engine: Engine) {
    let (server, site) = (Server::start(&engine).await, Site::start().await);
    let key = AppKey::new(Algorithm::ES256);
    site.publish_json("/keys", &key.jwks());
    register(&server, "app", site.url("/keys")).await;
    assert_eq!(token(&server, &key, "app").await.status, 401);
    assert_eq!(site.fetches("/keys"), 0);
}

/// A classic app whose requests may be fetched from one address.
async fn register_classic(server: &Server, site: &Site, key: &AppKey) {
    site.publish_json("/keys", &key.jwks());
    server
        .register("classic", |client| {
            client.profile = Profile::Oidc;
            client.metadata.jwks_uri = Some(site.url("/keys"));
            client.metadata.request_uris = vec![site.url("/request#version")];
        })
        .await;
}

fn publish_request(site: &Site, key: &AppKey, changes: &Value) {
    let object = key.sign("oauth-authz-req+jwt", json!({ "client_id": "classic", "state": "inside" }), changes);
    site.publish("/request", (200, "application/jwt"), &object);
}

async fn signed_in(server: &Server) -> Browser {
    let mut browser = server.browser();
    browser.sign_in_at("/sign-in", "anna", crate::support::PASSWORD).await;
    browser
}

async fn a_request_is_fetched_from_a_registered_address(engine: Engine) {
    let (server, site) = start(&engine).await;
    let key = AppKey::new(Algorithm::RS256);
    register_classic(&server, &site, &key).await;
    publish_request(&site, &key, &json!({}));
    let mut browser = signed_in(&server).await;
    for address in ["/request#version", "/request", "/request#another"].map(|path| site.url(path)) {
        let request = Server::authorize(&[("client_id", "classic"), ("request_uri", &address), ("state", "outside")]);
        let back = browser.get(&request).await.location().to_owned();
        assert!(query_of(&back).contains_key("code"), "{back}");
        assert_eq!(query_of(&back)["state"], "inside", "what is inside wins");
    }
    assert_eq!(site.fetches("/request"), 3, "none is kept");
    // The browser's form: fetched when it comes, and not again when the browser comes back.
    let address = site.url("/request");
    let fields = Server::request(&[("client_id", "classic"), ("request_uri", &address)]);
    let kept = browser.post_with("/authorize", &[], &fields).await.location().to_owned();
    assert_eq!(query_of(browser.get(&kept).await.location())["state"], "inside");
    assert_eq!(site.fetches("/request"), 4);
    publish_request(&site, &key, &json!({ "redirect_uri": "https://evil.example/" }));
    let request = Server::authorize(&[("client_id", "classic"), ("request_uri", &address)]);
    let answer = browser.get(&request).await;
    assert_eq!((answer.status, answer.headers.get("location")), (400, None), "the address inside must be registered");
}

async fn no_other_address_is_fetched(engine: Engine) {
    let (server, site) = start(&engine).await;
    let key = AppKey::new(Algorithm::RS256);
    register_classic(&server, &site, &key).await;
    publish_request(&site, &key, &json!({}));
    let mut browser = server.browser();
    for path in ["/request?x", "/request/", "/requests", "//request", "/request%23", "/other"] {
        let request = Server::authorize(&[("client_id", "classic"), ("request_uri", &site.url(path))]);
        assert_eq!(query_of(browser.get(&request).await.location())["error"], "invalid_request_uri", "{path}");
    }
    for odd in ["urn:x", "x", "file:///etc/passwd", "https://evil.example/request"] {
        let request = Server::authorize(&[("client_id", "classic"), ("request_uri", odd)]);
        assert_eq!(query_of(browser.get(&request).await.location())["error"], "invalid_request_uri", "{odd}");
    }
    let modern = Server::authorize(&[("request_uri", &site.url("/request"))]);
    assert_eq!(query_of(browser.get(&modern).await.location())["error"], "request_uri_not_supported");
    let nowhere = [("client_id", "classic"), ("redirect_uri", ""), ("request_uri", "https://evil.example/")];
    let answer = browser.get(&Server::authorize(&nowhere)).await;
    assert_eq!((answer.status, answer.headers.get("location")), (400, None));
    let address = site.url("/request");
    let pushed = Server::request(&[("client_id", "spa"), ("request_uri", &address)]);
    let pushed = server.browser().post_with("/par", &[], &pushed).await;
    assert_eq!(pushed.json()["error"], "invalid_request", "{}", pushed.body);
    assert_eq!(site.fetches("/request") + site.fetches("/other"), 0);
}

async fn a_request_that_cannot_be_fetched_is_refused(engine: Engine) {
    let (server, site) = start(&engine).await;
    let key = AppKey::new(Algorithm::RS256);
    register_classic(&server, &site, &key).await;
    let object = key.sign("JWT", json!({ "client_id": "classic" }), &json!({}));
    let mut browser = server.browser();
    let request = Server::authorize(&[("client_id", "classic"), ("request_uri", &site.url("/request"))]);
    for (status, kind, body, error) in [
        (404, "application/jwt", object.as_str(), "invalid_request_uri"),
        (302, "application/jwt", &object, "invalid_request_uri"),
        (200, "text/html", &object, "invalid_request_uri"),
        (200, "application/jwt", &"x".repeat(65 * 1024), "invalid_request_uri"),
        (200, "application/jwt", "x", "invalid_request_object"),
        (200, "application/jwt", &format!("{}AAAA", &object[..object.len() - 4]), "invalid_request_object"),
    ] {
        site.publish("/request", (status, kind), body);
        let answer = query_of(browser.get(&request).await.location());
        assert_eq!(answer["error"], error, "{status} {kind}");
        assert!(!answer["error_description"].contains("127.0.0.1"));
    }
    publish_request(&site, &key, &json!({ "client_id": "portal" }));
    assert_eq!(query_of(browser.get(&request).await.location())["error"], "invalid_request_object", "another app's");
    publish_request(&site, &key, &json!({ "request_uri": site.url("/request") }));
    assert_eq!(query_of(browser.get(&request).await.location())["error"], "invalid_request_object", "one in another");
}

async fn requests_are_not_fetched_all_day_for_one_network(engine: Engine) {
    let (server, site) = start(&engine).await;
    let key = AppKey::new(Algorithm::RS256);
    register_classic(&server, &site, &key).await;
    publish_request(&site, &key, &json!({}));
    let mut browser = server.browser();
    let request = Server::authorize(&[("client_id", "classic"), ("request_uri", &site.url("/request"))]);
    for _ in 0..119 {
        assert!(browser.get(&request).await.location().starts_with("/sign-in/"));
    }
    browser.get(&request).await;
    let refused = browser.get(&request).await.location().to_owned();
    assert_eq!(query_of(&refused)["error"], "invalid_request_uri");
    assert!(site.fetches("/request") <= 120, "{}", site.fetches("/request"));
    server.clock.advance(61);
    assert!(browser.get(&request).await.location().starts_with("/sign-in/"));
}

async fn discovery_says_that_requests_are_fetched_from_registered_addresses(engine: Engine) {
    let server = Server::start(&engine).await;
    let document = server.browser().get("/.well-known/openid-configuration").await.json();
    assert_eq!(document["request_uri_parameter_supported"], true);
    assert_eq!(document["require_request_uri_registration"], true);
}

async fn a_sector_lists_every_address_of_its_apps(engine: Engine) {
    let (server, site) = start(&engine).await;
    let outbound = &server.inner.state.outbound;
    let mine = [REDIRECT.to_owned(), "https://second.example/cb".to_owned()];
    site.publish_json("/sector", &json!([mine[1], "https://third.example/cb", mine[0]]));
    site.publish_json("/other", &json!([mine[0]]));
    site.publish_json("/odd", &json!({ "redirect_uris": mine }));
    assert_eq!(find_sector(outbound, &site.url("/sector"), &mine).await.unwrap(), "127.0.0.1");
    for path in ["/other", "/odd", "/missing"] {
        let problem = find_sector(outbound, &site.url(path), &mine).await.unwrap_err();
        assert_eq!(problem.member, "sector_identifier_uri", "{path}");
    }
    let closed = Server::start(&Engine::sqlite()).await;
    let problem = find_sector(&closed.inner.state.outbound, &site.url("/sector"), &mine).await.unwrap_err();
    assert!(problem.says.contains("may not be called"), "{problem}");
}
