//! When keys are made, retired and forgotten: a plan, without doing it.

use std::time::Duration;

use super::{KeyLife, KeyState};
use crate::domain::{Algorithm, Timestamp};

/// How long keys live.
#[derive(Clone, Debug)]
pub struct RotationSettings {
    /// How long a key signs.
    pub rotation: Duration,
    /// How long it is published at least before it signs as planned: longer than any client keeps an old key set.
    pub publish_ahead: Duration,
    /// How long it stays published afterwards: longer than any token lives.
    pub keep_retired: Duration,
    /// What there must be a key for.
    pub algorithms: Vec<Algorithm>,
}

/// One change to the keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Make a key that signs from `active_at`.
    Create {
        /// With which algorithm.
        algorithm: Algorithm,
        /// From when it signs.
        active_at: Timestamp,
    },
    /// Let a key sign from `at`.
    Activate {
        /// Which key.
        kid: String,
        /// From when.
        at: Timestamp,
    },
    /// Let a key sign no more from `at`, and forget it at `removed_at`.
    Retire {
        /// Which key.
        kid: String,
        /// From when it signs no more.
        at: Timestamp,
        /// From when it is forgotten.
        removed_at: Timestamp,
    },
}

/// What must change at `now`, so that there is always one key to sign with and its successor is known in time.
#[must_use]
pub fn plan(keys: &[KeyLife], now: Timestamp, settings: &RotationSettings) -> Vec<Action> {
    settings.algorithms.iter().flat_map(|algorithm| plan_for(*algorithm, keys, now, settings)).collect()
}

fn plan_for(algorithm: Algorithm, keys: &[KeyLife], now: Timestamp, settings: &RotationSettings) -> Vec<Action> {
    let of_algorithm = || keys.iter().filter(|key| key.algorithm == algorithm);
    let mut actions = Vec::new();
    let since = if let Some(current) = newest_current(of_algorithm(), now) {
        let older = of_algorithm().filter(|key| key.state(now) == KeyState::Current && key.kid != current.kid);
        actions.extend(older.map(|key| retire(key, now, settings)));
        current.active_at
    } else {
        actions.push(Action::Create { algorithm, active_at: now });
        now
    };
    // There is always a next one, so that clients know it long before a rotation by hand lets it sign.
    if !of_algorithm().any(|key| key.state(now) == KeyState::Next) {
        // A server that slept through the date still publishes first.
        let active_at = since.after(settings.rotation).max(now.after(settings.publish_ahead));
        actions.push(Action::Create { algorithm, active_at });
    }
    actions
}

/// What a rotation by hand changes: the next key, which clients know by now, signs at once, and a new next is published.
///
/// Of two rotations in a row the second lets a key sign that was published only just now; clients fetch the key set again
/// when they meet a new `kid`, though many wait for up to a minute between two fetches.
#[must_use]
pub fn rotate_now(keys: &[KeyLife], now: Timestamp, settings: &RotationSettings) -> Vec<Action> {
    let mut actions = Vec::new();
    for algorithm in &settings.algorithms {
        let of_algorithm = || keys.iter().filter(|key| key.algorithm == *algorithm);
        match of_algorithm().find(|key| key.state(now) == KeyState::Next) {
            Some(next) => actions.push(Action::Activate { kid: next.kid.clone(), at: now }),
            None => actions.push(Action::Create { algorithm: *algorithm, active_at: now }),
        }
        let current = of_algorithm().filter(|key| key.state(now) == KeyState::Current);
        actions.extend(current.map(|key| retire(key, now, settings)));
        actions.push(Action::Create { algorithm: *algorithm, active_at: now.after(settings.rotation) });
    }
    actions
}

