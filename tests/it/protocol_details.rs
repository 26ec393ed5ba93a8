//! What apps ask for in detail (RFC 9396), from the consent of a person to the tokens.

use countersign::config::{Config, DetailField, DetailType, FieldKind};
use countersign::domain::Algorithm;
use countersign::features::clients::{ClientAuthentication, Clients, change_client, hold_client};
use serde_json::{Value, json};

use crate::support::{
    Answer, AppKey, Browser, Engine, PASSWORD, REDIRECT, SECRET, Server, TestClock, VERIFIER, on_both_engines, query_of,
};

on_both_engines! {
    a_detail_is_shown_in_words_and_told_in_every_token
    what_was_agreed_to_once_is_asked_again
    a_yes_in_one_tab_is_no_yes_in_another
    details_that_are_not_the_apps_are_refused_everywhere
    a_token_is_for_some_of_the_details_and_never_for_more
    an_app_asks_for_details_for_itself
    a_type_that_was_withdrawn_opens_nothing_any_more
    discovery_names_the_types
}

async fn start(engine: &Engine) -> Server {
    let server = Server::start_with(engine, TestClock::new(), offer).await;
    server
        .register("books", |client| {
            "Boekhouder".clone_into(&mut client.name);
            client.first_party = false;
            client.authentication = ClientAuthentication::ClientSecretPost;
            client.metadata.detail_types = vec!["invoice".to_owned()];
            client.metadata.grant_types.push("client_credentials".to_owned());
        })
        .await;
    server
}

fn offer(config: &mut Config) {
    let field = |name: &str, words: [&str; 2], kind| DetailField {
        name: name.to_owned(),
        en: words[0].to_owned(),
        nl: words[1].to_owned(),
        kind,
        required: name == "actions",
        values: Vec::new(),
    };
    config.oidc.authorization_details = vec![
        DetailType {
            name: "invoice".to_owned(),
            en: "Work with invoices".to_owned(),
            nl: "Met facturen werken".to_owned(),
            fields: vec![
                field("actions", ["What", "Wat"], FieldKind::Texts),
                field("customer", ["Customer", "Klant"], FieldKind::Text),
            ],
        },
        DetailType {
            name: "payroll".to_owned(),
            en: "See salaries".to_owned(),
            nl: "Salarissen zien".to_owned(),
            fields: Vec::new(),
        },
    ];
}

fn wanted() -> Value {
    json!([{ "type": "invoice", "actions": ["read", "book"], "customer": "Bakkerij <Smit>" }])
}

fn request(details: &str) -> String {
    Server::authorize(&[("client_id", "books"), ("authorization_details", details)])
}

async fn signed_in(server: &Server) -> Browser {
    let mut browser = server.browser();
    browser.sign_in_at("/sign-in", "anna", PASSWORD).await;
    browser
}

/// Says yes on the page of consent at `path`, and returns where the app gets the browser back.
async fn agree(browser: &mut Browser, path: &str) -> String {
    assert!(path.starts_with("/consent/"), "{path}");
    let csrf = browser.get(path).await.field("csrf");
    let done = browser.post(path, &[("csrf", &csrf), ("decision", "allow")]).await;
    assert_eq!(done.status, 303, "{}", done.body);
    browser.get(&path.replace("/consent/", "/authorize/")).await.location().to_owned()
}

async fn token(server: &Server, fields: &[(&str, &str)]) -> Answer {
    let own = [("client_id", "books"), ("client_secret", SECRET)];
    server.browser().post_with("/token", &[], &[own.as_slice(), fields].concat()).await
}

async fn redeem(server: &Server, back: &str, more: &[(&str, &str)]) -> Answer {
    let query = query_of(back);
    let sound = [
        ("grant_type", "authorization_code"),
        ("code", query["code"].as_str()),
        ("redirect_uri", REDIRECT),
        ("code_verifier", VERIFIER),
    ];
    token(server, &[sound.as_slice(), more].concat()).await
}

async fn details_of(server: &Server, told: &Value) -> Value {
    let claims = server.claims(told["access_token"].as_str().unwrap(), "at+jwt").await;
    claims.get("authorization_details").cloned().unwrap_or_default()
}

