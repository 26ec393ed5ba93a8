//! The authorization endpoint: response types, response modes, requests by form.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use countersign::features::clients::Profile;
use sha2::{Digest as _, Sha256};

use crate::support::{Answer, CLIENT, Engine, PASSWORD, REDIRECT, Server, fragment_of, on_both_engines, query_of};

on_both_engines! {
    an_answer_travels_as_the_app_wishes
    an_error_travels_in_the_same_mode_as_an_answer
    a_signed_answer_says_who_answers_whom_and_ends_soon
    a_form_post_is_stored_and_answered_once
    a_stored_request_opens_for_its_own_app_only
    classic_response_types_carry_the_right_hashes
    an_id_token_alone_carries_the_claims_itself
    a_front_channel_id_token_needs_a_nonce
    response_types_work_for_apps_that_registered_them
}

const CLASSIC: [&str; 5] = ["id_token", "id_token token", "code id_token", "code token", "code id_token token"];

async fn server_with_classic_app(engine: &Engine) -> Server {
    let server = Server::start(engine).await;
    server
        .register("classic", |client| {
            client.profile = Profile::Oidc;
            client.metadata.response_types.extend(CLASSIC.map(str::to_owned));
        })
        .await;
    server
}

/// The fields of the form that a page posts to the app.
fn posted(answer: &Answer) -> std::collections::BTreeMap<String, String> {
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert!(answer.body.contains("action=\"https:&#x2f;&#x2f;portal.example&#x2f;callback\""), "{}", answer.body);
    let policy = answer.header("content-security-policy");
    assert!(!policy.contains("form-action") && policy.contains("script-src 'self'"), "{policy}");
    let names = ["code", "state", "iss", "error", "response"];
    let has = |name: &&&str| answer.body.contains(&format!("name=\"{name}\""));
    names.iter().filter(has).map(|name| ((*name).to_owned(), answer.field(name))).collect()
}

async fn an_answer_travels_as_the_app_wishes(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut browser = server.browser();
    let asked = |mode| Server::authorize(&[("response_mode", mode)]);
    let back = server.sign_in_through(&mut browser, &asked("query")).await;
    assert_eq!(query_of(&back)["state"], "the-state");
    let in_fragment = browser.get(&asked("fragment")).await;
    let answer = fragment_of(in_fragment.location());
    assert_eq!((answer["state"].as_str(), answer["iss"].as_str()), ("the-state", server.issuer.as_str()));
    assert!(query_of(in_fragment.location()).is_empty(), "nothing in the query");
    assert_eq!(server.redeem(&answer["code"]).await.status, 200);

    let form = posted(&browser.get(&asked("form_post")).await);
    assert_eq!((form["state"].as_str(), form["iss"].as_str()), ("the-state", server.issuer.as_str()));
    assert_eq!(server.redeem(&form["code"]).await.status, 200);

    for mode in ["jwt", "query.jwt"] {
        let back = query_of(browser.get(&asked(mode)).await.location());
        assert_eq!(back.keys().collect::<Vec<_>>(), ["response"], "nothing beside the token");
        let told = server.claims(&back["response"], "jarm+jwt").await;
        assert_eq!(server.redeem(told["code"].as_str().unwrap()).await.status, 200, "{mode}");
    }
    let back = fragment_of(browser.get(&asked("fragment.jwt")).await.location());
    assert!(server.claims(&back["response"], "jarm+jwt").await.contains_key("code"));
    let form = posted(&browser.get(&asked("form_post.jwt")).await);
    assert!(server.claims(&form["response"], "jarm+jwt").await.contains_key("code"));
    assert_eq!(form.len(), 1);
}

async fn an_error_travels_in_the_same_mode_as_an_answer(engine: Engine) {
    let server = server_with_classic_app(&engine).await;
    let mut browser = server.browser();
    let asked = |mode| Server::authorize(&[("response_mode", mode), ("prompt", "none")]);
    assert_eq!(fragment_of(browser.get(&asked("fragment")).await.location())["error"], "login_required");
    let form = posted(&browser.get(&asked("form_post")).await);
    assert_eq!((form["error"].as_str(), form["state"].as_str()), ("login_required", "the-state"));
    let back = query_of(browser.get(&asked("jwt")).await.location());
    let told = server.claims(&back["response"], "jarm+jwt").await;
    assert_eq!((told["error"].as_str(), told["state"].as_str()), (Some("login_required"), Some("the-state")));
    // Found before any check has passed.
    let broken = Server::authorize(&[("response_mode", "form_post"), ("max_age", "x")]);
    assert_eq!(posted(&browser.get(&broken).await)["error"], "invalid_request");
    let hybrid = Server::authorize(&[("client_id", "classic"), ("response_type", "code id_token"), ("max_age", "x")]);
    assert_eq!(fragment_of(browser.get(&hybrid).await.location())["error"], "invalid_request", "the default of hybrid");
    let leaking =
        Server::authorize(&[("client_id", "classic"), ("response_type", "code token"), ("response_mode", "query")]);
    assert_eq!(fragment_of(browser.get(&leaking).await.location())["error"], "invalid_request");
}

