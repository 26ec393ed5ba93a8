//! Bringing the schema up to date, one node at a time.

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use sea_orm::{
    ConnectionTrait as _, DatabaseTransaction, DbErr, SqliteTransactionMode, TransactionOptions, TransactionTrait as _,
};
use sea_orm_migration::MigratorTrait as _;

use super::Database;

#[path = "../../migrations/mod.rs"]
mod migrations;

pub(in crate::storage) use migrations::{Migrator, applied};

/// "Countersign", as the number of PostgreSQL's advisory lock.
const MIGRATION_LOCK: i64 = 0x436F_756E_7465_7273;

/// The schema cannot be brought up to date; nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// The database was used by a newer version.
    #[error(
        "This database belongs to a newer version of Countersign (it knows {0}). Start that version, or restore a backup from before the upgrade."
    )]
    Newer(String),
    /// The copy before the upgrade could not be made.
    #[error("The copy {file} could not be made, so nothing was changed: {cause}. Make room beside the database.")]
    NoCopy {
        /// The copy.
        file: String,
        /// What the operating system says.
        cause: std::io::Error,
    },
    /// A step failed.
    #[error("The database could not be brought up to date, and nothing was changed: {0}")]
    Failed(#[from] DbErr),
}

/// What bringing the schema up to date would do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upgrade {
    /// The steps that are missing.
    pub steps: Vec<String>,
    /// Where a SQLite file is copied to before.
    pub copy: Option<PathBuf>,
}

/// Begins a transaction that may change the schema, with the turn to do so.
pub(super) async fn begin_changing_schema(db: &Database) -> Result<DatabaseTransaction, DbErr> {
    let options = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    };
    let transaction = db.writing_pool().begin_with_options(options).await?;
    if db.is_shared() {
        transaction.execute_unprepared("SET LOCAL lock_timeout = '60s'; SET LOCAL statement_timeout = '10min'").await?;
        transaction.execute_unprepared(&format!("SELECT pg_advisory_xact_lock({MIGRATION_LOCK})")).await?;
    }
    Ok(transaction)
}

impl Database {
    /// Runs the migrations that are missing, all or none, and returns how many there were.
    ///
    /// Nodes that start together take turns: PostgreSQL's advisory lock, or SQLite's one writer, makes them.
    ///
    /// # Errors
    ///
    /// When the schema is newer than this program, or a step fails.
    pub async fn migrate(&self) -> Result<usize, MigrateError> {
        self.keep_a_copy().await?;
        let transaction = begin_changing_schema(self).await?;
        self.refuse_newer(&transaction).await?;
        let pending = Migrator::get_pending_migrations(&transaction).await?.len();
        if pending > 0 {
            Migrator::up(&transaction, None).await?;
            transaction.commit().await?;
        } else {
            transaction.rollback().await?;
        }
        Ok(pending)
    }

    /// How many migrations are missing.
    ///
    /// # Errors
    ///
    /// When the schema is newer than this program, or cannot be read.
    pub async fn pending_migrations(&self) -> Result<usize, MigrateError> {
        self.refuse_newer(self.reading()).await?;
        Ok(Migrator::get_pending_migrations_read_only(self.reading()).await?.len())
    }

    /// Takes the steps that are missing and takes them back, to tell whether they can be taken. Nothing is changed; for
    /// as long as it lasts, others wait.
    ///
    /// # Errors
    ///
    /// When the schema is newer than this program, or a step would fail.
    pub async fn try_upgrade(&self) -> Result<Upgrade, MigrateError> {
        self.refuse_newer(self.reading()).await?;
        let steps = self.missing().await?;
        if !steps.is_empty() {
            let transaction = begin_changing_schema(self).await?;
            let tried = Migrator::up(&transaction, None).await;
            transaction.rollback().await?;
            tried?;
        }
        Ok(Upgrade { copy: self.copy_for(&steps).await?, steps })
    }

    /// The names of the steps that are missing.
    async fn missing(&self) -> Result<Vec<String>, DbErr> {
        let pending = Migrator::get_pending_migrations_read_only(self.reading()).await?;
        Ok(pending.iter().map(|step| step.name().to_owned()).collect())
    }

    /// Where a SQLite file is copied to before these steps. A new file has nothing to lose.
    async fn copy_for(&self, steps: &[String]) -> Result<Option<PathBuf>, DbErr> {
        let (Some(file), Some(first)) = (self.file(), steps.first()) else { return Ok(None) };
        if applied(self.reading()).await?.is_empty() {
            return Ok(None);
        }
        let mut name = file.as_os_str().to_owned();
        name.push(format!(".before-{first}"));
        Ok(Some(PathBuf::from(name)))
    }

    /// Copies a SQLite file before its schema changes: whoever has to go back has something to go back to.
    async fn keep_a_copy(&self) -> Result<(), MigrateError> {
        self.refuse_newer(self.reading()).await?;
        let steps = self.missing().await?;
        let Some(copy) = self.copy_for(&steps).await? else { return Ok(()) };
        // Written under another name first: what is there after a crash is whole.
        let draft = copy.with_extension("draft");
        let _ = std::fs::remove_file(&draft);
        let text = draft.display().to_string().replace('\'', "''");
        self.writing_pool().execute_unprepared(&format!("VACUUM INTO '{text}'")).await?;
        let done = std::fs::set_permissions(&draft, std::fs::Permissions::from_mode(0o600))
            .and_then(|()| std::fs::File::open(&draft)?.sync_all())
            .and_then(|()| std::fs::rename(&draft, &copy));
        done.map_err(|cause| MigrateError::NoCopy { file: copy.display().to_string(), cause })
    }

    async fn refuse_newer(&self, connection: &impl sea_orm::ConnectionTrait) -> Result<(), MigrateError> {
        let known: Vec<String> = Migrator::migrations().iter().map(|step| step.name().to_owned()).collect();
        let applied = migrations::applied(connection).await?;
        match applied.into_iter().find(|step| !known.contains(step)) {
            Some(step) => Err(MigrateError::Newer(step)),
            None => Ok(()),
        }
    }
}
