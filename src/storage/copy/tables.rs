//! What tables there are.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement};
use serde::{Deserialize, Serialize};

/// The table in which the migrations keep what was done.
const STEPS: &str = "seaql_migrations";

/// A table and its columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// What it is called.
    pub name: String,
    pub(super) columns: Vec<(String, Kind)>,
}

impl Table {
    /// The names of its columns, in the order of the cells of its rows.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|(name, _)| name.as_str())
    }
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Number,
    Flag,
}

/// One value of a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Cell {
    /// Yes or no.
    Flag(bool),
    /// A whole number.
    Number(i64),
    /// Text.
    Text(String),
    /// Nothing.
    Nothing,
}

pub(super) async fn query(
    connection: &impl ConnectionTrait,
    (sqlite, postgres): (&str, &str),
) -> Result<Vec<sea_orm::QueryResult>, DbErr> {
    let backend = connection.get_database_backend();
    let text = if backend == DbBackend::Sqlite { sqlite } else { postgres };
    connection.query_all_raw(Statement::from_string(backend, text)).await
}

/// Every table but the migrations' own, each after those that its rows point to.
pub(super) async fn tables_of(connection: &impl ConnectionTrait) -> Result<Vec<Table>, DbErr> {
    let columns = query(
        connection,
        (
            "SELECT m.name AS t, c.name AS c, lower(c.type) AS k FROM sqlite_master m, pragma_table_info(m.name) c \
             WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' ORDER BY m.name, c.cid",
            "SELECT table_name::text AS t, column_name::text AS c, data_type::text AS k FROM information_schema.columns \
             WHERE table_schema = current_schema() ORDER BY table_name, ordinal_position",
        ),
    );
    let mut found: BTreeMap<String, Vec<(String, Kind)>> = BTreeMap::new();
    for row in columns.await? {
        let (table, column, kind): (String, String, String) =
            row.try_get_many("", &["t", "c", "k"].map(str::to_owned))?;
        if table == STEPS {
            continue;
        }
        let kind = kind_of(&kind)
            .ok_or_else(|| DbErr::Custom(format!("{table}.{column} is of the kind {kind}, which is never copied")))?;
        found.entry(table).or_default().push((column, kind));
    }
    let links = query(
        connection,
        (
            "SELECT m.name AS t, f.\"table\" AS c FROM sqlite_master m, pragma_foreign_key_list(m.name) f \
             WHERE m.type = 'table'",
            "SELECT conrelid::regclass::text AS t, confrelid::regclass::text AS c FROM pg_constraint \
             WHERE contype = 'f' AND connamespace = current_schema()::regnamespace",
        ),
    );
    let mut points_to: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in links.await? {
        let (table, other): (String, String) = row.try_get_many("", &["t", "c"].map(str::to_owned))?;
        if table != other {
            points_to.entry(table).or_default().insert(other);
        }
    }
    Ok(in_order(found, &points_to))
}

/// Puts every table after those that it points to.
fn in_order(
    mut found: BTreeMap<String, Vec<(String, Kind)>>,
    points_to: &BTreeMap<String, BTreeSet<String>>,
) -> Vec<Table> {
    let mut ordered = Vec::with_capacity(found.len());
    while !found.is_empty() {
        let waits =
            |name: &String| points_to.get(name).is_some_and(|others| others.iter().any(|o| found.contains_key(o)));
        // Tables that point to one another in a ring have no order; none do.
        let next = found.keys().find(|name| !waits(name)).or_else(|| found.keys().next()).cloned();
        let Some((name, columns)) = next.and_then(|name| found.remove_entry(&name)) else { break };
        ordered.push(Table { name, columns });
    }
    ordered
}

fn kind_of(name: &str) -> Option<Kind> {
    match name {
        "text" | "character varying" | "varchar" => Some(Kind::Text),
        "bigint" | "integer" => Some(Kind::Number),
        "boolean" => Some(Kind::Flag),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_comes_after_those_that_it_points_to() {
        let found = ["a", "b", "c", "d"].map(|name| (name.to_owned(), Vec::new())).into();
        let points = |table: &str, others: &[&str]| {
            (table.to_owned(), others.iter().map(|other| (*other).to_owned()).collect::<BTreeSet<_>>())
        };
        let ordered = in_order(found, &[points("a", &["c", "d"]), points("c", &["b"])].into());
        let names: Vec<&str> = ordered.iter().map(|table| table.name.as_str()).collect();
        assert_eq!(names, ["b", "c", "d", "a"]);
    }
}
