//! Slowing down whoever guesses or floods, counted in the database for all nodes together.

mod rules;
mod store;

use std::time::Duration;

use crate::domain::Timestamp;
use crate::storage::{Database, StorageError, Writer};

pub use rules::Limit;
pub use store::{forget, forget_about, forget_all, remove_old_throttles, take_back};

/// A counter that an attempt is counted on.
#[derive(Clone, Debug)]
pub struct Counter {
    /// What it counts, such as `password:acc_…`.
    pub key: String,
    /// How it blocks.
    pub limit: Limit,
}

/// Too many attempts were made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Blocked {
    /// When the next attempt is looked at.
    pub until: Timestamp,
}

/// Counts an attempt before it is looked at, so that attempts at the same time count as well; says so when it must not
/// be looked at.
///
/// # Errors
///
/// When the database refuses.
pub async fn reserve(db: &Database, counters: &[Counter], now: Timestamp) -> Result<Option<Blocked>, StorageError> {
    Ok(match reserve_beside(db, counters, None, now).await? {
        Reserved::Blocked(blocked) => Some(blocked),
        Reserved::Free | Reserved::Hidden => None,
    })
}

/// What became of an attempt that asked to be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reserved {
    /// It is looked at.
    Free,
    /// It is not looked at, and whoever tries may know.
    Blocked(Blocked),
    /// It is not looked at, and whoever tries must not know: the counter stands for something that they did not name.
    Hidden,
}

/// The same, with a counter that nobody is told of.
///
/// # Errors
///
/// When the database refuses.
pub async fn reserve_beside(
    db: &Database,
    counters: &[Counter],
    hidden: Option<&Counter>,
    now: Timestamp,
) -> Result<Reserved, StorageError> {
    let mut writer = db.writing().await?;
    for counter in counters {
        if let Some(blocked) = counter.count(&mut writer, now).await? {
            // The writer is dropped: an attempt that is not looked at does not count either, or a stranger could keep
            // the owner out for ever.
            return Ok(Reserved::Blocked(blocked));
        }
    }
    let blocked = match hidden {
        Some(counter) => counter.count(&mut writer, now).await?,
        None => None,
    };
    // What is told goes on counting, or it would tell of what is hidden by not doing so.
    writer.commit().await?;
    Ok(if blocked.is_some() { Reserved::Hidden } else { Reserved::Free })
}

impl Counter {
    /// Counts an attempt, and says until when it must not be looked at.
    async fn count(&self, db: &mut Writer, now: Timestamp) -> Result<Option<Blocked>, StorageError> {
        let Self { key, limit } = self;
        let count = store::count_attempt(db, key, limit.window, now).await?;
        if count.blocked_until > now {
            return Ok(Some(Blocked { until: count.blocked_until }));
        }
        // Nothing is written while attempts are free: a request that came a moment earlier and is looked at a moment
        // later would find itself blocked.
        if let Some(until) = limit.blocked_until(count, now) {
            store::block(db, key, until).await?;
        }
        Ok(None)
    }
}

/// Counts something that happened, and says how often it did in this window.
///
/// # Errors
///
/// When the database refuses.
pub async fn count(db: &mut Writer, key: &str, window: Duration, now: Timestamp) -> Result<i64, StorageError> {
    Ok(store::count_attempt(db, key, window, now).await?.failures)
}
