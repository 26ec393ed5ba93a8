//! Choosing a forgotten password anew: the way, and every way around it.

mod attacks;
mod places;
mod strangers;

use countersign::domain::FactorKind;
use countersign::features::accounts::InstanceRole;
use countersign::features::factors::{Details, NewFactor, add_factor};
use countersign::features::organisations::Role;
use countersign::features::passwords::remove_password;

use crate::support::codes::{BRAM, number};
use crate::support::{Answer, Browser, Engine, PASSWORD, Server, on_both_engines};

on_both_engines! {
    a_code_from_the_mail_leads_to_a_new_password
    a_link_does_the_same_in_the_browser_that_opens_it
    looking_at_a_link_uses_nothing_up
    the_second_step_is_asked_and_cannot_be_left_out
    whoever_came_from_an_app_ends_there
    a_bad_password_is_refused_and_the_form_stays
    whoever_has_no_password_is_told_so_by_mail
    every_problem_has_its_page
    an_unlock_lets_the_owner_try_again
}

const NEW: &str = "zeven groene kikkers";

/// Asks for a new password, and gives the page that waits for the code.
async fn ask(browser: &mut Browser, place: &str, name: &str) -> String {
    let answer = browser.fill(&format!("/recover/{place}/password"), &[("username", name)]).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    let to = answer.location().to_owned();
    assert!(to.starts_with("/password-reset/rst_"), "{to}");
    to
}

/// The code and the path of the link in the next mail.
async fn mail(server: &Server, to: &str) -> (String, String) {
    let mail = server.mailbox().wait_for(to).await;
    assert_eq!(mail.subject.as_deref(), Some("Set a new password for Countersign"), "{}", mail.text);
    let code = mail.text.lines().find(|line| line.starts_with("    ")).expect("a code");
    let link = mail.text.split_whitespace().find(|word| word.contains("/password-reset/link/")).expect("a link");
    let link = link.strip_prefix(&server.issuer).expect("our own address").to_owned();
    let code = code.split_whitespace().collect();
    (code, link)
}

/// Waits until the owner is told of the change.
async fn told(server: &Server, to: &str) {
    let mail = server.mailbox().wait_for(to).await;
    assert_eq!(mail.subject.as_deref(), Some("Your password was changed"), "{}", mail.text);
}

async fn hire(server: &Server) {
    server.hire(BRAM, Role::Employee, InstanceRole::None).await;
}

/// Reads the mail and types the code, and gives what comes next.
async fn prove(server: &Server, browser: &mut Browser, name: &str) -> String {
    let waiting = ask(browser, "own", name).await;
    let (code, _) = mail(server, name).await;
    let answer = browser.fill(&waiting, &[("code", &code)]).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    answer.location().to_owned()
}

async fn signs_in(server: &Server, name: &str, password: &str) -> bool {
    server.browser().sign_in_at("/sign-in", name, password).await.status == 303
}

fn opens_a_session(answer: &Answer) -> bool {
    answer.headers.get_all("set-cookie").iter().any(|line| line.to_str().unwrap().contains("session="))
}

