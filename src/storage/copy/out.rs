//! All rows as they are at one moment, while others go on writing.

use futures_util::StreamExt as _;
use futures_util::stream::BoxStream;
use sea_orm::{
    AccessMode, ConnectionTrait, DatabaseTransaction, DbErr, IsolationLevel, QueryResult, Statement, StreamTrait as _,
    TransactionTrait as _,
};

use super::tables::{Kind, tables_of};
use super::{Cell, Table};
use crate::storage::migrate::applied;
use crate::storage::{Database, StorageError};

/// The database as it was at one moment.
#[derive(Debug)]
pub struct Snapshot {
    transaction: DatabaseTransaction,
    steps: Vec<String>,
    tables: Vec<Table>,
}

impl Database {
    /// The database as it is now. Nobody waits for whoever reads it; on SQLite what others write meanwhile stays in the
    /// write-ahead log until then.
    ///
    /// # Errors
    ///
    /// When the database refuses.
    pub async fn snapshot(&self) -> Result<Snapshot, StorageError> {
        let pool = self.reading_pool().await?;
        let transaction =
            pool.begin_with_config(Some(IsolationLevel::RepeatableRead), Some(AccessMode::ReadOnly)).await?;
        if self.is_shared() {
            transaction.execute_unprepared("SET LOCAL statement_timeout = 0").await?;
        }
        let steps = applied(&transaction).await?;
        let tables = tables_of(&transaction).await?;
        Ok(Snapshot { transaction, steps, tables })
    }
}

impl Snapshot {
    /// The steps of the schema, in order.
    #[must_use]
    pub fn steps(&self) -> &[String] {
        &self.steps
    }

    /// Every table, each after those that its rows point to.
    #[must_use]
    pub fn tables(&self) -> &[Table] {
        &self.tables
    }

    /// The rows of a table, as they come: never all in memory.
    ///
    /// # Errors
    ///
    /// When the database refuses.
    pub async fn rows<'a>(
        &'a self,
        table: &'a Table,
    ) -> Result<BoxStream<'a, Result<Vec<Cell>, StorageError>>, StorageError> {
        let columns: Vec<String> = table.columns().map(|name| format!("\"{name}\"")).collect();
        let text = format!("SELECT {} FROM \"{}\"", columns.join(", "), table.name);
        let statement = Statement::from_string(ConnectionTrait::get_database_backend(&self.transaction), text);
        let rows = self.transaction.stream_raw(statement).await?;
        Ok(rows.map(|row| Ok(cells_of(&row?, table)?)).boxed())
    }
}

fn cells_of(row: &QueryResult, table: &Table) -> Result<Vec<Cell>, DbErr> {
    let cell = |(place, (_, kind)): (usize, &(String, Kind))| {
        Ok(match kind {
            Kind::Text => row.try_get_by_index::<Option<String>>(place)?.map_or(Cell::Nothing, Cell::Text),
            Kind::Number => row.try_get_by_index::<Option<i64>>(place)?.map_or(Cell::Nothing, Cell::Number),
            Kind::Flag => row.try_get_by_index::<Option<bool>>(place)?.map_or(Cell::Nothing, Cell::Flag),
        })
    };
    table.columns.iter().enumerate().map(cell).collect()
}
