//! `[database]`: where the data lives.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{Faults, secret_file};
use crate::domain::Secret;

pub(super) const DEFAULT_URL: &str = "sqlite:data/countersign.sqlite";

/// Where the data lives.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Database {
    /// `sqlite:FILE`, or `postgres://USER:PASSWORD@HOST/NAME` when several nodes share the work.
    #[serde(serialize_with = "secret_file::hidden")]
    pub url: Secret<String>,
    /// A file that holds the address instead.
    pub url_file: Option<PathBuf>,
    /// PostgreSQL: connections of one node.
    pub max_connections: u32,
    /// SQLite: connections that read; there is always one that writes.
    pub readers: u32,
}

impl Default for Database {
    fn default() -> Self {
        Self { url: Secret::new(DEFAULT_URL.to_owned()), url_file: None, max_connections: 20, readers: 4 }
    }
}

impl Database {
    pub(super) fn validate(&self, faults: &mut Faults) {
        let known = ["sqlite:", "postgres://", "postgresql://"];
        faults.unless(
            known.iter().any(|scheme| self.url.expose().starts_with(scheme)),
            "database.url",
            "Begin with sqlite: or postgres://.",
        );
        faults.unless(
            (2..=200).contains(&self.max_connections),
            "database.max_connections",
            "Give a number from 2 to 200.",
        );
        faults.unless((1..=64).contains(&self.readers), "database.readers", "Give a number from 1 to 64.");
    }
}
