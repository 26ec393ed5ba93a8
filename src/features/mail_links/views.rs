//! What the page of a mailed link shows.

use serde::Serialize;

use crate::features::challenges::Purpose;
use crate::web::Page;

/// Where the link stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkPageState {
    /// It waits for an answer.
    Open,
    /// The answer was yes.
    Confirmed,
    /// The answer was no.
    Denied,
    /// The answer was no, and nothing may come from there any more.
    Blocked,
    /// It works no longer (E16).
    Over,
}

/// The link in a mail was opened (H10).
#[derive(Clone, Debug, Serialize)]
pub struct LinkPage {
    /// Where it stands.
    pub state: LinkPageState,
    /// What it confirms.
    pub purpose: Purpose,
    /// Where the answer goes.
    pub action: String,
    /// Where the block goes.
    pub block: String,
    /// Whose sign-in it is, masked.
    pub account: String,
    /// The app that is signed in to.
    pub app: Option<String>,
    /// When it was asked for, in milliseconds since 1970.
    pub at: i64,
    /// What the browser calls itself, and its system.
    pub browser: Option<(String, String)>,
    /// Where it is.
    pub network: Option<String>,
    /// Whether that tells one place from another, so that it can be blocked.
    pub can_be_blocked: bool,
    /// Whether this is the browser that waits.
    pub same_browser: bool,
    /// Whether this device is in the same network as the one that waits.
    pub same_network: bool,
    /// What is wrong with the number: `empty`, `wrong`.
    pub problem: Option<&'static str>,
}

impl LinkPage {
    /// One that works no longer: it says nothing about anybody.
    pub(super) fn over() -> Self {
        Self {
            state: LinkPageState::Over,
            purpose: Purpose::Network,
            action: String::new(),
            block: String::new(),
            account: String::new(),
            app: None,
            at: 0,
            browser: None,
            network: None,
            can_be_blocked: false,
            same_browser: false,
            same_network: false,
            problem: None,
        }
    }
}

impl Page for LinkPage {
    const TEMPLATE: &'static str = "pages/mail_links/link.html";

    fn samples() -> Vec<Self> {
        use LinkPageState::{Blocked, Confirmed, Denied, Open};
        let plain = Self {
            state: Open,
            purpose: Purpose::Network,
            action: "/c/7hQ2vK9mZr4TnW8xYb3cPd".to_owned(),
            block: "/c/7hQ2vK9mZr4TnW8xYb3cPd/block".to_owned(),
            account: "a•••@kantoor.nl".to_owned(),
            app: Some("Boekhouding".to_owned()),
            at: 1_795_525_500_000,
            browser: Some(("Edge".to_owned(), "Windows".to_owned())),
            network: Some("203.0.113.24".to_owned()),
            can_be_blocked: true,
            same_browser: false,
            same_network: false,
            problem: None,
        };
        let mut all = vec![Self::over()];
        for purpose in [Purpose::Network, Purpose::Second] {
            let plain = Self { purpose, ..plain.clone() };
            all.extend([
                Self { same_browser: true, same_network: true, ..plain.clone() },
                Self { app: None, browser: None, network: None, ..plain.clone() },
                Self { problem: Some("empty"), ..plain.clone() },
                Self { problem: Some("wrong"), state: LinkPageState::Over, ..plain.clone() },
                Self { state: Confirmed, ..plain.clone() },
                Self { state: Denied, ..plain.clone() },
                Self { state: Denied, same_network: true, ..plain.clone() },
                Self { state: Denied, network: None, can_be_blocked: false, ..plain.clone() },
                Self { state: Blocked, ..plain.clone() },
                plain,
            ]);
        }
        all
    }
}
