//! Searching all chains at once, and never further than one index at a time.
//!
//! Each thing that is searched for is a column of an index that ends in the identifier of the event, and identifiers
//! sort by time: the newest events of one thing are read in order, and no more than [`SCAN`] of them in one search. What
//! narrows the result (kind, outcome) is looked at in those; where that was not enough, the answer says how far it got.

use sea_orm::sea_query::{Expr, ExprTrait as _, Query};
use sea_orm::{ColumnTrait as _, Condition, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};

use super::{Recorded, events, recorded, values};
use crate::domain::ids::{AccountId, AuditId};
use crate::domain::network::surroundings;
use crate::domain::{Random, Timestamp};
use crate::features::audit::Chain;
use crate::storage::{Reader, StorageError};

/// The most events of one thing that one search looks at.
const SCAN: u64 = 5_000;
/// How much of a personal value is in its index.
const INDEXED: usize = 64;

/// Something that events are about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Thing {
    /// One chain: an organisation, or the instance.
    Chain(Chain),
    /// Somebody, in what they did and in what was done to them.
    Account(AccountId),
    /// An app.
    App(String),
    /// What a page called it.
    Reference(String),
    /// A personal value, such as an IP address; of an address also the coarse form that is kept later.
    Value(String),
}

/// What is searched for.
#[derive(Clone, Copy, Debug)]
pub struct Search<'a> {
    /// Events about one of these; none for all events.
    pub things: Option<&'a [Thing]>,
    /// Only those whose kind begins like one of these; all, when empty.
    pub kinds: &'a [&'a str],
    /// Only those that ended so (`true`: as intended).
    pub went_well: Option<bool>,
    /// Only those from then on.
    pub since: Option<Timestamp>,
    /// Only those before then.
    pub until: Option<Timestamp>,
    /// Only those before this one.
    pub before: Option<AuditId>,
    /// At most so many.
    pub limit: usize,
}

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// The events, newest first.
    pub events: Vec<Recorded>,
    /// Where the next search goes on, if there may be more.
    pub next: Option<AuditId>,
}

/// The first identifier of a moment.
pub(super) fn first_of(at: Timestamp) -> AuditId {
    struct Zeros;
    impl Random for Zeros {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(0);
        }
    }
    AuditId::new(at, &Zeros)
}

impl Search<'_> {
    fn range(&self, id: impl Fn() -> Expr) -> Condition {
        Condition::all()
            .add_option(self.since.map(|since| id().gte(first_of(since))))
            .add_option(self.until.map(|until| id().lt(first_of(until))))
            .add_option(self.before.map(|before| id().lt(before)))
    }

    fn fits(&self, kind: &str, outcome: &str) -> bool {
        let well = matches!(outcome, "done" | "begun" | "continued" | "sent" | "given" | "revoked" | "undone");
        (self.kinds.is_empty() || self.kinds.iter().any(|prefix| kind.starts_with(prefix)))
            && self.went_well.is_none_or(|wanted| wanted == well)
    }

    /// The columns to look things up by, each on its own.
    fn branches(&self) -> Vec<Condition> {
        let Some(things) = self.things else { return vec![Condition::all()] };
        let all = |condition| Condition::all().add(condition);
        let mut branches = Vec::new();
        for thing in things {
            match thing {
                Thing::Chain(chain) => branches.push(all(events::Column::Chain.eq(chain.name()))),
                Thing::Account(account) => {
                    branches.push(all(events::Column::Subject.eq(*account)));
                    branches.push(all(events::Column::Actor.eq(*account)));
                }
                Thing::App(app) => branches.push(all(events::Column::ClientId.eq(app))),
                Thing::Reference(reference) => branches.push(all(events::Column::Reference.eq(reference))),
                Thing::Value(value) => {
                    branches.push(all(self.with_value(value)));
                    if let Some(coarse) = surroundings(value).filter(|coarse| coarse != value) {
                        branches.push(all(self.with_value(&coarse)));
                    }
                }
            }
        }
        branches
    }

    fn with_value(&self, value: &str) -> Expr {
        let beginning: String = value.chars().take(INDEXED).collect();
        let ids = Query::select()
            .column("event_id")
            .from("audit_values")
            .and_where(Expr::cust("substr(value, 1, 64)").eq(beginning))
            .and_where(Expr::col("value").eq(value))
            .cond_where(self.range(|| Expr::col("event_id")))
            .order_by("event_id", sea_orm::Order::Desc)
            .limit(SCAN)
            .to_owned();
        events::Column::Id.in_subquery(ids)
    }
}

/// The events that are searched for, newest first.
///
/// # Errors
///
/// When the database refuses.
pub async fn search_events(db: &Reader, search: &Search<'_>) -> Result<Found, StorageError> {
    let mut ids: Vec<AuditId> = Vec::new();
    // No event before this one was looked at in every branch.
    let mut looked_until: Option<AuditId> = None;
    for branch in search.branches() {
        let rows: Vec<(AuditId, String, String)> = events::Entity::find()
            .select_only()
            .columns([events::Column::Id, events::Column::Kind, events::Column::Outcome])
            .filter(branch)
            .filter(search.range(|| Expr::col(events::Column::Id)))
            .order_by_desc(events::Column::Id)
            .limit(SCAN)
            .into_tuple()
            .all(db)
            .await?;
        if rows.len() as u64 == SCAN {
            looked_until = std::cmp::max(looked_until, rows.last().map(|(id, ..)| *id));
        }
        ids.extend(rows.into_iter().filter(|(_, kind, outcome)| search.fits(kind, outcome)).map(|(id, ..)| id));
    }
    ids.sort_unstable_by(|a, b| b.cmp(a));
    ids.dedup();
    ids.retain(|id| looked_until.is_none_or(|until| *id >= until));
    let next = if ids.len() > search.limit {
        ids.truncate(search.limit);
        ids.last().copied()
    } else {
        looked_until
    };
    let mut found = Vec::new();
    let mut of_them = Vec::new();
    // The number of parameters of one statement is limited.
    for part in ids.chunks(500) {
        found.extend(events::Entity::find().filter(events::Column::Id.is_in(part.iter().copied())).all(db).await?);
        of_them
            .extend(values::Entity::find().filter(values::Column::EventId.is_in(part.iter().copied())).all(db).await?);
    }
    found.sort_unstable_by_key(|event| std::cmp::Reverse(event.id));
    Ok(Found { events: recorded(found, &of_them), next })
}
