//! Who may let whom back in, and how long everything takes.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use strum::{Display, EnumString, IntoStaticStr};

use crate::config;
use crate::domain::ids::{AccountId, OrganisationId, RecoveryCaseId};
use crate::domain::{FactorKind, Timestamp};
use crate::features::throttles::{Counter, Limit};

/// How long a case waits for what comes next.
pub(super) const CASE_LIFETIME: Duration = Duration::from_hours(72);
/// How long the link works.
pub(super) const LINK_LIFETIME: Duration = Duration::from_hours(1);
/// How long ago a helper may have used a passkey when a page is opened, and when its form comes back.
pub(super) const STRONG_TO_LOOK: Duration = Duration::from_mins(5);
pub(super) const STRONG_TO_ACT: Duration = Duration::from_mins(15);
/// The fewest characters of a reason.
pub(super) const LEAST_REASON: usize = 20;
/// The most characters of anything that is typed.
pub(super) const MOST_TYPED: usize = 500;

/// How far a case has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Display, EnumString, IntoStaticStr, Serialize)]
#[strum(serialize_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub(super) enum CaseState {
    /// The person asked; nobody has checked anything yet.
    Asked,
    /// Somebody checked and asked for a second signature.
    Waiting,
    /// A second person signed; the owner has time to stop it.
    Approved,
    /// The link was mailed.
    LinkSent,
    /// The link was used.
    Used,
    /// The second person said no.
    Rejected,
    /// The owner stopped it.
    Stopped,
    /// One of those who may have a hand in it stopped it.
    Withdrawn,
    /// Somebody whose signature it bears may not sign any more.
    Void,
}

/// What is taken away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Removes {
    /// Every second factor, and the recovery codes with them.
    pub(super) second_factor: bool,
    /// Every passkey.
    pub(super) passkeys: bool,
}

impl Removes {
    /// Whether a factor of this kind is taken away.
    pub(super) fn includes(self, kind: FactorKind) -> bool {
        if kind == FactorKind::Passkey { self.passkeys } else { self.second_factor }
    }

    /// Whether nothing is.
    pub(super) const fn is_nothing(self) -> bool {
        !self.second_factor && !self.passkeys
    }
}

/// How somebody made sure who they are talking to.
pub(super) const CHECKS: [&str; 3] = ["called", "document", "colleague"];

/// A check that was made, and what it showed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Check {
    /// One of [`CHECKS`].
    pub(super) kind: String,
    /// What it showed.
    pub(super) evidence: String,
}

/// A request to let somebody back in.
#[derive(Clone, Debug)]
pub(super) struct Case {
    /// Its identifier.
    pub(super) id: RecoveryCaseId,
    /// Whom.
    pub(super) account: AccountId,
    /// Their home organisation when it was opened.
    pub(super) organisation: OrganisationId,
    /// How far it has come.
    pub(super) state: CaseState,
    /// What is taken away.
    pub(super) removes: Removes,
    /// Why.
    pub(super) reason: String,
    /// What was checked.
    pub(super) checks: Vec<Check>,
    /// What the second person checked.
    pub(super) own_check: Option<String>,
    /// Who asked for the second signature.
    pub(super) requested_by: Option<AccountId>,
    /// Who set it, or said no.
    pub(super) decided_by: Option<AccountId>,
    /// When it was opened.
    pub(super) created_at: Timestamp,
    /// Until when it waits for what comes next.
    pub(super) expires_at: Timestamp,
    /// When the link is sent.
    pub(super) effective_at: Option<Timestamp>,
}

impl Case {
    /// Whether something may still come of it.
    pub(super) fn is_open(&self, now: Timestamp) -> bool {
        let moves =
            matches!(self.state, CaseState::Asked | CaseState::Waiting | CaseState::Approved | CaseState::LinkSent);
        moves && now < self.expires_at
    }

    /// Whether it came to an end, by age aside.
    fn is_over(&self) -> bool {
        use CaseState::{Rejected, Stopped, Used, Void, Withdrawn};
        matches!(self.state, Used | Rejected | Stopped | Withdrawn | Void)
    }

    /// The word for where it stands.
    pub(super) fn word(&self, now: Timestamp) -> &'static str {
        if self.is_over() || self.is_open(now) { self.state.into() } else { "expired" }
    }
}

/// Somebody and where they are at home.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Who {
    /// Who.
    pub(super) account: AccountId,
    /// Where.
    pub(super) home: OrganisationId,
    /// Whether they look after the people there.
    pub(super) administers: bool,
    /// Whether they are of the helpdesk, or look after the whole instance.
    pub(super) helps_everybody: bool,
    /// Whether they look after the whole instance.
    pub(super) runs_everything: bool,
    /// Since when they have that say.
    pub(super) since: Timestamp,
    /// Who invited them, and who gave them that say; none for the operator.
    pub(super) brought_in_by: [Option<AccountId>; 3],
}

