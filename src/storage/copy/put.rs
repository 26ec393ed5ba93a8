//! Putting rows into an empty database, all or nothing.

use sea_orm::sea_query::{Expr, Query};
use sea_orm::{ConnectionTrait as _, DatabaseTransaction, DbErr, Value};
use sea_orm_migration::MigratorTrait as _;

use super::tables::{Kind, query, tables_of};
use super::{Cell, Table};
use crate::storage::migrate::{Migrator, applied, begin_changing_schema};
use crate::storage::{Database, StorageError, Writer};

/// How many values one statement has places for, on both engines.
const MOST_VALUES: usize = 8000;

/// A database cannot take the rows of another; nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// It has rows of its own.
    #[error(
        "The database is not empty: {0} has rows. A backup is restored into an empty database; name another one with database.url."
    )]
    NotEmpty(String),
    /// The rows come from a newer version.
    #[error("The backup was made by a newer version of Countersign (it knows {0}). Restore it with that version.")]
    Newer(String),
    /// A table or column is unknown.
    #[error("The backup holds {0}, which this version does not know.")]
    Unknown(String),
    /// The database refuses.
    #[error("The database refused, and nothing was changed: {0}")]
    Storage(#[from] StorageError),
}

impl From<DbErr> for RestoreError {
    fn from(error: DbErr) -> Self {
        Self::Storage(error.into())
    }
}

impl Database {
    /// Begins to put rows into this database, which must be empty: gives it the schema that these steps make, with
    /// no rows at all. Whatever is done with the writer lasts only when it is committed.
    ///
    /// # Errors
    ///
    /// When it holds anything, or the steps are of a newer version.
    pub async fn begin_restoring(&self, steps: &[String]) -> Result<Writer, RestoreError> {
        let known: Vec<String> = Migrator::migrations().iter().map(|step| step.name().to_owned()).collect();
        if let Some(newer) = steps.iter().find(|step| !known.contains(step)) {
            return Err(RestoreError::Newer(newer.clone()));
        }
        if !known.starts_with(steps) {
            return Err(RestoreError::Unknown("another order of steps".to_owned()));
        }
        let transaction = begin_changing_schema(self).await?;
        let tables = tables_of(&transaction).await?;
        for table in &tables {
            // The rows that the steps themselves put there.
            if table.name != "versions" && holds_rows(&transaction, &table.name).await? {
                return Err(RestoreError::NotEmpty(table.name.clone()));
            }
        }
        for table in tables.iter().rev() {
            transaction.execute_unprepared(&format!("DROP TABLE \"{}\"", table.name)).await?;
        }
        if !applied(&transaction).await?.is_empty() {
            transaction.execute_unprepared("DELETE FROM seaql_migrations").await?;
        }
        let count = u32::try_from(steps.len()).unwrap_or(u32::MAX);
        Migrator::up(&transaction, Some(count)).await?;
        for table in tables_of(&transaction).await?.iter().rev() {
            transaction.execute_unprepared(&format!("DELETE FROM \"{}\"", table.name)).await?;
        }
        Ok(Writer::new(transaction, None))
    }
}

async fn holds_rows(transaction: &DatabaseTransaction, table: &str) -> Result<bool, DbErr> {
    let text = format!("SELECT 1 AS one FROM \"{table}\" LIMIT 1");
    Ok(!query(transaction, (&text, &text)).await?.is_empty())
}

/// Puts rows into a table. Every row has a cell for each of `columns`.
///
/// # Errors
///
/// When the table or a column is unknown, a row is of another length, or the database refuses.
pub async fn put_rows(
    db: &mut Writer,
    tables: &[Table],
    (name, columns): (&str, &[String]),
    rows: Vec<Vec<Cell>>,
) -> Result<(), RestoreError> {
    let table = tables.iter().find(|table| table.name == name);
    let table = table.ok_or_else(|| RestoreError::Unknown(format!("a table {name:?}")))?;
    let kinds: Vec<Kind> = columns
        .iter()
        .map(|column| {
            let found = table.columns.iter().find(|(known, _)| known == column).map(|(_, kind)| *kind);
            found.ok_or_else(|| RestoreError::Unknown(format!("a column {column:?} of {name}")))
        })
        .collect::<Result<_, _>>()?;
    let most = (MOST_VALUES / columns.len().max(1)).max(1);
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        let mut insert = Query::insert();
        insert.into_table(name.to_owned()).columns(columns.iter().cloned());
        for row in rows.by_ref().take(most) {
            if row.len() != kinds.len() {
                return Err(RestoreError::Unknown(format!("a row of another length in {name}")));
            }
            let values: Vec<Expr> =
                row.into_iter().zip(&kinds).map(|(cell, kind)| Expr::value(value_of(cell, *kind))).collect();
            insert.values(values).map_err(|error| DbErr::Custom(error.to_string()))?;
        }
        db.execute(&insert).await?;
    }
    Ok(())
}

/// An empty value has a type as well: PostgreSQL asks for it.
fn value_of(cell: Cell, kind: Kind) -> Value {
    match (cell, kind) {
        (Cell::Text(text), _) => Value::String(Some(text)),
        (Cell::Number(number), _) => Value::BigInt(Some(number)),
        (Cell::Flag(flag), _) => Value::Bool(Some(flag)),
        (Cell::Nothing, Kind::Text) => Value::String(None),
        (Cell::Nothing, Kind::Number) => Value::BigInt(None),
        (Cell::Nothing, Kind::Flag) => Value::Bool(None),
    }
}

/// Takes the steps that came after the backup, so that the rest of the program can work with what was put there.
///
/// # Errors
///
/// When a step fails.
pub async fn finish_restoring(db: &mut Writer) -> Result<(), RestoreError> {
    let transaction = db.transaction().ok_or_else(|| DbErr::Custom("a writer without a transaction".to_owned()))?;
    Ok(Migrator::up(transaction, None).await?)
}

/// The tables of a database that is being restored.
///
/// # Errors
///
/// When the database refuses.
pub async fn tables_in(db: &Writer) -> Result<Vec<Table>, RestoreError> {
    let transaction = db.transaction().ok_or_else(|| DbErr::Custom("a writer without a transaction".to_owned()))?;
    Ok(tables_of(transaction).await?)
}
