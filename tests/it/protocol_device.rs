//! Devices without a browser: somebody approves them elsewhere.

use countersign::config::Config;
use countersign::domain::Algorithm;
use countersign::features::sessions::{end_everything_else, end_sessions_of};
use serde_json::Value;

use crate::support::{Answer, AppKey, Browser, Engine, PASSWORD, Proving, Server, TestClock, on_both_engines};

on_both_engines! {
    a_device_is_signed_in_after_somebody_types_its_code
    a_device_that_asks_too_often_is_slowed_down
    a_device_that_is_refused_gets_nothing
    a_code_ends_and_is_redeemed_once
    a_code_is_looked_at_for_somebody_who_is_signed_in_only
    codes_cannot_be_guessed
    the_code_comes_from_the_person_and_never_from_a_link
    approving_needs_the_page_the_browser_and_the_session
    the_rules_hold_when_the_device_redeems_its_code
    a_device_code_is_no_other_code
    a_device_may_hold_a_key
    without_the_setting_there_is_nothing
}

const GRANT: (&str, &str) = ("grant_type", "urn:ietf:params:oauth:grant-type:device_code");

fn offered(config: &mut Config) {
    config.oidc.device_grant = true;
}

async fn start(engine: &Engine) -> Server {
    let server = Server::start_with(engine, TestClock::new(), offered).await;
    for id in ["scanner", "printer"] {
        server
            .register(id, |client| {
                "Scanstraat".clone_into(&mut client.name);
                client.first_party = false;
                client.metadata.grant_types = vec![GRANT.1.to_owned(), "refresh_token".to_owned()];
                client.metadata.redirect_uris.clear();
            })
            .await;
    }
    server
}

async fn post(server: &Server, path: &str, client: &str, fields: &[(&str, &str)]) -> Answer {
    use base64::Engine as _;
    let credentials = base64::engine::general_purpose::STANDARD.encode(format!("{client}:{}", crate::support::SECRET));
    server.browser().post_with(path, &[("authorization", &format!("Basic {credentials}"))], fields).await
}

/// What the device is told: the code that it asks with, the code that it shows.
async fn begin(server: &Server) -> (String, String) {
    let answer = post(server, "/device_authorization", "scanner", &[("scope", "openid profile")]).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let text = |name: &str| answer.json()[name].as_str().unwrap().to_owned();
    (text("device_code"), text("user_code"))
}

async fn ask(server: &Server, code: &str) -> Answer {
    post(server, "/token", "scanner", &[GRANT, ("device_code", code)]).await
}

async fn error(server: &Server, code: &str) -> Value {
    let answer = ask(server, code).await;
    assert_eq!(answer.status, 400, "{}", answer.body);
    answer.json()["error"].clone()
}

async fn signed_in(server: &Server) -> Browser {
    let mut browser = server.browser();
    browser.sign_in_at("/sign-in", "anna", PASSWORD).await;
    browser
}

async fn enter(browser: &mut Browser, code: &str) -> Answer {
    let csrf = browser.get("/device").await.field("csrf");
    browser.post("/device", &[("csrf", &csrf), ("code", code)]).await
}

async fn decide(browser: &mut Browser, page: &str, decision: &str) -> Answer {
    let csrf = browser.get(page).await.field("csrf");
    browser.post(page, &[("csrf", &csrf), ("decision", decision)]).await
}

async fn approve(browser: &mut Browser, code: &str) -> Answer {
    let page = enter(browser, code).await.location().to_owned();
    decide(browser, &page, "allow").await
}

