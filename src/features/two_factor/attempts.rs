//! Attempts at a second step, counted by account and kind whatever path they come by, before anything is verified.

use std::time::Duration;

use crate::domain::ids::{AccountId, InteractionId};
use crate::domain::{FactorKind, Timestamp};
use crate::features::accounts::{Account, tell_owner};
use crate::features::outbox::{Particulars, PasswordGuessed};
use crate::features::throttles::{Blocked, Counter, Limit, count, forget, reserve, take_back};
use crate::storage::{StorageError, Writer};
use crate::web::{AppState, Context, Error};

/// So many without waiting, so many in an hour, so many in a day.
const FREE: i64 = 5;
const IN_AN_HOUR: i64 = 10;
const IN_A_DAY: i64 = 30;
const LONGEST: Duration = Duration::from_mins(1);

const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);

/// After so many wrong second steps in one sign-in its owner is told that somebody may know the password.
const TELL_AT: i64 = 3;

fn keys(account: AccountId, kind: FactorKind) -> (String, String) {
    (format!("second:{account}:{kind}"), format!("second-day:{account}:{kind}"))
}

/// Counts an attempt; says so when it must not be looked at.
pub(super) async fn begin(
    state: &AppState,
    account: AccountId,
    kind: FactorKind,
    now: Timestamp,
) -> Result<Option<Blocked>, StorageError> {
    let (hour, day) = keys(account, kind);
    let limit = Limit { free: FREE, most: IN_AN_HOUR, longest: LONGEST, window: HOUR };
    let counters = [Counter { key: hour, limit }, Counter { key: day, limit: Limit::quota(IN_A_DAY, DAY) }];
    reserve(&state.db, &counters, now).await
}

/// Takes back what a right one was counted for.
pub(super) async fn forgive(db: &mut Writer, account: AccountId, kind: FactorKind) -> Result<(), StorageError> {
    let (hour, day) = keys(account, kind);
    forget(db, &hour).await?;
    take_back(db, &day).await
}

/// Counts a wrong second step, and tells the owner, once in a sign-in, that somebody knows the password and not more.
pub(super) async fn count_wrong(
    db: &mut Writer,
    state: &AppState,
    context: &Context,
    (account, app): (&Account, Option<&str>),
    interaction: InteractionId,
) -> Result<(), Error> {
    let wrong = count(db, &format!("second-wrong:{interaction}"), HOUR, context.now).await?;
    if wrong != TELL_AT {
        return Ok(());
    }
    let particulars = Particulars::of(context, account.email.as_str(), app);
    let mail = PasswordGuessed { name: account.name.clone(), particulars };
    tell_owner(db, state, account, &mail, context.now).await
}
