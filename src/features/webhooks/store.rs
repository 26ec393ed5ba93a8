//! The tables `webhooks` and `webhook_deliveries`.

use std::time::Duration;

use sea_orm::sea_query::{Expr, ExprTrait as _, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, Condition, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};

use super::Webhook;
use crate::domain::ids::{AuditId, OrganisationId, WebhookId};
use crate::domain::{Random, Timestamp};
use crate::keys::{OpenError, Place, Vault, WebhookSecret};
use crate::storage::{Json, Reader, StorageError, Writer};

/// Longer than an attempt may take, so that nobody else begins before it is given up.
const LEASE: Duration = Duration::from_mins(2);

mod webhooks {
    use sea_orm::entity::prelude::*;

    use crate::domain::Timestamp;
    use crate::domain::ids::{OrganisationId, WebhookId};
    use crate::storage::Json;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "webhooks")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(super) id: WebhookId,
        pub(super) url: String,
        pub(super) kinds: Json<Vec<String>>,
        pub(super) organisation_id: Option<OrganisationId>,
        pub(super) secret: String,
        pub(super) created_at: Timestamp,
        pub(super) seen_until: Timestamp,
        pub(super) failing_since: Option<Timestamp>,
        pub(super) disabled_at: Option<Timestamp>,
        pub(super) last_answer: Option<String>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

mod deliveries {
    use sea_orm::entity::prelude::*;

    use crate::domain::Timestamp;
    use crate::domain::ids::{AuditId, WebhookId};

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "webhook_deliveries")]
    pub(in super::super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(in super::super) webhook_id: WebhookId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub(in super::super) event_id: AuditId,
        pub(in super::super) created_at: Timestamp,
        pub(in super::super) next_attempt_at: Option<Timestamp>,
        pub(in super::super) attempts: i64,
        pub(in super::super) leased_until: Option<Timestamp>,
        pub(in super::super) delivered_at: Option<Timestamp>,
        pub(in super::super) last_answer: Option<String>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(in super::super) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

use deliveries::Column as Due;
pub(super) use deliveries::Model as Delivery;
use webhooks::Column;

impl From<webhooks::Model> for Webhook {
    fn from(row: webhooks::Model) -> Self {
        Self {
            id: row.id,
            url: row.url,
            kinds: row.kinds.0,
            organisation_id: row.organisation_id,
            created_at: row.created_at,
            seen_until: row.seen_until,
            failing_since: row.failing_since,
            disabled_at: row.disabled_at,
            last_answer: row.last_answer,
            secret: row.secret,
        }
    }
}

fn place(row: &str) -> Place<'_> {
    Place { table: "webhooks", column: "secret", row }
}

/// What a webhook's messages are signed with.
pub(super) fn open_secret(vault: &Vault, webhook: &Webhook) -> Result<WebhookSecret, OpenError> {
    Ok(WebhookSecret::from_bytes(vault.open(place(&webhook.id.to_string()), &webhook.secret)?))
}

/// A webhook that is added.
#[derive(Clone, Debug)]
pub struct NewWebhook {
    /// Where it is told.
    pub url: String,
    /// How the kinds of its events begin; all when empty.
    pub kinds: Vec<String>,
    /// Only the events of this organisation.
    pub organisation_id: Option<OrganisationId>,
}

/// Adds a webhook, and gives the secret that its receiver checks signatures with.
///
/// # Errors
///
/// When the database refuses.
pub async fn add_webhook(
    db: &mut Writer,
    vault: &Vault,
    new: NewWebhook,
    (now, random): (Timestamp, &dyn Random),
) -> Result<(WebhookId, WebhookSecret), StorageError> {
    let (id, secret) = (WebhookId::new(now, random), WebhookSecret::new(random));
    webhooks::Entity::insert(webhooks::ActiveModel {
        id: Set(id),
        url: Set(new.url),
        kinds: Set(Json(new.kinds)),
        organisation_id: Set(new.organisation_id),
        secret: Set(vault.seal(place(&id.to_string()), secret.bytes(), random)),
        created_at: Set(now),
        seen_until: Set(now),
        failing_since: Set(None),
        disabled_at: Set(None),
        last_answer: Set(None),
    })
    .exec_without_returning(db)
    .await?;
    Ok((id, secret))
}

