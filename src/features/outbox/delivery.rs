//! Sending what waits: one task a node.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tracing::{Instrument as _, error, info, trace_span, warn};

use super::Recipient;
use super::rendering::{Office, recipient};
use super::rules::next_attempt;
use super::store::{self, Channel, Outcome, Row};
use crate::config::TRACE;
use crate::domain::Timestamp;
use crate::mail::{Answer, Senders};
use crate::storage::StorageError;
use crate::web::{AppState, Error, metrics};

/// How often the table is looked at when nothing rings: what other nodes posted, and what is tried again.
const EVERY: Duration = Duration::from_secs(1);
/// The longest that an attempt may take: less than the lease, so that nobody else begins before it is given up.
const LONGEST: Duration = Duration::from_secs(45);

/// One channel with what is being sent in it. They do not wait for one another: a dead mail server holds up no text
/// message.
struct Lane {
    channel: Channel,
    /// Where nothing can be sent, messages wait until they are too old.
    is_on: bool,
    most: usize,
    flight: JoinSet<()>,
}

/// Sends what waits until `stopped`; then finishes what it has begun, for as long as requests are given.
pub async fn deliver(state: AppState, senders: Senders, stopped: impl Future<Output = ()>) {
    if !senders.has_mail() {
        warn!("mail is off (mail.smtp_url is empty): mails wait until they are too old");
    }
    let lane = |channel, is_on, most| Lane { channel, is_on, most, flight: JoinSet::new() };
    let mut mail = lane(Channel::Mail, senders.has_mail(), 8);
    let mut sms = lane(Channel::Sms, senders.has_sms(), 4);
    let senders = Arc::new(senders);
    let bell = Arc::clone(&state.outbox_bell);
    let mut stopped = pin!(stopped);
    let mut is_troubled = false;
    loop {
        let mut trouble = None;
        for lane in [&mut mail, &mut sms] {
            trouble = lane.tend(&state, &senders).await.err().or(trouble);
        }
        // Said once, and not every second for as long as the database is away.
        match &trouble {
            Some(fault) if !is_troubled => error!("the outbox cannot be looked after: {fault}"),
            None if is_troubled => info!("the outbox is looked after again"),
            _ => {}
        }
        is_troubled = trouble.is_some();
        tokio::select! {
            () = &mut stopped => break,
            () = bell.notified() => {}
            Some(_) = mail.flight.join_next() => {}
            Some(_) = sms.flight.join_next() => {}
            () = sleep(EVERY) => {}
        }
    }
    let rest = async {
        while mail.flight.join_next().await.is_some() {}
        while sms.flight.join_next().await.is_some() {}
    };
    // What is given up here is sent by whoever looks after its lease has ended.
    let _ = timeout(Duration::from_secs(state.config.server.shutdown_seconds.into()), rest).await;
}

impl Lane {
    /// Gives up what is too old, and begins to send as much as there is room for.
    async fn tend(&mut self, state: &AppState, senders: &Arc<Senders>) -> Result<(), StorageError> {
        while self.flight.try_join_next().is_some() {}
        let now = state.now();
        let waiting = store::waiting(state.db.reading(), self.channel).await?;
        metrics::gauge("outbox_waiting", "channel", name(self.channel), waiting.count);
        if waiting.first_expiry.is_some_and(|at| at <= now) {
            let mut writer = state.db.writing().await?;
            let expired = store::expire(&mut writer, self.channel, now).await?;
            writer.commit().await?;
            for _ in 0..expired {
                count(self.channel, "expired");
            }
            if expired > 0 {
                warn!(channel = name(self.channel), expired, "messages were too old to be sent");
            }
        }
        let room = self.most - self.flight.len().min(self.most);
        if !self.is_on || room == 0 || waiting.first_due.is_none_or(|at| at > now) {
            return Ok(());
        }
        for row in lease(state, self.channel, room, now).await? {
            self.flight.spawn(attempt(state.clone(), Arc::clone(senders), row));
        }
        Ok(())
    }
}

