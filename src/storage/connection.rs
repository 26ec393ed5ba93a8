//! [`Reader`] and [`Writer`]: what a query and a change are given.

use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult, RuntimeErr,
    Statement,
};
use tokio::sync::Notify;
use tracing::{Instrument as _, Span, trace_span};

use super::StorageError;
use super::group_commit::Turn;
use super::lookup::Lookup;
use super::sqlite_readers::SqliteReaders;
use crate::config::TRACE;

/// Runs queries. On both engines its connections refuse to write.
#[derive(Debug)]
pub struct Reader(Connection);

#[derive(Debug)]
enum Connection {
    Sqlite(Box<SqliteReaders>),
    Pool(DatabaseConnection),
    Transaction(DatabaseTransaction, Undone),
}

impl Reader {
    pub(super) fn of_sqlite(readers: SqliteReaders) -> Self {
        Self(Connection::Sqlite(Box::new(readers)))
    }

    pub(super) const fn of_pool(pool: DatabaseConnection) -> Self {
        Self(Connection::Pool(pool))
    }

    /// Asks several queries in one go.
    ///
    /// # Errors
    ///
    /// When the database refuses, or a row cannot be read.
    pub async fn ask<T: 'static>(&self, lookup: Lookup<T>) -> Result<T, StorageError> {
        let backend = self.get_database_backend();
        let statements = lookup.queries.iter().map(|query| backend.build(query)).collect::<Vec<_>>();
        let found = match &self.0 {
            Connection::Sqlite(readers) => {
                Box::pin(readers.query_each(statements).instrument(traced("SELECT"))).await?
            }
            Connection::Pool(_) | Connection::Transaction(..) => {
                let mut found = Vec::with_capacity(statements.len());
                for statement in statements {
                    found.push(self.query_all_raw(statement).await?);
                }
                found
            }
        };
        Ok((lookup.read)(&mut found.into_iter())?)
    }

    /// Statements of a transaction that is gone would last one by one; they are refused.
    fn ensure_whole(&self) -> Result<(), DbErr> {
        match &self.0 {
            Connection::Transaction(_, undone) if undone.is_set() => {
                Err(DbErr::Custom("the transaction was undone by an error before".to_owned()))
            }
            _ => Ok(()),
        }
    }

    fn noting<T>(&self, result: Result<T, DbErr>) -> Result<T, DbErr> {
        if let (Err(error), Connection::Transaction(_, undone)) = (&result, &self.0)
            && may_undo(error)
        {
            undone.set();
        }
        result
    }
}

/// Whether the database undid the open transaction by itself.
#[derive(Clone, Debug, Default)]
pub(super) struct Undone(Arc<AtomicBool>);

impl Undone {
    fn set(&self) {
        self.0.store(true, Ordering::Release);
    }

