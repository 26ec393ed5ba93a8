//! The tables of the audit.

mod privacy;
mod search;
mod verify;

use std::collections::HashMap;

use sea_orm::sea_query::{Expr, ExprTrait as _, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, Condition, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::domain::Timestamp;
use crate::domain::ids::{AccountId, AuditId};
use crate::features::audit::chain::{Covered, commitments, link};
use crate::features::audit::{Chain, Event, Ink};
use crate::keys::MacKey;
use crate::storage::{Reader, StorageError, Writer};

pub use privacy::{coarsen_addresses, erase_values_about};
pub use search::{Found, Search, Thing, search_events};
pub use verify::{Verdict, verify};

/// How many events are read at once.
const BATCH: u64 = 1000;

/// The personal values that are IP addresses.
const ADDRESSES: [&str; 3] = ["ip", "device_ip", "network"];

mod events {
    use sea_orm::entity::prelude::*;

    use crate::domain::Timestamp;
    use crate::domain::ids::{AccountId, AuditId};

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "audit_events")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(super) id: AuditId,
        pub(super) chain: String,
        pub(super) sequence: i64,
        pub(super) at: Timestamp,
        pub(super) kind: String,
        pub(super) outcome: String,
        pub(super) actor: Option<AccountId>,
        pub(super) subject: Option<AccountId>,
        pub(super) client_id: Option<String>,
        pub(super) reference: String,
        pub(super) facts: String,
        pub(super) commitments: String,
        pub(super) link: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

mod values {
    use sea_orm::entity::prelude::*;

    use crate::domain::ids::AuditId;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "audit_values")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(super) event_id: AuditId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub(super) name: String,
        pub(super) salt: String,
        pub(super) value: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

mod heads {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "audit_heads")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(super) chain: String,
        pub(super) sequence: i64,
        pub(super) link: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

impl events::Model {
    fn link(&self, mac: &MacKey, previous: &str) -> String {
        let text = |id: &Option<_>| id.as_ref().map(ToString::to_string).unwrap_or_default();
        link(
            mac,
            previous,
            &Covered {
                id: &self.id.to_string(),
                chain: &self.chain,
                sequence: self.sequence,
                at: self.at.millis(),
                kind: &self.kind,
                outcome: &self.outcome,
                actor: &text(&self.actor),
                subject: &text(&self.subject),
                client_id: self.client_id.as_deref().unwrap_or_default(),
                reference: &self.reference,
                facts: &self.facts,
                commitments: &self.commitments,
            },
        )
    }
}

/// Writes an event, in the transaction of what it tells: no audit, no act.
///
/// # Errors
///
/// When the database refuses.
pub async fn record(db: &mut Writer, ink: Ink<'_>, event: Event) -> Result<(), StorageError> {
    let chain = event.chain.name();
    // Taking the next place locks the chain until the commit, so links follow one another on every node.
    let head = heads::Entity::insert(heads::ActiveModel {
        chain: Set(chain.clone()),
        sequence: Set(1),
        link: Set(String::new()),
    })
    .on_conflict(
        OnConflict::column(heads::Column::Chain)
            .value(heads::Column::Sequence, Expr::col((heads::Entity, heads::Column::Sequence)).add(1))
            .to_owned(),
    )
    .exec_with_returning(db)
    .await?;
    let id = AuditId::new(ink.now, ink.random);
    let salted: Vec<(String, String, String)> = event
        .personal
        .into_iter()
        .map(|(name, value)| (name.to_owned(), ink.random.secret().expose().clone(), value))
        .collect();
    let mut row = events::Model {
        id,
        chain: chain.clone(),
        sequence: head.sequence,
        at: ink.now,
        kind: event.kind.to_owned(),
        outcome: event.outcome.to_owned(),
        actor: event.actor,
        subject: event.subject,
        client_id: event.client_id,
        reference: event.reference,
        facts: Value::Object(event.facts).to_string(),
        commitments: commitments(&salted),
        link: String::new(),
    };
    row.link = row.link(ink.mac, &head.link);
    heads::Entity::update_many()
        .col_expr(heads::Column::Link, Expr::value(row.link.clone()))
        .filter(heads::Column::Chain.eq(chain))
        .exec(db)
        .await?;
    insert_event(db, row).await?;
    if !salted.is_empty() {
        let rows = salted.into_iter().map(|(name, salt, value)| values::ActiveModel {
            event_id: Set(id),
            name: Set(name),
            salt: Set(salt),
            value: Set(value),
        });
        values::Entity::insert_many(rows).exec_without_returning(db).await?;
    }
    Ok(())
}

async fn insert_event(db: &mut Writer, row: events::Model) -> Result<(), StorageError> {
    events::Entity::insert(events::ActiveModel {
        id: Set(row.id),
        chain: Set(row.chain),
        sequence: Set(row.sequence),
        at: Set(row.at),
        kind: Set(row.kind),
        outcome: Set(row.outcome),
        actor: Set(row.actor),
        subject: Set(row.subject),
        client_id: Set(row.client_id),
        reference: Set(row.reference),
        facts: Set(row.facts),
        commitments: Set(row.commitments),
        link: Set(row.link),
    })
    .exec_without_returning(db)
    .await?;
    Ok(())
}

/// An event as it was recorded.
#[derive(Clone, Debug, Serialize)]
pub struct Recorded {
    /// Its identifier.
    pub id: String,
    /// Its chain.
    pub chain: String,
    /// Its place in the chain, from 1.
    pub sequence: i64,
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// What.
    pub kind: String,
    /// How it ended.
    pub outcome: String,
    /// Who did it.
    pub actor: Option<String>,
    /// Whom it was done to.
    pub subject: Option<String>,
    /// Through which app.
    pub client_id: Option<String>,
    /// What the page called it.
    pub reference: String,
    /// Facts that are not about a person.
    pub facts: Value,
    /// Personal values that were not erased.
    pub personal: Map<String, Value>,
}

async fn values_of(db: &Reader, events: &[events::Model]) -> Result<Vec<values::Model>, StorageError> {
    let (Some(first), Some(last)) = (events.iter().map(|e| e.id).min(), events.iter().map(|e| e.id).max()) else {
        return Ok(Vec::new());
    };
    Ok(values::Entity::find().filter(values::Column::EventId.between(first, last)).all(db).await?)
}

/// The events after `after`, oldest first, at most `limit`.
///
/// # Errors
///
/// When the database refuses.
pub async fn export(db: &Reader, after: Option<&str>, limit: u64) -> Result<Vec<Recorded>, StorageError> {
    let mut query = events::Entity::find().order_by_asc(events::Column::Id).limit(limit);
    if let Some(after) = after {
        query = query.filter(events::Column::Id.gt(after));
    }
    let events = query.all(db).await?;
    let values = values_of(db, &events).await?;
    Ok(recorded(events, &values))
}

/// Which events are read.
#[derive(Clone, Copy, Debug)]
pub struct About<'a> {
    /// Only those of this chain.
    pub chain: Option<Chain>,
    /// Only those about this account.
    pub account: Option<AccountId>,
    /// Only those whose kind begins like one of these; all, when empty.
    pub kinds: &'a [&'a str],
    /// Only those from then on.
    pub since: Option<Timestamp>,
    /// Only those before this one.
    pub before: Option<AuditId>,
    /// At most so many.
    pub limit: u64,
}

