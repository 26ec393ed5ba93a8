//! How a counter slows attempts down.

use std::time::Duration;

use crate::domain::Timestamp;

/// A counter as it stands, this attempt included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Count {
    pub(super) failures: i64,
    pub(super) window_ends_at: Timestamp,
    pub(super) blocked_until: Timestamp,
}

/// How a counter blocks.
#[derive(Clone, Copy, Debug)]
pub struct Limit {
    /// The attempts that cost no waiting.
    pub free: i64,
    /// The most in a window.
    pub most: i64,
    /// The longest that one attempt has to wait for, before the most is reached.
    pub longest: Duration,
    /// How long attempts are counted together.
    pub window: Duration,
}

impl Limit {
    /// So many in a window, without waiting, and then no more until it is over.
    #[must_use]
    pub const fn quota(most: i64, window: Duration) -> Self {
        Self { free: i64::MAX, most, longest: Duration::ZERO, window }
    }

    /// Until when the next attempt must wait: not at all, then 1, 2, 4 … seconds, and for the rest of the window once
    /// the most is reached.
    pub(super) fn blocked_until(self, count: Count, now: Timestamp) -> Option<Timestamp> {
        if count.failures >= self.most {
            return Some(count.window_ends_at);
        }
        let beyond = count.failures.saturating_sub(self.free);
        if beyond < 0 {
            return None;
        }
        let seconds = 1_u64.checked_shl(u32::try_from(beyond).unwrap_or(u32::MAX)).unwrap_or(u64::MAX);
        Some(now.after(Duration::from_secs(seconds).min(self.longest)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Limit = Limit { free: 5, most: 30, longest: Duration::from_mins(1), window: Duration::from_hours(1) };

    fn wait(limit: Limit, failures: i64) -> u64 {
        let now = Timestamp::from_seconds(1000);
        let end = Timestamp::from_seconds(4600);
        let count = Count { failures, window_ends_at: end, blocked_until: now };
        limit.blocked_until(count, now).map_or(0, |until| until.since(now).as_secs())
    }

    #[test]
    fn the_first_attempts_are_free_then_the_wait_doubles_up_to_a_minute() {
        let waits: Vec<u64> = (1..=13).map(|failures| wait(LIMIT, failures)).collect();
        assert_eq!(waits, [0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60]);
    }

    #[test]
    fn at_the_hourly_limit_the_account_rests_until_the_hour_is_over() {
        assert_eq!(wait(LIMIT, 29), 60);
        assert_eq!(wait(LIMIT, 30), 3600);
        assert_eq!(wait(LIMIT, i64::MAX), 3600);
    }

    #[test]
    fn a_quota_costs_nothing_until_it_is_used_up() {
        let quota = Limit::quota(3, Duration::from_hours(1));
        let waits: Vec<u64> = (1..=4).map(|count| wait(quota, count)).collect();
        assert_eq!(waits, [0, 0, 3600, 3600]);
    }
}
