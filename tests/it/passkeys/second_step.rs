//! Passkeys and security keys after a password.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use countersign::domain::policy::AllowedKinds;
use countersign::domain::{FactorKind, FactorKinds, Policy};

use super::{CREATE, CREATE_KEY, colleague, factors_of, refused, signed_in, signed_in_as, with_passkey};
use crate::support::{Authenticator, Browser, Engine, PASSWORD, Server, on_both_engines};

on_both_engines! {
    a_passkey_is_the_second_step_after_a_password
    a_security_key_is_a_second_step_and_never_enough_alone
    a_security_key_that_is_copied_is_refused
    another_account_s_key_is_no_second_step
    a_second_step_that_is_not_due_leads_to_what_is
    an_app_that_wants_a_key_in_one_device_is_not_content_with_a_copy
    a_kind_that_the_organisation_does_not_let_count_is_not_made
    a_network_begins_only_so_many_ceremonies
}

/// Changes the database behind the server's back.
async fn change(server: &Server, statement: &str) {
    let writer = server.inner.state.db.writing().await.unwrap();
    sea_orm::ConnectionTrait::execute_unprepared(&writer, statement).await.unwrap();
    writer.commit().await.unwrap();
}

/// Sends the password, and gives the page of the second step of this kind.
async fn password(browser: &mut Browser, kind: &str) -> String {
    let answer = browser.sign_in_at("/sign-in", "anna@kantoor.nl", PASSWORD).await;
    format!("{}/{kind}", answer.location())
}

async fn a_passkey_is_the_second_step_after_a_password(engine: Engine) {
    let server = Server::start(&engine).await;
    let (_, mut authenticator) = with_passkey(&server).await;
    let mut browser = server.browser();
    let page = password(&mut browser, "passkey").await;
    assert!(browser.get(&page).await.body.contains("Use your passkey"));
    authenticator.manners.verifies = false;
    refused(&browser.use_at(&page, &mut authenticator, &server).await, "unverified");
    assert!(!browser.cookies.contains_key("countersign-session"));
    authenticator.manners.verifies = true;
    let done = browser.use_at(&page, &mut authenticator, &server).await;
    assert_eq!((done.status, done.json()["to"].as_str()), (200, Some("/account")), "{}", done.body);
    assert_eq!(browser.get("/account").await.status, 200);
}

async fn a_security_key_is_a_second_step_and_never_enough_alone(engine: Engine) {
    let server = Server::start(&engine).await;
    let (mut browser, mut key) = (signed_in(&server).await, Authenticator::new());
    key.manners.verifies = false;
    let made = browser.create_at(CREATE_KEY, &mut key, &server).await;
    assert_eq!(made.status, 200, "{}", made.body);
    let mail = server.mailbox().wait_for("anna@kantoor.nl").await;
    assert_eq!(mail.subject.as_deref(), Some("A security key was added to your account"));
    assert_eq!(browser.get("/account").await.status, 200, "this session goes on");

    let mut alone = server.browser();
    refused(&alone.sign_in_with("own", &mut key, &server).await, "unknown");
    let mut browser = server.browser();
    let page = password(&mut browser, "security_key").await;
    assert!(browser.get(&page).await.body.contains("Use your security key"));
    let done = browser.use_at(&page, &mut key, &server).await;
    assert_eq!(done.status, 200, "{}", done.body);
    assert_eq!(browser.get("/account").await.status, 200);
    assert!(!browser.cookies.contains_key("countersign-passkey"), "that was none");
    let passkey_page = password(&mut server.browser(), "passkey").await;
    assert!(passkey_page.contains("/second/"), "a password alone is not enough any more");
}

async fn a_security_key_that_is_copied_is_refused(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut key = Authenticator::new();
    key.manners.verifies = false;
    assert_eq!(signed_in(&server).await.create_at(CREATE_KEY, &mut key, &server).await.status, 200);
    let (mut first, mut second) = (server.browser(), server.browser());
    let mut held = Vec::new();
    for browser in [&mut first, &mut second] {
        let page = password(browser, "security_key").await;
        let csrf = browser.csrf().await;
        let begun = browser.send_json(&format!("{page}/begin"), &csrf, serde_json::json!({})).await.json();
        let credential = key.get(&begun["options"], &server);
        held.push((page, csrf, serde_json::json!({ "ceremony": begun["ceremony"], "credential": credential })));
    }
    let (page, csrf, body) = held.pop().unwrap();
    assert_eq!(second.send_json(&format!("{page}/finish"), &csrf, body).await.status, 200);
    let (page, csrf, body) = held.pop().unwrap();
    refused(&first.send_json(&format!("{page}/finish"), &csrf, body).await, "copied");
}

