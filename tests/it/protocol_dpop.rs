//! Tokens that only the owner of a key can use (RFC 9449).

use countersign::config::Config;
use countersign::domain::Algorithm;
use serde_json::{Value, json};

use crate::support::{
    Answer, AppKey, CLIENT, Engine, PASSWORD, Proving, REDIRECT, SECRET, Server, TestClock, VERIFIER, on_both_engines,
    query_of,
};

on_both_engines! {
    a_token_is_bound_to_the_key_of_the_proof
    a_proof_with_any_fault_opens_nothing
    a_proof_that_is_only_written_otherwise_is_fine
    a_proof_counts_once
    a_bad_proof_gives_no_token
    a_code_is_bound_to_the_key_that_the_request_named
    a_pushed_request_binds_its_code_to_the_key_of_its_proof
    a_refresh_token_of_an_app_without_a_secret_is_bound_to_its_key_and_stays
    a_refresh_token_of_an_app_with_a_secret_may_change_its_key
    an_app_whose_tokens_must_be_bound_gets_no_others
    a_nonce_is_demanded_where_that_is_the_rule
}

fn now(server: &Server) -> i64 {
    server.inner.state.now().seconds()
}

/// A proof for the token endpoint.
fn for_token(server: &Server, key: &AppKey) -> String {
    at(server, key, "/token", None, (json!({}), json!({})))
}

fn at(server: &Server, key: &AppKey, path: &str, token: Option<&str>, changes: (Value, Value)) -> String {
    let method = if path == "/userinfo" { "GET" } else { "POST" };
    let url = format!("{}{path}", server.issuer);
    key.proof(&Proving { method, url: &url, now: now(server), token, header: changes.0, claims: changes.1 })
}

async fn redeem(server: &Server, client: &str, code: &str, proofs: &[&str]) -> Answer {
    let fields =
        [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", REDIRECT), ("code_verifier", VERIFIER)];
    send(server, client, &fields, proofs).await
}

async fn send(server: &Server, client: &str, fields: &[(&str, &str)], proofs: &[&str]) -> Answer {
    use base64::Engine as _;
    let basic = format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(format!("{client}:{SECRET}")));
    let public = client == "spa";
    let mut headers = if public { Vec::new() } else { vec![("authorization", basic.as_str())] };
    headers.extend(proofs.iter().map(|proof| ("dpop", *proof)));
    let named = [fields, &[("client_id", client)]].concat();
    server.browser().post_with("/token", &headers, if public { &named } else { fields }).await
}

async fn code(server: &Server, client: &str, more: &[(&str, &str)]) -> String {
    let mut browser = server.browser();
    browser.sign_in_at("/sign-in", "anna", PASSWORD).await;
    let request = Server::authorize(&[&[("client_id", client)], more].concat());
    query_of(browser.get(&request).await.location())["code"].clone()
}

async fn userinfo(server: &Server, scheme: &str, token: &str, proofs: &[&str]) -> Answer {
    let authorization = format!("{scheme} {token}");
    let mut headers = vec![("authorization", authorization.as_str())];
    headers.extend(proofs.iter().map(|proof| ("dpop", *proof)));
    server.browser().get_with("/userinfo", &headers).await
}

/// An access token that is bound to `key`.
async fn bound_token(server: &Server, key: &AppKey) -> String {
    let code = code(server, CLIENT, &[]).await;
    let answer = redeem(server, CLIENT, &code, &[&for_token(server, key)]).await;
    assert_eq!(answer.json()["token_type"], "DPoP", "{}", answer.body);
    answer.json()["access_token"].as_str().unwrap().to_owned()
}

async fn a_token_is_bound_to_the_key_of_the_proof(engine: Engine) {
    let server = Server::start(&engine).await;
    for algorithm in [Algorithm::ES256, Algorithm::EdDSA, Algorithm::PS256] {
        let key = AppKey::new(algorithm);
        let token = bound_token(&server, &key).await;
        assert_eq!(server.claims(&token, "at+jwt").await["cnf"], json!({ "jkt": key.thumbprint() }));
        for scheme in ["DPoP", "dpop", "DPOP"] {
            let proof = at(&server, &key, "/userinfo", Some(&token), (json!({}), json!({})));
            let told = userinfo(&server, scheme, &token, &[&proof]).await;
            assert_eq!(told.status, 200, "{algorithm} {scheme}: {:?}", told.headers);
        }
    }
    let unbound = server.redeem(&server.code(&mut server.browser()).await).await.json();
    assert_eq!(unbound["token_type"], "Bearer");
    let token = unbound["access_token"].as_str().unwrap();
    let proof = at(&server, &AppKey::new(Algorithm::ES256), "/userinfo", Some(token), (json!({}), json!({})));
    assert_eq!(userinfo(&server, "DPoP", token, &[&proof]).await.status, 401, "a proof for an unbound token");
    let machine = AppKey::new(Algorithm::ES256);
    let own = send(&server, "machine", &[("grant_type", "client_credentials")], &[&for_token(&server, &machine)]).await;
    let own = own.json()["access_token"].as_str().unwrap().to_owned();
    assert_eq!(server.claims(&own, "at+jwt").await["cnf"]["jkt"], machine.thumbprint());
}

