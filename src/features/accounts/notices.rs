//! Telling the owner of an account what was done to it.

use std::time::Duration;

use super::Account;
use crate::domain::Timestamp;
use crate::features::outbox::{Letter, Message, Recipient, post};
use crate::storage::Writer;
use crate::web::{Error, Parts};

/// How long a mail that only tells something is tried for.
const WORTH: Duration = Duration::from_hours(48);

/// Mails the owner of an account what was done to it, where a stranger who sits at the browser cannot hide it.
///
/// # Errors
///
/// When the database refuses.
pub async fn tell_owner<M: Message>(
    db: &mut Writer,
    parts: &Parts,
    account: &Account,
    message: &M,
    now: Timestamp,
) -> Result<(), Error> {
    let letter = Letter {
        to: Recipient::Mail(account.email.clone()),
        language: account.language,
        account: Some(account.id),
        expires_at: now.after(WORTH),
        message,
    };
    post(db, parts, letter, now).await?;
    Ok(())
}
