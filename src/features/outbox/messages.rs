//! The messages that belong to no one feature.

use std::time::Duration;

use serde::Serialize;

use super::{Letter, Message, Particulars, PostError, Recipient, post};
use crate::domain::ids::{AccountId, OutboxId};
use crate::domain::{Email, Language, Timestamp};
use crate::storage::Writer;
use crate::web::Parts;

/// How long a mail that only tells something is tried for.
const NOTICE: Duration = Duration::from_hours(48);

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

impl PasswordGuessed {
    /// Posts it to the address of the account.
    ///
    /// # Errors
    ///
    /// When the database refuses.
    pub async fn post(
        self,
        db: &mut Writer,
        parts: &Parts,
        (account, email, language): (AccountId, &Email, Language),
        now: Timestamp,
    ) -> Result<OutboxId, PostError> {
        let letter = Letter {
            to: Recipient::Mail(email.clone()),
            language,
            account: Some(account),
            expires_at: now.after(NOTICE),
            message: &self,
        };
        post(db, parts, letter, now).await
    }
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
