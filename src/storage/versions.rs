//! The version of what nodes keep in memory. Whoever changes it raises the version in the same transaction.

use sea_orm::ConnectionTrait as _;
use sea_orm::sea_query::{Expr, ExprTrait as _, Query};

use super::{Reader, StorageError, Writer};

/// What nodes keep in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Versioned {
    /// The signing keys.
    Keys,
    /// The apps.
    Apps,
    /// Who may do what for the instance: nobody keeps it in memory, but those who change it take turns by it.
    Roles,
}

impl Versioned {
    const fn name(self) -> &'static str {
        match self {
            Self::Keys => "keys",
            Self::Apps => "apps",
            Self::Roles => "roles",
        }
    }
}

/// The version that is in force.
///
/// # Errors
///
/// When the database refuses.
pub async fn version_of(db: &Reader, what: Versioned) -> Result<i64, StorageError> {
    let query =
        Query::select().column("version").from("versions").and_where(Expr::col("name").eq(what.name())).to_owned();
    match db.query_one(&query).await? {
        Some(row) => Ok(row.try_get("", "version")?),
        None => Err(StorageError::Corrupt(format!("the version of {} is missing", what.name()))),
    }
}

/// Raises the version: every node loads anew within a second.
///
/// # Errors
///
/// When the database refuses.
pub async fn raise_version(db: &mut Writer, what: Versioned) -> Result<(), StorageError> {
    let update = Query::update()
        .table("versions")
        .value("version", Expr::col("version").add(1))
        .and_where(Expr::col("name").eq(what.name()))
        .to_owned();
    db.execute(&update).await?;
    Ok(())
}
