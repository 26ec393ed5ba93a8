//! The outbox: mails and text messages leave through a table, never inside a request.
//!
//! [`post`] adds a message in the transaction of the caller; [`deliver`] runs beside the server and sends it, again
//! and again until it is taken, refused for good, or too old. A new message is a struct with [`Message`], its files
//! below `templates/mail/` or `templates/sms/`, its words, and a line in the table of messages of `features/mod.rs`.

mod delivery;
mod looking;
mod messages;
mod particulars;
mod rendering;
mod rules;
mod store;

use serde::Serialize;
use tracing::error;

use crate::domain::ids::{AccountId, OutboxId};
use crate::domain::phone::PhoneRefusal;
use crate::domain::{Email, Language, PhoneNumber, Secret, Timestamp};
use crate::storage::{StorageError, Writer};
use crate::web::{Error, Parts, metrics};

pub use delivery::deliver;
pub use looking::{Listed, Preview, find_message, list_messages};
pub use messages::{PasswordGuessed, TestMessage};
pub use particulars::Particulars;
pub use rendering::{MessageSample, samples_of_message, send_now};
pub use rules::Again;
pub use store::{Channel, Standing, Traffic, remove_old_messages, retry_message, traffic};

use store::NewRow;

/// What the templates of a message see as `message`, and which templates those are.
///
/// A mail also has the fields `name` (whom it greets; may be empty) and `particulars` ([`Particulars`]), which its
/// frame shows. Neither the subject nor the first words of a text message hold what people typed, and the subject
/// never holds a code: it shows on locked screens.
pub trait Message: Serialize + Sized {
    /// `templates/mail/<TEMPLATE>.{subject,txt,html}`, and `templates/sms/<TEMPLATE>.txt` when it also leaves as a
    /// text message.
    const TEMPLATE: &'static str;

    /// Examples of every variant; a test renders them all in both languages.
    fn samples() -> Vec<Self>;
}

/// Where a message goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recipient {
    /// By mail.
    Mail(Email),
    /// By text message.
    Sms(PhoneNumber),
}

/// A message to post.
#[derive(Clone, Debug)]
pub struct Letter<'a, M: Message> {
    /// Where it goes. Take it from the database, never from the request.
    pub to: Recipient,
    /// What it speaks.
    pub language: Language,
    /// Whom it is about.
    pub account: Option<AccountId>,
    /// When it is worth nothing any more: it is never sent after this.
    pub expires_at: Timestamp,
    /// What it says.
    pub message: &'a M,
}

/// A message was not posted.
#[derive(Debug, thiserror::Error)]
pub enum PostError {
    /// The text messages of this day are used up. Show E21 and offer another way.
    #[error("the text messages of this day are used up (sms.daily_budget)")]
    OverBudget,
    /// No text message goes to this number.
    #[error(transparent)]
    Refused(#[from] PhoneRefusal),
    /// Nobody expected this.
    #[error(transparent)]
    Fault(#[from] Error),
}

impl From<StorageError> for PostError {
    fn from(error: StorageError) -> Self {
        Self::Fault(error.into())
    }
}

impl From<PostError> for Error {
    fn from(error: PostError) -> Self {
        match error {
            PostError::Fault(fault) => fault,
            other => Self::new(other),
        }
    }
}

/// Posts a message in the transaction of the caller; it leaves once that is committed. Where mail or text messages are
/// off ([`crate::config::Mail::is_on`], [`crate::config::Sms::is_on`]) it waits until it is too old.
///
/// # Errors
///
/// When it is a text message that may not be sent, or the database refuses.
pub async fn post<M: Message>(
    db: &mut Writer,
    parts: &Parts,
    letter: Letter<'_, M>,
    now: Timestamp,
) -> Result<OutboxId, PostError> {
    let (channel, recipient) = match &letter.to {
        Recipient::Mail(email) => (Channel::Mail, email.as_str()),
        Recipient::Sms(number) => {
            number.is_allowed(&parts.config.sms.allowed_countries)?;
            spend(db, parts, now).await?;
            (Channel::Sms, number.as_str())
        }
    };
    let contents = Secret::new(serde_json::to_string(letter.message).map_err(Error::new)?);
    let id = OutboxId::new(now, parts.random.as_ref());
    let row = id.to_string();
    let seal = |column, text: &str| {
        let place = store::place(column, &row);
        parts.vault.seal(place, text.as_bytes(), parts.random.as_ref())
    };
    let new = NewRow {
        id,
        channel,
        recipient: seal(store::RECIPIENT, recipient),
        template: M::TEMPLATE,
        language: letter.language,
        contents: seal(store::CONTENTS, contents.expose()),
        account: letter.account,
        expires_at: letter.expires_at,
    };
    store::add(db, new, now).await?;
    db.ring_after_commit(parts.outbox_bell.clone());
    Ok(id)
}

/// Takes a text message from the budget of the day.
async fn spend(db: &mut Writer, parts: &Parts, now: Timestamp) -> Result<(), PostError> {
    let budget = parts.config.sms.daily_budget;
    if store::take_from_budget(db, budget, now).await? {
        return Ok(());
    }
    // Nobody but the operator can do something about it.
    error!("no text message was sent: the {budget} of today are used up");
    metrics::count("outbox_sms_total", "over_budget");
    Err(PostError::OverBudget)
}

/// Sends a message again that was refused for good and is still worth something. Says no where it is not kept, or was sent
/// again already.
///
/// # Errors
///
/// When it is a text message that may not be sent, or the database refuses.
pub async fn send_again(db: &mut Writer, parts: &Parts, id: OutboxId, now: Timestamp) -> Result<bool, PostError> {
    let Some(row) = store::find(db, id).await? else { return Ok(false) };
    if !Again::keeps_contents(&row.template) || !store::send_again(db, id, now).await? {
        return Ok(false);
    }
    if row.channel == Channel::Sms {
        spend(db, parts, now).await?;
    }
    db.ring_after_commit(parts.outbox_bell.clone());
    Ok(true)
}
