//! Putting a backup into an empty database, in one transaction.

use std::collections::BTreeMap;
use std::fs::File;

use serde::Serialize;

use super::BackupFault;
use super::file::{In, Line};
use super::rules::{After, after};
use super::store;
use crate::domain::Timestamp;
use crate::features::audit::{Chain, Event, Ink, record};
use crate::storage::{Cell, Database, Writer, finish_restoring, put_rows, tables_in};
use crate::web::Parts;

/// How many rows are put in at once.
const BATCH: usize = 1000;

/// How many live secrets were ended, by table.
pub type Ended = BTreeMap<String, u64>;

/// What was restored.
#[derive(Clone, Debug, Serialize)]
pub struct Restored {
    /// When the backup was taken.
    pub taken_at: Timestamp,
    /// How many rows.
    pub rows: u64,
    /// What the backup held that worked, and works no longer.
    pub ended: Ended,
    /// What must be done by hand.
    pub redo: Vec<&'static str>,
}

/// Reads a backup to its end, and tells whether it is whole and these keys belong to it. Gives when it was taken, and how
/// many rows it has.
///
/// # Errors
///
/// When it is not, or they do not.
pub fn check_backup(parts: &Parts, file: File) -> Result<(Timestamp, u64), BackupFault> {
    let mut backup = In::open(file, parts)?;
    loop {
        if let Line::End { rows } = backup.next(&parts.mac)? {
            return Ok((backup.heading.taken_at, rows));
        }
    }
}

/// Puts a backup into the database of `parts`, which must be empty, and ends whatever in it was alive.
///
/// # Errors
///
/// When the backup is damaged or of other keys, or the database is not empty; then nothing was changed.
pub async fn restore_backup(parts: &Parts, db: &Database, file: File) -> Result<Restored, BackupFault> {
    let mut backup = In::open(file, parts)?;
    let mut writer = db.begin_restoring(&backup.heading.steps).await?;
    let rows = put_all(&mut writer, &mut backup, parts).await?;
    finish_restoring(&mut writer).await?;
    let now = parts.clock.now();
    let ended = end_secrets(&mut writer, now).await?;
    let taken_at = backup.heading.taken_at;
    let facts = serde_json::to_value(&ended).unwrap_or_default();
    let event = Event::new(Chain::Instance, "backup.restore", "done")
        .with("by", "command line")
        .with("taken_at", taken_at.millis())
        .with("rows", rows)
        .with("ended", facts);
    record(&mut writer, Ink::of(parts, now), event).await?;
    writer.commit().await?;
    Ok(Restored { taken_at, rows, ended, redo: super::rules::REDO.to_vec() })
}

async fn put_all(writer: &mut Writer, backup: &mut In, parts: &Parts) -> Result<u64, BackupFault> {
    let tables = tables_in(writer).await?;
    let mut current: Option<(String, Vec<String>)> = None;
    let mut batch: Vec<Vec<Cell>> = Vec::new();
    loop {
        let line = backup.next(&parts.mac)?;
        if let Line::Row(row) = line {
            batch.push(row);
            if batch.len() < BATCH {
                continue;
            }
            let (table, columns) = current.as_ref().ok_or(BackupFault::Damaged("a row belongs to no table"))?;
            put_rows(writer, &tables, (table, columns), std::mem::take(&mut batch)).await?;
            continue;
        }
        if !batch.is_empty() {
            let (table, columns) = current.as_ref().ok_or(BackupFault::Damaged("a row belongs to no table"))?;
            put_rows(writer, &tables, (table, columns), std::mem::take(&mut batch)).await?;
        }
        match line {
            Line::Table { name, columns } => current = Some((name, columns)),
            Line::End { rows } => return Ok(rows),
            Line::Row(_) => {}
        }
    }
}

/// Ends every session, code, link, sign-in in progress, invitation, refresh token, remembered device, set of recovery
/// codes and API key: what was used or revoked after the backup must not work again.
async fn end_secrets(writer: &mut Writer, now: Timestamp) -> Result<Ended, BackupFault> {
    let mut ended = Ended::new();
    // What points to others goes first.
    for table in tables_in(writer).await?.iter().rev() {
        let count = match after(&table.name).ok_or_else(|| BackupFault::Undecided(table.name.clone()))? {
            After::Stay => 0,
            After::Go => store::remove_all(writer, &table.name).await?,
            After::End(column) => store::end_all(writer, &table.name, column, now).await?,
        };
        if count > 0 {
            ended.insert(table.name.clone(), count);
        }
    }
    let sets = store::remove_recovery_sets(writer).await?;
    if sets > 0 {
        ended.insert("recovery_code_sets".to_owned(), sets);
    }
    let helped = store::end_helpdesk_access(writer).await?;
    if helped > 0 {
        ended.insert("helpdesk_access".to_owned(), helped);
    }
    store::pass_current_codes(writer, now).await?;
    Ok(ended)
}
