//! Requests that are pushed, requests that are signed, and what requests may name: claims and resources.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use countersign::domain::Algorithm;
use countersign::features::clients::Profile;
use serde_json::{Value, json};

use crate::support::{
    Answer, AppKey, Browser, CLIENT, Engine, PASSWORD, REDIRECT, SECRET, Server, VERIFIER, on_both_engines, query_of,
};

on_both_engines! {
    a_pushed_request_is_opened_by_its_app_and_answered_once
    a_pushed_request_is_checked_when_it_is_pushed
    an_app_that_must_push_its_requests_cannot_do_otherwise
    a_signed_request_counts_and_what_is_outside_does_not
    in_the_classic_profile_what_is_inside_wins_and_the_rest_is_added
    a_request_object_with_any_fault_is_refused
    a_broken_request_object_redirects_to_registered_addresses_only
    claims_asked_for_by_name_come_where_they_were_asked_for
    claims_asked_for_by_name_need_consent_like_their_scope
    the_subject_that_claims_name_must_be_who_signs_in
    a_token_is_for_the_resources_that_were_asked_for
}

async fn push_as(server: &Server, client: &str, fields: &[(&str, &str)]) -> Answer {
    let credentials = STANDARD.encode(format!("{client}:{SECRET}"));
    server.browser().post_with("/par", &[("authorization", &format!("Basic {credentials}"))], fields).await
}

async fn push(server: &Server, changes: &[(&str, &str)]) -> Answer {
    push_as(server, CLIENT, &Server::request(changes)).await
}

fn opening(pushed: &Answer) -> String {
    let pairs = [("client_id", CLIENT), ("request_uri", pushed.json()["request_uri"].as_str().unwrap())]
        .map(|(name, value)| (name, value.to_owned()));
    format!("/authorize?{}", url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish())
}

async fn signed_in(server: &Server) -> Browser {
    let mut browser = server.browser();
    browser.sign_in_at("/sign-in", "anna", PASSWORD).await;
    browser
}

async fn a_pushed_request_is_opened_by_its_app_and_answered_once(engine: Engine) {
    let server = Server::start(&engine).await;
    let pushed = push(&server, &[("state", "pushed")]).await;
    assert_eq!((pushed.status, pushed.header("cache-control")), (201, "no-store"), "{}", pushed.body);
    assert_eq!(pushed.json()["expires_in"], 90);
    let request_uri = pushed.json()["request_uri"].as_str().unwrap().to_owned();
    assert!(request_uri.starts_with("urn:ietf:params:oauth:request_uri:"), "{request_uri}");
    // Opened twice before anybody signed in, and with parameters of which none counts.
    let mut browser = server.browser();
    browser.get(&opening(&pushed)).await;
    let other = format!("{}&state=other&redirect_uri=https://evil.example/&scope=payments", opening(&pushed));
    let back = server.sign_in_through(&mut browser, &other).await;
    assert!(back.starts_with(REDIRECT), "{back}");
    assert_eq!(query_of(&back)["state"], "pushed");
    assert_eq!(server.redeem(&query_of(&back)["code"]).await.status, 200);
    let again = browser.get(&opening(&pushed)).await;
    assert_eq!((again.status, again.headers.get("location")), (400, None), "answered once");

    let foreign = opening(&push(&server, &[]).await).replace("client_id=portal", "client_id=foreign");
    assert_eq!(browser.get(&foreign).await.status, 400, "another app");
    let late = opening(&push(&server, &[]).await);
    server.clock.advance(90);
    let late = browser.get(&late).await;
    assert_eq!((late.status, late.headers.get("location")), (400, None), "too late");
    assert!(late.body.contains("invalid_request_uri"), "{}", late.body);
}

async fn a_pushed_request_is_checked_when_it_is_pushed(engine: Engine) {
    let server = Server::start(&engine).await;
    for (changes, status, error) in [
        (vec![("redirect_uri", "https://evil.example/")], 400, "invalid_request"),
        (vec![("redirect_uri", "")], 400, "invalid_request"),
        (vec![("response_type", "token")], 400, "unsupported_response_type"),
        (vec![("code_challenge", "")], 400, "invalid_request"),
        (vec![("code_challenge_method", "plain")], 400, "invalid_request"),
        (vec![("scope", "payments")], 400, "invalid_scope"),
        (vec![("prompt", "none login")], 400, "invalid_request"),
        (vec![("request_uri", "urn:ietf:params:oauth:request_uri:x")], 400, "invalid_request"),
        (vec![("client_id", "foreign")], 400, "invalid_request"),
        (vec![("request", "x")], 400, "invalid_request_object"),
    ] {
        let refused = push(&server, &changes).await;
        let error = (refused.status == status).then_some(error);
        assert_eq!(refused.json()["error"].as_str(), error, "{changes:?}: {} {}", refused.status, refused.body);
    }
    let named = push(&server, &[("client_id", "")]).await;
    assert_eq!(named.status, 201, "who authenticates need not say again who they are");
    let twice = push_as(&server, CLIENT, &[Server::request(&[]), vec![("scope", "openid")]].concat()).await;
    assert_eq!(twice.json()["error"], "invalid_request");
    let nobody = server.browser().post_with("/par", &[], &Server::request(&[])).await;
    assert_eq!((nobody.status, nobody.json()["error"].as_str()), (401, Some("invalid_client")));
    assert_eq!(server.browser().get_with("/par", &[("accept", "*/*")]).await.status, 405);
    let public = server.browser().post_with("/par", &[], &Server::request(&[("client_id", "spa")])).await;
    assert_eq!(public.status, 201);
}

