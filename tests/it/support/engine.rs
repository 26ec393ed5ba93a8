//! A database of its own for each test.

use std::sync::atomic::{AtomicU32, Ordering};

use countersign::domain::Secret;
use sea_orm::ConnectionTrait as _;

/// A database that nobody else uses, and the folder of its keys.
pub(crate) struct Engine {
    pub(crate) url: String,
    pub(crate) folder: tempfile::TempDir,
}

static NEXT: AtomicU32 = AtomicU32::new(0);

impl Engine {
    pub(crate) fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("countersign.sqlite").display());
        Self { url, folder }
    }

    pub(crate) async fn postgres() -> Self {
        let admin = std::env::var("COUNTERSIGN_TEST_POSTGRES")
            .expect("COUNTERSIGN_TEST_POSTGRES names no PostgreSQL: run the tests with tests/run");
        let name = format!("t{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let connection = sea_orm::Database::connect(&admin).await.unwrap();
        connection.execute_unprepared(&format!("CREATE DATABASE {name}")).await.unwrap();
        connection.close().await.unwrap();
        let (server, _) = admin.rsplit_once('/').unwrap();
        Self { url: format!("{server}/{name}"), folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn database(&self) -> countersign::config::Database {
        countersign::config::Database {
            url: Secret::new(self.url.clone()),
            max_connections: 6,
            ..countersign::config::Database::default()
        }
    }
}
