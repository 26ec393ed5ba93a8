//! Opening the database, on either engine.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sea_orm::sqlx::{ConnectOptions as _, Connection as _};
use sea_orm::{ConnectOptions, ConnectionTrait as _, DatabaseConnection, DbErr, RuntimeErr, TransactionTrait as _};

use super::group_commit::GroupCommit;
use super::sqlite_readers::SqliteReaders;
use super::{ConnectError, Reader, StorageError, Writer};
use crate::config;

/// How long a statement may take before the database gives up on it.
const STATEMENT_TIMEOUT: Duration = Duration::from_secs(5);

/// The database, on SQLite or on PostgreSQL. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Database {
    engine: Engine,
    reader: Arc<Reader>,
}

/// The right to serve from a SQLite file; the operating system takes it back when the process ends.
#[derive(Debug)]
pub struct Claim(#[expect(dead_code, reason = "held, not used")] Option<File>);

#[derive(Clone, Debug)]
enum Engine {
    Sqlite(Arc<GroupCommit>, Arc<Path>),
    Postgres(DatabaseConnection),
}

impl Database {
    /// Opens the database that `settings` name; a missing SQLite file is made, with its folder.
    ///
    /// # Errors
    ///
    /// When the folder cannot be made or the database does not answer.
    pub async fn connect(settings: &config::Database) -> Result<Self, ConnectError> {
        let url = settings.url.expose();
        if let Some(file) = sqlite_file(url) {
            Self::connect_sqlite(&file, settings.readers).await
        } else {
            Self::connect_postgres(url, settings.max_connections).await
        }
    }

    async fn connect_sqlite(file: &Path, readers: u32) -> Result<Self, ConnectError> {
        make_folder(file)?;
        let url = format!("sqlite:{}", file.display());
        let writer = open_writer(&url).await.map_err(|error| unreachable(&error))?;
        // Other than the writer's, these need no test for what a transaction left behind.
        let options = sqlite(SqliteConnectOptions::new().filename(file)).pragma("query_only", "ON");
        let options = options.disable_statement_logging();
        let readers = SqliteReaders::connect(options, readers).await.map_err(|error| unreachable(&error))?;
        let engine = Engine::Sqlite(GroupCommit::new(writer), Arc::from(file));
        Ok(Self { engine, reader: Arc::new(Reader::of_sqlite(readers)) })
    }

    async fn connect_postgres(url: &str, connections: u32) -> Result<Self, ConnectError> {
        // Reading and writing each have half: a burst of one never starves the other.
        let half = (connections / 2).max(1);
        let writer = sea_orm::Database::connect(postgres_options(url, half, false))
            .await
            .map_err(|error| unreachable(&error))?;
        let reader =
            sea_orm::Database::connect(postgres_options(url, half, true)).await.map_err(|error| unreachable(&error))?;
        Ok(Self { engine: Engine::Postgres(writer), reader: Arc::new(Reader::of_pool(reader)) })
    }

    /// Claims a SQLite file for one server; other programs of ours may still use it. PostgreSQL is for several.
    ///
    /// # Errors
    ///
    /// When another server holds it.
    pub fn claim(settings: &config::Database) -> Result<Claim, ConnectError> {
        let Some(file) = sqlite_file(settings.url.expose()) else { return Ok(Claim(None)) };
        make_folder(&file)?;
        let mut name = file.into_os_string();
        name.push(".lock");
        let in_use = || ConnectError::InUse { file: PathBuf::from(&name).display().to_string() };
        let lock = File::options().create(true).truncate(false).write(true).open(&name).map_err(|_| in_use())?;
        match lock.try_lock() {
            Ok(()) => Ok(Claim(Some(lock))),
            Err(TryLockError::WouldBlock | TryLockError::Error(_)) => Err(in_use()),
        }
    }

    /// For queries outside of a change.
    #[must_use]
    pub fn reading(&self) -> &Reader {
        &self.reader
    }

    /// Begins a change. On SQLite this waits for the writers before.
    ///
    /// # Errors
    ///
    /// When the database gives no connection or begins no transaction.
    pub async fn writing(&self) -> Result<Writer, StorageError> {
        Ok(match &self.engine {
            // A file that was deleted still takes writes, until the last program that has it open ends.
            Engine::Sqlite(_, file) if !file.exists() => return Err(StorageError::Gone(file.display().to_string())),
            Engine::Sqlite(group, _) => group.write().await?,
            Engine::Postgres(pool) => Writer::new(pool.begin().await?, None),
        })
    }

    /// Whether several nodes may share this database.
    #[must_use]
    pub const fn is_shared(&self) -> bool {
        matches!(self.engine, Engine::Postgres(_))
    }

    /// Proves that the database takes writes, without leaving any.
    ///
    /// # Errors
    ///
    /// When it does not.
    pub async fn probe(&self) -> Result<(), StorageError> {
        let writer = self.writing().await?;
        writer.execute_unprepared("UPDATE versions SET version = version WHERE name = 'probe'").await?;
        Ok(())
    }

    /// A pool for a transaction that reads for long: on SQLite one of its own, so that nobody waits for it.
    pub(super) async fn reading_pool(&self) -> Result<DatabaseConnection, sea_orm::DbErr> {
        match &self.engine {
            Engine::Sqlite(_, file) => {
                let mut options = sqlite_writer(&format!("sqlite:{}", file.display()));
                options.map_sqlx_sqlite_opts(|options| sqlite(options).pragma("query_only", "ON"));
                sea_orm::Database::connect(options).await
            }
            Engine::Postgres(pool) => Ok(pool.clone()),
        }
    }

    /// The file that a SQLite database is.
    pub(super) fn file(&self) -> Option<&Path> {
        match &self.engine {
            Engine::Sqlite(_, file) => Some(file),
            Engine::Postgres(_) => None,
        }
    }

    /// A connection that may change the schema.
    pub(super) fn writing_pool(&self) -> &DatabaseConnection {
        match &self.engine {
            Engine::Sqlite(group, _) => group.connection(),
            Engine::Postgres(pool) => pool,
        }
    }
}

fn make_folder(file: &Path) -> Result<(), ConnectError> {
    let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) else { return Ok(()) };
    std::fs::create_dir_all(folder)
        .map_err(|cause| ConnectError::Folder { folder: folder.display().to_string(), cause })
}

