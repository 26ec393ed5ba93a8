//! Setting up and removing factors when somebody else, or another tab, does something at the same time.

use std::time::Duration;

use countersign::domain::ids::AccountId;
use countersign::domain::policy::Demand;
use countersign::domain::{FactorKind, Policy};
use countersign::features::accounts::InstanceRole;
use countersign::features::audit::export;
use countersign::features::factors::{Factor, list_factors};
use countersign::features::organisations::Role;

use crate::support::{Answer, AuthenticatorApp, Browser, Engine, PASSWORD, Server, on_both_engines};
use crate::two_factor::{BRAM, CHANGED, half_way, required, signed_in};

on_both_engines! {
    a_key_is_of_one_browser_and_of_a_quarter_of_an_hour
    a_key_that_was_removed_never_comes_back
    two_browsers_that_wait_for_a_set_up_do_not_both_get_one
    a_form_that_is_sent_several_times_enrols_once
    two_removals_at_once_leave_the_factor_that_a_rule_demands
    a_sign_in_with_an_old_password_goes_no_further
    another_browsers_set_up_is_closed
    the_code_that_connected_an_app_is_used_up
    whoever_may_help_everybody_keeps_a_strong_factor
    changes_of_factors_are_in_the_log
}

const NEW_PASSWORD: &str = "zes gele bussen rijden";

async fn hired(server: &Server) -> AccountId {
    server.hire(BRAM, Role::Employee, InstanceRole::None).await
}

async fn factors_of(server: &Server, account: AccountId) -> Vec<Factor> {
    list_factors(server.inner.state.db.reading(), account).await.unwrap()
}

/// The fields of the page that connects an app, with a code for it.
fn filled(server: &Server, page: &Answer) -> Vec<(&'static str, String)> {
    let code = AuthenticatorApp::from_page(page).code(server, 0);
    vec![("csrf", page.field("csrf")), ("slot", page.field("slot")), ("code", code)]
}

async fn send(browser: &mut Browser, path: &str, fields: &[(&str, String)]) -> Answer {
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    browser.post(path, &fields).await
}

/// The same browser in another window.
fn window(server: &Server, browser: &Browser) -> Browser {
    let mut other = server.browser();
    other.cookies.clone_from(&browser.cookies);
    other
}

fn opens_a_session(answer: &Answer) -> bool {
    answer.headers.get_all("set-cookie").iter().any(|line| line.to_str().unwrap().contains("session="))
}

async fn a_key_is_of_one_browser_and_of_a_quarter_of_an_hour(engine: Engine) {
    let server = Server::start(&engine).await;
    hired(&server).await;
    let mut browser = signed_in(&server, BRAM).await;
    let page = browser.get("/enrol/account/totp").await;
    let shown = filled(&server, &page);
    let mut other = signed_in(&server, BRAM).await;
    let theirs = other.get("/enrol/account/totp").await;
    let mut foreign = filled(&server, &theirs);
    foreign[2].1.clone_from(&shown[2].1);
    assert_eq!(send(&mut other, "/enrol/account/totp", &foreign).await.status, 422, "another browser has another key");
    for slot in ["0", "-1", "9223372036854775807"] {
        let mut forged = shown.clone();
        slot.clone_into(&mut forged[1].1);
        let answer = send(&mut browser, "/enrol/account/totp", &forged).await;
        assert_eq!(answer.location(), "/enrol/account/totp", "{slot}");
    }
    // After half an hour the page begins anew, with another key.
    server.clock.advance(1801);
    let confirm = browser.get("/enrol/account/totp").await.location().to_owned();
    let form = browser.get(&confirm).await;
    let fields = [("csrf", form.field("csrf")), ("next", form.field("next")), ("password", PASSWORD.to_owned())];
    send(&mut browser, "/confirm", &fields).await;
    let mut late = filled(&server, &page);
    late[0].1 = browser.get("/enrol/account/totp").await.field("csrf");
    assert_eq!(send(&mut browser, "/enrol/account/totp", &late).await.location(), "/enrol/account/totp");
    let account = server.account_of(BRAM).await;
    assert!(factors_of(&server, account).await.is_empty());
}

