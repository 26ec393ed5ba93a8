//! What apps call people, and signed answers about them.

use countersign::features::clients::Profile;

use crate::support::{Engine, PASSWORD, REDIRECT, Server, VERIFIER, on_both_engines, query_of};

on_both_engines! {
    apps_of_one_sector_know_people_by_the_same_identifier_and_others_do_not
    a_pairwise_hint_says_whom_the_app_expects
    userinfo_answers_signed_where_that_is_registered
}

async fn tokens(server: &Server, client: &str) -> serde_json::Value {
    let mut browser = server.browser();
    browser.sign_in_at("/sign-in", "anna", PASSWORD).await;
    let back = browser.get(&Server::authorize(&[("client_id", client)])).await;
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", &query_of(back.location())["code"]),
        ("redirect_uri", REDIRECT),
        ("code_verifier", VERIFIER),
    ];
    server.token_as(client, &fields).await.json()
}

fn text<'a>(value: &'a serde_json::Value, name: &str) -> &'a str {
    value[name].as_str().unwrap()
}

async fn apps_of_one_sector_know_people_by_the_same_identifier_and_others_do_not(engine: Engine) {
    let server = Server::start(&engine).await;
    for (id, sector) in [("one", "a.example"), ("two", "a.example"), ("three", "b.example")] {
        server.register(id, |client| client.metadata.sector = Some(sector.to_owned())).await;
    }
    let mut known_as = Vec::new();
    for id in ["one", "two", "three"] {
        let told = tokens(&server, id).await;
        let id_token = server.claims(text(&told, "id_token"), "JWT").await;
        let access = server.claims(text(&told, "access_token"), "at+jwt").await;
        let userinfo = server.userinfo(text(&told, "access_token")).await.json();
        assert_eq!(
            (&id_token["sub"], &access["sub"]),
            (&userinfo["sub"], &userinfo["sub"]),
            "{id}: everywhere the same"
        );
        let refreshed = [("grant_type", "refresh_token"), ("refresh_token", text(&told, "refresh_token"))];
        let again = server.token_as(id, &refreshed).await.json();
        assert_eq!(server.claims(text(&again, "id_token"), "JWT").await["sub"], id_token["sub"], "{id}");
        known_as.push(userinfo["sub"].as_str().unwrap().to_owned());
    }
    assert_eq!(known_as[0], known_as[1], "one sector");
    assert_ne!(known_as[0], known_as[2], "another sector");
    assert!(!known_as.contains(&server.account.to_string()));
    let document = server.browser().get("/.well-known/openid-configuration").await.json();
    assert_eq!(document["subject_types_supported"], serde_json::json!(["public", "pairwise"]));
}

async fn a_pairwise_hint_says_whom_the_app_expects(engine: Engine) {
    let server = Server::start(&engine).await;
    server.register("one", |client| client.metadata.sector = Some("a.example".to_owned())).await;
    let hint = text(&tokens(&server, "one").await, "id_token").to_owned();
    let mut browser = server.browser();
    browser.sign_in_at("/sign-in", "anna", PASSWORD).await;
    let silent = [("client_id", "one"), ("prompt", "none"), ("id_token_hint", hint.as_str())];
    assert!(query_of(browser.get(&Server::authorize(&silent)).await.location()).contains_key("code"));
    // A hint names its own session; this one is another.
    let asked = browser.get(&format!("/end_session?id_token_hint={hint}")).await;
    assert!(asked.body.contains("Sign out of Countersign?"), "{}", asked.body);
    let back = browser.get(&Server::authorize(&[("client_id", "one"), ("prompt", "none")])).await;
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", &query_of(back.location())["code"]),
        ("redirect_uri", REDIRECT),
        ("code_verifier", VERIFIER),
    ];
    let own = text(&server.token_as("one", &fields).await.json(), "id_token").to_owned();
    let out = browser.get(&format!("/end_session?id_token_hint={own}")).await;
    assert!(out.body.contains("You are signed out"), "{}", out.body);
}

async fn userinfo_answers_signed_where_that_is_registered(engine: Engine) {
    let server = Server::start(&engine).await;
    server
        .register("signed", |client| {
            client.profile = Profile::Oidc;
            client.metadata.signs_userinfo = true;
        })
        .await;
    let told = tokens(&server, "signed").await;
    let answer = server.userinfo(text(&told, "access_token")).await;
    assert_eq!(answer.header("content-type"), "application/jwt");
    let claims = server.claims(&answer.body, "userinfo+jwt").await;
    assert_eq!((claims["iss"].as_str(), claims["aud"].as_str()), (Some(server.issuer.as_str()), Some("signed")));
    assert_eq!(
        (claims["sub"].as_str(), claims["name"].as_str()),
        (Some(server.account.to_string().as_str()), Some("Anna de Vries"))
    );
    assert!(!claims.contains_key("nonce"));
}
