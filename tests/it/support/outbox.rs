//! Posting messages, and what the table says became of them.

use std::time::{Duration, Instant};

use countersign::domain::Language;
use countersign::domain::ids::OutboxId;
use countersign::features::outbox::{
    Letter, Message, Particulars, PasswordGuessed, PostError, Recipient, TestMessage, post,
};
use sea_orm::{ConnectionTrait as _, Statement};

use super::Server;

pub(crate) const ANNA: &str = "anna@kantoor.nl";
pub(crate) const NUMBER: &str = "+31612345678";

/// What the table holds of a message.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) recipient: String,
    pub(crate) contents: String,
    pub(crate) attempts: i64,
    pub(crate) is_waiting: bool,
    pub(crate) sent_at: Option<i64>,
    pub(crate) failed_at: Option<i64>,
    pub(crate) last_answer: String,
}

impl Row {
    pub(crate) fn is_over(&self) -> bool {
        self.sent_at.is_some() || self.failed_at.is_some()
    }

    pub(crate) fn assert_emptied(&self) {
        assert!(self.is_over() && !self.is_waiting, "{self:?}");
        assert_eq!((self.recipient.as_str(), self.contents.as_str()), ("", ""), "{self:?}");
        for said in ["anna", "kantoor.nl", "612345678", "Boekhouding"] {
            assert!(!self.last_answer.contains(said), "{self:?}");
        }
    }
}

pub(crate) async fn row(server: &Server, id: OutboxId) -> Row {
    let db = server.inner.state.db.reading();
    let query = format!("SELECT * FROM outbox WHERE id = '{id}'");
    let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), query)).await.unwrap().unwrap();
    Row {
        recipient: row.try_get("", "recipient").unwrap(),
        contents: row.try_get("", "contents").unwrap(),
        attempts: row.try_get("", "attempts").unwrap(),
        is_waiting: row.try_get::<Option<i64>>("", "next_attempt_at").unwrap().is_some(),
        sent_at: row.try_get("", "sent_at").unwrap(),
        failed_at: row.try_get("", "failed_at").unwrap(),
        last_answer: row.try_get::<Option<String>>("", "last_answer").unwrap().unwrap_or_default(),
    }
}

/// Waits until the table says what is expected of a message.
pub(crate) async fn wait_until(server: &Server, id: OutboxId, expected: impl Fn(&Row) -> bool) -> Row {
    let started = Instant::now();
    loop {
        let row = row(server, id).await;
        if expected(&row) {
            return row;
        }
        assert!(started.elapsed() < Duration::from_secs(20), "{row:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

pub(crate) async fn post_for(
    server: &Server,
    to: Recipient,
    language: Language,
    minutes: u64,
    message: &impl Message,
) -> Result<OutboxId, PostError> {
    let state = &server.inner.state;
    let now = state.now();
    let expires_at = now.after(Duration::from_mins(minutes));
    let letter = Letter { to, language, account: Some(server.account), expires_at, message };
    let mut writer = state.db.writing().await.unwrap();
    let id = post(&mut writer, state, letter, now).await?;
    writer.commit().await.unwrap();
    Ok(id)
}

pub(crate) fn guessed(name: &str) -> PasswordGuessed {
    PasswordGuessed { name: name.to_owned(), particulars: Particulars::sample() }
}

pub(crate) async fn post_mail(server: &Server) -> OutboxId {
    let to = Recipient::Mail(ANNA.parse().unwrap());
    post_for(server, to, Language::English, 10, &guessed("Anna")).await.unwrap()
}

pub(crate) async fn try_sms(server: &Server, number: &str) -> Result<OutboxId, PostError> {
    let to = Recipient::Sms(number.parse().unwrap());
    let message = TestMessage::to(number, server.inner.state.now());
    post_for(server, to, Language::English, 5, &message).await
}
