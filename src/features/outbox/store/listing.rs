//! Looking at what is in the outbox, for whoever looks after the instance.

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, Condition, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};

use super::outbox::{Column, Entity};
use super::{Channel, Row};
use crate::domain::Timestamp;
use crate::domain::ids::OutboxId;
use crate::features::outbox::rules::failed_at;
use crate::storage::{Reader, StorageError, Writer};

/// The most messages that wait to be tried again and are looked at for when they failed.
const MOST_PUT_OFF: u64 = 100;

/// Where a message stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It was not tried yet.
    Queued,
    /// It was tried, and is tried again.
    Deferred,
    /// It left.
    Sent,
    /// It will never leave.
    Failed,
}

impl Standing {
    /// All of them, what needs somebody first.
    pub const ALL: [Self; 4] = [Self::Failed, Self::Deferred, Self::Queued, Self::Sent];

    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Deferred => "deferred",
            Self::Sent => "sent",
            Self::Failed => "failed",
        }
    }

    fn condition(self) -> Condition {
        let waits = || Condition::all().add(Column::NextAttemptAt.is_not_null());
        match self {
            Self::Queued => waits().add(Column::Attempts.eq(0)),
            Self::Deferred => waits().add(Column::Attempts.gt(0)),
            Self::Sent => Condition::all().add(Column::SentAt.is_not_null()),
            Self::Failed => Condition::all().add(Column::FailedAt.is_not_null()),
        }
    }

    pub(in crate::features::outbox) const fn of(row: &Row) -> Self {
        if row.sent_at.is_some() {
            Self::Sent
        } else if row.failed_at.is_some() {
            Self::Failed
        } else if row.attempts > 0 {
            Self::Deferred
        } else {
            Self::Queued
        }
    }
}

/// The messages that stand so (all, when nothing is named), the newest first.
pub(in crate::features::outbox) async fn list(
    db: &Reader,
    standing: Option<Standing>,
    before: Option<OutboxId>,
    limit: u64,
) -> Result<Vec<Row>, StorageError> {
    let wanted = Condition::all()
        .add_option(standing.map(Standing::condition))
        .add_option(before.map(|before| Column::Id.lt(before)));
    Ok(Entity::find().filter(wanted).order_by_desc(Column::Id).limit(limit).all(db).await?)
}

/// One message.
pub(in crate::features::outbox) async fn find(db: &Reader, id: OutboxId) -> Result<Option<Row>, StorageError> {
    Ok(Entity::find_by_id(id).one(db).await?)
}

/// Makes a message that waits due at once. Says no where nothing is tried any more, or somebody is sending it.
///
/// # Errors
///
/// When the database refuses.
pub async fn retry_message(db: &mut Writer, id: OutboxId, now: Timestamp) -> Result<bool, StorageError> {
    let done = Entity::update_many()
        .col_expr(Column::NextAttemptAt, Expr::value(now))
        .filter(Column::Id.eq(id))
        .filter(Column::NextAttemptAt.is_not_null())
        .filter(Column::ExpiresAt.gt(now))
        .filter(super::free(now))
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Makes a message that was refused for good due at once, once. Says no where nothing of it is kept, or it is too old.
pub(in crate::features::outbox) async fn send_again(
    db: &mut Writer,
    id: OutboxId,
    now: Timestamp,
) -> Result<bool, StorageError> {
    let done = Entity::update_many()
        .col_expr(Column::NextAttemptAt, Expr::value(now))
        .col_expr(Column::FailedAt, Expr::value(None::<Timestamp>))
        .col_expr(Column::Attempts, Expr::value(0_i64))
        .filter(Column::Id.eq(id))
        .filter(Column::FailedAt.is_not_null())
        .filter(Column::Contents.ne(""))
        .filter(Column::ExpiresAt.gt(now))
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}

/// How messages leave in one channel.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// How many wait.
    pub waiting: i64,
    /// Since when the oldest of them does.
    pub waits_since: Option<Timestamp>,
    /// When one was last taken.
    pub last_sent: Option<Timestamp>,
    /// When one was last not taken, became too old, or was put off.
    pub last_failed: Option<Timestamp>,
    /// What was answered then.
    pub last_answer: Option<String>,
}

impl Traffic {
    /// When the last message failed, while none was taken since.
    #[must_use]
    pub fn failed(&self) -> Option<Timestamp> {
        self.last_failed.filter(|failed| self.last_sent.is_none_or(|sent| sent < *failed))
    }
}

/// How messages leave in one channel.
///
/// # Errors
///
/// When the database refuses.
pub async fn traffic(db: &Reader, channel: Channel) -> Result<Traffic, StorageError> {
    let (waiting, waits_since): (i64, Option<Timestamp>) = Entity::find()
        .select_only()
        .column_as(Column::Id.count(), "messages")
        .column_as(Column::CreatedAt.min(), "oldest")
        .filter(Column::NextAttemptAt.is_not_null())
        .filter(Column::Channel.eq(channel))
        .into_tuple()
        .one(db)
        .await?
        .unwrap_or_default();
    let last = async |column: Column| {
        let rows = Entity::find().filter(Column::Channel.eq(channel)).filter(column.is_not_null());
        rows.order_by_desc(column).one(db).await
    };
    let (sent, given_up) = (last(Column::SentAt).await?, last(Column::FailedAt).await?);
    let put_off = Entity::find()
        .filter(Column::Channel.eq(channel))
        .filter(Standing::Deferred.condition())
        .filter(Column::LeasedUntil.is_null())
        .order_by_desc(Column::NextAttemptAt)
        .limit(MOST_PUT_OFF)
        .all(db)
        .await?;
    let given_up = given_up.and_then(|row| Some((row.failed_at?, row.last_answer)));
    let put_off =
        put_off.into_iter().filter_map(|row| Some((failed_at(row.attempts, row.next_attempt_at?), row.last_answer)));
    let failed = put_off.chain(given_up).max_by_key(|(at, _)| *at);
    Ok(Traffic {
        waiting,
        waits_since,
        last_sent: sent.and_then(|row| row.sent_at),
        last_failed: failed.as_ref().map(|(at, _)| *at),
        last_answer: failed.and_then(|(_, answer)| answer),
    })
}
