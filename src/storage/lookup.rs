//! Queries that can be asked in one go.
//!
//! Most requests need a handful of rows by key. On SQLite such a query costs less than handing it to the connection and
//! back, so those that are needed together go together.

use std::vec::IntoIter;

use sea_orm::sea_query::SelectStatement;
use sea_orm::{DbErr, QueryResult};

/// The rows that each of several queries found.
pub(super) type Found = IntoIter<Vec<QueryResult>>;

type Read<T> = Box<dyn FnOnce(&mut Found) -> Result<T, DbErr> + Send>;

/// Queries, and how what they find is read.
#[must_use = "it finds nothing until a reader is asked"]
pub struct Lookup<T> {
    pub(super) queries: Vec<SelectStatement>,
    pub(super) read: Read<T>,
}

impl<T: 'static> Lookup<T> {
    /// A query and how its rows are read.
    pub fn new(
        query: SelectStatement,
        read: impl FnOnce(Vec<QueryResult>) -> Result<T, DbErr> + Send + 'static,
    ) -> Self {
        Self { queries: vec![query], read: Box::new(|found| read(found.next().unwrap_or_default())) }
    }

    /// This and another.
    pub fn and<U: 'static>(mut self, other: Lookup<U>) -> Lookup<(T, U)> {
        self.queries.extend(other.queries);
        let (first, second) = (self.read, other.read);
        Lookup { queries: self.queries, read: Box::new(|found| Ok((first(found)?, second(found)?))) }
    }

    /// The answer, made into something else.
    pub fn map<U: 'static>(self, make: impl FnOnce(T) -> U + Send + 'static) -> Lookup<U> {
        Lookup { queries: self.queries, read: Box::new(|found| Ok(make((self.read)(found)?))) }
    }
}
