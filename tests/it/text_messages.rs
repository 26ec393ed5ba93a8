//! Text messages: where they go, how many, and what the gateway may answer.

use std::time::Duration;

use countersign::domain::ids::OutboxId;
use countersign::domain::phone::PhoneRefusal;
use countersign::domain::{Language, Secret};
use countersign::features::outbox::{Letter, PostError, Recipient, TestMessage, post};

use crate::support::outbox::{ANNA, NUMBER, Row, post_for, post_mail, try_sms, wait_until};
use crate::support::{Engine, Gateway, Server, TestClock, on_both_engines};

on_both_engines! {
    a_text_message_arrives_and_its_row_is_emptied
    the_status_of_the_gateway_decides
    the_messages_of_a_day_are_limited
    text_messages_go_to_mobile_numbers_of_listed_countries_only
}

async fn a_text_message_arrives_and_its_row_is_emptied(engine: Engine) {
    let server = Server::start(&engine).await;
    let id = try_sms(&server, NUMBER).await.unwrap();
    let message = server.mailbox().wait_for(NUMBER).await;
    assert_eq!(message.text, "This message shows that text messages from localhost arrive.");
    wait_until(&server, id, Row::is_over).await.assert_emptied();
    // The page of the demo shows it as text, and the mail in a frame that may do nothing.
    post_mail(&server).await;
    server.mailbox().wait_for(ANNA).await;
    let page = |path: &str| reqwest::get(format!("{}{path}", server.mailbox().url()));
    let list = page("/").await.unwrap().text().await.unwrap();
    assert!(list.find("Someone may know").unwrap() < list.find("This message shows").unwrap(), "newest first: {list}");
    assert!(page("/messages/2").await.unwrap().text().await.unwrap().contains("<iframe src=\"/messages/2/html\""));
    let html = page("/messages/2/html").await.unwrap();
    let policy = html.headers()["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("default-src 'none'") && policy.ends_with("sandbox"), "{policy}");
}

async fn the_status_of_the_gateway_decides(engine: Engine) {
    let gateway = Gateway::start([408, 429, 503, 307, 201, 422]).await;
    let server = Server::start_with(&engine, TestClock::new(), |config| {
        gateway.receive_from(config);
        config.sms.headers = Secret::new(
            "Authorization: Bearer abc\nContent-Type: application/x-www-form-urlencoded; charset=utf-8\n".to_owned(),
        );
        config.sms.body = String::from("to={number}&text={text}");
    })
    .await;
    let message = TestMessage::to(NUMBER, server.inner.state.now());
    let to = Recipient::Sms(NUMBER.parse().unwrap());
    let id = post_for(&server, to, Language::English, 120, &message).await.unwrap();
    for (attempts, (status, wait)) in [("408", 5), ("429", 30), ("503", 120), ("307", 600)].into_iter().enumerate() {
        let waiting = wait_until(&server, id, |row| row.last_answer.contains(status)).await;
        assert!(waiting.is_waiting && usize::try_from(waiting.attempts) == Ok(attempts + 1), "{waiting:?}");
        server.clock.advance(wait);
    }
    let sent = wait_until(&server, id, Row::is_over).await;
    sent.assert_emptied();
    assert!(sent.sent_at.is_some() && sent.last_answer.contains("201"), "{sent:?}");
    let refused = try_sms(&server, NUMBER).await.unwrap();
    let refused = wait_until(&server, refused, Row::is_over).await;
    assert!(!refused.recipient.contains("612345678") && !refused.is_waiting, "{refused:?}");
    assert!(refused.failed_at.is_some() && refused.attempts == 1, "{refused:?}");
    let (headers, body) = gateway.requests().remove(0);
    assert_eq!(headers["authorization"], "Bearer abc");
    assert_eq!(headers["content-type"], "application/x-www-form-urlencoded; charset=utf-8");
    assert_eq!(body, "to=%2B31612345678&text=This+message+shows+that+text+messages+from+localhost+arrive.");
}

async fn the_messages_of_a_day_are_limited(engine: Engine) {
    let clock = TestClock::new();
    let server = Server::start_with(&engine, clock, |config| config.sms.daily_budget = 3).await;
    let all = post_at_once(&server, 8).await;
    assert_eq!(all.iter().filter(|posted| posted.is_ok()).count(), 3);
    assert!(all.iter().all(|posted| matches!(posted, Ok(_) | Err(PostError::OverBudget))), "{all:?}");
    post_mail(&server).await;
    server.mailbox().wait_for(ANNA).await;
    server.clock.advance(24 * 60 * 60);
    try_sms(&server, NUMBER).await.unwrap();
}

/// Posts as many text messages at the same time.
async fn post_at_once(server: &Server, count: usize) -> Vec<Result<OutboxId, PostError>> {
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..count {
        let state = server.inner.state.clone();
        tasks.spawn(async move {
            let now = state.now();
            let message = TestMessage::to(NUMBER, now);
            let to = Recipient::Sms(NUMBER.parse().unwrap());
            let expires_at = now.after(Duration::from_mins(5));
            let letter = Letter { to, language: Language::English, account: None, expires_at, message: &message };
            let mut writer = state.db.writing().await.unwrap();
            let id = post(&mut writer, &state, letter, now).await?;
            writer.commit().await.unwrap();
            Ok(id)
        });
    }
    tasks.join_all().await
}

async fn text_messages_go_to_mobile_numbers_of_listed_countries_only(engine: Engine) {
    let server = Server::start(&engine).await;
    for (number, expected) in [
        ("+31900123456", PhoneRefusal::NotMobile),
        ("+31201234567", PhoneRefusal::NotMobile),
        ("+4915112345678", PhoneRefusal::Country),
        ("+881612345678", PhoneRefusal::Country),
        ("+31612345", PhoneRefusal::Impossible),
    ] {
        let refused = try_sms(&server, number).await;
        assert!(matches!(refused, Err(PostError::Refused(refusal)) if refusal == expected), "{number}: {refused:?}");
    }
    try_sms(&server, "+32470123456").await.unwrap();
    server.mailbox().wait_for("+32470123456").await;
    assert_eq!(server.mailbox().received().len(), 1);
}