async fn a_key_that_was_removed_never_comes_back(engine: Engine) {
    let server = Server::start(&engine).await;
    let account = hired(&server).await;
    let mut browser = signed_in(&server, BRAM).await;
    let (app, _) = browser.connect_app(&server, "account").await;
    server.clock.advance(60);
    let path = format!("/account/two-factor/{}/remove", factors_of(&server, account).await[0].id);
    assert_eq!(browser.fill(&path, &[]).await.location(), "/account/security?done=factor-removed");
    let page = browser.get("/enrol/account/totp").await;
    let mut old = filled(&server, &page);
    old[2].1 = app.code(&server, 0);
    assert_eq!(send(&mut browser, "/enrol/account/totp", &old).await.status, 422, "the same quarter, another key");
    assert!(factors_of(&server, account).await.is_empty());
}

async fn two_browsers_that_wait_for_a_set_up_do_not_both_get_one(engine: Engine) {
    let server = Server::start(&engine).await;
    let account = hired(&server).await;
    server.rule(required()).await;
    let mut waiting = Vec::new();
    for _ in 0..4 {
        let mut browser = server.browser();
        let path = format!("{}/totp", browser.sign_in_at("/sign-in", BRAM, PASSWORD).await.location());
        let page = browser.get(&path).await;
        waiting.push((browser, path, filled(&server, &page)));
    }
    server.clock.advance(1);
    let (mut late, late_path, late_fields) = waiting.pop().unwrap();
    let tasks: Vec<_> = waiting
        .into_iter()
        .map(|(mut browser, path, fields)| tokio::spawn(async move { send(&mut browser, &path, &fields).await }))
        .collect();
    let mut sessions = 0;
    for task in tasks {
        sessions += u32::from(opens_a_session(&task.await.unwrap()));
    }
    assert_eq!(sessions, 1);
    assert_eq!(factors_of(&server, account).await.len(), 1);

    let answer = send(&mut late, &late_path, &late_fields).await;
    assert!(!opens_a_session(&answer) && answer.location().starts_with("/sign-in/"), "{}", answer.location());
    let again = late.get(&late_path).await;
    assert!(again.location().starts_with("/sign-in/"), "{}", again.location());
    assert_eq!(factors_of(&server, account).await.len(), 1);
}

async fn a_form_that_is_sent_several_times_enrols_once(engine: Engine) {
    let server = Server::start(&engine).await;
    let account = hired(&server).await;
    let mut browser = signed_in(&server, BRAM).await;
    let page = browser.get("/enrol/account/totp").await;
    let fields = filled(&server, &page);
    let tasks: Vec<_> = (0..6)
        .map(|_| {
            let (mut window, fields) = (window(&server, &browser), fields.clone());
            tokio::spawn(async move { send(&mut window, "/enrol/account/totp", &fields).await.status })
        })
        .collect();
    for task in tasks {
        let status = task.await.unwrap();
        assert!(status < 500, "{status}");
    }
    assert_eq!(factors_of(&server, account).await.len(), 1, "a key that is there twice lets a code count twice");
}

async fn two_removals_at_once_leave_the_factor_that_a_rule_demands(engine: Engine) {
    let server = Server::start(&engine).await;
    let account = hired(&server).await;
    let mut browser = signed_in(&server, BRAM).await;
    browser.connect_app(&server, "account").await;
    server.clock.advance(1);
    browser.connect_app(&server, "account").await;
    server.rule(required()).await;
    let both = factors_of(&server, account).await;
    assert_eq!(both.len(), 2);
    let csrf = browser.get("/account/security").await.field("csrf");
    let tasks: Vec<_> = both
        .iter()
        .map(|factor| {
            let (mut window, csrf) = (window(&server, &browser), csrf.clone());
            let path = format!("/account/two-factor/{}/remove", factor.id);
            tokio::spawn(async move { window.post(&path, &[("csrf", &csrf)]).await.status })
        })
        .collect();
    let mut answers = Vec::new();
    for task in tasks {
        answers.push(task.await.unwrap());
    }
    answers.sort_unstable();
    assert_eq!(answers, [303, 409]);
    assert_eq!(factors_of(&server, account).await.len(), 1);
    assert_eq!(browser.get("/account/security").await.status, 200, "and a refusal ends no session");
}

