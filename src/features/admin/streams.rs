//! How much is streamed at once: whoever follows the audit, or takes it along, holds up a connection and the database.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::domain::ids::AccountId;
use crate::web::{Parts, Service};

/// The most that one person has open of one kind.
const OF_ONE: usize = 2;
/// The most that a node has open in all.
const OF_ALL: usize = 20;

/// What is streamed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Streamed {
    /// What happens, while it happens.
    Live,
    /// What was found, to take along.
    Export,
}

type Open = Arc<Mutex<HashMap<(AccountId, Streamed), usize>>>;

/// What is open on this node.
#[derive(Default)]
pub(super) struct Streams(Open);

impl Service for Streams {
    fn build(_: &Parts) -> Self {
        Self::default()
    }
}

impl Streams {
    /// A place for another one, if there is any; it is free again when this is dropped.
    pub(super) fn take(&self, person: AccountId, kind: Streamed) -> Option<Seat> {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let own = open.get(&(person, kind)).copied().unwrap_or_default();
        if own >= OF_ONE || open.values().sum::<usize>() >= OF_ALL {
            return None;
        }
        open.insert((person, kind), own + 1);
        drop(open);
        Some(Seat { open: Arc::clone(&self.0), of: (person, kind) })
    }
}

/// The place of something that is streamed.
pub(super) struct Seat {
    open: Open,
    of: (AccountId, Streamed),
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let left = open.get(&self.of).copied().unwrap_or_default().saturating_sub(1);
        if left == 0 {
            open.remove(&self.of);
        } else {
            open.insert(self.of, left);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Random, Timestamp};

    struct Fixed(u8);
    impl Random for Fixed {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(self.0);
        }
    }

    fn person(seed: u8) -> AccountId {
        AccountId::new(Timestamp::from_seconds(1), &Fixed(seed))
    }

    #[test]
    fn a_person_has_two_of_a_kind_and_a_place_that_is_left_is_free() {
        let streams = Streams::default();
        let first = streams.take(person(1), Streamed::Live);
        let second = streams.take(person(1), Streamed::Live);
        assert!(first.is_some() && second.is_some() && streams.take(person(1), Streamed::Live).is_none());
        assert!(streams.take(person(1), Streamed::Export).is_some(), "another kind");
        assert!(streams.take(person(2), Streamed::Live).is_some(), "another person");
        drop(first);
        assert!(streams.take(person(1), Streamed::Live).is_some());
        drop(second);
        assert!(streams.0.lock().unwrap().is_empty(), "nothing is remembered of who left");
    }

    #[test]
    fn a_node_has_no_more_than_its_share() {
        let streams = Streams::default();
        let seats: Vec<Option<Seat>> = (0..30).map(|seed| streams.take(person(seed), Streamed::Live)).collect();
        assert_eq!(seats.iter().flatten().count(), OF_ALL);
        assert!(streams.take(person(40), Streamed::Export).is_none());
    }
}
