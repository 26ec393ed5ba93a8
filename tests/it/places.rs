//! Sign-ins from places that nobody confirmed yet (H9, H10, H12), and what a thief makes of them.

use countersign::domain::network::Network;
use countersign::domain::policy::{Demand, NewNetworks};
use countersign::domain::{FactorKind, Policy, Timestamp};
use countersign::features::accounts::{InstanceRole, set_validates_networks};
use countersign::features::factors::{list_devices, list_factors};
use countersign::features::networks::{How, Owner, Seen, Status, find_entry, know_network, remove_network};
use countersign::features::organisations::Role;
use countersign::features::sessions::block_place;

use crate::support::codes::{BRAM, CARLA, code, other_than};
use crate::support::places::{HOME, OFFICE, from, start};
use crate::support::{Answer, Authenticator, Browser, Engine, PASSWORD, Server, on_both_engines, query_of};

on_both_engines! {
    the_code_of_the_mail_confirms_a_place_once_and_for_this_person
    a_place_that_nobody_confirmed_gets_nowhere
    the_link_confirms_from_another_device_and_signs_nobody_in_there
    the_link_needs_no_number_in_the_browser_that_waits
    the_number_is_there_as_long_as_the_link_works
    a_scanner_neither_uses_the_link_up_nor_confirms_with_it
    a_wrong_number_ends_the_link_and_not_the_code
    whoever_stops_a_sign_in_ends_it_and_may_block_the_place
    a_sign_in_that_was_stopped_does_not_go_on_in_a_tab_that_comes_late
    a_newer_mail_ends_the_older_one
    codes_are_tried_five_times_and_only_where_they_were_asked_for
    an_administrator_confirms_where_nobody_else_may
    an_administrator_may_be_asked_everywhere_but_not_all_the_time
    new_places_join_by_themselves_for_whoever_chose_that_unless_a_rule_says_otherwise
    a_passkey_needs_no_place_but_not_from_a_blocked_one
    a_block_ends_what_came_from_there_and_nothing_else
    what_cannot_tell_one_place_from_another_is_never_known
    whoever_moves_while_waiting_confirms_the_new_place
    a_place_is_forgotten_a_year_after_its_last_use
    a_stolen_password_sets_up_no_factor_from_a_strange_place
    the_invited_are_known_where_they_accept
    the_link_does_the_second_step_by_mail_as_well
    a_stop_also_ends_what_somebody_else_let_through
    a_mail_about_one_place_confirms_no_other
    whoever_moves_after_a_place_was_confirmed_is_judged_where_they_are
    a_step_is_remembered_only_when_the_sign_in_is_through
}

fn network(address: &str) -> Network {
    Network::of(address.parse().unwrap())
}

async fn hire(server: &Server, email: &str) {
    let account = server.hire(email, Role::Employee, InstanceRole::None).await;
    server.know(account, OFFICE).await;
}

async fn status_of(server: &Server, email: &str, address: &str) -> Option<(Status, How)> {
    let owner = Owner::Account(server.account_of(email).await);
    let entry = find_entry(server.inner.state.db.reading(), owner, network(address)).await.unwrap();
    entry.map(|entry| (entry.status, entry.proof))
}

/// A browser at `address` in which Bram gave the right password, and the page that it waits at.
async fn half_way(server: &Server, address: &str) -> (Browser, String) {
    let mut browser = from(server, address);
    let place = browser.sign_in_at("/sign-in", BRAM, PASSWORD).await.location().to_owned();
    assert!(place.ends_with("/network"), "{place}");
    (browser, place)
}

fn waiting(place: &str) -> String {
    place.replace("/network", "/waiting")
}

/// The path of the link in the next mail to Bram.
async fn link(server: &Server) -> String {
    let mail = server.mailbox().wait_for(BRAM).await;
    let links = mail.links();
    let [link] = links.as_slice() else { panic!("one link: {links:?}") };
    link.strip_prefix(&server.issuer).unwrap().to_owned()
}

