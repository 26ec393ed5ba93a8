//! Exporting and erasing.

use serde_json::{Map, Value, json};

use super::rules::{ACCOUNT, REMOVED};
use super::store::{erase_kept, former_emails, read_kept};
use crate::domain::ids::{AccountId, AuditId};
use crate::features::accounts::{Account, find_account, hold_instance_administrators};
use crate::features::audit::{self, About, Chain, Event, Ink, Recorded, erase_values_about, list_events_about};
use crate::features::organisations::{Role, administrators_of, memberships_of, take_turn};
use crate::features::throttles::forget_about;
use crate::storage::{Reader, StorageError, Writer};

/// How many events are read at once.
const BATCH: u64 = 1000;

/// What became of the wish to erase somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Erased {
    /// They are erased.
    Done {
        /// How many personal values were erased from the audit.
        values: u64,
    },
    /// Not erased: nobody else administrates this organisation.
    LastAdministrator {
        /// What it is called.
        organisation: String,
    },
    /// Not erased: nobody else looks after the whole installation.
    LastInstanceAdministrator,
}

/// All that is kept about somebody, a list for each table, without any secret. Times are milliseconds since 1970.
///
/// # Errors
///
/// When the database refuses.
pub async fn export_person(db: &Reader, account: AccountId) -> Result<Value, StorageError> {
    let mut all = Map::new();
    for kept in [&ACCOUNT].into_iter().chain(REMOVED) {
        all.insert(kept.table.to_owned(), Value::Array(read_kept(db, kept, account).await?));
    }
    let organisations: Vec<Value> = memberships_of(db, account)
        .await?
        .into_iter()
        .map(|place| json!({ "id": place.organisation_id, "name": place.organisation_name }))
        .collect();
    all.insert("organisations".to_owned(), Value::Array(organisations));
    all.insert("activity".to_owned(), Value::Array(activity(db, account).await?));
    Ok(Value::Object(all))
}

async fn activity(db: &Reader, account: AccountId) -> Result<Vec<Value>, StorageError> {
    let mut all = Vec::new();
    let mut before: Option<AuditId> = None;
    loop {
        let about = About { chain: None, account: Some(account), kinds: &[], since: None, before, limit: BATCH };
        let events = list_events_about(db, &about).await?;
        let full = events.len() as u64 == BATCH;
        before = events.last().and_then(|event| event.id.parse().ok());
        all.extend(events.into_iter().map(|event| told(event, account)));
        if !full || before.is_none() {
            return Ok(all);
        }
    }
}

/// An event without who else had a part in it: that is about them.
fn told(event: Recorded, account: AccountId) -> Value {
    let own = event.actor.is_none() || event.actor == Some(account.to_string());
    let about_actor = ["ip", "device_ip", "actor_name", "requester", "countersigner"];
    let personal: Map<String, Value> =
        event.personal.into_iter().filter(|(name, _)| own || !about_actor.contains(&name.as_str())).collect();
    json!({
        "at": event.at,
        "kind": event.kind,
        "outcome": event.outcome,
        "by_another": !own,
        "client_id": event.client_id,
        "reference": event.reference,
        "facts": event.facts,
        "personal": personal,
    })
}

/// Erases somebody: their data go, personal values about them go from the audit, and of the account only the identifier
/// stays, so that nobody gets it again. The event about it is recorded here.
///
/// # Errors
///
/// When the database refuses.
pub async fn erase_person(db: &mut Writer, ink: Ink<'_>, account: &Account) -> Result<Erased, StorageError> {
    // First the turn of the roles, then those of the organisations: in the order of the console.
    let administrators = hold_instance_administrators(db).await?;
    if administrators == [account.id] {
        return Ok(Erased::LastInstanceAdministrator);
    }
    for place in memberships_of(db, account.id).await? {
        if place.role != Role::Administrator || place.disabled_at.is_some() {
            continue;
        }
        // From here on nobody else changes who looks after this organisation, so what is read now stays true.
        take_turn(db, place.organisation_id).await?;
        if !is_administrated_without(db, &administrators_of(db, place.organisation_id).await?, account.id).await? {
            return Ok(Erased::LastAdministrator { organisation: place.organisation_name });
        }
    }
    let mut names = former_emails(db, account.id).await?;
    names.push(account.email.to_string());
    names.extend(account.username.clone());
    forget_about(db, account.id).await?;
    erase_kept(db, account.id, ink.now).await?;
    let values = erase_values_about(db, account.id, &names).await?;
    let event = Event::new(Chain::Organisation(account.home_organisation_id), "account.erase", "done")
        .about(account.id)
        .with("values", values);
    audit::record(db, ink, event).await?;
    Ok(Erased::Done { values })
}

async fn is_administrated_without(db: &Reader, all: &[AccountId], leaving: AccountId) -> Result<bool, StorageError> {
    for other in all.iter().filter(|other| **other != leaving) {
        if find_account(db, *other).await?.is_some_and(|other| other.disabled_at.is_none()) {
            return Ok(true);
        }
    }
    Ok(false)
}
