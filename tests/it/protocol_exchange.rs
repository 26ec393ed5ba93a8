//! Apps that trade a token that they were called with for one to call on with.

use countersign::features::sessions::end_everything_else;
use serde_json::{Value, json};

use crate::support::{Answer, CLIENT, Engine, PASSWORD, REDIRECT, Server, VERIFIER, on_both_engines, query_of};

on_both_engines! {
    a_token_is_traded_for_one_that_says_who_acts
    only_listed_apps_trade_tokens_that_are_meant_for_them
    a_traded_token_is_never_more_than_what_was_given
    a_traded_token_ends_with_what_it_was_traded_for
    a_request_that_is_not_understood_is_refused
}

const GRANT: (&str, &str) = ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange");
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
const TYPE: (&str, &str) = ("subject_token_type", ACCESS_TOKEN);
const FRONT: &str = "https://front.example";
const BACK: &str = "https://back.example";
const DEEP: &str = "https://deep.example";

/// An app that people sign in to, the service that it calls, and the one behind that.
async fn start(engine: &Engine) -> Server {
    let server = Server::start(engine).await;
    let scope = "openid profile offline_access invoices:read invoices:write";
    server
        .register("shop", |client| {
            client.metadata.scope = scope.parse().unwrap();
            client.metadata.audiences = vec![FRONT.to_owned()];
        })
        .await;
    for (id, own, next, from) in
        [("front", FRONT, BACK, "shop"), ("back", BACK, DEEP, "front"), ("other", FRONT, BACK, "portal")]
    {
        server
            .register(id, |client| {
                client.metadata.grant_types = vec![GRANT.1.to_owned()];
                client.metadata.scope = "openid offline_access invoices:read payments".parse().unwrap();
                client.metadata.resource = Some(own.to_owned());
                client.metadata.audiences = vec![next.to_owned()];
                client.metadata.exchanges = vec![from.to_owned()];
            })
            .await;
    }
    server
}

/// A token that the shop calls the front with, and the refresh token beside it.
async fn called_with(server: &Server, resource: &str) -> (String, String) {
    let mut browser = server.browser();
    browser.sign_in_at("/sign-in", "anna", PASSWORD).await;
    let scope = "openid profile offline_access invoices:read invoices:write";
    let request = Server::authorize(&[("client_id", "shop"), ("scope", scope), ("resource", resource)]);
    let back = browser.get(&request).await.location().to_owned();
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", &query_of(&back)["code"]),
        ("redirect_uri", REDIRECT),
        ("code_verifier", VERIFIER),
    ];
    let tokens = server.token_as("shop", &fields).await.json();
    let text = |name: &str| tokens[name].as_str().unwrap().to_owned();
    (text("access_token"), text("refresh_token"))
}

async fn trade(server: &Server, client: &str, token: &str, more: &[(&str, &str)]) -> Answer {
    server.token_as(client, &[&[GRANT, TYPE, ("subject_token", token)], more].concat()).await
}

fn error(answer: &Answer) -> (u16, Value) {
    (answer.status, answer.json()["error"].clone())
}

async fn introspected(server: &Server, token: &str, client: &str) -> Value {
    use base64::Engine as _;
    let credentials = base64::engine::general_purpose::STANDARD.encode(format!("{client}:{}", crate::support::SECRET));
    let header = format!("Basic {credentials}");
    server.browser().post_with("/introspect", &[("authorization", &header)], &[("token", token)]).await.json()
}

async fn a_token_is_traded_for_one_that_says_who_acts(engine: Engine) {
    let server = start(&engine).await;
    let (token, _) = called_with(&server, FRONT).await;
    let answer = trade(&server, "front", &token, &[("resource", BACK)]).await;
    assert_eq!((answer.status, answer.header("cache-control")), (200, "no-store"), "{}", answer.body);
    let traded = answer.json();
    assert_eq!((&traded["issued_token_type"], &traded["token_type"]), (&json!(ACCESS_TOKEN), &json!("Bearer")));
    assert_eq!(traded["scope"], "invoices:read");
    assert!(traded.get("refresh_token").is_none() && traded.get("id_token").is_none());
    let token = traded["access_token"].as_str().unwrap();
    let claims = server.claims(token, "at+jwt").await;
    assert_eq!((&claims["sub"], &claims["client_id"]), (&json!(server.account.to_string()), &json!("front")));
    assert_eq!((&claims["aud"], &claims["act"]), (&json!(BACK), &json!({ "sub": "front" })));
    assert!(claims.contains_key("auth_time") && claims.contains_key("acr"));
    let told = introspected(&server, token, "back").await;
    assert_eq!((&told["active"], &told["act"]["sub"]), (&json!(true), &json!("front")));
    // The next one in the chain names who was before it.
    let deeper =
        trade(&server, "back", token, &[("audience", DEEP), ("requested_token_type", ACCESS_TOKEN)]).await.json();
    let claims = server.claims(deeper["access_token"].as_str().unwrap(), "at+jwt").await;
    assert_eq!(claims["act"], json!({ "sub": "back", "act": { "sub": "front" } }));
    assert_eq!(claims["aud"], DEEP);
    let document = server.browser().get("/.well-known/openid-configuration").await.json();
    assert!(document["grant_types_supported"].as_array().unwrap().contains(&json!(GRANT.1)));
}

