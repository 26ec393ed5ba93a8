//! Every protocol error, and how it gets to whom: page, redirect or JSON.

use crate::support::{CLIENT, Engine, PASSWORD, REDIRECT, SECRET, Server, VERIFIER, on_both_engines, query_of};

on_both_engines! {
    an_unknown_app_or_address_gets_a_page_and_never_a_redirect
    every_other_fault_goes_back_to_the_app
    a_form_post_survives_the_lost_cookie
    the_token_endpoint_says_what_is_wrong
    an_app_authenticates_as_it_registered_and_in_one_way
    a_code_is_bound_to_app_address_and_verifier
    a_code_expires_after_a_minute
    an_app_acts_for_itself_with_its_own_scopes
    userinfo_takes_access_tokens_only
    an_interaction_belongs_to_its_browser_and_ends
    every_page_has_its_headers
    other_origins_may_call_what_is_meant_for_them
    documents_are_cached_and_true
}

async fn an_unknown_app_or_address_gets_a_page_and_never_a_redirect(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut browser = server.browser();
    let twice = |name: &str| format!("{}&{name}=other", Server::authorize(&[]));
    for request in [
        "/authorize".to_owned(),
        Server::authorize(&[("client_id", "nobody")]),
        Server::authorize(&[("client_id", "")]),
        Server::authorize(&[("redirect_uri", "")]),
        Server::authorize(&[("redirect_uri", "https://evil.example/callback")]),
        Server::authorize(&[("redirect_uri", "https://portal.example/callback/")]),
        Server::authorize(&[("redirect_uri", "https://portal.example/callback?x=1")]),
        Server::authorize(&[("redirect_uri", "https://portal.example@evil.example/callback")]),
        Server::authorize(&[("redirect_uri", "javascript:alert(1)"), ("prompt", "none")]),
        twice("client_id"),
        twice("redirect_uri"),
    ] {
        let answer = browser.get(&request).await;
        assert_eq!(answer.status, 400, "{request}");
        assert!(answer.headers.get("location").is_none(), "{request}");
        assert!(answer.body.contains("We cannot send you back to this app"), "{request}: {}", answer.body);
        assert!(!answer.body.contains("evil.example"), "{request} is not repeated");
    }
}

async fn every_other_fault_goes_back_to_the_app(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut browser = server.browser();
    for (changes, error) in [
        (vec![("response_type", "")], "invalid_request"),
        (vec![("response_type", "token")], "unsupported_response_type"),
        (vec![("response_mode", "telepathy")], "invalid_request"),
        (vec![("scope", "payments")], "invalid_scope"),
        (vec![("code_challenge", "")], "invalid_request"),
        (vec![("code_challenge_method", "plain")], "invalid_request"),
        (vec![("prompt", "none login")], "invalid_request"),
        (vec![("max_age", "x")], "invalid_request"),
        (vec![("request", "x")], "invalid_request_object"),
        (vec![("request_uri", "https://x.example")], "request_uri_not_supported"),
        (vec![("registration", "x")], "registration_not_supported"),
        (vec![("claims", "{")], "invalid_request"),
        (vec![("prompt", "none")], "login_required"),
    ] {
        let answer = browser.get(&Server::authorize(&changes)).await;
        assert_eq!(answer.status, 303, "{changes:?}");
        assert!(answer.location().starts_with(REDIRECT), "{changes:?}");
        let query = query_of(answer.location());
        assert_eq!(query["error"], error, "{changes:?}");
        assert_eq!(query["state"], "the-state", "{changes:?}");
        assert_eq!(query["iss"], server.issuer, "{changes:?}");
    }
    let machine = Server::authorize(&[("client_id", "machine"), ("scope", "invoices:read")]);
    assert_eq!(query_of(browser.get(&machine).await.location())["error"], "unauthorized_client");
    let stateless = browser.get(&Server::authorize(&[("state", ""), ("prompt", "none")])).await;
    assert!(!query_of(stateless.location()).contains_key("state"));
    let long = "s".repeat(1500);
    let echoed = browser.get(&Server::authorize(&[("state", &long), ("prompt", "none")])).await;
    assert_eq!(query_of(echoed.location())["state"], long);
}

