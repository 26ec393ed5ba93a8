//! Telling: one task a node.

use std::collections::{HashMap, HashSet};
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tracing::{error, info, warn};
use url::Url;

use super::rules::{PATIENCE, is_told, message, next_attempt};
use super::store::{self, Delivery};
use super::{Webhook, WebhookOff};
use crate::domain::ids::{AuditId, WebhookId};
use crate::domain::{Random, Timestamp};
use crate::features::accounts::{instance_administrators, tell_owner};
use crate::features::audit::{Chain, Event, Ink, Recorded, export, find_event, record};
use crate::features::outbox::Particulars;
use crate::storage::{StorageError, Writer};
use crate::web::{AppState, Error, metrics};

/// How often the audit is looked through.
const EVERY: Duration = Duration::from_secs(1);
/// How far back beyond the longest request: an event is named when its request begins, and is there when its transaction
/// ends, on a node whose clock may be slow.
const OVERLAP: Duration = Duration::from_mins(1);
/// How long a stop waits for what is being delivered.
const LAST_CALLS: Duration = Duration::from_mins(1);
/// How often it is written down how far the audit was looked through.
const MARK_EVERY: Duration = Duration::from_mins(1);
/// How many events are read at once.
const BATCH: u64 = 500;
/// The most calls at the same time, and to one webhook: who is slow holds nobody else up. One that fails is called by one
/// at a time.
const MOST: usize = 64;
const MOST_TO_ONE: usize = 2;
/// What a receiver answers that is gone for good (RFC 9110, section 15.5.11).
const GONE: u16 = 410;

/// What this node knows of what it has looked through.
#[derive(Default)]
struct Seen {
    /// Up to when; none at the start.
    until: Option<Timestamp>,
    /// The events of the overlap that were dealt with.
    events: HashSet<String>,
    marked: Option<Timestamp>,
}

/// The calls that are being made to each webhook.
#[derive(Clone, Default)]
struct Calls(Arc<Mutex<HashMap<WebhookId, usize>>>);

impl Calls {
    fn of(&self, webhook: WebhookId) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&webhook).copied().unwrap_or(0)
    }

    fn begin(&self, webhook: WebhookId) -> Call {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(webhook).or_default() += 1;
        Call(self.clone(), webhook)
    }
}

/// One of them. It ends with its task, however that ends.
struct Call(Calls, WebhookId);

impl Drop for Call {
    fn drop(&mut self) {
        if let Some(count) = self.0.0.lock().unwrap_or_else(PoisonError::into_inner).get_mut(&self.1) {
            *count = count.saturating_sub(1);
        }
    }
}

/// Tells webhooks until `stopped`.
pub async fn deliver_webhooks(state: AppState, stopped: impl Future<Output = ()>) {
    let mut stopped = pin!(stopped);
    let mut flight: JoinSet<()> = JoinSet::new();
    let calls = Calls::default();
    let mut seen = Seen::default();
    let mut is_troubled = false;
    loop {
        let trouble = tend(&state, &mut seen, (&mut flight, &calls)).await.err();
        // Said once, and not every second for as long as the database is away.
        match &trouble {
            Some(fault) if !is_troubled => error!("webhooks cannot be looked after: {fault}"),
            None if is_troubled => info!("webhooks are looked after again"),
            _ => {}
        }
        is_troubled = trouble.is_some();
        tokio::select! {
            () = &mut stopped => break,
            Some(_) = flight.join_next() => {}
            () = sleep(EVERY) => {}
        }
    }
    // What is given up here is delivered by whoever looks after its lease has ended.
    let _ = timeout(LAST_CALLS, async { while flight.join_next().await.is_some() {} }).await;
}

async fn tend(state: &AppState, seen: &mut Seen, (flight, calls): (&mut JoinSet<()>, &Calls)) -> Result<(), Error> {
    let mut webhooks = store::list_webhooks(state.db.reading()).await?;
    webhooks.retain(|webhook| webhook.disabled_at.is_none());
    if webhooks.is_empty() {
        *seen = Seen::default();
        return Ok(());
    }
    queue(state, seen, &webhooks).await?;
    for webhook in webhooks {
        let running = calls.of(webhook.id);
        let most = if webhook.failing_since.is_some() { 1 } else { MOST_TO_ONE };
        let room = most.saturating_sub(running).min(MOST.saturating_sub(flight.len()));
        if room == 0 {
            continue;
        }
        for row in leased(state, webhook.id, room).await? {
            let (call, state, webhook) = (calls.begin(webhook.id), state.clone(), webhook.clone());
            flight.spawn(async move {
                let _call = call;
                attempt(state, webhook, row).await;
            });
        }
    }
    Ok(())
}

/// The lowest identifier of that moment.
struct Lowest;

impl Random for Lowest {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(0);
    }
}

