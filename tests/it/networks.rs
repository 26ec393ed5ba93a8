//! The ledger as its owner (A5) and the administrators (O4) look after it.

use countersign::domain::Policy;
use countersign::domain::ids::{AccountId, MembershipId, OrganisationId};
use countersign::domain::network::Network;
use countersign::domain::policy::NewNetworks;
use countersign::features::accounts::{Account, InstanceRole, add_account, find_account};
use countersign::features::networks::{How, Owner, Status, find_entry};
use countersign::features::organisations::{Organisation, Role, add_membership, add_organisation};

use crate::support::codes::{BRAM, CARLA};
use crate::support::places::{HOME, OFFICE, from, start};
use crate::support::{Answer, Browser, Engine, PASSWORD, Server, on_both_engines};

on_both_engines! {
    somebody_looks_after_their_own_ip_addresses
    the_address_that_somebody_is_on_is_blocked_only_after_a_warning
    a_rule_takes_the_choice_away
    an_administrator_validates_and_the_page_that_waits_goes_on
    an_administrator_blocks_for_one_and_for_all
    everybody_is_known_at_an_office
    other_offices_and_employees_change_nothing
    changes_need_a_recent_sign_in_and_our_own_form
    two_nodes_share_the_ledger
}

const OWN: &str = "/account/ip-addresses";
const ALL: &str = "/organisation/ip-addresses";
const ANNA: &str = "anna@kantoor.nl";

async fn hire(server: &Server, email: &str) -> AccountId {
    let account = server.hire(email, Role::Employee, InstanceRole::None).await;
    server.know(account, OFFICE).await;
    account
}

async fn signed_in(server: &Server, email: &str, address: &str) -> Browser {
    let mut browser = from(server, address);
    let done = browser.sign_in_at("/sign-in", email, PASSWORD).await;
    assert_eq!(done.location(), "/account", "{}", done.body);
    browser
}

/// Anna, who administrates, at the office.
async fn administrator(server: &Server) -> Browser {
    server.know(server.account, OFFICE).await;
    signed_in(server, ANNA, OFFICE).await
}

async fn act(browser: &mut Browser, page: &str, fields: &[(&str, &str)]) -> Answer {
    let csrf = browser.get(page).await.field("csrf");
    let mut all = vec![("csrf", csrf.as_str())];
    all.extend(fields);
    browser.post(page, &all).await
}

async fn status(server: &Server, owner: Owner, address: &str) -> Option<(Status, How)> {
    let network = Network::of(address.parse().unwrap());
    let entry = find_entry(server.inner.state.db.reading(), owner, network).await.unwrap();
    entry.map(|entry| (entry.status, entry.proof))
}

async fn half_way(server: &Server, email: &str, address: &str) -> (Browser, String) {
    let mut browser = from(server, address);
    let place = browser.sign_in_at("/sign-in", email, PASSWORD).await.location().to_owned();
    assert!(place.ends_with("/network"), "{place}");
    (browser, place)
}

async fn somebody_looks_after_their_own_ip_addresses(engine: Engine) {
    let server = start(&engine).await;
    let bram = Owner::Account(hire(&server, BRAM).await);
    half_way(&server, BRAM, HOME).await;
    let mut browser = signed_in(&server, BRAM, OFFICE).await;
    let page = browser.get(OWN).await;
    for word in [OFFICE, HOME, "You are here now", "Waiting", "Allowed"] {
        assert!(page.body.contains(word), "{word}: {}", page.body);
    }
    let done = act(&mut browser, OWN, &[("act", "validate"), ("network", HOME)]).await;
    assert_eq!(done.location(), "/account/ip-addresses?done=validate");
    assert!(browser.get(done.location()).await.body.contains("is allowed now"));
    assert_eq!(status(&server, bram, HOME).await, Some((Status::Known, How::Owner)));
    let mut home = signed_in(&server, BRAM, HOME).await;
    let asked = act(&mut browser, OWN, &[("act", "block"), ("network", HOME)]).await;
    assert!(asked.status == 200 && asked.body.contains(&format!("Block {HOME}?")), "{}", asked.body);
    assert!(!asked.body.contains("yourself now"));
    assert_eq!(home.get("/account").await.status, 200, "nothing happened yet");
    let done = act(&mut browser, OWN, &[("act", "block"), ("network", HOME), ("sure", "yes")]).await;
    assert_eq!(done.status, 303);
    assert_eq!((home.get("/account").await.status, browser.get("/account").await.status), (303, 200));
    let done = act(&mut browser, OWN, &[("act", "remove"), ("network", HOME)]).await;
    assert!(browser.get(done.location()).await.body.contains("was removed"));
    assert_eq!(status(&server, bram, HOME).await, None);
    half_way(&server, BRAM, HOME).await;
    // New ones join by themselves once that is chosen.
    let csrf = browser.get(OWN).await.field("csrf");
    assert_eq!(
        browser.post("/account/ip-addresses/automatic", &[("csrf", &csrf), ("automatic", "yes")]).await.status,
        303
    );
    assert!(browser.get(OWN).await.body.contains("This is on."));
    signed_in(&server, BRAM, "192.0.2.31").await;
    let csrf = browser.get(OWN).await.field("csrf");
    browser.post("/account/ip-addresses/automatic", &[("csrf", &csrf), ("automatic", "no")]).await;
    half_way(&server, BRAM, "192.0.2.32").await;
    for wrong in ["", "x", "192.0.2.99", "203.0.113.24/32"] {
        let done = act(&mut browser, OWN, &[("act", "validate"), ("network", wrong)]).await;
        assert_eq!(done.location(), OWN, "{wrong:?}");
    }
}

