//! The rules of an organisation as machines write them.

use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::ToSchema;

use super::FieldFault;
use crate::domain::policy::{AllowedKinds, Demand, NewNetworks, Remembering, SessionLimits};
use crate::domain::{FactorKind, FactorKinds, Policy, Timestamp};

/// The rules that an organisation sets for its people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PolicySettings {
    /// Whether everybody must set up a second factor.
    pub second_factor: SecondFactor,
    /// From when; only with `required`. Left out: from now on.
    #[serde(with = "instant_or_none")]
    #[schema(value_type = Option<String>, format = DateTime, required)]
    pub second_factor_from: Option<Timestamp>,
    /// Whether a second step may be left out for thirty days.
    #[schema(value_type = String, pattern = "^(allowed|never)$")]
    pub remembering: Remembering,
    /// What a sign-in by password from a new network waits for.
    #[schema(value_type = String, pattern = "^(users_choice|confirm_by_mail|administrator_only)$")]
    pub new_networks: NewNetworks,
    /// The kinds of second factor that count. A passkey always does.
    #[schema(value_type = Vec<String>)]
    pub kinds: Vec<FactorKind>,
    /// Whether apps are told `mfa` when the second step was remembered.
    pub remembered_claims_mfa: bool,
    /// Minutes after which a session that nobody uses ends, 5 to 1440; none for as long as the configuration says.
    #[schema(required)]
    pub session_idle_minutes: Option<u32>,
    /// Hours after which everybody signs in anew, 1 to 720; none for as long as the configuration says.
    #[schema(required)]
    pub session_hours: Option<u32>,
}

/// Whether a second factor must be set up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SecondFactor {
    /// Everybody decides for themselves.
    #[default]
    Optional,
    /// Everybody must.
    Required,
}

impl Default for PolicySettings {
    fn default() -> Self {
        Self::of(&Policy::default())
    }
}

impl PolicySettings {
    /// These rules.
    #[must_use]
    pub fn of(policy: &Policy) -> Self {
        let (second_factor, second_factor_from) = match policy.second_factor {
            Demand::Optional => (SecondFactor::Optional, None),
            Demand::Required { from } => (SecondFactor::Required, Some(from)),
        };
        Self {
            second_factor,
            second_factor_from,
            remembering: policy.remembering,
            new_networks: policy.new_networks,
            kinds: policy.kinds.kinds().iter().collect(),
            remembered_claims_mfa: policy.remembered_claims_mfa,
            session_idle_minutes: policy.sessions.idle_minutes,
            session_hours: policy.sessions.absolute_hours,
        }
    }

    /// The rules that it means, where `current` are those in force.
    ///
    /// # Errors
    ///
    /// Every field that makes no sense.
    pub fn policy(&self, current: Policy, now: Timestamp) -> Result<Policy, Vec<FieldFault>> {
        let mut faults = Vec::new();
        let second_factor = match (self.second_factor, self.second_factor_from) {
            (SecondFactor::Optional, None) => Demand::Optional,
            (SecondFactor::Optional, Some(_)) => {
                faults.push(FieldFault::new("second_factor_from", "This goes with second_factor \"required\" only."));
                Demand::Optional
            }
            (SecondFactor::Required, Some(from)) => Demand::Required { from },
            // What binds already keeps its date.
            (SecondFactor::Required, None) if current.second_factor.binds(now) => current.second_factor,
            (SecondFactor::Required, None) => Demand::Required { from: now },
        };
        for (path, limit, range) in [
            ("session_idle_minutes", self.session_idle_minutes, 5..=24 * 60),
            ("session_hours", self.session_hours, 1..=24 * 30),
        ] {
            if limit.is_some_and(|limit| !range.contains(&limit)) {
                let says = format!("Choose from {} to {}.", range.start(), range.end());
                faults.push(FieldFault::new(path, says));
            }
        }
        let kinds: FactorKinds = self.kinds.iter().copied().collect();
        if !faults.is_empty() {
            return Err(faults);
        }
        Ok(Policy {
            second_factor,
            remembering: self.remembering,
            new_networks: self.new_networks,
            // Only a choice makes another rule of it.
            kinds: if kinds == current.kinds.kinds() { current.kinds } else { AllowedKinds::new(kinds) },
            remembered_claims_mfa: self.remembered_claims_mfa,
            sessions: SessionLimits { idle_minutes: self.session_idle_minutes, absolute_hours: self.session_hours },
        })
    }
}

/// The furthest that a demand may lie ahead.
const FURTHEST: Duration = Duration::from_hours(24 * 366);

/// What a change of rules asks beyond what the pages let an organisation set for itself: that is for the operator.
#[must_use]
pub fn beyond_an_organisation(before: &Policy, after: &Policy, now: Timestamp) -> Vec<FieldFault> {
    let mut faults = Vec::new();
    if after.remembered_claims_mfa != before.remembered_claims_mfa {
        faults.push(FieldFault::new("remembered_claims_mfa", "Only a key of the whole instance sets this."));
    }
    let keeps_codes = |policy: &Policy| policy.kinds.kinds().contains(FactorKind::RecoveryCode);
    if keeps_codes(after) != keeps_codes(before) {
        faults.push(FieldFault::new("kinds", "Leave recovery_code as it is: it is for bad days."));
    }
    if let Demand::Required { from } = after.second_factor
        && after.second_factor != before.second_factor
        && (from < now || from > now.after(FURTHEST))
    {
        faults.push(FieldFault::new("second_factor_from", "Choose a moment from now on, within a year."));
    }
    faults
}

