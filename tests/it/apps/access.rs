//! Who may use an app, how strongly they sign in, and how long what it gets is good: held at every use.

use std::collections::BTreeSet;

use countersign::config::{Config, Registration};
use countersign::domain::sign_in::Acr;
use countersign::features::clients::Access;
use countersign::features::clients::{Clients, change_client, find_registered};

use serde_json::json;

use crate::support::{CLIENT, Engine, PASSWORD, REDIRECT, Server, TestClock, on_both_engines, query_of};

on_both_engines! {
    an_app_for_other_organisations_says_so_and_takes_another_account
    an_app_that_demands_a_second_step_gets_nothing_less
    what_an_app_was_given_follows_the_rules_of_now
    lifetimes_of_an_app_are_its_own
    an_app_that_registered_itself_does_not_lift_what_its_operator_set
}

async fn set(server: &Server, access: Access) {
    set_of(server, CLIENT, access).await;
}

async fn set_of(server: &Server, id: &str, access: Access) {
    let state = &server.inner.state;
    let mut client = find_registered(state.db.reading(), id).await.unwrap().unwrap().client;
    client.metadata.access = access;
    let mut writer = state.db.writing().await.unwrap();
    assert!(change_client(&mut writer, &client, state.now(), state.random.as_ref()).await.unwrap());
    writer.commit().await.unwrap();
    Clients::forget(state);
}

fn for_nobody_here(server: &Server) -> Access {
    let state = &server.inner.state;
    let other = countersign::domain::ids::OrganisationId::new(state.now(), state.random.as_ref());
    Access { organisations: Some(BTreeSet::from([other])), ..Access::default() }
}

async fn an_app_for_other_organisations_says_so_and_takes_another_account(engine: Engine) {
    let server = Server::start(&engine).await;
    set(&server, for_nobody_here(&server)).await;
    let mut anna = server.browser();
    let form = anna.get(&Server::authorize(&[])).await.location().to_owned();
    let done = anna.sign_in_at(&form, "anna@kantoor.nl", PASSWORD).await;
    let page = anna.get(done.location()).await;
    assert_eq!(page.status, 403, "{}", page.body);
    assert!(page.body.contains("You do not have access to Kantoorportaal") && page.body.contains("anna@kantoor.nl"));
    let back = anna.get(&form.replace("/sign-in/", "/authorize/")).await;
    let told = query_of(back.location());
    assert_eq!((told["error"].as_str(), told["state"].as_str()), ("access_denied", "the-state"));
    assert!(!told.contains_key("code"));
    // With a session it is the same page, and without a page the app is told at once.
    let shown = anna.get(&Server::authorize(&[])).await;
    assert!(shown.location().starts_with("/return/"));
    assert_eq!(anna.get(shown.location()).await.status, 403);
    let silent = anna.get(&Server::authorize(&[("prompt", "none")])).await;
    assert_eq!(query_of(silent.location())["error"], "access_denied");
    // The organisation is let in, and the same page goes on.
    set(&server, Access { organisations: Some(BTreeSet::from([server.organisation])), ..Access::default() }).await;
    let straight = anna.get(&Server::authorize(&[])).await;
    assert!(straight.location().starts_with(REDIRECT) && query_of(straight.location()).contains_key("code"));
}

async fn an_app_that_demands_a_second_step_gets_nothing_less(engine: Engine) {
    let server = Server::start(&engine).await;
    set(&server, Access { acr: Some(Acr::MultiFactor), ..Access::default() }).await;
    let mut anna = server.browser();
    // Anna has nothing but a password: the app is told so, whatever its request asks for.
    for changes in [&[][..], &[("acr_values", "pwd")]] {
        let request = Server::authorize(changes);
        let told = match anna.get(&request).await.location() {
            to if to.starts_with("/sign-in/") => {
                let to = to.to_owned();
                let done = anna.sign_in_at(&to, "anna@kantoor.nl", PASSWORD).await;
                anna.get(done.location()).await;
                query_of(anna.get(&to.replace("/sign-in/", "/authorize/")).await.location())
            }
            to => query_of(to),
        };
        assert_eq!(told["error"], "unmet_authentication_requirements", "{changes:?}");
    }
    // With an authenticator app the second step is asked, also of whoever is signed in.
    assert_eq!(anna.sign_in_at("/sign-in", "anna@kantoor.nl", PASSWORD).await.status, 303);
    let silent = anna.get(&Server::authorize(&[("prompt", "none")])).await;
    assert_eq!(query_of(silent.location())["error"], "unmet_authentication_requirements");
    let (_, connected) = anna.connect_app(&server, "account").await;
    assert_eq!(connected.status, 303, "{}", connected.body);
    let mut other = server.browser();
    let form = other.get(&Server::authorize(&[])).await.location().to_owned();
    let asked = other.sign_in_at(&form, "anna@kantoor.nl", PASSWORD).await;
    assert!(asked.location().contains("/second"), "{}", asked.location());
    // Setting it up was a second step of that session.
    let straight = anna.get(&Server::authorize(&[])).await;
    assert!(straight.location().starts_with(REDIRECT), "{}", straight.location());
}

