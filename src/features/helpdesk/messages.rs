//! What the owner of an account is told about its recovery.

use serde::Serialize;

use super::rules::Removes;
use crate::features::outbox::{Message, Particulars};

/// Somebody asked (D6a), a second person signed, or it is done.
#[derive(Clone, Debug, Serialize)]
pub struct RecoveryNotice {
    /// Whom it greets.
    pub name: String,
    /// `asked`, `approved`, `done`, or `ended` where somebody else stopped it.
    pub stage: &'static str,
    /// What is taken away: second factors.
    pub second_factor: bool,
    /// What is taken away: passkeys.
    pub passkeys: bool,
    /// From when on the link comes, in milliseconds since 1970; for `approved`.
    pub from: Option<i64>,
    /// The link that stops it; none once it is done.
    pub stop: Option<String>,
    /// The facts.
    pub particulars: Particulars,
}

impl RecoveryNotice {
    /// With what is taken away.
    pub(super) const fn removing(mut self, removes: Removes) -> Self {
        (self.second_factor, self.passkeys) = (removes.second_factor, removes.passkeys);
        self
    }
}

impl Message for RecoveryNotice {
    const TEMPLATE: &'static str = "recovery_notice";

    fn samples() -> Vec<Self> {
        let asked = Self {
            name: "Anna de Vries".to_owned(),
            stage: "asked",
            second_factor: false,
            passkeys: false,
            from: None,
            stop: Some("https://id.example.nl/recovery/stop/rcv_1/7hQ2vK9mZr4TnW8xYb3cPd".to_owned()),
            particulars: Particulars::sample(),
        };
        vec![
            Self { second_factor: true, ..asked.clone() },
            Self {
                stage: "approved",
                second_factor: true,
                passkeys: true,
                from: Some(1_795_527_120_000),
                ..asked.clone()
            },
            Self { stage: "done", passkeys: true, stop: None, ..asked.clone() },
            Self { stage: "ended", stop: None, ..asked.clone() },
            asked,
        ]
    }
}

/// The link to a new factor (D6b).
#[derive(Clone, Debug, Serialize)]
pub struct RecoveryLinkMail {
    /// Whom it greets.
    pub name: String,
    /// The link, in full.
    pub link: String,
    /// For how many minutes it works.
    pub minutes: u64,
    /// The link that stops it.
    pub stop: String,
    /// The facts.
    pub particulars: Particulars,
}

impl Message for RecoveryLinkMail {
    const TEMPLATE: &'static str = "recovery_link";

    fn samples() -> Vec<Self> {
        vec![Self {
            name: "Anna de Vries".to_owned(),
            link: "https://id.example.nl/recovery/link/7hQ2vK9mZr4TnW8xYb3cPd".to_owned(),
            minutes: 60,
            stop: "https://id.example.nl/recovery/stop/rcv_1/7hQ2vK9mZr4TnW8xYb3cPd".to_owned(),
            particulars: Particulars { app: None, browser: None, ip: None, ..Particulars::sample() },
        }]
    }
}