async fn a_form_post_survives_the_lost_cookie(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut browser = server.browser();
    browser.sign_in_at("/sign-in", "anna", PASSWORD).await;
    let request = Server::authorize(&[("prompt", "none")]);
    let fields: Vec<(String, String)> = query_of(&format!("http://x{request}")).into_iter().collect();
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let posted = server.browser().post_with("/authorize", &[("sec-fetch-site", "cross-site")], &fields).await;
    assert_eq!(posted.status, 303);
    let back = browser.get(posted.location()).await;
    assert!(query_of(back.location()).contains_key("code"), "{}", back.location());
}

async fn the_token_endpoint_says_what_is_wrong(engine: Engine) {
    let server = Server::start(&engine).await;
    for (fields, error) in [
        (vec![], "invalid_request"),
        (vec![("grant_type", "password")], "unsupported_grant_type"),
        (vec![("grant_type", "client_credentials")], "unauthorized_client"),
        (vec![("grant_type", "authorization_code")], "invalid_request"),
        (vec![("grant_type", "authorization_code"), ("code", "x")], "invalid_grant"),
        (vec![("grant_type", "refresh_token")], "invalid_request"),
        (vec![("grant_type", "refresh_token"), ("refresh_token", "x")], "invalid_grant"),
        (vec![("grant_type", "refresh_token"), ("grant_type", "refresh_token")], "invalid_request"),
    ] {
        let answer = server.token(&fields).await;
        assert_eq!(answer.status, 400, "{fields:?}");
        assert_eq!(answer.json()["error"], error, "{fields:?}");
        assert_eq!(answer.header("cache-control"), "no-store");
    }
    let get = server.browser().get_with("/token", &[("accept", "*/*")]).await;
    assert_eq!(get.status, 405);
}

async fn an_app_authenticates_as_it_registered_and_in_one_way(engine: Engine) {
    let server = Server::start(&engine).await;
    let code = [("grant_type", "authorization_code"), ("code", "x")];
    let wrong = server.token_as("nobody", &code).await;
    assert_eq!((wrong.status, wrong.json()["error"].as_str()), (401, Some("invalid_client")));
    assert!(wrong.header("www-authenticate").starts_with("Basic"));
    let mut browser = server.browser();
    let post = |client: &'static str, secret: &'static str| {
        let mut fields = vec![("client_id", client), ("client_secret", secret)];
        fields.retain(|(_, value)| !value.is_empty());
        fields.extend(code);
        fields
    };
    for (fields, status, error) in [
        (post(CLIENT, SECRET), 401, "invalid_client"),
        (post(CLIENT, ""), 401, "invalid_client"),
        (post("foreign", "wrong"), 401, "invalid_client"),
        (post("foreign", ""), 401, "invalid_client"),
        (post("spa", SECRET), 401, "invalid_client"),
        (post("", ""), 401, "invalid_client"),
        (post("foreign", SECRET), 400, "invalid_grant"),
        (post("spa", ""), 400, "invalid_grant"),
    ] {
        let answer = browser.post_with("/token", &[], &fields).await;
        assert_eq!((answer.status, answer.json()["error"].as_str()), (status, Some(error)), "{fields:?}");
    }
    let both = server.token(&post("foreign", SECRET)).await;
    assert_eq!(both.json()["error"], "invalid_request", "two ways at once");
    let other = server.token(&[code[0], code[1], ("client_id", "spa")]).await;
    assert_eq!(other.json()["error"], "invalid_request", "another app named in the form");
}