/// The number on the page that waits.
fn matching_number(page: &Answer) -> String {
    let shown = page.body.split("class=\"number\">").nth(1).unwrap_or_else(|| panic!("no number: {}", page.body));
    shown.split('<').next().unwrap().to_owned()
}

fn other_number(number: &str) -> &'static str {
    if number == "47" { "48" } else { "47" }
}

async fn answer(browser: &mut Browser, link: &str, fields: &[(&str, &str)]) -> Answer {
    let csrf = browser.get(link).await.field("csrf");
    let mut all = vec![("csrf", csrf.as_str())];
    all.extend(fields);
    browser.post(link, &all).await
}

async fn press(browser: &mut Browser, (page, to): (&str, &str)) -> Answer {
    let csrf = browser.get(page).await.field("csrf");
    browser.post(to, &[("csrf", &csrf)]).await
}

async fn go_on(browser: &mut Browser, place: &str) -> Answer {
    press(browser, (place, &format!("{place}/continue"))).await
}

fn mails_to(server: &Server, email: &str) -> usize {
    server.mailbox().received().iter().filter(|mail| mail.to == email).count()
}

async fn the_code_of_the_mail_confirms_a_place_once_and_for_this_person(engine: Engine) {
    let server = start(&engine).await;
    hire(&server, BRAM).await;
    hire(&server, CARLA).await;
    let (mut browser, place) = half_way(&server, HOME).await;
    let page = browser.get(&place).await;
    assert!(page.body.contains("b•••@kantoor.nl") && page.body.contains(HOME), "{}", page.body);
    assert_eq!(status_of(&server, BRAM, HOME).await, Some((Status::Waiting, How::None)));
    let right = code(&server, BRAM).await;
    let wrong = browser.fill(&place, &[("code", &other_than(&right))]).await;
    assert!(wrong.status == 422 && wrong.body.contains("That code is not right"), "{}", wrong.body);
    let shape = browser.fill(&place, &[("code", "12")]).await;
    assert!(shape.status == 422 && shape.body.contains("must be 6 numbers"), "{}", shape.body);
    let spaced = format!("{} {}", &right[..3], &right[3..]);
    let done = browser.fill(&place, &[("code", &spaced)]).await;
    assert_eq!(done.location(), "/account", "{}", done.body);
    assert_eq!(browser.get("/account").await.status, 200);
    assert_eq!(status_of(&server, BRAM, HOME).await, Some((Status::Known, How::Mail)));
    let mut next = from(&server, HOME);
    assert_eq!(next.sign_in_at("/sign-in", BRAM, PASSWORD).await.location(), "/account");
    let mut carla = from(&server, HOME);
    assert!(carla.sign_in_at("/sign-in", CARLA, PASSWORD).await.location().ends_with("/network"));
}

async fn a_place_that_nobody_confirmed_gets_nowhere(engine: Engine) {
    let server = start(&engine).await;
    hire(&server, BRAM).await;
    let mut browser = from(&server, HOME);
    let form = browser.get(&Server::authorize(&[])).await.location().to_owned();
    let place = browser.sign_in_at(&form, BRAM, PASSWORD).await.location().to_owned();
    assert!(place.ends_with("/network"), "{place}");
    let id = place.split('/').nth(2).unwrap().to_owned();
    for path in
        [format!("/authorize/{id}"), format!("/return/{id}"), format!("/sign-in/{id}/second"), format!("/enrol/{id}")]
    {
        let answer = browser.get(&path).await;
        let refused = answer.status == 303 && !answer.location().contains("code=");
        assert!(refused || answer.status >= 400, "{path}: {} {}", answer.status, answer.body);
    }
    assert_eq!(browser.get("/account").await.status, 303);
    let early = go_on(&mut browser, &place).await;
    assert!(early.status == 422 && early.body.contains("has not been confirmed yet"), "{}", early.body);
    // Nor does another browser with the path, or somebody else's account.
    let mut thief = from(&server, HOME);
    assert_eq!(thief.get(&place).await.status, 400);
    assert!(thief.get(&waiting(&place)).await.body.contains("over"));
    let right = code(&server, BRAM).await;
    assert_eq!(browser.fill(&place, &[("code", &right)]).await.location(), format!("/return/{id}"));
    let back = browser.get(&format!("/authorize/{id}")).await;
    assert!(query_of(back.location()).contains_key("code"), "the app's request came through: {}", back.location());
}