async fn an_app_that_must_push_its_requests_cannot_do_otherwise(engine: Engine) {
    let server = Server::start(&engine).await;
    server.register("pusher", |client| client.metadata.pushes_requests = true).await;
    let mut browser = server.browser();
    let plain = browser.get(&Server::authorize(&[("client_id", "pusher")])).await;
    assert_eq!(query_of(plain.location())["error"], "invalid_request");
    let posted = browser.post_with("/authorize", &[], &Server::request(&[("client_id", "pusher")])).await;
    assert_eq!(query_of(posted.location())["error"], "invalid_request", "by form neither");
    let pushed = push_as(&server, "pusher", &Server::request(&[("client_id", "pusher")])).await;
    let to = opening(&pushed).replace("client_id=portal", "client_id=pusher");
    assert!(browser.get(&to).await.location().starts_with("/sign-in/"));
}

/// What a sound request object says.
fn object(server: &Server, client: &str) -> Value {
    let now = server.inner.state.now().seconds();
    let mut claims = json!({ "iss": client, "aud": server.issuer, "nbf": now, "exp": now + 60, "client_id": client });
    for (name, value) in Server::request(&[("client_id", client), ("state", "inside"), ("nonce", "inside")]) {
        claims[name] = json!(value);
    }
    claims
}

async fn register(server: &Server, id: &str, profile: Profile, key: &AppKey) {
    server
        .register(id, |client| {
            client.profile = profile;
            client.metadata.jwks = Some(key.jwks());
        })
        .await;
}

async fn a_signed_request_counts_and_what_is_outside_does_not(engine: Engine) {
    let server = Server::start(&engine).await;
    let key = AppKey::new(Algorithm::PS256);
    register(&server, "signer", Profile::Oauth21, &key).await;
    server.register("careful", |client| client.metadata.signs_requests = true).await;
    let mut browser = signed_in(&server).await;
    let signed = key.sign("oauth-authz-req+jwt", object(&server, "signer"), &json!({}));
    let back = browser.get(&Server::authorize(&[("client_id", "signer"), ("request", &signed)])).await;
    let answer = query_of(back.location());
    assert_eq!(answer["state"], "inside");
    let code = [
        ("grant_type", "authorization_code"),
        ("code", &answer["code"]),
        ("redirect_uri", REDIRECT),
        ("code_verifier", VERIFIER),
    ];
    let tokens = server.token_as("signer", &code).await.json();
    assert_eq!(server.claims(tokens["id_token"].as_str().unwrap(), "JWT").await["nonce"], "inside");
    // Inside there is no state and no challenge: those outside do not count.
    for (missing, error) in [("state", None), ("code_challenge", Some("invalid_request"))] {
        let signed = key.sign("JWT", object(&server, "signer"), &json!({ missing: null }));
        let back = browser.get(&Server::authorize(&[("client_id", "signer"), ("request", &signed)])).await;
        let answer = query_of(back.location());
        assert_eq!(answer.get("error").map(String::as_str), error, "{missing}");
        assert_eq!(answer.contains_key("state"), missing != "state", "{missing}");
    }
    let bare = format!("/authorize?client_id=signer&request={signed}");
    assert_eq!(query_of(browser.get(&bare).await.location())["state"], "inside", "nothing else is needed");
    let fields = [("request", signed.as_str())];
    let pushed = push_as(&server, "signer", &fields).await;
    assert_eq!(pushed.status, 201, "{}", pushed.body);
    let unsigned = browser.get(&Server::authorize(&[("client_id", "careful")])).await;
    assert_eq!(query_of(unsigned.location())["error"], "invalid_request");
}

