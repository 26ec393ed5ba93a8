//! What the page of connected apps shows.

use serde::Serialize;

use crate::web::Page;

/// An app that the person gave something to.
#[derive(Clone, Debug, Serialize)]
pub struct AppRow {
    /// Its `client_id`.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// Its front page.
    pub home: Option<String>,
    /// What it receives: the scopes.
    pub scopes: Vec<String>,
    /// Since when, in milliseconds since 1970.
    pub first_used: i64,
    /// When it last received something, in milliseconds since 1970.
    pub last_used: i64,
}

/// Connected apps (A7).
#[derive(Clone, Debug, Serialize)]
pub struct AppsPage {
    /// The apps, the last used first.
    pub apps: Vec<AppRow>,
    /// The app whose access was just removed.
    pub removed: Option<String>,
}

impl AppRow {
    fn sample() -> Self {
        Self {
            id: "boekhouding".to_owned(),
            name: "Boekhouding".to_owned(),
            home: Some("https://boekhouding.example".to_owned()),
            scopes: ["openid", "profile", "email", "organisation", "offline_access", "invoices:read"]
                .map(str::to_owned)
                .to_vec(),
            first_used: 1_790_000_000_000,
            last_used: 1_795_525_500_000,
        }
    }
}

impl Page for AppsPage {
    const TEMPLATE: &'static str = "pages/account/apps.html";

    fn samples() -> Vec<Self> {
        let app = AppRow::sample();
        let other = AppRow {
            id: "declaraties".to_owned(),
            name: "Declaraties <anna>".to_owned(),
            home: None,
            scopes: vec!["openid".to_owned()],
            ..app.clone()
        };
        vec![
            Self { apps: vec![app, other], removed: None },
            Self { apps: Vec::new(), removed: None },
            Self { apps: Vec::new(), removed: Some("Boekhouding".to_owned()) },
        ]
    }
}

/// Remove the access of this app?
#[derive(Clone, Debug, Serialize)]
pub struct RemoveAppPage {
    /// The app.
    pub app: AppRow,
}

impl Page for RemoveAppPage {
    const TEMPLATE: &'static str = "pages/account/remove_app.html";

    fn samples() -> Vec<Self> {
        vec![Self { app: AppRow::sample() }]
    }
}