async fn the_link_confirms_from_another_device_and_signs_nobody_in_there(engine: Engine) {
    let server = start(&engine).await;
    hire(&server, BRAM).await;
    let (mut browser, place) = half_way(&server, HOME).await;
    let link = link(&server).await;
    let number = matching_number(&browser.get(&place).await);
    assert!(browser.get(&waiting(&place)).await.body.contains("\"waiting\""));
    let mut telephone = from(&server, "192.0.2.9");
    let page = telephone.get(&link).await;
    assert_eq!(page.status, 200);
    for word in ["b•••@kantoor.nl", HOME, "Which number do you see"] {
        assert!(page.body.contains(word), "{word}: {}", page.body);
    }
    assert!(!page.body.contains(&format!(">{number}<")), "the number is asked for, not told");
    assert_eq!(answer(&mut telephone, &link, &[("answer", "yes"), ("number", &number)]).await.location(), link);
    assert!(telephone.get(&link).await.body.contains("Your other screen continues by itself"));
    assert_eq!(telephone.get("/account").await.status, 303, "whoever opens the link is not signed in");
    assert!(browser.get(&waiting(&place)).await.body.contains("\"confirmed\""));
    assert_eq!(go_on(&mut browser, &place).await.location(), "/account");
    assert_eq!(status_of(&server, BRAM, HOME).await, Some((Status::Known, How::Mail)));
    assert_eq!(
        status_of(&server, BRAM, "192.0.2.9").await,
        None,
        "where the mail was read is no place to sign in from"
    );
    assert_eq!(browser.get(&place).await.status, 303);
    let again = browser.post(&format!("{place}/continue"), &[("csrf", "")]).await;
    assert_ne!(again.status, 200);
}

async fn the_number_is_there_as_long_as_the_link_works(engine: Engine) {
    let server = start(&engine).await;
    hire(&server, BRAM).await;
    let (mut browser, place) = half_way(&server, HOME).await;
    let number = matching_number(&browser.get(&place).await);
    let link = link(&server).await;
    // The code is over, the link is not.
    server.clock.advance(11 * 60);
    assert_eq!(matching_number(&browser.get(&place).await), number);
    let confirmed = answer(&mut from(&server, OFFICE), &link, &[("answer", "yes"), ("number", &number)]).await;
    assert_eq!(confirmed.location(), link);
    assert_eq!(go_on(&mut browser, &place).await.location(), "/account");
    let (mut late, place) = half_way(&server, "198.51.100.8").await;
    server.clock.advance(30 * 60);
    assert!(!late.get(&place).await.body.contains("class=\"number\">"), "nothing waits any more");
}

async fn the_link_needs_no_number_in_the_browser_that_waits(engine: Engine) {
    let server = start(&engine).await;
    hire(&server, BRAM).await;
    let (mut browser, place) = half_way(&server, HOME).await;
    let link = link(&server).await;
    let page = browser.get(&link).await;
    assert!(!page.body.contains("Which number"), "{}", page.body);
    assert_eq!(answer(&mut browser, &link, &[("answer", "yes")]).await.location(), link);
    assert_eq!(go_on(&mut browser, &place).await.location(), "/account");
    assert_eq!(browser.get(&link).await.status, 200, "what was answered is still told");
    server.clock.advance(30 * 60);
    let old = browser.get(&link).await;
    assert!(old.status == 410 && old.body.contains("works once"), "{}", old.body);
    assert_eq!(browser.get("/c/no-such-link").await.body.contains("works once"), old.body.contains("works once"));
}

