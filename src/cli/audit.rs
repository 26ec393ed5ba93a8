//! `countersign audit`.

use clap::Subcommand;

use super::{Common, Outcome, output, refuse};
use crate::features::audit::{Verdict, export, verify};

/// How many events are read at once.
const BATCH: u64 = 1000;

#[derive(Debug, Subcommand)]
pub(super) enum Audit {
    /// Check that nothing was changed, removed or put in
    Verify(Common),
    /// Print all events, oldest first, one JSON object a line
    Export(Common),
}

impl Audit {
    pub(super) async fn run(self) -> Outcome {
        match self {
            Self::Verify(common) => {
                let installation = common.open().await?;
                let verdict = verify(installation.state.db.reading(), &installation.state.mac).await?;
                match &verdict {
                    Verdict::Sound { events } => {
                        output::print(common.json, &verdict, &format!("The audit is sound: {events} events."))
                    }
                    Verdict::Broken { chain, sequence, what, .. } => {
                        if common.json {
                            output::print(true, &verdict, "")?;
                        }
                        refuse(format!("The audit is broken at event {sequence} of {chain}: {what}."))
                    }
                }
            }
            Self::Export(common) => print_all(&common).await,
        }
    }
}

async fn print_all(common: &Common) -> Outcome {
    let installation = common.open().await?;
    let mut after: Option<String> = None;
    loop {
        let batch = export(installation.state.db.reading(), after.as_deref(), BATCH).await?;
        for event in &batch {
            output::print(true, event, "")?;
        }
        match batch.last() {
            Some(last) if batch.len() as u64 == BATCH => after = Some(last.id.clone()),
            _ => return Ok(()),
        }
    }
}
