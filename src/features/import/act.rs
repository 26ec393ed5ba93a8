//! Taking in one batch of rows, in one transaction.

use std::collections::{HashMap, HashSet};

use super::reading::Row;
use super::rules::{Field, Person, Problem, person_of};
use super::{Fate, Settings};
use crate::domain::ids::{MembershipId, OrganisationId};
use crate::domain::{Email, FactorKind};
use crate::features::accounts::{
    Account, InstanceRole, Profile, add_account, find_account, find_accounts_by_email, set_account_disabled,
    set_profile, usernames_in_use,
};
use crate::features::audit::{Chain, Event, Ink, record};
use crate::features::factors::{Details, NewFactor, add_factor};
use crate::features::invitations::invite;
use crate::features::networks::{How, Owner, Seen, can_be_known, find_entry, know_network};
use crate::features::organisations::{
    Organisation, Role, add_membership, add_organisation, administrators_of, find_organisation,
    find_organisation_by_name, memberships_of, restart_roles, set_groups, take_turn,
};
use crate::features::passwords::set_password;
use crate::features::sessions::end_sessions_of;
use crate::storage::{StorageError, Writer};
use crate::web::{AppState, Error};

/// How many rows are taken in at once: few, since whoever signs in meanwhile waits for them.
pub const BATCH: usize = 200;
/// How often a batch is tried again when somebody else took an address or a user name at the same moment.
const TRIES: usize = 3;

/// What became of the rows of a batch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// The line of each row, and its fate.
    pub fates: Vec<(u64, Option<Email>, Fate)>,
    /// How many organisations were made.
    pub organisations: usize,
}

/// Takes in a batch of rows, all of it or nothing; with `is_trial`, nothing in any case.
///
/// # Errors
///
/// When the database refuses.
pub async fn take_in(state: &AppState, settings: &Settings, rows: &[Row], is_trial: bool) -> Result<Taken, Error> {
    for _ in 1..TRIES {
        match Batch::run(state, settings, rows, is_trial).await {
            Err(fault) if fault.is_duplicate() => {}
            other => return other.map_err(Into::into),
        }
    }
    Ok(Batch::run(state, settings, rows, is_trial).await?)
}

/// A fault that may be somebody else's change.
#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error(transparent)]
    Storage(#[from] StorageError),
    #[error(transparent)]
    Other(#[from] Error),
}

impl Fault {
    const fn is_duplicate(&self) -> bool {
        matches!(self, Self::Storage(fault) if fault.is_duplicate())
    }
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Storage(fault) => fault.into(),
            Fault::Other(fault) => fault,
        }
    }
}

struct Batch<'a> {
    state: &'a AppState,
    settings: &'a Settings,
    ink: Ink<'a>,
    writer: Writer,
    known: HashMap<Email, Account>,
    usernames: HashSet<String>,
    /// By what the rows call them.
    organisations: HashMap<String, Option<Organisation>>,
    taken: Taken,
}

impl<'a> Batch<'a> {
    async fn run(state: &'a AppState, settings: &'a Settings, rows: &[Row], is_trial: bool) -> Result<Taken, Fault> {
        let can_be_known = |network| can_be_known(&state.config, network);
        let read: Vec<_> = rows
            .iter()
            .map(|row| {
                let person = row.raw.as_ref().map_err(Clone::clone);
                (row.line, person.and_then(|raw| person_of(raw, settings, can_be_known)))
            })
            .collect();
        let people = || read.iter().filter_map(|(_, person)| person.as_ref().ok());
        let emails: Vec<Email> = people().map(|person| person.email.clone()).collect();
        let names: Vec<String> = people().filter_map(|person| person.username.clone()).collect();
        let writer = state.db.writing().await?;
        let known = find_accounts_by_email(&writer, &emails).await?;
        let usernames = usernames_in_use(&writer, &names).await?.into_iter().collect();
        let mut batch = Batch {
            state,
            settings,
            ink: Ink::of(state, state.now()),
            writer,
            known: known.into_iter().map(|account| (account.email.clone(), account)).collect(),
            usernames,
            organisations: HashMap::new(),
            taken: Taken::default(),
        };
        let mut seen: HashSet<Email> = HashSet::new();
        for (line, person) in read {
            let email = person.as_ref().ok().map(|person| person.email.clone());
            let fate = match person {
                Err(problems) => Fate::Refused(problems),
                Ok(ref person) if !seen.insert(person.email.clone()) => {
                    Fate::Refused(vec![Problem::of(Field::Email, "stands in the file more than once")])
                }
                Ok(person) => batch.one(person).await?,
            };
            batch.taken.fates.push((line, email, fate));
        }
        batch.finish(is_trial).await
    }

