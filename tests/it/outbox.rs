//! Mails: they leave by themselves, once, in time or not at all, and nobody waits for them.

use std::time::{Duration, Instant};

use countersign::domain::{Language, Secret};
use countersign::features::outbox::{Letter, Particulars, PasswordGuessed, Recipient, post};

use crate::support::outbox::{ANNA, NUMBER, Row, guessed, post_for, post_mail, row, try_sms, wait_until};
use crate::support::{Engine, MailServer, Manner, Server, TestClock, on_both_engines};

on_both_engines! {
    a_mail_arrives_in_both_forms_and_its_row_is_emptied
    what_is_not_committed_is_never_sent
    a_mail_that_is_refused_for_a_while_is_tried_again
    a_mail_that_is_refused_for_good_fails_at_once
    a_mail_server_that_was_away_gets_the_mail_when_it_is_back
    a_message_that_is_too_old_is_never_sent
    without_a_mail_server_mails_wait_until_they_are_too_old
    a_mail_server_that_never_answers_holds_up_neither_pages_nor_text_messages
    what_people_typed_adds_no_header_line_or_markup
}

async fn a_mail_arrives_in_both_forms_and_its_row_is_emptied(engine: Engine) {
    let server = Server::start_with(&engine, TestClock::new(), |config| {
        config.mail.from = String::from("Müller & Zonen <no-reply@id.example>");
        config.server.metrics_listen = Some(([127, 0, 0, 1], 0).into());
    })
    .await;
    let to = Recipient::Mail(ANNA.parse().unwrap());
    let id = post_for(&server, to, Language::Dutch, 10, &guessed("Anna")).await.unwrap();
    let mail = server.mailbox().wait_for(ANNA).await;
    assert_eq!(mail.subject.as_deref(), Some("Misschien kent iemand je wachtwoord"));
    let html = mail.html.unwrap();
    for said in ["Hallo Anna,", "a.devries@kantoor.nl", "Boekhouding", "Edge op Windows", "203.0.113.24", "7F3K-Q9"] {
        assert!(mail.text.contains(said) && html.contains(said), "{said} in {} and {html}", mail.text);
    }
    assert!(mail.text.contains("24 november 2026, 14:05 (Nederlandse tijd)"), "{}", mail.text);
    assert!(html.contains("<html lang=\"nl\">") && html.contains("<title>Misschien"), "{html}");
    assert!(!html.contains("<img") && !html.contains("href=\"http"), "neither pictures nor links: {html}");
    let date = jiff::Timestamp::from_millisecond(server.inner.state.now().millis()).unwrap();
    let date = date.to_zoned(jiff::tz::TimeZone::UTC).strftime("%a, %d %b %Y %H:%M:%S +0000").to_string();
    for header in [
        format!("Date: {date}"),
        format!("Message-ID: <{id}@localhost>"),
        "Auto-Submitted: auto-generated".to_owned(),
        "X-Auto-Response-Suppress: All".to_owned(),
        "Content-Language: nl".to_owned(),
        "To: anna@kantoor.nl".to_owned(),
        "MIME-Version: 1.0".to_owned(),
    ] {
        assert!(mail.raw.contains(&format!("\r\n{header}\r\n")), "{header} in {}", mail.raw);
    }
    assert!(mail.raw.contains("<no-reply@id.example>") && mail.raw.contains("multipart/alternative"), "{}", mail.raw);

    let sent = wait_until(&server, id, Row::is_over).await;
    sent.assert_emptied();
    assert_eq!((sent.attempts, sent.failed_at), (1, None));
    assert_eq!(sent.sent_at, Some(server.inner.state.now().millis()));
    let address = server.inner.metrics_address.unwrap();
    let figures = reqwest::get(format!("http://{address}/metrics")).await.unwrap().text().await.unwrap();
    assert!(figures.contains("outbox_mail_total{outcome=\"sent\"}"), "{figures}");
    assert!(figures.contains("outbox_waiting{channel=\"mail\"}"), "{figures}");
}

async fn what_is_not_committed_is_never_sent(engine: Engine) {
    let server = Server::start(&engine).await;
    let state = &server.inner.state;
    let now = state.now();
    let message = guessed("Zoë");
    let letter = Letter {
        to: Recipient::Mail("zoe@kantoor.nl".parse().unwrap()),
        language: Language::English,
        account: None,
        expires_at: now.after(Duration::from_mins(10)),
        message: &message,
    };
    let mut writer = state.db.writing().await.unwrap();
    post(&mut writer, state, letter, now).await.unwrap();
    drop(writer);
    post_mail(&server).await;
    server.mailbox().wait_for(ANNA).await;
    tokio::time::sleep(Duration::from_millis(1500)).await;
    assert_eq!(server.mailbox().received().len(), 1);
}