/// What the revocation of one key changes: nothing that it signed counts from now on. Where it signed, its successor (or a
/// new key) signs at once.
#[must_use]
pub fn revoke_now(keys: &[KeyLife], kid: &str, now: Timestamp) -> Vec<Action> {
    let Some(key) = keys.iter().find(|key| key.kid == kid && key.state(now) != KeyState::Removed) else {
        return Vec::new();
    };
    let mut actions =
        vec![Action::Retire { kid: key.kid.clone(), at: key.retired_at.unwrap_or(now).min(now), removed_at: now }];
    let mut others = keys.iter().filter(|other| other.algorithm == key.algorithm && other.kid != key.kid);
    if key.state(now) == KeyState::Current && !others.clone().any(|other| other.state(now) == KeyState::Current) {
        actions.push(match others.find(|other| other.state(now) == KeyState::Next) {
            Some(next) => Action::Activate { kid: next.kid.clone(), at: now },
            None => Action::Create { algorithm: key.algorithm, active_at: now },
        });
    }
    actions
}

fn retire(key: &KeyLife, now: Timestamp, settings: &RotationSettings) -> Action {
    Action::Retire { kid: key.kid.clone(), at: now, removed_at: now.after(settings.keep_retired) }
}

fn newest_current<'a>(keys: impl Iterator<Item = &'a KeyLife>, now: Timestamp) -> Option<&'a KeyLife> {
    keys.filter(|key| key.state(now) == KeyState::Current).max_by_key(|key| (key.active_at, key.kid.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_hours(1);

    fn settings() -> RotationSettings {
        RotationSettings {
            rotation: HOUR * 24 * 90,
            publish_ahead: HOUR * 24,
            keep_retired: HOUR * 48,
            algorithms: vec![Algorithm::RS256, Algorithm::ES256],
        }
    }

    fn apply(keys: &mut Vec<KeyLife>, actions: Vec<Action>, now: Timestamp) {
        for action in actions {
            match action {
                Action::Create { algorithm, active_at } => {
                    let kid = format!("k{}", keys.len());
                    keys.push(KeyLife {
                        kid,
                        algorithm,
                        created_at: now,
                        active_at,
                        retired_at: None,
                        removed_at: None,
                    });
                }
                Action::Activate { kid, at } => {
                    keys.iter_mut().filter(|key| key.kid == kid).for_each(|key| key.active_at = at);
                }
                Action::Retire { kid, at, removed_at } => {
                    for key in keys.iter_mut().filter(|key| key.kid == kid) {
                        key.retired_at = Some(at);
                        key.removed_at = Some(removed_at);
                    }
                }
            }
        }
    }

    #[test]
    fn over_two_years_there_is_always_one_signer_known_in_time() {
        let settings = settings();
        let mut keys: Vec<KeyLife> = Vec::new();
        let start = Timestamp::from_seconds(1_000_000);
        let mut signed: Vec<(String, Timestamp)> = Vec::new();
        for hour in 0..(2 * 365 * 24) {
            let now = start.after(HOUR * hour);
            let actions = plan(&keys, now, &settings);
            apply(&mut keys, actions, now);
            assert_eq!(plan(&keys, now, &settings), [], "a second node finds nothing left to do");
            for algorithm in &settings.algorithms {
                let current: Vec<&KeyLife> = keys
                    .iter()
                    .filter(|key| key.algorithm == *algorithm && key.state(now) == KeyState::Current)
                    .collect();
                assert_eq!(current.len(), 1, "hour {hour}");
                assert!(hour == 0 || current[0].created_at == start || now.since(current[0].created_at) >= HOUR * 24);
                signed.push((current[0].kid.clone(), now));
            }
            signed.retain(|(_, at)| now.since(*at) < settings.keep_retired);
            for (kid, _) in &signed {
                let key = keys.iter().find(|key| key.kid == *kid).unwrap();
                assert_ne!(key.state(now), KeyState::Removed, "hour {hour}");
            }
        }
        assert!(keys.len() >= 16, "keys were replaced: {}", keys.len());
    }

    #[test]
    fn a_server_that_slept_through_the_date_publishes_before_it_signs() {
        let settings = settings();
        let mut keys = Vec::new();
        let start = Timestamp::from_seconds(0);
        let actions = plan(&keys, start, &settings);
        apply(&mut keys, actions, start);
        let late = start.after(HOUR * 24 * 400);
        let actions = plan(&keys, late, &settings);
        let created = actions.iter().filter_map(|action| match action {
            Action::Create { active_at, .. } => Some(*active_at),
            _ => None,
        });
        assert_eq!(created.collect::<Vec<_>>(), [late.after(settings.publish_ahead); 2]);
    }

    #[test]
    fn from_the_first_moment_a_next_key_is_known() {
        let (settings, start) = (settings(), Timestamp::from_seconds(0));
        let mut keys = Vec::new();
        let actions = plan(&keys, start, &settings);
        apply(&mut keys, actions, start);
        let next: Vec<String> =
            keys.iter().filter(|key| key.state(start) == KeyState::Next).map(|key| key.kid.clone()).collect();
        assert_eq!(next.len(), 2);
        let later = start.after(HOUR);
        let actions = rotate_now(&keys, later, &settings);
        apply(&mut keys, actions, later);
        let signs = keys.iter().filter(|key| key.state(later) == KeyState::Current).map(|key| key.kid.clone());
        assert_eq!(signs.collect::<Vec<_>>(), next);
    }

    #[test]
    fn a_revoked_key_is_gone_at_once_and_another_signs() {
        let settings = settings();
        let start = Timestamp::from_seconds(0);
        let mut keys = Vec::new();
        apply(&mut keys, rotate_now(&[], start, &settings), start);
        for now in [start.after(HOUR), start.after(HOUR * 2), start.after(HOUR * 3)] {
            let signs = |keys: &[KeyLife]| {
                let of_algorithm = keys.iter().filter(|key| key.algorithm == Algorithm::ES256);
                let current: Vec<_> = of_algorithm.filter(|key| key.state(now) == KeyState::Current).collect();
                assert_eq!(current.len(), 1);
                current[0].kid.clone()
            };
            let leaked = signs(&keys);
            let others = keys.iter().filter(|key| key.algorithm == Algorithm::RS256).cloned().collect::<Vec<_>>();
            let actions = revoke_now(&keys, &leaked, now);
            apply(&mut keys, actions, now);
            assert_ne!(signs(&keys), leaked);
            assert_eq!(keys.iter().find(|key| key.kid == leaked).unwrap().state(now), KeyState::Removed);
            assert!(others.iter().all(|other| keys.contains(other)), "keys of other algorithms stay as they are");
            assert_eq!(revoke_now(&keys, &leaked, now), [], "once is enough");
        }
        assert_eq!(revoke_now(&keys, "unknown", start), []);
    }

    #[test]
    fn revoking_a_key_that_does_not_sign_makes_no_other_sign() {
        let (settings, start) = (settings(), Timestamp::from_seconds(0));
        let mut keys = Vec::new();
        apply(&mut keys, rotate_now(&[], start, &settings), start);
        let next = keys.iter().find(|key| key.state(start) == KeyState::Next).unwrap().kid.clone();
        let retired_at = start.after(HOUR);
        let gone = Action::Retire { kid: next.clone(), at: retired_at, removed_at: retired_at };
        assert_eq!(revoke_now(&keys, &next, retired_at), [gone]);
    }

    #[test]
    fn a_rotation_by_hand_changes_the_signer_at_once_and_names_a_successor() {
        let settings = settings();
        let mut keys = Vec::new();
        let start = Timestamp::from_seconds(0);
        for now in [start, start.after(HOUR), start.after(HOUR * 2)] {
            let before: Vec<String> = keys
                .iter()
                .filter(|key: &&KeyLife| key.state(now) == KeyState::Current)
                .map(|key| key.kid.clone())
                .collect();
            let actions = rotate_now(&keys, now, &settings);
            apply(&mut keys, actions, now);
            for algorithm in &settings.algorithms {
                let state =
                    |wanted| keys.iter().filter(|k| k.algorithm == *algorithm && k.state(now) == wanted).count();
                assert_eq!((state(KeyState::Current), state(KeyState::Next)), (1, 1));
            }
            assert!(keys.iter().filter(|k| before.contains(&k.kid)).all(|k| k.state(now) == KeyState::Retired));
        }
    }
}