async fn a_device_is_signed_in_after_somebody_types_its_code(engine: Engine) {
    let server = start(&engine).await;
    let answer = post(&server, "/device_authorization", "scanner", &[("scope", "openid profile payments")]).await;
    assert_eq!(answer.header("cache-control"), "no-store");
    let told = answer.json();
    assert_eq!(told["verification_uri"], format!("{}/device", server.issuer));
    assert_eq!((told["expires_in"].as_i64(), told["interval"].as_i64()), (Some(600), Some(5)));
    assert!(told.get("verification_uri_complete").is_none(), "nobody is sent a link with a code in it");
    let shown = told["user_code"].as_str().unwrap();
    assert!(shown.len() == 9 && shown[4..5] == *"-", "{shown}");
    let code = told["device_code"].as_str().unwrap();
    assert_eq!(error(&server, code).await, "authorization_pending");

    // Somebody who is not signed in signs in first, and comes back.
    let mut browser = server.browser();
    let guest = browser.get("/device").await;
    assert!(!guest.body.contains("name=\"code\""), "{}", guest.body);
    let to_form = browser.post("/device/sign-in", &[("csrf", &guest.field("csrf"))]).await.location().to_owned();
    let done = browser.sign_in_at(&to_form, "anna", PASSWORD).await;
    assert_eq!(done.location(), "/device");
    let page = enter(&mut browser, &shown.to_lowercase().replace('-', " ")).await.location().to_owned();
    let asked = browser.get(&page).await;
    for word in ["Scanstraat", "127.0.0.1", "Anna de Vries", "anna@kantoor.nl", "Did somebody send you the code"] {
        assert!(asked.body.contains(word), "{word}: {}", asked.body);
    }
    let approved = decide(&mut browser, &page, "allow").await;
    assert!(approved.body.contains("Your device is signed in"), "{}", approved.body);

    server.clock.advance(5);
    let answer = ask(&server, code).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let tokens = answer.json();
    assert_eq!(tokens["scope"], "openid profile");
    let id_token = server.claims(tokens["id_token"].as_str().unwrap(), "JWT").await;
    assert_eq!(id_token["sub"], server.account.to_string());
    assert!(id_token.contains_key("auth_time") && !id_token.contains_key("sid") && !id_token.contains_key("nonce"));
    assert_eq!(server.userinfo(tokens["access_token"].as_str().unwrap()).await.json()["name"], "Anna de Vries");
    // The device stays signed in when the browser does not.
    let state = &server.inner.state;
    let mut writer = state.db.writing().await.unwrap();
    end_sessions_of(&mut writer, server.account, state.now()).await.unwrap();
    writer.commit().await.unwrap();
    let refresh = [("grant_type", "refresh_token"), ("refresh_token", tokens["refresh_token"].as_str().unwrap())];
    assert_eq!(post(&server, "/token", "scanner", &refresh).await.status, 200);
    assert_eq!(post(&server, "/token", "printer", &refresh).await.json()["error"], "invalid_grant");
    let mut browser = signed_in(&server).await;
    assert!(browser.get("/account/apps").await.body.contains("Scanstraat"));
}

async fn a_device_that_asks_too_often_is_slowed_down(engine: Engine) {
    let server = start(&engine).await;
    let (code, _) = begin(&server).await;
    assert_eq!(error(&server, &code).await, "authorization_pending");
    server.clock.advance(4);
    assert_eq!(error(&server, &code).await, "slow_down");
    server.clock.advance(9);
    assert_eq!(error(&server, &code).await, "slow_down", "five seconds more");
    server.clock.advance(14);
    assert_eq!(error(&server, &code).await, "slow_down", "and again");
    server.clock.advance(20);
    assert_eq!(error(&server, &code).await, "authorization_pending", "it stays slower");
    server.clock.advance(19);
    assert_eq!(error(&server, &code).await, "slow_down");
}

async fn a_device_that_is_refused_gets_nothing(engine: Engine) {
    let server = start(&engine).await;
    let (code, shown) = begin(&server).await;
    let mut browser = signed_in(&server).await;
    let page = enter(&mut browser, &shown).await.location().to_owned();
    let refused = decide(&mut browser, &page, "deny").await;
    assert!(refused.body.contains("The device was refused"), "{}", refused.body);
    for _ in 0..2 {
        assert_eq!(error(&server, &code).await, "access_denied");
    }
    assert_eq!(enter(&mut browser, &shown).await.status, 422, "it cannot be approved any more");
    assert!(!browser.get("/account/apps").await.body.contains("Scanstraat"));
}

async fn a_code_ends_and_is_redeemed_once(engine: Engine) {
    let server = start(&engine).await;
    let mut browser = signed_in(&server).await;
    let (late, shown) = begin(&server).await;
    let page = enter(&mut browser, &shown).await.location().to_owned();
    server.clock.advance(600);
    assert_eq!(error(&server, &late).await, "expired_token");
    assert_eq!(browser.get(&page).await.status, 400);
    assert_eq!(enter(&mut browser, &shown).await.status, 422);

    let (approved_late, shown) = begin(&server).await;
    approve(&mut browser, &shown).await;
    server.clock.advance(600);
    assert_eq!(error(&server, &approved_late).await, "expired_token", "approved, and never fetched");

    let (code, shown) = begin(&server).await;
    let page = enter(&mut browser, &shown).await.location().to_owned();
    decide(&mut browser, &page, "allow").await;
    assert_eq!(browser.get(&page).await.status, 400, "answered once");
    assert_eq!(enter(&mut browser, &shown).await.status, 422);
    assert_eq!(
        post(&server, "/token", "printer", &[GRANT, ("device_code", &code)]).await.json()["error"],
        "invalid_grant"
    );
    assert_eq!(ask(&server, &code).await.status, 200);
    assert_eq!(error(&server, &code).await, "invalid_grant", "redeemed once");
    assert_eq!(error(&server, "nothing").await, "invalid_grant");
    assert_eq!(post(&server, "/token", "scanner", &[GRANT]).await.json()["error"], "invalid_request");
}