async fn a_mail_that_is_refused_for_a_while_is_tried_again(engine: Engine) {
    let again = Manner::RefusesRecipient("450 4.2.1 try later <anna@kantoor.nl>");
    // A sender that is refused is a fault of the configuration, and not of the mail.
    let sender = Manner::RefusesSender("530 5.7.0 authentication required");
    let mail_server = MailServer::start([again, sender, Manner::Takes]).await;
    let server = Server::start_with(&engine, TestClock::new(), |config| mail_server.receive_from(config)).await;
    let id = post_mail(&server).await;
    let first = wait_until(&server, id, |row| !row.last_answer.is_empty()).await;
    assert!(first.is_waiting && first.attempts == 1 && first.last_answer.contains("450"), "{first:?}");
    assert!(!first.last_answer.contains("anna"), "{first:?}");
    assert!(!first.recipient.is_empty() && !first.recipient.contains("anna"), "sealed while it waits: {first:?}");
    tokio::time::sleep(Duration::from_millis(1200)).await;
    assert_eq!(row(&server, id).await.attempts, 1, "not before its time");
    server.clock.advance(5);
    let second = wait_until(&server, id, |row| row.last_answer.contains("530")).await;
    assert!(second.is_waiting && second.attempts == 2, "{second:?}");
    server.clock.advance(30);
    let third = wait_until(&server, id, Row::is_over).await;
    third.assert_emptied();
    assert!(third.sent_at.is_some() && third.attempts == 3, "{third:?}");
    assert_eq!(mail_server.mails().len(), 1);
}

async fn a_mail_that_is_refused_for_good_fails_at_once(engine: Engine) {
    let mail_server = MailServer::start([Manner::RefusesRecipient("550 5.1.1 <anna@kantoor.nl> unknown")]).await;
    let server = Server::start_with(&engine, TestClock::new(), |config| mail_server.receive_from(config)).await;
    let id = post_mail(&server).await;
    let failed = wait_until(&server, id, Row::is_over).await;
    assert!(failed.failed_at.is_some() && failed.attempts == 1 && !failed.is_waiting, "{failed:?}");
    // While it is worth something it is kept, sealed, for whoever mends what was wrong.
    assert!(!failed.contents.is_empty() && !failed.contents.contains("Anna"), "{failed:?}");
    assert!(failed.last_answer.contains("(550): 5.1.1 … unknown"), "{failed:?}");
}

async fn a_mail_server_that_was_away_gets_the_mail_when_it_is_back(engine: Engine) {
    let gone = MailServer::start([Manner::Takes]).await;
    // A port that nobody listens on: one that was just given back.
    let address = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let server = Server::start_with(&engine, TestClock::new(), |config| {
        gone.receive_from(config);
        config.mail.smtp_url = Secret::new(format!("smtp://{address}"));
    })
    .await;
    let id = post_mail(&server).await;
    let waiting = wait_until(&server, id, |row| !row.last_answer.is_empty()).await;
    assert!(waiting.is_waiting && waiting.last_answer.contains("cannot be used"), "{waiting:?}");
    let back = MailServer::start_at(address, [Manner::Takes]).await;
    server.clock.advance(5);
    wait_until(&server, id, |row| row.sent_at.is_some()).await.assert_emptied();
    assert_eq!(back.mails().len(), 1);
}

async fn a_message_that_is_too_old_is_never_sent(engine: Engine) {
    let mail_server = MailServer::start([Manner::RefusesRecipient("451 later"), Manner::Takes]).await;
    let server = Server::start_with(&engine, TestClock::new(), |config| mail_server.receive_from(config)).await;
    let id = post_mail(&server).await;
    wait_until(&server, id, |row| !row.last_answer.is_empty()).await;
    // It is due, and it is ten minutes old: it is the age that counts.
    server.clock.advance(10 * 60);
    let expired = wait_until(&server, id, Row::is_over).await;
    expired.assert_emptied();
    assert!(expired.failed_at.is_some() && expired.attempts == 1, "{expired:?}");
    assert_eq!(expired.last_answer, "It was too old to be sent.");
    tokio::time::sleep(Duration::from_millis(1200)).await;
    assert_eq!(mail_server.mails().len(), 0);
}

async fn without_a_mail_server_mails_wait_until_they_are_too_old(engine: Engine) {
    let off = |config: &mut countersign::config::Config| config.mail.smtp_url = Secret::default();
    let server = Server::start_with(&engine, TestClock::new(), off).await;
    let id = post_mail(&server).await;
    tokio::time::sleep(Duration::from_millis(1200)).await;
    let waiting = row(&server, id).await;
    assert!(waiting.is_waiting && waiting.attempts == 0, "{waiting:?}");
    server.clock.advance(10 * 60 + 1);
    wait_until(&server, id, Row::is_over).await.assert_emptied();
}

