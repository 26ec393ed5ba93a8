//! What all requests share.

use std::ops::Deref;
use std::sync::Arc;

use tokio::sync::Notify;

use super::cookies::CookieNames;
use super::services::{Service, Services};
use super::templates::Templates;
use crate::atlas::Atlas;
use crate::config::Config;
use crate::domain::{Clock, Random, Timestamp};
use crate::keys::{Authorities, MacKey, Vault};
use crate::outbound::Outbound;
use crate::storage::Database;

/// The routes of a feature, before they know the state.
pub type Routes = axum::Router<AppState>;

/// What all requests share. Cheap to clone.
#[derive(Clone)]
pub struct AppState(Arc<Inner>);

struct Inner {
    parts: Parts,
    services: Services,
}

/// The parts that it is made of.
pub struct Parts {
    /// The configuration.
    pub config: Config,
    /// The database.
    pub db: Database,
    /// Seals secrets at rest.
    pub vault: Vault,
    /// Authenticates forms and the audit.
    pub mac: MacKey,
    /// Where "now" comes from.
    pub clock: Arc<dyn Clock>,
    /// Where chance comes from.
    pub random: Arc<dyn Random>,
    /// About where people are.
    pub atlas: Atlas,
    /// The pages.
    pub templates: Templates,
    /// What the cookies are called.
    pub cookies: CookieNames,
    /// Who vouches for the certificates of apps.
    pub authorities: Authorities,
    /// Calls that the server itself makes.
    pub outbound: Outbound,
    /// Rung when something is to be sent.
    pub outbox_bell: Arc<Notify>,
}

impl AppState {
    /// The state of these parts.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(Inner { parts, services: Services::default() }))
    }

    /// What a feature keeps in memory.
    #[must_use]
    pub fn service<S: Service>(&self) -> Arc<S> {
        self.0.services.get(&self.0.parts)
    }

    /// The time at this moment.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A full address on this server.
    #[must_use]
    pub fn absolute(&self, path: &str) -> String {
        format!("{}{path}", self.config.server.issuer())
    }
}

impl Deref for AppState {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0.parts
    }
}