    pub(super) fn is_set(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

/// `SQLITE_BUSY`, `NOMEM`, `INTERRUPT`, `IOERR` and `FULL` may end the whole transaction and not the statement alone
/// (`sqlite.org/lang_transaction.html`, "Response To Errors Within A Transaction").
fn may_undo(error: &DbErr) -> bool {
    let (DbErr::Exec(RuntimeErr::SqlxError(error)) | DbErr::Query(RuntimeErr::SqlxError(error))) = error else {
        return false;
    };
    let Some(code) = error.as_database_error().and_then(sea_orm::sqlx::error::DatabaseError::code) else {
        return false;
    };
    // The low byte is the error; what stands above tells its cause. The codes of PostgreSQL have five characters.
    code.len() < 5 && code.parse::<u32>().is_ok_and(|code| [5, 7, 9, 10, 13].contains(&(code & 0xff)))
}

/// A database transaction: every change of one request, all or nothing.
///
/// Dropping it without [`Writer::commit`] undoes everything. Hold it across database work only, since on SQLite
/// other writers wait for it.
#[derive(Debug)]
pub struct Writer {
    // Declared before `turn`: a dropped transaction must be undone before the next writer has its turn.
    reader: Reader,
    turn: Option<Turn>,
    after: Vec<Arc<Notify>>,
}

impl Writer {
    pub(super) fn new(transaction: DatabaseTransaction, turn: Option<Turn>) -> Self {
        let undone = turn.as_ref().map(Turn::undone).unwrap_or_default();
        Self { reader: Reader(Connection::Transaction(transaction, undone)), turn, after: Vec::new() }
    }

    /// Wakes whoever waits for `bell` once the changes last; whoever looked earlier would not see them.
    pub fn ring_after_commit(&mut self, bell: Arc<Notify>) {
        if !self.after.iter().any(|known| Arc::ptr_eq(known, &bell)) {
            self.after.push(bell);
        }
    }

    /// The transaction itself, for changes of the schema.
    pub(super) const fn transaction(&self) -> Option<&DatabaseTransaction> {
        match &self.reader.0 {
            Connection::Transaction(transaction, _) => Some(transaction),
            Connection::Sqlite(_) | Connection::Pool(_) => None,
        }
    }

    /// Makes the changes last. Returns once they are on disk.
    ///
    /// # Errors
    ///
    /// When the database does not commit; then nothing was changed.
    pub async fn commit(self) -> Result<(), StorageError> {
        let Self { reader, turn, after } = self;
        reader.ensure_whole()?;
        if let Reader(Connection::Transaction(transaction, _)) = reader {
            transaction.commit().instrument(traced("COMMIT")).await?;
        }
        if let Some(turn) = turn {
            turn.finish().instrument(traced("COMMIT")).await?;
        }
        for bell in after {
            bell.notify_one();
        }
        Ok(())
    }
}

impl Deref for Writer {
    type Target = Reader;

    fn deref(&self) -> &Reader {
        &self.reader
    }
}

/// A query in a trace: what it does, and never with which values.
fn traced(sql: &str) -> Span {
    trace_span!(target: TRACE, "db", "db.operation.name" = sql.split_ascii_whitespace().next().unwrap_or_default())
}

#[async_trait::async_trait]
impl ConnectionTrait for Reader {
    fn get_database_backend(&self) -> DbBackend {
        match &self.0 {
            Connection::Sqlite(_) => DbBackend::Sqlite,
            Connection::Pool(pool) => pool.get_database_backend(),
            Connection::Transaction(transaction, _) => transaction.get_database_backend(),
        }
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        let span = traced(&statement.sql);
        self.ensure_whole()?;
        let work = async {
            match &self.0 {
                Connection::Sqlite(readers) => readers.execute(&statement).await,
                Connection::Pool(pool) => pool.execute_raw(statement).await,
                Connection::Transaction(transaction, _) => transaction.execute_raw(statement).await,
            }
        };
        self.noting(work.instrument(span).await)
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        let span = traced(sql);
        self.ensure_whole()?;
        let work = async {
            match &self.0 {
                Connection::Sqlite(readers) => readers.execute_unprepared(sql).await,
                Connection::Pool(pool) => pool.execute_unprepared(sql).await,
                Connection::Transaction(transaction, _) => transaction.execute_unprepared(sql).await,
            }
        };
        self.noting(work.instrument(span).await)
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        let span = traced(&statement.sql);
        self.ensure_whole()?;
        let work = async {
            match &self.0 {
                Connection::Sqlite(readers) => readers.query_one(&statement).await,
                Connection::Pool(pool) => pool.query_one_raw(statement).await,
                Connection::Transaction(transaction, _) => transaction.query_one_raw(statement).await,
            }
        };
        self.noting(work.instrument(span).await)
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        let span = traced(&statement.sql);
        self.ensure_whole()?;
        let work = async {
            match &self.0 {
                Connection::Sqlite(readers) => readers.query_all(&statement).await,
                Connection::Pool(pool) => pool.query_all_raw(statement).await,
                Connection::Transaction(transaction, _) => transaction.query_all_raw(statement).await,
            }
        };
        self.noting(work.instrument(span).await)
    }
}

#[async_trait::async_trait]
impl ConnectionTrait for Writer {
    fn get_database_backend(&self) -> DbBackend {
        self.reader.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.reader.execute_raw(statement).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.reader.execute_unprepared(sql).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.reader.query_one_raw(statement).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.reader.query_all_raw(statement).await
    }
}
