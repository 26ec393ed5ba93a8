//! What a code that is sent is, how long it works, and how often one may be sent.

use std::time::Duration;

use serde::Serialize;
use strum::{Display, EnumString};

use crate::domain::ids::{AccountId, ChallengeId};
use crate::domain::network::Network;
use crate::domain::{FactorKind, Random, Timestamp};
use crate::features::outbox::Recipient;
use crate::features::throttles::{Counter, Limit};

/// How often somebody may be wrong about one code.
pub(super) const TRIES: i64 = 5;

const MINUTE: Duration = Duration::from_mins(1);
const TEN_MINUTES: Duration = Duration::from_mins(10);
const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);

/// How long the link in a mail works: longer than the code, which is typed in the page that is open.
pub(super) const LINK_LIFETIME: Duration = Duration::from_mins(30);

/// What a code is sent for, where and to whom: it is good for nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bond {
    /// What it proves.
    pub purpose: Purpose,
    /// By which way it goes.
    pub kind: FactorKind,
    /// Whose it is.
    pub account: AccountId,
    /// The sign-in, or the session of the account area, that waits for it.
    pub place: String,
    /// Where it must have been asked for, where that matters: by which network, or from where none can be told.
    pub network: Option<Option<Network>>,
}

/// What a code that is sent proves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Display, EnumString, Serialize)]
#[strum(serialize_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// A second step of a sign-in.
    Second,
    /// That a way to do one belongs to somebody.
    Enrol,
    /// That the place that a sign-in comes from is the person's.
    Network,
}

impl Bond {
    /// What it is for, in one word.
    pub(super) fn purpose(&self) -> String {
        format!("{}:{}", self.purpose, self.kind)
    }

    /// Whether a link goes with the code, which continues the page that waits.
    pub(super) fn has_link(&self) -> bool {
        self.kind == FactorKind::Email && self.purpose != Purpose::Enrol
    }
}

/// Who asked for a code.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asker {
    /// From which network.
    pub network: Option<Network>,
    /// What the browser calls itself.
    pub user_agent: Option<String>,
    /// On the way to which app.
    pub app: Option<String>,
}

/// A link that was mailed.
#[derive(Clone, Debug)]
pub struct Link {
    /// Which code it went with.
    pub id: ChallengeId,
    /// Whose.
    pub account: AccountId,
    /// What it proves.
    pub purpose: Purpose,
    /// The sign-in that waits for it.
    pub place: String,
    /// What the waiting page shows.
    pub matching_number: i64,
    /// Who asked for it.
    pub asker: Asker,
    /// When it was sent.
    pub sent_at: Timestamp,
    /// Where it stands.
    pub state: LinkState,
}

/// Where a link that was mailed stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkState {
    /// It waits for an answer.
    Open,
    /// The answer was yes.
    Confirmed,
    /// The answer was no.
    Denied,
    /// It works no longer.
    Over,
}

impl LinkState {
    /// From the marks of its row.
    pub(super) fn of(sent_at: Timestamp, marks: Marks, now: Timestamp) -> Self {
        match marks {
            _ if now.since(sent_at) >= LINK_LIFETIME => Self::Over,
            Marks { denied: true, .. } => Self::Denied,
            Marks { ended: true, .. } => Self::Over,
            Marks { confirmed: true, .. } => Self::Confirmed,
            Marks { used: true, .. } => Self::Over,
            Marks { .. } => Self::Open,
        }
    }
}

/// What happened to a link or to the code that it went with.
#[expect(clippy::struct_excessive_bools, reason = "marks, any of which may be set")]
#[derive(Clone, Copy, Debug)]
pub(super) struct Marks {
    pub(super) confirmed: bool,
    pub(super) denied: bool,
    pub(super) used: bool,
    pub(super) ended: bool,
}

/// How long a code of this kind works: a text message is read at once, a mail may take a while (NIST SP 800-63B-4,
/// section 3.1.3.2, allows ten minutes).
#[must_use]
pub const fn lifetime(kind: FactorKind) -> Duration {
    match kind {
        FactorKind::Sms => Duration::from_mins(5),
        _ => TEN_MINUTES,
    }
}

/// Six random digits, each code as likely as any other.
pub fn six_random_digits(random: &dyn Random) -> String {
    // Beyond the last whole million the first codes would be likelier.
    const END: u32 = u32::MAX - u32::MAX % 1_000_000;
    loop {
        let number = u32::from_le_bytes(random.array());
        if number < END {
            return format!("{:06}", number % 1_000_000);
        }
    }
}

/// Two random digits that do not begin with a zero: what the waiting page shows, and another device is asked for.
pub(super) fn matching_number(random: &dyn Random) -> i64 {
    // Below the last whole multiple of ninety each number is as likely as any other.
    const END: u32 = u32::MAX - u32::MAX % 90;
    loop {
        let number = u32::from_le_bytes(random.array());
        if number < END {
            return i64::from(number % 90) + 10;
        }
    }
}

