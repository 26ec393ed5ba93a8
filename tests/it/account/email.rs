//! Another e-mail address (A9).

use super::{BRAM, add_bram, send, signed_in};
use crate::support::{Browser, Engine, PASSWORD, Server, on_both_engines};

on_both_engines! {
    a_new_address_is_confirmed_there_and_told_to_the_old_one
    the_old_mailbox_takes_a_change_back_for_seven_days
    an_address_that_is_taken_is_told_to_its_owner_alone
    only_the_account_that_asked_confirms_and_once_and_in_time
    one_change_waits_at_a_time
    an_address_that_can_be_taken_back_is_given_to_nobody_else
    asking_is_limited
}

const ANNA: &str = "anna@kantoor.nl";
const NEW: &str = "a.devries@kantoor.nl";

async fn ask(browser: &mut Browser, email: &str) {
    let asked = send(browser, ("/account/email", "/account/email"), &[("email", email)]).await;
    assert_eq!(asked.location(), "/account/profile?done=asked", "{}", asked.body);
}

/// The path of the link in the next mail to this address.
async fn link_to(server: &Server, address: &str) -> String {
    let mail = server.mailbox().wait_for(address).await;
    let links = mail.links();
    links.iter().find_map(|link| link.strip_prefix(server.issuer.as_str())).unwrap().to_owned()
}

async fn follow(browser: &mut Browser, link: &str) -> crate::support::Answer {
    send(browser, (link, link), &[]).await
}

async fn a_new_address_is_confirmed_there_and_told_to_the_old_one(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut anna = signed_in(&server, "anna").await;
    for (typed, said) in [("nonsense", "Enter an email address"), (" ANNA@kantoor.nl", "your email address already")] {
        let wrong = send(&mut anna, ("/account/email", "/account/email"), &[("email", typed)]).await;
        assert!(wrong.status == 422 && wrong.body.contains(said), "{}", wrong.body);
    }
    ask(&mut anna, NEW).await;
    assert!(anna.get("/account/profile").await.body.contains(NEW));
    assert_eq!(server.browser().sign_in_at("/sign-in", NEW, PASSWORD).await.status, 422, "it does not count yet");
    let link = link_to(&server, NEW).await;
    for _ in 0..3 {
        assert_eq!(anna.get(&link).await.status, 200, "looking uses nothing up");
    }
    let done = follow(&mut anna, &link).await;
    assert!(anna.get(done.location()).await.body.contains("role=\"status\">Your email address is changed."));
    assert_eq!(server.browser().sign_in_at("/sign-in", NEW, PASSWORD).await.status, 303);
    assert_eq!(server.browser().sign_in_at("/sign-in", ANNA, PASSWORD).await.status, 422);
    let told = server.mailbox().wait_for(ANNA).await;
    assert_eq!(told.subject.as_deref(), Some("Your email address was changed"));
    assert!(!told.text.contains(NEW), "the old mailbox may be somebody else's now: {}", told.text);
    assert!(anna.get("/account/activity").await.body.contains("The email address was changed."));
}

async fn the_old_mailbox_takes_a_change_back_for_seven_days(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut thief = signed_in(&server, "anna").await;
    ask(&mut thief, "mallory@elders.nl").await;
    follow(&mut thief, &link_to(&server, "mallory@elders.nl").await).await;
    let undo = link_to(&server, ANNA).await;
    // Another step away must not lead back to the second address.
    server.clock.advance(60);
    ask(&mut thief, "mallory@verder.nl").await;
    follow(&mut thief, &link_to(&server, "mallory@verder.nl").await).await;
    let undo_of_the_thief = link_to(&server, "mallory@elders.nl").await;
    server.clock.advance(7 * 86_400 - 61);
    let mut anyone = server.browser();
    let undone = follow(&mut anyone, &undo).await;
    assert!(undone.status == 200 && undone.body.contains("Your email address is restored"), "{}", undone.body);
    assert!(!anyone.cookies.contains_key("countersign-session"), "it signs nobody in");
    assert_eq!(thief.get("/account").await.location(), "/sign-in");
    assert_eq!(server.browser().sign_in_at("/sign-in", ANNA, PASSWORD).await.status, 303);
    assert_eq!(anyone.get(&undo).await.status, 404, "once");
    assert_eq!(anyone.get(&undo_of_the_thief).await.status, 404);
    let mut anna = signed_in(&server, "anna").await;
    ask(&mut anna, NEW).await;
    follow(&mut anna, &link_to(&server, NEW).await).await;
    let undo = link_to(&server, ANNA).await;
    server.clock.advance(7 * 86_400);
    assert_eq!(anyone.get(&undo).await.status, 404, "too late");
}