async fn the_address_that_somebody_is_on_is_blocked_only_after_a_warning(engine: Engine) {
    let server = start(&engine).await;
    hire(&server, BRAM).await;
    let mut browser = signed_in(&server, BRAM, OFFICE).await;
    let asked = act(&mut browser, OWN, &[("act", "block"), ("network", OFFICE)]).await;
    assert!(asked.body.contains("You are on this IP address yourself now"), "{}", asked.body);
    assert_eq!(browser.get("/account").await.status, 200);
    act(&mut browser, OWN, &[("act", "block"), ("network", OFFICE), ("sure", "yes")]).await;
    assert_eq!(browser.get("/account").await.status, 303);
    let refused = browser.sign_in_at("/sign-in", BRAM, PASSWORD).await;
    assert!(refused.location().ends_with("/blocked"), "{}", refused.location());
}

async fn a_rule_takes_the_choice_away(engine: Engine) {
    let server = start(&engine).await;
    let bram = Owner::Account(hire(&server, BRAM).await);
    let mut browser = signed_in(&server, BRAM, OFFICE).await;
    let csrf = browser.get(OWN).await.field("csrf");
    browser.post("/account/ip-addresses/automatic", &[("csrf", &csrf), ("automatic", "yes")]).await;
    server.rule(Policy { new_networks: NewNetworks::AdministratorOnly, ..Policy::default() }).await;
    half_way(&server, BRAM, HOME).await;
    let page = browser.get(OWN).await;
    assert!(page.body.contains("switched off by Kantoor De Vries"), "{}", page.body);
    assert!(page.body.contains("lets only administrators validate"), "{}", page.body);
    let done = act(&mut browser, OWN, &[("act", "validate"), ("network", HOME)]).await;
    assert_eq!(done.location(), OWN);
    assert_eq!(status(&server, bram, HOME).await, Some((Status::Waiting, How::None)));
    let csrf = browser.get(OWN).await.field("csrf");
    browser.post("/account/ip-addresses/automatic", &[("csrf", &csrf), ("automatic", "no")]).await;
    // The choice of before comes back when the rule goes.
    server.rule(Policy::default()).await;
    assert!(browser.get(OWN).await.body.contains("This is on."));
}

async fn an_administrator_validates_and_the_page_that_waits_goes_on(engine: Engine) {
    let server = start(&engine).await;
    let bram = hire(&server, BRAM).await;
    server.rule(Policy { new_networks: NewNetworks::AdministratorOnly, ..Policy::default() }).await;
    let mut anna = administrator(&server).await;
    let (mut browser, place) = half_way(&server, BRAM, HOME).await;
    let page = anna.get(ALL).await;
    let row = page.body.split("<tr role=\"row\">").nth(2).unwrap();
    assert!(
        row.contains("bram@kantoor.nl") && row.contains(HOME) && row.contains("Waiting"),
        "what waits is first: {row}"
    );
    let id = bram.to_string();
    let done = act(&mut anna, ALL, &[("act", "validate"), ("network", HOME), ("account", &id)]).await;
    assert_eq!(done.location(), "/organisation/ip-addresses?done=validate");
    let waits = browser.get(&place.replace("/network", "/waiting")).await;
    assert!(waits.body.contains("confirmed"), "{}", waits.body);
    let csrf = browser.get(&place).await.field("csrf");
    assert_eq!(browser.post(&format!("{place}/continue"), &[("csrf", &csrf)]).await.location(), "/account");
    assert_eq!(status(&server, Owner::Account(bram), HOME).await, Some((Status::Known, How::Administrator)));
    let mail = server.mailbox().wait_for(BRAM).await;
    assert!(mail.text.contains("Anna de Vries validated") && !mail.text.contains(OFFICE), "{}", mail.text);
}