async fn in_the_classic_profile_what_is_inside_wins_and_the_rest_is_added(engine: Engine) {
    let server = Server::start(&engine).await;
    let key = AppKey::new(Algorithm::RS256);
    register(&server, "classic", Profile::Oidc, &key).await;
    let mut browser = signed_in(&server).await;
    let inside = json!({ "state": "inside", "max_age": 100, "claims": { "userinfo": { "name": null } } });
    let signed = key.sign("JWT", inside, &json!({}));
    let back = browser.get(&Server::authorize(&[("client_id", "classic"), ("request", &signed)])).await;
    assert_eq!(query_of(back.location())["state"], "inside");
    let address = key.sign("JWT", json!({ "redirect_uri": REDIRECT }), &json!({}));
    let wrong_outside =
        [("client_id", "classic"), ("request", address.as_str()), ("redirect_uri", "https://evil.example/")];
    let back = browser.get(&Server::authorize(&wrong_outside)).await;
    assert!(back.location().starts_with(REDIRECT), "the address inside wins: {}", back.location());
    let differing = key.sign("JWT", json!({ "response_type": "id_token" }), &json!({}));
    let back = browser.get(&Server::authorize(&[("client_id", "classic"), ("request", &differing)])).await;
    assert_eq!(query_of(back.location())["error"], "invalid_request_object");
}

async fn a_request_object_with_any_fault_is_refused(engine: Engine) {
    let server = Server::start(&engine).await;
    let key = AppKey::new(Algorithm::ES256);
    register(&server, "signer", Profile::Oauth21, &key).await;
    server
        .register("picky", |client| {
            client.metadata.jwks = Some(key.jwks());
            client.metadata.request_object_algorithm = Some(Algorithm::EdDSA);
        })
        .await;
    let mut browser = server.browser();
    let now = server.inner.state.now().seconds();
    let mut send = async |client: &str, object: &str| {
        let back = browser.get(&Server::authorize(&[("client_id", client), ("request", object)])).await;
        let query = query_of(back.location());
        (query["error"].clone(), query["state"].clone())
    };
    let refused = ("invalid_request_object".to_owned(), "the-state".to_owned());
    for changes in [
        json!({ "aud": null }),
        json!({ "aud": "https://other.example" }),
        json!({ "aud": ["https://other.example"] }),
        json!({ "iss": "portal" }),
        json!({ "sub": "signer" }),
        json!({ "client_id": "portal" }),
        json!({ "client_id": null }),
        json!({ "exp": now }),
        json!({ "exp": "soon" }),
        json!({ "nbf": now + 61 }),
        json!({ "request": "x" }),
        json!({ "request_uri": "urn:x" }),
    ] {
        let signed = key.sign("oauth-authz-req+jwt", object(&server, "signer"), &changes);
        assert_eq!(send("signer", &signed).await, refused, "{changes}");
    }
    let sound = object(&server, "signer");
    let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let unsigned = format!("{}.{}.", encode(&json!({ "alg": "none" })), encode(&sound));
    let stranger = AppKey::new(Algorithm::ES256).sign("JWT", sound.clone(), &json!({}));
    let mut tampered = key.sign("JWT", sound.clone(), &json!({}));
    tampered.replace_range(60..61, if &tampered[60..61] == "A" { "B" } else { "A" });
    let assertion = key.sign("client-authentication+jwt", sound.clone(), &json!({}));
    for text in [unsigned.as_str(), &stranger, &tampered, &assertion, "x", "a.b.c"] {
        assert_eq!(send("signer", text).await, refused, "{text}");
    }
    let wrong_algorithm = key.sign("JWT", object(&server, "picky"), &json!({}));
    assert_eq!(send("picky", &wrong_algorithm).await, refused);
    assert_eq!(send("portal", &key.sign("JWT", object(&server, "portal"), &json!({}))).await, refused, "no key");
}

async fn a_broken_request_object_redirects_to_registered_addresses_only(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut browser = server.browser();
    for changes in [vec![("redirect_uri", "")], vec![("redirect_uri", "https://evil.example/")]] {
        let request = Server::authorize(&[changes.as_slice(), &[("request", "a.b.c")]].concat());
        let answer = browser.get(&request).await;
        assert_eq!((answer.status, answer.headers.get("location")), (400, None), "{changes:?}");
    }
    let both = Server::authorize(&[("request", "a.b.c"), ("request_uri", "https://x.example/")]);
    assert_eq!(query_of(browser.get(&both).await.location())["error"], "invalid_request");
}

