//! The facts that stand in every mail.

use serde::Serialize;

use crate::domain::Timestamp;
use crate::web::{Context, browser_name};

/// The facts that stand in every mail, so that people can tell their own doing from a stranger's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Particulars {
    /// What the account is called: its e-mail address.
    pub account: String,
    /// The app that was signed in to.
    pub app: Option<String>,
    /// When, in milliseconds since the epoch.
    pub at: i64,
    /// What the browser calls itself, and its system.
    pub browser: Option<(String, String)>,
    /// From which address; missing where no browser was involved.
    pub ip: Option<String>,
    /// What the page, the log and the audit call it.
    pub reference: String,
}

impl Particulars {
    /// The facts of a request.
    #[must_use]
    pub fn of(context: &Context, account: &str, app: Option<&str>) -> Self {
        let browser = browser_name(context.user_agent.as_deref());
        Self {
            account: account.to_owned(),
            app: app.map(str::to_owned),
            at: context.now.millis(),
            browser: browser.map(|(name, system)| (name.to_owned(), system.to_owned())),
            ip: Some(context.client_ip.to_string()),
            reference: context.reference.to_string(),
        }
    }

    /// The facts of what nobody did in a browser.
    #[must_use]
    pub fn without_request(account: &str, now: Timestamp) -> Self {
        Self {
            account: account.to_owned(),
            app: None,
            at: now.millis(),
            browser: None,
            ip: None,
            reference: String::new(),
        }
    }

    /// Facts to show what a message looks like.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            account: "a.devries@kantoor.nl".to_owned(),
            app: Some("Boekhouding".to_owned()),
            at: 1_795_525_500_000,
            browser: Some(("Edge".to_owned(), "Windows".to_owned())),
            ip: Some("203.0.113.24".to_owned()),
            reference: "7F3K-Q9".to_owned(),
        }
    }
}