/// A code as it is read: `482 911`.
#[must_use]
pub fn in_threes(code: &str) -> String {
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
            let block = block_of(to).unwrap_or_default();
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

/// The digits in what was typed: spaces, dashes and dots are left out, and digits of other scripts are understood.
/// None when there is anything else in it.
fn digits(typed: &str) -> Option<String> {
    typed.chars().filter(|c| !is_filler(*c)).map(digit).collect()
}

/// Six digits, as a code has, however they were typed or pasted.
#[must_use]
pub fn six_digits(typed: &str) -> Option<String> {
    digits(typed).filter(|digits| digits.len() == 6)
}

/// What people put between the signs of a code, or a mail program does.
#[must_use]
pub fn is_filler(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c, '-' | '.' | '_' | '\u{2010}'..='\u{2015}' | '\u{200b}'..='\u{200f}')
}

fn digit(c: char) -> Option<char> {
    // ASCII, full-width, Arabic-Indic, extended Arabic-Indic and Devanagari.
    let value = ['0', '\u{ff10}', '\u{660}', '\u{6f0}', '\u{966}']
        .into_iter()
        .find_map(|zero| u32::from(c).checked_sub(u32::from(zero)).filter(|value| *value < 10))?;
    char::from_digit(value, 10)
}

/// The block of numbers that a text message goes to: whoever earns by them has many in a row.
pub(super) fn block_of(to: &Recipient) -> Option<&str> {
    match to {
        Recipient::Sms(number) => number.as_str().get(..number.as_str().len().saturating_sub(4)),
        Recipient::Mail(_) => None,
    }
}

/// How many messages to one block are looked at together, and how many of them somebody must have used.
pub(super) const LOOKED_AT: u64 = 20;
const USED_AT_LEAST: usize = 4;
/// How long nothing goes to a block of which hardly any code is used.
const REST: Duration = HOUR;

/// Whether messages go to numbers whose owners do not read them: of the last twenty fewer than a fifth were used, and the
/// latest is not an hour old. `sent` has the latest first.
pub(super) fn is_pumped(sent: &[(Timestamp, bool)], now: Timestamp) -> bool {
    let used = sent.iter().filter(|(_, used)| *used).count();
    let rests = sent.first().is_some_and(|(latest, _)| now.since(*latest) < REST);
    sent.len() as u64 >= LOOKED_AT && used < USED_AT_LEAST && rests
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
    fn a_code_is_understood_however_it_was_pasted() {
        for typed in [
            "482911",
            " 482 911 ",
            "482-911",
            "482.911",
            "\u{ff14}\u{ff18}\u{ff12}\u{ff19}\u{ff11}\u{ff11}",
            "\u{664}\u{668}\u{662}911",
            "482\u{a0}911\r\n",
        ] {
            assert_eq!(six_digits(typed).as_deref(), Some("482911"), "{typed:?}");
        }
        for typed in ["", "48291", "4829111", "48291a", "482,911", "-", "½82911"] {
            assert_eq!(six_digits(typed), None, "{typed:?}");
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
    fn a_block_of_numbers_that_nobody_reads_rests_for_an_hour() {
        let sent = |many: usize, used: usize| -> Vec<(Timestamp, bool)> {
            (0..many).map(|place| (Timestamp::from_seconds(100), place < used)).collect()
        };
        let at = Timestamp::from_seconds;
        assert!(is_pumped(&sent(20, 3), at(100)) && is_pumped(&sent(20, 0), at(3699)));
        assert!(!is_pumped(&sent(20, 4), at(100)), "a fifth is used");
        assert!(!is_pumped(&sent(19, 0), at(100)), "too few to tell");
        assert!(!is_pumped(&sent(20, 0), at(3700)), "an hour is over");
        assert!(!is_pumped(&[], at(100)));
    }

    #[test]
    fn a_link_stands_where_its_marks_say_for_half_an_hour() {
        let at = |seconds, bits: u8| {
            let marks =
                Marks { confirmed: bits & 1 > 0, denied: bits & 2 > 0, used: bits & 4 > 0, ended: bits & 8 > 0 };
            LinkState::of(Timestamp::from_seconds(0), marks, Timestamp::from_seconds(seconds))
        };
        for bits in 0..16 {
            assert_eq!(at(1800, bits), LinkState::Over);
            let expected = match bits {
                0 => LinkState::Open,
                1 | 5 => LinkState::Confirmed,
                _ if bits & 2 > 0 => LinkState::Denied,
                _ => LinkState::Over,
            };
            assert_eq!(at(1799, bits), expected, "{bits:04b}");
        }
    }

    #[test]
    fn a_matching_number_has_two_digits_and_no_favourites() {
        let number = |numbers: &[u32]| matching_number(&Scripted(Mutex::new(numbers.to_vec())));
        assert_eq!((number(&[0]), number(&[89]), number(&[90])), (10, 99, 10));
        assert_eq!(number(&[u32::MAX, 4_294_967_280, 47]), 57, "the rest of the numbers is thrown away");
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
            purpose: Purpose::Second,
            kind: FactorKind::Sms,
            account: "acc_01k00000000000000000000000".parse().unwrap(),
            place: "int_1".to_owned(),
            network: None,
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
