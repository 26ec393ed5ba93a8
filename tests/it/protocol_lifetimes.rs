//! How long what an app was given lasts: the organisation's limits, and the end of the session that it came from.

use std::time::Duration;

use countersign::domain::policy::{Policy, SessionLimits};
use countersign::features::sessions::remove_old_sessions;
use serde_json::Value;

use crate::support::{Answer, Browser, Engine, PASSWORD, Server, on_both_engines, query_of};

on_both_engines! {
    an_organisations_limit_binds_what_apps_were_given
    a_session_that_is_ended_elsewhere_takes_its_tokens_along
    a_session_that_was_ended_is_remembered_as_long_as_its_tokens
}

const AWAY: &str = "openid profile email organisation offline_access";

/// What the app that has a secret gets for this scope.
async fn tokens(server: &Server, browser: &mut Browser, scope: &str) -> Value {
    let back = server.sign_in_through(browser, &Server::authorize(&[("scope", scope)])).await;
    let told = server.redeem(&query_of(&back)["code"]).await;
    assert_eq!(told.status, 200, "{}", told.body);
    told.json()
}

async fn refresh(server: &Server, tokens: &Value) -> Answer {
    let token = tokens["refresh_token"].as_str().unwrap();
    server.token(&[("grant_type", "refresh_token"), ("refresh_token", token)]).await
}

fn at_most(absolute_hours: Option<u32>) -> Policy {
    Policy { sessions: SessionLimits { idle_minutes: Some(5), absolute_hours }, ..Policy::default() }
}

async fn an_organisations_limit_binds_what_apps_were_given(engine: Engine) {
    let server = Server::start(&engine).await;
    for scope in ["openid", AWAY] {
        server.rule(at_most(Some(2))).await;
        let given = tokens(&server, &mut server.browser(), scope).await;
        server.clock.advance(2 * 3600 - 1);
        let last = refresh(&server, &given).await;
        assert_eq!(last.status, 200, "nobody was active, and that is no matter: {}", last.body);
        let access = last.json()["access_token"].as_str().unwrap().to_owned();
        assert_eq!(server.userinfo(&access).await.status, 200);
        server.clock.advance(1);
        assert_eq!(refresh(&server, &given).await.json()["error"], "invalid_grant", "{scope}");
        assert_eq!(server.userinfo(&access).await.status, 401, "{scope}");
        server.rule(at_most(Some(3))).await;
        assert_eq!(refresh(&server, &given).await.status, 200, "the rules of now hold: {scope}");
        server.rule(at_most(None)).await;
        server.clock.advance(20 * 24 * 3600);
        assert_eq!(refresh(&server, &given).await.status, 200, "without a limit the app's own life holds: {scope}");
    }
}

async fn a_session_that_is_ended_elsewhere_takes_its_tokens_along(engine: Engine) {
    let server = Server::start(&engine).await;
    let online = tokens(&server, &mut server.browser(), "openid profile").await;
    let away = tokens(&server, &mut server.browser(), AWAY).await;
    let mut own = server.browser();
    own.sign_in_at("/sign-in", "anna", PASSWORD).await;
    let page = own.get("/account/sessions").await;
    let done = own.post("/account/sessions/end-others", &[("csrf", &page.field("csrf"))]).await;
    assert_eq!(done.status, 303, "{}", done.body);
    assert_eq!(refresh(&server, &online).await.json()["error"], "invalid_grant");
    assert_eq!(server.userinfo(online["access_token"].as_str().unwrap()).await.status, 401);
    assert_eq!(refresh(&server, &away).await.status, 200, "it may act while the person is away");
}

async fn a_session_that_was_ended_is_remembered_as_long_as_its_tokens(engine: Engine) {
    let server = Server::start(&engine).await;
    let given = tokens(&server, &mut server.browser(), "openid").await;
    let kept = tokens(&server, &mut server.browser(), "openid").await;
    let mut own = server.browser();
    own.sign_in_at("/sign-in", "anna", PASSWORD).await;
    let session = server.claims(given["id_token"].as_str().unwrap(), "JWT").await["sid"].as_str().unwrap().to_owned();
    let csrf = own.get("/account/sessions").await.field("csrf");
    own.post("/account/sessions/end", &[("csrf", &csrf), ("session", &session)]).await;
    assert_eq!(refresh(&server, &given).await.status, 400);
    server.clock.advance(20 * 24 * 3600);
    let state = &server.inner.state;
    let mut writer = state.db.writing().await.unwrap();
    let before = state.now().before(Duration::from_hours(24 * 7));
    let granted = before.before(Duration::from_hours(24 * 30));
    assert_eq!(remove_old_sessions(&mut writer, before, granted).await.unwrap(), 2, "those that ended by age");
    writer.commit().await.unwrap();
    assert_eq!(refresh(&server, &given).await.json()["error"], "invalid_grant");
    assert_eq!(refresh(&server, &kept).await.status, 200, "a session that only got old ends nothing");
}
