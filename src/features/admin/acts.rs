//! Giving and taking power over the instance, and switching people and organisations off: one way for the console and
//! the command line.

use super::messages::InstanceChanged;
use super::store::{count_other_administrators, end_people_of, find_person};
use crate::domain::Timestamp;
use crate::domain::ids::{AccountId, OrganisationId, SessionId};
use crate::features::accounts::{
    Account, InstanceRole, find_account, set_account_disabled, set_instance_role, tell_owner,
};
use crate::features::audit::{self, Chain, Event, Ink, Machine};
use crate::features::factors::end_devices_of_all;
use crate::features::organisations::{find_organisation, restart_roles, set_organisation_disabled};
use crate::features::outbox::Particulars;
use crate::features::sessions::end_everything_else;
use crate::storage::{Versioned, Writer, raise_version};
use crate::web::{Error, Parts};

/// Who does it.
#[derive(Clone, Debug)]
pub struct Doer {
    /// Their account; none for the command line, and for a program.
    pub account: Option<Account>,
    /// The program, and what people call it.
    pub machine: Option<(Machine, String)>,
    /// The session that goes on when they do it to themselves.
    pub session: Option<SessionId>,
    /// What the page called it.
    pub reference: String,
    /// From where.
    pub ip: Option<String>,
    /// When.
    pub now: Timestamp,
}

impl Doer {
    /// The command line.
    #[must_use]
    pub const fn command_line(now: Timestamp) -> Self {
        Self { account: None, machine: None, session: None, reference: String::new(), ip: None, now }
    }

    /// What people call them; none for the command line.
    fn name(&self) -> Option<String> {
        let of_machine = || self.machine.as_ref().map(|(_, name)| name.clone());
        self.account.as_ref().map(|account| account.name.clone()).or_else(of_machine)
    }

    /// An event about somebody or something.
    pub(super) fn event(&self, chain: Chain, kind: &'static str) -> Event {
        let mut event = Event::new(chain, kind, "done").referred_to(&self.reference);
        event.actor = self.account.as_ref().map(|account| account.id);
        event = match (&self.account, &self.machine) {
            (Some(account), _) => event.with_personal("actor_name", account.name.clone()),
            (None, Some((machine, name))) => event.by_machine(machine.clone(), name),
            (None, None) => event.with("by", "command line"),
        };
        if let Some(ip) = &self.ip {
            event = event.with_personal("ip", ip.clone());
        }
        event
    }
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    /// It is done.
    Changed,
    /// It was so already.
    Same,
    /// There is no such account or organisation.
    Unknown,
    /// Whoever asks is no administrator of the instance any more.
    NotAllowed,
    /// Nobody else could look after the instance.
    LastAdministrator,
    /// They have nothing strong to sign in with: whoever knows the password would get the power.
    NoStrongFactor,
}

/// Makes everybody who changes who looks after the instance go one after the other, and says whether whoever asks still
/// may: what is read from here on stays true until the commit.
async fn take_turn(db: &mut Writer, by: &Doer) -> Result<bool, Error> {
    raise_version(db, Versioned::Roles).await?;
    match &by.account {
        Some(account) => Ok(find_person(db, account.id).await?.is_some_and(|found| found.is_acting_administrator())),
        None => Ok(true),
    }
}

/// Gives somebody another role for the whole instance, tells them, and ends what they are signed in with: the rules for
/// people of the instance are others. Commits nothing.
///
/// # Errors
///
/// When the database refuses.
pub async fn change_instance_role(
    db: &mut Writer,
    parts: &Parts,
    by: &Doer,
    account: AccountId,
    role: InstanceRole,
) -> Result<Done, Error> {
    if !take_turn(db, by).await? {
        return Ok(Done::NotAllowed);
    }
    let (Some(person), Some(owner)) = (find_person(db, account).await?, find_account(db, account).await?) else {
        return Ok(Done::Unknown);
    };
    if person.instance_role == role {
        return Ok(Done::Same);
    }
    if person.is_acting_administrator() && count_other_administrators(db, Some(account), None).await? == 0 {
        return Ok(Done::LastAdministrator);
    }
    if role != InstanceRole::None && !person.has_strong {
        return Ok(Done::NoStrongFactor);
    }
    let doer = by.account.as_ref().map(|by| by.id);
    set_instance_role(db, account, role, (doer, by.now)).await?;
    let own = by.account.as_ref().is_some_and(|by| by.id == account);
    end_everything_else(db, account, by.session.filter(|_| own), by.now).await?;
    let event = by
        .event(Chain::Instance, "instance.role")
        .about(account)
        .with("before", person.instance_role.to_string())
        .with("after", role.to_string());
    note(db, parts, by, (&owner, "role", role), event).await?;
    Ok(Done::Changed)
}

