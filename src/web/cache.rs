//! What a node keeps in memory, no longer than its version in the database says.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use tokio::time::Instant;

use crate::storage::{Database, StorageError, Versioned, version_of};

/// How long a version that was read counts: so old may a node's view be.
const FRESH: Duration = Duration::from_secs(1);

/// A value that is loaded anew when its version changes.
#[derive(Debug)]
pub struct Cached<T> {
    what: Versioned,
    slot: RwLock<Option<Slot<T>>>,
    /// How often it was told to forget: what was being loaded meanwhile does not stay.
    forgotten: AtomicU64,
}

#[derive(Debug)]
struct Slot<T> {
    value: Arc<T>,
    version: i64,
    checked: Instant,
}

impl<T> Cached<T> {
    /// An empty cache for `what`.
    #[must_use]
    pub const fn new(what: Versioned) -> Self {
        Self { what, slot: RwLock::new(None), forgotten: AtomicU64::new(0) }
    }

    /// The value; loaded with `load` when there is none or the version changed.
    ///
    /// # Errors
    ///
    /// When the version cannot be read or the value cannot be loaded.
    pub async fn get<E: From<StorageError>>(
        &self,
        db: &Database,
        load: impl AsyncFnOnce() -> Result<T, E>,
    ) -> Result<Arc<T>, E> {
        if let Some(value) = self.fresh() {
            return Ok(value);
        }
        let forgotten = self.forgotten.load(Ordering::Acquire);
        // Read before loading: a change in between is then loaded once more, never missed.
        let version = version_of(db.reading(), self.what).await?;
        if let Some(value) = self.confirmed(version) {
            return Ok(value);
        }
        let value = Arc::new(load().await?);
        let slot = Slot { value: Arc::clone(&value), version, checked: Instant::now() };
        let mut kept = self.slot.write().unwrap_or_else(PoisonError::into_inner);
        if self.forgotten.load(Ordering::Acquire) == forgotten {
            *kept = Some(slot);
        }
        Ok(value)
    }

    /// Forgets the value; for the node that changed it itself.
    pub fn clear(&self) {
        let mut slot = self.slot.write().unwrap_or_else(PoisonError::into_inner);
        self.forgotten.fetch_add(1, Ordering::AcqRel);
        *slot = None;
    }

    fn fresh(&self) -> Option<Arc<T>> {
        let slot = self.slot.read().unwrap_or_else(PoisonError::into_inner);
        slot.as_ref().filter(|slot| slot.checked.elapsed() < FRESH).map(|slot| Arc::clone(&slot.value))
    }

    fn confirmed(&self, version: i64) -> Option<Arc<T>> {
        let mut slot = self.slot.write().unwrap_or_else(PoisonError::into_inner);
        let slot = slot.as_mut().filter(|slot| slot.version == version)?;
        slot.checked = Instant::now();
        Some(Arc::clone(&slot.value))
    }
}
