//! `[mail]`: how mail leaves.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{Faults, secret_file};
use crate::domain::Secret;

/// How mail leaves.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Mail {
    /// `smtps://USER:PASSWORD@HOST:465`, `smtp://HOST:587?tls=required`; no mail leaves while it is empty.
    #[serde(serialize_with = "secret_file::hidden")]
    pub smtp_url: Secret<String>,
    /// A file that holds the address instead.
    pub smtp_url_file: Option<PathBuf>,
    /// The sender.
    pub from: String,
    /// Seconds to wait for the mail server.
    pub timeout_seconds: u16,
}

impl Default for Mail {
    fn default() -> Self {
        Self {
            smtp_url: Secret::default(),
            smtp_url_file: None,
            from: "Countersign <no-reply@localhost>".to_owned(),
            timeout_seconds: 10,
        }
    }
}

impl Mail {
    /// Whether mail can leave.
    #[must_use]
    pub const fn is_on(&self) -> bool {
        !self.smtp_url.expose().is_empty()
    }

    pub(super) fn validate(&self, faults: &mut Faults) {
        let url = self.smtp_url.expose();
        faults.unless(
            url.is_empty() || url.starts_with("smtp://") || url.starts_with("smtps://"),
            "mail.smtp_url",
            "Begin with smtps:// or smtp://.",
        );
        let address = self.from.rsplit_once('<').map_or(self.from.as_str(), |(_, rest)| rest.trim_end_matches('>'));
        faults.unless(
            address.parse::<crate::domain::Email>().is_ok() && !self.from.contains(['\r', '\n']),
            "mail.from",
            "Give an address such as: Example ID <no-reply@id.example.nl>.",
        );
        faults.unless(
            (1..=120).contains(&self.timeout_seconds),
            "mail.timeout_seconds",
            "Give a number from 1 to 120.",
        );
    }
}
