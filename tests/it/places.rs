//! Sign-ins from places that nobody confirmed yet (H9, H10, H12), and what a thief makes of them.

mod administrators;
mod blocks;
mod links;

use countersign::domain::network::Network;
use countersign::domain::policy::{Demand, NewNetworks};
use countersign::domain::{Policy, Timestamp};
use countersign::features::accounts::{InstanceRole, set_validates_networks};
use countersign::features::factors::{list_devices, list_factors};
use countersign::features::networks::{How, Owner, Status, find_entry, remove_network};
use countersign::features::organisations::Role;

use crate::support::codes::{BRAM, CARLA, code, other_than};
use crate::support::places::{HOME, OFFICE, from, start};
use crate::support::{Answer, Browser, Engine, PASSWORD, Server, on_both_engines, query_of};

on_both_engines! {
    the_code_of_the_mail_confirms_a_place_once_and_for_this_person
    a_place_that_nobody_confirmed_gets_nowhere
    a_newer_mail_ends_the_older_one
    codes_are_tried_five_times_and_only_where_they_were_asked_for
    new_places_join_by_themselves_for_whoever_chose_that_unless_a_rule_says_otherwise
    what_cannot_tell_one_place_from_another_is_never_known
    whoever_moves_while_waiting_confirms_the_new_place
    a_place_is_forgotten_a_year_after_its_last_use
    a_stolen_password_sets_up_no_factor_from_a_strange_place
    the_invited_are_known_where_they_accept
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

/// The digits of a line that is a code.
fn six_digits(line: &str) -> Option<String> {
    let digits: String = line.trim().chars().filter(|c| *c != ' ').collect();
    (digits.len() == 6 && digits.chars().all(|c| c.is_ascii_digit())).then_some(digits)
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
