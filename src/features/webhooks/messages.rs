//! What administrators are told about a webhook.

use serde::Serialize;

use crate::features::outbox::{Message, Particulars};

/// The mail after a webhook was switched off, since nobody took what it was told.
#[derive(Clone, Debug, Serialize)]
pub struct WebhookOff {
    /// Whom it greets.
    pub name: String,
    /// The host that it called.
    pub host: String,
    /// Its identifier.
    pub webhook: String,
    /// Whether the receiver said that it is gone for good.
    pub gone: bool,
    /// The facts.
    pub particulars: Particulars,
}

impl Message for WebhookOff {
    const TEMPLATE: &'static str = "webhook_off";

    fn samples() -> Vec<Self> {
        [false, true]
            .map(|gone| Self {
                name: "Anna de Vries".to_owned(),
                host: "siem.example.nl".to_owned(),
                webhook: "whk_01kb0000000000000000000000".to_owned(),
                gone,
                particulars: Particulars { app: None, browser: None, ip: None, ..Particulars::sample() },
            })
            .to_vec()
    }
}
