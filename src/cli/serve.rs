//! `countersign serve`.

use tokio::signal::unix::{SignalKind, signal};
use tracing::info;

use super::{Common, Failure, Outcome, setup_link};
use crate::app::{Server, World, bind};
use crate::outbound::traces::{Exporter, traces};
use crate::web::log;

pub(super) async fn run(common: &Common) -> Outcome {
    let config = common.load()?;
    let World { clock, random } = World::real();
    let (spans, exporter) = traces(&config.telemetry, (clock, random)).map_err(Failure)?.unzip();
    log::install_with(&config.log, spans);
    let exporting = exporter.map(|exporter: Exporter| tokio::spawn(exporter.run()));
    let listener = bind(config.server.listen, "server.listen").await?;
    let issuer = config.server.issuer();
    let server = Server::start(config, World::real(), listener).await?;
    setup_link::print_first(&server.state).await?;
    info!(address = %server.address, issuer, "ready");
    until_asked_to_stop().await?;
    info!("stopping");
    server.stop().await;
    if let Some(exporting) = exporting {
        exporting.abort();
    }
    Ok(())
}

/// Waits for SIGTERM or Ctrl+C.
pub(super) async fn until_asked_to_stop() -> Outcome {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}
