//! Taking people in from another program: from a table or from JSON, a batch of rows in one transaction.
//!
//! An address that has an account already is left alone, so that an import that was interrupted is simply run again.
//! Nothing that somebody signs in with is ever replaced.

mod act;
mod reading;
mod rules;

use std::collections::BTreeSet;

pub use act::{BATCH, Taken, take_in};
pub use reading::{FileFault, Format, Row, read_rows};
pub use rules::{Field, Problem};

/// How an import is done.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// What this import is called in the audit.
    pub run: String,
    /// The organisation of rows that name none, by name or identifier.
    pub organisation: Option<String>,
    /// Whether an organisation that is not there is made.
    pub create_organisations: bool,
    /// What is changed on accounts that exist.
    pub update: BTreeSet<Field>,
    /// Whether those who come without a password are mailed an invitation.
    pub invite: bool,
}

/// What became of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// There is an account now.
    Imported,
    /// What was to be changed on the account was changed.
    Updated,
    /// There was an account already, and nothing was to be changed on it.
    Skipped,
    /// It cannot be used.
    Refused(Vec<Problem>),
}