/// Leases what is due. Leases last before anything is sent, so that no other node sends it too.
async fn lease(state: &AppState, channel: Channel, room: usize, now: Timestamp) -> Result<Vec<Row>, StorageError> {
    let rows = store::due(state.db.reading(), channel, room as u64, now).await?;
    let mut leased = Vec::new();
    if !rows.is_empty() {
        let mut writer = state.db.writing().await?;
        for mut row in rows {
            if store::lease(&mut writer, &mut row, now).await? {
                leased.push(row);
            }
        }
        writer.commit().await?;
    }
    Ok(leased)
}

/// Sends one message, and writes down what became of it.
async fn attempt(state: AppState, senders: Arc<Senders>, row: Row) {
    let span = match row.channel {
        Channel::Mail => trace_span!(target: TRACE, "mail", template = row.template),
        Channel::Sms => trace_span!(target: TRACE, "sms", template = row.template),
    };
    let answer = match timeout(LONGEST, send(&state, &senders, &row)).instrument(span).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(fault)) => {
            error!(id = %row.id, template = row.template, "a message cannot be made: {fault}");
            Answer::Never("It could not be made.".to_owned())
        }
        Err(_) => Answer::Later("There was no answer in time.".to_owned()),
    };
    let now = state.now();
    let outcome = match &answer {
        Answer::Taken(_) => Outcome::Sent,
        Answer::Later(_) => Outcome::Again(next_attempt(row.attempts, now)),
        Answer::Never(_) => Outcome::Failed,
    };
    let said = answer.as_str();
    let (id, channel, attempts) = (row.id, name(row.channel), row.attempts);
    match &outcome {
        Outcome::Sent => info!(%id, channel, attempts, "sent: {said}"),
        Outcome::Again(_) => warn!(%id, channel, attempts, "not sent yet: {said}"),
        Outcome::Failed => warn!(%id, channel, attempts, "not sent: {said}"),
    }
    count(row.channel, outcome.word());
    if let Err(fault) = settle(&state, &row, &outcome, said, now).await {
        error!(%id, "what became of a message could not be written down: {fault}");
    }
}

async fn settle(
    state: &AppState,
    row: &Row,
    outcome: &Outcome,
    said: &str,
    now: Timestamp,
) -> Result<(), StorageError> {
    let mut writer = state.db.writing().await?;
    store::settle(&mut writer, row, (outcome, said), now).await?;
    writer.commit().await
}

async fn send(state: &AppState, senders: &Senders, row: &Row) -> Result<Answer, Error> {
    let id = row.id.to_string();
    let open = |column, sealed: &str| state.vault.open(store::place(column, &id), sealed);
    let address = open(store::RECIPIENT, &row.recipient)?;
    let values = open(store::CONTENTS, &row.contents)?;
    let values = serde_json::from_slice(values.expose()).map_err(Error::new)?;
    let to = std::str::from_utf8(address.expose()).ok().and_then(|text| recipient(row.channel, text));
    let Some(to) = to else { return Ok(Answer::Never("The address cannot be used.".to_owned())) };
    // The list may have changed since it was posted.
    if let Recipient::Sms(number) = &to
        && let Err(refusal) = number.is_allowed(&state.config.sms.allowed_countries)
    {
        return Ok(Answer::Never(format!("It was not sent: {refusal}.")));
    }
    let now = state.now();
    if row.expires_at <= now {
        return Ok(Answer::Never("It was too old to be sent.".to_owned()));
    }
    let office = Office::of(&state.templates, &state.config);
    Ok(office.send(senders, row.id, &to, (&row.template, row.language, values), now).await?)
}

fn count(channel: Channel, outcome: &'static str) {
    let counter = match channel {
        Channel::Mail => "outbox_mail_total",
        Channel::Sms => "outbox_sms_total",
    };
    metrics::count(counter, outcome);
}

const fn name(channel: Channel) -> &'static str {
    match channel {
        Channel::Mail => "mail",
        Channel::Sms => "sms",
    }
}

impl Outcome {
    const fn word(&self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Again(_) => "retried",
            Self::Failed => "failed",
        }
    }
}