async fn a_proof_with_any_fault_opens_nothing(engine: Engine) {
    let server = Server::start(&engine).await;
    let key = AppKey::new(Algorithm::ES256);
    let token = bound_token(&server, &key).await;
    let sound = |changes| at(&server, &key, "/userinfo", Some(&token), changes);
    let at_now = now(&server);
    let header = |changes: Value| sound((changes, json!({})));
    let claims = |changes: Value| sound((json!({}), changes));
    let private = key.private_jwk();
    let mut broken = sound((json!({}), json!({})));
    broken.replace_range(broken.len() - 6..broken.len() - 5, "_");
    for (what, proof) in [
        ("not signed", "x".to_owned()),
        ("typ", header(json!({ "typ": null }))),
        ("typ", header(json!({ "typ": "JWT" }))),
        ("alg", header(json!({ "alg": null }))),
        ("alg", header(json!({ "alg": "none" }))),
        ("alg", header(json!({ "alg": "RS256" }))),
        ("jwk", header(json!({ "jwk": null }))),
        ("jwk", header(json!({ "jwk": private }))),
        ("jti", claims(json!({ "jti": null }))),
        ("jti", claims(json!({ "jti": "" }))),
        ("htm", claims(json!({ "htm": null }))),
        ("htm", claims(json!({ "htm": "POST" }))),
        ("htm", claims(json!({ "htm": "get" }))),
        ("htu", claims(json!({ "htu": null }))),
        ("htu", claims(json!({ "htu": format!("{}/token", server.issuer) }))),
        ("iat", claims(json!({ "iat": null }))),
        ("iat", claims(json!({ "iat": at_now - 3600 }))),
        ("iat", claims(json!({ "iat": at_now + 3600 }))),
        ("ath", claims(json!({ "ath": null }))),
        ("ath", claims(json!({ "ath": "x" }))),
        ("nonce", claims(json!({ "nonce": "made up" }))),
        ("another key", at(&server, &AppKey::new(Algorithm::ES256), "/userinfo", Some(&token), (json!({}), json!({})))),
        ("RS256", at(&server, &AppKey::new(Algorithm::RS256), "/userinfo", Some(&token), (json!({}), json!({})))),
    ] {
        let refused = userinfo(&server, "DPoP", &token, &[&proof]).await;
        let challenge = refused.header("www-authenticate");
        assert_eq!(refused.status, 401, "{what}: {proof}");
        assert!(challenge.starts_with("DPoP error=\"") && challenge.contains("algs=\"ES256"), "{what}: {challenge}");
    }
    let twice = sound((json!({}), json!({})));
    assert_eq!(userinfo(&server, "DPoP", &token, &[&twice, &twice]).await.status, 401, "two proofs");
    assert_eq!(userinfo(&server, "DPoP", &token, &[]).await.status, 401, "no proof");
    let bearer = userinfo(&server, "Bearer", &token, &[]).await;
    assert_eq!(bearer.status, 401, "a bound token without its proof");
    assert!(bearer.header("www-authenticate").contains("invalid_token"));
    let form = server.browser().post_with("/userinfo", &[], &[("access_token", &token)]).await;
    assert_eq!(form.status, 401);
    assert_eq!(userinfo(&server, "DPoP", &token, &[&twice]).await.status, 200, "refused requests used nothing up");
}

async fn a_proof_that_is_only_written_otherwise_is_fine(engine: Engine) {
    let server = Server::start(&engine).await;
    let key = AppKey::new(Algorithm::ES256);
    let token = bound_token(&server, &key).await;
    let url = format!("{}/userinfo", server.issuer);
    let at_now = now(&server);
    for (header, claims) in [
        (json!({}), json!({ "htu": format!("{url}?x=1") })),
        (json!({}), json!({ "htu": format!("{url}#x") })),
        (json!({}), json!({ "htu": url.replace("http://localhost", "HTTP://LOCALHOST") })),
        (json!({ "colour": "blue" }), json!({ "colour": "blue" })),
        (json!({}), json!({ "nbf": at_now, "exp": at_now + 60 })),
        (json!({}), json!({ "iat": at_now - 10 })),
        (json!({}), json!({ "iat": at_now + 10 })),
        (json!({ "kid": "whatever" }), json!({})),
    ] {
        let proof = at(&server, &key, "/userinfo", Some(&token), (header, claims.clone()));
        assert_eq!(userinfo(&server, "DPoP", &token, &[&proof]).await.status, 200, "{claims}");
    }
}

