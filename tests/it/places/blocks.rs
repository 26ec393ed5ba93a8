//! Sign-ins that somebody stops, and places that are blocked (H12).

use countersign::domain::Policy;
use countersign::domain::policy::NewNetworks;
use countersign::features::networks::{How, Owner, Status};
use countersign::features::sessions::block_place;

use super::{answer, go_on, half_way, hire, link, mails_to, network, press, six_digits, status_of, waiting};
use crate::support::codes::{BRAM, CARLA};
use crate::support::places::{HOME, OFFICE, from, start};
use crate::support::{Authenticator, Engine, PASSWORD, Server, on_both_engines, query_of};

on_both_engines! {
    whoever_stops_a_sign_in_ends_it_and_may_block_the_place
    a_sign_in_that_was_stopped_does_not_go_on_in_a_tab_that_comes_late
    a_passkey_needs_no_place_but_not_from_a_blocked_one
    a_block_ends_what_came_from_there_and_nothing_else
    a_stop_also_ends_what_somebody_else_let_through
}

async fn whoever_stops_a_sign_in_ends_it_and_may_block_the_place(engine: Engine) {
    let server = start(&engine).await;
    hire(&server, BRAM).await;
    let (mut thief, place) = half_way(&server, HOME).await;
    let mail = server.mailbox().wait_for(BRAM).await;
    let link = mail.links()[0].strip_prefix(&server.issuer).unwrap().to_owned();
    let digits = mail.text.lines().find_map(six_digits).unwrap();
    let mut owner = from(&server, OFFICE);
    assert_eq!(answer(&mut owner, &link, &[("answer", "no")]).await.location(), link);
    let stopped = owner.get(&link).await;
    assert!(stopped.body.contains("can no longer go on") && stopped.body.contains("Block this IP address"));
    assert!(!stopped.body.contains("You are on this IP address yourself"), "the owner is elsewhere");
    assert!(thief.get(&waiting(&place)).await.body.contains("stopped"));
    let csrf = thief.get("/sign-in").await.field("csrf");
    let late = thief.post(&place, &[("csrf", &csrf), ("code", &digits)]).await;
    assert!(
        late.location().starts_with("/sign-in/int_") && !late.location().ends_with("/network"),
        "{}",
        late.location()
    );
    assert!(thief.get(late.location()).await.body.contains("stopped from the email"));
    // Stopping blocks nothing yet; that is asked separately.
    assert_eq!(status_of(&server, BRAM, HOME).await, Some((Status::Waiting, How::None)));
    assert_eq!(press(&mut owner, (&link, &format!("{link}/block"))).await.location(), link);
    assert!(owner.get(&link).await.body.contains("is blocked for your account"));
    assert_eq!(status_of(&server, BRAM, HOME).await.unwrap().0, Status::Blocked);
    let refused = thief.sign_in_at("/sign-in", BRAM, PASSWORD).await.location().to_owned();
    assert!(refused.ends_with("/blocked"), "{refused}");
    let page = thief.get(&refused).await;
    assert!(page.status == 403 && page.body.contains(HOME) && page.body.contains("blocked for your account"));
    // A wrong password is told nothing of it.
    let wrong = thief.sign_in_at("/sign-in", BRAM, "not the password").await;
    assert!(wrong.status == 422 && !wrong.body.contains("blocked"), "{}", wrong.body);
}

async fn a_sign_in_that_was_stopped_does_not_go_on_in_a_tab_that_comes_late(engine: Engine) {
    let server = start(&engine).await;
    hire(&server, BRAM).await;
    let (mut browser, place) = half_way(&server, HOME).await;
    let link = link(&server).await;
    let csrf = browser.get(&place).await.field("csrf");
    let mut owner = from(&server, OFFICE);
    assert_eq!(answer(&mut owner, &link, &[("answer", "no")]).await.status, 303);
    assert_eq!(answer(&mut owner, &link, &[("answer", "no")]).await.status, 303, "a second time changes nothing");
    let yes = owner
        .post(&link, &[("csrf", &owner.cookies.get("none").cloned().unwrap_or_default()), ("answer", "yes")])
        .await;
    assert_ne!(yes.status, 200);
    for to in [format!("{place}/continue"), format!("{place}/send"), format!("{place}/ask"), place.clone()] {
        let late = browser.post(&to, &[("csrf", &csrf), ("code", "123456")]).await;
        assert_eq!(late.status, 303, "{to}");
        assert!(!late.location().contains("/account") && !late.location().ends_with("/network"), "{}", late.location());
    }
    assert_eq!(mails_to(&server, BRAM), 1);
}

