//! Ways around it, none of which leads anywhere.

use countersign::features::accounts::{InstanceRole, set_account_disabled, set_email};
use countersign::features::organisations::Role;

use super::{NEW, ask, hire, mail, opens_a_session, prove, signs_in};
use crate::support::codes::{BRAM, number, other_than};
use crate::support::{Engine, PASSWORD, Server, on_both_engines};

on_both_engines! {
    another_browser_gets_nowhere
    a_code_works_where_it_was_asked_for_alone
    a_code_has_five_tries_and_ten_minutes
    a_newer_mail_ends_the_older_one
    of_parallel_attempts_one_wins
    an_account_that_was_switched_off_meanwhile_is_not_let_in
    a_mail_to_an_old_address_or_before_a_change_counts_no_longer
    the_interaction_of_a_reset_signs_nobody_in
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
