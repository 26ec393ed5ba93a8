//! Second steps with a code that is sent: by mail and by text message.

use std::time::{Duration, Instant};

use countersign::domain::policy::{AllowedKinds, Demand};
use countersign::domain::{FactorKind, FactorKinds, Policy, Secret, Timestamp};
use countersign::features::accounts::{InstanceRole, find_account, find_account_by_login};
use countersign::features::factors::{Details, NewFactor, add_factor, list_factors, open_secret};
use countersign::features::organisations::Role;
use sea_orm::{ConnectionTrait as _, Statement};

use crate::support::{Answer, Browser, Engine, MailServer, Manner, PASSWORD, Server, TestClock, on_both_engines};

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
    looking_sends_nothing
    codes_are_sent_within_limits
    a_network_gets_only_so_many
    the_text_messages_of_a_day_end
    a_mail_server_that_is_silent_keeps_nobody_waiting
    an_old_code_is_never_delivered
    what_cannot_be_sent_is_not_offered
    what_the_office_forbids_is_not_offered
    whoever_may_help_everybody_gets_no_codes
    a_demanded_factor_may_be_a_code_by_mail
}

const BRAM: &str = "bram@kantoor.nl";
const CARLA: &str = "carla@kantoor.nl";
const NUMBER: &str = "+31612345642";

async fn signed_in(server: &Server, email: &str) -> Browser {
    let mut browser = server.browser();
    let done = browser.sign_in_at("/sign-in", email, PASSWORD).await;
    assert_eq!(done.location(), "/account", "{}", done.body);
    browser
}

async fn hire(server: &Server, email: &str) -> Browser {
    server.hire(email, Role::Employee, InstanceRole::None).await;
    signed_in(server, email).await
}

/// The six digits of the next code that arrives there.
async fn code(server: &Server, to: &str) -> String {
    loop {
        let message = server.mailbox().wait_for(to).await;
        if message.subject.is_none() {
            return message.text[..6].to_owned();
        }
        if message.subject.as_deref().is_some_and(|subject| subject.starts_with("Your code")) {
            let line = message.text.lines().find(|line| line.starts_with("    ")).unwrap();
            return line.split_whitespace().collect();
        }
    }
}

fn other_than(code: &str) -> String {
    let number: u32 = code.parse().unwrap();
    format!("{:06}", (number + 1) % 1_000_000)
}

/// A page with its addresses as they are.
fn links(page: &Answer) -> String {
    page.body.replace("&#x2f;", "/")
}

/// Has a code sent on the page `step`.
async fn send(browser: &mut Browser, step: &str, fields: &[(&str, &str)]) -> Answer {
    let csrf = browser.get(step).await.field("csrf");
    let mut all = vec![("csrf", csrf.as_str())];
    all.extend(fields);
    browser.post(&format!("{step}/send"), &all).await
}

/// Has a code sent on the page `step`, and gives it.
async fn sent(server: &Server, browser: &mut Browser, step: &str, to: &str) -> String {
    let answer = send(browser, step, &[]).await;
    assert_eq!((answer.status, answer.header("location")), (303, step), "{}", answer.body);
    code(server, to).await
}

/// Waits for the mail that says that a way was added, so that none is in flight when the clock is turned.
async fn told(server: &Server, email: &str) {
    let mail = server.mailbox().wait_for(email).await;
    assert_eq!(mail.subject.as_deref(), Some("A way to sign in was added to your account"));
}

async fn enrol_mail(server: &Server, browser: &mut Browser, email: &str) {
    let code = sent(server, browser, "/enrol/account/email", email).await;
    let done = browser.fill("/enrol/account/email", &[("code", &code)]).await;
    assert_eq!(done.status, 303, "{}", done.body);
    told(server, email).await;
}

async fn enrol_sms(server: &Server, browser: &mut Browser, email: &str, number: &str) {
    let answer = send(browser, "/enrol/account/sms", &[("number", number)]).await;
    assert_eq!(answer.header("location"), "/enrol/account/sms", "{}", answer.body);
    let code = code(server, number).await;
    let done = browser.fill("/enrol/account/sms", &[("code", &code)]).await;
    assert_eq!(done.status, 303, "{}", done.body);
    told(server, email).await;
}