async fn a_code_is_looked_at_for_somebody_who_is_signed_in_only(engine: Engine) {
    let server = start(&engine).await;
    let (_, shown) = begin(&server).await;
    let mut stranger = server.browser();
    let csrf = stranger.get("/device").await.field("csrf");
    for code in [shown.as_str(), "BCDF-GHJK"] {
        let answer = stranger.post("/device", &[("csrf", &csrf), ("code", code)]).await;
        assert_eq!(answer.location(), "/device", "right and wrong look alike");
    }
}

async fn codes_cannot_be_guessed(engine: Engine) {
    let server = start(&engine).await;
    let (_, shown) = begin(&server).await;
    let mut browser = signed_in(&server).await;
    for wrong in ["", " ", "BCDF", "BCDF-GHJK", "https://evil.example/"] {
        let answer = enter(&mut browser, wrong).await;
        assert_eq!(answer.status, 422);
        assert!(!answer.body.contains("evil.example"), "what was typed is not repeated");
    }
    for _ in 0..7 {
        enter(&mut browser, "BCDF-GHJL").await;
    }
    let blocked = enter(&mut browser, &shown).await;
    assert!(blocked.status == 422 && blocked.body.contains("Too many attempts"), "{}", blocked.body);
    let mut again = signed_in(&server).await;
    assert_eq!(enter(&mut again, &shown).await.status, 422, "another session of the same person");
    server.clock.advance(599);
    let (_, shown) = begin(&server).await;
    server.clock.advance(2);
    assert_eq!(enter(&mut browser, &shown).await.status, 303);
}

async fn the_code_comes_from_the_person_and_never_from_a_link(engine: Engine) {
    let server = start(&engine).await;
    let (_, shown) = begin(&server).await;
    let mut browser = signed_in(&server).await;
    for query in ["user_code", "code"] {
        let page = browser.get(&format!("/device?{query}={shown}")).await;
        assert!(page.status == 200 && !page.body.contains(&shown), "{}", page.body);
    }
    assert!(browser.get("/device").await.body.contains("autocomplete=\"off\""));
}

async fn approving_needs_the_page_the_browser_and_the_session(engine: Engine) {
    let server = start(&engine).await;
    let (code, shown) = begin(&server).await;
    let mut browser = signed_in(&server).await;
    let page = enter(&mut browser, &shown).await.location().to_owned();
    let csrf = browser.get(&page).await.field("csrf");
    let forged = browser.post(&page, &[("csrf", "x"), ("decision", "allow")]).await;
    assert!(forged.status >= 400, "{}", forged.status);
    let cross =
        browser.post_with(&page, &[("sec-fetch-site", "cross-site")], &[("csrf", &csrf), ("decision", "allow")]).await;
    assert!(cross.status >= 400, "{}", cross.status);
    let mut other = signed_in(&server).await;
    assert_eq!(other.get(&page).await.status, 400, "another browser");
    // Whoever signs out and in again answers for themselves.
    let state = &server.inner.state;
    let mut writer = state.db.writing().await.unwrap();
    end_sessions_of(&mut writer, server.account, state.now()).await.unwrap();
    writer.commit().await.unwrap();
    assert!(browser.get(&page).await.location().starts_with("/sign-in/"));
    assert!(browser.post(&page, &[("csrf", &csrf), ("decision", "allow")]).await.location().starts_with("/sign-in/"));
    server.clock.advance(60);
    assert_eq!(error(&server, &code).await, "authorization_pending");
    let to_form = browser.get(&page).await.location().to_owned();
    let done = browser.sign_in_at(&to_form, "anna", PASSWORD).await;
    let back = browser.get(done.location()).await;
    assert_eq!(back.location(), page, "back to the question");
    assert_eq!(decide(&mut browser, &page, "allow").await.status, 200);
    assert_eq!(ask(&server, &code).await.status, 200);
}

