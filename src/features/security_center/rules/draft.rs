//! The form of the Security center, and what it means.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::domain::policy::{AllowedKinds, Demand, NewNetworks, Policy, Remembering, SessionLimits};
use crate::domain::{FactorKind, FactorKinds, Timestamp};

/// How long people are given by default to set up a second factor, in days.
const NOTICE_DAYS: i64 = 7;
/// The furthest day from which a second factor can be demanded, in days.
const FURTHEST_DAYS: i64 = 366;

/// What a box sends when it is ticked; when it is not, it sends nothing.
type Ticked = Option<String>;

/// What is filled in. Every field is as a browser sends it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Draft {
    /// The version of the rules that was looked at.
    pub version: i64,
    /// Everybody must set up a second factor.
    pub second: Ticked,
    /// `now`, or `date`.
    pub when: String,
    /// From which day on, as `2026-12-01`.
    pub date: String,
    /// A code at every sign-in.
    pub limit: Ticked,
    /// New networks wait.
    pub networks: Ticked,
    /// For an administrator.
    pub administrator: Ticked,
    /// Authenticator apps count.
    pub totp: Ticked,
    /// Security keys count.
    pub security_key: Ticked,
    /// Text messages count.
    pub sms: Ticked,
    /// Codes by mail count.
    pub email: Ticked,
    /// Minutes without use; empty for what the installation says.
    pub idle: String,
    /// Hours in all; empty for what the installation says.
    pub absolute: String,
    /// Whom it concerns is told by mail. No rule: the form begins without it every time.
    pub tell: Ticked,
}

/// What is wrong with what was filled in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Faulty {
    /// There is no such day, or it is past or too far away.
    Date,
    /// A limit that nobody offered.
    Limit,
}

/// The kinds that an organisation can switch off. A passkey always counts, and a recovery code is for bad days.
const KINDS: [FactorKind; 4] = [FactorKind::SecurityKey, FactorKind::Totp, FactorKind::Sms, FactorKind::Email];

impl Draft {
    /// The form as `policy` fills it in.
    pub(in crate::features::security_center) fn of(
        policy: Policy,
        version: i64,
        now: Timestamp,
        zone: &TimeZone,
    ) -> Self {
        let tick = |yes: bool| yes.then(|| "on".to_owned());
        let kind = |kind| tick(policy.kinds.kinds().contains(kind));
        let announced = policy.second_factor.announced(now);
        let week = date(now, zone).checked_add(jiff::Span::new().days(NOTICE_DAYS)).unwrap_or_default();
        Self {
            version,
            second: tick(policy.second_factor != Demand::Optional),
            when: if policy.second_factor.binds(now) { "now" } else { "date" }.to_owned(),
            date: announced.map_or(week, |from| date(from, zone)).to_string(),
            limit: tick(policy.remembering == Remembering::Never),
            networks: tick(policy.new_networks != NewNetworks::UsersChoice),
            administrator: tick(policy.new_networks == NewNetworks::AdministratorOnly),
            totp: kind(FactorKind::Totp),
            security_key: kind(FactorKind::SecurityKey),
            sms: kind(FactorKind::Sms),
            email: kind(FactorKind::Email),
            idle: policy.sessions.idle_minutes.map(|minutes| minutes.to_string()).unwrap_or_default(),
            absolute: policy.sessions.absolute_hours.map(|hours| hours.to_string()).unwrap_or_default(),
            tell: None,
        }
    }

    /// The rules that it means; what the form does not hold stays as in `current`.
    pub(in crate::features::security_center) fn policy(
        &self,
        current: Policy,
        now: Timestamp,
        zone: &TimeZone,
    ) -> Result<Policy, Faulty> {
        Ok(Policy {
            second_factor: self.demand(current.second_factor, now, zone)?,
            remembering: if self.limit.is_some() { Remembering::Never } else { Remembering::Allowed },
            new_networks: match (&self.networks, &self.administrator) {
                (None, _) => NewNetworks::UsersChoice,
                (Some(_), None) => NewNetworks::ConfirmByMail,
                (Some(_), Some(_)) => NewNetworks::AdministratorOnly,
            },
            kinds: self.kinds(current.kinds),
            sessions: SessionLimits {
                idle_minutes: limit(&self.idle, 5, 24 * 60)?,
                absolute_hours: limit(&self.absolute, 1, 24 * 30)?,
            },
            ..current
        })
    }