/// All webhooks, oldest first.
///
/// # Errors
///
/// When the database refuses.
pub async fn list_webhooks(db: &Reader) -> Result<Vec<Webhook>, StorageError> {
    let rows = webhooks::Entity::find().order_by_asc(Column::Id).all(db).await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// Removes a webhook, with what it was still to be told. Says whether it was there.
///
/// # Errors
///
/// When the database refuses.
pub async fn remove_webhook(db: &mut Writer, id: WebhookId) -> Result<bool, StorageError> {
    Ok(webhooks::Entity::delete_by_id(id).exec(db).await?.rows_affected == 1)
}

/// Switches a webhook on again; what happened while it was off is not for it. Says whether it was there, and off.
///
/// # Errors
///
/// When the database refuses.
pub async fn enable_webhook(db: &mut Writer, id: WebhookId, now: Timestamp) -> Result<bool, StorageError> {
    let done = webhooks::Entity::update_many()
        .col_expr(Column::DisabledAt, Expr::value(None::<Timestamp>))
        .col_expr(Column::FailingSince, Expr::value(None::<Timestamp>))
        // What happened before this moment is not for it, as for a new one.
        .col_expr(Column::CreatedAt, Expr::value(now))
        .col_expr(Column::SeenUntil, Expr::value(now))
        .filter(Column::Id.eq(id))
        .filter(Column::DisabledAt.is_not_null())
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}

/// One webhook.
///
/// # Errors
///
/// When the database refuses.
pub async fn find_webhook(db: &Reader, id: WebhookId) -> Result<Option<Webhook>, StorageError> {
    Ok(webhooks::Entity::find_by_id(id).one(db).await?.map(Into::into))
}

/// How far an event came that a webhook is to be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryState {
    /// It was told then.
    Delivered(Timestamp),
    /// It is tried then.
    Waiting(Timestamp),
    /// It was given up.
    Failed,
}

/// An event that a webhook was told, or is to be told.
#[derive(Clone, Debug)]
pub struct Told {
    /// Which.
    pub event: AuditId,
    /// Since when it was to be told.
    pub created_at: Timestamp,
    /// How far it came.
    pub state: DeliveryState,
    /// How often it was tried.
    pub attempts: i64,
    /// What was answered last.
    pub answer: Option<String>,
}

/// What a webhook was told last, or is to be told, the newest first.
///
/// # Errors
///
/// When the database refuses.
pub async fn last_deliveries(db: &Reader, webhook: WebhookId, most: u64) -> Result<Vec<Told>, StorageError> {
    let rows = deliveries::Entity::find()
        .filter(Due::WebhookId.eq(webhook))
        .order_by_desc(Due::EventId)
        .limit(most)
        .all(db)
        .await?;
    let told = |row: Delivery| Told {
        event: row.event_id,
        created_at: row.created_at,
        state: match (row.delivered_at, row.next_attempt_at) {
            (Some(at), _) => DeliveryState::Delivered(at),
            (None, Some(at)) => DeliveryState::Waiting(at),
            (None, None) => DeliveryState::Failed,
        },
        attempts: row.attempts,
        answer: row.last_answer,
    };
    Ok(rows.into_iter().map(told).collect())
}

