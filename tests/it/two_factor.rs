//! The second step: authenticator apps and recovery codes.

use countersign::domain::policy::Demand;
use countersign::domain::{Policy, Timestamp};
use countersign::features::accounts::InstanceRole;
use countersign::features::organisations::Role;

use crate::support::{Browser, Engine, PASSWORD, Server, on_both_engines, query_of};

on_both_engines! {
    an_authenticator_app_is_connected_and_asked_for
    a_code_counts_once_also_in_parallel
    only_the_current_code_and_the_one_before_count
    guesses_are_counted_together_on_every_path
    the_owner_is_told_when_somebody_knows_the_password
    a_stolen_password_enrols_nothing
    a_recovery_code_counts_once_and_leads_to_a_new_factor
    a_change_of_factor_ends_everything_else
    another_persons_factor_cannot_be_touched
    an_empty_answer_passes_nothing
    the_password_is_changed_with_the_current_one
}

/// Where a change of password ends.
pub(crate) const CHANGED: &str = "/account/security?done=password-changed";

pub(crate) const BRAM: &str = "bram@kantoor.nl";

pub(crate) fn required() -> Policy {
    Policy { second_factor: Demand::Required { from: Timestamp::from_millis(0) }, ..Policy::default() }
}

pub(crate) async fn bram(server: &Server) -> Browser {
    server.hire(BRAM, Role::Employee, InstanceRole::None).await;
    signed_in(server, BRAM).await
}

pub(crate) async fn signed_in(server: &Server, email: &str) -> Browser {
    let mut browser = server.browser();
    let done = browser.sign_in_at("/sign-in", email, PASSWORD).await;
    assert_eq!(done.location(), "/account", "{}", done.body);
    browser
}

/// Enters the password, and gives the page of the second step that comes next.
pub(crate) async fn half_way(browser: &mut Browser, email: &str) -> String {
    let asked = browser.sign_in_at("/sign-in", email, PASSWORD).await;
    let to = asked.location().to_owned();
    assert!(to.ends_with("/second"), "{to}");
    browser.get(&to).await.location().to_owned()
}

async fn an_authenticator_app_is_connected_and_asked_for(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut browser = bram(&server).await;
    assert!(browser.get("/account/security").await.body.contains("Two-factor authentication"));
    let page = browser.get("/enrol/account/totp").await;
    let again = browser.get("/enrol/account/totp").await;
    let key = |body: &str| body.split("id=\"key\">").nth(1).unwrap()[..39].to_owned();
    assert_eq!(key(&page.body), key(&again.body), "the key stays when the page is loaded again");
    let wrong = [("csrf", page.field("csrf")), ("slot", page.field("slot")), ("code", "000000".to_owned())];
    let wrong: Vec<(&str, &str)> = wrong.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let refused = browser.post("/enrol/account/totp", &wrong).await;
    assert!(refused.status == 422 && key(&refused.body) == key(&page.body), "a wrong code keeps the picture");
    assert_eq!(
        server.browser().sign_in_at("/sign-in", BRAM, PASSWORD).await.location(),
        "/account",
        "nothing is on yet"
    );

    let (app, done) = browser.connect_app(&server, "account").await;
    assert_eq!(done.location(), "/enrol/account/recovery_code");
    let mail = server.mailbox().wait_for(BRAM).await;
    assert_eq!(mail.subject.as_deref(), Some("A way to sign in was added to your account"));
    assert_eq!(browser.get("/account").await.status, 200, "the session in which it was set up goes on");

    server.clock.advance(60);
    let mut browser = server.browser();
    let step = half_way(&mut browser, BRAM).await;
    assert!(step.ends_with("/second/totp"), "{step}");
    assert_eq!(browser.get("/account").await.location(), "/sign-in", "half way in is not in");
    let page = browser.get(&step).await;
    assert!(page.body.contains("autocomplete=\"one-time-code\"") && !page.body.contains("maxlength"));
    let spaced = app.code(&server, 0);
    let spaced = format!("{} {}", &spaced[..3], &spaced[3..]);
    assert_eq!(browser.fill(&step, &[("code", &spaced)]).await.location(), "/account");
    assert_eq!(browser.get("/account").await.status, 200);
}

