//! The schema, step by step: one file a step, one code for both engines.
//!
//! A step that was released is never changed; the next one builds on it. Ids and enums are TEXT, points in time
//! BIGINT milliseconds, small structures JSON in TEXT: the same on SQLite and on PostgreSQL.

mod m0001_people;
mod m0002_sign_in;
mod m0003_apps;
mod m0004_grants;
mod m0005_audit;
mod m0006_outbox;
mod m0007_second_factors;
mod m0008_email_changes;
mod m0009_rule_changes;
mod m0010_protocol;
mod m0011_networks;
mod m0012_recovery;
mod m0013_clients;
mod m0014_console;
mod m0015_apps;
mod m0016_api;
mod m0017_webhooks;
mod m0018_signals;
mod m0019_members;
mod m0022_console;
mod m0023_programs;
mod m0024_bounds;

use sea_orm::sea_query::{ColumnDef, IntoIden};
use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement};
use sea_orm_migration::{MigrationTrait, MigratorTrait};

/// Knows all steps, in order.
pub(in crate::storage) struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_people::Migration),
            Box::new(m0002_sign_in::Migration),
            Box::new(m0003_apps::Migration),
            Box::new(m0004_grants::Migration),
            Box::new(m0005_audit::Migration),
            Box::new(m0006_outbox::Migration),
            Box::new(m0007_second_factors::Migration),
            Box::new(m0008_email_changes::Migration),
            Box::new(m0009_rule_changes::Migration),
            Box::new(m0010_protocol::Migration),
            Box::new(m0011_networks::Migration),
            Box::new(m0012_recovery::Migration),
            Box::new(m0013_clients::Migration),
            Box::new(m0014_console::Migration),
            Box::new(m0015_apps::Migration),
            Box::new(m0016_api::Migration),
            Box::new(m0017_webhooks::Migration),
            Box::new(m0018_signals::Migration),
            Box::new(m0019_members::Migration),
            Box::new(m0022_console::Migration),
            Box::new(m0023_programs::Migration),
            Box::new(m0024_bounds::Migration),
        ]
    }
}

/// The names of the steps that this database has seen, also of those that this program does not know.
pub(in crate::storage) async fn applied(connection: &impl ConnectionTrait) -> Result<Vec<String>, DbErr> {
    let backend = connection.get_database_backend();
    let exists = match backend {
        DbBackend::Sqlite => "SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'seaql_migrations'",
        _ => "SELECT 1 WHERE to_regclass('seaql_migrations') IS NOT NULL",
    };
    if connection.query_one_raw(Statement::from_string(backend, exists)).await?.is_none() {
        return Ok(Vec::new());
    }
    let rows = connection
        .query_all_raw(Statement::from_string(backend, "SELECT version FROM seaql_migrations ORDER BY version"))
        .await?;
    rows.iter().map(|row| row.try_get("", "version")).collect()
}

/// A TEXT column that always holds something.
fn text(name: impl IntoIden) -> ColumnDef {
    let mut column = ColumnDef::new(name);
    column.text().not_null();
    column
}

/// A TEXT column that may hold nothing.
fn text_or_null(name: impl IntoIden) -> ColumnDef {
    let mut column = ColumnDef::new(name);
    column.text();
    column
}

/// A TEXT primary key.
fn key(name: impl IntoIden) -> ColumnDef {
    let mut column = text(name);
    column.primary_key();
    column
}

/// A whole number, or a point in time in milliseconds.
fn number(name: impl IntoIden) -> ColumnDef {
    let mut column = ColumnDef::new(name);
    column.big_integer().not_null();
    column
}

/// A whole number or a point in time that may be missing.
fn number_or_null(name: impl IntoIden) -> ColumnDef {
    let mut column = ColumnDef::new(name);
    column.big_integer();
    column
}

/// Yes or no.
fn flag(name: impl IntoIden) -> ColumnDef {
    let mut column = ColumnDef::new(name);
    column.boolean().not_null();
    column
}