/// Enters the password, and gives the page of the second step with this kind.
async fn half_way(browser: &mut Browser, email: &str, kind: &str) -> String {
    let asked = browser.sign_in_at("/sign-in", email, PASSWORD).await;
    assert!(asked.location().ends_with("/second"), "{}", asked.location());
    format!("{}/{kind}", asked.location())
}

async fn number(server: &Server, query: &str) -> i64 {
    let db = server.inner.state.db.reading();
    let statement = Statement::from_string(db.get_database_backend(), query.to_owned());
    db.query_one_raw(statement).await.unwrap().unwrap().try_get("", "n").unwrap()
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
    assert!(mail.links().is_empty());
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

impl Browser {
    /// Sends a code from the page at `step`, whether it shows a field for one or not.
    async fn fill_or_post(&mut self, step: &str, code: &str) -> Answer {
        let csrf = self.get(step).await.field("csrf");
        self.post(step, &[("csrf", &csrf), ("code", code)]).await
    }

    /// A second window of the same browser.
    fn again(&self, server: &Server) -> Self {
        let mut other = server.browser();
        other.cookies = self.cookies.clone();
        other
    }
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

async fn looking_sends_nothing(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut browser = hire(&server, BRAM).await;
    enrol_mail(&server, &mut browser, BRAM).await;
    enrol_sms(&server, &mut browser, BRAM, NUMBER).await;
    let before = server.mailbox().received().len();
    let mut browser = server.browser();
    let step = half_way(&mut browser, BRAM, "email").await;
    for path in [&step, &step.replace("/email", "/sms"), &step.replace("/email", "?choose=1")] {
        assert_eq!(browser.get(path).await.status, 200);
    }
    assert_eq!(browser.get(&format!("{step}/send")).await.location(), step);
    let forged = browser.post(&format!("{step}/send"), &[("csrf", "x")]).await;
    assert!(forged.status >= 400, "{}", forged.status);
    let right = sent(&server, &mut browser, &step, BRAM).await;
    for _ in 0..3 {
        assert!(browser.get(&step).await.body.contains("name=\"code\""), "a reload does not send again");
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(server.mailbox().received().len(), before + 1);
    assert_eq!(number(&server, "SELECT COUNT(*) AS n FROM outbox WHERE sent_at IS NULL").await, 0);
    assert_eq!(browser.fill_or_post(&step, &right).await.status, 303);
}

async fn codes_are_sent_within_limits(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut browser = hire(&server, BRAM).await;
    enrol_mail(&server, &mut browser, BRAM).await;
    server.clock.advance(601);
    let mut browser = server.browser();
    let step = half_way(&mut browser, BRAM, "email").await;
    let first = sent(&server, &mut browser, &step, BRAM).await;
    let soon = send(&mut browser, &step, &[]).await;
    assert!(soon.status == 429 && soon.body.contains("You can ask for a new code"), "{}", soon.body);
    assert!(soon.body.contains("name=\"code\""), "the first one works still: {}", soon.body);
    // Three in ten minutes for an address, whatever the sign-in.
    for _ in 0..2 {
        let mut other = server.browser();
        let step = half_way(&mut other, BRAM, "email").await;
        sent(&server, &mut other, &step, BRAM).await;
    }
    let mut other = server.browser();
    let elsewhere = half_way(&mut other, BRAM, "email").await;
    assert_eq!(send(&mut other, &elsewhere, &[]).await.status, 429);
    assert_eq!(browser.fill_or_post(&step, &first).await.location(), "/account");
    server.clock.advance(601);
    sent(&server, &mut other, &elsewhere, BRAM).await;
}

async fn a_network_gets_only_so_many(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut statuses = Vec::new();
    for person in ["bram@kantoor.nl", "carla@kantoor.nl", "dirk@kantoor.nl", "els@kantoor.nl"] {
        server.hire(person, Role::Employee, InstanceRole::None).await;
        for _ in 0..3 {
            let mut browser = signed_in(&server, person).await;
            statuses.push(send(&mut browser, "/enrol/account/email", &[]).await.status);
        }
    }
    assert_eq!(statuses, [[303; 10].as_slice(), &[429, 429]].concat());
    // Text messages are counted by themselves, and more strictly.
    let mut statuses = Vec::new();
    for last in 0..6 {
        let mut browser = signed_in(&server, "bram@kantoor.nl").await;
        let number = format!("+3161234{last}678");
        statuses.push(send(&mut browser, "/enrol/account/sms", &[("number", &number)]).await.status);
    }
    assert_eq!(statuses, [303, 303, 303, 303, 303, 429]);
}

async fn the_text_messages_of_a_day_end(engine: Engine) {
    let server = Server::start_with(&engine, TestClock::new(), |config| config.sms.daily_budget = 1).await;
    let mut browser = hire(&server, BRAM).await;
    enrol_sms(&server, &mut browser, BRAM, NUMBER).await;
    let mut browser = server.browser();
    let step = half_way(&mut browser, BRAM, "sms").await;
    let answer = send(&mut browser, &step, &[]).await;
    assert_eq!(answer.status, 503);
    assert!(answer.body.contains("could not send the text message") && answer.body.contains("Use another way"));
}

async fn a_mail_server_that_is_silent_keeps_nobody_waiting(engine: Engine) {
    let mails = MailServer::start([Manner::Silent]).await;
    let server = Server::start_with(&engine, TestClock::new(), |config| mails.receive_from(config)).await;
    let mut browser = signed_in(&server, "anna@kantoor.nl").await;
    let started = Instant::now();
    assert_eq!(send(&mut browser, "/enrol/account/email", &[]).await.status, 303);
    assert!(browser.get("/enrol/account/email").await.body.contains("No email received?"));
    assert!(started.elapsed() < Duration::from_secs(2), "{:?}", started.elapsed());
}

async fn an_old_code_is_never_delivered(engine: Engine) {
    let mails = MailServer::start([Manner::RefusesRecipient("450 later"), Manner::Takes]).await;
    let server = Server::start_with(&engine, TestClock::new(), |config| mails.receive_from(config)).await;
    let mut browser = signed_in(&server, "anna@kantoor.nl").await;
    assert_eq!(send(&mut browser, "/enrol/account/email", &[]).await.status, 303);
    let wait_for = async |what: &str| {
        let query = format!("SELECT COUNT(*) AS n FROM outbox WHERE {what}");
        let started = Instant::now();
        while number(&server, &query).await == 0 {
            assert!(started.elapsed() < Duration::from_secs(20), "{what}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    wait_for("last_answer LIKE '%450%'").await;
    server.clock.advance(601);
    wait_for("failed_at IS NOT NULL").await;
    assert_eq!(mails.mails(), Vec::<String>::new());
}

async fn what_cannot_be_sent_is_not_offered(engine: Engine) {
    let server = Server::start_with(&engine, TestClock::new(), |config| {
        config.mail.smtp_url = Secret::default();
        config.sms.gateway_url = None;
    })
    .await;
    let mut anna = signed_in(&server, "anna@kantoor.nl").await;
    let page = anna.get("/enrol/account").await;
    assert!(links(&page).contains("/enrol/account/totp"));
    for kind in ["email", "sms"] {
        assert!(!links(&page).contains(&format!("/enrol/account/{kind}")), "{}", page.body);
        assert_eq!(anna.get(&format!("/enrol/account/{kind}")).await.location(), "/enrol/account");
        let fields = [("csrf", page.field("csrf")), ("number", NUMBER.to_owned())];
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let forced = anna.post(&format!("/enrol/account/{kind}/send"), &fields).await;
        assert_eq!(forced.location(), "/enrol/account");
    }
    // Somebody who switched codes by mail on while there was mail.
    let account = server.hire(BRAM, Role::Employee, InstanceRole::None).await;
    let state = &server.inner.state;
    let new = NewFactor {
        account_id: account,
        kind: FactorKind::Email,
        name: "",
        secret: None,
        handle: None,
        counter: 0,
        device_bound: false,
        details: Details { hint: Some("b•••@kantoor.nl".to_owned()), ..Details::default() },
        user_agent: None,
    };
    let mut writer = state.db.writing().await.unwrap();
    add_factor(&mut writer, &state.vault, new, (state.now(), state.random.as_ref())).await.unwrap();
    writer.commit().await.unwrap();
    let mut browser = server.browser();
    let step = half_way(&mut browser, BRAM, "email").await;
    let choose = step.replace("/email", "");
    assert_eq!(browser.get(&step).await.location(), choose);
    let page = browser.get(&choose).await;
    assert!(page.status == 200 && page.body.contains("Email to b•••@kantoor.nl"), "{}", page.body);
    assert!(!links(&page).contains(&step), "{}", page.body);
    let forced = browser.post(&format!("{step}/send"), &[("csrf", &page.field("csrf"))]).await;
    assert_eq!(forced.location(), choose);
    assert_eq!(number(&server, "SELECT COUNT(*) AS n FROM outbox").await, 0);
}

async fn what_the_office_forbids_is_not_offered(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut browser = hire(&server, BRAM).await;
    enrol_mail(&server, &mut browser, BRAM).await;
    let (app, _) = browser.connect_app(&server, "account").await;
    server.rule(Policy { kinds: AllowedKinds::new(FactorKinds::of(&[FactorKind::Totp])), ..Policy::default() }).await;
    server.clock.advance(60);
    let mut browser = server.browser();
    let step = half_way(&mut browser, BRAM, "email").await;
    let choose = step.replace("/email", "");
    assert_eq!(browser.get(&step).await.location(), choose);
    let by_app = format!("{choose}/totp");
    assert_eq!(browser.get(&choose).await.location(), by_app);
    let csrf = browser.get(&by_app).await.field("csrf");
    let before = server.mailbox().received().len();
    assert_eq!(browser.post(&format!("{step}/send"), &[("csrf", &csrf)]).await.location(), choose);
    assert_eq!(browser.fill(&by_app, &[("code", &app.code(&server, 0))]).await.location(), "/account");
    assert_eq!(browser.get("/enrol/account/email").await.location(), "/enrol/account");
    let again = number(&server, "SELECT COUNT(*) AS n FROM challenges WHERE purpose = 'second:email'").await;
    assert_eq!((again, server.mailbox().received().len()), (0, before));
}

async fn whoever_may_help_everybody_gets_no_codes(engine: Engine) {
    let server = Server::start(&engine).await;
    server.hire(BRAM, Role::Employee, InstanceRole::Helpdesk).await;
    let mut browser = server.browser();
    let asked = browser.sign_in_at("/sign-in", BRAM, PASSWORD).await;
    let place = asked.location().to_owned();
    assert!(place.starts_with("/enrol/int_"), "{place}");
    let page = browser.get(&place).await;
    for kind in ["email", "sms"] {
        assert!(!links(&page).contains(&format!("{place}/{kind}")), "{}", page.body);
        assert_eq!(browser.get(&format!("{place}/{kind}")).await.location(), place);
        let csrf = page.field("csrf");
        let forced = browser.post(&format!("{place}/{kind}/send"), &[("csrf", &csrf), ("number", NUMBER)]).await;
        assert_eq!(forced.location(), place);
    }
    assert!(server.mailbox().received().is_empty());
}

async fn a_demanded_factor_may_be_a_code_by_mail(engine: Engine) {
    let server = Server::start(&engine).await;
    let account = server.hire(BRAM, Role::Employee, InstanceRole::None).await;
    let state = &server.inner.state;
    let writer = state.db.writing().await.unwrap();
    let forget = format!("UPDATE accounts SET email_verified = false WHERE id = '{account}'");
    writer.execute_raw(Statement::from_string(writer.get_database_backend(), forget)).await.unwrap();
    writer.commit().await.unwrap();
    let demand = Demand::Required { from: Timestamp::from_millis(0) };
    server.rule(Policy { second_factor: demand, ..Policy::default() }).await;
    let mut browser = server.browser();
    let place = browser.sign_in_at("/sign-in", BRAM, PASSWORD).await.location().to_owned();
    let path = format!("{place}/email");
    let code = sent(&server, &mut browser, &path, BRAM).await;
    let verified = async || find_account(state.db.reading(), account).await.unwrap().unwrap().email_verified;
    assert_eq!(browser.fill(&path, &[("code", &other_than(&code))]).await.status, 422);
    assert_eq!(browser.get("/account").await.location(), "/sign-in");
    assert!(!verified().await);
    let done = browser.fill(&path, &[("code", &code)]).await;
    assert_eq!(done.location(), "/enrol/account/recovery_code", "{}", done.body);
    assert!(verified().await, "whoever typed it reads mail there");
    assert_eq!(browser.get("/account").await.status, 200);
}