async fn a_code_counts_once_also_in_parallel(engine: Engine) {
    let server = Server::start(&engine).await;
    let (app, _) = bram(&server).await.connect_app(&server, "account").await;
    server.clock.advance(60);
    let code = app.code(&server, 0);
    let mut waiting = Vec::new();
    for _ in 0..5 {
        let mut browser = server.browser();
        let step = half_way(&mut browser, BRAM).await;
        let csrf = browser.get(&step).await.field("csrf");
        let code = code.clone();
        waiting
            .push(tokio::spawn(async move { browser.post(&step, &[("csrf", &csrf), ("code", &code)]).await.status }));
    }
    let mut passed = 0;
    for task in waiting {
        passed += u32::from(task.await.unwrap() == 303);
    }
    assert_eq!(passed, 1);
    server.clock.advance(1);
    let mut late = server.browser();
    let step = half_way(&mut late, BRAM).await;
    let answer = late.fill(&step, &[("code", &code)]).await;
    assert!(answer.status == 422 && answer.body.contains("You have already used this code"), "{}", answer.body);
    server.clock.advance(25);
    let before = late.fill(&step, &[("code", &app.code(&server, -1))]).await;
    assert_eq!(before.status, 422, "an older step is used up with it: {}", before.body);
}

async fn only_the_current_code_and_the_one_before_count(engine: Engine) {
    let server = Server::start(&engine).await;
    let (app, _) = bram(&server).await.connect_app(&server, "account").await;
    server.clock.advance(600);
    let mut browser = server.browser();
    let step = half_way(&mut browser, BRAM).await;
    for (steps, says) in
        [(1, "about 1 minute wrong"), (-2, "about 1 minute wrong"), (8, "about 4 minutes wrong"), (40, "not right")]
    {
        let answer = browser.fill(&step, &[("code", &app.code(&server, steps))]).await;
        assert!(answer.status == 422 && answer.body.contains(says), "{steps}: {}", answer.body);
    }
    assert_eq!(browser.fill(&step, &[("code", &app.code(&server, -1))]).await.status, 303);
}

async fn guesses_are_counted_together_on_every_path(engine: Engine) {
    let server = Server::start(&engine).await;
    let (app, _) = bram(&server).await.connect_app(&server, "account").await;
    server.clock.advance(60);
    // A new browser and a new sign-in for each guess: the count is the account's.
    let mut blocked = None;
    for guess in 0..12 {
        let mut browser = server.browser();
        let step = half_way(&mut browser, BRAM).await;
        let answer = browser.fill(&step, &[("code", "000000")]).await;
        if answer.status == 429 {
            blocked = Some((guess, answer));
            break;
        }
    }
    let (guess, answer) = blocked.expect("somebody who guesses is slowed down");
    assert_eq!(guess, 5, "five are free");
    assert!(answer.body.contains("use another way") && !answer.header("retry-after").is_empty());
    let mut browser = server.browser();
    let step = half_way(&mut browser, BRAM).await;
    assert_eq!(browser.fill(&step, &[("code", &app.code(&server, 0))]).await.status, 429, "also for the right code");
    server.clock.advance(60);
    assert_eq!(browser.fill(&step, &[("code", &app.code(&server, 0))]).await.status, 303, "and then no longer");
    server.clock.advance(60);
    let mut browser = server.browser();
    let step = half_way(&mut browser, BRAM).await;
    assert_eq!(browser.fill(&step, &[("code", "000000")]).await.status, 422, "a right one takes the count back");
}

async fn the_owner_is_told_when_somebody_knows_the_password(engine: Engine) {
    let server = Server::start(&engine).await;
    bram(&server).await.connect_app(&server, "account").await;
    server.mailbox().wait_for(BRAM).await;
    server.clock.advance(60);
    let mut thief = server.browser();
    let step = half_way(&mut thief, BRAM).await;
    for _ in 0..4 {
        thief.fill(&step, &[("code", "000000")]).await;
    }
    let mail = server.mailbox().wait_for(BRAM).await;
    assert_eq!(mail.subject.as_deref(), Some("Someone may know your password"));
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    let all = server.mailbox().received().iter().filter(|mail| mail.to == BRAM).count();
    assert_eq!(all, 2, "once, not at every guess");
}

