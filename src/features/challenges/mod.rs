//! Codes that are sent: six digits by mail or text message, bound to what they are for and where they were asked for.
//!
//! With a code by mail goes a link. Opening it changes nothing and signs nobody in: on its page the person confirms, and
//! the page that waits goes on, or stops the sign-in.

mod rules;
mod store;

use tracing::warn;

use crate::domain::ids::ChallengeId;
use crate::domain::phone::PhoneRefusal;
use crate::domain::secret::Fingerprint;
use crate::domain::{PhoneNumber, Secret, Timestamp};
use crate::features::accounts::Account;
use crate::features::audit::{self, Event, Ink};
use crate::features::outbox::{Letter, Message, PostError, Recipient, post};
use crate::features::throttles::{Blocked, reserve};
use crate::keys::Place;
use crate::storage::{Reader, Writer};
use crate::web::{AppState, Context, Error, metrics, urls};

use rules::{Asker, LOOKED_AT, block_of, counters, is_live, is_pumped, matching_number};

pub use rules::{Bond, Link, LinkState, Purpose, in_threes, is_filler, lifetime, six_digits, six_random_digits};
pub use store::links::{confirm_link, deny_link, end_challenges_of, end_link, find_link, is_confirmed, take_confirmed};
pub use store::remove_old_challenges;

/// A code that waits to be typed.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// When it was sent.
    pub sent_at: Timestamp,
    /// The number that it went to, where that is not enrolled yet.
    pub number: Option<PhoneNumber>,
    /// Whether its code may still be typed; else only its link works.
    pub takes_code: bool,
    /// What another device is asked for that opens the link; none where no link was sent.
    pub matching_number: Option<i64>,
}

/// What a message that carries a code is made from.
#[derive(Debug)]
pub struct Sent {
    /// The code, as it is read.
    pub code: String,
    /// How long it works.
    pub minutes: u64,
    /// The link that does the same; none where none goes with it.
    pub link: Option<String>,
}

/// Why no code was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotSent {
    /// Enough were sent for now.
    TooMany(Blocked),
    /// Nothing can be sent today.
    Unavailable,
    /// Not to this number.
    Refused(PhoneRefusal),
}

/// What became of a code that was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checked {
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

/// The code that waits for this, if one was sent and may still be typed, or its link be opened.
///
/// # Errors
///
/// When the database refuses.
pub async fn waiting(db: &Reader, state: &AppState, bond: &Bond, now: Timestamp) -> Result<Option<Waiting>, Error> {
    // The link outlives the code, and with it the number that its page asks for.
    let waits = |row: &store::Row| {
        is_live(row.tries, row.expires_at, now)
            || (row.link.is_some() && now.since(row.created_at) < rules::LINK_LIFETIME)
    };
    let found = store::latest(db, bond).await?.filter(waits);
    let Some(row) = found else { return Ok(None) };
    let number = match &row.destination {
        Some(sealed) => {
            let opened = state.vault.open(place(&row.id.to_string()), sealed)?;
            std::str::from_utf8(opened.expose()).ok().and_then(|number| number.parse().ok())
        }
        None => None,
    };
    let matching_number = row.link.is_some().then_some(row.matching_number);
    let takes_code = is_live(row.tries, row.expires_at, now);
    Ok(Some(Waiting { sent_at: row.created_at, number, takes_code, matching_number }))
}

/// Sends a code in the message that `write` makes of it, within the limits; an earlier one for the same ends. `event` is
/// what the audit says of it.
///
/// # Errors
///
/// When the database refuses.
pub async fn send<M: Message>(
    state: &AppState,
    context: &Context,
    bond: &Bond,
    (account, app): (&Account, Option<&str>),
    (to, event): (Recipient, Event),
    write: impl FnOnce(Sent) -> M,
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
    let block = block_of(&to).map(hidden);
    if let Some(block) = &block
        && is_pumped(&store::last_sent_to(state.db.reading(), block, LOOKED_AT).await?, now)
    {
        // Nobody but the operator can do something about it.
        warn!("no text message was sent: of the last {LOOKED_AT} to the same block of numbers hardly any was used");
        metrics::count("outbox_sms_total", "pumped");
        return Ok(Err(NotSent::Unavailable));
    }
    let code = six_random_digits(random);
    let id = ChallengeId::new(now, random);
    let (address, destination) = match &to {
        Recipient::Mail(email) => (email.as_str(), None),
        Recipient::Sms(number) if bond.purpose == Purpose::Enrol => {
            let sealed = state.vault.seal(place(&id.to_string()), number.as_str().as_bytes(), random);
            (number.as_str(), Some(sealed))
        }
        Recipient::Sms(number) => (number.as_str(), None),
    };
    let tag = state.mac.tag(TAG, &parts(bond, &bond.purpose(), &bond.account.to_string(), address, &code));
    let expires_at = now.after(lifetime(bond.kind));
    let secret = bond.has_link().then(|| random.secret());
    let row = store::Row {
        id,
        code: tag,
        link: secret.as_ref().map(|secret| Fingerprint::of(secret.expose())),
        matching_number: if secret.is_some() { matching_number(random) } else { 0 },
        destination,
        tries: 0,
        created_at: now,
        expires_at,
        asker: Asker {
            network: context.client_ip.network(),
            user_agent: context.user_agent.clone(),
            app: app.map(str::to_owned),
        },
        block,
    };
    let message = write(Sent {
        code: in_threes(&code),
        minutes: lifetime(bond.kind).as_secs() / 60,
        link: secret.as_ref().map(|secret| link_of(state, secret)),
    });
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

/// What is written in the mail: our own address, never the one that the request came to.
fn link_of(state: &AppState, secret: &Secret<String>) -> String {
    format!("{}{}", state.config.server.issuer(), urls::mail_link(secret.expose()))
}

/// Looks at six digits, and uses the code up when they are right. `to` is where the code must have been sent to: one
/// that went to an address or number of before does not count.
///
/// # Errors
///
/// When the database refuses.
pub async fn check(
    db: &mut Writer,
    state: &AppState,
    bond: &Bond,
    (to, code): (&str, &str),
    now: Timestamp,
) -> Result<Checked, Error> {
    let Some(row) = store::latest(db, bond).await? else { return Ok(Checked::Expired) };
    // What a mail says about a place confirms that place and no other.
    if bond.network.is_some_and(|network| network != row.asker.network) {
        return Ok(Checked::Expired);
    }
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