/// A point in time as machines write it (RFC 3339).
#[must_use]
pub fn instant(at: Timestamp) -> String {
    jiff::Timestamp::from_millisecond(at.millis()).map_or_else(|_| at.millis().to_string(), |at| at.to_string())
}

/// The point in time that a text names (RFC 3339).
#[must_use]
pub fn instant_of(text: &str) -> Option<Timestamp> {
    let at: jiff::Timestamp = text.parse().ok()?;
    Some(Timestamp::from_millis(at.as_millisecond()))
}

mod instant_or_none {
    use super::{Deserialize, Deserializer, Serialize, Serializer, Timestamp, instant, instant_of};

    #[expect(clippy::ref_option, reason = "serde calls it with a reference to the field")]
    pub(super) fn serialize<S: Serializer>(at: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
        at.map(instant).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
        let Some(text) = Option::<String>::deserialize(deserializer)? else { return Ok(None) };
        let wrong = || serde::de::Error::custom("write a point in time as 2026-12-01T00:00:00Z");
        instant_of(&text).map(Some).ok_or_else(wrong)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_795_525_500);

    fn policies() -> impl Iterator<Item = Policy> {
        let demands =
            [Demand::Optional, Demand::Required { from: NOW }, Demand::Required { from: Timestamp::from_millis(7) }];
        let kinds = [FactorKinds::ALL, FactorKinds::NONE, FactorKinds::of(&[FactorKind::Totp])];
        let networks = [NewNetworks::UsersChoice, NewNetworks::ConfirmByMail, NewNetworks::AdministratorOnly];
        (0..54).map(move |n| Policy {
            second_factor: demands[n % 3],
            kinds: AllowedKinds::new(kinds[n / 3 % 3]),
            new_networks: networks[n / 9 % 3],
            remembering: [Remembering::Allowed, Remembering::Never][n / 27],
            remembered_claims_mfa: n % 2 == 0,
            sessions: SessionLimits {
                idle_minutes: (n % 2 == 0).then_some(30),
                absolute_hours: (n % 3 == 0).then_some(8),
            },
        })
    }

    #[test]
    fn what_is_written_means_the_rules_that_it_was_written_from() {
        for policy in policies() {
            let settings = PolicySettings::of(&policy);
            assert_eq!(settings.policy(policy, NOW), Ok(policy));
            let text = serde_json::to_value(&settings).unwrap();
            let read: PolicySettings = serde_json::from_value(text).unwrap();
            assert_eq!(read, settings);
            let fresh = read.policy(Policy::default(), NOW).unwrap();
            assert_eq!(PolicySettings::of(&fresh), settings, "also where nothing was set before");
        }
    }

    #[test]
    fn what_makes_no_sense_is_named() {
        let wrong = PolicySettings {
            second_factor_from: Some(NOW),
            session_idle_minutes: Some(4),
            session_hours: Some(721),
            ..PolicySettings::default()
        };
        let faults = wrong.policy(Policy::default(), NOW).unwrap_err();
        let paths: Vec<&str> = faults.iter().map(|fault| fault.path.as_str()).collect();
        assert_eq!(paths, ["second_factor_from", "session_idle_minutes", "session_hours"]);
    }

    #[test]
    fn an_organisation_sets_what_its_page_sets() {
        let before = Policy::default();
        let fields = |after: Policy| -> Vec<String> {
            beyond_an_organisation(&before, &after, NOW).into_iter().map(|fault| fault.path).collect()
        };
        let from = |from| Policy { second_factor: Demand::Required { from }, ..before };
        assert_eq!(fields(before), [""; 0]);
        assert_eq!(fields(from(NOW)), [""; 0]);
        assert_eq!(fields(from(NOW.after(Duration::from_hours(24 * 300)))), [""; 0]);
        assert_eq!(fields(from(Timestamp::from_millis(0))), ["second_factor_from"]);
        assert_eq!(fields(from(NOW.after(Duration::from_hours(24 * 400)))), ["second_factor_from"]);
        assert_eq!(fields(Policy { remembered_claims_mfa: true, ..before }), ["remembered_claims_mfa"]);
        let codes = FactorKinds::of(&[FactorKind::Totp, FactorKind::RecoveryCode]);
        assert_eq!(fields(Policy { kinds: AllowedKinds::new(codes), ..before }), [""; 0]);
        assert_eq!(fields(Policy { kinds: AllowedKinds::new(FactorKinds::NONE), ..before }), ["kinds"]);
    }

    #[test]
    fn a_demand_without_a_date_begins_now_and_keeps_the_date_that_binds() {
        let required = PolicySettings { second_factor: SecondFactor::Required, ..PolicySettings::default() };
        let from = |current| required.policy(current, NOW).unwrap().second_factor;
        assert_eq!(from(Policy::default()), Demand::Required { from: NOW });
        let earlier = Demand::Required { from: Timestamp::from_seconds(5) };
        assert_eq!(from(Policy { second_factor: earlier, ..Policy::default() }), earlier);
    }
}
