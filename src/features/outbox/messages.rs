//! The messages that belong to no one feature.

use serde::Serialize;

use super::{Message, Particulars};
use crate::domain::Timestamp;

/// Shows the operator that messages arrive.
#[derive(Clone, Debug, Serialize)]
pub struct TestMessage {
    /// Whom it greets: nobody.
    pub name: String,
    /// The facts.
    pub particulars: Particulars,
}

impl TestMessage {
    /// A test message to this address or number.
    #[must_use]
    pub fn to(recipient: &str, now: Timestamp) -> Self {
        let particulars = Particulars {
            account: recipient.to_owned(),
            app: None,
            at: now.millis(),
            browser: None,
            ip: None,
            reference: String::new(),
        };
        Self { name: String::new(), particulars }
    }
}

impl Message for TestMessage {
    const TEMPLATE: &'static str = "test";

    fn samples() -> Vec<Self> {
        vec![Self::to("beheer@kantoor.nl", Timestamp::from_millis(Particulars::sample().at))]
    }
}

/// Somebody knows the password and got no further: the mail "Someone may know your password". It holds no link, since
/// whoever knows a password also knows how to write such a mail.
#[derive(Clone, Debug, Serialize)]
pub struct PasswordGuessed {
    /// The given name.
    pub name: String,
    /// The facts of the last attempt.
    pub particulars: Particulars,
}

impl Message for PasswordGuessed {
    const TEMPLATE: &'static str = "password_guessed";

    fn samples() -> Vec<Self> {
        let hostile = Particulars {
            account: "<anna>@kantoor.nl".to_owned(),
            app: Some("<anna>\r\nBcc: x@y.nl".to_owned()),
            ip: Some("unknown".to_owned()),
            browser: None,
            ..Particulars::sample()
        };
        vec![
            Self { name: "Anna".to_owned(), particulars: Particulars::sample() },
            Self { name: "<anna>".to_owned(), particulars: hostile },
        ]
    }
}