/// The file of a `sqlite:` address.
fn sqlite_file(url: &str) -> Option<PathBuf> {
    let rest = url.strip_prefix("sqlite:")?;
    let rest = rest.strip_prefix("//").unwrap_or(rest);
    Some(PathBuf::from(rest.split('?').next().unwrap_or(rest)))
}

/// The one connection that writes.
fn sqlite_writer(url: &str) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(1)
        .min_connections(1)
        .idle_timeout(None::<Duration>)
        .max_lifetime(None::<Duration>)
        .test_before_acquire(false)
        .sqlx_logging(false)
        .map_sqlx_sqlite_before_acquire(|connection, _| {
            Box::pin(async move {
                // Lets a rollback that is still queued go first.
                connection.ping().await?;
                // After an error that undid a transaction the driver still counts it, and would begin no other one on
                // this connection for ever.
                Ok(!connection.is_in_transaction())
            })
        })
        .map_sqlx_sqlite_opts(|options| {
            sqlite(options)
                .create_if_missing(true)
                // It stays with the file, so that those who read need not ask for it: asking takes a lock of its own.
                .journal_mode(SqliteJournalMode::Wal)
        });
    options
}

/// Opens the connection that writes. Changing the journal of a new file does not wait for another program that does the
/// same at this moment (`sqlite.org/wal.html`, section 3), so this does.
async fn open_writer(url: &str) -> Result<DatabaseConnection, DbErr> {
    let begun = tokio::time::Instant::now();
    loop {
        match sea_orm::Database::connect(sqlite_writer(url)).await {
            Err(error) if is_locked(&error) && begun.elapsed() < STATEMENT_TIMEOUT => {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            opened => return opened,
        }
    }
}

/// `SQLITE_BUSY`, whatever its cause, which stands above the low byte.
fn is_locked(error: &DbErr) -> bool {
    let DbErr::Conn(RuntimeErr::SqlxError(error)) = error else { return false };
    let code = error.as_database_error().and_then(sea_orm::sqlx::error::DatabaseError::code);
    code.and_then(|code| code.parse::<u32>().ok()).is_some_and(|code| code & 0xff == 5)
}

fn sqlite(options: SqliteConnectOptions) -> SqliteConnectOptions {
    options
        // With NORMAL a power cut takes back commits that were answered: a used code would work again.
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(STATEMENT_TIMEOUT)
        .foreign_keys(true)
        .statement_cache_capacity(256)
}

fn postgres_options(url: &str, connections: u32, read_only: bool) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(connections)
        .min_connections(1)
        .acquire_timeout(STATEMENT_TIMEOUT)
        .test_before_acquire_if_idle_for(Duration::from_secs(10))
        .sqlx_logging(false)
        .map_sqlx_postgres_opts(move |options| {
            let options = options.application_name("countersign").options([
                ("statement_timeout", "5s"),
                ("lock_timeout", "2s"),
                ("synchronous_commit", "on"),
            ]);
            if read_only { options.options([("default_transaction_read_only", "on")]) } else { options }
        });
    options
}

fn unreachable(error: &sea_orm::DbErr) -> ConnectError {
    ConnectError::Unreachable(error.to_string())
}