async fn a_signed_answer_says_who_answers_whom_and_ends_soon(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut browser = server.browser();
    let back = server.sign_in_through(&mut browser, &Server::authorize(&[("response_mode", "jwt")])).await;
    let told = server.claims(&query_of(&back)["response"], "jarm+jwt").await;
    assert_eq!((told["iss"].as_str(), told["aud"].as_str()), (Some(server.issuer.as_str()), Some(CLIENT)));
    assert_eq!(told["state"], "the-state");
    let left = told["exp"].as_i64().unwrap() - server.inner.state.now().seconds();
    assert!((1..=600).contains(&left), "{left}");
}

async fn a_form_post_is_stored_and_answered_once(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut browser = server.browser();
    browser.sign_in_at("/sign-in", "anna", PASSWORD).await;
    let fields = Server::request(&[("state", "a secret of the app")]);
    // The form comes without cookies, as from the app's own page.
    let posted = server.browser().post_with("/authorize", &[("sec-fetch-site", "cross-site")], &fields).await;
    assert_eq!(posted.status, 303);
    let to = posted.location().to_owned();
    assert!(to.starts_with("/authorize?client_id=portal&request_uri=urn"), "{to}");
    assert!(!to.contains("secret"), "what was posted stays out of the address: {to}");
    let back = browser.get(&to).await;
    assert_eq!(query_of(back.location())["state"], "a secret of the app");
    let again = browser.get(&to).await;
    assert_eq!((again.status, again.headers.get("location")), (400, None), "an answer is given once");

    let broken = server.browser().post_with("/authorize", &[], &Server::request(&[("max_age", "x")])).await;
    assert_eq!(query_of(broken.location())["error"], "invalid_request");
    let evil = Server::request(&[("redirect_uri", "https://evil.example/")]);
    assert_eq!(server.browser().post_with("/authorize", &[], &evil).await.status, 400);
    let late = server.browser().post_with("/authorize", &[], &fields).await;
    server.clock.advance(90);
    assert_eq!(browser.get(late.location()).await.status, 400, "it runs out");
}

async fn a_stored_request_opens_for_its_own_app_only(engine: Engine) {
    let server = Server::start(&engine).await;
    let posted = server.browser().post_with("/authorize", &[], &Server::request(&[])).await;
    let mut browser = server.browser();
    let foreign = posted.location().replace("client_id=portal", "client_id=foreign");
    let answer = browser.get(&foreign).await;
    assert_eq!((answer.status, answer.headers.get("location")), (400, None));
    let pushed = posted.location().replace("countersign%3Aposted-request", "ietf%3Aparams%3Aoauth%3Arequest_uri");
    assert_eq!(browser.get(&pushed).await.status, 400, "what came by form was not pushed");
    // Before it is answered it may be opened as often as the browser likes.
    for _ in 0..2 {
        assert!(browser.get(posted.location()).await.location().starts_with("/sign-in/"));
    }
}

fn half_hash(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(&Sha256::digest(text)[..16])
}

