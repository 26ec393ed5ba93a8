//! Logging, on standard error, and gathering traces beside it.

use tracing_subscriber::filter::{FilterExt as _, filter_fn};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _};

use crate::config::{Log, LogFormat};
use crate::outbound::traces::Spans;

/// Begins to log as configured. Calling it again does nothing: a process has one log.
pub fn install(settings: &Log) {
    install_with(settings, None);
}

/// The same, and gathers traces.
pub fn install_with(settings: &Log, spans: Option<Spans>) {
    let filter = EnvFilter::try_new(&settings.level).unwrap_or_else(|_| EnvFilter::new("info"));
    // What is traced is no line of the log, nor does it stand before one.
    let filter = filter_fn(|metadata| !Spans::wants(metadata)).and(filter);
    let spans = spans.map(|spans| spans.with_filter(filter_fn(Spans::wants)));
    let registry = tracing_subscriber::registry().with(spans);
    let layer = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(false);
    // A second call, from another test of the same process, changes nothing.
    let _ = match settings.format {
        LogFormat::Text => registry.with(layer.with_filter(filter)).try_init(),
        LogFormat::Json => registry.with(layer.json().flatten_event(true).with_filter(filter)).try_init(),
    };
}