async fn a_code_is_bound_to_app_address_and_verifier(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut browser = server.browser();
    let code = server.code(&mut browser).await;
    let base = [("grant_type", "authorization_code"), ("code", code.as_str())];
    let wrong_verifier = "x".repeat(43);
    for extra in [
        vec![("redirect_uri", REDIRECT)],
        vec![("redirect_uri", REDIRECT), ("code_verifier", wrong_verifier.as_str())],
        vec![("redirect_uri", REDIRECT), ("code_verifier", "short")],
        vec![("redirect_uri", "https://portal.example/other"), ("code_verifier", VERIFIER)],
    ] {
        let mut fields = base.to_vec();
        fields.extend(extra.clone());
        assert_eq!(server.token(&fields).await.json()["error"], "invalid_grant", "{extra:?}");
    }
    let stolen = [base[0], base[1], ("client_id", "spa"), ("redirect_uri", REDIRECT), ("code_verifier", VERIFIER)];
    assert_eq!(server.browser().post_with("/token", &[], &stolen).await.json()["error"], "invalid_grant");
    for changed in [&code[..42], &format!("{code}A"), ""] {
        assert_ne!(server.redeem(changed).await.status, 200, "{changed}");
    }
    assert_eq!(server.redeem(&code).await.status, 200, "the rightful app still gets its tokens");

    let without = Server::authorize(&[
        ("client_id", "foreign"),
        ("code_challenge", ""),
        ("code_challenge_method", ""),
        ("scope", "openid"),
    ]);
    let consent = browser.get(&without).await.location().to_owned();
    let csrf = browser.get(&consent).await.field("csrf");
    browser.post(&consent, &[("csrf", &csrf), ("decision", "allow")]).await;
    let back = browser.get(&consent.replace("/consent/", "/authorize/")).await;
    let code = query_of(back.location())["code"].clone();
    let mut fields = vec![
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("client_id", "foreign"),
        ("client_secret", SECRET),
        ("redirect_uri", REDIRECT),
        ("code_verifier", VERIFIER),
    ];
    let downgraded = server.browser().post_with("/token", &[], &fields).await;
    assert_eq!(downgraded.json()["error"], "invalid_grant", "a verifier without a challenge");
    fields.pop();
    assert_eq!(server.browser().post_with("/token", &[], &fields).await.status, 200);
}

async fn a_code_expires_after_a_minute(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut browser = server.browser();
    let code = server.code(&mut browser).await;
    server.clock.advance(60);
    assert_eq!(server.redeem(&code).await.json()["error"], "invalid_grant");
    let code = query_of(browser.get(&Server::authorize(&[])).await.location())["code"].clone();
    server.clock.advance(59);
    assert_eq!(server.redeem(&code).await.status, 200);
}

async fn an_app_acts_for_itself_with_its_own_scopes(engine: Engine) {
    let server = Server::start(&engine).await;
    let token = async |scope: &str| {
        server.token_as("machine", &[("grant_type", "client_credentials"), ("scope", scope)]).await.json()
    };
    let all = token("").await;
    assert_eq!(all["scope"], "invoices:read invoices:write");
    assert!(all.get("refresh_token").is_none() && all.get("id_token").is_none());
    assert_eq!(token("invoices:read").await["scope"], "invoices:read");
    assert_eq!(token("invoices:read openid").await["error"], "invalid_scope");
    let answer = server.userinfo(all["access_token"].as_str().unwrap()).await;
    assert_eq!(answer.status, 403, "there is nobody to tell about");
}

async fn userinfo_takes_access_tokens_only(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut browser = server.browser();
    let tokens = server.redeem(&server.code(&mut browser).await).await.json();
    let access = tokens["access_token"].as_str().unwrap();
    let told = server.userinfo(access).await.json();
    assert_eq!(told["sub"], server.account.to_string());
    assert_eq!(told["org_id"], server.organisation.to_string());
    assert_eq!(told["org_roles"], serde_json::json!(["administrator"]));
    assert_eq!(told["groups"], serde_json::json!(["owners"]));
    assert!(told["updated_at"].is_number() && told["email_verified"].is_boolean());

    let form = browser.post_with("/userinfo", &[], &[("access_token", access)]).await;
    assert_eq!(form.json()["sub"], server.account.to_string());
    let missing = browser.get_with("/userinfo", &[]).await;
    assert_eq!((missing.status, missing.header("www-authenticate")), (401, "Bearer"));
    let query = browser.get_with(&format!("/userinfo?access_token={access}"), &[]).await;
    assert_eq!(query.status, 401, "never in the address");
    for token in [tokens["id_token"].as_str().unwrap(), &access[..access.len() - 2], "x", "a.b.c"] {
        let refused = server.userinfo(token).await;
        assert_eq!(refused.status, 401, "{token}");
        assert!(refused.header("www-authenticate").contains("invalid_token"), "{token}");
    }
    server.clock.advance(600);
    assert_eq!(server.userinfo(access).await.status, 401, "expired");
}