async fn an_administrator_blocks_for_one_and_for_all(engine: Engine) {
    let server = start(&engine).await;
    let bram = hire(&server, BRAM).await;
    let carla = hire(&server, CARLA).await;
    for account in [bram, carla] {
        server.know(account, HOME).await;
    }
    let mut anna = administrator(&server).await;
    let mut bram_home = signed_in(&server, BRAM, HOME).await;
    let mut carla_home = signed_in(&server, CARLA, HOME).await;
    let id = bram.to_string();
    let asked = act(&mut anna, ALL, &[("act", "block"), ("network", HOME), ("account", &id)]).await;
    assert!(asked.status == 200 && asked.body.contains("Signed in from there now"), "{}", asked.body);
    act(&mut anna, ALL, &[("act", "block"), ("network", HOME), ("account", &id), ("sure", "yes")]).await;
    assert_eq!((bram_home.get("/account").await.status, carla_home.get("/account").await.status), (303, 200));
    let told = server.mailbox().wait_for(BRAM).await;
    assert!(told.text.contains("blocked the IP address"), "{}", told.text);

    let asked = act(&mut anna, ALL, &[("act", "block_for_all"), ("network", HOME)]).await;
    assert!(asked.body.contains("Person carla") && !asked.body.contains("yourself now"), "{}", asked.body);
    act(&mut anna, ALL, &[("act", "block_for_all"), ("network", HOME), ("sure", "yes")]).await;
    assert_eq!(carla_home.get("/account").await.status, 303);
    assert!(carla_home.sign_in_at("/sign-in", CARLA, PASSWORD).await.location().ends_with("/blocked"));
    assert!(anna.get(ALL).await.body.contains("Blocked for everybody"));
    // Taking it off the organisation's list leaves the block of one person.
    act(&mut anna, ALL, &[("act", "release"), ("network", HOME)]).await;
    assert_eq!(carla_home.sign_in_at("/sign-in", CARLA, PASSWORD).await.location(), "/account");
    assert!(bram_home.sign_in_at("/sign-in", BRAM, PASSWORD).await.location().ends_with("/blocked"));
    let here = act(&mut anna, ALL, &[("act", "block_for_all"), ("network", OFFICE)]).await;
    assert!(here.body.contains("You are on this IP address yourself now"), "{}", here.body);
}

async fn everybody_is_known_at_an_office(engine: Engine) {
    let server = start(&engine).await;
    let people = [hire(&server, BRAM).await, hire(&server, CARLA).await];
    let mut anna = administrator(&server).await;
    server.rule(Policy { new_networks: NewNetworks::AdministratorOnly, ..Policy::default() }).await;
    half_way(&server, BRAM, HOME).await;
    for (typed, problem) in
        [("10.1.2.3", "private"), ("not an address", "not an IP address"), ("", "not an IP address")]
    {
        let refused = act(&mut anna, ALL, &[("act", "office"), ("network", typed)]).await;
        assert!(refused.status == 422 && refused.body.contains(problem), "{typed}: {}", refused.body);
    }
    let asked = act(&mut anna, ALL, &[("act", "office"), ("network", HOME)]).await;
    assert!(asked.status == 200 && asked.body.contains("Do this only for an address that nobody else uses"));
    half_way(&server, BRAM, HOME).await;
    act(&mut anna, ALL, &[("act", "office"), ("network", HOME), ("sure", "yes")]).await;
    for email in [BRAM, CARLA] {
        signed_in(&server, email, HOME).await;
    }
    // Three people, half of all, make a suggestion.
    for account in people.into_iter().chain([server.account]) {
        server.know(account, "192.0.2.80").await;
    }
    let page = anna.get(ALL).await;
    assert!(page.body.contains("<code>192.0.2.80</code> is confirmed by 3 of your 3 people"), "{}", page.body);
    // A person's own block wins over the office.
    let mut bram = signed_in(&server, BRAM, OFFICE).await;
    half_way_is_not_needed(&server, &mut bram).await;
}

/// Bram blocks the office address for himself.
async fn half_way_is_not_needed(server: &Server, bram: &mut Browser) {
    server.know(server.account_of(BRAM).await, HOME).await;
    act(bram, OWN, &[("act", "block"), ("network", HOME), ("sure", "yes")]).await;
    let refused = from(server, HOME).sign_in_at("/sign-in", BRAM, PASSWORD).await;
    assert!(refused.location().ends_with("/blocked"), "{}", refused.location());
}

