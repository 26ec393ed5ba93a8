//! What is mailed about the place that a sign-in comes from.

use serde::Serialize;

use crate::features::outbox::{Message, Particulars};

/// Somebody signs in from a new network: a code and a link to confirm it with (D1).
#[derive(Clone, Debug, Serialize)]
pub struct NetworkCode {
    /// Whom it greets.
    pub name: String,
    /// The code, as it is read.
    pub code: String,
    /// How long it works.
    pub minutes: u64,
    /// The link.
    pub link: Option<String>,
    /// The facts.
    pub particulars: Particulars,
}

impl Message for NetworkCode {
    const TEMPLATE: &'static str = "network_code";

    fn samples() -> Vec<Self> {
        let with = |particulars| Self {
            name: "Anna de Vries".to_owned(),
            code: "482 911".to_owned(),
            minutes: 10,
            link: Some("https://id.kantoor.example/c/7hQ2vK9mZr4TnW8xYb3cPd".to_owned()),
            particulars,
        };
        vec![with(Particulars::sample()), with(Particulars { app: None, ..Particulars::sample() })]
    }
}

/// A new network joined the ledger by itself (D1b).
#[derive(Clone, Debug, Serialize)]
pub struct NetworkAdded {
    /// Whom it greets.
    pub name: String,
    /// The facts.
    pub particulars: Particulars,
}

impl Message for NetworkAdded {
    const TEMPLATE: &'static str = "network_added";

    fn samples() -> Vec<Self> {
        vec![Self { name: "Anna de Vries".to_owned(), particulars: Particulars::sample() }]
    }
}

/// Somebody cannot go on without an administrator (D8).
#[derive(Clone, Debug, Serialize)]
pub struct NetworkWaits {
    /// Whom it greets: an administrator.
    pub name: String,
    /// Who waits.
    pub person: String,
    /// Whether the network is blocked, and not only new.
    pub blocked: bool,
    /// The facts.
    pub particulars: Particulars,
}

impl Message for NetworkWaits {
    const TEMPLATE: &'static str = "network_waits";

    fn samples() -> Vec<Self> {
        let with = |blocked| Self {
            name: "Bram Jansen".to_owned(),
            person: "Anna de Vries".to_owned(),
            blocked,
            particulars: Particulars::sample(),
        };
        vec![with(false), with(true)]
    }
}
