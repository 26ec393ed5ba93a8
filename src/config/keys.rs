//! `[keys]`: the keys that seal and sign.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::Faults;
use crate::domain::Algorithm;

/// The keys that seal and sign.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Keys {
    /// The folder of `vault.key` and `cookie.key`.
    pub directory: PathBuf,
    /// The algorithms that have a signing key; RS256 is always one of them.
    pub algorithms: Vec<Algorithm>,
    /// Days after which a signing key is replaced.
    pub rotation_days: u16,
    /// Hours for which a key is published at least before it signs as planned.
    pub publish_hours: u16,
    /// Hours for which a retired key stays published.
    pub retire_hours: u16,
}

impl Default for Keys {
    fn default() -> Self {
        Self {
            directory: PathBuf::from("keys"),
            algorithms: Algorithm::ALL.to_vec(),
            rotation_days: 90,
            publish_hours: 24,
            retire_hours: 48,
        }
    }
}

impl Keys {
    pub(super) fn validate(&self, faults: &mut Faults) {
        faults.unless(
            self.algorithms.contains(&Algorithm::RS256),
            "keys.algorithms",
            "RS256 must be one of them: every OpenID Connect client may rely on it.",
        );
        let hours = u32::from(self.rotation_days) * 24;
        faults.unless(
            hours > u32::from(self.publish_hours),
            "keys.rotation_days",
            "A key must live longer than the time for which its successor is published ahead.",
        );
        faults.unless(self.publish_hours >= 1, "keys.publish_hours", "Give at least one hour.");
        faults.unless(self.retire_hours >= 1, "keys.retire_hours", "Give at least one hour.");
    }
}
