//! `[audit]`: how long what happened is kept exact.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Faults;

/// How long what happened is kept exact.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Audit {
    /// Days after which only the surroundings of an IP address are kept: the /24 of IPv4, the /48 of IPv6. Nothing else
    /// that is over keeps an address for longer.
    pub exact_days: u16,
}

impl Default for Audit {
    fn default() -> Self {
        Self { exact_days: 90 }
    }
}

impl Audit {
    /// How long an address is kept exact.
    #[must_use]
    pub fn exact(&self) -> Duration {
        Duration::from_hours(24 * u64::from(self.exact_days))
    }

    pub(super) fn validate(&self, faults: &mut Faults) {
        // What is over is removed after 30 days at the latest, so that is the shortest time that holds for all of it.
        if !(30..=3650).contains(&self.exact_days) {
            faults.add("audit.exact_days", "Give a number from 30 to 3650.");
        }
    }
}
