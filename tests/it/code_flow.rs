//! The authorization code flow, from the app's redirect to its tokens.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::support::{Engine, PASSWORD, REDIRECT, SECRET, Server, VERIFIER, on_both_engines, query_of};

on_both_engines! {
    a_code_is_redeemed_once_of_fifty_at_a_time
    a_code_that_comes_twice_ends_its_tokens
    a_signed_in_browser_goes_straight_back
    a_slow_answer_is_not_asked_for_again
    consent_is_asked_once_and_a_no_goes_to_the_app
    a_refresh_token_of_an_app_without_a_secret_is_replaced
    a_refresh_token_of_an_app_with_a_secret_stays
    signing_out_ends_the_session_and_what_it_gave
    somebody_switched_off_gets_nothing_any_more
    keys_are_rotated_without_breaking_tokens
    the_audit_tells_what_happened_and_is_sound
}

async fn a_code_is_redeemed_once_of_fifty_at_a_time(engine: Engine) {
    let server = Server::start(&engine).await;
    let code = server.code(&mut server.browser()).await;
    let attempts: Vec<_> = (0..50).map(|_| server.redeem(&code)).collect();
    let mut statuses: Vec<u16> = Vec::new();
    for answer in futures_join(attempts).await {
        if answer.status == 400 {
            assert_eq!(answer.json()["error"], "invalid_grant");
        }
        statuses.push(answer.status);
    }
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    assert!(statuses.iter().all(|status| *status == 200 || *status == 400), "{statuses:?}");
}

/// Runs all at the same time.
async fn futures_join<F: Future>(all: Vec<F>) -> Vec<F::Output> {
    let mut pinned: Vec<_> = all.into_iter().map(|one| (Box::pin(one), None)).collect();
    std::future::poll_fn(move |context| {
        for (one, output) in &mut pinned {
            if output.is_none()
                && let std::task::Poll::Ready(done) = one.as_mut().poll(context)
            {
                *output = Some(done);
            }
        }
        if pinned.iter().all(|(_, output)| output.is_some()) {
            std::task::Poll::Ready(pinned.iter_mut().filter_map(|(_, output)| output.take()).collect())
        } else {
            std::task::Poll::Pending
        }
    })
    .await
}

async fn a_code_that_comes_twice_ends_its_tokens(engine: Engine) {
    let server = Server::start(&engine).await;
    let code = server.code(&mut server.browser()).await;
    let tokens = server.redeem(&code).await.json();
    let access = tokens["access_token"].as_str().unwrap();
    let refresh = tokens["refresh_token"].as_str().unwrap();
    assert_eq!(server.userinfo(access).await.status, 200);
    server.clock.advance(30);
    assert_eq!(server.redeem(&code).await.json()["error"], "invalid_grant");
    let refused = server.userinfo(access).await;
    assert_eq!(refused.status, 401);
    assert!(refused.header("www-authenticate").contains("invalid_token"));
    let again = server.token(&[("grant_type", "refresh_token"), ("refresh_token", refresh)]).await;
    assert_eq!(again.json()["error"], "invalid_grant");
}

async fn a_signed_in_browser_goes_straight_back(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut browser = server.browser();
    let silent = Server::authorize(&[("prompt", "none")]);
    let nobody = query_of(browser.get(&silent).await.location());
    assert_eq!((nobody["error"].as_str(), nobody["state"].as_str()), ("login_required", "the-state"));
    let first = server.redeem(&server.code(&mut browser).await).await.json();
    server.clock.advance(100);

    let second = query_of(browser.get(&silent).await.location());
    let second = server.redeem(&second["code"]).await.json();
    let claims = |tokens: &serde_json::Value| decoded(tokens["id_token"].as_str().unwrap());
    assert_eq!(claims(&first)["auth_time"], claims(&second)["auth_time"], "a silent sign-in proves nothing new");
    assert_eq!(claims(&first)["sub"], claims(&second)["sub"]);
    assert_eq!(claims(&first)["sid"], claims(&second)["sid"]);
    assert_eq!(claims(&second)["nonce"], "the-nonce");
    assert_eq!(claims(&second)["amr"], serde_json::json!(["pwd"]));

    let fresh = query_of(browser.get(&Server::authorize(&[("prompt", "none"), ("max_age", "10000")])).await.location());
    assert!(fresh.contains_key("code"));
    let old = query_of(browser.get(&Server::authorize(&[("prompt", "none"), ("max_age", "50")])).await.location());
    assert_eq!(old["error"], "login_required");
    let again = browser.get(&Server::authorize(&[("prompt", "login")])).await;
    assert!(again.location().starts_with("/sign-in/"), "{}", again.location());
    let back = server.sign_in_through(&mut browser, &Server::authorize(&[("prompt", "login")])).await;
    let third = server.redeem(&query_of(&back)["code"]).await.json();
    assert!(claims(&third)["auth_time"].as_i64() > claims(&second)["auth_time"].as_i64());
}

