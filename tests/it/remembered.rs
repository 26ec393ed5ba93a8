//! Browsers in which the second step is remembered.

use countersign::domain::Policy;
use countersign::domain::ids::{MembershipId, OrganisationId};
use countersign::domain::policy::Remembering;
use countersign::features::accounts::InstanceRole;
use countersign::features::factors::{list_devices, list_factors};
use countersign::features::organisations::{Role, add_membership, add_organisation, find_organisation};

use crate::support::places::{HOME, OFFICE, from, start};
use crate::support::{AuthenticatorApp, Browser, Engine, PASSWORD, Server, on_both_engines};
use crate::two_factor::CHANGED;

on_both_engines! {
    a_remembered_browser_is_not_asked_from_the_same_network
    another_network_or_another_browser_is_asked
    thirty_days_end_and_do_not_slide
    a_veto_ends_it_at_once_and_for_good
    a_change_of_password_or_factor_ends_it
    a_factor_that_is_added_or_removed_ends_it
    administrators_are_asked_every_time
    whoever_becomes_an_administrator_is_asked_again
    nobody_from_an_unknown_place_is_offered_it
    something_that_matters_is_confirmed_with_the_second_step
    it_can_be_forgotten
    it_can_be_forgotten_one_by_one_and_only_by_its_owner
}

const BRAM: &str = "bram@kantoor.nl";
/// Adds somebody who is known at the office and at home.
async fn hire(server: &Server, email: &str, role: Role) {
    let account = server.hire(email, role, InstanceRole::None).await;
    for place in [OFFICE, HOME] {
        server.know(account, place).await;
    }
}

pub(crate) async fn with_app(server: &Server, email: &str, role: Role) -> AuthenticatorApp {
    hire(server, email, role).await;
    let mut browser = from(server, OFFICE);
    browser.sign_in_at("/sign-in", email, PASSWORD).await;
    let (app, _) = browser.connect_app(server, "account").await;
    server.clock.advance(60);
    app
}

/// Signs in with password and code, and ticks the thirty days.
pub(crate) async fn tick(server: &Server, app: &AuthenticatorApp, email: &str) -> Browser {
    let mut browser = from(server, OFFICE);
    let asked = browser.sign_in_at("/sign-in", email, PASSWORD).await.location().to_owned();
    let step = browser.get(&asked).await.location().to_owned();
    assert!(browser.get(&step).await.body.contains("Do not ask again for 30 days"));
    let done = browser.fill(&step, &[("code", &app.code(server, 0)), ("remember", "yes")]).await;
    assert_eq!(done.location(), "/account", "{}", done.body);
    let cookie = done.headers.get_all("set-cookie").iter().map(|line| line.to_str().unwrap().to_owned());
    let cookie = cookie.into_iter().find(|line| line.contains("remembered")).unwrap();
    assert!(cookie.contains("Max-Age=2592000") && cookie.contains("HttpOnly"), "{cookie}");
    server.clock.advance(60);
    browser
}

/// Signs in again in the same browser, after its session ended. Says whether the second step was asked.
async fn is_asked(browser: &mut Browser, email: &str) -> bool {
    browser.cookies.retain(|name, _| !name.contains("session"));
    let answer = browser.sign_in_at("/sign-in", email, PASSWORD).await;
    answer.location() != "/account"
}

fn moved(browser: &Browser, server: &Server, address: &str) -> Browser {
    let mut other = from(server, address);
    other.cookies.clone_from(&browser.cookies);
    other.cookies.retain(|name, _| !name.contains("session"));
    other
}

async fn a_remembered_browser_is_not_asked_from_the_same_network(engine: Engine) {
    let server = start(&engine).await;
    let app = with_app(&server, BRAM, Role::Employee).await;
    let mut browser = tick(&server, &app, BRAM).await;
    assert!(!is_asked(&mut browser, BRAM).await);
    let page = browser.get("/account/security").await;
    assert!(page.body.contains(OFFICE) && page.body.contains("Forget"), "{}", page.body);
}

async fn another_network_or_another_browser_is_asked(engine: Engine) {
    let server = start(&engine).await;
    let app = with_app(&server, BRAM, Role::Employee).await;
    let browser = tick(&server, &app, BRAM).await;
    assert!(is_asked(&mut moved(&browser, &server, HOME), BRAM).await, "the cookie from another network");
    assert!(is_asked(&mut from(&server, OFFICE), BRAM).await, "the network without the cookie");
    assert!(is_asked(&mut moved(&browser, &server, "not an address"), BRAM).await, "nobody knows from where");
    hire(&server, "carla@kantoor.nl", Role::Employee).await;
    let mut carla = moved(&browser, &server, OFFICE);
    carla.sign_in_at("/sign-in", "carla@kantoor.nl", PASSWORD).await;
    carla.connect_app(&server, "account").await;
    server.clock.advance(60);
    assert!(is_asked(&mut carla, "carla@kantoor.nl").await, "another person in the same browser");
    assert!(!is_asked(&mut moved(&browser, &server, OFFICE), BRAM).await, "and it still holds for whom it was");
}

