//! What the rows of the ledger say about a sign-in.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::Serialize;
use strum::{Display, EnumString};

use crate::config::Config;
use crate::domain::Timestamp;
use crate::domain::ids::{AccountId, NotAnId, OrganisationId};
use crate::domain::network::Network;
use crate::domain::sign_in::NetworkStanding;

/// Whose row it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Owner {
    /// One person's.
    Account(AccountId),
    /// An organisation's: it holds for all its people.
    Organisation(OrganisationId),
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Account(id) => id.fmt(f),
            Self::Organisation(id) => id.fmt(f),
        }
    }
}

impl FromStr for Owner {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        text.parse().map(Self::Account).or_else(|_| text.parse().map(Self::Organisation))
    }
}

/// Where a network stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Display, EnumString, Serialize)]
#[strum(serialize_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Somebody with the right password came from it, and nobody has confirmed it.
    Waiting,
    /// Sign-ins may come from it; of an organisation: it is an office.
    Known,
    /// Nothing may come from it.
    Blocked,
}

/// What a row stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Display, EnumString, Serialize)]
#[strum(serialize_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// Nothing yet.
    None,
    /// The person confirmed it through the mailbox.
    Mail,
    /// The person came by a link that was mailed to them for the first sign-in.
    Invitation,
    /// The person lets new networks join by themselves.
    Automatic,
    /// The person said so while signed in.
    Owner,
    /// An administrator said so.
    Administrator,
    /// Whoever runs this installation said so.
    Operator,
}

/// One row of the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Whose.
    pub owner: Owner,
    /// Which network.
    pub network: Network,
    /// Where it stands.
    pub status: Status,
    /// What that stands on.
    pub proof: How,
    /// Who decided over it last, if a person did.
    pub decided_by: Option<AccountId>,
    /// The browser that came from it last.
    pub user_agent: Option<String>,
    /// When somebody first came from it.
    pub first_seen_at: Timestamp,
    /// When somebody last came from it.
    pub last_seen_at: Timestamp,
}

/// How long a network stays known without being used.
pub(super) const KEPT: Duration = Duration::from_hours(24 * 365);

impl Entry {
    /// Whether sign-ins may come from it at `now`.
    #[must_use]
    pub fn is_known(&self, now: Timestamp) -> bool {
        // What an administrator called an office is one until an administrator says otherwise.
        let is_office = matches!(self.owner, Owner::Organisation(_));
        self.status == Status::Known && (is_office || now.since(self.last_seen_at) < KEPT)
    }
}

/// The rows that bear on one sign-in: the account's own, and those of its organisations.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Places(pub Vec<Entry>);

impl Places {
    /// Where a sign-in from `network` stands. A block wins, whoever made it.
    #[must_use]
    pub fn standing(&self, network: Option<Network>, now: Timestamp) -> NetworkStanding {
        if self.blocked(network).is_some() {
            return NetworkStanding::Blocked;
        }
        let known = self.0.iter().any(|entry| Some(entry.network) == network && entry.is_known(now));
        if known { NetworkStanding::Known } else { NetworkStanding::New }
    }

    /// The block on `network`, if there is one; an organisation's before the person's own.
    #[must_use]
    pub fn blocked(&self, network: Option<Network>) -> Option<&Entry> {
        let mut blocks =
            self.0.iter().filter(|entry| Some(entry.network) == network && entry.status == Status::Blocked);
        let first = blocks.next();
        blocks.find(|entry| matches!(entry.owner, Owner::Organisation(_))).or(first)
    }

    /// The account's own row for `network`.
    #[must_use]
    pub fn own(&self, network: Network) -> Option<&Entry> {
        self.0.iter().find(|entry| entry.network == network && matches!(entry.owner, Owner::Account(_)))
    }
}

