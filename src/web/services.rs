//! What a feature keeps in memory: caches, pools. The state of floor 3 need not know them.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use super::state::Parts;

/// Something a feature keeps in memory, built when it is first asked for.
pub trait Service: Send + Sync + Sized + 'static {
    /// Builds it.
    fn build(parts: &Parts) -> Self;
}

/// The services that were asked for, one of each type.
#[derive(Default)]
pub struct Services(RwLock<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>);

impl Services {
    pub(super) fn get<S: Service>(&self, parts: &Parts) -> Arc<S> {
        let key = TypeId::of::<S>();
        let found = self.0.read().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        if let Some(service) = found.and_then(|service| service.downcast().ok()) {
            return service;
        }
        let mut services = self.0.write().unwrap_or_else(PoisonError::into_inner);
        // Somebody else may have built it while nobody held the lock.
        if let Some(service) = services.get(&key).cloned().and_then(|service| service.downcast().ok()) {
            return service;
        }
        let service = Arc::new(S::build(parts));
        services.insert(key, Arc::clone(&service) as Arc<dyn Any + Send + Sync>);
        service
    }
}
