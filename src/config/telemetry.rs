//! `[telemetry]`: where traces go.

use serde::{Deserialize, Serialize};
use url::Url;

use super::Faults;

/// The target of what is traced and not logged.
pub const TRACE: &str = "countersign::trace";

/// Where traces go: nowhere, unless a collector is named.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Telemetry {
    /// The collector, which takes OTLP over HTTP; the traces go to `/v1/traces` below it.
    pub endpoint: Option<Url>,
    /// What the collector calls this service.
    pub service_name: String,
    /// How many of a hundred requests are traced.
    pub sample_percent: u8,
}

impl Default for Telemetry {
    fn default() -> Self {
        Self { endpoint: None, service_name: "countersign".to_owned(), sample_percent: 100 }
    }
}

impl Telemetry {
    pub(super) fn validate(&self, faults: &mut Faults) {
        let is_sound = |url: &Url| matches!(url.scheme(), "https" | "http") && url.query().is_none();
        faults.unless(
            self.endpoint.as_ref().is_none_or(is_sound),
            "telemetry.endpoint",
            "Give an https or http address, such as http://127.0.0.1:4318.",
        );
        faults.unless(!self.service_name.trim().is_empty(), "telemetry.service_name", "Give a name.");
        faults.unless(
            (1..=100).contains(&self.sample_percent),
            "telemetry.sample_percent",
            "Give a number from 1 to 100.",
        );
    }
}
