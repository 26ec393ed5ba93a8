//! How everything is: one source for the first page of the console and for `/healthz`.

use std::time::Duration;

use serde::Serialize;
use tokio::time::timeout;

use super::store::last_written;
use crate::domain::Timestamp;
use crate::features::backup::{LastBackups, find_last_backups};
use crate::features::outbox::{Channel, Traffic, traffic};
use crate::features::signing::{Signing, list_keys, next_rotation};
use crate::web::tls::certificate_ends_at;
use crate::web::{AppState, Error};

/// How long the database may take to show that it takes writes.
const PROBE: Duration = Duration::from_secs(2);
/// How long a message may wait before somebody should look.
const WAITS: Duration = Duration::from_mins(10);
/// How old the last backup may be.
const STALE: Duration = Duration::from_hours(24 * 7);
/// How far the clock may lie behind what was written.
const DRIFT: Duration = Duration::from_mins(1);
/// How long before the end of a certificate somebody should look.
const EXPIRES: Duration = Duration::from_hours(24 * 21);

/// How something is, the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// It works.
    Good,
    /// It is not in use.
    Off,
    /// It works, and somebody should look at it.
    Warning,
    /// It does not work.
    Bad,
}

/// One thing, and how it is.
#[derive(Clone, Debug, Serialize)]
pub struct Check {
    /// What: `database`, `keys`, `mail`, `sms`, `queue`, `backup`, `clock` or `certificate`.
    pub what: &'static str,
    /// How it is.
    pub condition: Condition,
    /// The sentence about it, as the key of its words has it.
    pub says: &'static str,
    /// A moment that it names, in milliseconds since 1970.
    pub at: Option<i64>,
    /// A number that it names.
    pub count: i64,
    /// What a mail server or gateway answered.
    pub answer: Option<String>,
}

impl Check {
    pub(super) const fn new(what: &'static str, condition: Condition, says: &'static str) -> Self {
        Self { what, condition, says, at: None, count: 0, answer: None }
    }

    fn at(mut self, at: Option<Timestamp>) -> Self {
        self.at = at.map(Timestamp::millis);
        self
    }
}

/// Whether requests can be answered at all: the worst of the database and the keys. The other things hold up something,
/// and not everything.
#[must_use]
pub fn overall(checks: &[Check]) -> Condition {
    let vital = checks.iter().filter(|check| matches!(check.what, "database" | "keys"));
    let worst = vital.map(|check| check.condition).max().unwrap_or(Condition::Good);
    let any = checks.iter().any(|check| matches!(check.condition, Condition::Warning | Condition::Bad));
    if worst == Condition::Bad {
        Condition::Bad
    } else if any {
        Condition::Warning
    } else {
        Condition::Good
    }
}

/// Looks at everything. What cannot be looked at is bad, and no error.
pub async fn look(state: &AppState) -> Vec<Check> {
    let writes = timeout(PROBE, state.db.probe()).await;
    let database = if matches!(writes, Ok(Ok(()))) {
        Check::new("database", Condition::Good, "database-good")
    } else {
        Check::new("database", Condition::Bad, "database-bad")
    };
    let asleep = database.condition == Condition::Bad;
    let mut checks = vec![database];
    if asleep {
        // Everything else stands on it, and would only wait.
        return checks;
    }
    checks.push(keys(state).await.unwrap_or(Check::new("keys", Condition::Bad, "keys-bad")));
    for (what, channel, is_on) in [
        ("mail", Channel::Mail, state.config.mail.is_on()),
        ("sms", Channel::Sms, state.config.sms.gateway_url.is_some()),
    ] {
        match traffic(state.db.reading(), channel).await {
            Ok(traffic) => checks.extend(messages((what, is_on), &traffic, state.now())),
            Err(_) => checks.push(Check::new(what, Condition::Bad, "unknown")),
        }
    }
    checks.push(backups(state).await.unwrap_or(Check::new("backup", Condition::Bad, "unknown")));
    checks.push(clock(state).await.unwrap_or(Check::new("clock", Condition::Bad, "unknown")));
    checks.push(certificate(state));
    checks
}

async fn keys(state: &AppState) -> Result<Check, Error> {
    Signing::ring(state).await?;
    let next = next_rotation(state, &list_keys(state).await?);
    Ok(Check::new("keys", Condition::Good, "keys-good").at(next))
}

