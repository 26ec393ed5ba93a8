//! Mail by SMTP (RFC 5321).

use std::time::{Duration, UNIX_EPOCH};

use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp::response::{Category, Severity};
use lettre::transport::smtp::{Error as SmtpError, PoolConfig};
use lettre::{Address, AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};

use super::Answer;
use crate::config;
use crate::domain::{Email, Language, Timestamp};

type Transport = AsyncSmtpTransport<Tokio1Executor>;

/// The most connections at the same time.
const CONNECTIONS: u32 = 8;
/// How much of what the mail server says is kept.
const LONGEST_ANSWER: usize = 160;

/// A mail, rendered.
#[derive(Clone, Debug)]
pub struct Mail<'a> {
    /// `<…@host>` (RFC 5322, section 3.6.4).
    pub message_id: String,
    /// Who gets it.
    pub to: &'a Email,
    /// One line.
    pub subject: String,
    /// The plain text.
    pub text: String,
    /// The same in HTML.
    pub html: String,
    /// What it speaks.
    pub language: Language,
    /// The time in its head.
    pub at: Timestamp,
}

/// A mail server, with the connections to it.
#[derive(Debug)]
pub struct MailServer {
    transport: Transport,
    from: Mailbox,
}

impl MailServer {
    /// The mail server that is configured, if one is; connected to at the first mail.
    ///
    /// # Errors
    ///
    /// One sentence, when a setting cannot be used.
    pub fn new(settings: &config::Mail) -> Result<Option<Self>, String> {
        if !settings.is_on() {
            return Ok(None);
        }
        let url = settings.smtp_url.expose();
        let from = settings.from.parse().map_err(|cause| format!("mail.from cannot be used: {cause}."))?;
        let builder = Transport::from_url(url).map_err(|cause| format!("mail.smtp_url cannot be used: {cause}."))?;
        let timeout = Duration::from_secs(settings.timeout_seconds.into());
        let pool = PoolConfig::new().max_size(CONNECTIONS);
        Ok(Some(Self { transport: builder.timeout(Some(timeout)).pool_config(pool).build(), from }))
    }

    /// Hands a mail over.
    pub async fn send(&self, mail: Mail<'_>) -> Answer {
        let message = match self.message(mail) {
            Ok(message) => message,
            Err(cause) => return Answer::Never(format!("The mail could not be made: {cause}.")),
        };
        match self.transport.send(message).await {
            Ok(response) => Answer::Taken(format!("The mail server took it ({}).", response.code())),
            Err(cause) => refusal(&cause),
        }
    }

    fn message(&self, mail: Mail<'_>) -> Result<Message, String> {
        let to: Address = mail.to.as_str().parse().map_err(|_| "the address cannot be used".to_owned())?;
        let at = UNIX_EPOCH + Duration::from_millis(u64::try_from(mail.at.millis()).unwrap_or(0));
        let header =
            |name: &'static str, value: &str| HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned());
        Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(mail.subject)
            .date(at)
            .message_id(Some(mail.message_id))
            // No answering machine answers this (RFC 3834, section 5; the second is Microsoft's).
            .raw_header(header("Auto-Submitted", "auto-generated"))
            .raw_header(header("X-Auto-Response-Suppress", "All"))
            .raw_header(header("Content-Language", mail.language.code()))
            .multipart(MultiPart::alternative_plain_html(mail.text, mail.html))
            .map_err(|cause| cause.to_string())
    }
}

/// What an error means for the mail. Only 55x is about this mail and its recipient (RFC 5321, section 4.2.1); a mail
/// server that refuses our password or the sender's network may take the same mail later.
fn refusal(cause: &SmtpError) -> Answer {
    let Some(code) = cause.status() else {
        return Answer::Later(format!("The mail server cannot be used: {}.", within_bounds(&cause.to_string())));
    };
    let said = std::error::Error::source(cause).map(|said| within_bounds(&said.to_string())).unwrap_or_default();
    if code.severity == Severity::PermanentNegativeCompletion && code.category == Category::MailSystem {
        Answer::Never(format!("The mail server refused it ({code}): {said}"))
    } else {
        Answer::Later(format!("The mail server did not take it ({code}): {said}"))
    }
}

/// What a mail server says without the addresses that it repeats, on one short line.
fn within_bounds(said: &str) -> String {
    let words: Vec<&str> = said.split_whitespace().map(|word| if word.contains('@') { "…" } else { word }).collect();
    let line = words.join(" ");
    line.chars().filter(|c| !c.is_control()).take(LONGEST_ANSWER).collect()
}

/// Tries the mail server without sending anything. Says what it found, or what is wrong and what to do.
///
/// # Errors
///
/// One sentence.
pub async fn check(settings: &config::Mail) -> Result<String, String> {
    let Some(server) = MailServer::new(settings)? else {
        return Ok("Mail is off (mail.smtp_url is empty).".to_owned());
    };
    match server.transport.test_connection().await {
        Ok(true) => Ok("The mail server answers.".to_owned()),
        Ok(false) => Err("The mail server hung up. Check mail.smtp_url.".to_owned()),
        Err(cause) => Err(format!("The mail server cannot be reached: {cause}. Check mail.smtp_url.")),
    }
}
