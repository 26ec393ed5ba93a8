//! How many refused requests a node keeps: so many that an administrator sees what is wrong, and so few that a flood of
//! them costs next to nothing.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::Endpoint;
use crate::domain::Timestamp;
use crate::web::{Parts, Service};

/// How many of one app for one reason in a minute.
const A_MINUTE: u32 = 20;
/// How many apps with a reason are remembered; beyond it counting begins anew.
const MOST_REASONS: usize = 10_000;

/// Counts what was kept in this minute.
#[derive(Default)]
pub(super) struct Limiter(Mutex<HashMap<String, (i64, u32)>>);

impl Service for Limiter {
    fn build(_: &Parts) -> Self {
        Self::default()
    }
}

impl Limiter {
    /// Whether another one of this app is kept, refused there and with this code.
    pub(super) fn has_time_for(&self, (client_id, endpoint, code): (&str, Endpoint, &str), now: Timestamp) -> bool {
        let reason = format!("{client_id} {endpoint} {code}");
        let minute = now.seconds().div_euclid(60);
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() >= MOST_REASONS && !counts.contains_key(&reason) {
            counts.clear();
        }
        let count = counts.entry(reason).or_insert((minute, 0));
        if count.0 != minute {
            *count = (minute, 0);
        }
        count.1 += 1;
        count.1 <= A_MINUTE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_for_one_reason_leaves_room_for_other_apps_and_reasons_and_ends_with_the_minute() {
        let limiter = Limiter::default();
        let at = |seconds| Timestamp::from_seconds(seconds);
        let flood = ("app", Endpoint::Authorize, "invalid_request");
        let kept = (0..100).filter(|_| limiter.has_time_for(flood, at(0))).count();
        assert_eq!(kept, A_MINUTE as usize);
        assert!(limiter.has_time_for(("other", Endpoint::Authorize, "invalid_request"), at(59)));
        assert!(limiter.has_time_for(("app", Endpoint::Token, "invalid_request"), at(59)));
        assert!(limiter.has_time_for(("app", Endpoint::Authorize, "invalid_scope"), at(59)));
        assert!(!limiter.has_time_for(flood, at(59)));
        assert!(limiter.has_time_for(flood, at(60)));
    }
}