async fn an_address_that_is_taken_is_told_to_its_owner_alone(engine: Engine) {
    let server = Server::start(&engine).await;
    add_bram(&server).await;
    let mut anna = signed_in(&server, "anna").await;
    let mut pages = Vec::new();
    for address in [BRAM, "nobody@kantoor.nl"] {
        ask(&mut anna, address).await;
        let page = anna.get("/account/profile?done=asked").await;
        let main = page.body.split("<footer").next().unwrap();
        pages.push(main.replace(address, "ADDRESS").replace(&page.field("csrf"), ""));
    }
    assert_eq!(pages[0], pages[1]);
    let mail = server.mailbox().wait_for(BRAM).await;
    assert_eq!(mail.subject.as_deref(), Some("Dit e-mailadres is in gebruik"), "in the language of its owner");
    assert!(mail.links().is_empty() && !mail.text.contains("Anna"), "{}", mail.text);
    assert_eq!(server.browser().sign_in_at("/sign-in", BRAM, PASSWORD).await.status, 303);
}

async fn only_the_account_that_asked_confirms_and_once_and_in_time(engine: Engine) {
    let server = Server::start(&engine).await;
    add_bram(&server).await;
    let mut anna = signed_in(&server, "anna").await;
    ask(&mut anna, NEW).await;
    let link = link_to(&server, NEW).await;
    let mut guest = server.browser();
    let page = guest.get(&link).await;
    assert!(page.status == 200 && page.body.contains("Sign in first"), "{}", page.body);
    let csrf = page.field("csrf");
    assert!(guest.post(&link, &[("csrf", &csrf)]).await.body.contains("Sign in first"));
    let mut bram = signed_in(&server, BRAM).await;
    assert_eq!(bram.get(&link).await.status, 404);
    let csrf = bram.get("/account/profile").await.field("csrf");
    assert_eq!(bram.post(&link, &[("csrf", &csrf)]).await.status, 404);
    assert_eq!(server.browser().sign_in_at("/sign-in", NEW, PASSWORD).await.status, 422, "nothing was changed");
    let csrf = anna.get(&link).await.field("csrf");
    assert_eq!(anna.post(&link, &[("csrf", &csrf)]).await.status, 303);
    assert_eq!(anna.post(&link, &[("csrf", &csrf)]).await.status, 404, "once");
    ask(&mut anna, "anna@elders.nl").await;
    let link = link_to(&server, "anna@elders.nl").await;
    server.clock.advance(86_400);
    let mut anna = signed_in(&server, "anna").await;
    assert_eq!(anna.get(&link).await.status, 404, "a day later");
    assert_eq!(anna.get("/email/confirm/guessed").await.status, 404);
}

async fn one_change_waits_at_a_time(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut anna = signed_in(&server, "anna").await;
    ask(&mut anna, NEW).await;
    let first = link_to(&server, NEW).await;
    ask(&mut anna, "anna@elders.nl").await;
    assert_eq!(anna.get(&first).await.status, 404);
    let second = link_to(&server, "anna@elders.nl").await;
    let done = send(&mut anna, ("/account/profile", "/account/email/cancel"), &[]).await;
    let page = anna.get(done.location()).await.body;
    assert!(page.contains("Your email address stays as it is.") && !page.contains("elders.nl"), "{page}");
    assert_eq!(anna.get(&second).await.status, 404);
}

async fn an_address_that_can_be_taken_back_is_given_to_nobody_else(engine: Engine) {
    let server = Server::start(&engine).await;
    add_bram(&server).await;
    let mut anna = signed_in(&server, "anna").await;
    ask(&mut anna, NEW).await;
    follow(&mut anna, &link_to(&server, NEW).await).await;
    link_to(&server, ANNA).await;
    let mut bram = signed_in(&server, BRAM).await;
    ask(&mut bram, ANNA).await;
    let mail = server.mailbox().wait_for(ANNA).await;
    assert!(mail.links().is_empty(), "{}", mail.text);
}

async fn asking_is_limited(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut anna = signed_in(&server, "anna").await;
    for number in 0..5 {
        ask(&mut anna, &format!("anna{number}@elders.nl")).await;
    }
    let form = ("/account/email", "/account/email");
    let blocked = send(&mut anna, form, &[("email", "anna9@elders.nl")]).await;
    assert!(blocked.status == 429 && blocked.body.contains("Too many attempts"), "{}", blocked.body);
    assert!(server.mailbox().received().iter().all(|mail| mail.to != "anna9@elders.nl"));
}