async fn a_slow_answer_is_not_asked_for_again(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut browser = server.browser();
    server.code(&mut browser).await;
    server.clock.advance(10);
    let form = browser.get(&Server::authorize(&[("max_age", "0")])).await.location().to_owned();
    assert!(form.starts_with("/sign-in/"), "{form}");
    server.clock.advance(60);
    browser.sign_in_at(&form, "anna@kantoor.nl", PASSWORD).await;
    server.clock.advance(60);
    let back = browser.get(&form.replace("/sign-in/", "/authorize/")).await;
    assert!(query_of(back.location()).contains_key("code"), "{}", back.location());
}

fn decoded(token: &str) -> serde_json::Value {
    use base64::Engine as _;
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

async fn consent_is_asked_once_and_a_no_goes_to_the_app(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut browser = server.browser();
    let request = Server::authorize(&[("client_id", "foreign"), ("scope", "openid email")]);
    let form = browser.get(&request).await.location().to_owned();
    let signed_in = browser.sign_in_at(&form, "anna@kantoor.nl", PASSWORD).await;
    let consent = browser.get(signed_in.location()).await.location().to_owned();
    assert!(consent.starts_with("/consent/"));
    let page = browser.get(&consent).await;
    assert!(page.body.contains("Declaraties") && page.body.contains("anna@kantoor.nl"), "{}", page.body);

    let csrf = page.field("csrf");
    let denied = browser.post(&consent, &[("csrf", &csrf), ("decision", "deny")]).await;
    assert!(browser.get(denied.location()).await.body.contains("Returning to Declaraties"));
    let complete = consent.replace("/consent/", "/authorize/");
    assert_eq!(query_of(browser.get(&complete).await.location())["error"], "access_denied");
    assert_eq!(browser.get(&complete).await.status, 400, "an answer is given once");

    let silent = Server::authorize(&[("client_id", "foreign"), ("scope", "openid email"), ("prompt", "none")]);
    assert_eq!(query_of(browser.get(&silent).await.location())["error"], "consent_required");
    let consent = browser.get(&request).await.location().to_owned();
    let csrf = browser.get(&consent).await.field("csrf");
    browser.post(&consent, &[("csrf", &csrf), ("decision", "allow")]).await;
    let back = browser.get(&consent.replace("/consent/", "/authorize/")).await;
    assert!(query_of(back.location()).contains_key("code"));
    assert!(query_of(browser.get(&silent).await.location()).contains_key("code"), "consent is remembered");
    let wider = Server::authorize(&[("client_id", "foreign"), ("scope", "openid email profile"), ("prompt", "none")]);
    assert_eq!(query_of(browser.get(&wider).await.location())["error"], "consent_required");
}

async fn a_refresh_token_of_an_app_without_a_secret_is_replaced(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut browser = server.browser();
    let back = server.sign_in_through(&mut browser, &Server::authorize(&[("client_id", "spa")])).await;
    let code = query_of(&back)["code"].clone();
    let fields = [
        ("grant_type", "authorization_code"),
        ("client_id", "spa"),
        ("code", code.as_str()),
        ("redirect_uri", REDIRECT),
        ("code_verifier", VERIFIER),
    ];
    let first = browser.post_with("/token", &[], &fields).await.json();
    let refresh = async |token: &str| {
        let fields = [("grant_type", "refresh_token"), ("client_id", "spa"), ("refresh_token", token)];
        server.browser().post_with("/token", &[], &fields).await
    };
    let old = first["refresh_token"].as_str().unwrap();
    let second = refresh(old).await.json();
    let new = second["refresh_token"].as_str().unwrap();
    assert_ne!(old, new);
    assert_eq!(decoded(second["id_token"].as_str().unwrap())["sub"], server.account.to_string());

    server.clock.advance(5);
    assert_eq!(refresh(old).await.json()["refresh_token"], new, "a lost answer is given again");
    server.clock.advance(10);
    assert_eq!(refresh(old).await.json()["error"], "invalid_grant");
    assert_eq!(refresh(new).await.json()["error"], "invalid_grant", "the whole family is over");
}

async fn a_refresh_token_of_an_app_with_a_secret_stays(engine: Engine) {
    let server = Server::start(&engine).await;
    let tokens = server.redeem(&server.code(&mut server.browser()).await).await.json();
    let token = tokens["refresh_token"].as_str().unwrap();
    let refresh = async |scope: &str| {
        server.token(&[("grant_type", "refresh_token"), ("refresh_token", token), ("scope", scope)]).await.json()
    };
    let narrow = refresh("openid").await;
    assert_eq!((narrow["refresh_token"].as_str(), narrow["scope"].as_str()), (Some(token), Some("openid")));
    assert_eq!(refresh("openid payments").await["error"], "invalid_scope");
    assert_eq!(refresh("").await["scope"], "email openid organisation profile", "what was granted stays granted");
    let foreign = server.token_as("machine", &[("grant_type", "refresh_token"), ("refresh_token", token)]).await;
    assert_eq!(foreign.json()["error"], "unauthorized_client");
    let stolen = [
        ("grant_type", "refresh_token"),
        ("refresh_token", token),
        ("client_id", "foreign"),
        ("client_secret", SECRET),
    ];
    assert_eq!(server.browser().post_with("/token", &[], &stolen).await.json()["error"], "invalid_grant");
    server.clock.advance(31 * 86_400);
    assert_eq!(refresh("").await["error"], "invalid_grant");
}

async fn signing_out_ends_the_session_and_what_it_gave(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut browser = server.browser();
    let tokens = server.redeem(&server.code(&mut browser).await).await.json();
    let hint = tokens["id_token"].as_str().unwrap();
    let end = |pairs: &[(&str, &str)]| {
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        format!("/end_session?{query}")
    };
    let bye = ("post_logout_redirect_uri", "https://portal.example/bye");
    let asked = browser.get(&end(&[bye])).await;
    assert!(asked.body.contains("Sign out of Countersign?"), "without a hint it asks");
    let evil = ("post_logout_redirect_uri", "https://portal.example/bye?x=1");
    assert_eq!(browser.get(&end(&[("id_token_hint", hint), evil])).await.status, 200, "never to another address");
    assert_eq!(browser.get("/account").await.status, 200, "nobody was signed out yet");

    server.clock.advance(2000);
    let out = browser.get(&end(&[("id_token_hint", hint), bye, ("state", "s 1")])).await;
    assert_eq!(out.location(), "https://portal.example/bye?state=s+1");
    assert_eq!(browser.get("/account").await.location(), "/sign-in");
    let silent = browser.get(&Server::authorize(&[("prompt", "none")])).await;
    assert_eq!(query_of(silent.location())["error"], "login_required");
    let refresh = tokens["refresh_token"].as_str().unwrap();
    let refused = server.token(&[("grant_type", "refresh_token"), ("refresh_token", refresh)]).await;
    assert_eq!(refused.json()["error"], "invalid_grant");
}

async fn somebody_switched_off_gets_nothing_any_more(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut browser = server.browser();
    let tokens = server.redeem(&server.code(&mut browser).await).await.json();
    let code = query_of(browser.get(&Server::authorize(&[])).await.location())["code"].clone();
    let state = &server.inner.state;
    let mut writer = state.db.writing().await.unwrap();
    countersign::features::accounts::set_account_disabled(&mut writer, server.account, true, state.now())
        .await
        .unwrap();
    writer.commit().await.unwrap();

    assert_eq!(server.redeem(&code).await.json()["error"], "invalid_grant");
    let refresh = tokens["refresh_token"].as_str().unwrap();
    let refused = server.token(&[("grant_type", "refresh_token"), ("refresh_token", refresh)]).await;
    assert_eq!(refused.json()["error"], "invalid_grant");
    assert_eq!(server.userinfo(tokens["access_token"].as_str().unwrap()).await.status, 401);
    assert_eq!(browser.get("/account").await.location(), "/sign-in");
    let silent = browser.get(&Server::authorize(&[("prompt", "none")])).await;
    assert_eq!(query_of(silent.location())["error"], "login_required");
    let refused = server.browser().sign_in_at("/sign-in", "anna@kantoor.nl", PASSWORD).await;
    assert_eq!(refused.status, 403);
    assert!(refused.body.contains("This account is switched off"));
    let wrong = server.browser().sign_in_at("/sign-in", "anna@kantoor.nl", "not the password").await;
    assert!(wrong.body.contains("is not right"), "who does not know the password learns nothing");
}

async fn keys_are_rotated_without_breaking_tokens(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut browser = server.browser();
    let tokens = server.redeem(&server.code(&mut browser).await).await.json();
    let access = tokens["access_token"].as_str().unwrap();
    let kids = async || {
        let set = server.browser().get("/jwks").await.json();
        set["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let before = kids().await;
    assert_eq!(before.len(), 8, "current and next of four algorithms");
    countersign::features::signing::rotate(&server.inner.state).await.unwrap();
    let after = kids().await;
    assert_eq!(after.len(), 12, "next, current and retired of four algorithms");
    assert!(before.iter().all(|kid| after.contains(kid)));
    assert_eq!(server.userinfo(access).await.status, 200, "a token of a retired key still counts");
    let renewed = server.redeem(&query_of(browser.get(&Server::authorize(&[])).await.location())["code"]).await.json();
    let kid = |tokens: &serde_json::Value| {
        let head = tokens["id_token"].as_str().unwrap().split('.').next().unwrap();
        let head: serde_json::Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(head).unwrap()).unwrap();
        head["kid"].as_str().unwrap().to_owned()
    };
    assert_ne!(kid(&renewed), kid(&tokens));
    assert!(before.contains(&kid(&renewed)), "apps that keep the keys from before know the one that signs now");
}

async fn the_audit_tells_what_happened_and_is_sound(engine: Engine) {
    use countersign::features::audit::{Verdict, export, verify};
    let server = Server::start(&engine).await;
    server.browser().sign_in_at("/sign-in", "anna@kantoor.nl", "not the password").await;
    server.code(&mut server.browser()).await;
    let state = &server.inner.state;
    let db = state.db.reading();
    let told = export(db, None, 100).await.unwrap();
    let kinds: Vec<(&str, &str)> = told.iter().map(|event| (event.kind.as_str(), event.outcome.as_str())).collect();
    for expected in [("sign_in.password", "wrong_password"), ("sign_in.password", "done"), ("app.authorize", "done")] {
        assert!(kinds.contains(&expected), "{expected:?} in {kinds:?}");
    }
    assert!(matches!(verify(db, &state.mac).await.unwrap(), Verdict::Sound { events } if events >= 4));

    let tampered = told.iter().find(|event| event.outcome == "wrong_password").unwrap();
    let statement = format!("UPDATE audit_events SET outcome = 'done' WHERE id = '{}'", tampered.id);
    let writer = state.db.writing().await.unwrap();
    sea_orm::ConnectionTrait::execute_unprepared(&writer, &statement).await.unwrap();
    writer.commit().await.unwrap();
    let verdict = verify(db, &state.mac).await.unwrap();
    assert!(matches!(verdict, Verdict::Broken { id: Some(ref id), .. } if *id == tampered.id), "{verdict:?}");
}