    /// Writes down what the batch did, and makes it last.
    async fn finish(mut self, is_trial: bool) -> Result<Taken, Fault> {
        let count = |wanted: fn(&Fate) -> bool| self.taken.fates.iter().filter(|(.., fate)| wanted(fate)).count();
        let (imported, updated) = (count(|fate| *fate == Fate::Imported), count(|fate| *fate == Fate::Updated));
        if is_trial || imported + updated + self.taken.organisations == 0 {
            return Ok(self.taken);
        }
        let lines = self.taken.fates.iter().map(|(line, ..)| *line);
        let event = Event::new(Chain::Instance, "import.batch", "done")
            .with("by", "command line")
            .with("import", self.settings.run.as_str())
            .with("from_line", lines.clone().min())
            .with("to_line", lines.max())
            .with("imported", imported)
            .with("updated", updated)
            .with("skipped", count(|fate| *fate == Fate::Skipped))
            .with("refused", count(|fate| matches!(fate, Fate::Refused(_))));
        record(&mut self.writer, self.ink, event).await?;
        self.writer.commit().await?;
        Ok(self.taken)
    }

    async fn one(&mut self, person: Person) -> Result<Fate, Fault> {
        if let Some(account) = self.known.get(&person.email).cloned() {
            return self.change(&account, &person).await;
        }
        if person.username.as_ref().is_some_and(|name| self.usernames.contains(name)) {
            return Ok(Fate::Refused(vec![Problem::of(Field::Username, "belongs to somebody else")]));
        }
        let name = person.organisation.clone().unwrap_or_default();
        let Some(organisation) = self.organisation(&name).await? else {
            let what = "is not there; --create-organisations makes it";
            return Ok(Fate::Refused(vec![Problem::of(Field::Organisation, what)]));
        };
        self.add(person, &organisation).await?;
        Ok(Fate::Imported)
    }

    /// The organisation that a row means, made anew where that is asked for.
    async fn organisation(&mut self, name: &str) -> Result<Option<Organisation>, Fault> {
        if let Some(found) = self.organisations.get(name) {
            return Ok(found.clone());
        }
        let id: Option<OrganisationId> = name.parse().ok();
        let mut found = match id {
            Some(id) => find_organisation(&self.writer, id).await?,
            None => find_organisation_by_name(&self.writer, name).await?,
        };
        if found.is_none() && id.is_none() && self.settings.create_organisations {
            let organisation = Organisation::new(name.to_owned(), (self.ink.now, self.ink.random));
            add_organisation(&mut self.writer, &organisation).await?;
            let event = Event::new(Chain::Organisation(organisation.id), "organisation.add", "done")
                .with("name", name)
                .with("by", "import")
                .with("import", self.settings.run.as_str());
            record(&mut self.writer, self.ink, event).await?;
            self.taken.organisations += 1;
            found = Some(organisation);
        }
        self.organisations.insert(name.to_owned(), found.clone());
        Ok(found)
    }

    async fn add(&mut self, person: Person, organisation: &Organisation) -> Result<(), Fault> {
        let (now, random) = (self.ink.now, self.ink.random);
        let language = person.language.unwrap_or(self.state.config.branding.default_language);
        let account = Account {
            email_verified: person.email_verified,
            username: person.username,
            given_name: person.given_name,
            family_name: person.family_name,
            disabled_at: person.disabled.then_some(now),
            ..Account::new(organisation.id, (person.email, person.name), language, (now, random))
        };
        let db = &mut self.writer;
        add_account(db, &account).await?;
        let place = MembershipId::new(now, random);
        add_membership(db, place, (organisation.id, account.id), person.role, person.groups, now).await?;
        let mut event = Event::new(Chain::Organisation(organisation.id), "account.add", "done")
            .about(account.id)
            .with("by", "import")
            .with("import", self.settings.run.as_str())
            .with("role", person.role.to_string())
            .with("networks", person.networks.len())
            .with("off", person.disabled)
            .with_personal("email", account.email.to_string());
        if let Some(hash) = &person.password {
            set_password(db, account.id, &hash.to_text(), now).await?;
            event = event.with("password", hash.kind());
        }
        if let Some(key) = &person.totp {
            let new = NewFactor {
                account_id: account.id,
                kind: FactorKind::Totp,
                name: "",
                secret: Some(key.expose()),
                handle: None,
                counter: 0,
                device_bound: false,
                details: Details::default(),
                user_agent: None,
            };
            add_factor(db, &self.state.vault, new, (now, random)).await?;
            event = event.with("second_factor", FactorKind::Totp.to_string());
        }
        for network in &person.networks {
            let seen = Seen { network: *network, user_agent: None, at: now };
            know_network(db, Owner::Account(account.id), &seen, How::Operator, None).await?;
        }
        if self.settings.invite && person.password.is_none() && !person.disabled {
            invite(db, self.state, &account, organisation, None, now).await?;
            event = event.with("invited", true);
        }
        self.usernames.extend(account.username.clone());
        Ok(record(db, self.ink, event).await?)
    }

