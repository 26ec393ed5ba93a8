//! [`Reader`] and [`Writer`]: what a query and a change are given.

use std::ops::Deref;
use std::sync::Arc;

use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult, Statement,
};
use tokio::sync::Notify;

use super::StorageError;
use super::group_commit::Turn;

/// Runs queries. On both engines its connections refuse to write.
#[derive(Debug)]
pub struct Reader(Connection);

#[derive(Debug)]
enum Connection {
    Pool(DatabaseConnection),
    Transaction(DatabaseTransaction),
}

impl Reader {
    pub(super) const fn of_pool(pool: DatabaseConnection) -> Self {
        Self(Connection::Pool(pool))
    }
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
    pub(super) const fn new(transaction: DatabaseTransaction, turn: Option<Turn>) -> Self {
        Self { reader: Reader(Connection::Transaction(transaction)), turn, after: Vec::new() }
    }

    /// Wakes whoever waits for `bell` once the changes last; whoever looked earlier would not see them.
    pub fn ring_after_commit(&mut self, bell: Arc<Notify>) {
        if !self.after.iter().any(|known| Arc::ptr_eq(known, &bell)) {
            self.after.push(bell);
        }
    }

    /// Makes the changes last. Returns once they are on disk.
    ///
    /// # Errors
    ///
    /// When the database does not commit; then nothing was changed.
    pub async fn commit(self) -> Result<(), StorageError> {
        let Self { reader: Reader(connection), turn, after } = self;
        if let Connection::Transaction(transaction) = connection {
            transaction.commit().await?;
        }
        if let Some(turn) = turn {
            turn.finish().await?;
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

#[async_trait::async_trait]
impl ConnectionTrait for Reader {
    fn get_database_backend(&self) -> DbBackend {
        match &self.0 {
            Connection::Pool(pool) => pool.get_database_backend(),
            Connection::Transaction(transaction) => transaction.get_database_backend(),
        }
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        match &self.0 {
            Connection::Pool(pool) => pool.execute_raw(statement).await,
            Connection::Transaction(transaction) => transaction.execute_raw(statement).await,
        }
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        match &self.0 {
            Connection::Pool(pool) => pool.execute_unprepared(sql).await,
            Connection::Transaction(transaction) => transaction.execute_unprepared(sql).await,
        }
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        match &self.0 {
            Connection::Pool(pool) => pool.query_one_raw(statement).await,
            Connection::Transaction(transaction) => transaction.query_one_raw(statement).await,
        }
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        match &self.0 {
            Connection::Pool(pool) => pool.query_all_raw(statement).await,
            Connection::Transaction(transaction) => transaction.query_all_raw(statement).await,
        }
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