async fn only_listed_apps_trade_tokens_that_are_meant_for_them(engine: Engine) {
    let server = start(&engine).await;
    let (token, refresh) = called_with(&server, FRONT).await;
    let invalid = (400, json!("invalid_request"));
    assert_eq!(error(&trade(&server, "other", &token, &[("resource", BACK)]).await), invalid, "not listed");
    assert_eq!(error(&trade(&server, "back", &token, &[("resource", DEEP)]).await), invalid, "meant for another");
    let own = server.token_as("shop", &[("grant_type", "refresh_token"), ("refresh_token", &refresh)]).await.json();
    for wrong in ["x", refresh.as_str(), own["id_token"].as_str().unwrap()] {
        assert_eq!(error(&trade(&server, "front", wrong, &[("resource", BACK)]).await), invalid, "no access token");
    }
    let machine = server.token_as("machine", &[("grant_type", "client_credentials")]).await.json();
    let machine = machine["access_token"].as_str().unwrap();
    assert_eq!(error(&trade(&server, "front", machine, &[("resource", BACK)]).await), invalid, "about nobody");
    let unregistered = trade(&server, CLIENT, &token, &[("resource", BACK)]).await;
    assert_eq!(error(&unregistered), (400, json!("unauthorized_client")));
    let fields = [GRANT, TYPE, ("subject_token", token.as_str()), ("client_id", "front"), ("resource", BACK)];
    let nobody = server.browser().post_with("/token", &[], &fields).await;
    assert_eq!(error(&nobody), (401, json!("invalid_client")));
}

async fn a_traded_token_is_never_more_than_what_was_given(engine: Engine) {
    let server = start(&engine).await;
    let (token, _) = called_with(&server, FRONT).await;
    let target = ("resource", BACK);
    let scope = (400, json!("invalid_scope"));
    // Not the app's, not given, between the person and the app that they gave it to, malformed.
    for wider in ["invoices:write", "payments", "openid", "offline_access", "\"x\""] {
        assert_eq!(error(&trade(&server, "front", &token, &[target, ("scope", wider)]).await), scope, "{wider}");
    }
    let wrong = (400, json!("invalid_target"));
    for elsewhere in [vec![], vec![("resource", DEEP)], vec![("audience", "shop")], vec![target, ("audience", DEEP)]] {
        assert_eq!(error(&trade(&server, "front", &token, &elsewhere).await), wrong, "{elsewhere:?}");
    }
    server.clock.advance(500);
    let traded = trade(&server, "front", &token, &[target]).await.json();
    assert_eq!(traded["expires_in"], 100, "no longer than what it was traded for");
    let claims = server.claims(traded["access_token"].as_str().unwrap(), "at+jwt").await;
    assert_eq!(claims["exp"], server.claims(&token, "at+jwt").await["exp"]);
    let userinfo = server.userinfo(traded["access_token"].as_str().unwrap()).await;
    assert_eq!(userinfo.status, 401, "it opens nothing here");
}

async fn a_traded_token_ends_with_what_it_was_traded_for(engine: Engine) {
    let server = start(&engine).await;
    let (token, refresh) = called_with(&server, FRONT).await;
    let traded = async |token: &str| {
        let answer = trade(&server, "front", token, &[("resource", BACK)]).await.json();
        answer["access_token"].as_str().unwrap().to_owned()
    };
    let first = traded(&token).await;
    assert_eq!(introspected(&server, &first, "back").await["active"], true);
    use base64::Engine as _;
    let credentials = base64::engine::general_purpose::STANDARD.encode(format!("shop:{}", crate::support::SECRET));
    let header = format!("Basic {credentials}");
    server.browser().post_with("/revoke", &[("authorization", &header)], &[("token", &refresh)]).await;
    assert_eq!(introspected(&server, &first, "back").await, json!({ "active": false }));
    assert_eq!(error(&trade(&server, "front", &token, &[("resource", BACK)]).await).0, 400);

    let (token, _) = called_with(&server, FRONT).await;
    let second = traded(&token).await;
    let state = &server.inner.state;
    let mut writer = state.db.writing().await.unwrap();
    server.clock.advance(1);
    end_everything_else(&mut writer, server.account, None, state.now()).await.unwrap();
    writer.commit().await.unwrap();
    assert_eq!(introspected(&server, &second, "back").await, json!({ "active": false }));
}

async fn a_request_that_is_not_understood_is_refused(engine: Engine) {
    let server = start(&engine).await;
    let (token, _) = called_with(&server, FRONT).await;
    let subject = ("subject_token", token.as_str());
    let target = ("resource", BACK);
    let id_token = "urn:ietf:params:oauth:token-type:id_token";
    for fields in [
        vec![GRANT, target],
        vec![GRANT, target, subject],
        vec![GRANT, target, TYPE],
        vec![GRANT, target, subject, ("subject_token_type", id_token)],
        vec![GRANT, target, subject, ("subject_token_type", "jwt")],
        vec![GRANT, target, subject, TYPE, ("requested_token_type", id_token)],
        vec![GRANT, target, subject, TYPE, ("actor_token", token.as_str())],
        vec![GRANT, target, subject, TYPE, ("actor_token_type", ACCESS_TOKEN)],
        vec![GRANT, target, subject, subject, TYPE],
    ] {
        assert_eq!(error(&server.token_as("front", &fields).await), (400, json!("invalid_request")), "{fields:?}");
    }
}
