//! What a code that is sent is, how long it works, and how often one may be sent.

use std::time::Duration;

use crate::domain::ids::AccountId;
use crate::domain::{FactorKind, Random, Timestamp};
use crate::features::outbox::Recipient;
use crate::features::throttles::{Counter, Limit};

/// How often somebody may be wrong about one code.
pub(in crate::features::two_factor) const TRIES: i64 = 5;

const MINUTE: Duration = Duration::from_mins(1);
const TEN_MINUTES: Duration = Duration::from_mins(10);
const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);

/// What a code is sent for, where and to whom: it is good for nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::features::two_factor) struct Bond {
    /// Whether it proves a second step, or that a way to do one belongs to somebody.
    pub(in crate::features::two_factor) enrols: bool,
    /// By which way it goes.
    pub(in crate::features::two_factor) kind: FactorKind,
    /// Whose it is.
    pub(in crate::features::two_factor) account: AccountId,
    /// The sign-in, or the session of the account area, that waits for it.
    pub(in crate::features::two_factor) place: String,
}

impl Bond {
    /// What it is for, in one word.
    pub(super) fn purpose(&self) -> String {
        let what = if self.enrols { "enrol" } else { "second" };
        format!("{what}:{}", self.kind)
    }
}

/// How long a code of this kind works: a text message is read at once, a mail may take a while (NIST SP 800-63B-4,
/// section 3.1.3.2, allows ten minutes).
pub(in crate::features::two_factor) const fn lifetime(kind: FactorKind) -> Duration {
    match kind {
        FactorKind::Sms => Duration::from_mins(5),
        _ => TEN_MINUTES,
    }
}

/// Six random digits, each code as likely as any other.
pub(super) fn six_random_digits(random: &dyn Random) -> String {
    // Beyond the last whole million the first codes would be likelier.
    const END: u32 = u32::MAX - u32::MAX % 1_000_000;
    loop {
        let number = u32::from_le_bytes(random.array());
        if number < END {
            return format!("{:06}", number % 1_000_000);
        }
    }
}

/// A code as it is read: `482 911`.
pub(super) fn in_threes(code: &str) -> String {
    let (first, second) = code.split_at_checked(3).unwrap_or((code, ""));
    format!("{first} {second}")
}

/// What a code that is about to be sent is counted on. `name` hides who the recipient is: counters are kept in the
/// clear.
pub(super) fn counters(bond: &Bond, to: &Recipient, name: impl Fn(&str) -> String, network: &str) -> Vec<Counter> {
    let counter = |what: &str, whom: &str, most: i64, window: Duration| Counter {
        key: format!("{what}:{whom}"),
        limit: Limit::quota(most, window),
    };
    let between = counter("code-again", &format!("{}:{}", bond.kind, bond.place), 1, MINUTE);
    match to {
        Recipient::Mail(email) => {
            let whom = name(email.as_str());
            vec![
                between,
                counter("mail-code", &whom, 3, TEN_MINUTES),
                counter("mail-code-day", &whom, 10, DAY),
                counter("mail-code-network", network, 10, HOUR),
            ]
        }
        Recipient::Sms(number) => {
            let whom = name(number.as_str());
            // Numbers of one block cost somebody money together.
            let block = number.as_str().get(..number.as_str().len().saturating_sub(4)).unwrap_or_default();
            vec![
                between,
                counter("sms-code", &whom, 3, TEN_MINUTES),
                counter("sms-code-day", &whom, 5, DAY),
                counter("sms-code-block", &name(block), 10, HOUR),
                counter("sms-code-network", network, 5, HOUR),
            ]
        }
    }
}

/// Whether a code may still be tried.
pub(super) fn is_live(tries: i64, expires_at: Timestamp, now: Timestamp) -> bool {
    tries < TRIES && now < expires_at
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    struct Scripted(Mutex<Vec<u32>>);

    impl Random for Scripted {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.copy_from_slice(&self.0.lock().unwrap().remove(0).to_le_bytes());
        }
    }

    #[test]
    fn a_code_has_six_digits_and_no_favourites() {
        let code = |numbers: &[u32]| {
            let random: Box<dyn Random> = Box::new(Scripted(Mutex::new(numbers.to_vec())));
            six_random_digits(random.as_ref())
        };
        assert_eq!(code(&[7]), "000007");
        assert_eq!(code(&[4_293_999_999]), "999999");
        assert_eq!(code(&[4_294_000_000, u32::MAX, 1_482_911]), "482911", "the rest of the numbers is thrown away");
        assert_eq!(in_threes("482911"), "482 911");
    }

    #[test]
    fn a_code_lives_until_its_last_try_or_second() {
        let end = Timestamp::from_seconds(600);
        assert!(is_live(4, end, Timestamp::from_seconds(599)));
        assert!(!is_live(5, end, Timestamp::from_seconds(599)));
        assert!(!is_live(0, end, end));
    }

    #[test]
    fn numbers_of_one_block_are_counted_together_and_never_in_the_clear() {
        let bond = Bond {
            enrols: false,
            kind: FactorKind::Sms,
            account: "acc_01k00000000000000000000000".parse().unwrap(),
            place: "int_1".to_owned(),
        };
        let keys = |number: &str| -> Vec<String> {
            let to = Recipient::Sms(number.parse().unwrap());
            let hidden = |text: &str| text.len().to_string() + &text[text.len() - 1..];
            counters(&bond, &to, hidden, "192.0.2.1").into_iter().map(|counter| counter.key).collect()
        };
        let (one, other) = (keys("+31612345671"), keys("+31612345672"));
        assert_eq!(one[3], other[3]);
        assert_ne!(one[1], other[1]);
        assert!(one.iter().all(|key| !key.contains("3161234")), "{one:?}");
        assert_eq!(one[0], "code-again:sms:int_1");
    }
}
