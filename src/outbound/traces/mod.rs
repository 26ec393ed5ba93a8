//! Traces for a collector (OTLP over HTTP, JSON encoding): requests, and what the database, mail and calls took of them.
//!
//! A span holds words of ours and numbers: no name, no address, no secret. They wait in a queue of bounded length; where
//! the collector does not keep up or does not answer, they are lost and nothing else is.

mod document;
mod layer;

use std::sync::Arc;
use std::time::Duration;

use reqwest::Client;
use reqwest::header::CONTENT_TYPE;
use reqwest::redirect::Policy;
use tokio::sync::mpsc::{self, Receiver};
use tokio::time::{Instant, timeout_at};
use tracing::debug;
use url::Url;

use crate::config;
use crate::domain::{Clock, Random};

pub use layer::Spans;

/// The most spans that wait; more are lost.
const MOST_WAITING: usize = 4096;
/// The most spans of one message.
const MOST_AT_ONCE: usize = 512;
/// How long spans wait for others before they leave.
const EVERY: Duration = Duration::from_secs(2);
/// How long the collector may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// A span that ended.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Ended {
    trace: [u8; 16],
    id: [u8; 8],
    parent: Option<[u8; 8]>,
    name: &'static str,
    /// As the protocol counts them: 1 internal, 2 server, 3 client.
    kind: u8,
    /// Nanoseconds since 1970.
    begun: u64,
    until: u64,
    facts: Vec<(&'static str, Fact)>,
    failed: bool,
}

/// What a span says.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Fact {
    Text(String),
    Number(i64),
}

/// Sends what [`Spans`] gathers.
#[derive(Debug)]
pub struct Exporter {
    waiting: Receiver<Ended>,
    client: Client,
    endpoint: Url,
    service: String,
}

/// What gathers spans and what sends them, if a collector is configured.
///
/// # Errors
///
/// One sentence, when a setting cannot be used.
pub fn traces(
    settings: &config::Telemetry,
    (clock, random): (Arc<dyn Clock>, Arc<dyn Random>),
) -> Result<Option<(Spans, Exporter)>, String> {
    let Some(endpoint) = &settings.endpoint else { return Ok(None) };
    let mut endpoint = endpoint.clone();
    endpoint.set_path(&format!("{}/v1/traces", endpoint.path().trim_end_matches('/')));
    let client = Client::builder().timeout(PATIENCE).redirect(Policy::none()).no_proxy().build();
    let client = client.map_err(|cause| format!("Traces cannot be sent: {cause}."))?;
    let (queue, waiting) = mpsc::channel(MOST_WAITING);
    let spans = Spans::new(queue, (clock, random), settings.sample_percent);
    Ok(Some((spans, Exporter { waiting, client, endpoint, service: settings.service_name.clone() })))
}

impl Exporter {
    /// Sends until the process ends.
    pub async fn run(mut self) {
        while let Some(first) = self.waiting.recv().await {
            let (mut batch, until) = (vec![first], Instant::now() + EVERY);
            while batch.len() < MOST_AT_ONCE {
                match timeout_at(until, self.waiting.recv()).await {
                    Ok(Some(next)) => batch.push(next),
                    Ok(None) | Err(_) => break,
                }
            }
            let body = document::of(&self.service, &batch).to_string();
            let request = self.client.post(self.endpoint.clone()).header(CONTENT_TYPE, "application/json").body(body);
            // Whoever looks after the collector sees that it is down; the log of every node need not say it again.
            match request.send().await {
                Ok(answer) if answer.status().is_success() => {}
                Ok(answer) => debug!(status = answer.status().as_u16(), "the collector refused traces"),
                Err(_) => debug!("the collector cannot be reached"),
            }
        }
    }
}
