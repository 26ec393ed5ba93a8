//! Networks, signing keys, and what happened.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::domain::Timestamp;
use crate::features::audit::Recorded;
use crate::features::declarations::instant;
use crate::features::networks::{Entry, How, Status};
use crate::keys::KeyLife;

/// A network on the ledger.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Network)]
pub(in crate::features::api) struct NetworkShown {
    /// The network: one IPv4 address, or an IPv6 /64.
    network: String,
    /// Where it stands: `waiting`, `known` or `blocked`.
    #[schema(value_type = String)]
    status: Status,
    /// What that stands on.
    #[schema(value_type = String)]
    proof: How,
    /// When somebody first came from it (RFC 3339).
    first_seen_at: String,
    /// When somebody last came from it (RFC 3339).
    last_seen_at: String,
}

impl NetworkShown {
    pub(in crate::features::api) fn of(entry: &Entry) -> Self {
        Self {
            network: entry.network.to_string(),
            status: entry.status,
            proof: entry.proof,
            first_seen_at: instant(entry.first_seen_at),
            last_seen_at: instant(entry.last_seen_at),
        }
    }
}

/// What is decided about a network.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(in crate::features::api) struct NetworkSettings {
    /// Sign-ins may come from it, or nothing may.
    #[schema(required)]
    pub(in crate::features::api) status: Option<NetworkStatus>,
}

/// Where a network is to stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::features::api) enum NetworkStatus {
    /// Sign-ins may come from it.
    Known,
    /// Nothing may come from it.
    Blocked,
}

/// All signing keys.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = SigningKeys)]
pub(in crate::features::api) struct SigningKeysShown {
    /// Oldest first.
    pub(in crate::features::api) keys: Vec<SigningKeyShown>,
}

/// A signing key.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = SigningKey)]
pub(in crate::features::api) struct SigningKeyShown {
    /// Its identifier (`kid`).
    kid: String,
    /// What it signs with (`alg`).
    algorithm: String,
    /// `next`, `current`, `retired` or `removed`.
    state: String,
    /// When it was made (RFC 3339).
    created_at: String,
    /// From when it signs (RFC 3339).
    active_at: String,
    /// From when it signs no more (RFC 3339).
    #[schema(required)]
    retired_at: Option<String>,
    /// From when it is published no more (RFC 3339).
    #[schema(required)]
    removed_at: Option<String>,
}

impl SigningKeyShown {
    pub(in crate::features::api) fn of(life: &KeyLife, now: Timestamp) -> Self {
        Self {
            kid: life.kid.clone(),
            algorithm: life.algorithm.to_string(),
            state: life.state(now).as_str().to_owned(),
            created_at: instant(life.created_at),
            active_at: instant(life.active_at),
            retired_at: life.retired_at.map(instant),
            removed_at: life.removed_at.map(instant),
        }
    }
}

/// Something that happened.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Event)]
pub(in crate::features::api) struct EventShown {
    /// Its identifier.
    id: String,
    /// Its chain: `instance`, or an organisation.
    chain: String,
    /// Its place in the chain, from 1.
    sequence: i64,
    /// When (RFC 3339).
    at: String,
    /// What, such as `sign_in.password`.
    kind: String,
    /// How it ended: `done`, or why not.
    outcome: String,
    /// Who did it: an account, an API key, or `app:` and a `client_id`; none for the command line.
    #[schema(required)]
    actor: Option<String>,
    /// Whom it was done to.
    #[schema(required)]
    subject: Option<String>,
    /// Through which app.
    #[schema(required)]
    client_id: Option<String>,
    /// What the page or the answer called it.
    reference: String,
    /// Facts that are not about a person.
    #[schema(value_type = Object)]
    facts: Value,
    /// Personal values that were not erased.
    #[schema(value_type = Object)]
    personal: Map<String, Value>,
}

impl EventShown {
    pub(in crate::features::api) fn of(event: Recorded) -> Self {
        Self {
            id: event.id,
            chain: event.chain,
            sequence: event.sequence,
            at: instant(Timestamp::from_millis(event.at)),
            kind: event.kind,
            outcome: event.outcome,
            actor: event.actor,
            subject: event.subject,
            client_id: event.client_id,
            reference: event.reference,
            facts: event.facts,
            personal: event.personal,
        }
    }
}
