//! What apps compare the sign-in of a browser with.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use countersign::features::clients::Profile;
use countersign::features::sessions::end_sessions_of;
use sha2::{Digest as _, Sha256};

use crate::support::{
    Answer, Browser, CLIENT, Engine, PASSWORD, Server, TestClock, fragment_of, on_both_engines, query_of,
};

on_both_engines! {
    the_frame_is_offered_over_https_where_it_is_wanted
    every_answer_says_what_to_compare
    the_login_state_follows_the_session
    a_session_that_ended_elsewhere_is_no_login
    an_error_without_a_session_leaves_the_browser_as_it_is
}

const COOKIE: &str = "__Host-countersign-login-state";
const SESSION: &str = "__Host-countersign-session";
const ORIGIN: &str = "https://portal.example";

async fn start(engine: &Engine) -> Server {
    Server::start_with(engine, TestClock::new(), |config| {
        config.oidc.session_management = true;
        config.server.public_url = "https://id.example".parse().unwrap();
    })
    .await
}

/// Whether a value is the one for this app in a browser that shows this.
fn fits(value: &str, client: &str, shown: &str) -> bool {
    let (hash, salt) = value.split_once('.').unwrap();
    let made = Sha256::digest(format!("{client} {ORIGIN} {shown} {salt}"));
    salt.len() >= 16 && made.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}")) == hash
}

fn set_cookie<'a>(answer: &'a Answer, name: &str) -> Option<&'a str> {
    let mut lines = answer.headers.get_all("set-cookie").iter().map(|line| line.to_str().unwrap());
    lines.find(|line| line.split('=').next() == Some(name))
}

async fn signed_in(server: &Server) -> Browser {
    let mut browser = server.browser();
    let done = browser.sign_in_at("/sign-in", "anna", PASSWORD).await;
    let cookie = set_cookie(&done, COOKIE).unwrap();
    assert!(cookie.ends_with("; SameSite=None; Secure; Path=/") && !cookie.contains("HttpOnly"), "{cookie}");
    assert!(set_cookie(&done, SESSION).unwrap().contains("; HttpOnly; SameSite=Lax"));
    assert!(!cookie.contains(&browser.cookies[SESSION]), "the secret of the session is not shown");
    browser
}