async fn a_scanner_neither_uses_the_link_up_nor_confirms_with_it(engine: Engine) {
    let server = start(&engine).await;
    hire(&server, BRAM).await;
    let (mut browser, place) = half_way(&server, HOME).await;
    let link = link(&server).await;
    let mut scanner = from(&server, "192.0.2.1");
    for _ in 0..10 {
        assert_eq!(scanner.get(&link).await.status, 200);
    }
    for fields in
        [&[("answer", "yes")][..], &[("answer", "yes"), ("number", "")], &[("answer", "yes"), ("number", "x1")]]
    {
        let refused = answer(&mut scanner, &link, fields).await;
        assert!(refused.status == 422 && refused.body.contains("two digits"), "{}", refused.body);
    }
    assert_eq!(scanner.post(&link, &[("answer", "yes")]).await.status, 403, "without the token of its own form");
    assert!(browser.get(&waiting(&place)).await.body.contains("\"waiting\""));
    assert_eq!(scanner.get("/account").await.status, 303);
    let number = matching_number(&browser.get(&place).await);
    let mut telephone = from(&server, "192.0.2.9");
    assert_eq!(answer(&mut telephone, &link, &[("answer", "yes"), ("number", &number)]).await.status, 303);
    assert_eq!(go_on(&mut browser, &place).await.location(), "/account");
}

async fn a_wrong_number_ends_the_link_and_not_the_code(engine: Engine) {
    let server = start(&engine).await;
    hire(&server, BRAM).await;
    let (mut browser, place) = half_way(&server, HOME).await;
    let mail = server.mailbox().wait_for(BRAM).await;
    let link = mail.links()[0].strip_prefix(&server.issuer).unwrap().to_owned();
    let number = matching_number(&browser.get(&place).await);
    let mut telephone = from(&server, "192.0.2.9");
    let wrong = answer(&mut telephone, &link, &[("answer", "yes"), ("number", other_number(&number))]).await;
    assert!(wrong.status == 422 && wrong.body.contains("not the number on that screen"), "{}", wrong.body);
    assert_eq!(telephone.get(&link).await.status, 410);
    assert_eq!(go_on(&mut browser, &place).await.status, 422);
    let digits: String = mail.text.lines().find_map(six_digits).unwrap();
    assert_eq!(browser.fill(&place, &[("code", &digits)]).await.location(), "/account");
}