async fn a_code_from_the_mail_leads_to_a_new_password(engine: Engine) {
    let server = Server::start(&engine).await;
    hire(&server).await;
    let mut before = server.browser();
    assert_eq!(before.sign_in_at("/sign-in", BRAM, PASSWORD).await.location(), "/account");
    let mut browser = server.browser();
    let form = browser.get("/sign-in").await;
    assert!(form.body.contains("I cannot sign in") && !form.body.contains("Set a new password"));
    let chosen = browser.fill("/recover", &[("problem", "password")]).await;
    assert_eq!(chosen.location(), "/recover/own/password");
    let waiting = ask(&mut browser, "own", BRAM).await;
    assert!(browser.get(&waiting).await.body.contains("If we know this address"));
    let (code, _) = mail(&server, BRAM).await;
    let spaced = format!("{} {}", &code[..3], &code[3..]);
    let form = browser.fill(&waiting, &[("code", &spaced)]).await.location().to_owned();
    assert!(form.starts_with("/password-reset/new/int_"), "{form}");
    assert!(signs_in(&server, BRAM, PASSWORD).await, "the old password works until there is a new one");
    let page = browser.get(&form).await;
    assert!(page.body.contains("at least 15 characters") && page.body.contains("autocomplete=\"new-password\""));
    server.clock.advance(1);
    let done = browser.fill(&form, &[("password", NEW)]).await;
    assert_eq!(done.location(), "/sign-in?anew=1&done=new-password", "a mailbox signs nobody in");
    assert!(!opens_a_session(&done));
    assert!(browser.get(done.location()).await.body.contains("Your password is changed. Sign in with it."));
    told(&server, BRAM).await;
    assert_eq!(before.get("/account").await.status, 303, "every session ended");
    assert!(!signs_in(&server, BRAM, PASSWORD).await);
    assert!(signs_in(&server, BRAM, NEW).await);
    let again = browser.post(&form, &[("csrf", &page.field("csrf")), ("password", "acht gele giraffen")]).await;
    assert_eq!(again.status, 400, "{}", again.body);
    assert!(signs_in(&server, BRAM, NEW).await);
    let events = "SELECT COUNT(*) AS n FROM audit_events WHERE kind IN ('password.forgotten', 'password.code', 'password.reset')";
    assert_eq!(number(&server, events).await, 3);
}

async fn a_link_does_the_same_in_the_browser_that_opens_it(engine: Engine) {
    let server = Server::start(&engine).await;
    hire(&server).await;
    let waiting = ask(&mut server.browser(), "own", BRAM).await;
    let (code, link) = mail(&server, BRAM).await;
    let mut other = server.browser();
    let form = other.fill(&link, &[]).await.location().to_owned();
    assert!(form.starts_with("/password-reset/new/"), "{form}");
    let mut late = server.browser();
    assert_eq!(late.get(&link).await.status, 404, "a link works once");
    assert!(late.get(&link).await.body.contains("This link no longer works"));
    assert_eq!(late.get(&waiting).await.status, 400);
    let done = other.fill(&form, &[("password", NEW)]).await;
    assert_eq!(done.location(), "/sign-in?anew=1&done=new-password");
    assert!(signs_in(&server, BRAM, NEW).await);
    drop(code);
}

async fn looking_at_a_link_uses_nothing_up(engine: Engine) {
    let server = Server::start(&engine).await;
    hire(&server).await;
    ask(&mut server.browser(), "own", BRAM).await;
    let (_, link) = mail(&server, BRAM).await;
    for _ in 0..10 {
        let mut scanner = server.browser();
        assert_eq!(scanner.get(&link).await.status, 200);
        assert_eq!(scanner.post_with(&link, &[], &[]).await.status, 403, "and a form of nobody presses nothing");
    }
    server.clock.advance(30 * 60 - 1);
    let mut browser = server.browser();
    assert!(browser.fill(&link, &[]).await.location().starts_with("/password-reset/new/"));
    server.clock.advance(1);
    assert_eq!(browser.get(&link).await.status, 404);
}

/// Gives somebody an authenticator app whose codes nobody knows.
async fn add_totp(server: &Server, email: &str) {
    let state = &server.inner.state;
    let new = NewFactor {
        account_id: server.account_of(email).await,
        kind: FactorKind::Totp,
        name: "",
        secret: Some(&[7; 20]),
        handle: None,
        counter: 0,
        device_bound: false,
        details: Details::default(),
        user_agent: None,
    };
    let mut writer = state.db.writing().await.unwrap();
    add_factor(&mut writer, &state.vault, new, (state.now(), state.random.as_ref())).await.unwrap();
    writer.commit().await.unwrap();
}

