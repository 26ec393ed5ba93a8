//! How long a forgotten password waits, and how often one may ask.

use std::time::Duration;

use crate::domain::Timestamp;
use crate::domain::ids::{AccountId, InteractionId, PasswordResetId};
use crate::domain::secret::Fingerprint;
use crate::features::throttles::{Counter, Limit};

/// How often somebody may be wrong about one code.
pub(super) const TRIES: i64 = 5;
/// How long the code works (NIST SP 800-63B-4, section 3.1.3.2, allows ten minutes).
pub(super) const CODE_LIFETIME: Duration = Duration::from_mins(10);
/// How long the link works.
pub(super) const LINK_LIFETIME: Duration = Duration::from_mins(30);
/// How long whoever read the mail may take to choose the password.
pub(super) const PROOF_LIFETIME: Duration = Duration::from_mins(30);

const TEN_MINUTES: Duration = Duration::from_mins(10);
const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);

/// A forgotten password that is to be chosen anew.
#[derive(Clone, Debug)]
pub(super) struct Reset {
    /// Its identifier.
    pub(super) id: PasswordResetId,
    /// Whose; none for a name that nobody has, or whose password cannot be forgotten.
    pub(super) account: Option<AccountId>,
    /// The browser that waits for the code.
    pub(super) browser: Fingerprint,
    /// The sign-in that the person came from.
    pub(super) interaction: Option<InteractionId>,
    /// The tag of the address that it was mailed to.
    pub(super) address: String,
    /// The tag of the code.
    pub(super) code: String,
    /// How often a code was typed.
    pub(super) tries: i64,
    /// When it was asked for.
    pub(super) created_at: Timestamp,
    /// When the mail was read.
    pub(super) proven_at: Option<Timestamp>,
    /// It was used, or replaced by a newer one.
    pub(super) is_over: bool,
}

impl Reset {
    /// Whether its code may be typed at `now`.
    pub(super) fn takes_code(&self, now: Timestamp) -> bool {
        self.waits() && self.tries < TRIES && now.since(self.created_at) < CODE_LIFETIME
    }

    /// Whether its link works at `now`.
    pub(super) fn takes_link(&self, now: Timestamp) -> bool {
        self.waits() && now.since(self.created_at) < LINK_LIFETIME
    }

    /// Whether the password may be chosen at `now`.
    pub(super) fn takes_password(&self, now: Timestamp) -> bool {
        !self.is_over && self.proven_at.is_some_and(|at| now.since(at) < PROOF_LIFETIME)
    }

    fn waits(&self) -> bool {
        !self.is_over && self.proven_at.is_none()
    }
}

/// What a request is counted on: `whom`, by account or by a tag of a name that nobody has, and the network.
pub(super) fn counters(whom: &str, network: &str) -> [Counter; 3] {
    let counter = |what: &str, whom: &str, most: i64, window: Duration| Counter {
        key: format!("{what}:{whom}"),
        limit: Limit::quota(most, window),
    };
    [
        counter("forgotten", whom, 3, TEN_MINUTES),
        counter("forgotten-day", whom, 10, DAY),
        counter("forgotten-network", network, 10, HOUR),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Random;

    struct Zeros;
    impl Random for Zeros {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(0);
        }
    }

    fn reset() -> Reset {
        let at = Timestamp::from_seconds(0);
        Reset {
            id: PasswordResetId::new(at, &Zeros),
            account: Some(AccountId::new(at, &Zeros)),
            browser: Fingerprint::of("browser"),
            interaction: None,
            address: String::new(),
            code: String::new(),
            tries: 0,
            created_at: at,
            proven_at: None,
            is_over: false,
        }
    }

    #[test]
    fn code_and_link_end_by_age_by_use_and_by_a_newer_one() {
        let at = Timestamp::from_seconds;
        assert!(reset().takes_code(at(599)) && !reset().takes_code(at(600)));
        assert!(reset().takes_link(at(1799)) && !reset().takes_link(at(1800)));
        let tried = Reset { tries: 5, ..reset() };
        assert!(!tried.takes_code(at(1)) && tried.takes_link(at(1)), "a stranger's guesses do not end the link");
        for other in [Reset { proven_at: Some(at(1)), ..reset() }, Reset { is_over: true, ..reset() }] {
            assert!(!other.takes_code(at(2)) && !other.takes_link(at(2)));
        }
    }

    #[test]
    fn a_password_is_chosen_only_after_the_mail_was_read_and_for_half_an_hour() {
        let at = Timestamp::from_seconds;
        assert!(!reset().takes_password(at(1)));
        let proven = Reset { proven_at: Some(at(100)), ..reset() };
        assert!(proven.takes_password(at(1899)) && !proven.takes_password(at(1900)));
        assert!(!Reset { is_over: true, ..proven }.takes_password(at(101)));
    }

    #[test]
    fn whoever_asks_is_counted_by_name_and_by_network() {
        let keys = counters("acc_1", "192.0.2.1").map(|counter| counter.key);
        assert_eq!(keys, ["forgotten:acc_1", "forgotten-day:acc_1", "forgotten-network:192.0.2.1"]);
    }
}
