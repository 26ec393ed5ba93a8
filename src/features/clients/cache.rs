//! The registered apps, in memory.

use std::collections::HashMap;
use std::sync::Arc;

use super::{Client, list_clients};
use crate::storage::{StorageError, Versioned};
use crate::web::{AppState, Cached, Parts, Service};

/// The registered apps. An app that was changed on another node is seen within a second.
pub struct Clients(Cached<HashMap<String, Arc<Client>>>);

impl Service for Clients {
    fn build(_: &Parts) -> Self {
        Self(Cached::new(Versioned::Apps))
    }
}

impl Clients {
    /// Forgets what is in memory; for the node that changed an app itself.
    pub fn forget(state: &AppState) {
        state.service::<Self>().0.clear();
    }

    /// The app with this identifier, also when it is switched off.
    ///
    /// # Errors
    ///
    /// When the database refuses.
    pub async fn find(state: &AppState, id: &str) -> Result<Option<Arc<Client>>, StorageError> {
        Ok(Self::all(state).await?.get(id).cloned())
    }

    /// All apps by identifier, also those that are switched off.
    ///
    /// # Errors
    ///
    /// When the database refuses.
    pub async fn all(state: &AppState) -> Result<Arc<HashMap<String, Arc<Client>>>, StorageError> {
        state
            .service::<Self>()
            .0
            .get(&state.db, async || {
                let clients = list_clients(state.db.reading()).await?;
                Ok::<_, StorageError>(clients.into_iter().map(|client| (client.id.clone(), Arc::new(client))).collect())
            })
            .await
    }
}