async fn a_proof_counts_once(engine: Engine) {
    let server = Server::start(&engine).await;
    let key = AppKey::new(Algorithm::ES256);
    let token = bound_token(&server, &key).await;
    let proof = at(&server, &key, "/userinfo", Some(&token), (json!({}), json!({})));
    assert_eq!(userinfo(&server, "DPoP", &token, &[&proof]).await.status, 200);
    assert_eq!(userinfo(&server, "DPoP", &token, &[&proof]).await.status, 401);
    let proof = for_token(&server, &key);
    let fields = [("grant_type", "client_credentials")];
    assert_eq!(send(&server, "machine", &fields, &[&proof]).await.status, 200);
    let again = send(&server, "machine", &fields, &[&proof]).await;
    assert_eq!((again.status, again.json()["error"].as_str()), (400, Some("invalid_dpop_proof")));
}

async fn a_bad_proof_gives_no_token(engine: Engine) {
    let server = Server::start(&engine).await;
    let key = AppKey::new(Algorithm::ES256);
    let code = code(&server, CLIENT, &[]).await;
    let elsewhere = at(&server, &key, "/par", None, (json!({}), json!({})));
    for proofs in [vec!["x"], vec![elsewhere.as_str()]] {
        let refused = redeem(&server, CLIENT, &code, &proofs).await;
        assert_eq!((refused.status, refused.json()["error"].as_str()), (400, Some("invalid_dpop_proof")));
    }
    assert_eq!(redeem(&server, CLIENT, &code, &[&for_token(&server, &key)]).await.status, 200, "the code still counts");
}

async fn a_code_is_bound_to_the_key_that_the_request_named(engine: Engine) {
    let server = Server::start(&engine).await;
    let (key, other) = (AppKey::new(Algorithm::ES256), AppKey::new(Algorithm::ES256));
    let code = code(&server, CLIENT, &[("dpop_jkt", key.thumbprint())]).await;
    for proofs in [vec![], vec![for_token(&server, &other)]] {
        let proofs: Vec<&str> = proofs.iter().map(String::as_str).collect();
        assert_eq!(redeem(&server, CLIENT, &code, &proofs).await.json()["error"], "invalid_grant");
    }
    assert_eq!(redeem(&server, CLIENT, &code, &[&for_token(&server, &key)]).await.status, 200);
}

async fn a_pushed_request_binds_its_code_to_the_key_of_its_proof(engine: Engine) {
    let server = Server::start(&engine).await;
    let (key, other) = (AppKey::new(Algorithm::ES256), AppKey::new(Algorithm::ES256));
    let push = async |key: &AppKey, changes: &[(&str, &str)]| {
        let proof = at(&server, key, "/par", None, (json!({}), json!({})));
        let fields = [Server::request(changes), vec![("client_secret", SECRET)]].concat();
        server.browser().post_with("/par", &[("dpop", &proof)], &fields).await
    };
    let foreign = [("client_id", "foreign"), ("scope", "openid")];
    let mismatched = push(&key, &[&foreign[..], &[("dpop_jkt", other.thumbprint())]].concat()).await;
    assert_eq!((mismatched.status, mismatched.json()["error"].as_str()), (400, Some("invalid_dpop_proof")));
    let pushed = push(&key, &foreign).await;
    assert_eq!(pushed.status, 201, "{}", pushed.body);
    let mut browser = server.browser();
    browser.sign_in_at("/sign-in", "anna", PASSWORD).await;
    let uri = pushed.json()["request_uri"].as_str().unwrap().to_owned();
    let consent = browser.get(&format!("/authorize?client_id=foreign&request_uri={uri}")).await.location().to_owned();
    let csrf = browser.get(&consent).await.field("csrf");
    browser.post(&consent, &[("csrf", &csrf), ("decision", "allow")]).await;
    let back = browser.get(&consent.replace("/consent/", "/authorize/")).await;
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", &query_of(back.location())["code"]),
        ("redirect_uri", REDIRECT),
        ("code_verifier", VERIFIER),
        ("client_id", "foreign"),
        ("client_secret", SECRET),
    ];
    let redeem =
        async |key: &AppKey| server.browser().post_with("/token", &[("dpop", &for_token(&server, key))], &fields).await;
    assert_eq!(redeem(&other).await.json()["error"], "invalid_grant");
    assert_eq!(redeem(&key).await.status, 200);
}

