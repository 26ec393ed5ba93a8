//! Second steps with a code that is sent: when one is sent, and to whom it is offered.

use std::time::{Duration, Instant};

use countersign::domain::policy::{AllowedKinds, Demand};
use countersign::domain::{FactorKind, FactorKinds, Policy, Secret, Timestamp};
use countersign::features::accounts::{InstanceRole, find_account};
use countersign::features::factors::{Details, NewFactor, add_factor};
use countersign::features::organisations::Role;
use sea_orm::{ConnectionTrait as _, Statement};

use crate::support::codes::{
    BRAM, NUMBER, enrol_mail, enrol_sms, half_way, hire, links, number, other_than, send, sent, signed_in,
};
use crate::support::{Engine, MailServer, Manner, PASSWORD, Server, TestClock, on_both_engines};

on_both_engines! {
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
    numbers_in_a_row_that_nobody_reads_get_nothing_for_an_hour
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
    assert_eq!(browser.post(&format!("{step}/send"), &[("csrf", &csrf)]).await.location(), choose);
    assert_eq!(browser.fill(&by_app, &[("code", &app.code(&server, 0))]).await.location(), "/account");
    assert_eq!(browser.get("/enrol/account/email").await.location(), "/enrol/account");
    let again = number(&server, "SELECT COUNT(*) AS n FROM challenges WHERE purpose = 'second:email'").await;
    assert_eq!(again, 0, "nothing was sent");
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

async fn numbers_in_a_row_that_nobody_reads_get_nothing_for_an_hour(engine: Engine) {
    let server = Server::start(&engine).await;
    server.hire(BRAM, Role::Employee, InstanceRole::None).await;
    let ask = async |number: String| {
        let mut browser = signed_in(&server, BRAM).await;
        send(&mut browser, "/enrol/account/sms", &[("number", &number)]).await
    };
    for last in 0..20 {
        let answer = ask(format!("+3161234{:04}", 5600 + last)).await;
        assert_eq!(answer.status, 303, "{last}: {}", answer.body);
        server.clock.advance(3600);
    }
    // The twentieth is an hour old: one more goes, and nothing after it.
    assert_eq!(ask("+31612345700".to_owned()).await.status, 303);
    server.clock.advance(20 * 60);
    let stopped = ask("+31612345701".to_owned()).await;
    assert!(stopped.status == 503 && stopped.body.contains("could not send the text message"), "{}", stopped.body);
    let elsewhere = ask("+31687654321".to_owned()).await;
    assert_eq!(elsewhere.status, 303, "other numbers are none of it: {}", elsewhere.body);
    server.clock.advance(40 * 60);
    assert_eq!(ask("+31612345702".to_owned()).await.status, 303);
}
