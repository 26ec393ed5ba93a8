//! Security events for other systems: each is there once the act is done, and not before.

use countersign::domain::ids::AccountId;
use countersign::features::accounts::InstanceRole;
use countersign::features::audit::{SecurityEvent, list_security_events, remove_old_security_events};
use countersign::features::organisations::Role;
use serde_json::json;

use crate::support::{Browser, Engine, PASSWORD, Server, on_both_engines};

on_both_engines! {
    every_act_leaves_its_events_and_a_refused_one_leaves_none
    what_an_administrator_does_is_told_as_theirs
    events_are_kept_for_a_while
}

const NEXT: &str = "vijf groene zeppelins boven Delft";
const REVOKED: &str = "caep/event-type/session-revoked";

async fn told(server: &Server, account: AccountId) -> Vec<SecurityEvent> {
    list_security_events(server.inner.state.db.reading(), account).await.unwrap()
}

/// What is new since the events of before, by the end of their types.
async fn new(server: &Server, account: AccountId, before: &mut usize) -> Vec<SecurityEvent> {
    let all = told(server, account).await;
    let fresh = all[*before..].to_vec();
    *before = all.len();
    // Events of one moment stand in no order.
    server.clock.advance(1);
    fresh
}

#[track_caller]
fn assert_kinds(found: &[SecurityEvent], kinds: &[&str]) {
    let mut found: Vec<&str> = found.iter().map(|event| event.kind.as_str()).collect();
    found.sort_unstable();
    assert_eq!(found.len(), kinds.len(), "{found:?}");
    for (found, kind) in found.iter().zip(kinds) {
        assert!(found.ends_with(kind), "{found} is not {kind}");
    }
}

async fn signed_in(server: &Server) -> Browser {
    let mut browser = server.browser();
    assert_eq!(browser.sign_in_at("/sign-in", "anna@kantoor.nl", PASSWORD).await.status, 303);
    browser
}

async fn every_act_leaves_its_events_and_a_refused_one_leaves_none(engine: Engine) {
    let server = Server::start(&engine).await;
    let (anna, mut seen) = (server.account, 0);
    let mut browser = signed_in(&server).await;
    let given = server.redeem(&server.code(&mut server.browser()).await).await.json();
    assert_eq!(told(&server, anna).await, [], "signing in changes nothing that others hold on to");

    let csrf = browser.get("/account/sessions").await.field("csrf");
    let id_token = server.claims(given["id_token"].as_str().unwrap(), "JWT").await;
    let session = id_token["sid"].as_str().unwrap();
    browser.post("/account/sessions/end", &[("csrf", &csrf), ("session", session)]).await;
    let found = new(&server, anna, &mut seen).await;
    assert_kinds(&found, &[REVOKED]);
    assert_eq!((found[0].session.as_deref(), &found[0].details["initiating_entity"]), (Some(session), &json!("user")));
    assert_eq!(found[0].occurred_at, server.inner.state.now().before(std::time::Duration::from_secs(1)));
    browser.post("/account/sessions/end", &[("csrf", &csrf), ("session", session)]).await;
    assert_kinds(&new(&server, anna, &mut seen).await, &[]);

    let wrong = [("csrf", csrf.as_str()), ("current", "not the password"), ("password", NEXT)];
    assert_eq!(browser.post("/account/password", &wrong).await.status, 422);
    assert_kinds(&new(&server, anna, &mut seen).await, &[]);
    let right = [("csrf", csrf.as_str()), ("current", PASSWORD), ("password", NEXT)];
    assert_eq!(browser.post("/account/password", &right).await.status, 303);
    let found = new(&server, anna, &mut seen).await;
    assert_kinds(&found, &["caep/event-type/credential-change", REVOKED]);
    let change = found.iter().find(|event| event.kind.ends_with("credential-change")).unwrap();
    assert_eq!(
        change.details,
        json!({ "initiating_entity": "user", "credential_type": "password", "change_type": "update" })
    );
    assert_eq!(found.iter().find(|event| event.kind.ends_with(REVOKED)).unwrap().session, None, "all the others");

    let page = browser.get("/end_session").await;
    let done = browser.post("/sign-out", &[("csrf", &page.field("csrf"))]).await;
    assert_eq!(done.status, 200, "{}", done.body);
    let found = new(&server, anna, &mut seen).await;
    assert_kinds(&found, &[REVOKED]);
    assert!(found[0].session.is_some(), "the one that was signed out of");
}

async fn what_an_administrator_does_is_told_as_theirs(engine: Engine) {
    let server = Server::start(&engine).await;
    let bram = server.hire("bram@kantoor.nl", Role::Employee, InstanceRole::None).await;
    let mut browser = signed_in(&server).await;
    for (act, kinds) in [
        ("sign-out", &[REVOKED][..]),
        ("disable", &[REVOKED, "risc/event-type/account-disabled"]),
        ("enable", &["risc/event-type/account-enabled"]),
    ] {
        let mut seen = told(&server, bram).await.len();
        server.clock.advance(1);
        let path = format!("/organisation/employees/{bram}/{act}");
        let csrf = browser.get(&path).await.field("csrf");
        assert_eq!(browser.post(&path, &[("csrf", &csrf)]).await.status, 303, "{act}");
        let found = new(&server, bram, &mut seen).await;
        assert_kinds(&found, kinds);
        assert!(found.iter().all(|event| event.details["initiating_entity"] == "admin"), "{found:?}");
    }
    assert_eq!(told(&server, server.account).await, [], "nothing happened to whoever did it");
}

async fn events_are_kept_for_a_while(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut browser = signed_in(&server).await;
    let csrf = browser.get("/account/sessions").await.field("csrf");
    browser.post("/account/sessions/end-others", &[("csrf", &csrf)]).await;
    assert_eq!(told(&server, server.account).await.len(), 1);
    let state = &server.inner.state;
    for (seconds, left) in [(0, 1), (1, 0)] {
        server.clock.advance(seconds);
        let mut writer = state.db.writing().await.unwrap();
        remove_old_security_events(&mut writer, state.now()).await.unwrap();
        writer.commit().await.unwrap();
        assert_eq!(told(&server, server.account).await.len(), left);
    }
}
