//! Taking tokens back, and asking what they are worth.

use countersign::features::clients::ClientAuthentication;
use serde_json::json;

use crate::support::{Answer, CLIENT, Engine, REDIRECT, SECRET, Server, VERIFIER, on_both_engines, query_of};

on_both_engines! {
    a_revoked_refresh_token_takes_its_access_tokens_along
    a_revoked_access_token_goes_alone
    nobody_revokes_the_tokens_of_another_app
    an_app_without_a_secret_revokes_its_own_tokens
    introspection_tells_an_app_about_its_own_tokens
    what_does_not_count_is_only_inactive
    a_token_is_nobody_elses_business
    introspection_answers_signed_when_asked_to
    somebody_switched_off_makes_tokens_inactive
}

/// What an app that sends its secret in the header is answered.
async fn ask(server: &Server, path: &str, client: &str, fields: &[(&str, &str)]) -> Answer {
    use base64::Engine as _;
    let credentials = base64::engine::general_purpose::STANDARD.encode(format!("{client}:{SECRET}"));
    server.browser().post_with(path, &[("authorization", &format!("Basic {credentials}"))], fields).await
}

async fn revoke(server: &Server, client: &str, token: &str) -> Answer {
    ask(server, "/revoke", client, &[("token", token)]).await
}

async fn introspect(server: &Server, client: &str, token: &str) -> serde_json::Value {
    let answer = ask(server, "/introspect", client, &[("token", token)]).await;
    assert_eq!((answer.status, answer.header("cache-control")), (200, "no-store"), "{}", answer.body);
    answer.json()
}

async fn tokens(server: &Server) -> (String, String, String) {
    let told = server.redeem(&server.code(&mut server.browser()).await).await.json();
    let text = |name: &str| told[name].as_str().unwrap().to_owned();
    (text("access_token"), text("refresh_token"), text("id_token"))
}

async fn refresh(server: &Server, token: &str) -> Answer {
    server.token(&[("grant_type", "refresh_token"), ("refresh_token", token)]).await
}

async fn a_revoked_refresh_token_takes_its_access_tokens_along(engine: Engine) {
    let server = Server::start(&engine).await;
    let (access, refresh_token, _) = tokens(&server).await;
    let done = ask(&server, "/revoke", CLIENT, &[("token", &refresh_token), ("token_type_hint", "access_token")]).await;
    assert_eq!((done.status, done.body.as_str(), done.header("cache-control")), (200, "", "no-store"));
    assert_eq!(refresh(&server, &refresh_token).await.json()["error"], "invalid_grant");
    assert_eq!(server.userinfo(&access).await.status, 401);
    assert_eq!(introspect(&server, CLIENT, &access).await, json!({ "active": false }));
    assert_eq!(revoke(&server, CLIENT, &refresh_token).await.status, 200, "what is over counts as taken back");
}

async fn a_revoked_access_token_goes_alone(engine: Engine) {
    let server = Server::start(&engine).await;
    let (access, refresh_token, id_token) = tokens(&server).await;
    let second = refresh(&server, &refresh_token).await.json()["access_token"].as_str().unwrap().to_owned();
    assert_eq!(revoke(&server, CLIENT, &access).await.status, 200);
    assert_eq!(server.userinfo(&access).await.status, 401);
    assert_eq!(introspect(&server, CLIENT, &access).await, json!({ "active": false }));
    assert_eq!(server.userinfo(&second).await.status, 200, "the other one still counts");
    assert_eq!(refresh(&server, &refresh_token).await.status, 200);

    let own = server.token_as("machine", &[("grant_type", "client_credentials")]).await.json();
    let own = own["access_token"].as_str().unwrap();
    assert_eq!(introspect(&server, "machine", own).await["active"], true);
    assert_eq!(revoke(&server, "machine", own).await.status, 200);
    assert_eq!(introspect(&server, "machine", own).await, json!({ "active": false }));

    let refused = revoke(&server, CLIENT, &id_token).await;
    assert_eq!((refused.status, refused.json()["error"].as_str()), (400, Some("unsupported_token_type")));
}

async fn nobody_revokes_the_tokens_of_another_app(engine: Engine) {
    let server = Server::start(&engine).await;
    let (access, refresh_token, _) = tokens(&server).await;
    for token in [&access, &refresh_token] {
        let refused = revoke(&server, "machine", token).await;
        assert_eq!((refused.status, refused.json()["error"].as_str()), (400, Some("unauthorized_client")));
    }
    assert_eq!(server.userinfo(&access).await.status, 200);
    assert_eq!(refresh(&server, &refresh_token).await.status, 200);
    for token in ["x", "a.b.c", &access[..access.len() - 4]] {
        assert_eq!(revoke(&server, CLIENT, token).await.status, 200, "{token}: unknown counts as taken back");
    }
    assert_eq!(ask(&server, "/revoke", CLIENT, &[]).await.json()["error"], "invalid_request");
    let stranger = ask(&server, "/revoke", "nobody", &[("token", &access)]).await;
    assert_eq!((stranger.status, stranger.json()["error"].as_str()), (401, Some("invalid_client")));
}

