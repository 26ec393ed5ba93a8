//! Reading the file, a row at a time: what was read is never kept.

mod json;
mod table;

use std::fs::File;
use std::io::{BufReader, Read, Seek as _};
use std::path::Path;

use serde_json::{Map, Value};

use super::rules::{Field, Given, Problem, Raw};

/// The longest row, in bytes.
const LONGEST_ROW: usize = 256 * 1024;

/// How the file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A table with a heading, separated by commas, semicolons or tabs (RFC 4180).
    Csv,
    /// An array of objects.
    Json,
    /// An object a line.
    JsonLines,
}

impl Format {
    /// The format that the name of a file ends with.
    #[must_use]
    pub fn of(file: &Path) -> Option<Self> {
        match file.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "csv" | "tsv" => Some(Self::Csv),
            "json" => Some(Self::Json),
            "jsonl" | "ndjson" => Some(Self::JsonLines),
            _ => None,
        }
    }
}

/// A row that was read.
#[derive(Debug)]
pub struct Row {
    /// The line that it begins on, from 1.
    pub(super) line: u64,
    /// How many bytes of the file were read by then.
    pub(super) bytes: u64,
    pub(super) raw: Result<Raw, Vec<Problem>>,
}

impl Row {
    /// How many bytes of the file were read by then.
    #[must_use]
    pub const fn bytes(&self) -> u64 {
        self.bytes
    }
}

/// The file cannot be read on from here.
#[derive(Debug, thiserror::Error)]
pub enum FileFault {
    /// The operating system says so.
    #[error("The file cannot be read: {0}.")]
    Unreadable(#[from] std::io::Error),
    /// A column is called after no field.
    #[error("The column {name:?} is unknown.{hint} Rename it, or leave it out with --ignore {name:?}.")]
    UnknownColumn {
        /// What it is called.
        name: String,
        /// What it may have meant.
        hint: String,
    },
    /// Two columns are about the same.
    #[error("Two columns are about {0}.")]
    DoubleColumn(Field),
    /// No column holds e-mail addresses.
    #[error("No column is called email. The first line of the file names the columns.")]
    NoEmail,
    /// A row is longer than any that is read.
    #[error("The row that begins on line {line} is longer than 256 KiB; a quotation mark may be missing.")]
    RowTooLong {
        /// Where.
        line: u64,
    },
    /// It is no array of objects.
    #[error("The file is no JSON array of objects: line {line} has something else.")]
    NoArray {
        /// Where.
        line: u64,
    },
}

/// Reads `file` and gives every row to `each`, until that says no.
///
/// # Errors
///
/// When the file cannot be read to its end; the rows before were given.
pub fn read_rows(
    mut file: File,
    format: Format,
    ignored: &[String],
    each: impl FnMut(Row) -> bool,
) -> Result<(), FileFault> {
    // Spreadsheets put a mark before the first character.
    let mut mark = [0; 3];
    let begins = file.read(&mut mark)?;
    if begins < 3 || mark != [0xef, 0xbb, 0xbf] {
        file.rewind()?;
    }
    let file = BufReader::with_capacity(64 * 1024, file);
    match format {
        Format::Csv => table::read(file, ignored, each),
        Format::Json => json::read_array(file, ignored, each),
        Format::JsonLines => json::read_lines(file, ignored, each),
    }
}

fn is_ignored(ignored: &[String], name: &str) -> bool {
    ignored.iter().any(|known| known.trim().eq_ignore_ascii_case(name.trim()))
}

/// What an object says.
fn raw_of(bytes: &[u8], ignored: &[String]) -> Result<Raw, Vec<Problem>> {
    let row = |what: &str| vec![Problem::of(None, what)];
    let object: Map<String, Value> = serde_json::from_slice(bytes).map_err(|_| row("is no JSON object"))?;
    let mut raw = Raw::default();
    let mut problems = Vec::new();
    for (name, value) in object {
        let Some(field) = Field::named(&name) else {
            if !is_ignored(ignored, &name) {
                // A name may be anything, so that only the beginning of it is repeated.
                let name: String =
                    name.chars().filter(|c| c.is_alphanumeric() || "_- ".contains(*c)).take(40).collect();
                problems.push(Problem::of(None, format!("has an unknown member {name:?}")));
            }
            continue;
        };
        let given = match given(value) {
            Ok(Some(given)) => given,
            Ok(None) => continue,
            Err(what) => {
                problems.push(Problem::of(field, what));
                continue;
            }
        };
        if raw.values.insert(field, given).is_some() {
            problems.push(Problem::of(field, "stands there twice"));
        }
    }
    if problems.is_empty() { Ok(raw) } else { Err(problems) }
}

fn given(value: Value) -> Result<Option<Given>, &'static str> {
    Ok(match value {
        Value::Null => None,
        Value::String(text) => Some(Given::One(text)),
        Value::Bool(flag) => Some(Given::One(flag.to_string())),
        Value::Array(values) => {
            let texts = values.into_iter().map(|value| match value {
                Value::String(text) => Ok(text),
                _ => Err("is a list of something else than text"),
            });
            Some(Given::Many(texts.collect::<Result<_, _>>()?))
        }
        // A password hash may be an object in itself.
        object @ Value::Object(_) => Some(Given::One(object.to_string())),
        Value::Number(_) => return Err("is a number and not text"),
    })
}
