//! Floor 2: the database, on SQLite and on PostgreSQL from one code.
//!
//! Queries take a [`Reader`], changes take a [`Writer`], so that whoever only reads cannot write. A request has at
//! most one `Writer`; what it changed is visible to others, and answered to the client, only after
//! [`Writer::commit`]. Feature folders keep their tables in `store.rs` files; this floor knows no table but the
//! migrations' own.

mod columns;
mod connection;
mod database;
mod error;
mod group_commit;
mod lookup;
mod migrate;
mod paging;
mod sqlite_readers;
mod versions;

pub use columns::Json;
pub(crate) use columns::text_column;
pub use connection::{Reader, Writer};
pub use database::{Claim, Database};
pub use error::{ConnectError, StorageError};
pub use lookup::Lookup;
pub use migrate::MigrateError;
pub use paging::PageRequest;
pub use versions::{Versioned, raise_version, version_of};
