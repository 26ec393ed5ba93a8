//! Slowing down whoever guesses, by account and by network, counted in the database for all nodes together.

use std::time::Duration;

use super::store;
use crate::config;
use crate::domain::Timestamp;
use crate::domain::ids::AccountId;
use crate::domain::network::{ClientIp, Network};
use crate::keys::MacKey;
use crate::storage::{Database, StorageError, Writer};

const HOUR: Duration = Duration::from_hours(1);

/// Too many attempts were wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Blocked {
    /// When the next attempt is looked at.
    pub until: Timestamp,
}

/// The counters that an attempt is counted on.
#[derive(Clone, Debug)]
pub(super) struct Counters {
    account: String,
    networks: Vec<String>,
}

/// A counter as it stands, this attempt included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Count {
    pub(super) failures: i64,
    pub(super) window_ends_at: Timestamp,
    pub(super) blocked_until: Timestamp,
}

/// How a counter blocks.
#[derive(Clone, Copy, Debug)]
struct Limit {
    free: i64,
    most: i64,
    longest: Duration,
}

pub(super) fn account_key(account: AccountId) -> String {
    format!("password:{account}")
}

impl Counters {
    /// By account; for a name that nobody has by a tag of the name, so that it is slowed down just the same and the
    /// table does not fill with what people mistyped.
    pub(super) fn of(account: Option<AccountId>, login: &str, from: ClientIp, mac: &MacKey) -> Self {
        let name = login.trim().to_lowercase();
        Self {
            account: account.map_or_else(|| format!("password:{}", mac.tag("login", &[&name])), account_key),
            networks: from
                .network()
                .map(Network::limiter_keys)
                .unwrap_or_default()
                .into_iter()
                .map(|key| format!("network:{key}"))
                .collect(),
        }
    }
}

impl Limit {
    /// Until when the next attempt must wait: not at all, then 1, 2, 4 … seconds, and for the rest of the window once
    /// the most is reached.
    fn blocked_until(self, count: Count, now: Timestamp) -> Option<Timestamp> {
        if count.failures >= self.most {
            return Some(count.window_ends_at);
        }
        let beyond = count.failures - self.free;
        if beyond < 0 {
            return None;
        }
        let seconds = 1_u64.checked_shl(u32::try_from(beyond).unwrap_or(u32::MAX)).unwrap_or(u64::MAX);
        Some(now.after(Duration::from_secs(seconds).min(self.longest)))
    }
}

/// Counts an attempt before anything is hashed; says so when it must not be looked at.
pub(super) async fn reserve(
    db: &Database,
    counters: &Counters,
    settings: &config::SignIn,
    now: Timestamp,
) -> Result<Option<Blocked>, StorageError> {
    let longest = Duration::from_secs(settings.account_max_delay_seconds.into());
    let account =
        Limit { free: settings.account_free_failures.into(), most: settings.account_failures_per_hour.into(), longest };
    let network = Limit { free: settings.network_failures.into(), most: i64::MAX, longest };
    let window = Duration::from_secs(u64::from(settings.network_minutes) * 60);
    let mut writer = db.writing().await?;
    let mut all = vec![(counters.account.as_str(), account, HOUR)];
    all.extend(counters.networks.iter().map(|key| (key.as_str(), network, window)));
    for (key, limit, window) in all {
        let count = store::count_attempt(&mut writer, key, window, now).await?;
        if count.blocked_until > now {
            // The writer is dropped: an attempt that is not looked at does not count either, or a stranger could keep
            // the owner out for ever.
            return Ok(Some(Blocked { until: count.blocked_until }));
        }
        // Nothing is written while attempts are free: a request that came a moment earlier and is looked at a moment
        // later would find itself blocked.
        if let Some(until) = limit.blocked_until(count, now) {
            store::block(&mut writer, key, until).await?;
        }
    }
    writer.commit().await?;
    Ok(None)
}

/// Takes back what a right password was counted for.
pub(super) async fn forgive(db: &mut Writer, counters: &Counters) -> Result<(), StorageError> {
    store::forget(db, &counters.account).await?;
    for key in &counters.networks {
        store::take_back(db, key).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fixed;
    impl crate::domain::Random for Fixed {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(9);
        }
    }

    const LIMIT: Limit = Limit { free: 5, most: 30, longest: Duration::from_mins(1) };

    fn wait(failures: i64) -> u64 {
        let now = Timestamp::from_seconds(1000);
        let end = Timestamp::from_seconds(4600);
        let count = Count { failures, window_ends_at: end, blocked_until: now };
        LIMIT.blocked_until(count, now).map_or(0, |until| until.since(now).as_secs())
    }

    #[test]
    fn the_first_attempts_are_free_then_the_wait_doubles_up_to_a_minute() {
        let waits: Vec<u64> = (1..=13).map(wait).collect();
        assert_eq!(waits, [0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60]);
    }

    #[test]
    fn at_the_hourly_limit_the_account_rests_until_the_hour_is_over() {
        assert_eq!(wait(29), 60);
        assert_eq!(wait(30), 3600);
        assert_eq!(wait(i64::MAX), 3600);
    }

    #[test]
    fn a_name_that_nobody_has_is_counted_in_every_spelling_together() {
        let folder = tempfile::tempdir().unwrap();
        let mac = crate::keys::KeyFiles::open(folder.path(), true, &Fixed).unwrap().mac;
        let key = |login: &str| Counters::of(None, login, ClientIp::Unknown, &mac).account;
        assert_eq!(key(" Anna@Kantoor.nl"), key("anna@kantoor.nl"));
        assert_ne!(key("anna@kantoor.nl"), key("bram@kantoor.nl"));
        assert!(!key("anna@kantoor.nl").contains("anna"));
    }
}
