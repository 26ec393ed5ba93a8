//! `[outbound]`: whom the server itself may call.

use std::path::PathBuf;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use super::Faults;

/// Whom the server itself may call: apps, to tell them that somebody signed out.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Outbound {
    /// Networks that may be called beside the public internet; a loopback network also by plain http.
    pub allowed_networks: Vec<IpNet>,
    /// A file with certificates to trust beside the usual ones, PEM.
    pub ca_file: Option<PathBuf>,
    /// The ports that an app which registers itself may name; an administrator may name any.
    pub ports: Vec<u16>,
    /// Seconds in which a call must be answered.
    pub timeout_seconds: u16,
}

impl Default for Outbound {
    fn default() -> Self {
        Self { allowed_networks: Vec::new(), ca_file: None, ports: vec![443], timeout_seconds: 5 }
    }
}

impl Outbound {
    pub(super) fn validate(&self, faults: &mut Faults) {
        faults.unless(
            (1..=30).contains(&self.timeout_seconds),
            "outbound.timeout_seconds",
            "Give a number from 1 to 30.",
        );
    }
}