async fn a_stolen_password_enrols_nothing(engine: Engine) {
    let server = Server::start(&engine).await;
    bram(&server).await.connect_app(&server, "account").await;
    server.rule(required()).await;
    server.clock.advance(60);
    let mut thief = server.browser();
    let step = half_way(&mut thief, BRAM).await;
    let id = step.split('/').nth(2).unwrap().to_owned();
    for path in [format!("/enrol/{id}"), format!("/enrol/{id}/totp"), "/enrol/account/totp".to_owned()] {
        let answer = thief.get(&path).await;
        assert_eq!(answer.status, 303, "{path}: {}", answer.body);
    }
    let csrf = thief.get(&step).await.field("csrf");
    let skipped = thief.post(&format!("/enrol/{id}/skip"), &[("csrf", &csrf)]).await;
    assert!(skipped.location().ends_with("/second"), "{}", skipped.location());
    let forged = [("csrf", csrf.as_str()), ("slot", "1"), ("code", "123456")];
    assert!(thief.post(&format!("/enrol/{id}/totp"), &forged).await.location().ends_with("/second"));
    let other = server.browser().get(&step).await;
    assert_eq!(other.status, 400, "another browser does not go on with it");
}

async fn a_recovery_code_counts_once_and_leads_to_a_new_factor(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut browser = bram(&server).await;
    let (_, done) = browser.connect_app(&server, "account").await;
    let page = browser.fill(done.location(), &[]).await;
    let codes: Vec<String> = page
        .body
        .split("<li>")
        .skip(1)
        .map(|item| item.split('<').next().unwrap().to_owned())
        .filter(|code| code.len() == 17)
        .collect();
    assert_eq!(codes.len(), 10, "{}", page.body);
    assert!(page.header("cache-control").contains("no-store"));
    assert!(!browser.get("/enrol/account/recovery_code").await.body.contains(&codes[0]), "shown this once");

    server.clock.advance(60);
    let mut browser = server.browser();
    let step = half_way(&mut browser, BRAM).await.replace("/totp", "/recovery_code");
    assert!(
        browser.fill(&step, &[("code", "00000-00000-00000")]).await.body.contains("not one of your recovery codes")
    );
    let typed = codes[3].to_lowercase().replace('-', " ");
    let asked = browser.fill(&step, &[("code", &typed)]).await;
    let to = asked.location().to_owned();
    assert!(to.starts_with("/enrol/"), "{to}");
    let page = browser.get(&to).await;
    assert!(page.body.contains("Set up again what you lost"), "{}", page.body);
    let skipped = browser.post(&format!("{to}/skip"), &[("csrf", &page.field("csrf"))]).await;
    assert_eq!(skipped.location(), "/account");
    assert!(browser.get("/account/security").await.body.contains("You have 9 codes left"));
    let mail = loop {
        let mail = server.mailbox().wait_for(BRAM).await;
        if mail.subject.as_deref() == Some("A recovery code was used") {
            break mail;
        }
    };
    assert!(mail.text.contains("You have 9 codes left"), "{}", mail.text);

    let mut again = server.browser();
    let step = half_way(&mut again, BRAM).await.replace("/totp", "/recovery_code");
    assert_eq!(again.fill(&step, &[("code", &codes[3])]).await.status, 422, "a code counts once");
    let mut waiting = Vec::new();
    for _ in 0..4 {
        let mut browser = server.browser();
        let step = half_way(&mut browser, BRAM).await.replace("/totp", "/recovery_code");
        let csrf = browser.get(&step).await.field("csrf");
        let code = codes[4].clone();
        waiting
            .push(tokio::spawn(async move { browser.post(&step, &[("csrf", &csrf), ("code", &code)]).await.status }));
    }
    let mut passed = 0;
    for task in waiting {
        passed += u32::from(task.await.unwrap() == 303);
    }
    assert_eq!(passed, 1, "also in parallel");
}

async fn a_change_of_factor_ends_everything_else(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut here = bram(&server).await;
    let mut there = signed_in(&server, BRAM).await;
    let form = there.get(&Server::authorize(&[])).await.location().to_owned();
    let tokens = server.redeem(&query_of(&form)["code"]).await.json();
    server.clock.advance(1);
    let old = here.cookies.clone();
    here.connect_app(&server, "account").await;
    assert_eq!(here.get("/account").await.status, 200);
    assert_ne!(here.cookies, old, "the session has a new secret");
    let mut stale = server.browser();
    stale.cookies = old;
    assert_eq!(stale.get("/account").await.location(), "/sign-in", "and the old one is worth nothing");
    assert_eq!(there.get("/account").await.location(), "/sign-in", "the other session ended");
    let refresh = tokens["refresh_token"].as_str().unwrap();
    let refused = server.token(&[("grant_type", "refresh_token"), ("refresh_token", refresh)]).await;
    assert_eq!(refused.json()["error"], "invalid_grant");
}