/// How messages leave in one channel, and what waits there.
fn messages((what, is_on): (&'static str, bool), traffic: &Traffic, now: Timestamp) -> Vec<Check> {
    let last = match (is_on, traffic.last_sent, traffic.failed()) {
        (false, ..) => Check::new(what, Condition::Off, "messages-off"),
        (true, _, Some(failed)) => Check::new(what, Condition::Bad, "messages-failed").at(Some(failed)),
        (true, None, _) => Check::new(what, Condition::Good, "messages-none"),
        (true, sent, _) => Check::new(what, Condition::Good, "messages-sent").at(sent),
    };
    let mut all =
        vec![Check { answer: traffic.last_answer.clone().filter(|_| last.condition == Condition::Bad), ..last }];
    if traffic.waiting > 0 {
        let late = traffic.waits_since.is_some_and(|since| now.since(since) > WAITS);
        let condition = if late { Condition::Warning } else { Condition::Good };
        let queue = Check::new("queue", condition, "queue-waits").at(traffic.waits_since);
        all.push(Check { count: traffic.waiting, ..queue });
    }
    all
}

async fn backups(state: &AppState) -> Result<Check, Error> {
    Ok(backup(find_last_backups(state.db.reading()).await?, state.now()))
}

/// How the backups go that are made with our own command; others nobody tells us of.
fn backup(last: LastBackups, now: Timestamp) -> Check {
    match (last.done, last.failed) {
        (done, Some(failed)) if done.is_none_or(|(at, _)| at < failed) => {
            Check::new("backup", Condition::Bad, "backup-failed").at(Some(failed))
        }
        (None, _) => Check::new("backup", Condition::Off, "backup-none"),
        (Some((at, count)), _) => {
            let old = now.since(at) > STALE;
            let (condition, says) =
                if old { (Condition::Warning, "backup-old") } else { (Condition::Good, "backup-good") };
            Check { count, ..Check::new("backup", condition, says).at(Some(at)) }
        }
    }
}

async fn clock(state: &AppState) -> Result<Check, Error> {
    let last = last_written(state.db.reading()).await?;
    let behind = last.is_some_and(|last| last.since(state.now()) > DRIFT);
    Ok(if behind {
        Check::new("clock", Condition::Bad, "clock-bad").at(last)
    } else {
        Check::new("clock", Condition::Good, "clock-good")
    })
}

fn certificate(state: &AppState) -> Check {
    let Some(file) = &state.config.server.tls.certificate_file else {
        return Check::new("certificate", Condition::Off, "certificate-off");
    };
    let Some(ends) = certificate_ends_at(file) else {
        return Check::new("certificate", Condition::Bad, "certificate-bad");
    };
    let left = ends.since(state.now());
    let condition = match left {
        left if left.is_zero() => Condition::Bad,
        left if left < EXPIRES => Condition::Warning,
        _ => Condition::Good,
    };
    let days = i64::try_from(left.as_secs() / 86_400).unwrap_or(i64::MAX);
    Check { count: days, ..Check::new("certificate", condition, "certificate-ends").at(Some(ends)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(second: i64) -> Timestamp {
        Timestamp::from_seconds(second)
    }

    #[test]
    fn a_failure_after_the_last_success_is_bad_and_before_it_is_not() {
        let traffic = |last_sent, last_failed| Traffic {
            waiting: 0,
            waits_since: None,
            last_sent,
            last_failed,
            last_answer: Some("550 no".to_owned()),
        };
        let condition = |traffic: &Traffic| messages(("mail", true), traffic, at(100))[0].condition;
        assert_eq!(condition(&traffic(Some(at(5)), Some(at(9)))), Condition::Bad);
        assert_eq!(condition(&traffic(Some(at(9)), Some(at(5)))), Condition::Good);
        assert_eq!(condition(&traffic(None, None)), Condition::Good);
        assert_eq!(messages(("mail", false), &traffic(None, Some(at(5))), at(9))[0].condition, Condition::Off);
    }

    #[test]
    fn what_waits_for_long_is_a_warning() {
        let traffic =
            Traffic { waiting: 3, waits_since: Some(at(0)), last_sent: None, last_failed: None, last_answer: None };
        let queue = |now| messages(("mail", true), &traffic, now)[1].clone();
        assert_eq!((queue(at(60)).condition, queue(at(60)).count), (Condition::Good, 3));
        assert_eq!(queue(at(601)).condition, Condition::Warning);
    }

    #[test]
    fn a_backup_that_failed_after_the_last_one_or_is_old_shows() {
        let says = |done: Option<i64>, failed: Option<i64>, now: i64| {
            let last = LastBackups { done: done.map(|second| (at(second), 7)), failed: failed.map(at) };
            let check = backup(last, at(now));
            (check.condition, check.says, check.at)
        };
        assert_eq!(says(None, None, 9), (Condition::Off, "backup-none", None));
        assert_eq!(says(Some(5), None, 9), (Condition::Good, "backup-good", Some(5000)));
        assert_eq!(says(Some(5), Some(4), 9), (Condition::Good, "backup-good", Some(5000)));
        assert_eq!(says(Some(5), Some(6), 9), (Condition::Bad, "backup-failed", Some(6000)));
        assert_eq!(says(None, Some(6), 9), (Condition::Bad, "backup-failed", Some(6000)));
        let week = 7 * 24 * 3600;
        assert_eq!(says(Some(5), None, 5 + week).0, Condition::Good);
        assert_eq!(says(Some(5), None, 6 + week), (Condition::Warning, "backup-old", Some(5000)));
    }

    #[test]
    fn mail_that_fails_is_a_warning_for_the_whole_and_a_dead_database_is_not_alive() {
        let good = Check::new("database", Condition::Good, "database-good");
        let mail = Check::new("mail", Condition::Bad, "messages-failed");
        let off = Check::new("sms", Condition::Off, "messages-off");
        assert_eq!(overall(&[good.clone(), off]), Condition::Good);
        assert_eq!(overall(&[good, mail]), Condition::Warning);
        assert_eq!(overall(&[Check::new("database", Condition::Bad, "database-bad")]), Condition::Bad);
    }
}
