//! Writing and reading the lines.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read as _, Write};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::{FORMAT, Heading, Mark, VERSION, place, tagged};
use crate::domain::Timestamp;
use crate::keys::{MacKey, OpenError};
use crate::storage::{Cell, RestoreError, StorageError};
use crate::web::Parts;

/// The longest line, in bytes.
const LONGEST: u64 = 16 * 1024 * 1024;

/// A backup cannot be made or used; each is a sentence that says what to do.
#[derive(Debug, thiserror::Error)]
pub enum BackupFault {
    /// The file cannot be read or written.
    #[error("The file cannot be used: {0}.")]
    File(#[from] io::Error),
    /// It is something else.
    #[error("This is no backup of Countersign.")]
    NoBackup,
    /// It was made by a newer version.
    #[error("This backup was made by a newer version of Countersign ({0}). Restore it with that version.")]
    Newer(String),
    /// It is cut off or was changed.
    #[error("This backup is damaged: {0}. Nothing was changed; use another one.")]
    Damaged(&'static str),
    /// The vault key is another.
    #[error(
        "The vault.key in keys.directory is not the one that belongs to this backup. Put that one back; without it nothing that is sealed in the backup can be opened."
    )]
    ForeignVaultKey,
    /// The cookie key is another.
    #[error(
        "The cookie.key in keys.directory is not the one that belongs to this backup, or the first line of the backup was changed. Put back the key that lay beside vault.key."
    )]
    ForeignCookieKey,
    /// The list of tables is not complete.
    #[error("The table {0} is on no list of what a restore ends.")]
    Undecided(String),
    /// The database cannot take it.
    #[error(transparent)]
    Restore(#[from] RestoreError),
    /// The database refuses.
    #[error("The database refused: {0}")]
    Storage(#[from] StorageError),
}

/// The name of the tag of the whole file.
const WHOLE: &str = "backup";
/// The name of the tag of the heading.
const HEADING: &str = "backup heading";

/// Writes lines, and digests what it writes.
pub(super) struct Out {
    file: GzEncoder<BufWriter<File>>,
    digest: Sha256,
    pub(super) rows: u64,
}

impl Out {
    /// Begins a file with its heading.
    pub(super) fn begin(file: File, parts: &Parts, steps: &[String], now: Timestamp) -> Result<Self, BackupFault> {
        let taken = now.millis().to_string();
        let mut heading = Heading {
            format: FORMAT.to_owned(),
            version: VERSION,
            program: env!("CARGO_PKG_VERSION").to_owned(),
            taken_at: now,
            steps: steps.to_vec(),
            seal: parts.vault.seal(place(&taken), FORMAT.as_bytes(), parts.random.as_ref()),
            tag: String::new(),
        };
        heading.tag = tag(&parts.mac, HEADING, &tagged(&heading));
        let mut out =
            Self { file: GzEncoder::new(BufWriter::new(file), Compression::fast()), digest: Sha256::new(), rows: 0 };
        out.line(&heading)?;
        Ok(out)
    }

    fn line(&mut self, value: &impl Serialize) -> Result<(), BackupFault> {
        let mut line = serde_json::to_vec(value).map_err(io::Error::from)?;
        line.push(b'\n');
        self.digest.update(&line);
        Ok(self.file.write_all(&line)?)
    }

    pub(super) fn table(&mut self, name: &str, columns: Vec<String>) -> Result<(), BackupFault> {
        self.line(&Mark::Table { name: name.to_owned(), columns })
    }

    pub(super) fn row(&mut self, cells: &[Cell]) -> Result<(), BackupFault> {
        self.rows += 1;
        self.line(&cells)
    }

    /// Ends the file, down to the disk.
    pub(super) fn finish(mut self, mac: &MacKey) -> Result<u64, BackupFault> {
        let digest = URL_SAFE_NO_PAD.encode(self.digest.clone().finalize());
        let tag = tag(mac, WHOLE, &[digest.as_str()]);
        self.line(&Mark::End { rows: self.rows, digest, tag })?;
        let file = self.file.finish()?.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.sync_all()?;
        Ok(file.metadata()?.len())
    }
}

fn tag<S: AsRef<str>>(mac: &MacKey, purpose: &str, parts: &[S]) -> String {
    mac.tag(purpose, &parts.iter().map(AsRef::as_ref).collect::<Vec<&str>>())
}

/// Reads lines, and compares what it read with the seal at the end.
pub(super) struct In {
    file: BufReader<MultiGzDecoder<BufReader<File>>>,
    digest: Sha256,
    rows: u64,
    pub(super) heading: Heading,
}

/// A line that was read.
pub(super) enum Line {
    Table { name: String, columns: Vec<String> },
    Row(Vec<Cell>),
    End { rows: u64 },
}

impl In {
    /// Opens a file, and tells whether these keys belong to it.
    pub(super) fn open(file: File, parts: &Parts) -> Result<Self, BackupFault> {
        let mut file = BufReader::new(MultiGzDecoder::new(BufReader::new(file)));
        let mut digest = Sha256::new();
        let Ok(Some(line)) = read_line(&mut file, &mut digest) else { return Err(BackupFault::NoBackup) };
        let heading: Heading = serde_json::from_slice(&line).map_err(|_| BackupFault::NoBackup)?;
        if heading.format != FORMAT {
            return Err(BackupFault::NoBackup);
        }
        if heading.version > VERSION {
            return Err(BackupFault::Newer(heading.program));
        }
        let taken = heading.taken_at.millis().to_string();
        match parts.vault.open(place(&taken), &heading.seal) {
            Ok(_) => {}
            Err(OpenError::ForeignKey) => return Err(BackupFault::ForeignVaultKey),
            Err(_) => return Err(BackupFault::Damaged("its first line was changed")),
        }
        let made = tagged(&heading);
        if !parts.mac.verify(HEADING, &made.each_ref().map(String::as_str), &heading.tag) {
            return Err(BackupFault::ForeignCookieKey);
        }
        Ok(Self { file, digest, rows: 0, heading })
    }

    /// The next line. The last one was compared with all that was read before.
    pub(super) fn next(&mut self, mac: &MacKey) -> Result<Line, BackupFault> {
        let before = self.digest.clone();
        let line = read_line(&mut self.file, &mut self.digest)
            .map_err(|_| BackupFault::Damaged("it cannot be read to its end"))?;
        let line = line.ok_or(BackupFault::Damaged("its end is missing"))?;
        if line.first() == Some(&b'[') {
            self.rows += 1;
            return serde_json::from_slice(&line).map(Line::Row).map_err(|_| BackupFault::Damaged("a row is no row"));
        }
        match serde_json::from_slice(&line).map_err(|_| BackupFault::Damaged("a line is no line"))? {
            Mark::Table { name, columns } => Ok(Line::Table { name, columns }),
            Mark::End { rows, digest, tag } => {
                if digest != URL_SAFE_NO_PAD.encode(before.finalize()) || rows != self.rows {
                    return Err(BackupFault::Damaged("its checksum is wrong"));
                }
                if !mac.verify(WHOLE, &[&digest], &tag) {
                    return Err(BackupFault::Damaged("it was changed by somebody without cookie.key"));
                }
                if read_line(&mut self.file, &mut self.digest).is_ok_and(|line| line.is_none()) {
                    Ok(Line::End { rows })
                } else {
                    Err(BackupFault::Damaged("something follows its end"))
                }
            }
        }
    }
}

fn read_line(file: &mut impl BufRead, digest: &mut Sha256) -> io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    let read = file.take(LONGEST).read_until(b'\n', &mut line)?;
    digest.update(&line);
    match line.pop() {
        None => Ok(None),
        Some(b'\n') if read as u64 <= LONGEST => Ok(Some(line)),
        Some(_) => Err(io::ErrorKind::InvalidData.into()),
    }
}