async fn an_app_without_a_secret_revokes_its_own_tokens(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut browser = server.browser();
    let back = server.sign_in_through(&mut browser, &Server::authorize(&[("client_id", "spa")])).await;
    let fields = [
        ("grant_type", "authorization_code"),
        ("client_id", "spa"),
        ("code", &query_of(&back)["code"]),
        ("redirect_uri", REDIRECT),
        ("code_verifier", VERIFIER),
    ];
    let told = browser.post_with("/token", &[], &fields).await.json();
    let token = told["refresh_token"].as_str().unwrap();
    let page = [("origin", "https://spa.example")];
    let done = browser.post_with("/revoke", &page, &[("client_id", "spa"), ("token", token)]).await;
    assert_eq!((done.status, done.header("access-control-allow-origin")), (200, "*"));
    let again = [("grant_type", "refresh_token"), ("client_id", "spa"), ("refresh_token", token)];
    assert_eq!(browser.post_with("/token", &[], &again).await.json()["error"], "invalid_grant");
    let asked = browser.post_with("/introspect", &[], &[("client_id", "spa"), ("token", token)]).await;
    assert_eq!((asked.status, asked.json()["error"].as_str()), (401, Some("invalid_client")), "no secret, no answer");
}

async fn introspection_tells_an_app_about_its_own_tokens(engine: Engine) {
    let server = Server::start(&engine).await;
    let (access, refresh_token, _) = tokens(&server).await;
    let told = introspect(&server, CLIENT, &access).await;
    for (name, value) in [
        ("active", json!(true)),
        ("client_id", json!(CLIENT)),
        ("token_type", json!("Bearer")),
        ("scope", json!("email openid organisation profile")),
        ("sub", json!(server.account.to_string())),
        ("username", json!("anna")),
        ("iss", json!(server.issuer)),
        ("aud", json!(server.issuer)),
        ("acr", json!("pwd")),
    ] {
        assert_eq!(told[name], value, "{name}");
    }
    for name in ["exp", "iat", "auth_time"] {
        assert!(told[name].is_i64(), "{name}");
    }
    assert!(told["jti"].is_string());
    let told = introspect(&server, CLIENT, &refresh_token).await;
    assert_eq!((told["active"].as_bool(), told["client_id"].as_str()), (Some(true), Some(CLIENT)));
    assert!(told["exp"].as_i64().unwrap() > server.inner.state.now().seconds() + 86_400);
}

async fn what_does_not_count_is_only_inactive(engine: Engine) {
    let server = Server::start(&engine).await;
    let (access, _, id_token) = tokens(&server).await;
    for token in ["x", "a.b.c", &id_token, &access[..access.len() - 4]] {
        assert_eq!(introspect(&server, CLIENT, token).await, json!({ "active": false }), "{token}");
    }
    server.clock.advance(600);
    assert_eq!(introspect(&server, CLIENT, &access).await, json!({ "active": false }), "expired");
    assert_eq!(ask(&server, "/introspect", CLIENT, &[]).await.json()["error"], "invalid_request");
    let stranger = server.browser().post_with("/introspect", &[], &[("token", &access)]).await;
    assert_eq!((stranger.status, stranger.json()["error"].as_str()), (401, Some("invalid_client")));
    let get = server.browser().get_with("/introspect", &[("accept", "*/*")]).await;
    assert_eq!(get.status, 405);
}

async fn a_token_is_nobody_elses_business(engine: Engine) {
    let server = Server::start(&engine).await;
    let (access, refresh_token, _) = tokens(&server).await;
    for token in [&access, &refresh_token] {
        assert_eq!(introspect(&server, "machine", token).await, json!({ "active": false }));
    }
}

async fn introspection_answers_signed_when_asked_to(engine: Engine) {
    let server = Server::start(&engine).await;
    server.register("signed", |client| client.authentication = ClientAuthentication::ClientSecretPost).await;
    let own = server.token_as("machine", &[("grant_type", "client_credentials")]).await.json();
    let token = own["access_token"].as_str().unwrap();
    let fields = [("client_id", "signed"), ("client_secret", SECRET), ("token", token)];
    let accept = [("accept", "application/token-introspection+jwt")];
    let answer = server.browser().post_with("/introspect", &accept, &fields).await;
    assert_eq!(answer.header("content-type"), "application/token-introspection+jwt");
    let told = server.claims(&answer.body, "token-introspection+jwt").await;
    assert_eq!((told["iss"].as_str(), told["aud"].as_str()), (Some(server.issuer.as_str()), Some("signed")));
    assert_eq!(told["token_introspection"], json!({ "active": false }), "the token is another app's");
    assert!(told["iat"].is_i64() && !told.contains_key("sub") && !told.contains_key("exp"));
}

async fn somebody_switched_off_makes_tokens_inactive(engine: Engine) {
    let server = Server::start(&engine).await;
    let (access, refresh_token, _) = tokens(&server).await;
    let state = &server.inner.state;
    let mut writer = state.db.writing().await.unwrap();
    let now = state.now();
    countersign::features::accounts::set_account_disabled(&mut writer, server.account, true, now).await.unwrap();
    writer.commit().await.unwrap();
    for token in [&access, &refresh_token] {
        assert_eq!(introspect(&server, CLIENT, token).await, json!({ "active": false }));
    }
}
