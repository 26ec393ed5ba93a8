//! How long a session lives.

use std::time::Duration;

use super::Session;
use crate::config;
use crate::domain::Timestamp;
use crate::domain::policy::PolicyInForce;

/// A use is written down at most this often: a busy page must not write at every request.
const TOUCH_EVERY: Duration = Duration::from_mins(1);

/// How long sessions live.
#[derive(Clone, Copy, Debug)]
pub struct Lifetime {
    /// Without use.
    pub idle: Duration,
    /// Since the person last proved who they are.
    pub absolute: Duration,
}

impl Lifetime {
    /// As configured.
    #[must_use]
    pub fn of(settings: &config::SignIn) -> Self {
        Self {
            idle: Duration::from_secs(u64::from(settings.session_idle_minutes) * 60),
            absolute: Duration::from_secs(u64::from(settings.session_absolute_hours) * 3600),
        }
    }

    /// No longer than these rules allow.
    #[must_use]
    pub fn within(self, policy: &PolicyInForce) -> Self {
        let idle = policy.session_idle_minutes.rule.map(|minutes| Duration::from_secs(u64::from(minutes) * 60));
        let absolute = policy.session_absolute_hours.rule.map(|hours| Duration::from_secs(u64::from(hours) * 3600));
        Self {
            idle: idle.map_or(self.idle, |most| most.min(self.idle)),
            absolute: absolute.map_or(self.absolute, |most| most.min(self.absolute)),
        }
    }
}

impl Session {
    /// Whether it still counts at `now`.
    #[must_use]
    pub fn is_live(&self, now: Timestamp, lifetime: Lifetime) -> bool {
        self.ended_at.is_none()
            && now < self.expires_at
            && now.since(self.last_used_at) < lifetime.idle
            && now.since(self.evidence.auth_time()) < lifetime.absolute
    }

    /// Whether this use is worth writing down.
    #[must_use]
    pub fn needs_touch(&self, now: Timestamp) -> bool {
        now.since(self.last_used_at) >= TOUCH_EVERY
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Random;
    use crate::domain::ids::{AccountId, SessionId};
    use crate::domain::policy::{Policy, RuleMaker, SessionLimits};
    use crate::domain::sign_in::{Evidence, Proof};

    struct Zeros;
    impl Random for Zeros {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(0);
        }
    }

    fn session() -> Session {
        let start = Timestamp::from_seconds(0);
        let account_id = AccountId::new(start, &Zeros);
        Session {
            id: SessionId::new(start, &Zeros),
            account_id,
            evidence: Evidence { account_id, proofs: Vec::new(), network: None },
            network: None,
            user_agent: None,
            created_at: start,
            last_used_at: start,
            expires_at: Timestamp::from_seconds(1000),
            ended_at: None,
        }
    }

    const LIFETIME: Lifetime = Lifetime { idle: Duration::from_secs(100), absolute: Duration::from_secs(1000) };

    #[test]
    fn a_session_ends_by_idleness_by_age_and_by_hand() {
        assert!(session().is_live(Timestamp::from_seconds(99), LIFETIME));
        assert!(!session().is_live(Timestamp::from_seconds(100), LIFETIME));
        let busy = Session { last_used_at: Timestamp::from_seconds(990), ..session() };
        assert!(busy.is_live(Timestamp::from_seconds(999), LIFETIME));
        assert!(!busy.is_live(Timestamp::from_seconds(1000), LIFETIME));
        let ended = Session { ended_at: Some(Timestamp::from_seconds(1)), ..session() };
        assert!(!ended.is_live(Timestamp::from_seconds(1), LIFETIME));
    }

    #[test]
    fn an_organisation_shortens_and_never_prolongs() {
        let installed = Lifetime { idle: Duration::from_hours(1), absolute: Duration::from_hours(24) };
        let within = |idle_minutes, absolute_hours| {
            let sessions = SessionLimits { idle_minutes, absolute_hours };
            let policy = Policy { sessions, ..Policy::default() };
            let lifetime = installed.within(&PolicyInForce::strictest([(RuleMaker::Instance, policy)]));
            (lifetime.idle.as_secs() / 60, lifetime.absolute.as_secs() / 3600)
        };
        assert_eq!(within(None, None), (60, 24));
        assert_eq!(within(Some(15), Some(8)), (15, 8));
        assert_eq!(within(Some(90), Some(48)), (60, 24));
    }

    #[test]
    fn the_longest_life_counts_from_the_last_proof() {
        let lifetime = Lifetime { idle: Duration::from_hours(1), absolute: Duration::from_secs(50) };
        let mut proven = session();
        assert!(proven.is_live(Timestamp::from_seconds(49), lifetime));
        assert!(!proven.is_live(Timestamp::from_seconds(50), lifetime));
        proven.evidence.proofs.push(Proof::Password { at: Timestamp::from_seconds(40) });
        assert!(proven.is_live(Timestamp::from_seconds(89), lifetime));
        assert!(!proven.is_live(Timestamp::from_seconds(90), lifetime));
    }

    #[test]
    fn a_use_is_written_down_once_a_minute() {
        assert!(!session().needs_touch(Timestamp::from_seconds(59)));
        assert!(session().needs_touch(Timestamp::from_seconds(60)));
    }
}
