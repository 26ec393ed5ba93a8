//! The connections that read from a SQLite file.
//!
//! Our own, because the driver's pool tests a connection before and after each use, and either test takes as long as a
//! query by key.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use futures_util::TryStreamExt as _;
use sea_orm::sea_query::Value;
use sea_orm::sqlx::query::Query;
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sea_orm::sqlx::{AssertSqlSafe, Connection as _, Either, Error, Executor as _, Sqlite, query_with, raw_sql};
use sea_orm::{DbErr, ExecResult, QueryResult, RuntimeErr, Statement, Values};
use sea_query_sqlx::SqlxValues;
use tokio::sync::{Semaphore, SemaphorePermit};

/// A fixed number of connections, each with one query at a time.
pub(super) struct SqliteReaders {
    options: SqliteConnectOptions,
    places: Semaphore,
    idle: Mutex<Vec<SqliteConnection>>,
}

impl SqliteReaders {
    /// Opens `count` connections.
    pub(super) async fn connect(options: SqliteConnectOptions, count: u32) -> Result<Self, DbErr> {
        let mut idle = Vec::new();
        for _ in 0..count {
            idle.push(open(&options).await?);
        }
        Ok(Self { options, places: Semaphore::new(idle.len()), idle: Mutex::new(idle) })
    }

    /// The first row of what `statement` asks for.
    pub(super) async fn query_one(&self, statement: &Statement) -> Result<Option<QueryResult>, DbErr> {
        let mut lease = self.lease().await?;
        let row = lease.connection()?.fetch_optional(query(statement)).await;
        lease.end(row).map(|row| row.map(Into::into))
    }

    /// Every row of what `statement` asks for.
    pub(super) async fn query_all(&self, statement: &Statement) -> Result<Vec<QueryResult>, DbErr> {
        let mut lease = self.lease().await?;
        let rows = lease.connection()?.fetch_all(query(statement)).await;
        lease.end(rows).map(|rows| rows.into_iter().map(Into::into).collect())
    }

    /// Every row of what each of the statements asks for; they go to the connection together.
    pub(super) async fn query_each(&self, statements: Vec<Statement>) -> Result<Vec<Vec<QueryResult>>, DbErr> {
        let asked = statements.len();
        let (texts, values): (Vec<_>, Vec<_>) =
            statements.into_iter().map(|one| (one.sql, one.values.map(|values| values.0).unwrap_or_default())).unzip();
        let together = texts.join("; ");
        let mut lease = self.lease().await?;
        let found = collect_each(lease.connection()?, &together, values.concat(), asked).await;
        lease.end(found)
    }

    /// Runs a statement that gives no rows; these connections refuse whatever would change something.
    pub(super) async fn execute(&self, statement: &Statement) -> Result<ExecResult, DbErr> {
        let mut lease = self.lease().await?;
        let done = lease.connection()?.execute(query(statement)).await;
        lease.end(done).map(Into::into)
    }

    /// The same with a text as it stands.
    pub(super) async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        let mut lease = self.lease().await?;
        let done = lease.connection()?.execute(raw_sql(AssertSqlSafe(sql))).await;
        lease.end(done).map(Into::into)
    }

    /// Waits for a connection.
    async fn lease(&self) -> Result<Lease<'_>, DbErr> {
        let place = self.places.acquire().await.map_err(|_| DbErr::Custom("the database is closed".to_owned()))?;
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = match idle {
            Some(connection) => connection,
            // One that met an error was not put back.
            None => open(&self.options).await?,
        };
        Ok(Lease { readers: self, connection: Some(connection), _place: place })
    }
}

impl fmt::Debug for SqliteReaders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteReaders").field("free", &self.places.available_permits()).finish_non_exhaustive()
    }
}

/// A connection in use. It goes back also when nobody waits for the rows any more: what it was doing then ends before
/// its next query begins.
struct Lease<'a> {
    readers: &'a SqliteReaders,
    connection: Option<SqliteConnection>,
    _place: SemaphorePermit<'a>,
}

impl Lease<'_> {
    fn connection(&mut self) -> Result<&mut SqliteConnection, DbErr> {
        self.connection.as_mut().ok_or_else(|| DbErr::Custom("a connection that was given up".to_owned()))
    }

    /// Ends the use; after an error the connection is not used again.
    fn end<T>(mut self, outcome: Result<T, Error>) -> Result<T, DbErr> {
        if outcome.is_err() {
            self.connection = None;
        }
        outcome.map_err(|error| DbErr::Query(RuntimeErr::SqlxError(error.into())))
    }
}

impl Drop for Lease<'_> {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            self.readers.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        }
    }
}

async fn open(options: &SqliteConnectOptions) -> Result<SqliteConnection, DbErr> {
    let opened = SqliteConnection::connect_with(options).await;
    opened.map_err(|error| DbErr::Conn(RuntimeErr::SqlxError(error.into())))
}

fn query(statement: &Statement) -> Query<'_, Sqlite, SqlxValues> {
    let values = statement.values.clone().unwrap_or_else(|| Values(Vec::new()));
    query_with(AssertSqlSafe(statement.sql.as_str()), SqlxValues(values))
}

/// The driver says where the rows of one statement end.
async fn collect_each(
    connection: &mut SqliteConnection,
    sql: &str,
    values: Vec<Value>,
    asked: usize,
) -> Result<Vec<Vec<QueryResult>>, Error> {
    let query: Query<'_, Sqlite, SqlxValues> = query_with(AssertSqlSafe(sql), SqlxValues(Values(values)));
    let mut steps = connection.fetch_many(query);
    let mut found = Vec::with_capacity(asked);
    let mut rows = Vec::new();
    while let Some(step) = steps.try_next().await? {
        match step {
            Either::Right(row) => rows.push(row.into()),
            Either::Left(_) => found.push(std::mem::take(&mut rows)),
        }
    }
    Ok(found)
}