async fn the_frame_is_offered_over_https_where_it_is_wanted(engine: Engine) {
    let server = start(&engine).await;
    let mut browser = server.browser();
    let document = browser.get("/.well-known/openid-configuration").await.json();
    assert_eq!(document["check_session_iframe"], "https://id.example/check_session");
    let page = browser.get("/check_session").await;
    assert_eq!(page.status, 200);
    let policy = page.header("content-security-policy");
    assert!(policy.contains("frame-ancestors *") && policy.contains("default-src 'none'"), "{policy}");
    assert!(page.headers.get("x-frame-options").is_none() && page.headers.get("set-cookie").is_none());
    let script = page.body.split("script src=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    let script = script.replace("&#x2f;", "/");
    assert_eq!(browser.get(&script).await.status, 200, "{script}");
    let other = browser.get("/sign-in").await;
    assert!(other.header("content-security-policy").contains("frame-ancestors 'none'"), "this page alone is framed");

    let others = (Engine::sqlite(), Engine::sqlite());
    let unwanted = Server::start(&others.0).await;
    let plain = Server::start_with(&others.1, TestClock::new(), |config| config.oidc.session_management = true).await;
    for server in [&unwanted, &plain] {
        let mut browser = server.browser();
        let document = browser.get("/.well-known/openid-configuration").await.json();
        assert!(document.get("check_session_iframe").is_none());
        assert_eq!(browser.get("/check_session").await.status, 404);
        let back = server.sign_in_through(&mut browser, &Server::authorize(&[])).await;
        assert!(query_of(&back).contains_key("code") && !query_of(&back).contains_key("session_state"), "{back}");
        assert!(browser.cookies.keys().all(|name| !name.contains("login-state")), "{:?}", browser.cookies);
    }
}

async fn every_answer_says_what_to_compare(engine: Engine) {
    let server = start(&engine).await;
    server
        .register("classic", |client| {
            client.profile = Profile::Oidc;
            client.metadata.response_types.push("code id_token".to_owned());
        })
        .await;
    let mut browser = signed_in(&server).await;
    let shown = browser.cookies[COOKIE].clone();
    let mut values = Vec::new();
    for (client, response_type, mode) in [
        (CLIENT, "code", "query"),
        (CLIENT, "code", "fragment"),
        (CLIENT, "code", "form_post"),
        (CLIENT, "code", "query.jwt"),
        (CLIENT, "code", "fragment.jwt"),
        (CLIENT, "code", "form_post.jwt"),
        ("classic", "code id_token", "fragment"),
    ] {
        let request = [("client_id", client), ("response_type", response_type), ("response_mode", mode)];
        let answer = browser.get(&Server::authorize(&request)).await;
        let signed = mode.contains(".jwt");
        let name = if signed { "response" } else { "session_state" };
        let value = match mode.split('.').next().unwrap() {
            "query" => query_of(answer.location())[name].clone(),
            "fragment" => fragment_of(answer.location())[name].clone(),
            _ => answer.field(name),
        };
        let value = if signed {
            let inside = URL_SAFE_NO_PAD.decode(value.split('.').nth(1).unwrap()).unwrap();
            let claims: serde_json::Value = serde_json::from_slice(&inside).unwrap();
            claims["session_state"].as_str().unwrap().to_owned()
        } else {
            value
        };
        assert!(fits(&value, client, &shown), "{mode}: {value}");
        assert!(!values.contains(&value), "every answer has a salt of its own");
        values.push(value);
    }
    let no_openid = browser.get(&Server::authorize(&[("scope", "email")])).await;
    assert!(!query_of(no_openid.location()).contains_key("session_state"), "{}", no_openid.location());
}

async fn the_login_state_follows_the_session(engine: Engine) {
    let server = start(&engine).await;
    let mut browser = signed_in(&server).await;
    let first = browser.cookies[COOKIE].clone();
    let elsewhere = signed_in(&server).await;
    assert_ne!(elsewhere.cookies[COOKIE], first, "another session of the same person is another login");

    // A browser that lost the cookie, or has a foreign one, is given it again with the next answer.
    for lost in [None, Some("foreign")] {
        match lost {
            Some(value) => browser.cookies.insert(COOKIE.to_owned(), value.to_owned()),
            None => browser.cookies.remove(COOKIE),
        };
        let answer = browser.get(&Server::authorize(&[])).await;
        assert_eq!(browser.cookies[COOKIE], first);
        assert!(fits(&query_of(answer.location())["session_state"], CLIENT, &first));
    }

    let ask = browser.get("/end_session").await;
    let out = browser.post("/sign-out", &[("csrf", &ask.field("csrf"))]).await;
    assert_eq!(out.status, 200, "{}", out.body);
    assert!(!browser.cookies.contains_key(COOKIE) && !browser.cookies.contains_key(SESSION));
    browser.sign_in_at("/sign-in", "anna", PASSWORD).await;
    assert_ne!(browser.cookies[COOKIE], first, "the next session is another login");
}

async fn a_session_that_ended_elsewhere_is_no_login(engine: Engine) {
    let server = start(&engine).await;
    let mut browsers = [signed_in(&server).await, signed_in(&server).await];
    let state = &server.inner.state;
    let mut writer = state.db.writing().await.unwrap();
    end_sessions_of(&mut writer, server.account, state.now()).await.unwrap();
    writer.commit().await.unwrap();
    let answer = browsers[0].get(&Server::authorize(&[("prompt", "none")])).await;
    let told = query_of(answer.location());
    assert_eq!(told["error"], "login_required");
    assert!(fits(&told["session_state"], CLIENT, ""), "{told:?}");
    assert!(!browsers[0].cookies.contains_key(COOKIE), "what the app compares with is what the browser shows");
    assert_eq!(browsers[1].get("/account").await.location(), "/sign-in");
    assert!(!browsers[1].cookies.contains_key(COOKIE), "our own pages notice it as well");
}

async fn an_error_without_a_session_leaves_the_browser_as_it_is(engine: Engine) {
    let server = start(&engine).await;
    let mut browser = signed_in(&server).await;
    let shown = browser.cookies[COOKIE].clone();
    // In a frame of another site browsers leave the cookie of the session out, and send this one.
    browser.cookies.remove(SESSION);
    let account = browser.get("/account").await;
    assert!(set_cookie(&account, COOKIE).is_none(), "{:?}", account.headers);
    let answer = browser.get(&Server::authorize(&[("prompt", "none")])).await;
    let told = query_of(answer.location());
    assert_eq!(told["error"], "login_required");
    assert!(fits(&told["session_state"], CLIENT, &shown), "{told:?}");
    assert!(set_cookie(&answer, COOKIE).is_none(), "{:?}", answer.headers);
    let mut nobody = server.browser();
    let answer = nobody.get(&Server::authorize(&[("prompt", "none")])).await;
    assert!(fits(&query_of(answer.location())["session_state"], CLIENT, ""));
}