async fn a_refresh_token_of_an_app_without_a_secret_is_bound_to_its_key_and_stays(engine: Engine) {
    let server = Server::start(&engine).await;
    let (key, other) = (AppKey::new(Algorithm::ES256), AppKey::new(Algorithm::ES256));
    let code = code(&server, "spa", &[]).await;
    let first = redeem(&server, "spa", &code, &[&for_token(&server, &key)]).await.json();
    let token = first["refresh_token"].as_str().unwrap();
    let fields = [("grant_type", "refresh_token"), ("refresh_token", token)];
    assert_eq!(send(&server, "spa", &fields, &[]).await.json()["error"], "invalid_grant");
    assert_eq!(send(&server, "spa", &fields, &[&for_token(&server, &other)]).await.json()["error"], "invalid_grant");
    for _ in 0..2 {
        let next = send(&server, "spa", &fields, &[&for_token(&server, &key)]).await;
        assert_eq!(next.json()["refresh_token"], token, "its key binds it: {}", next.body);
        assert_eq!(next.json()["token_type"], "DPoP");
    }
}

async fn a_refresh_token_of_an_app_with_a_secret_may_change_its_key(engine: Engine) {
    let server = Server::start(&engine).await;
    let (key, other) = (AppKey::new(Algorithm::ES256), AppKey::new(Algorithm::EdDSA));
    let code = code(&server, CLIENT, &[]).await;
    let first = redeem(&server, CLIENT, &code, &[&for_token(&server, &key)]).await.json();
    let fields = [("grant_type", "refresh_token"), ("refresh_token", first["refresh_token"].as_str().unwrap())];
    let next = send(&server, CLIENT, &fields, &[&for_token(&server, &other)]).await.json();
    let access = next["access_token"].as_str().unwrap();
    assert_eq!(server.claims(access, "at+jwt").await["cnf"]["jkt"], other.thumbprint());
}

async fn an_app_whose_tokens_must_be_bound_gets_no_others(engine: Engine) {
    let server = Server::start(&engine).await;
    server.register("careful", |client| client.metadata.binds_tokens = true).await;
    let code = code(&server, "careful", &[]).await;
    let refused = redeem(&server, "careful", &code, &[]).await;
    assert_eq!((refused.status, refused.json()["error"].as_str()), (400, Some("invalid_dpop_proof")));
    let key = AppKey::new(Algorithm::ES256);
    assert_eq!(redeem(&server, "careful", &code, &[&for_token(&server, &key)]).await.status, 200);
}

async fn a_nonce_is_demanded_where_that_is_the_rule(engine: Engine) {
    let demand = |config: &mut Config| config.oidc.dpop_nonces = true;
    let server = Server::start_with(&engine, TestClock::new(), demand).await;
    let key = AppKey::new(Algorithm::ES256);
    let fields = [("grant_type", "client_credentials")];
    let asked = send(&server, "machine", &fields, &[&for_token(&server, &key)]).await;
    assert_eq!((asked.status, asked.json()["error"].as_str()), (400, Some("use_dpop_nonce")));
    let nonce = asked.header("dpop-nonce").to_owned();
    assert!(nonce.len() >= 32, "{nonce}");
    let with = |nonce: &str, path: &str, token: Option<&str>| {
        at(&server, &key, path, token, (json!({}), json!({ "nonce": nonce })))
    };
    let given = send(&server, "machine", &fields, &[&with(&nonce, "/token", None)]).await;
    assert_eq!(given.status, 200, "{}", given.body);
    assert!(!given.header("dpop-nonce").is_empty(), "the next one comes along");
    let code = code(&server, CLIENT, &[]).await;
    let token = redeem(&server, CLIENT, &code, &[&with(&nonce, "/token", None)]).await.json();
    let token = token["access_token"].as_str().unwrap();
    let bare = at(&server, &key, "/userinfo", Some(token), (json!({}), json!({})));
    let asked = userinfo(&server, "DPoP", token, &[&bare]).await;
    assert_eq!(asked.status, 401);
    assert!(asked.header("www-authenticate").contains("use_dpop_nonce") && !asked.header("dpop-nonce").is_empty());
    assert_eq!(userinfo(&server, "DPoP", token, &[&with(&nonce, "/userinfo", Some(token))]).await.status, 200);
    server.clock.advance(240);
    let late = userinfo(&server, "DPoP", token, &[&with(&nonce, "/userinfo", Some(token))]).await;
    assert!(late.header("www-authenticate").contains("use_dpop_nonce"), "an old nonce is no nonce");
}
