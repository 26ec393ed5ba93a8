//! From where a new password may be chosen.

use countersign::domain::Policy;
use countersign::domain::network::Network;
use countersign::domain::policy::NewNetworks;
use countersign::features::networks::{Owner, block_network};

use super::{NEW, ask, hire, mail, prove, told};
use crate::support::codes::BRAM;
use crate::support::places::{HOME, OFFICE, from, start};
use crate::support::{Engine, on_both_engines};

on_both_engines! {
    a_strange_place_is_asked_about_after_a_new_password
    a_blocked_place_gets_no_new_password
}

async fn a_strange_place_is_asked_about_after_a_new_password(engine: Engine) {
    let server = start(&engine).await;
    hire(&server).await;
    server.know(server.account_of(BRAM).await, OFFICE).await;
    let mut thief = from(&server, HOME);
    let form = prove(&server, &mut thief, BRAM).await;
    let done = thief.fill(&form, &[("password", NEW)]).await;
    assert_eq!(done.location(), "/sign-in?anew=1&done=new-password");
    told(&server, BRAM).await;
    let asked = thief.sign_in_at("/sign-in", BRAM, NEW).await;
    assert!(asked.location().ends_with("/network"), "{}", asked.location());
    assert_eq!(server.mailbox().wait_for(BRAM).await.subject.as_deref(), Some("Is this you signing in?"));
    assert_eq!(thief.get("/account").await.location(), "/sign-in");
    // A second step done on the way says nothing about the place where only administrators may.
    let mut owner = from(&server, OFFICE);
    assert_eq!(owner.sign_in_at("/sign-in", BRAM, NEW).await.location(), "/account");
    let (app, _) = owner.connect_app(&server, "account").await;
    crate::support::codes::told(&server, BRAM).await;
    server.rule(Policy { new_networks: NewNetworks::AdministratorOnly, ..Policy::default() }).await;
    server.clock.advance(60);
    let mut browser = from(&server, HOME);
    let second = prove(&server, &mut browser, BRAM).await;
    let step = browser.get(&second).await.location().to_owned();
    let form = browser.fill(&step, &[("code", &app.code(&server, 0))]).await.location().to_owned();
    let done = browser.fill(&form, &[("password", "acht gele giraffen")]).await;
    assert!(done.location().ends_with("/network"), "{}", done.location());
    assert_eq!(browser.get("/account").await.location(), "/sign-in");
}

async fn a_blocked_place_gets_no_new_password(engine: Engine) {
    let server = start(&engine).await;
    hire(&server).await;
    let account = server.account_of(BRAM).await;
    let state = &server.inner.state;
    let mut writer = state.db.writing().await.unwrap();
    let home = Network::of(HOME.parse().unwrap());
    block_network(&mut writer, Owner::Account(account), home, None, state.now()).await.unwrap();
    writer.commit().await.unwrap();
    let mut browser = from(&server, HOME);
    let waiting = ask(&mut browser, "own", BRAM).await;
    let (code, _) = mail(&server, BRAM).await;
    let stopped = browser.fill(&waiting, &[("code", &code)]).await.location().to_owned();
    assert!(stopped.ends_with("/blocked"), "{stopped}");
    let id = stopped.split('/').nth(2).unwrap().to_owned();
    let csrf = browser.get(&stopped).await.field("csrf");
    let forced = browser.post(&format!("/password-reset/new/{id}"), &[("csrf", &csrf), ("password", NEW)]).await;
    assert_eq!(forced.location(), stopped);
    let mut office = from(&server, OFFICE);
    assert_eq!(office.sign_in_at("/sign-in", BRAM, NEW).await.status, 422);
}
