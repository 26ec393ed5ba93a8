//! A table with a heading (RFC 4180), as spreadsheets write it.

use std::io::{self, BufRead, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use csv::{ByteRecord, ErrorKind, ReaderBuilder, Terminator};

use super::{FileFault, LONGEST_ROW, Row, is_ignored};
use crate::features::import::rules::{Field, Given, Problem, Raw};

/// Gives up when too much was read since the last row: a quotation mark that is never closed would make one row of the
/// whole file.
struct Bounded<R> {
    inner: R,
    since: Arc<AtomicUsize>,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        if self.since.fetch_add(read, Ordering::Relaxed) > LONGEST_ROW {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        Ok(read)
    }
}

pub(super) fn read(
    mut file: impl BufRead,
    ignored: &[String],
    mut each: impl FnMut(Row) -> bool,
) -> Result<(), FileFault> {
    let delimiter = delimiter_of(file.fill_buf()?);
    let since = Arc::new(AtomicUsize::new(0));
    let bounded = Bounded { inner: file, since: Arc::clone(&since) };
    // With a carriage return as the end of a row, lines would be counted one too few.
    let mut reader = ReaderBuilder::new()
        .delimiter(delimiter)
        .terminator(Terminator::Any(b'\n'))
        .flexible(true)
        .has_headers(false)
        .from_reader(bounded);
    let mut record = ByteRecord::new();
    if !next(&mut reader, &mut record)? {
        return Err(FileFault::NoEmail);
    }
    let columns = columns_of(&record, ignored)?;
    loop {
        since.store(0, Ordering::Relaxed);
        if !next(&mut reader, &mut record)? {
            return Ok(());
        }
        if record.len() == 1 && columns.len() > 1 && record[0].trim_ascii().is_empty() {
            continue;
        }
        let line = record.position().map_or(0, csv::Position::line);
        let bytes = reader.position().byte();
        if !each(Row { line, bytes, raw: raw_of(&record, &columns) }) {
            return Ok(());
        }
    }
}

fn next<R: Read>(reader: &mut csv::Reader<R>, record: &mut ByteRecord) -> Result<bool, FileFault> {
    let line = reader.position().line();
    reader.read_byte_record(record).map_err(|error| match error.into_kind() {
        ErrorKind::Io(cause) if cause.kind() == io::ErrorKind::FileTooLarge => FileFault::RowTooLong { line },
        ErrorKind::Io(cause) => cause.into(),
        _ => FileFault::RowTooLong { line },
    })
}

/// What separates the columns: whichever of the three the heading has most of.
fn delimiter_of(beginning: &[u8]) -> u8 {
    let heading = beginning.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let count = |delimiter: u8| heading.split(|byte| *byte == delimiter).count();
    [b',', b';', b'\t'].into_iter().rev().max_by_key(|delimiter| count(*delimiter)).unwrap_or(b',')
}

fn columns_of(heading: &ByteRecord, ignored: &[String]) -> Result<Vec<Option<Field>>, FileFault> {
    let mut columns = Vec::new();
    for name in heading {
        let name = String::from_utf8_lossy(name).trim().to_owned();
        let field = Field::named(&name);
        match field {
            Some(field) if columns.contains(&Some(field)) => return Err(FileFault::DoubleColumn(field)),
            None if !name.is_empty() && !is_ignored(ignored, &name) => {
                let hint = Field::near(&name).map(|field| format!(" Did you mean {field}?")).unwrap_or_default();
                return Err(FileFault::UnknownColumn { name, hint });
            }
            _ => columns.push(field),
        }
    }
    if columns.contains(&Some(Field::Email)) { Ok(columns) } else { Err(FileFault::NoEmail) }
}

fn raw_of(record: &ByteRecord, columns: &[Option<Field>]) -> Result<Raw, Vec<Problem>> {
    if record.len() != columns.len() {
        let what = format!("has {} columns where the heading has {}", record.len(), columns.len());
        return Err(vec![Problem::of(None, what)]);
    }
    let mut raw = Raw::default();
    for (cell, field) in record.iter().zip(columns) {
        let Some(field) = field else { continue };
        let text = std::str::from_utf8(cell).map_err(|_| vec![Problem::of(*field, "is not UTF-8")])?;
        if !text.trim().is_empty() {
            raw.values.insert(*field, Given::One(text.to_owned()));
        }
    }
    Ok(raw)
}