async fn the_second_step_is_asked_and_cannot_be_left_out(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut owner = crate::two_factor::bram(&server).await;
    let (app, _) = owner.connect_app(&server, "account").await;
    crate::support::codes::told(&server, BRAM).await;
    server.clock.advance(60);
    let mut browser = server.browser();
    let second = prove(&server, &mut browser, BRAM).await;
    assert!(second.ends_with("/second"), "{second}");
    let id = second.split('/').nth(2).unwrap().to_owned();
    let form = format!("/password-reset/new/{id}");
    assert_eq!(browser.get(&form).await.location(), second, "the form is not there before the second step");
    let step = browser.get(&second).await.location().to_owned();
    let page = browser.get(&step).await;
    assert!(!page.body.contains("name=\"remember\""), "nothing is remembered on the way to a new password");
    let csrf = page.field("csrf");
    let forced = browser.post(&form, &[("csrf", &csrf), ("password", NEW)]).await;
    assert_eq!(forced.location(), second);
    for code in ["", "000000", "123"] {
        assert_eq!(browser.fill(&step, &[("code", code)]).await.status, 422);
        assert_eq!(browser.post(&form, &[("csrf", &csrf), ("password", NEW)]).await.location(), second);
    }
    assert!(!signs_in(&server, BRAM, NEW).await);
    assert_eq!(browser.fill(&step, &[("code", &app.code(&server, 0)), ("remember", "yes")]).await.location(), form);
    assert!(!browser.cookies.keys().any(|name| name.contains("remembered")));
    assert!(browser.get(&form).await.body.contains("at least 12 characters"), "with a second factor it may be shorter");
    let done = browser.fill(&form, &[("password", NEW)]).await;
    assert_eq!(done.location(), "/account", "with the second step the sign-in is whole: {}", done.body);
    assert_eq!(browser.get("/account").await.status, 200);
    assert_eq!(owner.get("/account").await.status, 303, "the other sessions ended");
    let evidence = "SELECT COUNT(*) AS n FROM sessions WHERE ended_at IS NULL AND evidence LIKE '%\"totp\"%'";
    assert_eq!(number(&server, evidence).await, 1);
}

async fn whoever_came_from_an_app_ends_there(engine: Engine) {
    let server = Server::start(&engine).await;
    hire(&server).await;
    // Without a second factor: back on the form of the same sign-in.
    let mut browser = server.browser();
    let form = browser.get(&Server::authorize(&[("ui_locales", "nl")])).await.location().to_owned();
    let id = form.strip_prefix("/sign-in/").unwrap().to_owned();
    assert!(browser.get(&form).await.body.contains(&format!("recover&#x2f;{id}")));
    assert!(browser.get(&format!("/recover/{id}")).await.body.contains("Wat is het probleem?"));
    let waiting = ask(&mut browser, &id, BRAM).await;
    let (code, _) = mail(&server, BRAM).await;
    let choose = browser.fill(&waiting, &[("code", &code)]).await.location().to_owned();
    let back = browser.fill(&choose, &[("password", NEW)]).await.location().to_owned();
    assert_eq!(back, format!("{form}?anew=1&done=new-password"));
    let done = browser.sign_in_at(&back, BRAM, NEW).await;
    // The form goes to the sign-in itself, whatever led there.
    let done = if done.status == 303 { done } else { browser.sign_in_at(&form, BRAM, NEW).await };
    assert_eq!(done.location(), format!("/return/{id}"));
    told(&server, BRAM).await;
    // With one: on to the app at once.
    let mut owner = server.browser();
    assert_eq!(owner.sign_in_at("/sign-in", BRAM, NEW).await.location(), "/account");
    let (app, _) = owner.connect_app(&server, "account").await;
    crate::support::codes::told(&server, BRAM).await;
    server.clock.advance(60);
    let mut browser = server.browser();
    let form = browser.get(&Server::authorize(&[])).await.location().to_owned();
    let id = form.strip_prefix("/sign-in/").unwrap().to_owned();
    let waiting = ask(&mut browser, &id, BRAM).await;
    let (code, _) = mail(&server, BRAM).await;
    let second = browser.fill(&waiting, &[("code", &code)]).await.location().to_owned();
    let reset = second.split('/').nth(2).unwrap().to_owned();
    assert!(browser.get(&format!("/recover/{reset}")).await.body.contains(&id), "the way back goes on to the app");
    let step = browser.get(&second).await.location().to_owned();
    let choose = browser.fill(&step, &[("code", &app.code(&server, 0))]).await.location().to_owned();
    let done = browser.fill(&choose, &[("password", "acht gele giraffen")]).await;
    assert_eq!(done.location(), format!("/return/{id}"), "{}", done.body);
    let app = browser.get(&format!("/authorize/{id}")).await;
    assert!(app.location().starts_with(&format!("{}?code=", crate::support::REDIRECT)), "{}", app.location());
}

