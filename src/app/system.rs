//! The real clock and the real chance: the only places that ask the operating system for either.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::domain::{Clock, Random, Timestamp};

/// The clock of the machine.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is where time comes from")]
    fn now(&self) -> Timestamp {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_millis(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
    }
}

/// The random source of the operating system.
#[derive(Clone, Copy, Debug)]
pub struct OsRandom;

impl Random for OsRandom {
    #[expect(clippy::disallowed_methods, clippy::expect_used, reason = "this is where chance comes from")]
    fn fill(&self, bytes: &mut [u8]) {
        // Without chance every secret could be guessed: then it is better to stop.
        getrandom::fill(bytes).expect("the operating system gives random bytes");
    }
}