impl Who {
    fn was_brought_in_by(self, other: AccountId) -> bool {
        self.brought_in_by.contains(&Some(other))
    }
}

/// Why somebody may not have a hand in a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub(super) enum Conflict {
    /// It is their own account.
    Own,
    /// The account looks after them: their say over it would come from itself.
    Manager,
    /// They asked, so somebody else signs.
    Requester,
    /// They have not had their say, or their passkey, for long enough: nobody signs with a colleague whom they invented.
    New,
    /// One of the two signers invited the other, or made them what they are.
    Related,
}

/// Whether `helper` may not have a hand in letting `subject` back in.
pub(super) fn conflict(helper: Who, subject: Who) -> Option<Conflict> {
    if helper.account == subject.account {
        return Some(Conflict::Own);
    }
    let manages = subject.administers && helper.home == subject.home;
    // Nobody gains power over everybody through whoever has it: that is for those who have as much, or the operator.
    let above =
        (subject.runs_everything && !helper.runs_everything) || (subject.helps_everybody && !helper.helps_everybody);
    (manages || above).then_some(Conflict::Manager)
}

/// Whether `helper` may not have the first hand in a case that was opened at `opened`, with signers who have had their say
/// for `least` by then; zero looks at nothing.
pub(super) fn conflict_of_first(helper: Who, subject: Who, (opened, least): (Timestamp, Duration)) -> Option<Conflict> {
    let new = !least.is_zero() && helper.since > opened.before(least);
    conflict(helper, subject).or(new.then_some(Conflict::New))
}

/// Whether `helper` may not countersign with a passkey that was made at `passkey`, after `first`, who asked for it.
pub(super) fn conflict_of_second(
    (helper, passkey): (Who, Timestamp),
    subject: Who,
    first: Option<Who>,
    (opened, least): (Timestamp, Duration),
) -> Option<Conflict> {
    if let Some(conflict) = conflict(helper, subject) {
        return Some(conflict);
    }
    let first = first.filter(|first| first.account == helper.account || !least.is_zero())?;
    if first.account == helper.account {
        return Some(Conflict::Requester);
    }
    if first.was_brought_in_by(helper.account) || helper.was_brought_in_by(first.account) {
        return Some(Conflict::Related);
    }
    (passkey > opened).then_some(Conflict::New).or(conflict_of_first(helper, subject, (opened, least)))
}

/// How long signers must have had their say.
pub(super) fn least_say(settings: &config::SignIn) -> Duration {
    Duration::from_hours(24 * u64::from(settings.recovery_signer_days))
}

/// Whether `helper` may see the cases of `organisation`, which lets the helpdesk help its people until `access`.
pub(super) fn may_see(helper: Who, organisation: OrganisationId, access: Option<Timestamp>, now: Timestamp) -> bool {
    let own = helper.administers && helper.home == organisation;
    own || (helper.helps_everybody && access.is_some_and(|until| now < until))
}

/// How long the owner has to stop an approved case.
pub(super) fn wait(settings: &config::SignIn, subject: Who) -> Duration {
    let minutes = if subject.administers || subject.helps_everybody {
        settings.recovery_wait_minutes_administrators
    } else {
        settings.recovery_wait_minutes
    };
    Duration::from_secs(u64::from(minutes) * 60)
}