async fn other_offices_and_employees_change_nothing(engine: Engine) {
    let server = start(&engine).await;
    let bram = hire(&server, BRAM).await;
    half_way(&server, BRAM, HOME).await;
    let state = &server.inner.state;
    let (now, random) = (state.now(), state.random.as_ref());
    let other = OrganisationId::new(now, random);
    let account = find_account(state.db.reading(), bram).await.unwrap().unwrap();
    let eva = Account {
        id: AccountId::new(now, random),
        email: "eva@ander.nl".parse().unwrap(),
        home_organisation_id: other,
        ..account
    };
    let mut writer = state.db.writing().await.unwrap();
    let organisation = Organisation {
        id: other,
        name: "Ander kantoor".to_owned(),
        created_at: now,
        policy: Policy::default(),
        disabled_at: None,
    };
    add_organisation(&mut writer, &organisation).await.unwrap();
    add_account(&mut writer, &eva).await.unwrap();
    let place = MembershipId::new(now, random);
    add_membership(&mut writer, place, (other, eva.id), Role::Administrator, Vec::new(), now).await.unwrap();
    writer.commit().await.unwrap();
    let mut anna = administrator(&server).await;
    let before = status(&server, Owner::Account(bram), HOME).await;
    for (act_word, id) in
        [("validate", eva.id.to_string()), ("block", eva.id.to_string()), ("validate", "acc_x".to_owned())]
    {
        let done =
            act(&mut anna, ALL, &[("act", act_word), ("network", HOME), ("account", &id), ("sure", "yes")]).await;
        assert_eq!(done.location(), ALL);
    }
    assert_eq!(status(&server, Owner::Account(eva.id), HOME).await, None);
    let mut employee = signed_in(&server, BRAM, OFFICE).await;
    assert_eq!(employee.get(ALL).await.status, 404);
    let csrf = employee.get(OWN).await.field("csrf");
    for act_word in ["validate", "office", "block_for_all"] {
        let fields = [("csrf", csrf.as_str()), ("act", act_word), ("network", HOME), ("sure", "yes")];
        assert_eq!(employee.post(ALL, &fields).await.status, 404);
        let own = employee.post(OWN, &fields).await;
        assert_eq!(own.status, 303, "{act_word}");
    }
    assert_ne!(
        status(&server, Owner::Organisation(server.organisation), HOME).await,
        Some((Status::Known, How::Owner))
    );
    assert_eq!(status(&server, Owner::Organisation(server.organisation), HOME).await, None);
    assert_eq!(before, Some((Status::Waiting, How::None)));
    let mut guest = from(&server, HOME);
    assert_eq!((guest.get(OWN).await.status, guest.get(ALL).await.status), (303, 303));
}

async fn changes_need_a_recent_sign_in_and_our_own_form(engine: Engine) {
    let server = start(&engine).await;
    let bram = hire(&server, BRAM).await;
    half_way(&server, BRAM, HOME).await;
    let mut anna = administrator(&server).await;
    let csrf = anna.get(ALL).await.field("csrf");
    let id = bram.to_string();
    let fields = [("csrf", csrf.as_str()), ("act", "validate"), ("network", HOME), ("account", &id)];
    assert_eq!(anna.post(ALL, &fields[1..]).await.status, 403);
    let elsewhere = anna.post_with(ALL, &[("sec-fetch-site", "cross-site")], &fields).await;
    assert_eq!(elsewhere.status, 403);
    server.clock.advance(6 * 60);
    let stale = anna.post(ALL, &fields).await;
    assert!(stale.location().starts_with("/confirm"), "{}", stale.location());
    assert_eq!(anna.get(ALL).await.status, 200, "looking needs none");
    assert_eq!(status(&server, Owner::Account(bram), HOME).await, Some((Status::Waiting, How::None)));
}

async fn two_nodes_share_the_ledger(engine: Engine) {
    let server = start(&engine).await;
    let bram = hire(&server, BRAM).await;
    if engine.url.starts_with("sqlite") {
        return;
    }
    let other = start(&engine).await;
    let (mut browser, place) = half_way(&server, BRAM, HOME).await;
    other.know(bram, HOME).await;
    assert!(browser.get(&place.replace("/network", "/waiting")).await.body.contains("confirmed"));
    let csrf = browser.get(&place).await.field("csrf");
    assert_eq!(browser.post(&format!("{place}/continue"), &[("csrf", &csrf)]).await.location(), "/account");
    other.know(other.account, OFFICE).await;
    let mut anna = signed_in(&other, ANNA, OFFICE).await;
    let id = bram.to_string();
    act(&mut anna, ALL, &[("act", "block"), ("network", HOME), ("account", &id), ("sure", "yes")]).await;
    assert_eq!(browser.get("/account").await.status, 303, "ended on the node that opened it");
}