async fn the_rules_hold_when_the_device_redeems_its_code(engine: Engine) {
    let server = start(&engine).await;
    let (code, shown) = begin(&server).await;
    let mut browser = signed_in(&server).await;
    approve(&mut browser, &shown).await;
    server.clock.advance(5);
    let state = &server.inner.state;
    let mut writer = state.db.writing().await.unwrap();
    end_everything_else(&mut writer, server.account, None, state.now()).await.unwrap();
    writer.commit().await.unwrap();
    assert_eq!(error(&server, &code).await, "invalid_grant", "a password changed in between");
}

async fn a_device_code_is_no_other_code(engine: Engine) {
    let server = start(&engine).await;
    server
        .register("both", |client| {
            client.metadata.grant_types = vec!["authorization_code".to_owned(), GRANT.1.to_owned()];
        })
        .await;
    let answer = post(&server, "/device_authorization", "both", &[]).await.json();
    let (code, shown) = (answer["device_code"].as_str().unwrap(), answer["user_code"].as_str().unwrap());
    let mut browser = signed_in(&server).await;
    approve(&mut browser, shown).await;
    for redirect_uri in ["", crate::support::REDIRECT] {
        let fields = [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", redirect_uri)];
        assert_eq!(post(&server, "/token", "both", &fields).await.json()["error"], "invalid_grant");
    }
    let unregistered = post(&server, "/token", "portal", &[GRANT, ("device_code", code)]).await;
    assert_eq!(unregistered.json()["error"], "unauthorized_client");
    let unregistered = post(&server, "/device_authorization", "portal", &[]).await;
    assert_eq!(unregistered.json()["error"], "unauthorized_client");
    let stranger = server.browser().post_with("/device_authorization", &[], &[("client_id", "both")]).await;
    assert_eq!((stranger.status, stranger.json()["error"].as_str()), (401, Some("invalid_client")));
    let scope = post(&server, "/device_authorization", "both", &[("scope", "payments")]).await;
    assert_eq!(scope.json()["error"], "invalid_scope");
}

async fn a_device_may_hold_a_key(engine: Engine) {
    let server = start(&engine).await;
    server
        .register("television", |client| {
            client.authentication = countersign::features::clients::ClientAuthentication::None;
            client.secrets.clear();
            client.metadata.grant_types = vec![GRANT.1.to_owned(), "refresh_token".to_owned()];
        })
        .await;
    let answer = server.browser().post_with("/device_authorization", &[], &[("client_id", "television")]).await.json();
    let (code, shown) = (answer["device_code"].as_str().unwrap(), answer["user_code"].as_str().unwrap());
    let mut browser = signed_in(&server).await;
    approve(&mut browser, shown).await;
    let key = AppKey::new(Algorithm::ES256);
    let url = format!("{}/token", server.issuer);
    let now = server.inner.state.now().seconds();
    let (header, claims) = (serde_json::json!({}), serde_json::json!({}));
    let proof = key.proof(&Proving { method: "POST", url: &url, now, token: None, header, claims });
    let fields = [GRANT, ("device_code", code), ("client_id", "television")];
    let tokens = server.browser().post_with("/token", &[("dpop", &proof)], &fields).await.json();
    assert_eq!(tokens["token_type"], "DPoP", "{tokens}");
    let token = server.claims(tokens["access_token"].as_str().unwrap(), "at+jwt").await;
    assert_eq!(token["cnf"]["jkt"], key.thumbprint());
}

async fn without_the_setting_there_is_nothing(engine: Engine) {
    let server = Server::start(&engine).await;
    server.register("scanner", |client| client.metadata.grant_types = vec![GRANT.1.to_owned()]).await;
    assert_eq!(post(&server, "/device_authorization", "scanner", &[]).await.status, 404);
    assert_eq!(server.browser().get("/device").await.status, 404);
    let mut browser = server.browser();
    let csrf = browser.get("/sign-in").await.field("csrf");
    assert_eq!(browser.post("/device/sign-in", &[("csrf", &csrf)]).await.status, 404);
    let answer = post(&server, "/token", "scanner", &[GRANT, ("device_code", "x")]).await;
    assert_eq!(answer.json()["error"], "unsupported_grant_type");
    let lists = async |server: &Server| {
        let document = server.browser().get("/.well-known/openid-configuration").await.json();
        let has = |name: &str| document["grant_types_supported"].as_array().unwrap().iter().any(|grant| grant == name);
        (has(GRANT.1), document.get("device_authorization_endpoint").is_some())
    };
    assert_eq!(lists(&server).await, (false, false));
    assert_eq!(lists(&start(&Engine::sqlite()).await).await, (true, true));
}