async fn a_sign_in_with_an_old_password_goes_no_further(engine: Engine) {
    let server = Server::start(&engine).await;
    let account = hired(&server).await;
    let from = server.inner.state.now().after(Duration::from_hours(48));
    server.rule(Policy { second_factor: Demand::Required { from }, ..Policy::default() }).await;
    let mut owner = server.browser();
    let to = owner.sign_in_at("/sign-in", BRAM, PASSWORD).await.location().to_owned();
    let csrf = owner.get(&to).await.field("csrf");
    owner.post(&format!("{to}/skip"), &[("csrf", &csrf)]).await;

    let mut thief = server.browser();
    let waits = thief.sign_in_at("/sign-in", BRAM, PASSWORD).await.location().to_owned();
    let enrols = format!("{waits}/totp");
    let page = thief.get(&enrols).await;
    server.clock.advance(1);
    let fields = [("current", PASSWORD), ("password", NEW_PASSWORD)];
    assert_eq!(owner.fill("/account/password", &fields).await.location(), CHANGED);

    let skipped = thief.post(&format!("{waits}/skip"), &[("csrf", &page.field("csrf"))]).await;
    assert!(!opens_a_session(&skipped) && skipped.location().starts_with("/sign-in/"), "{}", skipped.location());
    let enrolled = send(&mut thief, &enrols, &filled(&server, &page)).await;
    assert!(!opens_a_session(&enrolled) && enrolled.location().starts_with("/sign-in/"), "{}", enrolled.location());
    assert!(factors_of(&server, account).await.is_empty());
    let form = waits.replace("/enrol/", "/sign-in/");
    assert_eq!(thief.sign_in_at(&form, BRAM, PASSWORD).await.status, 422);
    let going_on = thief.sign_in_at(&form, BRAM, NEW_PASSWORD).await;
    assert_eq!(going_on.location(), waits, "with the new one the same sign-in goes on");

    // The same half way in: not even a right code helps the old password.
    let (app, _) = owner.connect_app(&server, "account").await;
    server.clock.advance(60);
    let mut thief = server.browser();
    let asked = thief.sign_in_at("/sign-in", BRAM, NEW_PASSWORD).await.location().to_owned();
    let step = thief.get(&asked).await.location().to_owned();
    let csrf = thief.get(&step).await.field("csrf");
    server.clock.advance(1);
    let fields = [("current", NEW_PASSWORD), ("password", PASSWORD)];
    assert_eq!(owner.fill("/account/password", &fields).await.location(), CHANGED);
    let code = app.code(&server, 0);
    let refused = thief.post(&step, &[("csrf", &csrf), ("code", &code)]).await;
    assert!(!opens_a_session(&refused) && refused.location().starts_with("/sign-in/"), "{}", refused.location());
}

async fn another_browsers_set_up_is_closed(engine: Engine) {
    let server = Server::start(&engine).await;
    let account = hired(&server).await;
    server.rule(required()).await;
    let mut browser = server.browser();
    let place = browser.sign_in_at("/sign-in", BRAM, PASSWORD).await.location().to_owned();
    let mut other = server.browser();
    let csrf = other.get("/sign-in").await.field("csrf");
    for path in [place.clone(), format!("{place}/totp")] {
        assert_eq!(other.get(&path).await.status, 400, "{path}");
    }
    let fields = [("csrf", csrf.as_str()), ("slot", "1"), ("code", "123456")];
    assert_eq!(other.post(&format!("{place}/totp"), &fields).await.status, 400);
    assert_eq!(other.post(&format!("{place}/skip"), &fields).await.status, 400);
    for path in ["/enrol/int_1", "/enrol/account.", "/enrol/ACCOUNT"] {
        assert_eq!(other.get(path).await.status, 400, "{path}");
    }
    assert!(factors_of(&server, account).await.is_empty());
    let (_, done) = browser.connect_app(&server, place.trim_start_matches("/enrol/")).await;
    assert!(opens_a_session(&done), "and its own browser still goes on");
}

