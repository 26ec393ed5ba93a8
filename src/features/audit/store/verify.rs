//! Checking the chains.

use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};
use serde::Serialize;
use serde_json::{Map, Value};

use super::{ADDRESSES, BATCH, events, heads, values, values_of};
use crate::domain::network::are_surroundings;
use crate::features::audit::chain::commitment;
use crate::keys::MacKey;
use crate::storage::{Reader, StorageError};

/// What checking the audit found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Verdict {
    /// Every link holds.
    Sound {
        /// How many events there are.
        events: u64,
    },
    /// Something was changed, removed or put in.
    Broken {
        /// Which chain.
        chain: String,
        /// The first place that is wrong.
        sequence: i64,
        /// The event there, if there is one.
        id: Option<String>,
        /// What is wrong with it.
        what: &'static str,
    },
}

/// Checks every chain from its beginning, and that every personal value is still the one that was committed to.
///
/// # Errors
///
/// When the database refuses.
pub async fn verify(db: &Reader, mac: &MacKey) -> Result<Verdict, StorageError> {
    let mut total = 0;
    for head in heads::Entity::find().order_by_asc(heads::Column::Chain).all(db).await? {
        let mut previous = String::new();
        let mut expected = 1;
        loop {
            let batch = events::Entity::find()
                .filter(events::Column::Chain.eq(&head.chain))
                .filter(events::Column::Sequence.gte(expected))
                .order_by_asc(events::Column::Sequence)
                .limit(BATCH)
                .all(db)
                .await?;
            let personal = values_of(db, &batch).await?;
            let full = batch.len() as u64 == BATCH;
            for event in batch {
                let broken = |what| Verdict::Broken {
                    chain: head.chain.clone(),
                    sequence: expected,
                    id: Some(event.id.to_string()),
                    what,
                };
                if event.sequence != expected {
                    return Ok(broken("an event before it is missing"));
                }
                if event.link != event.link(mac, &previous) {
                    return Ok(broken("it was changed"));
                }
                if !values_match(&event, &personal) {
                    return Ok(broken("a personal value of it was changed"));
                }
                previous = event.link;
                expected += 1;
                total += 1;
            }
            if !full {
                break;
            }
        }
        if head.sequence != expected - 1 || head.link != previous {
            let (chain, what) = (head.chain, "the last events are missing");
            return Ok(Verdict::Broken { chain, sequence: expected, id: None, what });
        }
    }
    Ok(Verdict::Sound { events: total })
}

/// A value that was erased or made coarse proves nothing; any other must be the one that was committed to.
fn values_match(event: &events::Model, values: &[values::Model]) -> bool {
    let committed: Map<String, Value> = serde_json::from_str(&event.commitments).unwrap_or_default();
    values.iter().filter(|value| value.event_id == event.id).all(|value| {
        let known = committed.get(&value.name).and_then(Value::as_str);
        if value.salt.is_empty() && ADDRESSES.contains(&value.name.as_str()) {
            return known.is_some() && are_surroundings(&value.value);
        }
        known == Some(commitment(&value.salt, &value.value).as_str())
    })
}