async fn an_interaction_belongs_to_its_browser_and_ends(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut browser = server.browser();
    let form = browser.get(&Server::authorize(&[])).await.location().to_owned();
    let mut thief = server.browser();
    thief.get("/sign-in").await;
    assert_eq!(thief.get(&form).await.status, 400, "another browser");
    let page = browser.get(&form).await;
    let (csrf, name, home, tag) =
        (page.field("csrf"), page.field("app_name"), page.field("app_home"), page.field("app_tag"));
    // Skipping to the end gives nothing: the decision is made anew.
    let skipped = browser.get(&form.replace("/sign-in/", "/authorize/")).await;
    assert_eq!(skipped.location(), form);
    server.clock.advance(3601);
    let fields = [
        ("csrf", csrf.as_str()),
        ("app_name", name.as_str()),
        ("app_home", home.as_str()),
        ("app_tag", tag.as_str()),
        ("username", "anna"),
        ("password", PASSWORD),
    ];
    let late = browser.post(&form, &fields).await;
    assert_eq!(late.status, 400);
    assert!(late.body.contains("Sign in again to go on to Kantoorportaal"), "{}", late.body);
    let mut forged = fields;
    forged[2].1 = "https://evil.example";
    let answer = browser.post(&form, &forged).await;
    assert!(!answer.body.contains("evil.example"), "{}", answer.body);
    assert!(!browser.cookies.contains_key("countersign-session"));
}

async fn every_page_has_its_headers(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut browser = server.browser();
    let form = browser.get(&Server::authorize(&[])).await.location().to_owned();
    for path in ["/sign-in", &form, "/nowhere", "/end_session", "/setup/x", "/authorize"] {
        let answer = browser.get(path).await;
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "same-origin"),
            ("cache-control", "no-store"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(answer.header(name), value, "{path}");
        }
        let policy = answer.header("content-security-policy");
        for part in ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"] {
            assert!(policy.contains(part), "{path}: {policy}");
        }
        assert!(!policy.contains("unsafe"), "{path}: {policy}");
    }
    assert_eq!(browser.get("/nowhere").await.status, 404);
    assert!(browser.get("/nowhere").await.body.contains("This page does not exist"));
    let large = "x".repeat(70_000);
    assert_eq!(browser.post("/sign-in", &[("username", &large)]).await.status, 413);
}

async fn other_origins_may_call_what_is_meant_for_them(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut browser = server.browser();
    for path in ["/.well-known/openid-configuration", "/jwks", "/userinfo"] {
        let answer = browser.get_with(path, &[("origin", "https://spa.example")]).await;
        assert_eq!(answer.header("access-control-allow-origin"), "*", "{path}");
        assert_eq!(answer.header("access-control-allow-credentials"), "", "{path}");
    }
    let page = browser.get_with("/sign-in", &[("origin", "https://spa.example")]).await;
    assert_eq!(page.header("access-control-allow-origin"), "");
}

async fn documents_are_cached_and_true(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut browser = server.browser();
    let document = browser.get("/.well-known/openid-configuration").await;
    assert_eq!(document.json()["issuer"], server.issuer);
    let tag = document.header("etag").to_owned();
    let again = browser.get_with("/.well-known/openid-configuration", &[("if-none-match", &tag)]).await;
    assert_eq!(again.status, 304);
    assert_eq!(browser.get("/.well-known/oauth-authorization-server").await.json(), document.json());
    for key in browser.get("/jwks").await.json()["keys"].as_array().unwrap() {
        for private in ["d", "p", "q", "dp", "dq", "qi", "k"] {
            assert!(key.get(private).is_none(), "{private}");
        }
    }
    for name in ["authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri", "end_session_endpoint"] {
        let endpoint = document.json()[name].as_str().unwrap().to_owned();
        assert!(endpoint.starts_with(&server.issuer), "{name}");
        assert_ne!(browser.get(&endpoint).await.status, 404, "{name}");
    }
}
