//! Telling apps that a session ended (OpenID Connect Back-Channel Logout): one task a node.
//!
//! It looks for sessions that ended, however that came about: signing out here, ending a session from the account, a
//! changed password, an administrator.

use std::collections::HashMap;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tracing::{error, info, warn};
use url::Url;

use super::store::{self, Logout};
use super::subjects::subject;
use super::tokens::{LOGOUT, sign};
use crate::domain::Timestamp;
use crate::features::clients::{Client, Clients};
use crate::features::sessions::list_ended_sessions;
use crate::features::signing::Signing;
use crate::web::{AppState, Error, Parts, Service, metrics};

/// How often ended sessions are looked for when nothing rings.
const EVERY: Duration = Duration::from_secs(1);
/// How far back they are looked for: at the start, and later, where another node may have a slow clock or transaction.
const AT_START: Duration = Duration::from_hours(1);
const OVERLAP: Duration = Duration::from_mins(1);
/// How long an app may be away and still be told.
const PATIENCE: Duration = Duration::from_hours(6);
/// Longer than an attempt may take, so that nobody else begins before it is given up.
const LEASE: Duration = Duration::from_mins(1);
/// The most calls at the same time, and to one app: a slow app must not hold up the others.
const MOST: usize = 16;
const MOST_TO_ONE: usize = 2;
/// How long a logout token may be taken, in seconds (section 2.4 recommends at most two minutes).
const TOKEN_LIFE: i64 = 120;
/// The waits after the first failures; the last one is repeated.
const BACK_OFF: [Duration; 4] =
    [Duration::from_secs(5), Duration::from_secs(30), Duration::from_mins(5), Duration::from_mins(30)];

/// Rung when a session ends here.
pub(super) struct Bell(Arc<Notify>);

impl Service for Bell {
    fn build(_: &Parts) -> Self {
        Self(Arc::default())
    }
}

impl Bell {
    /// The bell, for a transaction to ring after its commit.
    pub(super) fn of(state: &AppState) -> Arc<Notify> {
        Arc::clone(&state.service::<Self>().0)
    }
}

/// Tells apps until `stopped`.
pub async fn tell_logouts(state: AppState, stopped: impl Future<Output = ()>) {
    let bell = Bell::of(&state);
    let mut stopped = pin!(stopped);
    let mut flight: JoinSet<String> = JoinSet::new();
    let mut calls: HashMap<String, usize> = HashMap::new();
    let mut since = state.now().before(AT_START);
    let mut is_troubled = false;
    loop {
        let now = state.now();
        let trouble = match queue(&state, since, now).await {
            Ok(()) => {
                since = now.before(OVERLAP);
                begin(&state, (&mut flight, &mut calls), now).await.err()
            }
            Err(fault) => Some(fault),
        };
        // Said once, and not every second for as long as the database is away.
        match &trouble {
            Some(fault) if !is_troubled => error!("apps cannot be told about sessions that ended: {fault}"),
            None if is_troubled => info!("apps are told about sessions that ended again"),
            _ => {}
        }
        is_troubled = trouble.is_some();
        tokio::select! {
            () = &mut stopped => break,
            () = bell.notified() => {}
            Some(done) = flight.join_next() => {
                if let Ok(client) = done
                    && let Some(count) = calls.get_mut(&client)
                {
                    *count = count.saturating_sub(1);
                }
            }
            () = sleep(EVERY) => {}
        }
    }
    // What is given up here is told by whoever looks after its lease has ended.
    let _ = timeout(LEASE, async { while flight.join_next().await.is_some() {} }).await;
}

/// Queues the news of sessions that ended, for every app that was given something in them and wants to know.
async fn queue(state: &AppState, since: Timestamp, now: Timestamp) -> Result<(), Error> {
    let clients: Vec<String> = Clients::all(state)
        .await?
        .values()
        .filter(|client| client.metadata.backchannel_logout_uri.is_some())
        .map(|client| client.id.clone())
        .collect();
    if clients.is_empty() {
        return Ok(());
    }
    let db = state.db.reading();
    let ended = list_ended_sessions(db, since).await?;
    let news = if ended.is_empty() { Vec::new() } else { store::apps_of_sessions(db, &ended, &clients).await? };
    if news.is_empty() {
        return Ok(());
    }
    let mut writer = state.db.writing().await?;
    for (session, client, account) in &news {
        store::add_logout(&mut writer, (*session, client, *account), (now, now.after(PATIENCE))).await?;
    }
    Ok(writer.commit().await?)
}

