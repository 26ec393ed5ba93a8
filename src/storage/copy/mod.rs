//! Taking all rows out of a database and putting them into an empty one, whichever engines the two run on.
//!
//! Tables hold text, whole numbers and yes or no alone (see `migrations/mod.rs`), so a row is a list of these, and the
//! same list on both engines.

mod out;
mod put;
mod tables;

pub use out::Snapshot;
pub use put::{RestoreError, finish_restoring, put_rows, tables_in};
pub use tables::{Cell, Table};
