//! Floor 2: mail and text messages. lettre is named on this floor only.

mod sms;
mod smtp;

use crate::config;
use crate::domain::PhoneNumber;

pub use sms::SmsGateway;
pub use smtp::{Mail, MailServer, check};

/// What came of handing a message over, in words that hold neither recipient nor contents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It was taken.
    Taken(String),
    /// Not now; another attempt may help.
    Later(String),
    /// It will never be taken.
    Never(String),
}

impl Answer {
    /// The words.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Taken(words) | Self::Later(words) | Self::Never(words) => words,
        }
    }
}

/// The ways out, as far as they are configured.
#[derive(Debug)]
pub struct Senders {
    mail: Option<MailServer>,
    sms: Option<SmsGateway>,
}

impl Senders {
    /// The ways out that are configured; nothing is connected yet.
    ///
    /// # Errors
    ///
    /// One sentence, when a setting cannot be used.
    pub fn new(mail: &config::Mail, sms: &config::Sms) -> Result<Self, String> {
        Ok(Self { mail: MailServer::new(mail)?, sms: SmsGateway::new(sms)? })
    }

    /// Whether mail can leave.
    #[must_use]
    pub const fn has_mail(&self) -> bool {
        self.mail.is_some()
    }

    /// Whether text messages can leave.
    #[must_use]
    pub const fn has_sms(&self) -> bool {
        self.sms.is_some()
    }

    /// Hands a mail to the mail server.
    pub async fn send_mail(&self, mail: Mail<'_>) -> Answer {
        match &self.mail {
            Some(server) => server.send(mail).await,
            None => Answer::Later("Mail is off (mail.smtp_url is empty).".to_owned()),
        }
    }

    /// Hands a text message to the gateway.
    pub async fn send_sms(&self, number: &PhoneNumber, text: &str) -> Answer {
        match &self.sms {
            Some(gateway) => gateway.send(number, text).await,
            None => Answer::Later("Text messages are off (sms.gateway_url is not set).".to_owned()),
        }
    }
}
