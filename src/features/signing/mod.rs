//! The signing keys of this installation: kept sealed in the database, rotated in time, the same on every node.

mod store;

use std::sync::Arc;
use std::time::Duration;

use tokio::task::spawn_blocking;

use crate::config::Config;
use crate::domain::Timestamp;
use crate::features::audit::{self, Chain, Event, Ink};
use crate::keys::{Action, KeyLife, KeyState, Ring, RotationSettings, SigningKey, plan, revoke_now, rotate_now};
use crate::storage::Versioned;
use crate::web::{AppState, Cached, Error, Parts, Service};

pub use store::holds_sealed_rows;

/// The ring of signing keys, in memory. A rotation on another node is seen within a second.
pub struct Signing(Cached<Ring>);

impl Service for Signing {
    fn build(_: &Parts) -> Self {
        Self(Cached::new(Versioned::Keys))
    }
}

impl Signing {
    /// The ring as it is now.
    ///
    /// # Errors
    ///
    /// When the database refuses or a key does not open.
    pub async fn ring(state: &AppState) -> Result<Arc<Ring>, Error> {
        state
            .service::<Self>()
            .0
            .get(&state.db, async || store::load_ring(state.db.reading(), &state.vault).await)
            .await
    }
}

fn settings(config: &Config) -> RotationSettings {
    let hours = |hours: u16| Duration::from_secs(u64::from(hours) * 3600);
    RotationSettings {
        rotation: hours(24) * config.keys.rotation_days.into(),
        publish_ahead: hours(config.keys.publish_hours),
        keep_retired: hours(config.keys.retire_hours),
        algorithms: config.keys.algorithms.clone(),
    }
}

/// Makes, retires and forgets what is due, and says how many changes there were.
///
/// # Errors
///
/// When the database refuses or a key cannot be made.
pub async fn keep_keys(state: &AppState) -> Result<usize, Error> {
    let settings = settings(&state.config);
    change(state, changed(), |keys, now| plan(keys, now, &settings)).await
}

fn changed() -> Event {
    Event::new(Chain::Instance, "keys.change", "done")
}

/// Replaces every signing key at once, and says how many changes there were.
///
/// # Errors
///
/// When the database refuses or a key cannot be made.
pub async fn rotate(state: &AppState) -> Result<usize, Error> {
    rotate_as(state, changed()).await
}

/// The same, with an event that tells who did it.
///
/// # Errors
///
/// When the database refuses or a key cannot be made.
pub async fn rotate_as(state: &AppState, event: Event) -> Result<usize, Error> {
    let settings = settings(&state.config);
    change(state, event, |keys, now| rotate_now(keys, now, &settings)).await
}

/// Revokes one key at once: on every node, within a second, nothing that it signed counts any more. Says how many changes
/// there were; none when it is gone already.
///
/// # Errors
///
/// When the database refuses or a key cannot be made.
pub async fn revoke_key(state: &AppState, kid: &str, event: Event) -> Result<usize, Error> {
    let event = event.with("kid", kid);
    for _ in 0..3 {
        let changes = change(state, event.clone(), |keys, now| revoke_now(keys, kid, now)).await?;
        let now = state.now();
        let is_there = |life: &KeyLife| life.kid == kid && life.state(now) != KeyState::Removed;
        if changes > 0 || !list_keys(state).await?.iter().any(is_there) {
            return Ok(changes);
        }
        // Somebody else changed the keys at the same moment: the leaked one must go all the same.
    }
    Ok(0)
}

/// The lives of all keys, oldest first.
///
/// # Errors
///
/// When the database refuses.
pub async fn list_keys(state: &AppState) -> Result<Vec<KeyLife>, Error> {
    Ok(store::list_lives(state.db.reading()).await?)
}

/// When the next of these keys is replaced as planned.
#[must_use]
pub fn next_rotation(state: &AppState, lives: &[KeyLife]) -> Option<Timestamp> {
    let (now, settings) = (state.now(), settings(&state.config));
    let due = settings.algorithms.iter().filter_map(|algorithm| {
        let of_it = || lives.iter().filter(|life| life.algorithm == *algorithm);
        let next = of_it().filter(|life| life.state(now) == KeyState::Next).map(|life| life.active_at).min();
        let current = of_it().filter(|life| life.state(now) == KeyState::Current).map(|life| life.active_at).max();
        next.or_else(|| current.map(|since| since.after(settings.rotation)))
    });
    due.min()
}

async fn change(
    state: &AppState,
    event: Event,
    decide: impl Fn(&[KeyLife], Timestamp) -> Vec<Action>,
) -> Result<usize, Error> {
    let now = state.now();
    let wanted = decide(&store::list_lives(state.db.reading()).await?, now);
    if wanted.is_empty() {
        return Ok(0);
    }
    // RSA keys take their time, so they are made before anybody else has to wait for the writer.
    let creations: Vec<_> = wanted
        .iter()
        .filter_map(|action| match action {
            Action::Create { algorithm, .. } => Some(*algorithm),
            _ => None,
        })
        .collect();
    let made = spawn_blocking(move || creations.into_iter().map(SigningKey::generate).collect::<Result<Vec<_>, _>>());
    let mut made = made.await.map_err(Error::new)??;
    let mut writer = state.db.writing().await?;
    store::lock(&mut writer).await?;
    // Another node may have done it in the meantime: then the plan has changed, and its keys stay.
    let actions = decide(&store::list_lives(&writer).await?, now);
    if actions != wanted {
        return Ok(0);
    }
    for action in &actions {
        let key = match action {
            Action::Create { algorithm, .. } => {
                made.iter().position(|key| key.algorithm() == *algorithm).map(|place| made.swap_remove(place))
            }
            _ => None,
        };
        store::apply(&mut writer, action, key.as_ref(), &state.vault, state.random.as_ref(), now).await?;
    }
    let event = event.with("changes", actions.len());
    let ink = Ink::of(state, now);
    audit::record(&mut writer, ink, event).await?;
    writer.commit().await?;
    state.service::<Signing>().0.clear();
    Ok(actions.len())
}
