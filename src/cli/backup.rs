//! `countersign backup` and `countersign restore`.

use std::fs::File;
use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::{Common, Failure, Outcome, output};
use crate::app::{World, build_parts};
use crate::domain::Timestamp;
use crate::features::backup::{Restored, check_backup, restore_backup, take_backup};
use crate::storage::Database;
use crate::web::log;

/// Write all rows of the database to a file, while the server works
///
/// The file is the same for SQLite and PostgreSQL. It never holds vault.key and cookie.key.
#[derive(Debug, Args)]
pub(super) struct Backup {
    /// The file; it must not exist
    file: PathBuf,
    #[command(flatten)]
    common: Common,
}

impl Backup {
    pub(super) async fn run(self) -> Outcome {
        let installation = self.common.open().await?;
        let written = take_backup(&installation.state, &self.file).await?;
        let text = format!(
            "Wrote {} rows to {}.\n\n\
             It does NOT hold vault.key and cookie.key. Keep both, apart from the backup: without them it cannot be\n\
             restored, and whoever has all three has every secret.",
            written.rows,
            self.file.display()
        );
        output::print(self.common.json, &written, &text)
    }
}

/// Put a backup into an empty database, and end whatever in it was alive
///
/// Needs the vault.key and cookie.key of the installation that made it.
#[derive(Debug, Args)]
pub(super) struct Restore {
    /// The backup
    file: PathBuf,
    /// Only tell whether the backup is whole and belongs to these keys
    #[arg(long)]
    check: bool,
    #[command(flatten)]
    common: Common,
}

impl Restore {
    pub(super) async fn run(self) -> Outcome {
        let config = self.common.load()?;
        log::install(&config.log);
        let file = File::open(&self.file)
            .map_err(|cause| Failure(format!("{} cannot be read: {cause}.", self.file.display())))?;
        // No server may use the file before all of it is there.
        let _claim = Database::claim(&config.database)?;
        let parts = build_parts(config, World::real()).await?;
        if self.check {
            let (taken_at, rows) = check_backup(&parts, file)?;
            let text = format!("The backup of {} is whole: {rows} rows. These keys belong to it.", written(taken_at));
            return output::print(self.common.json, &json!({ "taken_at": taken_at, "rows": rows }), &text);
        }
        let restored = restore_backup(&parts, &parts.db, file).await?;
        output::print(self.common.json, &restored, &told(&restored))
    }
}

fn written(at: Timestamp) -> String {
    jiff::Timestamp::from_millisecond(at.millis()).map_or_else(|_| at.millis().to_string(), |at| at.to_string())
}

fn told(restored: &Restored) -> String {
    let taken = written(restored.taken_at);
    let mut lines = vec![format!("Restored {} rows of {taken}.", restored.rows), String::new()];
    lines.push("What was alive in the backup has ended; everybody signs in anew:".to_owned());
    lines.extend(restored.ended.iter().map(|(table, count)| format!("  {:<22} {count}", table.replace('_', " "))));
    lines.push(String::new());
    lines.push(format!("Do again what was done after {taken}; `countersign audit export` of the old host lists it:"));
    lines.extend(restored.redo.iter().map(|what| format!("  - {what}")));
    lines.push(String::new());
    lines.push("Then run `countersign audit verify` and `countersign check`, and start the server.".to_owned());
    lines.join("\n")
}