/// Begins to tell as much as there is room for.
async fn begin(
    state: &AppState,
    (flight, calls): (&mut JoinSet<String>, &mut HashMap<String, usize>),
    now: Timestamp,
) -> Result<(), Error> {
    let room = MOST.saturating_sub(flight.len());
    // More than there is room for, since several may be for an app that is busy.
    let due = store::due_logouts(state.db.reading(), 4 * MOST as u64, now).await?;
    let mut leased = Vec::new();
    if room > 0 && !due.is_empty() {
        let mut writer = state.db.writing().await?;
        for mut row in due {
            let count = calls.entry(row.client_id.clone()).or_default();
            if leased.len() < room
                && *count < MOST_TO_ONE
                && store::lease_logout(&mut writer, &mut row, (now, now.after(LEASE))).await?
            {
                *count += 1;
                leased.push(row);
            }
        }
        writer.commit().await?;
    }
    for row in leased {
        flight.spawn(attempt(state.clone(), row));
    }
    Ok(())
}

/// Tells one app, and writes down what became of it. Returns the app.
async fn attempt(state: AppState, row: Logout) -> String {
    let told = tell(&state, &row).await.unwrap_or_else(|fault| {
        error!(client = row.client_id, "an app cannot be told that a session ended: {fault}");
        (None, false, "It could not be made.".to_owned())
    });
    let (status, again, answer) = told;
    let now = state.now();
    let done = matches!(status, Some(200..=299));
    let failures_before = usize::try_from(row.attempts - 1).unwrap_or(0).min(BACK_OFF.len() - 1);
    let next = now.after(BACK_OFF[failures_before]);
    let next = (!done && again && next < row.expires_at).then_some(next);
    match (done, next) {
        (true, _) => metrics::count("logouts_total", "told"),
        (false, Some(_)) => metrics::count("logouts_total", "retried"),
        (false, None) => {
            metrics::count("logouts_total", "failed");
            warn!(client = row.client_id, "an app was not told that a session ended: {answer}");
        }
    }
    let settled = async {
        let mut writer = state.db.writing().await?;
        store::settle_logout(&mut writer, &row, (done, next, &answer), now).await?;
        writer.commit().await
    };
    if let Err(fault) = settled.await {
        error!(client = row.client_id, "what became of a logout could not be written down: {fault}");
    }
    row.client_id
}

/// The status of the app's answer, whether another attempt may help, and what was said.
async fn tell(state: &AppState, row: &Logout) -> Result<(Option<u16>, bool, String), Error> {
    let client = Clients::find(state, &row.client_id).await?;
    let address = client.as_ref().and_then(|client| client.metadata.backchannel_logout_uri.as_deref());
    let (Some(client), Some(url)) = (&client, address.and_then(|address| Url::parse(address).ok())) else {
        return Ok((None, false, "The app does not want to know any more.".to_owned()));
    };
    let token = logout_token(state, client, row).await?;
    Ok(match state.outbound.post_form(&url, &[("logout_token", &token)]).await {
        // What an app refuses it refuses for good, unless it is only busy (section 2.8).
        Ok(status) => (Some(status), matches!(status, 408 | 429 | 500..), format!("The app answered {status}.")),
        Err(why) => (None, true, format!("It was not told: {why}.")),
    })
}

/// A logout token (section 2.4).
async fn logout_token(state: &AppState, client: &Client, row: &Logout) -> Result<String, Error> {
    let ring = Signing::ring(state).await?;
    let now = state.now();
    let claims = json!({
        "iss": state.config.server.issuer(),
        "sub": subject(state, client, row.account_id),
        "aud": client.id,
        "iat": now.seconds(),
        "exp": now.seconds() + TOKEN_LIFE,
        "jti": state.random.secret().expose(),
        "sid": row.session_id,
        "events": { "http://schemas.openid.net/event/backchannel-logout": {} },
    });
    sign(&ring, client.metadata.id_token_algorithm, LOGOUT, &claims, now)
}