async fn another_account_s_key_is_no_second_step(engine: Engine) {
    let server = Server::start(&engine).await;
    let bram = colleague(&server, "bram@kantoor.nl").await;
    with_passkey(&server).await;
    let mut brams = Authenticator::new();
    signed_in_as(&server, "bram@kantoor.nl").await.create_at(CREATE, &mut brams, &server).await;
    assert_eq!(factors_of(&server, bram).await.len(), 1);
    let mut browser = server.browser();
    let page = password(&mut browser, "passkey").await;
    let csrf = browser.csrf().await;
    let begun = browser.send_json(&format!("{page}/begin"), &csrf, serde_json::json!({})).await.json();
    assert_eq!(begun["options"]["allowCredentials"].as_array().unwrap().len(), 1);
    let mut options = begun["options"].clone();
    options["allowCredentials"] = serde_json::json!([]);
    let credential = brams.get(&options, &server);
    let body = serde_json::json!({ "ceremony": begun["ceremony"], "credential": credential });
    refused(&browser.send_json(&format!("{page}/finish"), &csrf, body).await, "unknown");
    assert!(!browser.cookies.contains_key("countersign-session"));
}

async fn a_second_step_that_is_not_due_leads_to_what_is(engine: Engine) {
    let server = Server::start(&engine).await;
    let (_, mut authenticator) = with_passkey(&server).await;
    let mut browser = server.browser();
    let form = browser.get(&Server::authorize(&[])).await.location().to_owned();
    let early = format!("{form}/second/passkey");
    assert_eq!(browser.get(&early).await.location(), form, "the password comes first");
    assert_eq!(browser.use_at(&early, &mut authenticator, &server).await.status, 409);
    let page = password(&mut browser, "security_key").await;
    assert!(browser.get(&page).await.location().ends_with("/second"), "she has no security key");
    assert_eq!(server.browser().get(&page).await.status, 400, "another browser cannot go on with it");
}

async fn an_app_that_wants_a_key_in_one_device_is_not_content_with_a_copy(engine: Engine) {
    let server = Server::start(&engine).await;
    let (mut browser, _bound) = with_passkey(&server).await;
    let mut synced = Authenticator::new();
    assert_eq!(browser.create_at(CREATE, &mut synced, &server).await.status, 200);
    let handle = URL_SAFE_NO_PAD.encode(&synced.credentials[0].0);
    change(&server, &format!("UPDATE factors SET device_bound = FALSE WHERE handle = '{handle}'")).await;
    for (acr, usable) in [("phr", 2), ("phrh", 1)] {
        let mut browser = server.browser();
        let form = browser.get(&Server::authorize(&[("acr_values", acr)])).await.location().to_owned();
        browser.sign_in_at(&form, "anna@kantoor.nl", PASSWORD).await;
        let page = format!("{form}/second/passkey");
        assert!(browser.get(&page).await.body.contains("asks you to confirm with a passkey"), "{acr}");
        let csrf = browser.csrf().await;
        let begun = browser.send_json(&format!("{page}/begin"), &csrf, serde_json::json!({})).await.json();
        assert_eq!(begun["options"]["allowCredentials"].as_array().unwrap().len(), usable, "{acr}");
    }
}

async fn a_kind_that_the_organisation_does_not_let_count_is_not_made(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut browser = signed_in(&server).await;
    server.rule(Policy { kinds: AllowedKinds::new(FactorKinds::of(&[FactorKind::Totp])), ..Policy::default() }).await;
    let mut key = Authenticator::new();
    assert_eq!(browser.create_at(CREATE_KEY, &mut key, &server).await.status, 409);
    assert_eq!(browser.get(CREATE_KEY).await.location(), "/account/passkeys");
    assert_eq!(browser.create_at(CREATE, &mut key, &server).await.status, 200, "a passkey always counts");
}

async fn a_network_begins_only_so_many_ceremonies(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut browser = server.browser();
    browser.begin_passkey("own").await;
    change(&server, "UPDATE throttles SET failures = 1999 WHERE key LIKE 'passkeys:%'").await;
    browser.begin_passkey("own").await;
    let csrf = browser.csrf().await;
    let begin = serde_json::json!({ "place": "own" });
    let answer = browser.send_json("/passkeys/begin", &csrf, begin.clone()).await;
    assert_eq!((answer.status, answer.json()["problem"].as_str()), (429, Some("too_many")));
    assert!(answer.header("retry-after").parse::<u64>().unwrap() > 60);
    assert_eq!(browser.sign_in_at("/sign-in", "anna@kantoor.nl", PASSWORD).await.status, 303, "passwords go on");
    server.clock.advance(600);
    assert_eq!(browser.send_json("/passkeys/begin", &csrf, begin).await.status, 200);
}
