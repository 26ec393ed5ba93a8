//! The tables `outbox` and `outbox_days`.

mod listing;

use std::time::Duration;

use sea_orm::sea_query::{Expr, ExprTrait as _, OnConflict, Query};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, Condition, ConnectionTrait as _, EntityTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
};
use strum::{Display, EnumString};

use super::rules::Again;
use crate::domain::ids::{AccountId, OutboxId};
use crate::domain::{Language, Timestamp};
use crate::keys::Place;
use crate::storage::{Reader, StorageError, Writer, text_column};

/// How long a node may take to send what it leased.
const LEASE: Duration = Duration::from_mins(1);
/// A day, as the budget counts them.
const DAY: i64 = 24 * 60 * 60 * 1000;

/// The column of the recipient.
pub(super) const RECIPIENT: &str = "recipient";
/// The column of the values.
pub(super) const CONTENTS: &str = "contents";

/// Where a sealed value of the row lies.
pub(super) const fn place<'a>(column: &'a str, row: &'a str) -> Place<'a> {
    Place { table: "outbox", column, row }
}

/// The way a message leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Display, EnumString)]
#[strum(serialize_all = "snake_case")]
pub enum Channel {
    /// SMTP.
    Mail,
    /// The gateway for text messages.
    Sms,
}

text_column!(Channel);

mod outbox {
    use sea_orm::entity::prelude::*;

    use super::Channel;
    use crate::domain::ids::{AccountId, OutboxId};
    use crate::domain::{Language, Timestamp};

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "outbox")]
    pub(in super::super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(in super::super) id: OutboxId,
        pub(in super::super) channel: Channel,
        pub(in super::super) recipient: String,
        pub(in super::super) template: String,
        pub(in super::super) language: Language,
        pub(in super::super) contents: String,
        pub(in super::super) account_id: Option<AccountId>,
        pub(in super::super) created_at: Timestamp,
        pub(in super::super) expires_at: Timestamp,
        pub(in super::super) next_attempt_at: Option<Timestamp>,
        pub(in super::super) attempts: i64,
        pub(in super::super) leased_until: Option<Timestamp>,
        pub(in super::super) sent_at: Option<Timestamp>,
        pub(in super::super) failed_at: Option<Timestamp>,
        pub(in super::super) last_answer: Option<String>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(in super::super) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub use listing::{Standing, Traffic, retry_message, traffic};
pub(super) use listing::{find, list, send_again};
use outbox::Column;
pub(super) use outbox::Model as Row;

/// A message that is posted.
pub(super) struct NewRow {
    pub(super) id: OutboxId,
    pub(super) channel: Channel,
    pub(super) recipient: String,
    pub(super) template: &'static str,
    pub(super) language: Language,
    pub(super) contents: String,
    pub(super) account: Option<AccountId>,
    pub(super) expires_at: Timestamp,
}

/// Adds a message that is due at once.
pub(super) async fn add(db: &mut Writer, new: NewRow, now: Timestamp) -> Result<(), StorageError> {
    outbox::Entity::insert(outbox::ActiveModel {
        id: Set(new.id),
        channel: Set(new.channel),
        recipient: Set(new.recipient),
        template: Set(new.template.to_owned()),
        language: Set(new.language),
        contents: Set(new.contents),
        account_id: Set(new.account),
        created_at: Set(now),
        expires_at: Set(new.expires_at),
        next_attempt_at: Set(Some(now)),
        attempts: Set(0),
        leased_until: Set(None),
        sent_at: Set(None),
        failed_at: Set(None),
        last_answer: Set(None),
    })
    .exec_without_returning(db)
    .await?;
    Ok(())
}

/// Takes one text message from the budget of the day (UTC). Says whether there was one left; on all nodes together
/// there are never more, since it is one conditional statement.
pub(super) async fn take_from_budget(db: &mut Writer, budget: u32, now: Timestamp) -> Result<bool, StorageError> {
    if budget == 0 {
        return Ok(false);
    }
    let posted = || Expr::col(("outbox_days", "posted"));
    let insert = Query::insert()
        .into_table("outbox_days")
        .columns(["day", "posted"])
        .values_panic([now.millis().div_euclid(DAY).into(), 1_i64.into()])
        .on_conflict(
            OnConflict::column("day")
                .value("posted", posted().add(1))
                .action_and_where(posted().lt(i64::from(budget)))
                .to_owned(),
        )
        .to_owned();
    Ok(db.execute(&insert).await?.rows_affected() == 1)
}

/// What waits in one channel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Waiting {
    /// How many messages.
    pub(super) count: i64,
    /// When the first is due.
    pub(super) first_due: Option<Timestamp>,
    /// When the first is too old.
    pub(super) first_expiry: Option<Timestamp>,
}

/// What waits in a channel, leased or not.
pub(super) async fn waiting(db: &Reader, channel: Channel) -> Result<Waiting, StorageError> {
    let found: Option<(i64, Option<Timestamp>, Option<Timestamp>)> = outbox::Entity::find()
        .select_only()
        .column_as(Column::Id.count(), "messages")
        .column_as(Column::NextAttemptAt.min(), "first_due")
        .column_as(Column::ExpiresAt.min(), "first_expiry")
        .filter(Column::NextAttemptAt.is_not_null())
        .filter(Column::Channel.eq(channel))
        .into_tuple()
        .one(db)
        .await?;
    Ok(found.map(|(count, first_due, first_expiry)| Waiting { count, first_due, first_expiry }).unwrap_or_default())
}