async fn the_code_that_connected_an_app_is_used_up(engine: Engine) {
    let server = Server::start(&engine).await;
    hired(&server).await;
    let (app, _) = signed_in(&server, BRAM).await.connect_app(&server, "account").await;
    let mut browser = server.browser();
    let step = half_way(&mut browser, BRAM).await;
    let again = browser.fill(&step, &[("code", &app.code(&server, 0))]).await;
    assert!(again.status == 422 && again.body.contains("You have already used this code"), "{}", again.body);
}

async fn whoever_may_help_everybody_keeps_a_strong_factor(engine: Engine) {
    let server = Server::start(&engine).await;
    let account = server.hire("eva@kantoor.nl", Role::Employee, InstanceRole::Helpdesk).await;
    let mut browser = server.browser();
    let asked = browser.sign_in_at("/sign-in", "eva@kantoor.nl", PASSWORD).await;
    assert!(!opens_a_session(&asked));
    let place = asked.location().trim_start_matches("/enrol/").to_owned();
    for kind in ["sms", "email", "recovery_code"] {
        let answer = browser.get(&format!("/enrol/{place}/{kind}")).await;
        assert!(matches!(answer.status, 303 | 404), "{kind} is no way out: {} {}", answer.status, answer.body);
    }
    let (_, done) = browser.connect_app(&server, &place).await;
    assert!(opens_a_session(&done));
    let path = format!("/account/two-factor/{}/remove", factors_of(&server, account).await[0].id);
    let page = browser.get(&path).await;
    assert!(page.body.contains("Your role requires two-factor authentication"), "{}", page.body);
    let csrf = browser.get("/account/security").await.field("csrf");
    assert_eq!(browser.post(&path, &[("csrf", &csrf)]).await.status, 409);
    // Asked every time, as nobody in such a role may leave it out.
    server.clock.advance(60);
    let mut again = server.browser();
    let step = half_way(&mut again, "eva@kantoor.nl").await;
    let page = again.get(&step).await;
    assert!(!page.body.contains("Do not ask again"), "{}", page.body);
}

async fn changes_of_factors_are_in_the_log(engine: Engine) {
    let server = Server::start(&engine).await;
    let account = hired(&server).await;
    let mut browser = signed_in(&server, BRAM).await;
    let (app, done) = browser.connect_app(&server, "account").await;
    browser.fill(done.location(), &[]).await;
    server.clock.advance(60);
    let mut other = server.browser();
    let step = half_way(&mut other, BRAM).await;
    other.fill(&step, &[("code", "000000")]).await;
    other.fill(&step, &[("code", &app.code(&server, 0))]).await;
    let factors = factors_of(&server, account).await;
    let totp = factors.iter().find(|factor| factor.kind == FactorKind::Totp).unwrap();
    browser.fill(&format!("/account/two-factor/{}/remove", totp.id), &[]).await;

    let events = export(server.inner.state.db.reading(), None, 1000).await.unwrap();
    let about: Vec<_> = events.iter().filter(|event| event.subject == Some(account.to_string())).collect();
    let kinds: Vec<(&str, &str)> = about.iter().map(|event| (event.kind.as_str(), event.outcome.as_str())).collect();
    for expected in [
        ("factor.add", "done"),
        ("recovery_codes.renew", "done"),
        ("sign_in.totp", "wrong"),
        ("sign_in.totp", "done"),
        ("factor.remove", "done"),
    ] {
        assert!(kinds.contains(&expected), "{expected:?} {kinds:?}");
    }
    let removed = about.iter().find(|event| event.kind == "factor.remove").unwrap();
    assert_eq!((removed.actor.clone(), &removed.facts["kind"]), (Some(account.to_string()), &"totp".into()));
    let everything = serde_json::to_string(&events).unwrap();
    assert!(!everything.contains(&app.code(&server, 0)) && !everything.contains("000000"), "no code is in the log");
}
