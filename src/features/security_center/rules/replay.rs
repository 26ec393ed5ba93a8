//! The sign-ins of the last thirty days, under a rule about new networks.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use serde::Serialize;

use crate::domain::Timestamp;
use crate::domain::ids::AccountId;
use crate::domain::network::Network;
use crate::domain::policy::NewNetworks;

/// How far back it goes.
pub(in crate::features::security_center) const WINDOW: Duration = Duration::from_hours(24 * 30);

/// Networks from which more often than this in thirty days somebody came for the first time change often.
const OFTEN: usize = 4;

/// A sign-in that succeeded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::features::security_center) struct PastSignIn {
    /// Whose.
    pub account: AccountId,
    /// When.
    pub at: Timestamp,
    /// From where; none where that was erased.
    pub network: Option<Network>,
    /// Whether that network tells one place from another; one that does not is new every time.
    pub can_be_known: bool,
    /// Whether it was with a passkey.
    pub passkey: bool,
    /// Whether a code from the mailbox was part of it.
    pub email: bool,
}

/// What a rule would have done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Replay {
    /// How many sign-ins would have waited: so many e-mails.
    pub waits: usize,
    /// Of how many people.
    pub people: usize,
    /// Of how many of them often, as with a mobile network.
    pub often: usize,
}

impl Replay {
    /// What `rule` would have done to these sign-ins, oldest first; `places`, and sign-ins from before the last thirty
    /// days, say which networks were known.
    pub(in crate::features::security_center) fn of(
        sign_ins: &[PastSignIn],
        places: impl IntoIterator<Item = (AccountId, Network)>,
        rule: NewNetworks,
        now: Timestamp,
    ) -> Self {
        if rule == NewNetworks::UsersChoice {
            return Self::default();
        }
        let mut known: HashSet<(AccountId, Network)> = places.into_iter().collect();
        let mut waits: HashMap<AccountId, usize> = HashMap::new();
        for past in sign_ins {
            let place = past.network.map(|network| (past.account, network));
            let seen = place.is_some_and(|place| known.contains(&place));
            let confirmed = past.email && rule == NewNetworks::ConfirmByMail;
            if now.since(past.at) <= WINDOW && !past.passkey && !seen && !confirmed && place.is_some() {
                *waits.entry(past.account).or_default() += 1;
            }
            // A passkey confirms nothing, but whoever got in with one is not asked about it here: the ledger would say.
            known.extend(place.filter(|_| !past.passkey && past.can_be_known));
        }
        Self {
            waits: waits.values().sum(),
            people: waits.len(),
            often: waits.values().filter(|waits| **waits > OFTEN).count(),
        }
    }
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

    const NOW: Timestamp = Timestamp::from_seconds(100 * 86_400);

    fn past(who: u8, day: i64, from: &str) -> PastSignIn {
        PastSignIn {
            account: AccountId::new(Timestamp::from_seconds(1), &Fixed(who)),
            at: Timestamp::from_seconds(day * 86_400),
            network: Some(Network::of(from.parse().unwrap())),
            can_be_known: true,
            passkey: false,
            email: false,
        }
    }

    fn replay(sign_ins: &[PastSignIn], rule: NewNetworks) -> (usize, usize) {
        let replay = Replay::of(sign_ins, [], rule, NOW);
        (replay.waits, replay.people)
    }

    #[test]
    fn a_network_waits_the_first_time_somebody_comes_from_it() {
        let all = [
            past(1, 60, "203.0.113.1"),
            past(1, 80, "203.0.113.1"),
            past(1, 81, "203.0.113.2"),
            past(1, 82, "203.0.113.2"),
            past(2, 83, "203.0.113.2"),
        ];
        assert_eq!(replay(&all, NewNetworks::ConfirmByMail), (2, 2));
        assert_eq!(replay(&all, NewNetworks::AdministratorOnly), (2, 2));
        assert_eq!(replay(&all, NewNetworks::UsersChoice), (0, 0));
    }

    #[test]
    fn neither_passkeys_nor_codes_from_the_mailbox_send_another_mail() {
        let passkey = PastSignIn { passkey: true, ..past(1, 90, "203.0.113.1") };
        let email = PastSignIn { email: true, ..past(1, 91, "203.0.113.2") };
        let erased = PastSignIn { network: None, ..past(1, 92, "203.0.113.3") };
        let all = [passkey, email, erased];
        assert_eq!(replay(&all, NewNetworks::ConfirmByMail), (0, 0));
        assert_eq!(replay(&all, NewNetworks::AdministratorOnly), (1, 1), "an administrator is asked even so");
    }

    #[test]
    fn what_the_ledger_knows_does_not_wait_and_what_nobody_can_know_always_does() {
        let all = [past(1, 90, "203.0.113.1"), past(1, 91, "203.0.113.2")];
        let ledger = [(all[0].account, all[0].network.unwrap())];
        assert_eq!(Replay::of(&all, ledger, NewNetworks::ConfirmByMail, NOW).waits, 1);
        let private: Vec<PastSignIn> =
            (90..93).map(|day| PastSignIn { can_be_known: false, ..past(1, day, "10.0.0.1") }).collect();
        assert_eq!(replay(&private, NewNetworks::ConfirmByMail), (3, 1));
    }

    #[test]
    fn a_passkey_makes_no_network_known() {
        let passkey = PastSignIn { passkey: true, ..past(1, 90, "203.0.113.1") };
        assert_eq!(replay(&[passkey, past(1, 91, "203.0.113.1")], NewNetworks::ConfirmByMail), (1, 1));
    }

    #[test]
    fn whoever_often_comes_from_somewhere_else_is_counted() {
        let all: Vec<PastSignIn> = (0..5).map(|day| past(1, 80 + day, &format!("203.0.113.{day}"))).collect();
        assert_eq!(Replay::of(&all, [], NewNetworks::ConfirmByMail, NOW), Replay { waits: 5, people: 1, often: 1 });
    }
}
