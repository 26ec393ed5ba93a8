//! When apps were last used, to the day.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::Client;
use super::store::mark_used;
use crate::domain::Timestamp;
use crate::domain::secret::Fingerprint;
use crate::storage::StorageError;
use crate::web::{AppState, Parts, Service};

const DAY: i64 = 24 * 60 * 60 * 1000;
/// How many apps and secrets are remembered; beyond it all are forgotten, and written down once more.
const MOST: usize = 10_000;

/// What this node wrote down today, so that a use costs one write a day at most.
#[derive(Default)]
pub struct LastUses(Mutex<HashMap<String, i64>>);

impl Service for LastUses {
    fn build(_: &Parts) -> Self {
        Self::default()
    }
}

impl LastUses {
    /// Notes that an app was used, and with which secret. What goes wrong here must not keep anybody from signing in, so it
    /// is logged and no more.
    pub async fn note(state: &AppState, client: &Client, secret: Option<&Fingerprint>, now: Timestamp) {
        let day = now.millis().div_euclid(DAY);
        let what = secret.map_or(client.id.as_str(), Fingerprint::as_str);
        let uses = state.service::<Self>();
        if !uses.is_news(what, day) {
            return;
        }
        match Self::write(state, client, secret, (Timestamp::from_millis(day * DAY), now)).await {
            // Only now, so that the next use tries again what went wrong.
            Ok(()) => uses.remember(what, day),
            Err(fault) => tracing::warn!(client_id = client.id, "the last use of an app could not be written: {fault}"),
        }
    }

    fn is_news(&self, what: &str, day: i64) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(what) != Some(&day)
    }

    fn remember(&self, what: &str, day: i64) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(what.to_owned(), day);
    }

    async fn write(
        state: &AppState,
        client: &Client,
        secret: Option<&Fingerprint>,
        times: (Timestamp, Timestamp),
    ) -> Result<(), StorageError> {
        let mut writer = state.db.writing().await?;
        mark_used(&mut writer, &client.id, secret, times).await?;
        writer.commit().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_use_is_news_until_it_was_written_down_once_a_day() {
        let uses = LastUses::default();
        assert!(uses.is_news("app", 1) && uses.is_news("app", 1), "nobody wrote it down yet");
        uses.remember("app", 1);
        assert!(!uses.is_news("app", 1));
        assert!(uses.is_news("other", 1));
        assert!(uses.is_news("app", 2));
    }
}