async fn a_mail_server_that_never_answers_holds_up_neither_pages_nor_text_messages(engine: Engine) {
    let silent = MailServer::start([Manner::Silent]).await;
    let server = Server::start_with(&engine, TestClock::new(), |config| {
        silent.receive_from(config);
        config.server.shutdown_seconds = 1;
    })
    .await;
    let started = Instant::now();
    let mut ids = Vec::new();
    for _ in 0..20 {
        ids.push(post_mail(&server).await);
    }
    wait_until(&server, ids[0], |row| row.attempts == 1).await;
    let mut browser = server.browser();
    for _ in 0..20 {
        assert_eq!(browser.get("/sign-in").await.status, 200);
    }
    try_sms(&server, NUMBER).await.unwrap();
    server.mailbox().wait_for(NUMBER).await;
    // The mail server is waited for ten seconds; nobody else waited for it.
    assert!(started.elapsed() < Duration::from_secs(8), "{:?}", started.elapsed());
    assert!(row(&server, ids[0]).await.is_waiting);
    let stopping = Instant::now();
    server.inner.stop().await;
    assert!(stopping.elapsed() < Duration::from_secs(5), "the end does not wait for it either");
}

async fn what_people_typed_adds_no_header_line_or_markup(engine: Engine) {
    let server = Server::start_with(&engine, TestClock::new(), |config| {
        config.branding.name = String::from("Kantoor \"X\" <x@y.nl>, z@y.nl");
    })
    .await;
    let hostile = [
        "Anna\r\nBcc: mallory@evil.example",
        "Anna\n\n<script>alert(1)</script>",
        "<a href=https://evil.example>click</a>",
        "Anna\u{202e}lave\u{2066}\u{200b}",
        "\u{0}\u{7}\u{1b}[31m",
        ".\r\nQUIT\r\n",
        "{{ 7 * 7 }}{% raw %}",
        "=?utf-8?q?Bcc:_mallory@evil.example?=",
        "--boundary\r\nContent-Type: text/html",
    ];
    for text in hostile {
        let particulars = Particulars {
            account: text.to_owned(),
            app: Some(text.to_owned()),
            browser: Some((text.to_owned(), text.to_owned())),
            ..Particulars::sample()
        };
        let message = PasswordGuessed { name: text.to_owned(), particulars };
        let to = Recipient::Mail(ANNA.parse().unwrap());
        let id = post_for(&server, to, Language::English, 10, &message).await.unwrap();
        wait_until(&server, id, |row| row.sent_at.is_some()).await;
        let mail = server.mailbox().wait_for(ANNA).await;
        assert_eq!(mail.subject.as_deref(), Some("Someone may know your password"), "{text:?}");
        let head = mail.raw.split("\r\n\r\n").next().unwrap().to_lowercase();
        assert!(!head.contains("bcc") && !head.contains("evil"), "{text:?}: {head}");
        assert_eq!(head.matches("content-type:").count(), 1, "{text:?}: {head}");
        let html = mail.html.unwrap();
        assert!(!html.contains("<script") && !html.contains("<a href=https://evil"), "{text:?}: {html}");
        assert!(!html.contains("49") && html.ends_with("</html>"), "{text:?}: {html}");
        if text.contains("evil") {
            assert!(mail.text.starts_with("Hello,\n"), "an address is no name: {}", mail.text);
        }
        for form in [&mail.text, &html] {
            let odd = |c: char| (c.is_control() && c != '\n') || ('\u{202a}'..='\u{2069}').contains(&c);
            assert!(!form.contains(odd), "{text:?}: {form:?}");
        }
        assert!(mail.text.lines().all(|line| !line.trim_start().to_lowercase().starts_with("bcc")), "{}", mail.text);
    }
    assert_eq!(server.mailbox().received().len(), hostile.len());
    for address in
        ["anna@kantoor.nl\r\nRCPT TO:<x@y.nl>", "anna@kantoor.nl> SIZE=1", "\"anna x\"@kantoor.nl", "a,b@c.nl"]
    {
        assert!(address.parse::<countersign::domain::Email>().is_err(), "{address:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_nodes_send_each_message_once() {
    let engine = Engine::postgres().await;
    let clock = TestClock::new();
    let mail_server = MailServer::start([Manner::Takes]).await;
    let first = Server::start_with(&engine, clock.clone(), |config| mail_server.receive_from(config)).await;
    let second = Server::start_with(&engine, clock, |config| mail_server.receive_from(config)).await;
    let mut ids = Vec::new();
    for number in 0..60 {
        ids.push(post_mail(if number % 2 == 0 { &first } else { &second }).await);
        // Both look at the table at once.
        first.inner.state.outbox_bell.notify_one();
        second.inner.state.outbox_bell.notify_one();
    }
    for id in &ids {
        let sent = wait_until(&first, *id, Row::is_over).await;
        assert!(sent.sent_at.is_some() && sent.attempts == 1, "{sent:?}");
    }
    let mails = mail_server.mails();
    assert_eq!(mails.len(), ids.len());
    for id in ids {
        assert_eq!(mails.iter().filter(|mail| mail.contains(&id.to_string())).count(), 1, "{id}");
    }
}
