//! The rules that an organisation sets, and how the rules of several come together: the strictest wins.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::ids::OrganisationId;
use super::{FactorKind, FactorKinds, Strength, Timestamp};

/// The rules of one organisation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Policy {
    /// Whether everybody must set up a second factor.
    pub second_factor: Demand,
    /// Whether a second step may be left out for thirty days.
    pub remembering: Remembering,
    /// What a sign-in by password from a new network waits for.
    pub new_networks: NewNetworks,
    /// The kinds of second factor that people may use. A passkey is always one.
    pub kinds: AllowedKinds,
    /// Whether apps are told `mfa` when the second step was remembered instead of done.
    pub remembered_claims_mfa: bool,
    /// How long sessions live at most, where that is less than the installation allows.
    pub sessions: SessionLimits,
}

/// How long sessions live at most; none means as long as the installation allows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SessionLimits {
    /// Minutes after which a session that nobody uses ends.
    pub idle_minutes: Option<u32>,
    /// Hours after which whoever is signed in proves anew who they are, whatever they do.
    pub absolute_hours: Option<u32>,
}

/// Whether a second factor must be set up; mildest first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "demand")]
pub enum Demand {
    /// Everybody decides for themselves.
    #[default]
    Optional,
    /// Everybody must.
    Required {
        /// From this moment on; before it, people are told.
        from: Timestamp,
    },
}

/// Whether a second step may be left out for thirty days; mildest first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Remembering {
    /// By whoever ticks it, in that browser and from that network.
    #[default]
    Allowed,
    /// A code at every sign-in.
    Never,
}

/// What a sign-in by password from a new network waits for; mildest first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NewNetworks {
    /// For what the account chose: nothing, or the person's own confirmation.
    #[default]
    UsersChoice,
    /// For the person's confirmation by e-mail.
    ConfirmByMail,
    /// For an administrator.
    AdministratorOnly,
}

/// The kinds of second factor that count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AllowedKinds(FactorKinds);

impl AllowedKinds {
    /// These kinds; a passkey is always among them.
    #[must_use]
    pub const fn new(kinds: FactorKinds) -> Self {
        Self(kinds)
    }

    /// The kinds.
    #[must_use]
    pub const fn kinds(self) -> FactorKinds {
        self.0.with(FactorKind::Passkey)
    }
}

impl Default for AllowedKinds {
    fn default() -> Self {
        Self(FactorKinds::ALL)
    }
}

/// Who made a rule: what a refusal can say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleMaker {
    /// Nobody: it is how things are without a rule.
    Nobody,
    /// The operator of this installation.
    Instance,
    /// An organisation.
    Organisation(OrganisationId),
}

/// A rule and who made it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ruled<T> {
    /// What holds.
    pub rule: T,
    /// Whose rule it is; of equals the first.
    pub maker: RuleMaker,
}

impl<T: Default> Default for Ruled<T> {
    fn default() -> Self {
        Self { rule: T::default(), maker: RuleMaker::Nobody }
    }
}

impl Ruled<Option<u32>> {
    /// The shorter of this limit and another.
    fn shortest(self, limit: Option<u32>, maker: RuleMaker) -> Self {
        let is_shorter = limit.is_some_and(|limit| self.rule.is_none_or(|held| limit < held));
        if is_shorter { Self { rule: limit, maker } } else { self }
    }
}

/// The rules that hold for an account: of every organisation it belongs to, the strictest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PolicyInForce {
    /// Whether a second factor must be set up.
    pub second_factor: Ruled<Demand>,
    /// Whether a second step may be left out for thirty days.
    pub remembering: Ruled<Remembering>,
    /// What a sign-in by password from a new network waits for.
    pub new_networks: Ruled<NewNetworks>,
    /// The kinds of second factor that count.
    pub kinds: Ruled<AllowedKinds>,
    /// Whether apps are told `mfa` when the second step was remembered: only where every organisation says so.
    pub remembered_claims_mfa: bool,
    /// Minutes after which a session that nobody uses ends; none means as the installation says.
    pub session_idle_minutes: Ruled<Option<u32>>,
    /// Hours after which every session ends; none means as the installation says.
    pub session_absolute_hours: Ruled<Option<u32>>,
}

impl Policy {
    /// What holds beside for administrators of an organisation: their second step is never left out.
    #[must_use]
    pub fn of_administrators() -> Self {
        Self { remembering: Remembering::Never, remembered_claims_mfa: true, ..Self::default() }
    }

    /// What holds beside for whoever may do something for the whole instance: a second factor, always done, never a
    /// basic one.
    #[must_use]
    pub fn of_the_instance() -> Self {
        Self {
            second_factor: Demand::Required { from: Timestamp::from_millis(0) },
            remembering: Remembering::Never,
            kinds: AllowedKinds::new(FactorKinds::at_least(Strength::Strong)),
            // It has no say in what apps are told: that is for the organisations.
            remembered_claims_mfa: true,
            ..Self::default()
        }
    }
}

impl Demand {
    /// Whether it binds at `now`.
    #[must_use]
    pub fn binds(self, now: Timestamp) -> bool {
        matches!(self, Self::Required { from } if from <= now)
    }

