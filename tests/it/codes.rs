//! Second steps with a code that is sent: what the code is good for.

use countersign::features::accounts::find_account_by_login;
use countersign::features::factors::{list_factors, open_secret};

use crate::support::codes::{
    BRAM, CARLA, NUMBER, code, enrol_mail, enrol_sms, half_way, hire, links, number, other_than, send, sent, told,
};
use crate::support::{Engine, PASSWORD, Server, on_both_engines};

on_both_engines! {
    a_code_by_mail_is_switched_on_and_asked_for
    a_code_by_text_message_is_switched_on_and_asked_for
    only_a_mobile_number_of_a_listed_country_is_switched_on
    another_number_takes_the_place_of_the_first
    a_code_is_over_after_five_wrong_tries
    tries_at_the_same_time_are_all_counted
    a_right_code_opens_one_session
    a_code_is_good_for_its_sign_in_and_way_only
    a_newer_code_ends_the_older
    a_code_ends_by_age
}

async fn a_code_by_mail_is_switched_on_and_asked_for(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut browser = hire(&server, BRAM).await;
    assert!(links(&browser.get("/enrol/account").await).contains("/enrol/account/email"));
    let page = browser.get("/enrol/account/email").await;
    assert!(page.body.contains("b•••@kantoor.nl") && !page.body.contains("name=\"code\""), "{}", page.body);
    let right = sent(&server, &mut browser, "/enrol/account/email", BRAM).await;
    let page = browser.get("/enrol/account/email").await;
    assert!(page.body.contains("autocomplete=\"one-time-code\"") && !page.body.contains(&right));
    let wrong = browser.fill("/enrol/account/email", &[("code", &other_than(&right))]).await;
    assert!(wrong.status == 422 && wrong.body.contains("That code is not right"), "{}", wrong.body);
    let shape = browser.fill("/enrol/account/email", &[("code", "12345")]).await;
    assert!(shape.status == 422 && shape.body.contains("The code must be 6 numbers"), "{}", shape.body);
    let mut other = server.browser();
    assert_eq!(other.sign_in_at("/sign-in", BRAM, PASSWORD).await.location(), "/account", "nothing is on yet");
    let done = browser.fill("/enrol/account/email", &[("code", &right)]).await;
    assert_eq!(done.location(), "/enrol/account/recovery_code");
    told(&server, BRAM).await;
    assert!(browser.get("/account/security").await.body.contains("b•••@kantoor.nl"));

    let mut browser = server.browser();
    let asked = browser.sign_in_at("/sign-in", BRAM, PASSWORD).await.location().to_owned();
    let step = browser.get(&asked).await.location().to_owned();
    assert!(step.ends_with("/second/email"), "the only way is taken at once: {step}");
    assert!(browser.get(&step).await.body.contains("We will send a code to <strong>b•••@kantoor.nl</strong>"));
    let right = sent(&server, &mut browser, &step, BRAM).await;
    let page = browser.get(&step).await;
    assert!(page.body.contains("We sent a code to <strong>b•••@kantoor.nl</strong>"), "{}", page.body);
    let spaced = format!("{} {}", &right[..3], &right[3..]);
    assert_eq!(browser.fill(&step, &[("code", &spaced)]).await.location(), "/account");
    assert_eq!(browser.get("/account").await.status, 200);
    let mail = server.mailbox().received().into_iter().filter(|mail| mail.text.contains(&spaced)).collect::<Vec<_>>();
    let [mail] = mail.as_slice() else { panic!("one mail has the code") };
    assert!(!mail.subject.as_deref().unwrap().contains(&spaced[..3]), "it would show on locked screens");
    assert!(mail.html.as_deref().unwrap().contains(&spaced) && mail.text.contains("10 minutes"), "{}", mail.text);
    let links = mail.links();
    assert!(links.len() == 1 && links[0].starts_with(&format!("{}/c/", server.issuer)), "{links:?}");
}

async fn a_code_by_text_message_is_switched_on_and_asked_for(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut browser = hire(&server, BRAM).await;
    enrol_sms(&server, &mut browser, BRAM, NUMBER).await;
    let security = browser.get("/account/security").await;
    assert!(security.body.contains("•• •• •• 42") && !security.body.contains("123456"), "{}", security.body);
    let state = &server.inner.state;
    let found = find_account_by_login(state.db.reading(), BRAM).await.unwrap().unwrap();
    let factors = list_factors(state.db.reading(), found.id).await.unwrap();
    let [factor] = factors.as_slice() else { panic!("{factors:?}") };
    assert!(!format!("{factor:?}").contains("612345642"), "the number is sealed: {factor:?}");
    assert_eq!(open_secret(&state.vault, factor).unwrap().unwrap().expose(), NUMBER.as_bytes());

    let mut browser = server.browser();
    let step = half_way(&mut browser, BRAM, "sms").await;
    server.clock.advance(60);
    assert!(browser.get(&step).await.body.contains("•• •• •• 42"));
    let right = sent(&server, &mut browser, &step, NUMBER).await;
    let text = server.mailbox().received().last().unwrap().text.clone();
    assert!(text.starts_with(&format!("{right} is your ")), "{text}");
    assert_eq!(text.lines().last(), Some(format!("@localhost #{right}").as_str()), "it fills in on our pages only");
    assert_eq!(browser.fill(&step, &[("code", &other_than(&right))]).await.status, 422);
    assert_eq!(browser.fill(&step, &[("code", &right)]).await.location(), "/account");
}