    fn demand(&self, current: Demand, now: Timestamp, zone: &TimeZone) -> Result<Demand, Faulty> {
        if self.second.is_none() {
            return Ok(Demand::Optional);
        }
        if self.when != "date" {
            // What binds already keeps its date.
            return Ok(if current.binds(now) { current } else { Demand::Required { from: now } });
        }
        let day: Date = self.date.trim().parse().map_err(|_| Faulty::Date)?;
        let start = day.to_zoned(zone.clone()).map_err(|_| Faulty::Date)?;
        let from = Timestamp::from_millis(start.timestamp().as_millisecond());
        let today = date(now, zone);
        let furthest = today.checked_add(jiff::Span::new().days(FURTHEST_DAYS)).map_err(|_| Faulty::Date)?;
        if day < today || day > furthest {
            return Err(Faulty::Date);
        }
        // A day that has begun binds already, from the moment of saving.
        Ok(Demand::Required { from: if from < now { now } else { from } })
    }

    fn kinds(&self, current: AllowedKinds) -> AllowedKinds {
        let ticked = [&self.security_key, &self.totp, &self.sms, &self.email];
        let kinds = KINDS.into_iter().zip(ticked).fold(current.kinds(), |kinds, (kind, ticked)| {
            if ticked.is_some() { kinds.with(kind) } else { kinds.without(kind) }
        });
        // Only a choice makes another rule of it: passkeys and recovery codes are no choice here.
        if kinds == current.kinds() { current } else { AllowedKinds::new(kinds) }
    }
}

impl Draft {
    /// The form as a part of an address, so that what was filled in survives proving again who one is.
    pub(in crate::features::security_center) fn code(&self) -> String {
        let mut words = vec![format!("version-{}", self.version)];
        let (mut form, plain) = (self.clone(), |text: &String| {
            text.chars().filter(|c| c.is_ascii_digit() || *c == '-').take(10).collect::<String>()
        });
        words.extend(form.ticks().into_iter().filter(|(_, tick)| tick.is_some()).map(|(name, _)| name.to_owned()));
        words.extend((self.when == "date").then(|| format!("date-{}", plain(&self.date))));
        for (name, text) in [("idle", &self.idle), ("absolute", &self.absolute)] {
            words.extend((!text.is_empty()).then(|| format!("{name}-{}", plain(text))));
        }
        words.join("_")
    }

    /// The form that an address holds; words that it cannot hold are left out.
    pub(in crate::features::security_center) fn read(code: &str) -> Self {
        let mut form = Self { when: "now".to_owned(), ..Self::default() };
        for word in code.split('_') {
            match word.split_once('-') {
                Some(("version", number)) => form.version = number.parse().unwrap_or(-1),
                Some(("date", date)) => (form.when, form.date) = ("date".to_owned(), date.to_owned()),
                Some(("idle", minutes)) => minutes.clone_into(&mut form.idle),
                Some(("absolute", hours)) => hours.clone_into(&mut form.absolute),
                _ => {
                    let ticks = form.ticks().into_iter();
                    for (_, tick) in ticks.filter(|(name, _)| *name == word) {
                        *tick = Some("on".to_owned());
                    }
                }
            }
        }
        form
    }

    /// A form for the samples of the page.
    pub(in crate::features::security_center) fn sample() -> Self {
        Self { date: "2026-12-01".to_owned(), ..Self::read("date-2026-12-01_limit_totp_key_sms") }
    }