    /// From when it will bind, if that is still to come.
    #[must_use]
    pub fn announced(self, now: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Required { from } if from > now => Some(from),
            _ => None,
        }
    }

    /// Whether it asks more than `other`.
    fn is_stricter_than(self, other: Self) -> bool {
        match (self, other) {
            (Self::Optional, _) => false,
            (Self::Required { .. }, Self::Optional) => true,
            (Self::Required { from }, Self::Required { from: other }) => from < other,
        }
    }
}

impl PolicyInForce {
    /// Whether whoever proved who they are at `proven_at` has to do so again, whatever they did since.
    #[must_use]
    pub fn is_outlived(&self, proven_at: Timestamp, now: Timestamp) -> bool {
        let most = self.session_absolute_hours.rule.map(|hours| Duration::from_secs(u64::from(hours) * 3600));
        most.is_some_and(|most| now.since(proven_at) >= most)
    }

    /// The strictest of these.
    #[must_use]
    pub fn strictest(policies: impl IntoIterator<Item = (RuleMaker, Policy)>) -> Self {
        let mut claims: Option<bool> = None;
        let mut all = Self::default();
        for (maker, policy) in policies {
            if policy.second_factor.is_stricter_than(all.second_factor.rule) {
                all.second_factor = Ruled { rule: policy.second_factor, maker };
            }
            if policy.remembering > all.remembering.rule {
                all.remembering = Ruled { rule: policy.remembering, maker };
            }
            if policy.new_networks > all.new_networks.rule {
                all.new_networks = Ruled { rule: policy.new_networks, maker };
            }
            let kinds = all.kinds.rule.kinds().and(policy.kinds.kinds());
            if kinds != all.kinds.rule.kinds() {
                all.kinds = Ruled { rule: AllowedKinds::new(kinds), maker };
            }
            claims = Some(claims.unwrap_or(true) && policy.remembered_claims_mfa);
            all.session_idle_minutes = all.session_idle_minutes.shortest(policy.sessions.idle_minutes, maker);
            all.session_absolute_hours = all.session_absolute_hours.shortest(policy.sessions.absolute_hours, maker);
        }
        all.remembered_claims_mfa = claims.unwrap_or(false);
        all
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

    fn organisation(seed: u8) -> RuleMaker {
        RuleMaker::Organisation(OrganisationId::new(Timestamp::from_seconds(1), &Fixed(seed)))
    }

    fn from(seconds: i64) -> Demand {
        Demand::Required { from: Timestamp::from_seconds(seconds) }
    }

    #[test]
    fn of_two_organisations_the_strictest_rule_holds_and_says_whose_it_is() {
        let mild = Policy { second_factor: from(200), ..Policy::default() };
        let strict = Policy {
            second_factor: from(100),
            remembering: Remembering::Never,
            kinds: AllowedKinds::new(FactorKinds::of(&[FactorKind::Totp])),
            ..Policy::default()
        };
        for order in [[(1, mild), (2, strict)], [(2, strict), (1, mild)]] {
            let all = PolicyInForce::strictest(order.map(|(seed, policy)| (organisation(seed), policy)));
            assert_eq!(all.second_factor, Ruled { rule: from(100), maker: organisation(2) });
            assert_eq!(all.remembering.maker, organisation(2));
            assert_eq!(all.new_networks, Ruled::default());
            let kinds = FactorKinds::of(&[FactorKind::Totp, FactorKind::Passkey]);
            assert_eq!((all.kinds.rule.kinds(), all.kinds.maker), (kinds, organisation(2)));
        }
    }

    #[test]
    fn every_pair_of_organisations_comes_together_as_the_stricter_of_each_rule() {
        // Each list mildest first, so that of two places the later one must hold.
        let demands = [Demand::Optional, from(200), from(100)];
        let remembering = [Remembering::Allowed, Remembering::Never];
        let networks = [NewNetworks::UsersChoice, NewNetworks::ConfirmByMail, NewNetworks::AdministratorOnly];
        let kinds = [FactorKinds::ALL, FactorKinds::of(&[FactorKind::Totp]), FactorKinds::of(&[FactorKind::Sms])];
        let all: Vec<[usize; 4]> = (0..54).map(|n| [n % 3, n / 3 % 2, n / 6 % 3, n / 18]).collect();
        let policy = |[demand, memory, network, kind]: [usize; 4]| Policy {
            second_factor: demands[demand],
            remembering: remembering[memory],
            new_networks: networks[network],
            kinds: AllowedKinds::new(kinds[kind]),
            ..Policy::default()
        };
        for one in &all {
            for other in &all {
                let both = [(organisation(1), policy(*one)), (organisation(2), policy(*other))];
                let held = PolicyInForce::strictest(both);
                assert_eq!(held.second_factor.rule, demands[one[0].max(other[0])]);
                assert_eq!(held.remembering.rule, remembering[one[1].max(other[1])]);
                assert_eq!(held.new_networks.rule, networks[one[2].max(other[2])]);
                for kind in [FactorKind::SecurityKey, FactorKind::Totp, FactorKind::Sms, FactorKind::RecoveryCode] {
                    let allowed = kinds[one[3]].contains(kind) && kinds[other[3]].contains(kind);
                    assert_eq!(held.kinds.rule.kinds().contains(kind), allowed, "{one:?} {other:?} {kind}");
                }
                assert!(held.kinds.rule.kinds().contains(FactorKind::Passkey));
                // Whose rule it is: of equals the first, and nobody's where nobody asks anything.
                let maker = |place: usize| match (one[place], other[place]) {
                    (0, 0) => RuleMaker::Nobody,
                    (first, second) if second > first => organisation(2),
                    _ => organisation(1),
                };
                let makers = (held.second_factor.maker, held.remembering.maker, held.new_networks.maker);
                assert_eq!(makers, (maker(0), maker(1), maker(2)), "{one:?} {other:?}");
            }
        }
    }

    #[test]
    fn a_remembered_step_is_told_as_mfa_only_where_everybody_agrees() {
        let (yes, no) = (Policy { remembered_claims_mfa: true, ..Policy::default() }, Policy::default());
        let claims = |policies: &[Policy]| {
            let all = policies.iter().map(|policy| (RuleMaker::Instance, *policy));
            PolicyInForce::strictest(all).remembered_claims_mfa
        };
        assert!(claims(&[yes, yes]));
        assert!(claims(&[yes, Policy::of_administrators()]) && claims(&[yes, Policy::of_the_instance()]));
        assert!(!claims(&[yes, no]) && !claims(&[no, yes]) && !claims(&[]));
    }

    #[test]
    fn of_two_limits_the_shorter_holds_and_none_is_the_longest() {
        let limits = [None, Some(60), Some(15)];
        let policy = |idle: usize, absolute: usize| {
            let sessions = SessionLimits { idle_minutes: limits[idle], absolute_hours: limits[absolute] };
            Policy { sessions, ..Policy::default() }
        };
        for n in 0..81 {
            let [idle, absolute, other_idle, other_absolute] = [n % 3, n / 3 % 3, n / 9 % 3, n / 27];
            let one = (organisation(1), policy(idle, absolute));
            let other = (organisation(2), policy(other_idle, other_absolute));
            let held = PolicyInForce::strictest([one, other]);
            assert_eq!(held.session_idle_minutes.rule, limits[idle.max(other_idle)]);
            assert_eq!(held.session_absolute_hours.rule, limits[absolute.max(other_absolute)]);
            let maker = match (idle, other_idle) {
                (0, 0) => RuleMaker::Nobody,
                (one, other) if other > one => organisation(2),
                _ => organisation(1),
            };
            assert_eq!(held.session_idle_minutes.maker, maker);
        }
    }

    #[test]
    fn what_was_proven_is_outlived_after_the_hours_of_the_rule_and_never_without_one() {
        let held = |absolute_hours| {
            let sessions = SessionLimits { idle_minutes: Some(1), absolute_hours };
            PolicyInForce::strictest([(RuleMaker::Instance, Policy { sessions, ..Policy::default() })])
        };
        let at = Timestamp::from_seconds;
        assert!(!held(Some(2)).is_outlived(at(10), at(10 + 7199)));
        assert!(held(Some(2)).is_outlived(at(10), at(10 + 7200)));
        assert!(!held(None).is_outlived(at(10), at(i64::from(u32::MAX))));
    }

    #[test]
    fn a_date_binds_from_that_moment_on() {
        let (before, at) = (Timestamp::from_millis(99_999), Timestamp::from_seconds(100));
        assert!(!from(100).binds(before) && from(100).binds(at));
        assert_eq!(from(100).announced(before), Some(at));
        assert_eq!(from(100).announced(at), None);
        assert!(!Demand::Optional.binds(at) && Demand::Optional.announced(at).is_none());
    }

    #[test]
    fn the_powerful_have_no_basic_factor_and_are_never_remembered() {
        let office = Policy { new_networks: NewNetworks::AdministratorOnly, ..Policy::default() };
        let all =
            PolicyInForce::strictest([(organisation(1), office), (RuleMaker::Instance, Policy::of_the_instance())]);
        assert!(all.second_factor.rule.binds(Timestamp::from_millis(0)));
        assert_eq!(all.remembering.rule, Remembering::Never);
        assert_eq!((all.new_networks.rule, all.new_networks.maker), (NewNetworks::AdministratorOnly, organisation(1)));
        assert!(!all.kinds.rule.kinds().contains(FactorKind::Sms) && all.kinds.rule.kinds().contains(FactorKind::Totp));
    }

    #[test]
    fn a_policy_reads_back_from_what_is_stored_and_nothing_stored_means_no_rules() {
        let policy = Policy { second_factor: from(5), remembering: Remembering::Never, ..Policy::default() };
        let text = serde_json::to_string(&policy).unwrap();
        assert_eq!(serde_json::from_str::<Policy>(&text).unwrap(), policy);
        assert_eq!(serde_json::from_str::<Policy>("{}").unwrap(), Policy::default());
    }
}
