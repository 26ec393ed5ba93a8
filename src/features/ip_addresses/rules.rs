//! What may be done to a network, and which look like an office.

use std::collections::BTreeMap;

use super::views::{NetworkAct, Suggestion};
use crate::domain::network::Network;
use crate::features::networks::{Entry, Status};

/// What an administrator may do to a network of one of the people.
pub(super) fn acts_on(status: Status) -> Vec<NetworkAct> {
    match status {
        Status::Waiting => vec![NetworkAct::Validate, NetworkAct::Block, NetworkAct::Remove],
        Status::Known => vec![NetworkAct::Block, NetworkAct::Remove],
        Status::Blocked => vec![NetworkAct::Validate, NetworkAct::Remove],
    }
}

/// What an administrator may do to a network for everybody: where it is on the organisation's own list, and where not.
pub(super) fn acts_for_all(status: Option<Status>) -> Vec<NetworkAct> {
    match status {
        None => vec![NetworkAct::Office, NetworkAct::BlockForAll],
        Some(Status::Blocked) => vec![NetworkAct::Office, NetworkAct::Release],
        Some(Status::Known | Status::Waiting) => vec![NetworkAct::BlockForAll, NetworkAct::Release],
    }
}

/// The fewest people who make an office.
const FEWEST: usize = 3;

/// Networks that three people and at least half of all know, and that the organisation's own list does not have.
pub(super) fn suggestions(of_people: &[Entry], own: &[Entry], people: usize) -> Vec<Suggestion> {
    let mut known: BTreeMap<Network, usize> = BTreeMap::new();
    for entry in of_people.iter().filter(|entry| entry.status == Status::Known) {
        *known.entry(entry.network).or_default() += 1;
    }
    let is_new = |network: &Network| own.iter().all(|entry| entry.network != *network);
    let mut found: Vec<Suggestion> = known
        .into_iter()
        .filter(|(network, known_by)| *known_by >= FEWEST && *known_by * 2 >= people && is_new(network))
        .map(|(network, known_by)| Suggestion { network: network.to_string(), known_by, people: people.max(known_by) })
        .collect();
    found.sort_by_key(|suggestion| std::cmp::Reverse(suggestion.known_by));
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{AccountId, OrganisationId};
    use crate::domain::{Random, Timestamp};
    use crate::features::networks::{How, Owner};

    struct Fixed(u8);
    impl Random for Fixed {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(self.0);
        }
    }

    fn entry(person: u8, address: &str, status: Status) -> Entry {
        let at = Timestamp::from_seconds(1);
        Entry {
            owner: Owner::Account(AccountId::new(at, &Fixed(person))),
            network: Network::of(address.parse().unwrap()),
            status,
            proof: How::Mail,
            decided_by: None,
            user_agent: None,
            first_seen_at: at,
            last_seen_at: at,
        }
    }

    fn found(of_people: &[Entry], own: &[Entry], people: usize) -> Vec<String> {
        suggestions(of_people, own, people).into_iter().map(|found| found.network).collect()
    }

    #[test]
    fn three_people_and_half_of_all_make_an_office() {
        let known: Vec<Entry> = (1..=3).map(|person| entry(person, "203.0.113.7", Status::Known)).collect();
        assert_eq!(found(&known, &[], 6), ["203.0.113.7"]);
        assert_eq!(found(&known, &[], 7), [""; 0]);
        assert_eq!(found(&known[..2], &[], 2), [""; 0]);
        let waiting = entry(4, "203.0.113.7", Status::Waiting);
        assert_eq!(found(&[known[0].clone(), known[1].clone(), waiting], &[], 4), [""; 0], "nobody confirmed that");
        let owner = Owner::Organisation(OrganisationId::new(Timestamp::from_seconds(1), &Fixed(9)));
        for status in [Status::Known, Status::Blocked] {
            let own = Entry { owner, ..entry(1, "203.0.113.7", status) };
            assert_eq!(found(&known, &[own], 6), [""; 0], "it is on the list");
        }
    }

    #[test]
    fn nothing_is_offered_that_is_so_already() {
        for status in [Status::Waiting, Status::Known, Status::Blocked] {
            assert_eq!(acts_on(status).contains(&NetworkAct::Validate), status != Status::Known);
            assert_eq!(acts_on(status).contains(&NetworkAct::Block), status != Status::Blocked);
        }
        assert!(!acts_for_all(None).contains(&NetworkAct::Release));
        assert!(!acts_for_all(Some(Status::Known)).contains(&NetworkAct::Office));
        assert!(!acts_for_all(Some(Status::Blocked)).contains(&NetworkAct::BlockForAll));
    }
}