async fn classic_response_types_carry_the_right_hashes(engine: Engine) {
    let server = server_with_classic_app(&engine).await;
    let mut browser = server.browser();
    browser.sign_in_at("/sign-in", "anna", PASSWORD).await;
    for response_type in CLASSIC {
        let request = Server::authorize(&[("client_id", "classic"), ("response_type", response_type)]);
        let back = browser.get(&request).await.location().to_owned();
        assert!(back.starts_with(REDIRECT) && query_of(&back).is_empty(), "{response_type}: {back}");
        let answer = fragment_of(&back);
        let has = |word: &str| response_type.split(' ').any(|part| part == word);
        assert_eq!(answer.contains_key("code"), has("code"), "{response_type}");
        assert_eq!(answer.contains_key("id_token"), has("id_token"), "{response_type}");
        assert_eq!(answer.contains_key("access_token"), has("token"), "{response_type}");
        assert_eq!((answer["state"].as_str(), answer["iss"].as_str()), ("the-state", server.issuer.as_str()));
        if let Some(token) = answer.get("access_token") {
            assert_eq!((answer["token_type"].as_str(), answer["expires_in"].as_str()), ("Bearer", "600"));
            assert_eq!(server.userinfo(token).await.json()["sub"], server.account.to_string());
        }
        let Some(id_token) = answer.get("id_token") else { continue };
        let claims = server.claims(id_token, "JWT").await;
        assert_eq!(claims["nonce"], "the-nonce", "{response_type}");
        let hash = |name: &str| claims.get(name).map(|value| value.as_str().unwrap().to_owned());
        assert_eq!(hash("at_hash"), answer.get("access_token").map(|token| half_hash(token)), "{response_type}");
        assert_eq!(hash("c_hash"), answer.get("code").map(|code| half_hash(code)), "{response_type}");
        if let Some(code) = answer.get("code") {
            let fields = [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", REDIRECT)];
            let verifier = ("code_verifier", crate::support::VERIFIER);
            let tokens = server.token_as("classic", &[fields.as_slice(), &[verifier]].concat()).await.json();
            let second = server.claims(tokens["id_token"].as_str().unwrap(), "JWT").await;
            assert_eq!((&second["sub"], &second["iss"]), (&claims["sub"], &claims["iss"]), "{response_type}");
        }
    }
}

async fn an_id_token_alone_carries_the_claims_itself(engine: Engine) {
    let server = server_with_classic_app(&engine).await;
    let mut browser = server.browser();
    browser.sign_in_at("/sign-in", "anna", PASSWORD).await;
    let asked = |response_type| Server::authorize(&[("client_id", "classic"), ("response_type", response_type)]);
    let alone = fragment_of(browser.get(&asked("id_token")).await.location());
    let claims = server.claims(&alone["id_token"], "JWT").await;
    assert_eq!((claims["name"].as_str(), claims["email_verified"].as_bool()), (Some("Anna de Vries"), Some(true)));
    let beside = fragment_of(browser.get(&asked("id_token token")).await.location());
    assert!(!server.claims(&beside["id_token"], "JWT").await.contains_key("name"), "UserInfo has them");
}

async fn a_front_channel_id_token_needs_a_nonce(engine: Engine) {
    let server = server_with_classic_app(&engine).await;
    let mut browser = server.browser();
    browser.sign_in_at("/sign-in", "anna", PASSWORD).await;
    for response_type in CLASSIC {
        let request = Server::authorize(&[("client_id", "classic"), ("response_type", response_type), ("nonce", "")]);
        let answer = fragment_of(browser.get(&request).await.location());
        if response_type == "code token" {
            assert!(answer.contains_key("code"), "{answer:?}");
        } else {
            assert_eq!(answer["error"], "invalid_request", "{response_type}");
        }
    }
}

async fn response_types_work_for_apps_that_registered_them(engine: Engine) {
    let server = server_with_classic_app(&engine).await;
    let mut browser = server.browser();
    for response_type in CLASSIC {
        let refused = browser.get(&Server::authorize(&[("response_type", response_type)])).await;
        assert_eq!(fragment_of(refused.location())["error"], "unauthorized_client", "{response_type}");
    }
    for response_type in ["token", "none", "code none"] {
        let request = Server::authorize(&[("client_id", "classic"), ("response_type", response_type)]);
        assert_eq!(query_of(browser.get(&request).await.location())["error"], "unsupported_response_type");
    }
    let document = browser.get("/.well-known/openid-configuration").await.json();
    assert_eq!(document["response_types_supported"], serde_json::json!(["code"]));
    assert!(document["response_modes_supported"].as_array().unwrap().contains(&"form_post".into()));
    let other = Server::start_with(&Engine::sqlite(), crate::support::TestClock::new(), |config| {
        config.oidc.classic = true;
    })
    .await;
    let document = other.browser().get("/.well-known/openid-configuration").await.json();
    assert_eq!(document["response_types_supported"].as_array().unwrap().len(), 6);
    assert!(document["grant_types_supported"].as_array().unwrap().contains(&"implicit".into()));
}