/// Switches an account off, or on again, and tells its owner. Commits nothing.
///
/// # Errors
///
/// When the database refuses.
pub async fn switch_account(
    db: &mut Writer,
    parts: &Parts,
    by: &Doer,
    account: AccountId,
    on: bool,
) -> Result<Done, Error> {
    if !take_turn(db, by).await? {
        return Ok(Done::NotAllowed);
    }
    let (Some(person), Some(owner)) = (find_person(db, account).await?, find_account(db, account).await?) else {
        return Ok(Done::Unknown);
    };
    if person.disabled_at.is_none() == on {
        return Ok(Done::Same);
    }
    if !on && person.is_acting_administrator() && count_other_administrators(db, Some(account), None).await? == 0 {
        return Ok(Done::LastAdministrator);
    }
    set_account_disabled(db, account, !on, by.now).await?;
    if on {
        restart_roles(db, account, by.now).await?;
    } else {
        end_everything_else(db, account, None, by.now).await?;
    }
    let (act, kind) = if on { ("enable", "account.enable") } else { ("disable", "account.disable") };
    let event = by.event(Chain::Organisation(owner.home_organisation_id), kind).about(account);
    note(db, parts, by, (&owner, act, person.instance_role), event).await?;
    Ok(Done::Changed)
}

/// Switches an organisation off, or on again: none of its people gets in, and all that they are signed in with ends.
/// Commits nothing.
///
/// # Errors
///
/// When the database refuses.
pub async fn switch_organisation(
    db: &mut Writer,
    parts: &Parts,
    by: &Doer,
    organisation: OrganisationId,
    on: bool,
) -> Result<Done, Error> {
    if !take_turn(db, by).await? {
        return Ok(Done::NotAllowed);
    }
    if find_organisation(db, organisation).await?.is_none() {
        return Ok(Done::Unknown);
    }
    // While nobody looks after the instance yet, nobody is locked out of it.
    let has_any = count_other_administrators(db, None, None).await? > 0;
    if !on && has_any && count_other_administrators(db, None, Some(organisation)).await? == 0 {
        return Ok(Done::LastAdministrator);
    }
    if !set_organisation_disabled(db, organisation, (!on).then_some(by.now)).await? {
        return Ok(Done::Same);
    }
    let mut kind = "organisation.enable";
    if !on {
        kind = "organisation.disable";
        let people = end_people_of(db, organisation, by.now).await?;
        end_devices_of_all(db, &people, by.now).await?;
    }
    let event = by.event(Chain::Organisation(organisation), kind);
    audit::record(db, Ink::of(parts, by.now), event).await?;
    Ok(Done::Changed)
}

async fn note(
    db: &mut Writer,
    parts: &Parts,
    by: &Doer,
    (owner, act, role): (&Account, &'static str, InstanceRole),
    event: Event,
) -> Result<(), Error> {
    let message = InstanceChanged {
        name: owner.name.clone(),
        act,
        by: by.name(),
        role,
        // Browser and address are the administrator's, and no business of the person.
        particulars: Particulars {
            reference: by.reference.clone(),
            ..Particulars::without_request(owner.email.as_str(), by.now)
        },
    };
    tell_owner(db, parts, owner, &message, by.now).await?;
    let event = event.with_personal("subject_name", owner.name.clone());
    audit::record(db, Ink::of(parts, by.now), event).await?;
    Ok(())
}
