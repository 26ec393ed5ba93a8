//! Figures for Prometheus.

use std::sync::OnceLock;
use std::time::Duration;

use axum::Router;
use axum::http::header;
use axum::routing::get;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};

/// One a process: that is how the `metrics` crate works.
static HANDLE: OnceLock<Option<PrometheusHandle>> = OnceLock::new();

/// Begins to count. Calling it again does nothing.
pub fn install() {
    HANDLE.get_or_init(|| {
        let recorder = PrometheusBuilder::new().build_recorder();
        let handle = recorder.handle();
        metrics::set_global_recorder(recorder).is_ok().then_some(handle)
    });
}

/// The separate listener's only page.
pub fn router() -> Router {
    Router::new().route(
        "/metrics",
        get(|| async {
            let text = HANDLE.get().and_then(Option::as_ref).map(PrometheusHandle::render).unwrap_or_default();
            ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text)
        }),
    )
}

/// Clears out old measurements; called now and then.
pub fn tidy() {
    if let Some(handle) = HANDLE.get().and_then(Option::as_ref) {
        handle.run_upkeep();
    }
}

pub(super) fn record_request(route: &str, status: u16, took: Duration) {
    if HANDLE.get().is_none() {
        return;
    }
    let class = match status {
        100..=199 => "1xx",
        200..=299 => "2xx",
        300..=399 => "3xx",
        400..=499 => "4xx",
        _ => "5xx",
    };
    metrics::counter!("http_requests_total", "route" => route.to_owned(), "status" => class).increment(1);
    metrics::histogram!("http_request_seconds", "route" => route.to_owned()).record(took.as_secs_f64());
}

/// Sets how much there is of something at this moment, such as `outbox_waiting` of a `channel`.
pub fn gauge(name: &'static str, label: &'static str, of: &'static str, value: i64) {
    #[expect(clippy::cast_precision_loss, reason = "a figure that is off by one beyond 2^53 is still right")]
    metrics::gauge!(name, label => of).set(value as f64);
}

/// Counts something that happened, such as `sign_ins_total` with `outcome`.
pub fn count(name: &'static str, outcome: &'static str) {
    metrics::counter!(name, "outcome" => outcome).increment(1);
}
