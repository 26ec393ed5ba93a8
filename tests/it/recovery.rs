//! Choosing a forgotten password anew: the way, and every way around it.

use countersign::domain::network::Network;
use countersign::domain::policy::NewNetworks;
use countersign::domain::{FactorKind, Policy};
use countersign::features::accounts::{InstanceRole, set_account_disabled, set_email};
use countersign::features::factors::{Details, NewFactor, add_factor};
use countersign::features::networks::{Owner, block_network};
use countersign::features::organisations::Role;
use countersign::features::passwords::{has_password, remove_password};

use crate::support::codes::{BRAM, number, other_than};
use crate::support::places::{HOME, OFFICE, from, start};
use crate::support::{Answer, Browser, Engine, PASSWORD, Server, on_both_engines};

on_both_engines! {
    a_code_from_the_mail_leads_to_a_new_password
    a_link_does_the_same_in_the_browser_that_opens_it
    looking_at_a_link_uses_nothing_up
    every_name_gets_the_same_answer
    the_second_step_is_asked_and_cannot_be_left_out
    whoever_came_from_an_app_ends_there
    another_browser_gets_nowhere
    a_code_works_where_it_was_asked_for_alone
    a_code_has_five_tries_and_ten_minutes
    a_newer_mail_ends_the_older_one
    of_parallel_attempts_one_wins
    an_account_that_was_switched_off_meanwhile_is_not_let_in
    a_mail_to_an_old_address_or_before_a_change_counts_no_longer
    requests_are_limited_by_name_and_by_network
    the_interaction_of_a_reset_signs_nobody_in
    a_bad_password_is_refused_and_the_form_stays
    whoever_has_no_password_is_told_so_by_mail
    every_problem_has_its_page
    an_unlock_lets_the_owner_try_again
    a_strange_place_is_asked_about_after_a_new_password
    a_blocked_place_gets_no_new_password
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

async fn every_name_gets_the_same_answer(engine: Engine) {
    let server = Server::start(&engine).await;
    let state = &server.inner.state;
    hire(&server).await;
    for name in ["carla@kantoor.nl", "daan@kantoor.nl", "eva@kantoor.nl"] {
        server.hire(name, Role::Employee, InstanceRole::None).await;
    }
    let (off, without) = (server.account_of("carla@kantoor.nl").await, server.account_of("daan@kantoor.nl").await);
    let mut writer = state.db.writing().await.unwrap();
    set_account_disabled(&mut writer, off, true, state.now()).await.unwrap();
    remove_password(&mut writer, without).await.unwrap();
    writer.commit().await.unwrap();
    assert!(!has_password(state.db.reading(), without).await.unwrap());
    add_totp(&server, "eva@kantoor.nl").await;
    let names = [BRAM, "carla@kantoor.nl", "daan@kantoor.nl", "eva@kantoor.nl", "zoe@kantoor.nl", "nobody.at.all"];
    let mut all = Vec::new();
    for name in names {
        let mut browser = server.browser();
        let mut seen = Vec::new();
        let form = browser.get("/recover/own/password").await;
        let asked = browser.post("/recover/own/password", &[("csrf", &form.field("csrf")), ("username", name)]).await;
        let waiting = asked.location().to_owned();
        seen.push(plain(&asked, &waiting));
        seen.push(plain(&browser.get(&waiting).await, &waiting));
        for _ in 0..6 {
            seen.push(plain(&browser.fill(&waiting, &[("code", "000000")]).await, &waiting));
        }
        seen.push(plain(&browser.fill(&waiting, &[("code", "x")]).await, &waiting));
        seen.push(plain(&browser.get(&waiting).await, &waiting));
        all.push(seen);
    }
    for (name, seen) in names.iter().zip(&all) {
        assert_eq!(seen, &all[0], "{name}");
    }
    // The mailbox shows what the pages do not.
    assert_eq!(number(&server, "SELECT COUNT(*) AS n FROM outbox WHERE template = 'password_reset'").await, 3);
    assert_eq!(number(&server, "SELECT COUNT(*) AS n FROM password_resets").await, 6);
}

/// What somebody sees of an answer, without what is new in every one.
fn plain(answer: &Answer, waiting: &str) -> (u16, Vec<String>, String) {
    let escaped = waiting.replace('/', "&#x2f;");
    let mut body = answer.body.replace(waiting, "").replace(&escaped, "");
    if answer.status != 303 {
        body = body.replace(&answer.field("csrf"), "");
        let reference = answer.body.split("class=\"mono\">").nth(1).unwrap()[..7].to_owned();
        body = body.replace(&reference, "");
    }
    let mut headers: Vec<String> = answer
        .headers
        .iter()
        .filter(|(name, _)| !["date", "location", "x-request-id"].contains(&name.as_str()))
        .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
        .map(|line| if line.starts_with("set-cookie") { line.split('=').next().unwrap().to_owned() } else { line })
        .collect();
    headers.sort();
    (answer.status, headers, body)
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

async fn another_browser_gets_nowhere(engine: Engine) {
    let server = Server::start(&engine).await;
    hire(&server).await;
    let mut browser = server.browser();
    let waiting = ask(&mut browser, "own", BRAM).await;
    let (code, _) = mail(&server, BRAM).await;
    let mut thief = server.browser();
    let csrf = thief.get("/recover").await.field("csrf");
    assert_eq!(thief.get(&waiting).await.status, 400);
    assert_eq!(thief.post(&waiting, &[("csrf", &csrf), ("code", &code)]).await.status, 400);
    let form = browser.fill(&waiting, &[("code", &code)]).await.location().to_owned();
    assert_eq!(thief.get(&form).await.status, 400);
    assert_eq!(thief.post(&form, &[("csrf", &csrf), ("password", NEW)]).await.status, 400);
    assert!(!signs_in(&server, BRAM, NEW).await);
    assert_eq!(browser.fill(&form, &[("password", NEW)]).await.status, 303);
}

async fn a_code_works_where_it_was_asked_for_alone(engine: Engine) {
    let server = Server::start(&engine).await;
    hire(&server).await;
    server.hire("carla@kantoor.nl", Role::Employee, InstanceRole::None).await;
    let (mut first, mut other) = (server.browser(), server.browser());
    let (waits, waits_too) = (ask(&mut first, "own", BRAM).await, ask(&mut other, "own", "carla@kantoor.nl").await);
    let (of_bram, of_carla) = (mail(&server, BRAM).await.0, mail(&server, "carla@kantoor.nl").await.0);
    if of_bram != of_carla {
        assert_eq!(other.fill(&waits_too, &[("code", &of_bram)]).await.status, 422);
        assert_eq!(first.fill(&waits, &[("code", &of_carla)]).await.status, 422);
    }
    // A stranger's request waits like any other, and nothing is right for it.
    let mut stranger = server.browser();
    let nobody = ask(&mut stranger, "own", "nobody@kantoor.nl").await;
    assert_eq!(stranger.fill(&nobody, &[("code", &of_bram)]).await.status, 422);
    assert_eq!(first.fill(&waits, &[("code", &of_bram)]).await.status, 303);
    assert_eq!(first.fill_or_post(&waits, &of_bram).await.status, 422, "and only once");
}

async fn a_code_has_five_tries_and_ten_minutes(engine: Engine) {
    let server = Server::start(&engine).await;
    hire(&server).await;
    let mut browser = server.browser();
    let waiting = ask(&mut browser, "own", BRAM).await;
    let (code, link) = mail(&server, BRAM).await;
    let wrong = other_than(&code);
    let words: Vec<bool> = {
        let mut seen = Vec::new();
        for _ in 0..5 {
            seen.push(browser.fill(&waiting, &[("code", &wrong)]).await.body.contains("wrong five times"));
        }
        seen
    };
    assert_eq!(words, [false, false, false, false, true]);
    assert_eq!(browser.fill(&waiting, &[("code", &code)]).await.status, 422, "a sixth one is not looked at");
    assert_eq!(server.browser().get(&link).await.status, 200, "guesses of a stranger do not end the link");
    let mut browser = server.browser();
    let waiting = ask(&mut browser, "own", BRAM).await;
    let (code, _) = mail(&server, BRAM).await;
    server.clock.advance(600);
    let late = browser.fill(&waiting, &[("code", &code)]).await;
    assert!(late.status == 422 && late.body.contains("This code no longer works"), "{}", late.body);
    // Whoever takes half an hour over the form begins anew.
    let form = prove(&server, &mut browser, BRAM).await;
    let csrf = browser.get(&form).await.field("csrf");
    server.clock.advance(30 * 60);
    assert_eq!(browser.get(&form).await.status, 404);
    assert_eq!(browser.post(&form, &[("csrf", &csrf), ("password", NEW)]).await.status, 404);
    assert!(!signs_in(&server, BRAM, NEW).await);
}

async fn a_newer_mail_ends_the_older_one(engine: Engine) {
    let server = Server::start(&engine).await;
    hire(&server).await;
    let (mut first, mut second) = (server.browser(), server.browser());
    let old_page = ask(&mut first, "own", BRAM).await;
    let (old_code, old_link) = mail(&server, BRAM).await;
    ask(&mut second, "own", BRAM).await;
    let (_, link) = mail(&server, BRAM).await;
    assert_eq!(server.browser().get(&old_link).await.status, 404);
    assert_eq!(first.fill(&old_page, &[("code", &old_code)]).await.status, 422);
    let form = first.fill(&link, &[]).await.location().to_owned();
    // Whoever read the mail is not interrupted by a stranger who asks once more.
    ask(&mut server.browser(), "own", BRAM).await;
    let (_, newest) = mail(&server, BRAM).await;
    assert_eq!(first.fill(&form, &[("password", NEW)]).await.status, 303);
    assert_eq!(server.browser().get(&newest).await.status, 404, "a change ends what waits");
}

async fn of_parallel_attempts_one_wins(engine: Engine) {
    let server = Server::start(&engine).await;
    hire(&server).await;
    ask(&mut server.browser(), "own", BRAM).await;
    let (_, link) = mail(&server, BRAM).await;
    let mut links = Vec::new();
    for _ in 0..8 {
        let mut browser = server.browser();
        let csrf = browser.get(&link).await.field("csrf");
        links.push((browser, csrf));
    }
    let pressing: Vec<_> = links
        .into_iter()
        .map(|(mut browser, csrf)| {
            let link = link.clone();
            tokio::spawn(async move { (browser.post(&link, &[("csrf", csrf.as_str())]).await, browser) })
        })
        .collect();
    let mut pressed = Vec::new();
    for press in pressing {
        pressed.push(press.await.unwrap());
    }
    let through: Vec<_> = pressed.iter().filter(|(answer, _)| answer.status == 303).collect();
    assert_eq!(through.len(), 1);
    let (answer, winner) = through[0];
    let form = answer.location().to_owned();
    let mut choices = Vec::new();
    for word in ["een", "twee", "drie", "vier", "vijf"] {
        let mut browser = winner.again(&server);
        let csrf = browser.get(&form).await.field("csrf");
        choices.push((browser, csrf, format!("{word} purperen nijlpaarden")));
    }
    let choosing: Vec<_> = choices
        .into_iter()
        .map(|(mut browser, csrf, password)| {
            let form = form.clone();
            tokio::spawn(async move {
                let fields = [("csrf", csrf.as_str()), ("password", password.as_str())];
                (browser.post(&form, &fields).await.status, password)
            })
        })
        .collect();
    let mut answers = Vec::new();
    for choice in choosing {
        answers.push(choice.await.unwrap());
    }
    assert_eq!(answers.iter().filter(|(status, _)| *status == 303).count(), 1, "{answers:?}");
    let mut fit = 0;
    for (_, password) in &answers {
        fit += usize::from(signs_in(&server, BRAM, password).await);
    }
    assert_eq!(fit, 1);
}

async fn an_account_that_was_switched_off_meanwhile_is_not_let_in(engine: Engine) {
    let server = Server::start(&engine).await;
    hire(&server).await;
    let state = &server.inner.state;
    let account = server.account_of(BRAM).await;
    let mut browser = server.browser();
    let form = prove(&server, &mut browser, BRAM).await;
    let csrf = browser.get(&form).await.field("csrf");
    ask(&mut server.browser(), "own", BRAM).await;
    let (_, link) = mail(&server, BRAM).await;
    let mut writer = state.db.writing().await.unwrap();
    set_account_disabled(&mut writer, account, true, state.now()).await.unwrap();
    writer.commit().await.unwrap();
    let refused = browser.post(&form, &[("csrf", &csrf), ("password", NEW)]).await;
    assert_eq!(refused.status, 303);
    assert!(!refused.location().starts_with("/account"), "{}", refused.location());
    let refused = server.browser().fill(&link, &[]).await;
    assert!(refused.status == 403 && refused.body.contains("This account is switched off"), "{}", refused.body);
    let mut writer = state.db.writing().await.unwrap();
    set_account_disabled(&mut writer, account, false, state.now()).await.unwrap();
    writer.commit().await.unwrap();
    assert!(signs_in(&server, BRAM, PASSWORD).await && !signs_in(&server, BRAM, NEW).await);
}

async fn a_mail_to_an_old_address_or_before_a_change_counts_no_longer(engine: Engine) {
    let server = Server::start(&engine).await;
    hire(&server).await;
    let state = &server.inner.state;
    let account = server.account_of(BRAM).await;
    let mut browser = server.browser();
    let waiting = ask(&mut browser, "own", BRAM).await;
    let (code, link) = mail(&server, BRAM).await;
    let mut writer = state.db.writing().await.unwrap();
    set_email(&mut writer, account, &"bram@elders.nl".parse().unwrap(), state.now()).await.unwrap();
    writer.commit().await.unwrap();
    assert_eq!(browser.get(&link).await.status, 404);
    assert_eq!(browser.fill(&waiting, &[("code", &code)]).await.status, 422);
    // A change of password in the account area ends what waits in the mailbox.
    ask(&mut browser, "own", "bram@elders.nl").await;
    let (_, link) = mail(&server, "bram@elders.nl").await;
    let form = {
        let mut other = server.browser();
        let waiting = ask(&mut other, "own", "anna@kantoor.nl").await;
        let (code, _) = mail(&server, "anna@kantoor.nl").await;
        let form = other.fill(&waiting, &[("code", &code)]).await.location().to_owned();
        (other, form)
    };
    server.clock.advance(1);
    for (email, password) in [("bram@elders.nl", NEW), ("anna@kantoor.nl", NEW)] {
        let mut owner = server.browser();
        owner.sign_in_at("/sign-in", email, PASSWORD).await;
        let changed = owner.fill("/account/password", &[("current", PASSWORD), ("password", password)]).await;
        assert_eq!(changed.status, 303, "{}", changed.body);
    }
    assert_eq!(browser.get(&link).await.status, 404);
    let (mut other, form) = form;
    let leads = other.get(&form).await;
    assert_eq!(leads.status, 303, "what was proven before counts no longer: {}", leads.body);
    assert!(leads.location().starts_with("/sign-in/"), "{}", leads.location());
    assert!(other.get(leads.location()).await.location().starts_with("/recover/"));
}

async fn requests_are_limited_by_name_and_by_network(engine: Engine) {
    let server = Server::start(&engine).await;
    hire(&server).await;
    for name in [BRAM, "nobody@kantoor.nl"] {
        let mut browser = server.browser();
        for _ in 0..3 {
            ask(&mut browser, "own", name).await;
        }
        let spelled = name.to_uppercase();
        let answer = browser.fill("/recover/own/password", &[("username", &spelled)]).await;
        assert!(answer.status == 429 && answer.body.contains("asked too often"), "{}", answer.body);
        assert!(answer.header("retry-after").parse::<u64>().unwrap() > 1);
    }
    for n in 0..4 {
        ask(&mut server.browser(), "own", &format!("nobody{n}@kantoor.nl")).await;
    }
    let full = server.browser().fill("/recover/own/password", &[("username", "anna@kantoor.nl")]).await;
    assert_eq!(full.status, 429, "ten in an hour from one network");
    server.clock.advance(3601);
    ask(&mut server.browser(), "own", "anna@kantoor.nl").await;
}

async fn the_interaction_of_a_reset_signs_nobody_in(engine: Engine) {
    let server = Server::start(&engine).await;
    hire(&server).await;
    let mut browser = server.browser();
    let form = prove(&server, &mut browser, BRAM).await;
    let id = form.strip_prefix("/password-reset/new/").unwrap().to_owned();
    let csrf = browser.get(&form).await.field("csrf");
    for path in [format!("/sign-in/{id}"), format!("/sign-in/{id}?anew=1")] {
        assert_eq!(browser.get(&path).await.location(), format!("/recover/{id}"));
    }
    let fields = [("csrf", csrf.as_str()), ("username", BRAM), ("password", PASSWORD)];
    let answer = browser.post(&format!("/sign-in/{id}"), &fields).await;
    assert!(answer.location() == format!("/recover/{id}") && !opens_a_session(&answer));
    for path in [
        format!("/return/{id}"),
        format!("/authorize/{id}"),
        format!("/consent/{id}"),
        format!("/offer/{id}"),
        format!("/enrol/{id}"),
        format!("/enrol/{id}/totp"),
        format!("/enrol/{id}/passkey"),
        format!("/sign-in/{id}/second"),
        format!("/sign-in/{id}/network"),
    ] {
        let answer = browser.get(&path).await;
        assert!(!opens_a_session(&answer), "{path}");
        assert!(matches!(answer.status, 303 | 400 | 404), "{path}: {} {}", answer.status, answer.body);
    }
    assert_eq!(browser.get("/account").await.location(), "/sign-in");
    assert_eq!(number(&server, "SELECT COUNT(*) AS n FROM sessions").await, 0);
    // The form is still due, and somebody else's is not opened with it.
    assert_eq!(browser.get(&form).await.status, 200);
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
