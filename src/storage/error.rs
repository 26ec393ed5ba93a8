//! What can go wrong between us and the database.

use sea_orm::{DbErr, SqlErr};

/// The database did not do what was asked. Nobody expects it: it is logged once and shown as a calm page.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// A row with this unique value exists already.
    #[error("a row with this value exists already: {0}")]
    Duplicate(String),
    /// A stored value cannot be read as what its column holds.
    #[error("the database holds a value that cannot be read: {0}")]
    Corrupt(String),
    /// The transaction that this change was part of was not committed.
    #[error("the change was not committed: {0}")]
    NotCommitted(String),
    /// The SQLite file was deleted or moved away while it was in use.
    #[error("the database file {0} is gone; put it back, or restore a backup and start again")]
    Gone(String),
    /// Everything else the database refuses: unreachable, full, read-only, busy.
    #[error("the database refused: {0}")]
    Refused(#[source] DbErr),
}

impl StorageError {
    /// Whether a row with the same unique value exists already.
    #[must_use]
    pub const fn is_duplicate(&self) -> bool {
        matches!(self, Self::Duplicate(_))
    }
}

impl From<DbErr> for StorageError {
    fn from(error: DbErr) -> Self {
        match error.sql_err() {
            Some(SqlErr::UniqueConstraintViolation(what)) => Self::Duplicate(what),
            _ => match error {
                DbErr::Type(what) | DbErr::Json(what) => Self::Corrupt(what),
                other => Self::Refused(other),
            },
        }
    }
}

/// The database cannot be used at all; each is one sentence that says what to do.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The folder of the SQLite file cannot be made.
    #[error("The folder {folder} for the database cannot be made: {cause}. Choose another with database.url.")]
    Folder {
        /// The folder.
        folder: String,
        /// What the operating system says.
        cause: std::io::Error,
    },
    /// Another server uses the SQLite file.
    #[error(
        "Another server is using {file}. Stop it first, or let several nodes share a PostgreSQL database (database.url)."
    )]
    InUse {
        /// The lock file.
        file: String,
    },
    /// The database does not answer.
    #[error("The database cannot be reached: {0}. Check database.url and that the database runs.")]
    Unreachable(String),
}