    /// Changes what was asked for on an account that exists.
    async fn change(&mut self, account: &Account, person: &Person) -> Result<Fate, Fault> {
        if !person.given.iter().any(|field| self.settings.update.contains(field)) {
            return Ok(Fate::Skipped);
        }
        let name = person.organisation.clone().unwrap_or_default();
        let home = account.home_organisation_id;
        let named = match name.parse::<OrganisationId>() {
            Ok(id) => Some(id),
            Err(_) => find_organisation_by_name(&self.writer, &name).await?.map(|found| found.id),
        };
        if named != Some(home) {
            let what = "is not the home of the person who has this address";
            return Ok(Fate::Refused(vec![Problem::of(Field::Organisation, what)]));
        }
        let now = self.ink.now;
        let wanted = |field: Field| self.settings.update.contains(&field) && person.given.contains(&field);
        let mut changed: Vec<Field> = Vec::new();
        let old = Profile {
            name: account.name.clone(),
            given_name: account.given_name.clone(),
            family_name: account.family_name.clone(),
            language: account.language,
        };
        let mut new = old.clone();
        if wanted(Field::Name) {
            new.name.clone_from(&person.name);
        }
        if wanted(Field::GivenName) {
            new.given_name.clone_from(&person.given_name);
        }
        if wanted(Field::FamilyName) {
            new.family_name.clone_from(&person.family_name);
        }
        if let Some(language) = person.language.filter(|_| wanted(Field::Language)) {
            new.language = language;
        }
        let differs = [
            (Field::Name, new.name != old.name),
            (Field::GivenName, new.given_name != old.given_name),
            (Field::FamilyName, new.family_name != old.family_name),
            (Field::Language, new.language != old.language),
        ];
        changed.extend(differs.into_iter().filter(|(_, differs)| *differs).map(|(field, _)| field));
        let (groups, networks) = (wanted(Field::Groups), wanted(Field::Networks));
        let switches = wanted(Field::Disabled) && person.disabled != account.disabled_at.is_some();
        if switches && person.disabled && self.is_needed(account).await? {
            let what = "would switch off the last administrator of an organisation, or one of the whole installation";
            return Ok(Fate::Refused(vec![Problem::of(Field::Disabled, what)]));
        }
        if groups {
            let of = memberships_of(&self.writer, account.id).await?;
            let before = of.into_iter().find(|of| of.organisation_id == home).map(|of| of.groups);
            if before.is_some_and(|before| before != person.groups) {
                set_groups(&mut self.writer, (home, account.id), person.groups.clone()).await?;
                changed.push(Field::Groups);
            }
        }
        let db = &mut self.writer;
        if new != old {
            set_profile(db, account.id, new, now).await?;
        }
        if networks {
            for network in &person.networks {
                let seen = Seen { network: *network, user_agent: None, at: now };
                let owner = Owner::Account(account.id);
                if find_entry(db, owner, *network).await?.is_none() {
                    know_network(db, owner, &seen, How::Operator, None).await?;
                    changed.push(Field::Networks);
                }
            }
            changed.dedup();
        }
        if !changed.is_empty() {
            let fields: Vec<String> = changed.iter().map(ToString::to_string).collect();
            self.record_change(account, "profile.change", Some(fields)).await?;
        }
        if switches {
            set_account_disabled(&mut self.writer, account.id, person.disabled, now).await?;
            if person.disabled {
                end_sessions_of(&mut self.writer, account.id, now).await?;
            } else {
                restart_roles(&mut self.writer, account.id, now).await?;
            }
            let kind = if person.disabled { "account.disable" } else { "account.enable" };
            self.record_change(account, kind, None).await?;
        }
        Ok(if changed.is_empty() && !switches { Fate::Skipped } else { Fate::Updated })
    }

    async fn record_change(
        &mut self,
        account: &Account,
        kind: &'static str,
        fields: Option<Vec<String>>,
    ) -> Result<(), Fault> {
        let mut event = Event::new(Chain::Organisation(account.home_organisation_id), kind, "done")
            .about(account.id)
            .with("by", "import")
            .with("import", self.settings.run.as_str());
        if let Some(fields) = fields {
            event = event.with("fields", fields);
        }
        Ok(record(&mut self.writer, self.ink, event).await?)
    }

    /// Whether somebody would be without an administrator: those of the whole installation are switched off by hand.
    async fn is_needed(&mut self, account: &Account) -> Result<bool, Fault> {
        if account.instance_role != InstanceRole::None {
            return Ok(true);
        }
        for place in memberships_of(&self.writer, account.id).await? {
            if place.role != Role::Administrator || place.disabled_at.is_some() {
                continue;
            }
            // From here on nobody else changes who looks after this organisation.
            take_turn(&mut self.writer, place.organisation_id).await?;
            let mut others = false;
            for other in administrators_of(&self.writer, place.organisation_id).await? {
                others |= other != account.id
                    && find_account(&self.writer, other).await?.is_some_and(|other| other.disabled_at.is_none());
            }
            if !others {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