/// Whether `network` tells one place from another: it is of the internet and not one of our own proxies, or the
/// operator lists it. A server that takes its proxy for everybody's address must not make everybody known.
#[must_use]
pub fn can_be_known(config: &Config, network: Network) -> bool {
    let address = network.address();
    let listed = config.sign_in.private_networks.iter().any(|range| range.contains(&address));
    let proxy = config.server.trusted_proxies.iter().any(|range| range.contains(&address));
    listed || (network.is_public() && !proxy)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Random;

    struct Fixed(u8);
    impl Random for Fixed {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(self.0);
        }
    }

    const NOW: Timestamp = Timestamp::from_seconds(100_000_000);

    fn network(text: &str) -> Network {
        Network::of(text.parse().unwrap())
    }

    fn account() -> Owner {
        Owner::Account(AccountId::new(NOW, &Fixed(1)))
    }

    fn office() -> Owner {
        Owner::Organisation(OrganisationId::new(NOW, &Fixed(2)))
    }

    fn entry(owner: Owner, status: Status) -> Entry {
        Entry {
            owner,
            network: network("203.0.113.7"),
            status,
            proof: How::Mail,
            decided_by: None,
            user_agent: None,
            first_seen_at: NOW,
            last_seen_at: NOW,
        }
    }

    #[test]
    fn an_owner_reads_back_from_its_text() {
        for owner in [account(), office()] {
            assert_eq!(owner.to_string().parse(), Ok(owner));
        }
        assert!("ses_01k00000000000000000000000".parse::<Owner>().is_err());
    }

    #[test]
    fn every_pair_of_rows_blocks_before_it_knows_and_knows_before_it_waits() {
        use Status::{Blocked, Known, Waiting};
        let here = Some(network("203.0.113.7"));
        for own in [None, Some(Waiting), Some(Known), Some(Blocked)] {
            for all in [None, Some(Known), Some(Blocked)] {
                let rows = [own.map(|status| entry(account(), status)), all.map(|status| entry(office(), status))];
                let places = Places(rows.into_iter().flatten().collect());
                let expected = if own == Some(Blocked) || all == Some(Blocked) {
                    NetworkStanding::Blocked
                } else if own == Some(Known) || all == Some(Known) {
                    NetworkStanding::Known
                } else {
                    NetworkStanding::New
                };
                assert_eq!(places.standing(here, NOW), expected, "{own:?} {all:?}");
                assert_eq!(places.standing(Some(network("203.0.113.8")), NOW), NetworkStanding::New);
                assert_eq!(places.standing(None, NOW), NetworkStanding::New, "what cannot be told is never known");
                let blocker = places.blocked(here).map(|entry| entry.owner);
                let expected = if all == Some(Blocked) {
                    Some(office())
                } else {
                    own.filter(|own| *own == Blocked).map(|_| account())
                };
                assert_eq!(blocker, expected);
            }
        }
    }

    #[test]
    fn a_network_is_forgotten_a_year_after_its_last_use_but_an_office_is_not() {
        let here = Some(network("203.0.113.7"));
        let own = Places(vec![entry(account(), Status::Known)]);
        let last = Timestamp::from_millis(NOW.after(KEPT).millis() - 1);
        assert_eq!(own.standing(here, last), NetworkStanding::Known);
        assert_eq!(own.standing(here, NOW.after(KEPT)), NetworkStanding::New);
        let office = Places(vec![entry(office(), Status::Known)]);
        assert_eq!(office.standing(here, NOW.after(KEPT * 3)), NetworkStanding::Known);
    }

    #[test]
    fn neither_a_private_network_nor_a_proxy_is_a_place_unless_the_operator_says_so() {
        let mut config = Config::default();
        config.server.trusted_proxies = vec!["198.51.100.0/24".parse().unwrap()];
        for no in ["127.0.0.1", "10.1.2.3", "198.51.100.4", "fd12::1", "100.64.3.2"] {
            assert!(!can_be_known(&config, network(no)), "{no}");
        }
        assert!(can_be_known(&config, network("203.0.113.7")));
        config.sign_in.private_networks = vec!["10.0.0.0/8".parse().unwrap()];
        assert!(can_be_known(&config, network("10.1.2.3")) && !can_be_known(&config, network("192.168.1.1")));
    }
}
