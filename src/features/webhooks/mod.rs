//! Webhooks: others are told what happened here, from the audit and signed (Standard Webhooks 1.0.0).
//!
//! The audit is the queue: an event is in it in the transaction of the act. A task on every node looks through it, writes
//! down for each webhook what is to be delivered, once on all nodes together, and delivers it until it is taken. A message
//! holds identifiers and facts, and no personal value: whoever needs a name asks for it.

mod deliver;
mod messages;
mod rules;
mod store;

use crate::domain::Timestamp;
use crate::domain::ids::{OrganisationId, WebhookId};

pub use deliver::deliver_webhooks;
pub use messages::WebhookOff;
pub use rules::{Refusal, TEST, checked_kind};
pub use store::{
    DeliveryState, NewWebhook, Told, add_webhook, enable_webhook, find_webhook, last_deliveries, list_webhooks,
    pause_webhook, remove_old_deliveries, remove_webhook,
};

/// Somebody who is told what happens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    /// Its identifier.
    pub id: WebhookId,
    /// Where it is told.
    pub url: String,
    /// How the kinds of its events begin; all when empty.
    pub kinds: Vec<String>,
    /// Only the events of this organisation.
    pub organisation_id: Option<OrganisationId>,
    /// Since when it is told.
    pub created_at: Timestamp,
    /// Up to when the audit was looked through for it.
    pub seen_until: Timestamp,
    /// Since when every attempt has failed.
    pub failing_since: Option<Timestamp>,
    /// When it was switched off.
    pub disabled_at: Option<Timestamp>,
    /// What its last answer was.
    pub last_answer: Option<String>,
    /// What its messages are signed with, sealed.
    secret: String,
}