async fn a_passkey_needs_no_place_but_not_from_a_blocked_one(engine: Engine) {
    let server = start(&engine).await;
    hire(&server, BRAM).await;
    let mut browser = from(&server, OFFICE);
    browser.sign_in_at("/sign-in", BRAM, PASSWORD).await;
    let mut authenticator = Authenticator::new();
    assert_eq!(browser.create_at("/enrol/account/passkey", &mut authenticator, &server).await.status, 200);
    let told = server.mailbox().wait_for(BRAM).await;
    assert!(told.text.contains("Passkey"), "{}", told.text);
    server.rule(Policy { new_networks: NewNetworks::AdministratorOnly, ..Policy::default() }).await;
    let mut away = from(&server, HOME);
    let done = away.sign_in_with("own", &mut authenticator, &server).await;
    assert_eq!(done.json()["to"], "/account", "{}", done.body);
    assert_eq!(away.get("/account").await.status, 200);
    assert_eq!(status_of(&server, BRAM, HOME).await, None, "a passkey proves no place");
    assert_eq!(mails_to(&server, BRAM), 1);
    block(&server, Owner::Account(server.account_of(BRAM).await), HOME).await;
    assert_eq!(away.get("/account").await.status, 303, "the session ended");
    let refused = from(&server, HOME).sign_in_with("own", &mut authenticator, &server).await;
    assert!(refused.json()["to"].as_str().unwrap().ends_with("/blocked"), "{}", refused.body);
}

async fn block(server: &Server, owner: Owner, address: &str) {
    let state = &server.inner.state;
    let mut writer = state.db.writing().await.unwrap();
    block_place(&mut writer, owner, network(address), Some(server.account), state.now()).await.unwrap();
    writer.commit().await.unwrap();
}

async fn a_block_ends_what_came_from_there_and_nothing_else(engine: Engine) {
    let server = start(&engine).await;
    hire(&server, BRAM).await;
    hire(&server, CARLA).await;
    let bram = server.account_of(BRAM).await;
    server.know(bram, HOME).await;
    let mut office = from(&server, OFFICE);
    let mut home = from(&server, HOME);
    let mut carla = from(&server, OFFICE);
    carla.sign_in_at("/sign-in", CARLA, PASSWORD).await;
    office.sign_in_at("/sign-in", BRAM, PASSWORD).await;
    let request = Server::authorize(&[("scope", "openid offline_access")]);
    let form = home.get(&request).await.location().to_owned();
    home.sign_in_at(&form, BRAM, PASSWORD).await;
    let id = form.split('/').nth(2).unwrap();
    let code = query_of(home.get(&format!("/authorize/{id}")).await.location())["code"].clone();
    let tokens = server.redeem(&code).await.json();
    let refresh = tokens["refresh_token"].as_str().unwrap().to_owned();
    block(&server, Owner::Account(bram), HOME).await;
    assert_eq!(home.get("/account").await.status, 303);
    assert_eq!(office.get("/account").await.status, 200);
    let refused = server.token(&[("grant_type", "refresh_token"), ("refresh_token", &refresh)]).await;
    assert_eq!(refused.json()["error"], "invalid_grant", "{}", refused.body);
    assert_eq!(server.userinfo(tokens["access_token"].as_str().unwrap()).await.status, 401);
    // A session that was opened elsewhere does not move there.
    let mut moved = from(&server, HOME);
    moved.cookies.clone_from(&office.cookies);
    assert_eq!(moved.get("/account").await.status, 303);
    assert_eq!(office.get("/account").await.status, 200, "nor does trying end it");
    // For everybody: the office itself.
    block(&server, Owner::Organisation(server.organisation), OFFICE).await;
    assert_eq!((office.get("/account").await.status, carla.get("/account").await.status), (303, 303));
    let refused = carla.sign_in_at("/sign-in", CARLA, PASSWORD).await.location().to_owned();
    let page = carla.get(&refused).await;
    assert!(page.body.contains("is blocked for <strong>Kantoor De Vries</strong>"), "{}", page.body);
    let asked = press(&mut carla, (&refused, &refused)).await;
    assert!(carla.get(asked.location()).await.body.contains("have been told"));
    let mail = server.mailbox().wait_for("anna@kantoor.nl").await;
    assert!(mail.text.contains("blocked") && mail.text.contains(CARLA), "{}", mail.text);
}

async fn a_stop_also_ends_what_somebody_else_let_through(engine: Engine) {
    let server = start(&engine).await;
    hire(&server, BRAM).await;
    let (mut thief, place) = half_way(&server, HOME).await;
    let link = link(&server).await;
    server.know(server.account_of(BRAM).await, HOME).await;
    assert_eq!(go_on(&mut thief, &place).await.location(), "/account");
    assert_eq!(thief.get("/account").await.status, 200);
    let mut owner = from(&server, OFFICE);
    assert_eq!(answer(&mut owner, &link, &[("answer", "no")]).await.location(), link);
    assert_eq!(thief.get("/account").await.status, 303, "the session that came of it ended");
}