async fn a_bad_password_is_refused_and_the_form_stays(engine: Engine) {
    let server = Server::start(&engine).await;
    hire(&server).await;
    let mut browser = server.browser();
    let form = prove(&server, &mut browser, BRAM).await;
    for (password, words) in [
        ("", "Use at least 15 characters"),
        ("kort", "Use at least 15 characters"),
        ("wachtwoordwachtwoord", "easy to guess"),
        (&"x".repeat(2000), "longer than we can keep"),
    ] {
        let answer = browser.fill(&form, &[("password", password)]).await;
        assert!(answer.status == 422 && answer.body.contains(words), "{}", answer.body);
    }
    let forged = browser.post(&form, &[("csrf", "x"), ("password", NEW)]).await;
    assert_eq!(forged.status, 403, "{}", forged.body);
    assert_eq!(browser.fill(&form, &[("password", NEW)]).await.status, 303);
}

async fn whoever_has_no_password_is_told_so_by_mail(engine: Engine) {
    let server = Server::start(&engine).await;
    hire(&server).await;
    let state = &server.inner.state;
    let mut writer = state.db.writing().await.unwrap();
    remove_password(&mut writer, server.account_of(BRAM).await).await.unwrap();
    writer.commit().await.unwrap();
    ask(&mut server.browser(), "own", BRAM).await;
    let mail = server.mailbox().wait_for(BRAM).await;
    assert!(
        mail.text.contains("you sign in with a passkey") && !mail.text.contains("/password-reset/"),
        "{}",
        mail.text
    );
}

async fn every_problem_has_its_page(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut browser = server.browser();
    let nothing = browser.fill("/recover", &[]).await;
    assert!(nothing.status == 422 && nothing.body.contains("Choose what the problem is"), "{}", nothing.body);
    for problem in ["second-factor", "passkey", "messages", "network"] {
        let to = browser.fill("/recover", &[("problem", problem)]).await.location().to_owned();
        assert_eq!(browser.get(&to).await.status, 200, "{to}");
    }
    assert_eq!(browser.get("/recover/own/dance").await.location(), "/recover/own");
    assert_eq!(browser.get("/recover/int_nonsense").await.status, 200, "an old sign-in is no dead end");
    // After the second wrong password a new one is offered.
    let form = browser.get("/sign-in").await;
    let csrf = form.field("csrf");
    let wrong = [("csrf", csrf.as_str()), ("username", "anna"), ("password", "not the password")];
    let first = browser.post("/sign-in", &wrong).await;
    assert!(!first.body.contains("Set a new password"));
    let mut again = wrong.to_vec();
    let before = first.field("wrong_before");
    again.push(("wrong_before", &before));
    assert!(browser.post("/sign-in", &again).await.body.contains("Set a new password"));
}

async fn an_unlock_lets_the_owner_try_again(engine: Engine) {
    let server = Server::start(&engine).await;
    let state = &server.inner.state;
    let mut browser = server.browser();
    for _ in 0..5 {
        assert_eq!(browser.sign_in_at("/sign-in", "anna", "not the password").await.status, 422);
    }
    assert_eq!(browser.sign_in_at("/sign-in", "anna", PASSWORD).await.status, 429);
    let mut writer = state.db.writing().await.unwrap();
    assert!(countersign::features::throttles::forget_about(&mut writer, server.account).await.unwrap() >= 1);
    writer.commit().await.unwrap();
    assert_eq!(browser.sign_in_at("/sign-in", "anna", PASSWORD).await.status, 303);
}