    fn ticks(&mut self) -> [(&'static str, &mut Ticked); 9] {
        [
            ("second", &mut self.second),
            ("limit", &mut self.limit),
            ("networks", &mut self.networks),
            ("administrator", &mut self.administrator),
            ("totp", &mut self.totp),
            ("key", &mut self.security_key),
            ("sms", &mut self.sms),
            ("email", &mut self.email),
            ("tell", &mut self.tell),
        ]
    }
}

/// The kinds that the form is about.
pub(in crate::features::security_center) fn offered() -> FactorKinds {
    FactorKinds::of(&KINDS)
}

fn date(at: Timestamp, zone: &TimeZone) -> Date {
    jiff::Timestamp::from_millisecond(at.millis()).unwrap_or_default().to_zoned(zone.clone()).date()
}

fn limit(text: &str, least: u32, most: u32) -> Result<Option<u32>, Faulty> {
    if text.is_empty() {
        return Ok(None);
    }
    let number: u32 = text.parse().map_err(|_| Faulty::Limit)?;
    if (least..=most).contains(&number) { Ok(Some(number)) } else { Err(Faulty::Limit) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 24 November 2026, 14:05 in Utrecht.
    const NOW: Timestamp = Timestamp::from_millis(1_795_525_500_000);

    fn zone() -> TimeZone {
        TimeZone::get("Europe/Amsterdam").unwrap()
    }

    fn policies() -> Vec<Policy> {
        let demands = [
            Demand::Optional,
            Demand::Required { from: Timestamp::from_seconds(5) },
            // Midnight of 1 December.
            Demand::Required { from: Timestamp::from_millis(1_796_079_600_000) },
        ];
        let networks = [NewNetworks::UsersChoice, NewNetworks::ConfirmByMail, NewNetworks::AdministratorOnly];
        let kinds =
            [FactorKinds::ALL, FactorKinds::of(&[FactorKind::Totp, FactorKind::RecoveryCode]), FactorKinds::NONE];
        let limits = [None, Some(30)];
        (0..108)
            .map(|n| Policy {
                second_factor: demands[n % 3],
                new_networks: networks[n / 3 % 3],
                kinds: AllowedKinds::new(kinds[n / 9 % 3]),
                remembering: [Remembering::Allowed, Remembering::Never][n / 27 % 2],
                sessions: SessionLimits { idle_minutes: limits[n / 54], absolute_hours: limits[n / 54] },
                remembered_claims_mfa: n % 2 == 0,
            })
            .collect()
    }

    #[test]
    fn a_form_that_nobody_changes_means_the_rules_that_it_was_made_from() {
        for policy in policies() {
            let draft = Draft::of(policy, 7, NOW, &zone());
            assert_eq!(draft.policy(policy, NOW, &zone()), Ok(policy), "{draft:?}");
            assert_eq!(draft.version, 7);
        }
    }

    #[test]
    fn a_form_reads_back_from_its_address() {
        for policy in policies() {
            let draft = Draft::of(policy, 7, NOW, &zone());
            let code = draft.code();
            let read = Draft::read(&code);
            assert_eq!(read.code(), code);
            assert_eq!(read.policy(Policy::default(), NOW, &zone()), draft.policy(Policy::default(), NOW, &zone()));
            assert_eq!(read.version, 7);
            let plain = code.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
            assert!(plain && code.len() < 150, "it fits where we let addresses of our own come back: {code}");
        }
        let odd = Draft { when: "date".to_owned(), date: "tomorrow/<b>".to_owned(), ..Draft::default() };
        assert_eq!(odd.code(), "version-0_date-");
        assert_eq!(Draft::read("x_version-y_<b>_second").second.as_deref(), Some("on"));
    }

    #[test]
    fn a_week_is_proposed_and_a_day_begins_at_midnight_in_the_office() {
        let mut draft = Draft::of(Policy::default(), 0, NOW, &zone());
        assert_eq!((draft.when.as_str(), draft.date.as_str()), ("date", "2026-12-01"));
        draft.second = Some("on".to_owned());
        let from = |draft: &Draft| draft.policy(Policy::default(), NOW, &zone()).map(|policy| policy.second_factor);
        let midnight = Timestamp::from_millis(1_796_079_600_000);
        assert_eq!(from(&draft), Ok(Demand::Required { from: midnight }));
        for wrong in ["", "2026-11-23", "2028-01-01", "2026-02-30", "tomorrow"] {
            draft.date = wrong.to_owned();
            assert_eq!(from(&draft), Err(Faulty::Date), "{wrong}");
        }
        draft.date = "2026-11-24".to_owned();
        assert_eq!(from(&draft), Ok(Demand::Required { from: NOW }), "today means from now on");
        draft.when = "now".to_owned();
        assert_eq!(from(&draft), Ok(Demand::Required { from: NOW }));
    }

    #[test]
    fn a_limit_is_a_number_that_makes_sense() {
        for (idle, absolute, right) in
            [("", "", true), ("5", "1", true), ("4", "", false), ("", "0", false), ("-1", "", false), ("x", "", false)]
        {
            let draft = Draft { idle: idle.to_owned(), absolute: absolute.to_owned(), ..Draft::default() };
            assert_eq!(draft.policy(Policy::default(), NOW, &zone()).is_ok(), right, "{idle} {absolute}");
        }
    }

    #[test]
    fn the_kinds_on_the_form_are_all_but_passkeys_and_recovery_codes() {
        let rest = FactorKinds::of(&[FactorKind::Passkey, FactorKind::RecoveryCode]);
        assert_eq!(offered().or(rest), FactorKinds::ALL);
    }
}
