//! Backups: all rows of the database at one moment, in one file that both engines write and read.
//!
//! The file is gzip (RFC 1952) over lines of JSON: a heading, the rows of one table after the other, and a seal. It never
//! holds `vault.key` or `cookie.key`; with the first, what is sealed in it opens, and with the second it proves that it
//! is whole and ours.

mod file;
mod restore;
mod rules;
mod store;
mod take;

use serde::{Deserialize, Serialize};

use crate::domain::Timestamp;
use crate::keys::Place;

pub use file::BackupFault;
pub use restore::{Ended, Restored, check_backup, restore_backup};
pub use store::{LastBackups, find_last_backups};
pub use take::{Written, take_backup};

/// What the first line says the file is.
const FORMAT: &str = "countersign backup";
/// Raised when the lines change their meaning.
const VERSION: u32 = 1;

/// The first line.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Heading {
    format: String,
    version: u32,
    /// The version of the program, for whoever looks for the one that made it.
    program: String,
    taken_at: Timestamp,
    /// The steps of the schema, in order.
    steps: Vec<String>,
    /// Opens with the vault key that belongs to the rows.
    seal: String,
    /// Tells whether the cookie key is the one that belongs to the rows.
    tag: String,
}

/// Where the seal of the heading lies.
fn place(taken_at: &str) -> Place<'_> {
    Place { table: "backup", column: "seal", row: taken_at }
}

/// What the heading's tag is made of.
fn tagged(heading: &Heading) -> [String; 3] {
    [heading.taken_at.millis().to_string(), heading.seal.clone(), heading.steps.join(" ")]
}

/// The lines after the first. Rows are arrays, and so no object is one.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Mark {
    /// The rows that follow are of this table.
    Table {
        /// What it is called.
        name: String,
        /// What the values of a row are, in order.
        columns: Vec<String>,
    },
    /// There are no more rows.
    End {
        /// How many there were.
        rows: u64,
        /// The SHA-256 of all that stands before this line, in base64url.
        digest: String,
        /// The cookie key's tag of that digest.
        tag: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_never_a_row() {
        let mark = serde_json::to_string(&Mark::Table { name: "a".to_owned(), columns: vec!["b".to_owned()] }).unwrap();
        assert!(mark.starts_with('{'));
        assert!(serde_json::from_str::<Vec<crate::storage::Cell>>(&mark).is_err());
        assert!(serde_json::from_str::<Mark>(r#"["end",1,null,true]"#).is_err());
    }
}
