//! Telling apps that a session ended.

use std::time::Duration;

use countersign::config::Config;
use countersign::features::sessions::end_sessions_of;
use serde_json::json;
use tokio::time::sleep;

use crate::support::{
    Browser, Engine, Gateway, PASSWORD, REDIRECT, Server, TestClock, VERIFIER, on_both_engines, query_of,
};

on_both_engines! {
    an_app_is_told_when_somebody_signs_out
    an_app_is_told_however_a_session_ends
    an_app_that_is_away_is_told_again_and_holds_up_nobody
    an_app_that_refuses_is_told_no_more
    nobody_is_told_what_is_not_theirs_and_nobody_is_told_twice
    an_address_behind_the_server_is_not_called
    apps_are_told_in_frames_when_somebody_signs_out
    the_way_back_waits_for_the_frames_and_says_nothing_more
}

fn may_call_this_machine(config: &mut Config) {
    config.outbound.allowed_networks = vec!["127.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()];
}

async fn start(engine: &Engine) -> Server {
    Server::start_with(engine, TestClock::new(), may_call_this_machine).await
}

async fn register(server: &Server, id: &str, app: &Gateway) {
    let address = format!("http://{}/", app.address);
    server.register(id, |client| client.metadata.backchannel_logout_uri = Some(address)).await;
}

/// Signs in to an app, and returns its ID token.
async fn sign_in(server: &Server, browser: &mut Browser, client: &str) -> String {
    let back = browser.get(&Server::authorize(&[("client_id", client)])).await;
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", &query_of(back.location())["code"]),
        ("redirect_uri", REDIRECT),
        ("code_verifier", VERIFIER),
    ];
    server.token_as(client, &fields).await.json()["id_token"].as_str().unwrap().to_owned()
}

async fn signed_in(server: &Server) -> Browser {
    let mut browser = server.browser();
    browser.sign_in_at("/sign-in", "anna", PASSWORD).await;
    browser
}

/// The logout tokens that an app got, once there are this many.
async fn tokens(app: &Gateway, count: usize) -> Vec<String> {
    for _ in 0..200 {
        let got = app.requests();
        if got.len() >= count {
            let token = |body: &str| {
                let fields: Vec<_> = url::form_urlencoded::parse(body.as_bytes()).into_owned().collect();
                assert_eq!((fields.len(), fields[0].0.as_str()), (1, "logout_token"));
                fields[0].1.clone()
            };
            return got.iter().map(|(_, body)| token(body)).collect();
        }
        sleep(Duration::from_millis(50)).await;
    }
    panic!("the app was told {} times instead of {count}", app.requests().len());
}

async fn an_app_is_told_when_somebody_signs_out(engine: Engine) {
    let server = start(&engine).await;
    let app = Gateway::start([200]).await;
    register(&server, "told", &app).await;
    let mut browser = signed_in(&server).await;
    let id_token = sign_in(&server, &mut browser, "told").await;
    let known = server.claims(&id_token, "JWT").await;
    let out = browser.get(&format!("/end_session?id_token_hint={id_token}")).await;
    assert!(out.body.contains("You are signed out"), "{}", out.body);
    let token = tokens(&app, 1).await.remove(0);
    let claims = server.claims(&token, "logout+jwt").await;
    for name in ["iss", "sub", "aud", "sid"] {
        assert_eq!(claims[name], known[name], "{name}");
    }
    assert_eq!(claims["events"], json!({ "http://schemas.openid.net/event/backchannel-logout": {} }));
    assert!(claims["jti"].as_str().unwrap().len() >= 20 && !claims.contains_key("nonce"));
    let life = claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap();
    assert!((1..=120).contains(&life), "{life}");
    let (headers, _) = app.requests().remove(0);
    assert_eq!(headers["content-type"], "application/x-www-form-urlencoded");
    let document = server.browser().get("/.well-known/openid-configuration").await.json();
    assert_eq!(document["backchannel_logout_supported"], true);
    assert_eq!(document["backchannel_logout_session_supported"], true);
}

async fn an_app_is_told_however_a_session_ends(engine: Engine) {
    let server = start(&engine).await;
    let app = Gateway::start([204]).await;
    register(&server, "told", &app).await;
    let mut browser = signed_in(&server).await;
    let known = server.claims(&sign_in(&server, &mut browser, "told").await, "JWT").await;
    let state = &server.inner.state;
    let mut writer = state.db.writing().await.unwrap();
    end_sessions_of(&mut writer, server.account, state.now()).await.unwrap();
    writer.commit().await.unwrap();
    let token = tokens(&app, 1).await.remove(0);
    assert_eq!(server.claims(&token, "logout+jwt").await["sid"], known["sid"]);
}

async fn an_app_that_is_away_is_told_again_and_holds_up_nobody(engine: Engine) {
    let server = start(&engine).await;
    let (away, fine) = (Gateway::start([503, 429, 200]).await, Gateway::start([200]).await);
    register(&server, "away", &away).await;
    register(&server, "fine", &fine).await;
    let mut browser = signed_in(&server).await;
    sign_in(&server, &mut browser, "away").await;
    let id_token = sign_in(&server, &mut browser, "fine").await;
    browser.get(&format!("/end_session?id_token_hint={id_token}")).await;
    tokens(&fine, 1).await;
    let first = tokens(&away, 1).await.remove(0);
    sleep(Duration::from_millis(300)).await;
    server.clock.advance(5);
    tokens(&away, 2).await;
    sleep(Duration::from_millis(300)).await;
    server.clock.advance(30);
    let last = tokens(&away, 3).await.remove(2);
    let (first, last) = (server.claims(&first, "logout+jwt").await, server.claims(&last, "logout+jwt").await);
    assert_eq!(first["sid"], last["sid"]);
    assert_ne!(first["jti"], last["jti"], "each attempt has a token of its own");
    server.clock.advance(3600);
    sleep(Duration::from_millis(1500)).await;
    assert_eq!((away.requests().len(), fine.requests().len()), (3, 1), "who was told is told no more");
}

