//! Looking at the signing keys, replacing and revoking them.

use base64::Engine as _;
use countersign::features::accounts::InstanceRole;
use countersign::features::signing::list_keys;
use countersign::keys::KeyState;

use super::{events, signed_in};
use crate::support::{Engine, Server, TestClock, on_both_engines, query_of};

on_both_engines! {
    keys_are_replaced_by_hand_and_what_they_signed_still_counts
    a_revocation_that_loses_a_race_is_tried_again
    what_a_revoked_key_signed_counts_no_more_on_any_node
}

const ADA: &str = "ada@kantoor.nl";

async fn signing(server: &Server) -> Vec<String> {
    let now = server.inner.state.now();
    let lives = list_keys(&server.inner.state).await.unwrap();
    lives.into_iter().filter(|life| life.state(now) == KeyState::Current).map(|life| life.kid).collect()
}

/// A token of somebody who signed in, with the name of the key that signed it.
async fn token(server: &Server) -> (String, String) {
    let code = query_of(&server.sign_in_through(&mut server.browser(), &Server::authorize(&[])).await)["code"].clone();
    let token = server.redeem(&code).await.json()["access_token"].as_str().unwrap().to_owned();
    let head = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(token.split('.').next().unwrap()).unwrap();
    let head: serde_json::Value = serde_json::from_slice(&head).unwrap();
    (token, head["kid"].as_str().unwrap().to_owned())
}

async fn keys_are_replaced_by_hand_and_what_they_signed_still_counts(engine: Engine) {
    let server = Server::start(&engine).await;
    let (mut ada, _) = signed_in(&server, ADA, InstanceRole::Administrator).await;
    let (token, kid) = token(&server).await;
    let before = signing(&server).await;
    let page = ada.get("/admin/keys").await.body;
    assert!(before.iter().all(|kid| page.contains(kid)) && page.contains("Kantoorportaal"), "{page}");
    let asks = ada.get("/admin/keys/rotate").await;
    assert!(
        asks.body.contains("The successors are published since") && asks.body.contains("48 more hours"),
        "{}",
        asks.body
    );
    assert_eq!(signing(&server).await, before, "asking changes nothing");
    assert_eq!(ada.fill("/admin/keys/rotate", &[]).await.location(), "/admin/keys?done=rotate");
    let after = signing(&server).await;
    assert!(after.len() == before.len() && after.iter().all(|kid| !before.contains(kid)), "{before:?} {after:?}");
    assert_eq!(server.userinfo(&token).await.status, 200, "what {kid} signed counts on");
    let page = ada.get("/admin/keys?done=rotate").await.body;
    assert!(page.contains("The keys are replaced") && page.contains(&kid), "{page}");
    let told = events(&server, "keys.rotate").await;
    assert_eq!(told[0].actor, Some(server.account_of(ADA).await.to_string()));
    // Each line of the table has its drawing.
    assert_eq!(page.matches("class=\"span-current\" x=").count(), before.len() * 2, "{page}");
}

async fn what_a_revoked_key_signed_counts_no_more_on_any_node(engine: Engine) {
    let server = Server::start(&engine).await;
    // SQLite takes one node.
    let other = if engine.url.starts_with("postgres") {
        let issuer = server.issuer.clone();
        let same = move |config: &mut countersign::config::Config| config.server.public_url = issuer.parse().unwrap();
        Some(Server::start_with(&engine, TestClock::new(), same).await)
    } else {
        None
    };
    let (mut ada, _) = signed_in(&server, ADA, InstanceRole::Administrator).await;
    let (token, kid) = token(&server).await;
    let revoke = format!("/admin/keys/{kid}/revoke");
    assert!(ada.get(&revoke).await.body.contains("Another key takes over at once"));
    assert_eq!(server.userinfo(&token).await.status, 200);
    if let Some(other) = &other {
        assert_eq!(other.userinfo(&token).await.status, 200);
    }
    assert_eq!(ada.fill(&revoke, &[]).await.location(), "/admin/keys?done=revoke");
    assert_eq!(server.userinfo(&token).await.status, 401);
    assert!(!server.browser().get("/jwks").await.body.contains(&kid));
    if let Some(other) = &other {
        tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
        assert_eq!(other.userinfo(&token).await.status, 401);
        assert!(!other.browser().get("/jwks").await.body.contains(&kid));
    }
    // It is gone, and people get tokens again.
    assert_eq!(ada.get(&revoke).await.status, 404);
    assert_eq!(ada.get("/admin/keys/no-such-key/revoke").await.status, 404);
    let (token, next) = self::token(&server).await;
    assert_ne!(next, kid);
    assert_eq!(server.userinfo(&token).await.status, 200);
    let told = events(&server, "keys.revoke").await;
    assert_eq!((told.len(), told[0].facts["kid"].as_str()), (1, Some(kid.as_str())));
}

async fn a_revocation_that_loses_a_race_is_tried_again(engine: Engine) {
    use countersign::features::audit::{Chain, Event};
    use countersign::features::signing::{Signing, carry_out, hold_keys, prepare_rotation, revoke_key};
    let server = Server::start(&engine).await;
    let state = &server.inner.state;
    let (token, kid) = token(&server).await;
    // Somebody replaces all keys while the revocation is under way: what it planned holds no more.
    let now = state.now();
    let prepared = prepare_rotation(state, now).await.unwrap();
    let mut writer = state.db.writing().await.unwrap();
    hold_keys(&mut writer).await.unwrap();
    let revocation = tokio::spawn({
        let (state, kid) = (state.clone(), kid.clone());
        async move { revoke_key(&state, &kid, Event::new(Chain::Instance, "keys.revoke", "done")).await.unwrap() }
    });
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    carry_out(state, &mut writer, prepared, now).await.unwrap();
    writer.commit().await.unwrap();
    Signing::forget(state);
    assert!(revocation.await.unwrap() > 0, "it is revoked all the same");
    let lives = list_keys(state).await.unwrap();
    let life = lives.iter().find(|life| life.kid == kid).unwrap();
    assert_eq!(life.state(state.now()), KeyState::Removed);
    assert_eq!(server.userinfo(&token).await.status, 401);
    assert_eq!(events(&server, "keys.revoke").await.len(), 1, "once");
    // What is gone is not revoked again.
    let again = revoke_key(state, &kid, Event::new(Chain::Instance, "keys.revoke", "done")).await.unwrap();
    assert_eq!((again, events(&server, "keys.revoke").await.len()), (0, 1));
}