/// Looks through the audit, and writes down what is to be delivered.
async fn queue(state: &AppState, seen: &mut Seen, webhooks: &[Webhook]) -> Result<(), Error> {
    let now = state.now();
    let first = webhooks.iter().map(|webhook| webhook.seen_until).min().unwrap_or(now);
    let longest = Duration::from_secs(state.config.server.limits.request_seconds.into());
    let from = seen.until.unwrap_or(first).min(now).before(longest + OVERLAP);
    let mut after = AuditId::new(from, &Lowest).to_string();
    let lowest = after.clone();
    loop {
        let events = export(state.db.reading(), Some(&after), BATCH).await?;
        let fresh = |event: &&Recorded| !seen.events.contains(&event.id);
        let told: Vec<(WebhookId, AuditId)> = events
            .iter()
            .filter(fresh)
            .flat_map(|event| {
                let id = event.id.parse::<AuditId>().ok();
                webhooks.iter().filter(|webhook| is_told(webhook, event)).filter_map(move |hook| Some((hook.id, id?)))
            })
            .collect();
        if !told.is_empty() {
            let mut writer = state.db.writing().await?;
            for pair in told {
                store::add_delivery(&mut writer, pair, now).await?;
            }
            writer.commit().await?;
        }
        seen.events.extend(events.iter().map(|event| event.id.clone()));
        match events.last() {
            Some(last) if events.len() as u64 == BATCH => after.clone_from(&last.id),
            _ => break,
        }
    }
    seen.events.retain(|id| *id >= lowest);
    seen.until = Some(now);
    if seen.marked.is_none_or(|at| now.since(at) >= MARK_EVERY) {
        let mut writer = state.db.writing().await?;
        store::mark_seen(&mut writer, now).await?;
        writer.commit().await?;
        seen.marked = Some(now);
    }
    Ok(())
}

/// Leases what is due. Leases last before anything is sent, so that no other node sends it too.
async fn leased(state: &AppState, webhook: WebhookId, room: usize) -> Result<Vec<Delivery>, StorageError> {
    let now = state.now();
    let due = store::due_for(state.db.reading(), webhook, (room as u64, now)).await?;
    let mut leased = Vec::new();
    if !due.is_empty() {
        let mut writer = state.db.writing().await?;
        for mut row in due {
            if store::lease(&mut writer, &mut row, now).await? {
                leased.push(row);
            }
        }
        writer.commit().await?;
    }
    Ok(leased)
}

/// Makes one delivery, and writes down what became of it.
async fn attempt(state: AppState, webhook: Webhook, row: Delivery) {
    let (status, answer) = tell(&state, &webhook, &row).await.unwrap_or_else(|fault| {
        error!(webhook = %webhook.id, "a webhook's message cannot be made: {fault}");
        (None, "It could not be made.".to_owned())
    });
    let delivered = matches!(status, Some(200..=299));
    let [chance] = state.random.array::<1>();
    let now = state.now();
    let again = if delivered { None } else { next_attempt(row.attempts, chance, now) };
    metrics::count(
        "webhooks_total",
        match (delivered, again) {
            (true, _) => "delivered",
            (false, Some(_)) => "retried",
            (false, None) => "failed",
        },
    );
    if let Err(fault) = settle(&state, &webhook, &row, (delivered, again, status, &answer)).await {
        error!(webhook = %webhook.id, "what became of a webhook's message could not be written down: {fault}");
    }
}

async fn settle(
    state: &AppState,
    webhook: &Webhook,
    row: &Delivery,
    (delivered, again, status, answer): (bool, Option<Timestamp>, Option<u16>, &str),
) -> Result<(), Error> {
    let now = state.now();
    let mut writer = state.db.writing().await?;
    let failing_since = store::settle(&mut writer, row, (delivered, again, answer), now).await?;
    let is_gone = status == Some(GONE);
    if is_gone || failing_since.is_some_and(|since| now.since(since) >= PATIENCE) {
        switch_off(state, &mut writer, webhook, is_gone).await?;
    }
    Ok(writer.commit().await?)
}

/// Switches a webhook off, and mails the instance's administrators.
async fn switch_off(state: &AppState, writer: &mut Writer, webhook: &Webhook, gone: bool) -> Result<(), Error> {
    let now = state.now();
    if !store::pause_webhook(writer, webhook.id, now).await? {
        return Ok(());
    }
    warn!(webhook = %webhook.id, gone, "a webhook was switched off");
    let event = Event::new(Chain::Instance, "webhook.disable", if gone { "gone" } else { "failing" })
        .with("webhook", webhook.id.to_string())
        .with("by", "server");
    record(writer, Ink::of(state, now), event).await?;
    let host = Url::parse(&webhook.url).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default();
    for account in instance_administrators(writer).await? {
        let message = WebhookOff {
            name: account.name.clone(),
            host: host.clone(),
            webhook: webhook.id.to_string(),
            gone,
            particulars: Particulars::without_request(account.email.as_str(), now),
        };
        tell_owner(writer, state, &account, &message, now).await?;
    }
    Ok(())
}

/// The status of the answer, and what was said.
async fn tell(state: &AppState, webhook: &Webhook, row: &Delivery) -> Result<(Option<u16>, String), Error> {
    let Some(event) = find_event(state.db.reading(), row.event_id).await? else {
        return Ok((None, "The event is not in the audit any more.".to_owned()));
    };
    let Ok(url) = Url::parse(&webhook.url) else { return Ok((None, "It has no address.".to_owned())) };
    let at = jiff::Timestamp::from_millisecond(event.at).map(|at| at.to_string()).unwrap_or_default();
    let body = message(&event, &at);
    let sent = state.now().seconds();
    let signature = store::open_secret(&state.vault, webhook)?.sign(&event.id, sent, &body);
    let headers = [
        ("webhook-id", event.id.as_str()),
        ("webhook-timestamp", &sent.to_string()),
        ("webhook-signature", &signature),
    ];
    Ok(match state.outbound.post_json(&url, &headers, body).await {
        Ok(status) => (Some(status), format!("It answered {status}.")),
        Err(why) => (None, format!("It was not told: {why}.")),
    })
}