async fn only_a_mobile_number_of_a_listed_country_is_switched_on(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut browser = hire(&server, BRAM).await;
    for (typed, says) in [
        ("", "Enter a mobile number"),
        ("bram", "Enter a mobile number"),
        ("06 1234", "Enter a mobile number"),
        ("+49 151 12345678", "to this country"),
        ("+1 202 555 0123", "to this country"),
        ("020 123 4567", "not a mobile number"),
        ("0900 123456", "not a mobile number"),
    ] {
        let refused = send(&mut browser, "/enrol/account/sms", &[("number", typed)]).await;
        assert!(refused.status == 422 && refused.body.contains(says), "{typed}: {}", refused.body);
        assert!(refused.body.contains(&format!("value=\"{typed}\"")), "what was typed stays: {}", refused.body);
    }
    assert!(server.mailbox().received().is_empty());
    // A code without a number that waits is no code, and none is sent to nowhere.
    let forged = browser.fill("/enrol/account/sms", &[("code", "123456"), ("number", NUMBER)]).await;
    assert_eq!(forged.status, 422, "{}", forged.body);
    let answer = send(&mut browser, "/enrol/account/sms", &[("number", "06 12345642")]).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    code(&server, NUMBER).await;
    let page = browser.get("/enrol/account/sms").await;
    assert!(page.body.contains("•• •• •• 42") && !page.body.contains("12345642"), "{}", page.body);
    assert!(browser.get("/enrol/account/sms?number=another").await.body.contains("name=\"number\""));
}

async fn another_number_takes_the_place_of_the_first(engine: Engine) {
    const OTHER: &str = "+31612345643";
    let server = Server::start(&engine).await;
    let mut browser = hire(&server, BRAM).await;
    enrol_sms(&server, &mut browser, BRAM, NUMBER).await;
    server.clock.advance(60);
    let mut waiting = server.browser();
    let step = half_way(&mut waiting, BRAM, "sms").await;
    let old = sent(&server, &mut waiting, &step, NUMBER).await;
    enrol_sms(&server, &mut browser, BRAM, OTHER).await;
    assert_eq!(number(&server, "SELECT COUNT(*) AS n FROM factors WHERE kind = 'sms'").await, 1);
    let refused = waiting.fill(&step, &[("code", &old)]).await;
    assert_eq!(refused.status, 422, "a code to the number of before is worth nothing: {}", refused.body);
    server.clock.advance(60);
    let new = sent(&server, &mut waiting, &step, OTHER).await;
    assert_eq!(waiting.fill(&step, &[("code", &new)]).await.location(), "/account");
}

async fn a_code_is_over_after_five_wrong_tries(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut browser = hire(&server, BRAM).await;
    enrol_mail(&server, &mut browser, BRAM).await;
    let mut browser = server.browser();
    let step = half_way(&mut browser, BRAM, "email").await;
    let right = sent(&server, &mut browser, &step, BRAM).await;
    for guess in 1..=5 {
        let answer = browser.fill_or_post(&step, &other_than(&right)).await;
        let says = if guess < 5 { "That code is not right" } else { "wrong five times" };
        assert!(answer.status == 422 && answer.body.contains(says), "{guess}: {}", answer.body);
    }
    // Past the wait that guesses cost.
    server.clock.advance(2);
    let page = browser.get(&step).await;
    assert!(page.body.contains("Send the code") && !page.body.contains("name=\"code\""), "{}", page.body);
    let sixth = browser.fill_or_post(&step, &right).await;
    assert!(sixth.status == 422 && sixth.body.contains("wrong five times"), "even if right: {}", sixth.body);
    let guessed = server.mailbox().wait_for(BRAM).await;
    assert_eq!(guessed.subject.as_deref(), Some("Someone may know your password"));
    server.clock.advance(61);
    let new = sent(&server, &mut browser, &step, BRAM).await;
    assert_eq!(browser.fill_or_post(&step, &new).await.location(), "/account", "a new one works");
}

async fn tries_at_the_same_time_are_all_counted(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut browser = hire(&server, BRAM).await;
    enrol_mail(&server, &mut browser, BRAM).await;
    let mut browser = server.browser();
    let step = half_way(&mut browser, BRAM, "email").await;
    let right = sent(&server, &mut browser, &step, BRAM).await;
    let csrf = browser.get(&step).await.field("csrf");
    let mut guesses = tokio::task::JoinSet::new();
    for _ in 0..12 {
        let (mut window, step, csrf, guess) = (browser.again(&server), step.clone(), csrf.clone(), other_than(&right));
        guesses.spawn(async move { window.post(&step, &[("csrf", &csrf), ("code", &guess)]).await.status });
    }
    let answers = guesses.join_all().await;
    assert_eq!(answers.iter().filter(|status| **status == 422).count(), 5, "{answers:?}");
    assert_eq!(number(&server, "SELECT MAX(tries) AS n FROM challenges WHERE purpose = 'second:email'").await, 5);
    server.clock.advance(2);
    assert_eq!(browser.fill_or_post(&step, &right).await.status, 422);
}