async fn a_detail_is_shown_in_words_and_told_in_every_token(engine: Engine) {
    let server = start(&engine).await;
    let mut browser = signed_in(&server).await;
    let path = browser.get(&request(&wanted().to_string())).await.location().to_owned();
    let page = browser.get(&path).await.body;
    for words in ["Work with invoices", "What", "read, book", "Customer", "Bakkerij &lt;Smit&gt;"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    browser.headers.push(("accept-language", "nl".to_owned()));
    assert!(browser.get(&path).await.body.contains("Met facturen werken"));
    let told = redeem(&server, &agree(&mut browser, &path).await, &[]).await;
    assert_eq!(told.status, 200, "{}", told.body);
    let told = told.json();
    assert_eq!(told["authorization_details"], wanted());
    assert_eq!(details_of(&server, &told).await, wanted());
    let fields = [("client_id", "books"), ("client_secret", SECRET), ("token", told["access_token"].as_str().unwrap())];
    let known = server.browser().post_with("/introspect", &[], &fields).await.json();
    assert_eq!(known["authorization_details"], wanted());
}

async fn what_was_agreed_to_once_is_asked_again(engine: Engine) {
    let server = start(&engine).await;
    let mut browser = signed_in(&server).await;
    let path = browser.get(&request(&wanted().to_string())).await.location().to_owned();
    agree(&mut browser, &path).await;
    let plain = browser.get(&Server::authorize(&[("client_id", "books")])).await.location().to_owned();
    assert!(query_of(&plain).contains_key("code"), "the scopes are remembered: {plain}");
    let again = browser.get(&request(&wanted().to_string())).await.location().to_owned();
    assert!(again.starts_with("/consent/"), "{again}");
    let silent = format!("{}&prompt=none", request(&wanted().to_string()));
    assert_eq!(query_of(browser.get(&silent).await.location())["error"], "consent_required");
    let csrf = browser.get(&again).await.field("csrf");
    browser.post(&again, &[("csrf", &csrf), ("decision", "deny")]).await;
    let refused = browser.get(&again.replace("/consent/", "/authorize/")).await.location().to_owned();
    assert_eq!(query_of(&refused)["error"], "access_denied");
}

async fn a_yes_in_one_tab_is_no_yes_in_another(engine: Engine) {
    let server = start(&engine).await;
    let mut browser = signed_in(&server).await;
    let harmless = json!([{ "type": "invoice", "actions": ["read"] }]);
    let first = browser.get(&request(&wanted().to_string())).await.location().to_owned();
    let second = browser.get(&request(&harmless.to_string())).await.location().to_owned();
    let told = redeem(&server, &agree(&mut browser, &second).await, &[]).await.json();
    assert_eq!(told["authorization_details"], harmless);
    let skipped = browser.get(&first.replace("/consent/", "/authorize/")).await.location().to_owned();
    assert_eq!(skipped, first, "nobody said yes to that one");
    let again = Server::authorize(&[("client_id", "books"), ("prompt", "consent")]);
    let [one, other] =
        [browser.get(&again).await.location().to_owned(), browser.get(&again).await.location().to_owned()];
    agree(&mut browser, &one).await;
    let skipped = browser.get(&other.replace("/consent/", "/authorize/")).await.location().to_owned();
    assert_eq!(skipped, other, "nor to what prompt=consent asks in the other tab");
}

async fn details_that_are_not_the_apps_are_refused_everywhere(engine: Engine) {
    let server = start(&engine).await;
    let mut browser = signed_in(&server).await;
    for wrong in [
        json!([{ "type": "payroll" }]),
        json!([{ "type": "unknown" }]),
        json!([{ "type": "invoice" }]),
        json!([{ "type": "invoice", "actions": ["read"], "amount": 5 }]),
        json!({ "type": "invoice", "actions": ["read"] }),
        json!([]),
    ] {
        let wrong = wrong.to_string();
        let back = browser.get(&request(&wrong)).await.location().to_owned();
        let query = query_of(&back);
        assert!(back.starts_with(REDIRECT), "{back}");
        assert_eq!((query["error"].as_str(), query["state"].as_str()), ("invalid_authorization_details", "the-state"));
        let mut pushed = Server::request(&[("client_id", "books"), ("authorization_details", &wrong)]);
        pushed.push(("client_secret", SECRET));
        let refused = server.browser().post_with("/par", &[], &pushed).await;
        assert_eq!((refused.status, &refused.json()["error"]), (400, &json!("invalid_authorization_details")));
        let own = [("grant_type", "client_credentials"), ("authorization_details", wrong.as_str())];
        let refused = token(&server, &own).await;
        assert_eq!(
            (refused.status, &refused.json()["error"]),
            (400, &json!("invalid_authorization_details")),
            "{wrong}"
        );
    }
    let other = Server::authorize(&[("authorization_details", &wanted().to_string())]);
    assert_eq!(
        query_of(browser.get(&other).await.location())["error"],
        "invalid_authorization_details",
        "not its type"
    );
}

async fn a_token_is_for_some_of_the_details_and_never_for_more(engine: Engine) {
    let server = start(&engine).await;
    let key = AppKey::new(Algorithm::ES256);
    server
        .register("signing", |client| {
            client.authentication = ClientAuthentication::None;
            client.secrets.clear();
            client.first_party = false;
            client.metadata.jwks = Some(key.jwks());
            client.metadata.detail_types = vec!["invoice".to_owned()];
        })
        .await;
    let mut browser = signed_in(&server).await;
    let less = json!([{ "type": "invoice", "actions": ["read"], "customer": "Bakkerij <Smit>" }]);
    let more = json!([{ "type": "invoice", "actions": ["read", "book", "delete"], "customer": "Bakkerij <Smit>" }]);
    let path = browser.get(&request(&wanted().to_string())).await.location().to_owned();
    let back = agree(&mut browser, &path).await;
    let (less_text, more_text) = (less.to_string(), more.to_string());
    let refused = redeem(&server, &back, &[("authorization_details", &more_text)]).await;
    assert_eq!((refused.status, &refused.json()["error"]), (400, &json!("invalid_authorization_details")));
    let told = redeem(&server, &back, &[("authorization_details", &less_text)]).await.json();
    assert_eq!((&told["authorization_details"], details_of(&server, &told).await), (&less, less.clone()));
    let refresh = [("grant_type", "refresh_token"), ("refresh_token", told["refresh_token"].as_str().unwrap())];
    let with = |details| [refresh.as_slice(), &[("authorization_details", details)]].concat();
    let refused = token(&server, &with(&more_text)).await;
    assert_eq!((refused.status, &refused.json()["error"]), (400, &json!("invalid_authorization_details")));
    let narrow = token(&server, &with(&less_text)).await.json();
    assert_eq!(details_of(&server, &narrow).await, less);
    let whole = token(&server, &refresh).await.json();
    assert_eq!((details_of(&server, &whole).await, &whole["authorization_details"]), (wanted(), &wanted()));

    // Inside of a request that the app signed the details are JSON like all else.
    let now = server.inner.state.now().seconds();
    let sound = json!({
        "iss": "signing", "client_id": "signing", "aud": server.issuer, "exp": now + 60, "nbf": now,
        "response_type": "code", "redirect_uri": REDIRECT, "scope": "openid", "authorization_details": less,
        "code_challenge": crate::support::CHALLENGE, "code_challenge_method": "S256",
    });
    let object = key.sign("oauth-authz-req+jwt", sound, &json!({}));
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs([("client_id", "signing"), ("request", &object)])
        .finish();
    let path = browser.get(&format!("/authorize?{query}")).await.location().to_owned();
    let back = agree(&mut browser, &path).await;
    let fields = [
        ("client_id", "signing"),
        ("grant_type", "authorization_code"),
        ("code", &query_of(&back)["code"]),
        ("code_verifier", VERIFIER),
    ];
    let told = server.browser().post_with("/token", &[], &fields).await.json();
    assert_eq!(told["authorization_details"], less, "{told}");
}

async fn an_app_asks_for_details_for_itself(engine: Engine) {
    let server = start(&engine).await;
    let wanted = wanted().to_string();
    let told = token(&server, &[("grant_type", "client_credentials"), ("authorization_details", &wanted)]).await.json();
    assert_eq!(told["authorization_details"].to_string(), wanted);
    assert_eq!(details_of(&server, &told).await.to_string(), wanted);
    let bare = token(&server, &[("grant_type", "client_credentials")]).await.json();
    assert!(bare.get("authorization_details").is_none() && details_of(&server, &bare).await.is_null());
}

async fn a_type_that_was_withdrawn_opens_nothing_any_more(engine: Engine) {
    let server = start(&engine).await;
    let state = &server.inner.state;
    let mut browser = signed_in(&server).await;
    let path = browser.get(&request(&wanted().to_string())).await.location().to_owned();
    let told = redeem(&server, &agree(&mut browser, &path).await, &[]).await.json();
    assert_eq!(told["authorization_details"], wanted(), "{told}");
    let introspected = async || {
        let access = told["access_token"].as_str().unwrap();
        let fields = [("client_id", "books"), ("client_secret", SECRET), ("token", access)];
        server.browser().post_with("/introspect", &[], &fields).await.json()
    };
    assert_eq!(introspected().await["authorization_details"], wanted());
    let mut writer = state.db.writing().await.unwrap();
    let mut client = hold_client(&mut writer, "books").await.unwrap().unwrap();
    client.metadata.detail_types.clear();
    assert!(change_client(&mut writer, &client, state.now(), state.random.as_ref()).await.unwrap());
    writer.commit().await.unwrap();
    Clients::forget(state);
    let now = introspected().await;
    assert_eq!((&now["active"], now.get("authorization_details")), (&json!(true), None), "{now}");
    let refresh = told["refresh_token"].as_str().unwrap();
    let fresh = token(&server, &[("grant_type", "refresh_token"), ("refresh_token", refresh)]).await.json();
    assert!(fresh["access_token"].is_string() && fresh.get("authorization_details").is_none(), "{fresh}");
    assert!(details_of(&server, &fresh).await.is_null());
}

async fn discovery_names_the_types(engine: Engine) {
    let document = start(&engine).await.browser().get("/.well-known/openid-configuration").await.json();
    assert_eq!(document["authorization_details_types_supported"], json!(["invoice", "payroll"]));
    let plain = Server::start(&Engine::sqlite()).await;
    let document = plain.browser().get("/.well-known/openid-configuration").await.json();
    assert!(document.get("authorization_details_types_supported").is_none());
}