async fn another_persons_factor_cannot_be_touched(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut browser = bram(&server).await;
    browser.connect_app(&server, "account").await;
    let factors =
        countersign::features::factors::list_factors(server.inner.state.db.reading(), server.account).await.unwrap();
    assert!(factors.is_empty());
    let bram = countersign::features::accounts::find_account_by_login(server.inner.state.db.reading(), BRAM).await;
    let factors =
        countersign::features::factors::list_factors(server.inner.state.db.reading(), bram.unwrap().unwrap().id);
    let id = factors.await.unwrap()[0].id;
    let mut anna = signed_in(&server, "anna@kantoor.nl").await;
    let csrf = anna.get("/account/sessions").await.field("csrf");
    let path = format!("/account/two-factor/{id}/remove");
    assert_eq!(anna.get(&path).await.status, 404);
    assert_eq!(anna.post(&path, &[("csrf", &csrf)]).await.status, 404);
    server.clock.advance(301);
    assert!(anna.get(&path).await.location().starts_with("/confirm"), "and it takes a sign-in of this moment");
}

async fn an_empty_answer_passes_nothing(engine: Engine) {
    let server = Server::start(&engine).await;
    bram(&server).await.connect_app(&server, "account").await;
    server.clock.advance(60);
    let mut browser = server.browser();
    let step = half_way(&mut browser, BRAM).await;
    let csrf = browser.get(&step).await.field("csrf");
    for fields in [vec![], vec![("code", "")], vec![("code", "      ")], vec![("remember", "yes")]] {
        let mut all = vec![("csrf", csrf.as_str())];
        all.extend(fields);
        for path in [step.clone(), step.replace("/totp", "/recovery_code")] {
            let answer = browser.post(&path, &all).await;
            assert!(answer.status == 422 || answer.location().ends_with("/second"), "{path} {all:?}: {}", answer.body);
        }
    }
    assert_eq!(browser.get("/account").await.location(), "/sign-in");
}

async fn the_password_is_changed_with_the_current_one(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut browser = bram(&server).await;
    let mut other = signed_in(&server, BRAM).await;
    let send = async |browser: &mut Browser, current: &str, password: &str| {
        browser.fill("/account/password", &[("current", current), ("password", password)]).await
    };
    let wrong = send(&mut browser, "not the password", "zes gele bussen rijden").await;
    assert!(wrong.status == 422 && wrong.body.contains("That password is not right"), "{}", wrong.body);
    let short = send(&mut browser, PASSWORD, "short").await;
    assert!(short.status == 422 && short.body.contains("Use at least 15 characters"), "{}", short.body);
    let done = send(&mut browser, PASSWORD, "zes gele bussen rijden").await;
    assert_eq!(done.location(), CHANGED, "{}", done.body);
    assert_eq!(browser.get("/account").await.status, 200);
    assert_eq!(other.get("/account").await.location(), "/sign-in");
    let mail = server.mailbox().wait_for(BRAM).await;
    assert!(mail.subject.as_deref() == Some("Your password was changed") && mail.links().is_empty());
    assert_eq!(server.browser().sign_in_at("/sign-in", BRAM, PASSWORD).await.status, 422);
    assert_eq!(server.browser().sign_in_at("/sign-in", BRAM, "zes gele bussen rijden").await.status, 303);
    server.clock.advance(301);
    let later = browser.get("/account/password").await.location().to_owned();
    assert_eq!(later, "/confirm?next=%2Faccount%2Fpassword");
    let page = browser.get(&later).await;
    assert!(page.body.contains("Confirm it is you") && page.body.contains(BRAM), "{}", page.body);
    let fields = [("csrf", page.field("csrf")), ("next", page.field("next"))];
    let confirm = async |browser: &mut Browser, password: &str| {
        let all = [("csrf", fields[0].1.as_str()), ("next", fields[1].1.as_str()), ("password", password)];
        browser.post("/confirm", &all).await
    };
    assert_eq!(confirm(&mut browser, "not the password").await.status, 422);
    assert_eq!(confirm(&mut browser, "zes gele bussen rijden").await.location(), "/account/password");
    assert_eq!(browser.get("/account/password").await.status, 200);
}