async fn an_app_that_refuses_is_told_no_more(engine: Engine) {
    let server = start(&engine).await;
    let (refuses, moved) = (Gateway::start([400]).await, Gateway::start([302]).await);
    register(&server, "refuses", &refuses).await;
    register(&server, "moved", &moved).await;
    let mut browser = signed_in(&server).await;
    sign_in(&server, &mut browser, "moved").await;
    let id_token = sign_in(&server, &mut browser, "refuses").await;
    browser.get(&format!("/end_session?id_token_hint={id_token}")).await;
    tokens(&refuses, 1).await;
    tokens(&moved, 1).await;
    server.clock.advance(3600);
    sleep(Duration::from_millis(1500)).await;
    assert_eq!((refuses.requests().len(), moved.requests().len()), (1, 1), "no redirect is followed");
}

async fn nobody_is_told_what_is_not_theirs_and_nobody_is_told_twice(engine: Engine) {
    let server = start(&engine).await;
    let (used, unused) = (Gateway::start([200]).await, Gateway::start([200]).await);
    register(&server, "used", &used).await;
    register(&server, "unused", &unused).await;
    let mut browser = signed_in(&server).await;
    sign_in(&server, &mut browser, "used").await;
    let id_token = sign_in(&server, &mut browser, "used").await;
    let mut elsewhere = signed_in(&server).await;
    sign_in(&server, &mut elsewhere, "unused").await;
    browser.get(&format!("/end_session?id_token_hint={id_token}")).await;
    tokens(&used, 1).await;
    sleep(Duration::from_millis(1500)).await;
    assert_eq!(used.requests().len(), 1, "two sign-ins in one session end once");
    assert_eq!(unused.requests().len(), 0, "another session goes on");
}

async fn an_address_behind_the_server_is_not_called(engine: Engine) {
    let server = Server::start(&engine).await;
    let app = Gateway::start([200]).await;
    register(&server, "inside", &app).await;
    let mut browser = signed_in(&server).await;
    let id_token = sign_in(&server, &mut browser, "inside").await;
    browser.get(&format!("/end_session?id_token_hint={id_token}")).await;
    sleep(Duration::from_millis(1500)).await;
    assert_eq!(app.requests().len(), 0);
}

async fn register_with_page(server: &Server, id: &str, page: &str) {
    let page = Some(page.to_owned());
    server.register(id, |client| client.metadata.frontchannel_logout_uri = page).await;
}

async fn apps_are_told_in_frames_when_somebody_signs_out(engine: Engine) {
    let server = Server::start(&engine).await;
    register_with_page(&server, "used", "https://used.example/out?x=1").await;
    register_with_page(&server, "unused", "https://unused.example/out").await;
    let mut browser = signed_in(&server).await;
    let known = server.claims(&sign_in(&server, &mut browser, "used").await, "JWT").await;
    let asked = browser.get("/end_session").await;
    assert!(!asked.body.contains("<iframe"), "nobody is told before the person said yes");
    let out = browser.post("/sign-out", &[("csrf", &asked.field("csrf"))]).await;
    let issuer: String = url::form_urlencoded::byte_serialize(server.issuer.as_bytes()).collect();
    let frame = format!("https://used.example/out?x=1&iss={issuer}&sid={}", known["sid"].as_str().unwrap());
    let shown = out.body.replace("&amp;", "&").replace("&#x2f;", "/");
    assert!(shown.contains(&format!("<iframe src=\"{frame}\"")), "{shown}");
    assert!(!shown.contains("unused.example"), "{shown}");
    let policy = out.header("content-security-policy");
    assert!(
        policy.contains("frame-src https://used.example;") || policy.ends_with("frame-src https://used.example"),
        "{policy}"
    );
    assert!(policy.contains("frame-ancestors 'none'") && policy.contains("form-action 'self'"), "{policy}");
    let document = server.browser().get("/.well-known/openid-configuration").await.json();
    assert_eq!(document["frontchannel_logout_supported"], true);
    assert_eq!(document["frontchannel_logout_session_supported"], true);
}

async fn the_way_back_waits_for_the_frames_and_says_nothing_more(engine: Engine) {
    let server = Server::start(&engine).await;
    register_with_page(&server, "used", "https://used.example/out").await;
    let mut browser = signed_in(&server).await;
    let id_token = sign_in(&server, &mut browser, "used").await;
    let back =
        format!("/end_session?id_token_hint={id_token}&post_logout_redirect_uri=https://portal.example/bye&state=s");
    let out = browser.get(&back).await;
    assert_eq!(out.status, 200);
    let shown = out.body.replace("&amp;", "&").replace("&#x2f;", "/");
    assert!(shown.contains("content=\"5;url=https://portal.example/bye?state=s\""), "{shown}");
    assert!(shown.contains("<iframe src=\"https://used.example/out?iss="), "{shown}");
    assert!(browser.get("/account").await.location().starts_with("/sign-in"), "signed out already");
    // Without an app that wants to be told there is nothing to wait for.
    let mut browser = signed_in(&server).await;
    let id_token = sign_in(&server, &mut browser, crate::support::CLIENT).await;
    let back =
        format!("/end_session?id_token_hint={id_token}&post_logout_redirect_uri=https://portal.example/bye&state=s");
    assert_eq!(browser.get(&back).await.location(), "https://portal.example/bye?state=s");
}
