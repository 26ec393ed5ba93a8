//! How long a visit to the console lasts.

use std::time::Duration;

use crate::domain::sign_in::{Evidence, Proof};
use crate::domain::{FactorKind, Timestamp};

/// How long ago the strong proof may be to enter, to open a form that changes something, and to send it (security.md, C4).
pub(super) const FRESH: Duration = Duration::from_mins(5);
/// How long a visit lasts without use (security.md, C4).
const IDLE: Duration = Duration::from_mins(15);
/// How long it lasts whatever happens.
const LONGEST: Duration = Duration::from_hours(8);
/// A use is written down at most this often.
const TOUCH_EVERY: Duration = Duration::from_mins(1);

/// When the person last proved who they are by something that nobody gets by reading mail or text messages. A recovery
/// code lies on paper for bad days, and opens nothing here.
pub(super) fn strong_at(evidence: &Evidence) -> Option<Timestamp> {
    if evidence.has_second(FactorKind::RecoveryCode) {
        // What was set up after it, in the same sign-in, proves no more than it does.
        return None;
    }
    let strong = evidence.proofs.iter().filter(|proof| {
        matches!(
            proof,
            Proof::Passkey { .. }
                | Proof::Second { factor: FactorKind::Passkey | FactorKind::SecurityKey | FactorKind::Totp, .. }
        )
    });
    strong.map(Proof::at).max()
}

/// Whether a strong proof of `proven` is fresh enough to act on.
pub(super) fn is_fresh(proven: Option<Timestamp>, now: Timestamp) -> bool {
    is_within(proven, FRESH, now)
}

fn is_within(proven: Option<Timestamp>, limit: Duration, now: Timestamp) -> bool {
    proven.is_some_and(|proven| now.since(proven) <= limit)
}

/// Whether a visit goes on, or may begin, with a strong proof of `proven` and the last use at `used`.
pub(super) fn is_open(proven: Option<Timestamp>, used: Option<Timestamp>, now: Timestamp) -> bool {
    let in_use = used.is_some_and(|used| now.since(used) < IDLE);
    is_fresh(proven, now) || (in_use && is_within(proven, LONGEST, now))
}

/// Whether this use is worth writing down.
pub(super) fn needs_touch(used: Option<Timestamp>, now: Timestamp) -> bool {
    used.is_none_or(|used| now.since(used) >= TOUCH_EVERY)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Random;
    use crate::domain::ids::{AccountId, FactorId};

    struct Zeros;
    impl Random for Zeros {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(0);
        }
    }

    const fn at(minute: i64) -> Timestamp {
        Timestamp::from_seconds(minute * 60)
    }

    #[test]
    fn only_what_is_held_in_the_hand_opens_the_console() {
        let strong = |proofs: Vec<Proof>| {
            strong_at(&Evidence { account_id: AccountId::new(at(0), &Zeros), proofs, network: None })
        };
        let second = |factor, minute| Proof::Second { at: at(minute), factor, device_bound: false };
        let factor = FactorId::new(at(0), &Zeros);
        assert_eq!(strong(vec![Proof::Passkey { at: at(3), factor, device_bound: false }]), Some(at(3)));
        for kind in [FactorKind::Totp, FactorKind::SecurityKey, FactorKind::Passkey] {
            assert_eq!(strong(vec![Proof::Password { at: at(1) }, second(kind, 2)]), Some(at(2)));
        }
        for kind in [FactorKind::Email, FactorKind::Sms, FactorKind::RecoveryCode] {
            assert_eq!(strong(vec![Proof::Password { at: at(1) }, second(kind, 2)]), None, "{kind}");
        }
        let set_up = Proof::Passkey { at: at(3), factor, device_bound: true };
        let by_code = vec![Proof::Password { at: at(1) }, second(FactorKind::RecoveryCode, 2), set_up];
        assert_eq!(strong(by_code), None, "a factor set up after a recovery code");
        let remembered = Proof::Remembered { at: at(2), claims_mfa: true };
        assert_eq!(strong(vec![Proof::Password { at: at(1) }, remembered, Proof::Mailbox { at: at(2) }]), None);
    }

    #[test]
    fn a_visit_begins_freshly_goes_on_while_it_is_used_and_ends_by_age() {
        assert!(!is_open(None, Some(at(0)), at(0)));
        assert!(is_open(Some(at(0)), None, at(5)) && !is_open(Some(at(0)), None, at(6)));
        assert!(is_open(Some(at(0)), Some(at(10)), at(24)) && !is_open(Some(at(0)), Some(at(10)), at(25)));
        let (last, over) = (at(8 * 60), at(8 * 60 + 1));
        assert!(is_open(Some(at(0)), Some(last), last) && !is_open(Some(at(0)), Some(last), over));
    }

    #[test]
    fn an_act_needs_a_proof_of_the_last_five_minutes() {
        assert!(is_fresh(Some(at(0)), at(5)) && !is_fresh(Some(at(0)), at(6)) && !is_fresh(None, at(0)));
        assert!(!is_fresh(Some(at(0)), Timestamp::from_millis(5 * 60_000 + 1)));
    }

    #[test]
    fn a_use_is_written_down_once_a_minute() {
        assert!(needs_touch(None, at(0)) && !needs_touch(Some(at(0)), at(0)) && needs_touch(Some(at(0)), at(1)));
    }
}