async fn a_right_code_opens_one_session(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut browser = hire(&server, BRAM).await;
    enrol_mail(&server, &mut browser, BRAM).await;
    let mut browser = server.browser();
    let step = half_way(&mut browser, BRAM, "email").await;
    let right = sent(&server, &mut browser, &step, BRAM).await;
    let csrf = browser.get(&step).await.field("csrf");
    let before = number(&server, "SELECT COUNT(*) AS n FROM sessions").await;
    let mut posts = tokio::task::JoinSet::new();
    for _ in 0..5 {
        let (mut window, step, csrf, code) = (browser.again(&server), step.clone(), csrf.clone(), right.clone());
        posts.spawn(async move { window.post(&step, &[("csrf", &csrf), ("code", &code)]).await.status });
    }
    let answers = posts.join_all().await;
    assert!(answers.iter().all(|status| [303, 422].contains(status)), "{answers:?}");
    assert_eq!(number(&server, "SELECT COUNT(*) AS n FROM sessions").await, before + 1, "{answers:?}");
    let mut later = server.browser();
    let step = half_way(&mut later, BRAM, "email").await;
    assert_eq!(later.fill_or_post(&step, &right).await.status, 422, "and it is used up");
}

async fn a_code_is_good_for_its_sign_in_and_way_only(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut browser = hire(&server, BRAM).await;
    enrol_mail(&server, &mut browser, BRAM).await;
    enrol_sms(&server, &mut browser, BRAM, NUMBER).await;
    let mut carla = hire(&server, CARLA).await;
    enrol_mail(&server, &mut carla, CARLA).await;

    let (mut one, mut two, mut hers) = (server.browser(), server.browser(), server.browser());
    let first = half_way(&mut one, BRAM, "email").await;
    let second = half_way(&mut two, BRAM, "email").await;
    let third = half_way(&mut hers, CARLA, "email").await;
    let of_first = sent(&server, &mut one, &first, BRAM).await;
    assert_eq!(two.fill_or_post(&second, &of_first).await.status, 422, "where none was sent");
    let of_second = sent(&server, &mut two, &second, BRAM).await;
    let of_third = sent(&server, &mut hers, &third, CARLA).await;
    assert_eq!(two.fill_or_post(&second, &of_first).await.status, 422, "of another sign-in");
    assert_eq!(hers.fill_or_post(&third, &of_second).await.status, 422, "of another person");
    let stranger = two.again(&server).get(&first).await;
    assert_eq!(stranger.status, 400, "another browser does not see that sign-in");

    let by_sms = first.replace("/email", "/sms");
    let text = sent(&server, &mut one, &by_sms, NUMBER).await;
    assert_eq!(one.fill_or_post(&first, &text).await.status, 422, "the code of a text message in the form for mail");
    assert_eq!(one.fill_or_post(&by_sms, &of_first).await.status, 422, "and the other way round");
    assert_eq!(one.fill_or_post(&by_sms, &text).await.location(), "/account");
    assert_eq!(two.fill_or_post(&second, &of_second).await.location(), "/account");
    assert_eq!(hers.fill_or_post(&third, &of_third).await.location(), "/account");
}

async fn a_newer_code_ends_the_older(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut browser = hire(&server, BRAM).await;
    enrol_mail(&server, &mut browser, BRAM).await;
    let mut browser = server.browser();
    let step = half_way(&mut browser, BRAM, "email").await;
    let old = sent(&server, &mut browser, &step, BRAM).await;
    server.clock.advance(61);
    let new = sent(&server, &mut browser, &step, BRAM).await;
    assert_ne!(old, new);
    assert_eq!(browser.fill_or_post(&step, &old).await.status, 422);
    assert_eq!(browser.fill_or_post(&step, &new).await.location(), "/account");
}

async fn a_code_ends_by_age(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut browser = hire(&server, BRAM).await;
    enrol_mail(&server, &mut browser, BRAM).await;
    enrol_sms(&server, &mut browser, BRAM, NUMBER).await;
    for (kind, to, seconds) in [("email", BRAM, 600), ("sms", NUMBER, 300)] {
        server.clock.advance(601);
        let mut browser = server.browser();
        let step = half_way(&mut browser, BRAM, kind).await;
        let code = sent(&server, &mut browser, &step, to).await;
        server.clock.advance(seconds + 1);
        let late = browser.fill_or_post(&step, &code).await;
        assert!(late.status == 422 && late.body.contains("This code no longer works"), "{kind}: {}", late.body);
        assert!(late.body.contains("Send the code"), "{}", late.body);
        server.clock.advance(601);
        let code = sent(&server, &mut browser, &step, to).await;
        server.clock.advance(seconds - 1);
        assert_eq!(browser.fill_or_post(&step, &code).await.location(), "/account", "{kind}");
    }
}
