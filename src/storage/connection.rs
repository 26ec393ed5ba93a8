//! [`Reader`] and [`Writer`]: what a query and a change are given.

use std::ops::Deref;

use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult, Statement,
};

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
}

impl Writer {
    pub(super) const fn new(transaction: DatabaseTransaction, turn: Option<Turn>) -> Self {
        Self { reader: Reader(Connection::Transaction(transaction)), turn }
    }

    /// Makes the changes last. Returns once they are on disk.
    ///
    /// # Errors
    ///
    /// When the database does not commit; then nothing was changed.
    pub async fn commit(self) -> Result<(), StorageError> {
        let Self { reader: Reader(connection), turn } = self;
        if let Connection::Transaction(transaction) = connection {
            transaction.commit().await?;
        }
        match turn {
            Some(turn) => turn.finish().await,
            None => Ok(()),
        }
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
