//! A message as whoever looks after the instance may see it: to whom, masked; what, with its codes and links masked.

use serde_json::Value;

use super::rendering::Office;
use super::rules::{masked_address, masked_secrets};
use super::store::{self, Channel, Row, Standing};
use crate::domain::ids::{AccountId, OutboxId};
use crate::domain::{Language, Secret, Timestamp};
use crate::storage::Reader;
use crate::web::{Error, Parts};

/// A message, as lists show it.
#[derive(Clone, Debug)]
pub struct Listed {
    /// Its identifier.
    pub id: OutboxId,
    /// The way it leaves.
    pub channel: Channel,
    /// To whom, masked; none once that was erased.
    pub to: Option<String>,
    /// Which message it is.
    pub template: String,
    /// What it speaks.
    pub language: Language,
    /// Where it stands.
    pub standing: Standing,
    /// Whom it is about.
    pub account: Option<AccountId>,
    /// When it was posted.
    pub created_at: Timestamp,
    /// When it is worth nothing any more.
    pub expires_at: Timestamp,
    /// When it is tried next.
    pub next_attempt_at: Option<Timestamp>,
    /// When it left or was given up.
    pub ended_at: Option<Timestamp>,
    /// How often it was tried.
    pub attempts: i64,
    /// What was answered last.
    pub answer: Option<String>,
}

/// A message as it would be read, with its codes and links masked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    /// The subject; empty for a text message.
    pub subject: String,
    /// The plain text.
    pub text: String,
    /// The same in HTML; none for a text message.
    pub html: Option<String>,
}

/// The messages that stand so (all, when nothing is named), the newest first.
///
/// # Errors
///
/// When the database refuses.
pub async fn list_messages(
    db: &Reader,
    parts: &Parts,
    (standing, before): (Option<Standing>, Option<OutboxId>),
    limit: u64,
) -> Result<Vec<Listed>, Error> {
    let rows = store::list(db, standing, before, limit).await?;
    Ok(rows.iter().map(|row| listed(parts, row)).collect())
}

/// One message, and how it reads while its contents are kept.
///
/// # Errors
///
/// When the database refuses, or it cannot be made.
pub async fn find_message(
    db: &Reader,
    parts: &Parts,
    id: OutboxId,
    now: Timestamp,
) -> Result<Option<(Listed, Option<Preview>)>, Error> {
    let Some(row) = store::find(db, id).await? else { return Ok(None) };
    // Whoever looks at what was refused sees no more of it than whoever could send it again.
    let is_over = Standing::of(&row) == Standing::Failed && row.expires_at <= now;
    let kept = if is_over { None } else { open(parts, &row, store::CONTENTS, &row.contents) };
    let preview = match kept {
        Some(contents) => {
            let values: Value = serde_json::from_str(contents.expose()).map_err(Error::new)?;
            let office = Office::of(&parts.templates, &parts.config);
            Some(office.preview(row.channel, (&row.template, row.language, masked_secrets(values)), now)?)
        }
        None => None,
    };
    Ok(Some((listed(parts, &row), preview)))
}

fn listed(parts: &Parts, row: &Row) -> Listed {
    Listed {
        id: row.id,
        channel: row.channel,
        to: open(parts, row, store::RECIPIENT, &row.recipient).map(|to| masked_address(to.expose())),
        template: row.template.clone(),
        language: row.language,
        standing: Standing::of(row),
        account: row.account_id,
        created_at: row.created_at,
        expires_at: row.expires_at,
        next_attempt_at: row.next_attempt_at,
        ended_at: row.sent_at.or(row.failed_at),
        attempts: row.attempts,
        answer: row.last_answer.clone(),
    }
}

/// A sealed value of the row, while it is kept.
fn open(parts: &Parts, row: &Row, column: &str, sealed: &str) -> Option<Secret<String>> {
    if sealed.is_empty() {
        return None;
    }
    let id = row.id.to_string();
    let opened = parts.vault.open(store::place(column, &id), sealed).ok()?;
    String::from_utf8(opened.expose().clone()).ok().map(Secret::new)
}
