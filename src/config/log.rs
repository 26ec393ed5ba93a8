//! `[log]`: what is logged.

use serde::{Deserialize, Serialize};

use super::Faults;

/// What is logged, on standard error.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Log {
    /// `error`, `warn`, `info`, `debug` or `trace`, or a list such as `info,countersign=debug`.
    pub level: String,
    /// One line of text, or one JSON object, a message.
    pub format: LogFormat,
}

/// How a log line looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// For machines.
    Json,
}

impl Default for Log {
    fn default() -> Self {
        Self { level: "info".to_owned(), format: LogFormat::Text }
    }
}

impl Log {
    pub(super) fn validate(&self, faults: &mut Faults) {
        faults.unless(
            self.level.parse::<tracing_subscriber::filter::Targets>().is_ok(),
            "log.level",
            "Give error, warn, info, debug or trace.",
        );
    }
}
