//! Requests of apps that were refused, for whoever looks after the app: what was wrong with them, and never a secret.
//!
//! Anybody can send a request in the name of an app. So little is kept of each, the newest few of an app, the same fault
//! once, and no more of them than a node has time for; and no flood for one reason takes the room of another.

mod limiter;
mod room;
mod rules;
mod store;

use strum::{Display, EnumString};

use self::limiter::Limiter;
use crate::domain::Timestamp;
use crate::domain::ids::FailedRequestId;
use crate::storage::StorageError;
use crate::web::{AppState, Context};

pub use rules::{Comparison, Difference, compare};
pub use store::{find_failed_request, list_failed_requests, remove_failed_request};

/// How many are kept of an app.
pub const MOST: u64 = 50;

/// The longest address that is kept, in bytes; a longer one can be no registered one either.
const LONGEST_ADDRESS: usize = 2000;

/// Where a request was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Display, EnumString, serde::Serialize)]
#[strum(serialize_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum Endpoint {
    /// The authorization endpoint.
    Authorize,
    /// The pushed authorization request endpoint.
    Push,
    /// The token endpoint.
    Token,
    /// Any endpoint at which apps prove that they are themselves.
    Authentication,
    /// The end-session endpoint.
    EndSession,
}

/// What was wrong with a request.
#[derive(Clone, Copy, Debug)]
pub struct Failure<'a> {
    /// Where.
    pub endpoint: Endpoint,
    /// The code of the specifications.
    pub code: &'a str,
    /// What is wrong, in words of ours that hold nothing that was sent.
    pub description: &'a str,
    /// The address that was asked for and is not registered.
    pub address: Option<&'a str>,
}

/// A request that was refused, as often as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailedRequest {
    /// Its identifier.
    pub id: FailedRequestId,
    /// Which app it was in the name of.
    pub client_id: String,
    /// Where.
    pub endpoint: Endpoint,
    /// The code of the specifications.
    pub code: String,
    /// What was wrong.
    pub description: String,
    /// The address that was asked for and is not registered.
    pub address: Option<String>,
    /// How often.
    pub times: i64,
    /// What the last page called it.
    pub reference: String,
    /// When it came for the first time.
    pub first_at: Timestamp,
    /// When it last came.
    pub last_at: Timestamp,
}

/// Keeps what was wrong with a request in the name of `client_id`, a registered app. What goes wrong here must change
/// nothing about the answer, so it is logged and no more.
pub async fn note_failure(state: &AppState, context: &Context, client_id: &str, failure: Failure<'_>) {
    let reason = (client_id, failure.endpoint, failure.code);
    if !state.service::<Limiter>().has_time_for(reason, context.now) {
        return;
    }
    if let Err(fault) = write(state, context, client_id, failure).await {
        tracing::warn!(client_id, "a refused request could not be kept: {fault}");
    }
}

async fn write(state: &AppState, context: &Context, client_id: &str, failure: Failure<'_>) -> Result<(), StorageError> {
    let failure = Failure { address: failure.address.filter(|address| address.len() <= LONGEST_ADDRESS), ..failure };
    let mut writer = state.db.writing().await?;
    let reference = context.reference.to_string();
    let chance = (context.now, state.random.as_ref());
    store::add_failure(&mut writer, client_id, failure, (&reference, chance)).await?;
    store::make_room(&mut writer, client_id, MOST).await?;
    writer.commit().await
}