fn free(now: Timestamp) -> Condition {
    Condition::any().add(Column::LeasedUntil.is_null()).add(Column::LeasedUntil.lte(now))
}

/// The messages of a channel that are due and that nobody is sending, the oldest first.
pub(super) async fn due(db: &Reader, channel: Channel, most: u64, now: Timestamp) -> Result<Vec<Row>, StorageError> {
    Ok(outbox::Entity::find()
        .filter(Column::Channel.eq(channel))
        .filter(Column::NextAttemptAt.lte(now))
        .filter(Column::ExpiresAt.gt(now))
        .filter(free(now))
        .order_by_asc(Column::NextAttemptAt)
        .limit(most)
        .all(db)
        .await?)
}

/// Leases a message: from now on only the caller sends it, until the lease ends. Says whether nobody was quicker.
pub(super) async fn lease(db: &mut Writer, row: &mut Row, now: Timestamp) -> Result<bool, StorageError> {
    let until = now.after(LEASE);
    let done = outbox::Entity::update_many()
        .col_expr(Column::LeasedUntil, Expr::value(until))
        .col_expr(Column::Attempts, Expr::col(Column::Attempts).add(1))
        .filter(Column::Id.eq(row.id))
        .filter(Column::NextAttemptAt.lte(now))
        .filter(Column::ExpiresAt.gt(now))
        .filter(Column::Attempts.eq(row.attempts))
        .filter(free(now))
        .exec(db)
        .await?;
    row.attempts += 1;
    row.leased_until = Some(until);
    Ok(done.rows_affected == 1)
}

/// What became of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It left.
    Sent,
    /// It is tried again then.
    Again(Timestamp),
    /// It will never be taken.
    Failed,
}

/// Writes down what became of a leased message, and empties it when nothing more is tried. Says whether the lease
/// was still ours.
pub(super) async fn settle(
    db: &mut Writer,
    row: &Row,
    (outcome, answer): (&Outcome, &str),
    now: Timestamp,
) -> Result<bool, StorageError> {
    let none = || Expr::value(None::<Timestamp>);
    let mut update = outbox::Entity::update_many()
        .col_expr(Column::LeasedUntil, none())
        .col_expr(Column::LastAnswer, Expr::value(answer))
        .filter(Column::Id.eq(row.id))
        .filter(Column::LeasedUntil.eq(row.leased_until))
        .filter(Column::Attempts.eq(row.attempts));
    update = match outcome {
        Outcome::Again(at) => update.col_expr(Column::NextAttemptAt, Expr::value(*at)),
        Outcome::Sent => update.col_expr(Column::SentAt, Expr::value(now)),
        Outcome::Failed => update.col_expr(Column::FailedAt, Expr::value(now)),
    };
    if matches!(outcome, Outcome::Sent | Outcome::Failed) {
        update = update.col_expr(Column::NextAttemptAt, none());
    }
    // What was refused may be sent again, while it is worth something.
    let is_kept = *outcome == Outcome::Failed && row.expires_at > now && Again::keeps_contents(&row.template);
    if matches!(outcome, Outcome::Sent | Outcome::Failed) && !is_kept {
        update = update.col_expr(Column::Recipient, Expr::value("")).col_expr(Column::Contents, Expr::value(""));
    }
    Ok(update.exec(db).await?.rows_affected == 1)
}

/// Gives up what is too old, unless it is being sent at this moment, and says how many.
pub(super) async fn expire(db: &mut Writer, channel: Channel, now: Timestamp) -> Result<u64, StorageError> {
    let done = outbox::Entity::update_many()
        .col_expr(Column::FailedAt, Expr::value(now))
        .col_expr(Column::LastAnswer, Expr::value("It was too old to be sent."))
        .col_expr(Column::NextAttemptAt, Expr::value(None::<Timestamp>))
        .col_expr(Column::LeasedUntil, Expr::value(None::<Timestamp>))
        .col_expr(Column::Recipient, Expr::value(""))
        .col_expr(Column::Contents, Expr::value(""))
        .filter(Column::Channel.eq(channel))
        .filter(Column::NextAttemptAt.is_not_null())
        .filter(Column::ExpiresAt.lte(now))
        .filter(free(now))
        .exec(db)
        .await?;
    Ok(done.rows_affected)
}

/// Erases what was refused and is too old at `now` to be sent again, removes messages that ended before `before`, and says
/// how many.
///
/// # Errors
///
/// When the database refuses.
pub async fn remove_old_messages(db: &mut Writer, before: Timestamp, now: Timestamp) -> Result<u64, StorageError> {
    outbox::Entity::update_many()
        .col_expr(Column::Recipient, Expr::value(""))
        .col_expr(Column::Contents, Expr::value(""))
        .filter(Column::FailedAt.is_not_null())
        .filter(Column::ExpiresAt.lte(now))
        .filter(Column::Contents.ne(""))
        .exec(db)
        .await?;
    let days = Query::delete()
        .from_table("outbox_days")
        .and_where(Expr::col("day").lt(before.millis().div_euclid(DAY)))
        .to_owned();
    db.execute(&days).await?;
    let done = outbox::Entity::delete_many()
        .filter(Column::NextAttemptAt.is_null())
        .filter(Column::ExpiresAt.lt(before))
        .exec(db)
        .await?;
    Ok(done.rows_affected)
}