/// What a request of a stranger is counted on.
pub(super) fn counters(whom: &str, network: &str) -> [Counter; 2] {
    let counter = |what: &str, whom: &str, most: i64, hours: u64| Counter {
        key: format!("{what}:{whom}"),
        limit: Limit::quota(most, Duration::from_hours(hours)),
    };
    [counter("helpdesk", whom, 3, 24), counter("helpdesk-network", network, 10, 1)]
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

    fn who(account: u8, home: u8, administers: bool, helps_everybody: bool) -> Who {
        let at = Timestamp::from_seconds(1);
        let (account, home) = (AccountId::new(at, &Fixed(account)), OrganisationId::new(at, &Fixed(home)));
        Who { account, home, administers, helps_everybody, runs_everything: false, since: at, brought_in_by: [None; 3] }
    }

    #[test]
    fn nobody_gains_power_over_everybody_by_letting_somebody_in() {
        let office = who(1, 1, true, false);
        let helper = who(2, 2, false, true);
        let operator = Who { runs_everything: true, ..who(3, 3, false, true) };
        let of =
            |helper: Who, subject: Who| conflict(helper, Who { account: who(9, 9, false, false).account, ..subject });
        for subject in [who(4, 1, false, true), Who { runs_everything: true, ..who(5, 1, false, true) }] {
            assert_eq!(of(office, subject), Some(Conflict::Manager), "an office and whoever has a say over everybody");
            assert_eq!(of(operator, subject), None);
        }
        assert_eq!(of(helper, who(4, 4, false, true)), None, "one of the helpdesk and another");
        assert_eq!(of(helper, operator), Some(Conflict::Manager));
        assert_eq!(of(office, who(6, 1, false, false)), None);
    }

    #[test]
    fn nobody_has_a_hand_in_their_own_case_nor_in_that_of_who_looks_after_them() {
        let employee = who(1, 1, false, false);
        let manager = who(2, 1, true, false);
        let helper = who(3, 2, false, true);
        let own_helper = who(4, 1, false, true);
        assert_eq!(conflict(employee, employee), Some(Conflict::Own));
        assert_eq!(conflict(manager, employee), None);
        assert_eq!(conflict(helper, manager), None);
        assert_eq!(conflict(own_helper, manager), Some(Conflict::Manager));
        let other_manager = who(5, 1, true, false);
        assert_eq!(conflict(other_manager, manager), Some(Conflict::Manager));
        let second = |first| conflict_of_second((helper, DAY_10), employee, first, (DAY_10, WEEK));
        assert_eq!(second(Some(helper)), Some(Conflict::Requester));
        assert_eq!(second(Some(manager)), None);
        assert_eq!(second(None), None);
    }

    const DAY: i64 = 86_400;
    const DAY_10: Timestamp = Timestamp::from_seconds(10 * DAY);
    const WEEK: Duration = Duration::from_hours(7 * 24);

    #[test]
    fn nobody_signs_with_a_colleague_whom_they_invented() {
        let subject = who(1, 1, false, false);
        let first = who(2, 1, true, false);
        let second = |helper, passkey| conflict_of_second((helper, passkey), subject, Some(first), (DAY_10, WEEK));
        let old = who(3, 1, true, false);
        assert_eq!(second(old, DAY_10), None);
        assert_eq!(second(old, Timestamp::from_seconds(10 * DAY + 1)), Some(Conflict::New), "a passkey made for it");
        let week = Who { since: Timestamp::from_seconds(3 * DAY), ..old };
        assert_eq!(second(week, DAY_10), None);
        let newer = Who { since: Timestamp::from_seconds(3 * DAY + 1), ..old };
        assert_eq!(second(newer, DAY_10), Some(Conflict::New));
        assert_eq!(conflict_of_first(newer, subject, (DAY_10, WEEK)), Some(Conflict::New));
        for place in 0..3 {
            let mut brought = old;
            brought.brought_in_by[place] = Some(first.account);
            assert_eq!(second(brought, DAY_10), Some(Conflict::Related));
            // The other way round it is the same pair.
            let pair = conflict_of_second((first, DAY_10), subject, Some(brought), (DAY_10, WEEK));
            assert_eq!(pair, Some(Conflict::Related));
            let off = (DAY_10, Duration::ZERO);
            assert_eq!(conflict_of_second((brought, DAY_10), subject, Some(first), off), None, "switched off");
            assert_eq!(conflict_of_second((first, DAY_10), subject, Some(first), off), Some(Conflict::Requester));
        }
    }

    #[test]
    fn the_helpdesk_sees_only_who_lets_it_and_administrators_their_own() {
        let now = Timestamp::from_seconds(100);
        let (helper, manager) = (who(3, 2, false, true), who(2, 1, true, false));
        let office = manager.home;
        let until = |seconds| Some(Timestamp::from_seconds(seconds));
        assert!(may_see(helper, office, until(101), now));
        assert!(!may_see(helper, office, until(100), now) && !may_see(helper, office, None, now));
        assert!(may_see(manager, office, None, now));
        assert!(!may_see(manager, helper.home, until(101), now));
        assert!(!may_see(who(9, 1, false, false), office, until(101), now));
    }

    #[test]
    fn administrators_and_helpers_have_a_day_to_stop_it() {
        let settings = config::SignIn::default();
        assert_eq!(wait(&settings, who(1, 1, false, false)), Duration::from_hours(1));
        assert_eq!(wait(&settings, who(1, 1, true, false)), Duration::from_hours(24));
        assert_eq!(wait(&settings, who(1, 1, false, true)), Duration::from_hours(24));
    }

    #[test]
    fn second_factors_and_passkeys_are_taken_away_apart() {
        let passkeys = Removes { passkeys: true, ..Removes::default() };
        assert!(passkeys.includes(FactorKind::Passkey) && !passkeys.includes(FactorKind::Totp));
        let second = Removes { second_factor: true, ..Removes::default() };
        assert!(second.includes(FactorKind::RecoveryCode) && !second.includes(FactorKind::Passkey));
        assert!(Removes::default().is_nothing() && !second.is_nothing());
    }
}