/// Switches a webhook off, and gives up what it was still to be told. Says whether nobody was quicker.
///
/// # Errors
///
/// When the database refuses.
pub async fn pause_webhook(db: &mut Writer, id: WebhookId, now: Timestamp) -> Result<bool, StorageError> {
    let done = webhooks::Entity::update_many()
        .col_expr(Column::DisabledAt, Expr::value(now))
        .filter(Column::Id.eq(id))
        .filter(Column::DisabledAt.is_null())
        .exec(db)
        .await?;
    deliveries::Entity::update_many()
        .col_expr(Due::NextAttemptAt, Expr::value(None::<Timestamp>))
        .filter(Due::WebhookId.eq(id))
        .filter(Due::NextAttemptAt.is_not_null())
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Writes down that an event is to be delivered. Says no when it was before.
pub(super) async fn add_delivery(
    db: &mut Writer,
    (webhook, event): (WebhookId, AuditId),
    now: Timestamp,
) -> Result<bool, StorageError> {
    let row = deliveries::ActiveModel {
        webhook_id: Set(webhook),
        event_id: Set(event),
        created_at: Set(now),
        next_attempt_at: Set(Some(now)),
        attempts: Set(0),
        leased_until: Set(None),
        delivered_at: Set(None),
        last_answer: Set(None),
    };
    let once = OnConflict::columns([Due::WebhookId, Due::EventId]).do_nothing().to_owned();
    Ok(deliveries::Entity::insert(row).on_conflict(once).exec_without_returning(db).await? == 1)
}

/// Remembers up to when the audit was looked through, for all webhooks that are on.
pub(super) async fn mark_seen(db: &mut Writer, until: Timestamp) -> Result<(), StorageError> {
    webhooks::Entity::update_many()
        .col_expr(Column::SeenUntil, Expr::value(until))
        .filter(Column::DisabledAt.is_null())
        .filter(Column::SeenUntil.lt(until))
        .exec(db)
        .await?;
    Ok(())
}

fn free(now: Timestamp) -> Condition {
    Condition::any().add(Due::LeasedUntil.is_null()).add(Due::LeasedUntil.lte(now))
}

/// What is due for one webhook, the oldest first.
pub(super) async fn due_for(
    db: &Reader,
    webhook: WebhookId,
    (most, now): (u64, Timestamp),
) -> Result<Vec<Delivery>, StorageError> {
    Ok(deliveries::Entity::find()
        .filter(Due::WebhookId.eq(webhook))
        .filter(Due::NextAttemptAt.lte(now))
        .filter(free(now))
        .order_by_asc(Due::NextAttemptAt)
        .order_by_asc(Due::EventId)
        .limit(most)
        .all(db)
        .await?)
}

/// Leases a delivery: from now on only the caller makes it, until the lease ends. Says whether nobody was quicker.
pub(super) async fn lease(db: &mut Writer, row: &mut Delivery, now: Timestamp) -> Result<bool, StorageError> {
    let done = deliveries::Entity::update_many()
        .col_expr(Due::LeasedUntil, Expr::value(now.after(LEASE)))
        .col_expr(Due::Attempts, Expr::col(Due::Attempts).add(1))
        .filter(Due::WebhookId.eq(row.webhook_id))
        .filter(Due::EventId.eq(row.event_id))
        .filter(Due::NextAttemptAt.lte(now))
        .filter(Due::Attempts.eq(row.attempts))
        .filter(free(now))
        .exec(db)
        .await?;
    row.attempts += 1;
    Ok(done.rows_affected == 1)
}

/// Writes down what became of an attempt: delivered, given up, or tried again at `again`. Gives since when every attempt
/// of the webhook has failed.
pub(super) async fn settle(
    db: &mut Writer,
    row: &Delivery,
    (delivered, again, answer): (bool, Option<Timestamp>, &str),
    now: Timestamp,
) -> Result<Option<Timestamp>, StorageError> {
    deliveries::Entity::update_many()
        .col_expr(Due::LeasedUntil, Expr::value(None::<Timestamp>))
        .col_expr(Due::NextAttemptAt, Expr::value(again))
        .col_expr(Due::DeliveredAt, Expr::value(delivered.then_some(now)))
        .col_expr(Due::LastAnswer, Expr::value(answer))
        .filter(Due::WebhookId.eq(row.webhook_id))
        .filter(Due::EventId.eq(row.event_id))
        .filter(Due::Attempts.eq(row.attempts))
        .exec(db)
        .await?;
    let since = if delivered {
        Expr::value(None::<Timestamp>)
    } else {
        Expr::col(Column::FailingSince).if_null(Expr::value(now))
    };
    webhooks::Entity::update_many()
        .col_expr(Column::LastAnswer, Expr::value(answer))
        .col_expr(Column::FailingSince, since)
        .filter(Column::Id.eq(row.webhook_id))
        .exec(db)
        .await?;
    let webhook = webhooks::Entity::find_by_id(row.webhook_id).one(db as &Reader).await?;
    Ok(webhook.and_then(|webhook| webhook.failing_since))
}

/// Removes deliveries that were written down before `before` and are over, and says how many.
///
/// # Errors
///
/// When the database refuses.
pub async fn remove_old_deliveries(db: &mut Writer, before: Timestamp) -> Result<u64, StorageError> {
    let done = deliveries::Entity::delete_many()
        .filter(Due::CreatedAt.lt(before))
        .filter(Due::NextAttemptAt.is_null())
        .exec(db)
        .await?;
    Ok(done.rows_affected)
}
