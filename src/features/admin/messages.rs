//! The mail to whom power over the instance was given or taken.

use serde::Serialize;

use crate::features::accounts::InstanceRole;
use crate::features::outbox::{Message, Particulars};

/// What somebody may do for the instance was changed, or their account was switched off or on.
#[derive(Clone, Debug, Serialize)]
pub struct InstanceChanged {
    /// Whom it greets.
    pub name: String,
    /// What was done: `role`, `disable` or `enable`.
    pub act: &'static str,
    /// By whom; none for the command line.
    pub by: Option<String>,
    /// What they may do now.
    pub role: InstanceRole,
    /// The facts.
    pub particulars: Particulars,
}

impl Message for InstanceChanged {
    const TEMPLATE: &'static str = "instance_changed";

    fn samples() -> Vec<Self> {
        let plain = Self {
            name: "Anna".to_owned(),
            act: "role",
            by: Some("Eva <anna> Smit".to_owned()),
            role: InstanceRole::None,
            particulars: Particulars { browser: None, ip: None, ..Particulars::sample() },
        };
        let mut all: Vec<Self> = InstanceRole::ALL.iter().map(|role| Self { role: *role, ..plain.clone() }).collect();
        all.push(Self { by: None, ..plain.clone() });
        all.extend(["disable", "enable"].map(|act| Self { act, ..plain.clone() }));
        all
    }
}