async fn claims_asked_for_by_name_come_where_they_were_asked_for(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut browser = signed_in(&server).await;
    let claims = json!({
        "userinfo": { "name": { "essential": true }, "shoe_size": null },
        "id_token": { "email": null, "org_id": { "value": "x" } },
    });
    let request = Server::authorize(&[("scope", "openid"), ("claims", &claims.to_string())]);
    let back = browser.get(&request).await.location().to_owned();
    let tokens = server.redeem(&query_of(&back)["code"]).await.json();
    let id_token = server.claims(tokens["id_token"].as_str().unwrap(), "JWT").await;
    assert_eq!(id_token["email"], "anna@kantoor.nl");
    assert_eq!(id_token["org_id"], server.organisation.to_string());
    assert!(!id_token.contains_key("name"), "asked for elsewhere");
    let told = server.userinfo(tokens["access_token"].as_str().unwrap()).await.json();
    assert_eq!((told["name"].as_str(), told.get("email")), (Some("Anna de Vries"), None));
    assert_eq!(told.as_object().unwrap().len(), 2, "sub and what was asked for: {told}");
    let refreshed = [("grant_type", "refresh_token"), ("refresh_token", tokens["refresh_token"].as_str().unwrap())];
    let again = server.token(&refreshed).await.json();
    assert_eq!(server.claims(again["id_token"].as_str().unwrap(), "JWT").await["email"], "anna@kantoor.nl");
}

async fn claims_asked_for_by_name_need_consent_like_their_scope(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut browser = signed_in(&server).await;
    let claims = json!({ "userinfo": { "email": null } }).to_string();
    let request = Server::authorize(&[("client_id", "foreign"), ("scope", "openid"), ("claims", &claims)]);
    let consent = browser.get(&request).await.location().to_owned();
    let page = browser.get(&consent).await;
    assert!(page.body.contains("anna@kantoor.nl") && page.body.contains("Your email address"), "{}", page.body);
    let csrf = page.field("csrf");
    browser.post(&consent, &[("csrf", &csrf), ("decision", "allow")]).await;
    let back = browser.get(&consent.replace("/consent/", "/authorize/")).await;
    assert!(query_of(back.location()).contains_key("code"));
    let wider = json!({ "userinfo": { "name": null } }).to_string();
    let wider = [("client_id", "foreign"), ("scope", "openid"), ("claims", wider.as_str()), ("prompt", "none")];
    assert_eq!(query_of(browser.get(&Server::authorize(&wider)).await.location())["error"], "consent_required");
}

async fn the_subject_that_claims_name_must_be_who_signs_in(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut browser = signed_in(&server).await;
    let mut ask = async |subject: &str| {
        let claims = json!({ "id_token": { "sub": { "value": subject } } }).to_string();
        let back = browser.get(&Server::authorize(&[("claims", &claims), ("prompt", "none")])).await;
        query_of(back.location())
    };
    assert!(ask(&server.account.to_string()).await.contains_key("code"));
    assert_eq!(ask("acc_somebody_else").await["error"], "login_required");
}

async fn a_token_is_for_the_resources_that_were_asked_for(engine: Engine) {
    let server = Server::start(&engine).await;
    let (api, bank) = ("https://api.example/v1", "https://bank.example");
    server.register("caller", |client| client.metadata.audiences = vec![api.to_owned(), bank.to_owned()]).await;
    server.register("api", |client| client.metadata.resource = Some(api.to_owned())).await;
    let mut browser = signed_in(&server).await;
    let unknown = Server::authorize(&[("client_id", "caller"), ("resource", "https://other.example")]);
    assert_eq!(query_of(browser.get(&unknown).await.location())["error"], "invalid_target");
    let request = format!("{}&resource={bank}", Server::authorize(&[("client_id", "caller"), ("resource", api)]));
    let code = query_of(browser.get(&request).await.location())["code"].clone();
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", REDIRECT),
        ("code_verifier", VERIFIER),
    ];
    let tokens = server.token_as("caller", &fields).await.json();
    let access = tokens["access_token"].as_str().unwrap();
    assert_eq!(server.claims(access, "at+jwt").await["aud"], json!([api, bank, server.issuer]));
    assert_eq!(server.userinfo(access).await.status, 200, "openid opens our own endpoint as well");
    let refresh = async |resource: &str| {
        let token = tokens["refresh_token"].as_str().unwrap();
        let fields = [("grant_type", "refresh_token"), ("refresh_token", token), ("resource", resource)];
        server.token_as("caller", &fields).await.json()
    };
    let narrow = refresh(api).await["access_token"].as_str().unwrap().to_owned();
    assert_eq!(server.claims(&narrow, "at+jwt").await["aud"], api);
    assert_eq!(server.userinfo(&narrow).await.status, 401, "meant for somebody else");
    assert_eq!(refresh("https://other.example").await["error"], "invalid_target");

    let introspect = async |client: &str| {
        let header = format!("Basic {}", STANDARD.encode(format!("{client}:{SECRET}")));
        let headers = [("authorization", header.as_str())];
        server.browser().post_with("/introspect", &headers, &[("token", &narrow)]).await.json()
    };
    assert_eq!(introspect("api").await["active"], true, "who is meant by it may ask");
    assert_eq!(introspect("machine").await, json!({ "active": false }));
}
