//! Codes that are sent: six digits by mail or text message, bound to what they are for and where they were asked for.

mod rules;
mod store;

use crate::domain::ids::ChallengeId;
use crate::domain::phone::PhoneRefusal;
use crate::domain::{FactorKind, PhoneNumber, Timestamp};
use crate::features::accounts::Account;
use crate::features::audit::{self, Event, Ink};
use crate::features::outbox::{Letter, Particulars, PostError, Recipient, post};
use crate::features::throttles::{Blocked, reserve};
use crate::keys::Place;
use crate::storage::{Reader, Writer};
use crate::web::{AppState, Context, Error};

use super::rules::six_digits;
use super::views::{CodeMessage, StepProblem};
use super::{Answer, Verdict};
use rules::{counters, in_threes, is_live, six_random_digits};

pub(super) use rules::{Bond, lifetime};
pub use store::remove_old_challenges;

/// A code that waits to be typed.
#[derive(Clone, Debug)]
pub(super) struct Waiting {
    /// When it was sent.
    pub(super) sent_at: Timestamp,
    /// The number that it went to, where that is not enrolled yet.
    pub(super) number: Option<PhoneNumber>,
}

/// Why no code was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NotSent {
    /// Enough were sent for now.
    TooMany(Blocked),
    /// Nothing can be sent today.
    Unavailable,
    /// Not to this number.
    Refused(PhoneRefusal),
}

/// What became of a code that was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Checked {
    /// It is right, and used up.
    Right,
    /// It is not.
    Wrong,
    /// It was tried too often.
    Spent,
    /// It is too old, or none was sent.
    Expired,
}

/// Names a sealed number.
fn place(row: &str) -> Place<'_> {
    Place { table: "challenges", column: "destination", row }
}

/// The keyed tag of a code; no other purpose, account, place or recipient has it.
fn parts<'a>(bond: &'a Bond, purpose: &'a str, account: &'a str, to: &'a str, code: &'a str) -> [&'a str; 5] {
    [purpose, account, &bond.place, to, code]
}

const TAG: &str = "code that was sent";

/// The code that waits for this, if one was sent and may still be typed.
pub(super) async fn waiting(
    db: &Reader,
    state: &AppState,
    bond: &Bond,
    now: Timestamp,
) -> Result<Option<Waiting>, Error> {
    let found = store::latest(db, bond).await?.filter(|row| is_live(row.tries, row.expires_at, now));
    let Some(row) = found else { return Ok(None) };
    let number = match &row.destination {
        Some(sealed) => {
            let opened = state.vault.open(place(&row.id.to_string()), sealed)?;
            std::str::from_utf8(opened.expose()).ok().and_then(|number| number.parse().ok())
        }
        None => None,
    };
    Ok(Some(Waiting { sent_at: row.created_at, number }))
}

/// Sends a code, within the limits; an earlier one for the same ends. `event` is what the audit says of it.
pub(super) async fn send(
    state: &AppState,
    context: &Context,
    bond: &Bond,
    (account, app): (&Account, Option<&str>),
    (to, event): (Recipient, Event),
) -> Result<Result<(), NotSent>, Error> {
    if let Recipient::Sms(number) = &to
        && let Err(refusal) = number.is_allowed(&state.config.sms.allowed_countries)
    {
        return Ok(Err(NotSent::Refused(refusal)));
    }
    let (now, random) = (context.now, state.random.as_ref());
    let network = context.client_ip.network().map_or_else(|| "unknown".to_owned(), |network| network.to_string());
    let hidden = |text: &str| state.mac.tag("recipient of codes", &[text]);
    if let Some(blocked) = reserve(&state.db, &counters(bond, &to, hidden, &network), now).await? {
        return Ok(Err(NotSent::TooMany(blocked)));
    }
    let code = six_random_digits(random);
    let id = ChallengeId::new(now, random);
    let (address, destination) = match &to {
        Recipient::Mail(email) => (email.as_str(), None),
        Recipient::Sms(number) if bond.enrols => {
            let sealed = state.vault.seal(place(&id.to_string()), number.as_str().as_bytes(), random);
            (number.as_str(), Some(sealed))
        }
        Recipient::Sms(number) => (number.as_str(), None),
    };
    let tag = state.mac.tag(TAG, &parts(bond, &bond.purpose(), &bond.account.to_string(), address, &code));
    let expires_at = now.after(lifetime(bond.kind));
    let row = store::Row { id, code: tag, destination, tries: 0, created_at: now, expires_at };
    let message = CodeMessage {
        name: account.name.clone(),
        code: in_threes(&code),
        minutes: lifetime(bond.kind).as_secs() / 60,
        enrols: bond.enrols,
        particulars: Particulars::of(context, account.email.as_str(), app),
    };
    let letter = Letter { to, language: account.language, account: Some(account.id), expires_at, message: &message };
    let mut writer = state.db.writing().await?;
    // The message first: what cannot be sent leaves the earlier code as it is.
    match post(&mut writer, state, letter, now).await {
        Ok(_) => {}
        Err(PostError::OverBudget) => return Ok(Err(NotSent::Unavailable)),
        Err(PostError::Refused(refusal)) => return Ok(Err(NotSent::Refused(refusal))),
        Err(PostError::Fault(fault)) => return Err(fault),
    }
    store::replace(&mut writer, bond, row).await?;
    audit::record(&mut writer, Ink::of(state, now), event).await?;
    writer.commit().await?;
    Ok(Ok(()))
}

/// Looks at six digits, and uses the code up when they are right. `to` is where the code must have been sent to: one
/// that went to an address or number of before does not count.
pub(super) async fn check(
    db: &mut Writer,
    state: &AppState,
    bond: &Bond,
    (to, code): (&str, &str),
    now: Timestamp,
) -> Result<Checked, Error> {
    let Some(row) = store::latest(db, bond).await? else { return Ok(Checked::Expired) };
    // Counted first, and in the same transaction: guesses at the same time are counted one after the other.
    if !store::count_try(db, row.id, now).await? {
        return Ok(if now < row.expires_at { Checked::Spent } else { Checked::Expired });
    }
    let (purpose, account) = (bond.purpose(), bond.account.to_string());
    if !state.mac.verify(TAG, &parts(bond, &purpose, &account, to, code), &row.code) {
        let last = row.tries + 1 >= rules::TRIES;
        return Ok(if last { Checked::Spent } else { Checked::Wrong });
    }
    Ok(if store::use_up(db, row.id, now).await? { Checked::Right } else { Checked::Expired })
}

impl Checked {
    /// What the person is told.
    pub(super) const fn verdict(self) -> Verdict {
        match self {
            Self::Right => Verdict::Right,
            Self::Wrong => Verdict::Wrong(StepProblem::Wrong),
            Self::Spent => Verdict::Wrong(StepProblem::Spent),
            Self::Expired => Verdict::Wrong(StepProblem::Expired),
        }
    }
}

/// Looks at what was typed in a sign-in; the code must have been sent to `to`.
pub(super) async fn verify(answer: Answer<'_>, kind: FactorKind, to: &str) -> Result<Verdict, Error> {
    let Some(code) = six_digits(answer.typed.expose()) else { return Ok(Verdict::Wrong(StepProblem::Shape)) };
    let place = answer.interaction.to_string();
    let bond = Bond { enrols: false, kind, account: answer.account.id, place };
    Ok(check(answer.writer, answer.state, &bond, (to, &code), answer.now).await?.verdict())
}