async fn thirty_days_end_and_do_not_slide(engine: Engine) {
    let server = start(&engine).await;
    let app = with_app(&server, BRAM, Role::Employee).await;
    let mut browser = tick(&server, &app, BRAM).await;
    server.clock.advance(29 * 86_400);
    assert!(!is_asked(&mut browser, BRAM).await);
    server.clock.advance(86_400 - 61);
    assert!(!is_asked(&mut browser, BRAM).await, "to the second");
    server.clock.advance(1);
    assert!(is_asked(&mut browser, BRAM).await, "no use made it longer");
}

async fn a_veto_ends_it_at_once_and_for_good(engine: Engine) {
    let server = start(&engine).await;
    let app = with_app(&server, BRAM, Role::Employee).await;
    let mut browser = tick(&server, &app, BRAM).await;
    assert!(!is_asked(&mut browser, BRAM).await);
    server.rule(Policy { remembering: Remembering::Never, ..Policy::default() }).await;
    assert!(browser.get("/account").await.location().starts_with("/confirm"), "also the session that relied on it");
    browser.cookies.retain(|name, _| !name.contains("session"));
    let asked = browser.sign_in_at("/sign-in", BRAM, PASSWORD).await.location().to_owned();
    let step = browser.get(&asked).await.location().to_owned();
    let page = browser.get(&step).await;
    assert!(
        !page.body.contains("Do not ask again") && page.body.contains("Kantoor De Vries asks for a code every time")
    );
    let ticked = browser.fill(&step, &[("code", &app.code(&server, 0)), ("remember", "yes")]).await;
    assert!(!ticked.headers.get_all("set-cookie").iter().any(|line| line.to_str().unwrap().contains("remembered")));
    server.rule(Policy::default()).await;
    assert!(is_asked(&mut browser, BRAM).await, "lifting the rule brings nothing back");
}

async fn a_change_of_password_or_factor_ends_it(engine: Engine) {
    let server = start(&engine).await;
    let app = with_app(&server, BRAM, Role::Employee).await;
    let mut browser = tick(&server, &app, BRAM).await;
    let mut elsewhere = from(&server, OFFICE);
    let asked = elsewhere.sign_in_at("/sign-in", BRAM, PASSWORD).await.location().to_owned();
    let step = elsewhere.get(&asked).await.location().to_owned();
    elsewhere.fill(&step, &[("code", &app.code(&server, 0))]).await;
    assert!(!is_asked(&mut browser, BRAM).await);
    let fields = [("current", PASSWORD), ("password", "zes gele bussen rijden")];
    assert_eq!(elsewhere.fill("/account/password", &fields).await.location(), CHANGED);
    browser.cookies.retain(|name, _| !name.contains("session"));
    let answer = browser.sign_in_at("/sign-in", BRAM, "zes gele bussen rijden").await;
    assert!(answer.location().ends_with("/second"), "{}", answer.location());
}

async fn a_factor_that_is_added_or_removed_ends_it(engine: Engine) {
    let server = start(&engine).await;
    let app = with_app(&server, BRAM, Role::Employee).await;
    let mut browser = tick(&server, &app, BRAM).await;
    let mut elsewhere = tick(&server, &app, BRAM).await;
    elsewhere.connect_app(&server, "account").await;
    server.clock.advance(60);
    assert!(is_asked(&mut browser, BRAM).await, "after one was added");

    let mut browser = tick(&server, &app, BRAM).await;
    assert!(!is_asked(&mut browser, BRAM).await);
    let account = server.account_of(BRAM).await;
    let factors = list_factors(server.inner.state.db.reading(), account).await.unwrap();
    let path = format!("/account/two-factor/{}/remove", factors.last().unwrap().id);
    assert_eq!(elsewhere.fill(&path, &[]).await.location(), "/account/security?done=factor-removed");
    assert!(is_asked(&mut browser, BRAM).await, "after one was removed");
    assert!(is_asked(&mut elsewhere, BRAM).await, "also where it was done");
}

async fn administrators_are_asked_every_time(engine: Engine) {
    let server = start(&engine).await;
    let app = with_app(&server, "baas@kantoor.nl", Role::Administrator).await;
    let mut browser = from(&server, OFFICE);
    let asked = browser.sign_in_at("/sign-in", "baas@kantoor.nl", PASSWORD).await.location().to_owned();
    let step = browser.get(&asked).await.location().to_owned();
    assert!(!browser.get(&step).await.body.contains("Do not ask again"));
    browser.fill(&step, &[("code", &app.code(&server, 0)), ("remember", "yes")]).await;
    assert!(is_asked(&mut browser, "baas@kantoor.nl").await);
}

