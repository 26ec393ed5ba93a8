//! The signing keys of this installation: kept sealed in the database, rotated in time, the same on every node.

mod store;

use std::sync::Arc;
use std::time::Duration;

use tokio::task::spawn_blocking;

use crate::config::Config;
use crate::domain::Timestamp;
use crate::features::audit::{self, Chain, Event, Ink};
use crate::keys::{Action, KeyLife, KeyState, Ring, RotationSettings, SigningKey, plan, revoke_now, rotate_now};
use crate::storage::{Versioned, Writer};
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
    /// Forgets what is in memory; for the node that changed a key itself.
    pub fn forget(state: &AppState) {
        state.service::<Self>().0.clear();
    }

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
    let prepared = prepare(wanted).await?;
    let mut writer = state.db.writing().await?;
    store::lock(&mut writer).await?;
    // Another node may have done it in the meantime: then the plan has changed, and its keys stay.
    if decide(&store::list_lives(&writer).await?, now) != prepared.actions {
        return Ok(0);
    }
    let changes = carry_out(state, &mut writer, prepared, now).await?;
    let event = event.with("changes", changes);
    let ink = Ink::of(state, now);
    audit::record(&mut writer, ink, event).await?;
    writer.commit().await?;
    Signing::forget(state);
    Ok(changes)
}

/// A rotation whose keys are made, and that nobody has seen yet.
pub struct Prepared {
    actions: Vec<Action>,
    made: Vec<SigningKey>,
}

/// Makes the keys of a plan. RSA keys take their time, so they are made before anybody else has to wait for the writer.
async fn prepare(actions: Vec<Action>) -> Result<Prepared, Error> {
    let creations: Vec<_> = actions
        .iter()
        .filter_map(|action| match action {
            Action::Create { algorithm, .. } => Some(*algorithm),
            _ => None,
        })
        .collect();
    let made = spawn_blocking(move || creations.into_iter().map(SigningKey::generate).collect::<Result<Vec<_>, _>>());
    let made = made.await.map_err(Error::new)??;
    Ok(Prepared { actions, made })
}

/// Makes the keys of a rotation by hand.
///
/// # Errors
///
/// When the database refuses or a key cannot be made.
pub async fn prepare_rotation(state: &AppState, now: Timestamp) -> Result<Prepared, Error> {
    let lives = store::list_lives(state.db.reading()).await?;
    prepare(rotate_now(&lives, now, &settings(&state.config))).await
}

/// Lets nobody else change keys until the commit, and gives the lives of all keys, oldest first.
///
/// # Errors
///
/// When the database refuses.
pub async fn hold_keys(db: &mut Writer) -> Result<Vec<KeyLife>, Error> {
    store::lock(db).await?;
    Ok(store::list_lives(db).await?)
}

/// Replaces the keys as they were when this was prepared, under [`hold_keys`], and says how many changes there were.
/// Whoever calls it writes the event down, and calls [`Signing::forget`] once it lasts.
///
/// # Errors
///
/// When the database refuses.
pub async fn carry_out(state: &AppState, db: &mut Writer, prepared: Prepared, now: Timestamp) -> Result<usize, Error> {
    let Prepared { actions, mut made } = prepared;
    for action in &actions {
        let key = match action {
            Action::Create { algorithm, .. } => {
                made.iter().position(|key| key.algorithm() == *algorithm).map(|place| made.swap_remove(place))
            }
            _ => None,
        };
        store::apply(db, action, key.as_ref(), &state.vault, state.random.as_ref(), now).await?;
    }
    Ok(actions.len())
}
