//! The key sets that apps publish at an address of theirs (`jwks_uri`).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tracing::warn;
use url::Url;

use super::Client;
use crate::domain::{Algorithm, Timestamp};
use crate::keys::{Certificate, Jws, PublicKey};
use crate::web::{AppState, Parts, Service};

/// How long a set counts without being fetched again.
const FRESH: Duration = Duration::from_mins(15);
/// How long a set counts whose address does not answer any more.
const STALE: Duration = Duration::from_hours(6);
/// How long an address is left alone after it was asked, whatever somebody sends who is not the app.
const PAUSE: Duration = Duration::from_secs(10);
/// The media types of a key set (RFC 7517, section 8.5).
const KINDS: [&str; 2] = ["application/jwk-set+json", "application/json"];

/// The key sets of apps, in the memory of each node.
pub struct KeySets(Mutex<HashMap<String, Arc<Published>>>);

impl Service for KeySets {
    fn build(_: &Parts) -> Self {
        Self(Mutex::default())
    }
}

/// What an app published at its address.
struct Published {
    address: String,
    known: Mutex<Known>,
    /// Held while it is fetched, so that it is fetched once for all who wait.
    fetching: tokio::sync::Mutex<()>,
}

#[derive(Clone, Default)]
struct Known {
    keys: Arc<[PublicKey]>,
    fetched_at: Option<Timestamp>,
    asked_at: Option<Timestamp>,
}

impl KeySets {
    /// Whether the app signed this text with one of its keys and one of the `allowed` algorithms. A set that does not hold
    /// the key that the text names is fetched again, since the app may have a new one.
    pub async fn is_signed(
        state: &AppState,
        client: &Client,
        jws: &Jws<'_>,
        allowed: &[Algorithm],
        now: Timestamp,
    ) -> bool {
        let Some(address) = &client.metadata.jwks_uri else { return jws.is_signed_by(&client.keys(), allowed) };
        let published = state.service::<Self>().of(&client.id, address);
        let mut keys = published.known().keys_at(now);
        if published.known().is_due(now) {
            keys = published.fetch(state, &client.id, now).await;
        }
        if jws.is_signed_by(&keys, allowed) {
            return true;
        }
        // A wrong signature of a known key will not become right.
        if jws.text("kid").is_some_and(|kid| keys.iter().any(|key| key.is_called(kid))) {
            return false;
        }
        jws.is_signed_by(&published.fetch(state, &client.id, now).await, allowed)
    }

    /// Whether the app registered this certificate with one of its keys (RFC 8705, section 2.2). A set that does not hold it
    /// is fetched again, since the app may have a new one.
    pub async fn holds(state: &AppState, client: &Client, certificate: &Certificate, now: Timestamp) -> bool {
        let is_in = |keys: &[PublicKey]| keys.iter().any(|key| key.is_certified_by(certificate));
        let Some(address) = &client.metadata.jwks_uri else { return is_in(&client.keys()) };
        let published = state.service::<Self>().of(&client.id, address);
        let known = published.known();
        (!known.is_due(now) && is_in(&known.keys_at(now))) || is_in(&published.fetch(state, &client.id, now).await)
    }

    fn of(&self, client_id: &str, address: &str) -> Arc<Published> {
        let mut sets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = sets.get(client_id).filter(|known| known.address == address) {
            return Arc::clone(known);
        }
        let new = Arc::new(Published {
            address: address.to_owned(),
            known: Mutex::default(),
            fetching: tokio::sync::Mutex::default(),
        });
        sets.insert(client_id.to_owned(), Arc::clone(&new));
        new
    }
}

impl Published {
    fn known(&self) -> Known {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The keys as the address has them now; those that are known, if it was asked a moment ago.
    async fn fetch(&self, state: &AppState, client_id: &str, now: Timestamp) -> Arc<[PublicKey]> {
        let _turn = self.fetching.lock().await;
        let mut known = self.known();
        if known.asked_at.is_some_and(|at| now.since(at) < PAUSE) {
            return known.keys_at(now);
        }
        known.asked_at = Some(now);
        match read(state, &self.address).await {
            Ok(keys) => {
                known.keys = keys.into();
                known.fetched_at = Some(now);
            }
            Err(why) => warn!(client = client_id, "the key set of an app cannot be fetched: {why}"),
        }
        let keys = known.keys_at(now);
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = known;
        keys
    }
}

impl Known {
    /// The keys that count.
    fn keys_at(&self, now: Timestamp) -> Arc<[PublicKey]> {
        let counts = self.fetched_at.is_some_and(|at| now.since(at) < STALE);
        if counts { Arc::clone(&self.keys) } else { Arc::default() }
    }

    fn is_due(&self, now: Timestamp) -> bool {
        self.fetched_at.is_none_or(|at| now.since(at) >= FRESH)
    }
}

async fn read(state: &AppState, address: &str) -> Result<Vec<PublicKey>, String> {
    let url = Url::parse(address).map_err(|fault| fault.to_string())?;
    let body = state.outbound.fetch(&url, &KINDS).await.map_err(|fault| fault.to_string())?;
    let set = serde_json::from_slice(&body).map_err(|_| "it is no JSON".to_owned())?;
    PublicKey::from_jwks(&set).map_err(|problem| problem.to_string())
}
