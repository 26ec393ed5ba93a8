//! Taking a backup while the server works.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use futures_util::StreamExt as _;
use serde::Serialize;

use super::BackupFault;
use super::file::Out;
use super::store::note_backup;
use crate::domain::Timestamp;
use crate::features::audit::{Chain, Event, Ink, record};
use crate::web::AppState;

/// What was written.
#[derive(Clone, Debug, Serialize)]
pub struct Written {
    /// How many rows.
    pub rows: u64,
    /// How many bytes.
    pub bytes: u64,
    /// How the database was at this moment.
    pub taken_at: Timestamp,
}

/// Writes a backup of the database as it is now. The file is there under its name once it is whole.
///
/// # Errors
///
/// When there is such a file already, it cannot be written, or the database refuses.
pub async fn take_backup(state: &AppState, path: &Path) -> Result<Written, BackupFault> {
    let taken = take(state, path).await;
    // A backup that could not be made is what somebody should know of first.
    let rows = taken.as_ref().ok().map(|written| written.rows);
    let noted = note_backup(state, rows).await;
    let written = taken?;
    noted?;
    Ok(written)
}

async fn take(state: &AppState, path: &Path) -> Result<Written, BackupFault> {
    if path.exists() {
        return Err(io::Error::new(
            io::ErrorKind::AlreadyExists,
            "it is there already, and a backup is never replaced",
        )
        .into());
    }
    let now = state.now();
    // Before the snapshot, so that the backup tells of itself.
    let mut writer = state.db.writing().await?;
    let event = Event::new(Chain::Instance, "backup.take", "done").with("by", "command line");
    record(&mut writer, Ink::of(state, now), event).await?;
    writer.commit().await?;
    let draft = draft_of(path);
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft).map_err(|cause| {
        let left = format!("{} cannot be made ({cause}); remove it if another backup left it behind", draft.display());
        io::Error::new(cause.kind(), left)
    })?;
    let written = write(state, file, now).await.and_then(|written| {
        // A link, unlike a rename, never replaces a file.
        std::fs::hard_link(&draft, path)?;
        Ok(written)
    });
    std::fs::remove_file(&draft)?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()?;
    written
}

fn draft_of(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".part");
    PathBuf::from(name)
}

async fn write(state: &AppState, file: File, now: Timestamp) -> Result<Written, BackupFault> {
    let snapshot = state.db.snapshot().await?;
    let mut out = Out::begin(file, state, snapshot.steps(), now)?;
    for table in snapshot.tables() {
        out.table(&table.name, table.columns().map(str::to_owned).collect())?;
        let mut rows = snapshot.rows(table).await?;
        while let Some(row) = rows.next().await {
            out.row(&row?)?;
        }
    }
    let rows = out.rows;
    Ok(Written { rows, bytes: out.finish(&state.mac)?, taken_at: now })
}