async fn whoever_becomes_an_administrator_is_asked_again(engine: Engine) {
    let server = start(&engine).await;
    let app = with_app(&server, BRAM, Role::Employee).await;
    let mut browser = tick(&server, &app, BRAM).await;
    assert!(!is_asked(&mut browser, BRAM).await);
    let state = &server.inner.state;
    let (now, random) = (state.now(), state.random.as_ref());
    let mut branch = find_organisation(state.db.reading(), server.organisation).await.unwrap().unwrap();
    branch.id = OrganisationId::new(now, random);
    "Kantoor Zuid".clone_into(&mut branch.name);
    let account = server.account_of(BRAM).await;
    let mut writer = state.db.writing().await.unwrap();
    add_organisation(&mut writer, &branch).await.unwrap();
    let place = MembershipId::new(now, random);
    add_membership(&mut writer, place, (branch.id, account), Role::Administrator, Vec::new(), now).await.unwrap();
    writer.commit().await.unwrap();
    assert_ne!(browser.get("/account").await.status, 200, "also in the session that relied on it");
    assert!(is_asked(&mut browser, BRAM).await, "in whichever organisation");
}

async fn nobody_from_an_unknown_place_is_offered_it(engine: Engine) {
    let server = start(&engine).await;
    let app = with_app(&server, BRAM, Role::Employee).await;
    for address in ["not an address", "", "203.0.113.24, nonsense"] {
        let mut browser = from(&server, address);
        let asked = browser.sign_in_at("/sign-in", BRAM, PASSWORD).await.location().to_owned();
        let step = browser.get(&asked).await.location().to_owned();
        assert!(!browser.get(&step).await.body.contains("Do not ask again"), "{address:?}");
        let done = browser.fill(&step, &[("code", &app.code(&server, 0)), ("remember", "yes")]).await;
        assert!(done.location().ends_with("/network"), "{}", done.location());
        let cookies = done.headers.get_all("set-cookie");
        assert!(!cookies.iter().any(|line| line.to_str().unwrap().contains("remembered")), "{address:?}");
        assert!(is_asked(&mut browser, BRAM).await, "{address:?}");
        server.clock.advance(60);
    }
}

async fn something_that_matters_is_confirmed_with_the_second_step(engine: Engine) {
    let server = start(&engine).await;
    let app = with_app(&server, BRAM, Role::Employee).await;
    let mut browser = tick(&server, &app, BRAM).await;
    assert!(!is_asked(&mut browser, BRAM).await);
    let confirm = browser.get("/account/password").await.location().to_owned();
    assert!(confirm.starts_with("/confirm"), "a remembered step is none: {confirm}");
    let page = browser.get(&confirm).await;
    let (csrf, next) = (page.field("csrf"), page.field("next"));
    let asked = browser.post("/confirm", &[("csrf", &csrf), ("next", &next), ("password", PASSWORD)]).await;
    let step = browser.get(asked.location()).await.location().to_owned();
    assert!(!browser.get(&step).await.body.contains("Do not ask again"));
    let done = browser.fill(&step, &[("code", &app.code(&server, 0))]).await;
    assert_eq!(done.location(), "/account/password");
    assert_eq!(browser.get("/account/password").await.status, 200);
}

async fn it_can_be_forgotten(engine: Engine) {
    let server = start(&engine).await;
    let app = with_app(&server, BRAM, Role::Employee).await;
    let mut browser = tick(&server, &app, BRAM).await;
    let csrf = browser.get("/account/security").await.field("csrf");
    let forgotten = browser.post("/account/two-factor/devices/forget", &[("csrf", &csrf)]).await;
    assert_eq!(forgotten.location(), "/account/security?done=devices-forgotten");
    assert!(is_asked(&mut browser, BRAM).await);
}

async fn it_can_be_forgotten_one_by_one_and_only_by_its_owner(engine: Engine) {
    let server = start(&engine).await;
    let app = with_app(&server, BRAM, Role::Employee).await;
    let mut first = tick(&server, &app, BRAM).await;
    let mut second = tick(&server, &app, BRAM).await;
    let account = server.account_of(BRAM).await;
    let state = &server.inner.state;
    let devices = list_devices(state.db.reading(), account, state.now()).await.unwrap();
    assert_eq!(devices.len(), 2);
    let older = devices[1].id.to_string();

    server.know(server.account, OFFICE).await;
    let mut anna = from(&server, OFFICE);
    anna.sign_in_at("/sign-in", "anna@kantoor.nl", PASSWORD).await;
    let csrf = anna.get("/account/sessions").await.field("csrf");
    anna.post("/account/two-factor/devices/forget", &[("csrf", &csrf), ("device", &older)]).await;
    anna.post("/account/two-factor/devices/forget", &[("csrf", &csrf)]).await;
    assert_eq!(list_devices(state.db.reading(), account, state.now()).await.unwrap().len(), 2);

    let csrf = second.get("/account/security").await.field("csrf");
    let fields = [("csrf", csrf.as_str()), ("device", older.as_str())];
    assert_eq!(
        second.post("/account/two-factor/devices/forget", &fields).await.location(),
        "/account/security?done=devices-forgotten"
    );
    assert!(is_asked(&mut first, BRAM).await);
    assert!(!is_asked(&mut second, BRAM).await);
}