async fn what_an_app_was_given_follows_the_rules_of_now(engine: Engine) {
    let server = Server::start(&engine).await;
    let tokens = server.redeem(&server.code(&mut server.browser()).await).await.json();
    let refresh = [("grant_type", "refresh_token"), ("refresh_token", tokens["refresh_token"].as_str().unwrap())];
    let access = tokens["access_token"].as_str().unwrap();
    let pending = server.code(&mut server.browser()).await;
    for rule in [Access { acr: Some(Acr::MultiFactor), ..Access::default() }, for_nobody_here(&server)] {
        assert_eq!(server.token(&refresh).await.status, 200);
        assert_eq!(server.userinfo(access).await.status, 200);
        set(&server, rule).await;
        assert_eq!(server.token(&refresh).await.json()["error"], "invalid_grant");
        assert_eq!(server.userinfo(access).await.status, 401);
        let known = server.browser().post_with("/introspect", &[], &[("token", access)]).await;
        assert_ne!(known.json()["active"], true);
        set(&server, Access::default()).await;
    }
    set(&server, for_nobody_here(&server)).await;
    assert_eq!(server.redeem(&pending).await.json()["error"], "invalid_grant", "a code that was not redeemed yet");
}

async fn lifetimes_of_an_app_are_its_own(engine: Engine) {
    let server = Server::start(&engine).await;
    let access = Access { access_token_seconds: Some(60), refresh_token_days: Some(1), ..Access::default() };
    set(&server, access).await;
    let tokens = server.redeem(&server.code(&mut server.browser()).await).await.json();
    assert_eq!(tokens["expires_in"], 60);
    let token = tokens["access_token"].as_str().unwrap();
    let claims = server.claims(token, "at+jwt").await;
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 60);
    let refresh = [("grant_type", "refresh_token"), ("refresh_token", tokens["refresh_token"].as_str().unwrap())];
    server.clock.advance(61);
    assert_eq!(server.userinfo(token).await.status, 401);
    assert_eq!(server.token(&refresh).await.json()["expires_in"], 60);
    server.clock.advance(86_400);
    assert_eq!(server.token(&refresh).await.json()["error"], "invalid_grant");
    // More than the configuration gives nobody; and what is shortened later holds for what was given before.
    let long = Access { access_token_seconds: Some(3600), refresh_token_days: Some(365), ..Access::default() };
    set(&server, long).await;
    let tokens = server.redeem(&server.code(&mut server.browser()).await).await.json();
    assert_eq!(tokens["expires_in"], 600);
    let refresh = [("grant_type", "refresh_token"), ("refresh_token", tokens["refresh_token"].as_str().unwrap())];
    server.clock.advance(2 * 86_400);
    assert_eq!(server.token(&refresh).await.status, 200);
    set(&server, Access { refresh_token_days: Some(1), ..Access::default() }).await;
    assert_eq!(server.token(&refresh).await.json()["error"], "invalid_grant");
}

async fn an_app_that_registered_itself_does_not_lift_what_its_operator_set(engine: Engine) {
    let open = |config: &mut Config| config.oidc.registration = Registration::Open;
    let server = Server::start_with(&engine, TestClock::new(), open).await;
    let document = json!({ "redirect_uris": [REDIRECT], "client_name": "Declaraties" });
    let told = server.browser().post_json("/register", &[], &document.to_string()).await.json();
    let id = told["client_id"].as_str().unwrap();
    set_of(&server, id, Access { acr: Some(Acr::PhishingResistant), ..for_nobody_here(&server) }).await;
    let mut document = document;
    document["client_id"] = json!(id);
    document["access"] = json!({ "organisations": null });
    let own = told["registration_client_uri"].as_str().unwrap();
    let key = told["registration_access_token"].as_str().unwrap();
    let changed = server.browser().call(reqwest::Method::PUT, own, key, Some(&document)).await;
    assert_eq!(changed.status, 200, "{}", changed.body);
    let app = find_registered(server.inner.state.db.reading(), id).await.unwrap().unwrap();
    let access = app.client.metadata.access;
    assert!(access.acr == Some(Acr::PhishingResistant) && access.organisations.is_some());
}