/// The digits of a line that is a code.
fn six_digits(line: &str) -> Option<String> {
    let digits: String = line.trim().chars().filter(|c| *c != ' ').collect();
    (digits.len() == 6 && digits.chars().all(|c| c.is_ascii_digit())).then_some(digits)
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

async fn a_newer_mail_ends_the_older_one(engine: Engine) {
    let server = start(&engine).await;
    hire(&server, BRAM).await;
    let (mut browser, place) = half_way(&server, HOME).await;
    let (old_code, old_link) = {
        let mail = server.mailbox().wait_for(BRAM).await;
        (
            mail.text.lines().find_map(six_digits).unwrap(),
            mail.links()[0].strip_prefix(&server.issuer).unwrap().to_owned(),
        )
    };
    let soon = press(&mut browser, (&place, &format!("{place}/send"))).await;
    assert!(soon.status == 429 && soon.body.contains("You can ask for a new code"), "{}", soon.body);
    server.clock.advance(61);
    let sent = press(&mut browser, (&place, &format!("{place}/send"))).await;
    assert_eq!(sent.location(), format!("{place}?sent=1"));
    assert!(browser.get(sent.location()).await.body.contains("A new email has been sent"));
    let mail = server.mailbox().wait_for(BRAM).await;
    let new_code = mail.text.lines().find_map(six_digits).unwrap();
    assert_eq!(browser.get(&old_link).await.status, 410);
    if old_code != new_code {
        assert_eq!(browser.fill(&place, &[("code", &old_code)]).await.status, 422);
    }
    assert_eq!(browser.fill(&place, &[("code", &new_code)]).await.location(), "/account");
}

async fn codes_are_tried_five_times_and_only_where_they_were_asked_for(engine: Engine) {
    let server = start(&engine).await;
    hire(&server, BRAM).await;
    let (mut first, place) = half_way(&server, HOME).await;
    let right = code(&server, BRAM).await;
    let (mut second, other) = half_way(&server, "192.0.2.77").await;
    let its_own = code(&server, BRAM).await;
    if right != its_own {
        assert_eq!(second.fill(&other, &[("code", &right)]).await.status, 422, "the code of another sign-in");
    }
    for _ in 0..5 {
        assert_eq!(first.fill(&place, &[("code", &other_than(&right))]).await.status, 422);
    }
    let csrf = first.get(&place).await.field("csrf");
    let sixth = first.post(&place, &[("csrf", &csrf), ("code", &right)]).await;
    assert!(sixth.status == 422 && sixth.body.contains("wrong five times"), "{}", sixth.body);
    server.clock.advance(10 * 60);
    let csrf = second.get(&other).await.field("csrf");
    assert_eq!(second.post(&other, &[("csrf", &csrf), ("code", &its_own)]).await.status, 422, "ten minutes are over");
}

async fn an_administrator_confirms_where_nobody_else_may(engine: Engine) {
    let server = start(&engine).await;
    hire(&server, BRAM).await;
    server.rule(Policy { new_networks: NewNetworks::AdministratorOnly, ..Policy::default() }).await;
    let (mut browser, place) = half_way(&server, HOME).await;
    let page = browser.get(&place).await;
    assert!(
        page.body.contains("must validate this IP address") && !page.body.contains("name=\"code\""),
        "{}",
        page.body
    );
    let told = server.mailbox().wait_for("anna@kantoor.nl").await;
    assert!(told.text.contains(HOME) && told.text.contains(BRAM) && told.links().is_empty(), "{}", told.text);
    assert_eq!(mails_to(&server, BRAM), 0, "the mailbox has no say here");
    assert_eq!(go_on(&mut browser, &place).await.status, 422);
    let state = &server.inner.state;
    let mut writer = state.db.writing().await.unwrap();
    let seen = Seen { network: network(HOME), user_agent: None, at: state.now() };
    let bram = Owner::Account(server.account_of(BRAM).await);
    know_network(&mut writer, bram, &seen, How::Administrator, Some(server.account)).await.unwrap();
    writer.commit().await.unwrap();
    assert!(browser.get(&waiting(&place)).await.body.contains("\"confirmed\""));
    assert!(browser.get(&place).await.body.contains("This IP address is confirmed"));
    assert_eq!(go_on(&mut browser, &place).await.location(), "/account");
}

async fn an_administrator_may_be_asked_everywhere_but_not_all_the_time(engine: Engine) {
    let server = start(&engine).await;
    hire(&server, BRAM).await;
    let (mut browser, place) = half_way(&server, HOME).await;
    for _ in 0..3 {
        let asked = press(&mut browser, (&place, &format!("{place}/ask"))).await;
        assert_eq!(asked.location(), format!("{place}?asked=1"));
    }
    assert!(browser.get(&format!("{place}?asked=1")).await.body.contains("have been told"));
    let fourth = press(&mut browser, (&place, &format!("{place}/ask"))).await;
    assert!(fourth.status == 429 && fourth.body.contains("Give them some time"), "{}", fourth.body);
}

async fn new_places_join_by_themselves_for_whoever_chose_that_unless_a_rule_says_otherwise(engine: Engine) {
    let server = start(&engine).await;
    hire(&server, BRAM).await;
    let state = &server.inner.state;
    let mut writer = state.db.writing().await.unwrap();
    set_validates_networks(&mut writer, server.account_of(BRAM).await, true).await.unwrap();
    writer.commit().await.unwrap();
    let mut browser = from(&server, HOME);
    assert_eq!(browser.sign_in_at("/sign-in", BRAM, PASSWORD).await.location(), "/account");
    assert_eq!(status_of(&server, BRAM, HOME).await, Some((Status::Known, How::Automatic)));
    let mail = server.mailbox().wait_for(BRAM).await;
    assert!(mail.text.contains("new IP address") && mail.links().is_empty(), "{}", mail.text);
    assert_eq!(from(&server, HOME).sign_in_at("/sign-in", BRAM, PASSWORD).await.location(), "/account");
    assert_eq!(mails_to(&server, BRAM), 1, "a place joins once");
    for rule in [NewNetworks::ConfirmByMail, NewNetworks::AdministratorOnly] {
        server.rule(Policy { new_networks: rule, ..Policy::default() }).await;
        let answer = from(&server, "192.0.2.55").sign_in_at("/sign-in", BRAM, PASSWORD).await;
        assert!(answer.location().ends_with("/network"), "{rule:?}");
        assert_eq!(browser.get("/account").await.status, 200, "the rule is about new places");
    }
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

async fn what_cannot_tell_one_place_from_another_is_never_known(engine: Engine) {
    let server = start(&engine).await;
    hire(&server, BRAM).await;
    for address in ["10.1.2.3", "127.0.0.9", "not an address", "fd00::7"] {
        let (mut browser, place) = half_way(&server, address).await;
        let right = code(&server, BRAM).await;
        assert_eq!(browser.fill(&place, &[("code", &right)]).await.location(), "/account", "{address}");
        assert_eq!(browser.get("/account").await.status, 200, "{address}");
        half_way(&server, address).await;
        code(&server, BRAM).await;
        if let Ok(address) = address.parse::<std::net::IpAddr>() {
            assert_eq!(status_of(&server, BRAM, &address.to_string()).await, None);
        }
        server.clock.advance(3600);
    }
    server.rule(Policy { new_networks: NewNetworks::AdministratorOnly, ..Policy::default() }).await;
    let (mut browser, place) = half_way(&server, "10.1.2.3").await;
    let page = browser.get(&place).await;
    assert!(
        page.body.contains("nobody can validate it") && !page.body.contains("<button class=\"wide\""),
        "{}",
        page.body
    );
}

async fn whoever_moves_while_waiting_confirms_the_new_place(engine: Engine) {
    let server = start(&engine).await;
    hire(&server, BRAM).await;
    let (mut browser, place) = half_way(&server, HOME).await;
    let old = code(&server, BRAM).await;
    server.clock.advance(61);
    browser.headers.clear();
    browser.headers.push(("x-forwarded-for", "192.0.2.200".to_owned()));
    assert!(browser.get(&place).await.body.contains("Your IP address changed"));
    let moved = browser.fill(&place, &[("code", &old)]).await;
    assert!(moved.status == 409 && moved.body.contains("Your IP address changed"), "{} {}", moved.status, moved.body);
    let new = code(&server, BRAM).await;
    assert_eq!(browser.fill(&place, &[("code", &new)]).await.location(), "/account");
    assert_eq!(status_of(&server, BRAM, "192.0.2.200").await, Some((Status::Known, How::Mail)));
    assert_eq!(status_of(&server, BRAM, HOME).await, Some((Status::Waiting, How::None)));
}

async fn a_place_is_forgotten_a_year_after_its_last_use(engine: Engine) {
    let server = start(&engine).await;
    hire(&server, BRAM).await;
    server.clock.advance(300 * 86_400);
    assert_eq!(from(&server, OFFICE).sign_in_at("/sign-in", BRAM, PASSWORD).await.location(), "/account");
    server.clock.advance(364 * 86_400);
    assert_eq!(from(&server, OFFICE).sign_in_at("/sign-in", BRAM, PASSWORD).await.location(), "/account");
    server.clock.advance(365 * 86_400);
    half_way(&server, OFFICE).await;
}

async fn a_stolen_password_sets_up_no_factor_from_a_strange_place(engine: Engine) {
    let server = start(&engine).await;
    hire(&server, BRAM).await;
    let from_now = Demand::Required { from: Timestamp::from_millis(0) };
    server.rule(Policy { second_factor: from_now, ..Policy::default() }).await;
    let (mut thief, place) = half_way(&server, HOME).await;
    let id = place.split('/').nth(2).unwrap();
    for kind in ["", "/totp", "/email", "/passkey"] {
        let answer = thief.get(&format!("/enrol/{id}{kind}")).await;
        assert_eq!((answer.status, answer.location()), (303, place.as_str()), "{kind}");
    }
    let csrf = thief.get(&place).await.field("csrf");
    let posted = thief.post(&format!("/enrol/{id}/totp"), &[("csrf", &csrf), ("code", "123456")]).await;
    assert_eq!(posted.location(), place);
    let factors = list_factors(server.inner.state.db.reading(), server.account_of(BRAM).await).await.unwrap();
    assert!(factors.is_empty());
    // At the office the same password leads to the set-up at once.
    let mut owner = from(&server, OFFICE);
    assert!(owner.sign_in_at("/sign-in", BRAM, PASSWORD).await.location().starts_with("/enrol/"));
}

async fn the_invited_are_known_where_they_accept(engine: Engine) {
    let server = start(&engine).await;
    let path = crate::invitations::invited(&server).await;
    server.mailbox().wait_for("gijs@kantoor.nl").await;
    let mut browser = from(&server, HOME);
    assert_eq!(browser.fill(&path, &[("password", PASSWORD)]).await.location(), "/account");
    assert_eq!(status_of(&server, "gijs@kantoor.nl", HOME).await, Some((Status::Known, How::Invitation)));
    assert_eq!(mails_to(&server, "gijs@kantoor.nl"), 1);
}

async fn the_link_does_the_second_step_by_mail_as_well(engine: Engine) {
    let server = start(&engine).await;
    hire(&server, BRAM).await;
    let mut browser = from(&server, OFFICE);
    browser.sign_in_at("/sign-in", BRAM, PASSWORD).await;
    crate::support::codes::enrol_mail(&server, &mut browser, BRAM).await;
    server.clock.advance(61);
    let mut browser = from(&server, HOME);
    let asked = browser.sign_in_at("/sign-in", BRAM, PASSWORD).await.location().to_owned();
    let step = browser.get(&asked).await.location().to_owned();
    assert!(step.ends_with("/second/email"), "{step}");
    assert_eq!(press(&mut browser, (&step, &format!("{step}/send"))).await.location(), step);
    let link = link(&server).await;
    let early = press(&mut browser, (&step, &format!("{step}/continue"))).await;
    assert!(early.status == 422 && early.body.contains("has not been confirmed yet"), "{}", early.body);
    let number = matching_number(&browser.get(&step).await);
    let mut telephone = from(&server, "192.0.2.9");
    assert!(telephone.get(&link).await.body.contains("Yes, this is me"));
    assert_eq!(answer(&mut telephone, &link, &[("answer", "yes"), ("number", &number)]).await.status, 303);
    let done = press(&mut browser, (&step, &format!("{step}/continue"))).await;
    assert_eq!(done.location(), "/account", "the same mailbox is not asked twice: {}", done.body);
    assert_eq!(status_of(&server, BRAM, HOME).await, Some((Status::Known, How::Mail)));
    let kinds = list_factors(server.inner.state.db.reading(), server.account_of(BRAM).await).await.unwrap();
    assert!(kinds.iter().any(|factor| factor.kind == FactorKind::Email && factor.last_used_at.is_some()));
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

async fn a_mail_about_one_place_confirms_no_other(engine: Engine) {
    let server = start(&engine).await;
    hire(&server, BRAM).await;
    let (mut browser, place) = half_way(&server, HOME).await;
    let about_home = code(&server, BRAM).await;
    browser.headers.clear();
    browser.headers.push(("x-forwarded-for", "192.0.2.200".to_owned()));
    // A mail about the new place is not sent yet: the last one went out a moment ago.
    let moved = browser.fill(&place, &[("code", &about_home)]).await;
    assert!(moved.status == 409 && moved.body.contains("Your IP address changed"), "{}", moved.body);
    let csrf = browser.get(&place).await.field("csrf");
    let typed = browser.post(&place, &[("csrf", &csrf), ("code", &about_home)]).await;
    assert_eq!(typed.status, 422, "{}", typed.body);
    assert_eq!(status_of(&server, BRAM, "192.0.2.200").await, Some((Status::Waiting, How::None)));
}

async fn a_step_is_remembered_only_when_the_sign_in_is_through(engine: Engine) {
    let server = start(&engine).await;
    hire(&server, BRAM).await;
    let mut browser = from(&server, OFFICE);
    browser.sign_in_at("/sign-in", BRAM, PASSWORD).await;
    let (app, _) = browser.connect_app(&server, "account").await;
    server.mailbox().wait_for(BRAM).await;
    server.clock.advance(60);
    let devices = async || {
        let state = &server.inner.state;
        list_devices(state.db.reading(), server.account_of(BRAM).await, state.now()).await.unwrap().len()
    };
    let mut browser = from(&server, HOME);
    let asked = browser.sign_in_at("/sign-in", BRAM, PASSWORD).await.location().to_owned();
    let step = browser.get(&asked).await.location().to_owned();
    let waits = browser.fill(&step, &[("code", &app.code(&server, 0)), ("remember", "yes")]).await;
    assert!(waits.location().ends_with("/network"), "{}", waits.location());
    assert!(!waits.headers.get_all("set-cookie").iter().any(|line| line.to_str().unwrap().contains("remembered")));
    assert_eq!(devices().await, 0, "nothing is remembered for whoever does not get in");
    let right = code(&server, BRAM).await;
    let done = browser.fill(waits.location(), &[("code", &right)]).await;
    assert_eq!(done.location(), "/account", "{}", done.body);
    assert!(done.headers.get_all("set-cookie").iter().any(|line| line.to_str().unwrap().contains("remembered")));
    assert_eq!(devices().await, 1, "the tick of before counts now");
}

async fn whoever_moves_after_a_place_was_confirmed_is_judged_where_they_are(engine: Engine) {
    let server = start(&engine).await;
    hire(&server, BRAM).await;
    for (new, known) in [("192.0.2.200", false), (OFFICE, true)] {
        let (mut browser, place) = half_way(&server, "192.0.2.14").await;
        code(&server, BRAM).await;
        server.know(server.account_of(BRAM).await, "192.0.2.14").await;
        assert!(browser.get(&place).await.body.contains("This IP address is confirmed"));
        server.clock.advance(61);
        browser.headers.clear();
        browser.headers.push(("x-forwarded-for", new.to_owned()));
        let moved = go_on(&mut browser, &place).await;
        if known {
            assert_eq!(moved.location(), place);
            assert_eq!(go_on(&mut browser, &place).await.location(), "/account");
        } else {
            assert!(moved.status == 409 && moved.body.contains("Your IP address changed"), "{}", moved.body);
            let right = code(&server, BRAM).await;
            assert_eq!(browser.fill(&place, &[("code", &right)]).await.location(), "/account");
            let state = &server.inner.state;
            let mut writer = state.db.writing().await.unwrap();
            let bram = Owner::Account(server.account_of(BRAM).await);
            assert!(remove_network(&mut writer, bram, network("192.0.2.14"), Status::Known).await.unwrap());
            writer.commit().await.unwrap();
        }
    }
}
