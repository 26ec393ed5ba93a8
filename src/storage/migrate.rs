//! Bringing the schema up to date, one node at a time.

use sea_orm::{ConnectionTrait as _, DbErr, SqliteTransactionMode, TransactionOptions, TransactionTrait as _};
use sea_orm_migration::MigratorTrait as _;

use super::Database;

#[path = "../../migrations/mod.rs"]
mod migrations;

use migrations::Migrator;

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
    /// A step failed.
    #[error("The database could not be brought up to date, and nothing was changed: {0}")]
    Failed(#[from] DbErr),
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
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let transaction = self.writing_pool().begin_with_options(options).await?;
        if self.is_shared() {
            transaction
                .execute_unprepared("SET LOCAL lock_timeout = '60s'; SET LOCAL statement_timeout = '10min'")
                .await?;
            transaction.execute_unprepared(&format!("SELECT pg_advisory_xact_lock({MIGRATION_LOCK})")).await?;
        }
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

    async fn refuse_newer(&self, connection: &impl sea_orm::ConnectionTrait) -> Result<(), MigrateError> {
        let known: Vec<String> = Migrator::migrations().iter().map(|step| step.name().to_owned()).collect();
        let applied = migrations::applied(connection).await?;
        match applied.into_iter().find(|step| !known.contains(step)) {
            Some(step) => Err(MigrateError::Newer(step)),
            None => Ok(()),
        }
    }
}
