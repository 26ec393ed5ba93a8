//! `[sms]`: how text messages leave.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use url::Url;

use super::{Faults, secret_file};
use crate::domain::Secret;

/// How text messages leave: by any gateway that takes an HTTP POST.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Sms {
    /// Where the gateway takes messages; no text message leaves while it is empty.
    pub gateway_url: Option<Url>,
    /// Headers for the gateway, one `Name: value` a line.
    #[serde(serialize_with = "secret_file::hidden")]
    pub headers: Secret<String>,
    /// A file that holds the headers instead.
    pub headers_file: Option<PathBuf>,
    /// The body to post; `{number}` and `{text}` are replaced.
    pub body: String,
    /// Two-letter codes of the countries that may be sent to.
    pub allowed_countries: Vec<String>,
    /// Seconds to wait for the gateway.
    pub timeout_seconds: u16,
    /// The most messages in a day (UTC), of all nodes together.
    pub daily_budget: u32,
}

impl Default for Sms {
    fn default() -> Self {
        Self {
            gateway_url: None,
            headers: Secret::default(),
            headers_file: None,
            body: r#"{"to":"{number}","body":"{text}"}"#.to_owned(),
            allowed_countries: Vec::new(),
            timeout_seconds: 10,
            daily_budget: 1000,
        }
    }
}

impl Sms {
    /// Whether text messages can leave: to offer them otherwise would be a dead end.
    #[must_use]
    pub const fn is_on(&self) -> bool {
        self.gateway_url.is_some() && !self.allowed_countries.is_empty() && self.daily_budget > 0
    }

    pub(super) fn validate(&self, faults: &mut Faults) {
        faults.unless(
            self.body.contains("{number}") && self.body.contains("{text}"),
            "sms.body",
            "It must hold {number} and {text}.",
        );
        faults.unless(
            self.headers.expose().lines().all(|line| line.trim().is_empty() || line.contains(':')),
            "sms.headers",
            "Write one header a line, such as Authorization: Bearer abc.",
        );
        faults.unless(
            self.headers.expose().lines().all(|line| match line.split_once(':') {
                Some((name, value)) if name.trim().eq_ignore_ascii_case("content-type") => {
                    let kind = value.trim();
                    kind.starts_with("application/json") || kind.starts_with("application/x-www-form-urlencoded")
                }
                _ => true,
            }),
            "sms.headers",
            "The content type must be application/json or application/x-www-form-urlencoded.",
        );
        faults.unless(
            self.gateway_url.as_ref().is_none_or(|url| matches!(url.scheme(), "https" | "http")),
            "sms.gateway_url",
            "Give a web address.",
        );
        faults.unless((1..=30).contains(&self.timeout_seconds), "sms.timeout_seconds", "Give a number from 1 to 30.");
        faults.unless(
            self.allowed_countries.iter().all(|code| code.len() == 2 && code.bytes().all(|b| b.is_ascii_uppercase())),
            "sms.allowed_countries",
            "Use two-letter codes, such as NL.",
        );
    }
}