/// The events that are wanted, newest first.
///
/// # Errors
///
/// When the database refuses.
pub async fn list_events_about(db: &Reader, about: &About<'_>) -> Result<Vec<Recorded>, StorageError> {
    let any = |kinds: &[&str]| {
        kinds.iter().fold(Condition::any(), |any, kind| any.add(events::Column::Kind.starts_with(*kind)))
    };
    let wanted = Condition::all()
        .add_option(about.chain.map(|chain| events::Column::Chain.eq(chain.name())))
        .add_option(about.account.map(|account| events::Column::Subject.eq(account)))
        .add_option((!about.kinds.is_empty()).then(|| any(about.kinds)))
        // Identifiers sort by time: what lies before is never read.
        .add_option(about.since.map(|since| events::Column::Id.gte(search::first_of(since))))
        .add_option(about.since.map(|since| events::Column::At.gte(since)))
        .add_option(about.before.map(|before| events::Column::Id.lt(before)));
    let query = events::Entity::find().filter(wanted).order_by_desc(events::Column::Id).limit(about.limit);
    let events = query.all(db).await?;
    let mut values = Vec::new();
    // The number of parameters of one statement is limited.
    for part in events.chunks(500) {
        let ids: Vec<AuditId> = part.iter().map(|event| event.id).collect();
        values.extend(values::Entity::find().filter(values::Column::EventId.is_in(ids)).all(db).await?);
    }
    Ok(recorded(events, &values))
}

fn recorded(events: Vec<events::Model>, values: &[values::Model]) -> Vec<Recorded> {
    let mut personal: HashMap<AuditId, Map<String, Value>> = HashMap::new();
    for value in values {
        personal.entry(value.event_id).or_default().insert(value.name.clone(), Value::from(value.value.clone()));
    }
    events
        .into_iter()
        .map(|event| Recorded {
            personal: personal.remove(&event.id).unwrap_or_default(),
            id: event.id.to_string(),
            chain: event.chain,
            sequence: event.sequence,
            at: event.at.millis(),
            kind: event.kind,
            outcome: event.outcome,
            actor: event.actor.map(|id| id.to_string()),
            subject: event.subject.map(|id| id.to_string()),
            client_id: event.client_id,
            reference: event.reference,
            facts: serde_json::from_str(&event.facts).unwrap_or_default(),
        })
        .collect()
}
