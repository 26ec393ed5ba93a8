//! The audit: what happened, in the transaction in which it happened.
//!
//! Events of an organisation form a chain; each link authenticates the event and the link before, with a key outside
//! the database. Personal values (names, addresses) are not in the chain, only a salted commitment to each; they lie
//! beside it and can be erased without breaking it.

mod chain;
mod signals;
mod store;

use serde_json::{Map, Value};

use crate::domain::Random;
use crate::domain::Timestamp;
use crate::domain::ids::{AccountId, ApiKeyId, OrganisationId};
use crate::keys::MacKey;
use crate::web::Parts;

pub use store::{
    About, Found, Recorded, Search, SecurityEvent, Thing, Verdict, coarsen_addresses, erase_values_about, export,
    find_event, list_events_about, list_security_events, record, remove_old_security_events, search_events, verify,
};

/// Which chain an event belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chain {
    /// The whole instance: keys, apps, organisations, and what no organisation owns.
    Instance,
    /// One organisation and its people.
    Organisation(OrganisationId),
}

impl Chain {
    fn name(self) -> String {
        match self {
            Self::Instance => "instance".to_owned(),
            Self::Organisation(id) => id.to_string(),
        }
    }
}

/// Who does things without being a person. It stands in the audit where an account would.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Machine {
    /// A program with an API key.
    Key(ApiKeyId),
    /// An app that acts for itself, by its `client_id`.
    App(String),
}

impl std::fmt::Display for Machine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Key(id) => id.fmt(f),
            // No identifier of another kind has a colon.
            Self::App(id) => write!(f, "app:{id}"),
        }
    }
}

impl std::str::FromStr for Machine {
    type Err = crate::domain::ids::NotAnId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.strip_prefix("app:") {
            Some(id) => Ok(Self::App(id.to_owned())),
            None => text.parse().map(Self::Key),
        }
    }
}

/// Something that happened.
#[derive(Clone, Debug)]
pub struct Event {
    /// Whose chain.
    pub chain: Chain,
    /// What, such as `sign_in.password`.
    pub kind: &'static str,
    /// How it ended: `done`, or the word for why not.
    pub outcome: &'static str,
    /// Who did it; none for a stranger or the command line.
    pub actor: Option<AccountId>,
    /// What did it, where no person did.
    pub machine: Option<Machine>,
    /// Whom it was done to.
    pub subject: Option<AccountId>,
    /// Through which app.
    pub client_id: Option<String>,
    /// What the page called it.
    pub reference: String,
    /// Facts that are not about a person.
    pub facts: Map<String, Value>,
    /// Personal values: they can be erased later.
    pub personal: Vec<(&'static str, String)>,
}

impl Event {
    /// An event without facts yet.
    #[must_use]
    pub fn new(chain: Chain, kind: &'static str, outcome: &'static str) -> Self {
        Self {
            chain,
            kind,
            outcome,
            actor: None,
            machine: None,
            subject: None,
            client_id: None,
            reference: String::new(),
            facts: Map::new(),
            personal: Vec::new(),
        }
    }

    /// By and about this account.
    #[must_use]
    pub const fn by(mut self, account: AccountId) -> Self {
        self.actor = Some(account);
        self.subject = Some(account);
        self
    }

    /// By a program that is called so.
    #[must_use]
    pub fn by_machine(mut self, machine: Machine, name: &str) -> Self {
        self.machine = Some(machine);
        self.with("by", "api").with_personal("actor_name", name)
    }

    /// About this account.
    #[must_use]
    pub const fn about(mut self, account: AccountId) -> Self {
        self.subject = Some(account);
        self
    }

    /// Through this app.
    #[must_use]
    pub fn through(mut self, client_id: &str) -> Self {
        self.client_id = Some(client_id.to_owned());
        self
    }

    /// With this reference.
    #[must_use]
    pub fn referred_to(mut self, reference: impl std::fmt::Display) -> Self {
        self.reference = reference.to_string();
        self
    }

    /// With a fact that is not about a person.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.facts.insert(name.to_owned(), value.into());
        self
    }

    /// With a personal value.
    #[must_use]
    pub fn with_personal(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.personal.push((name, value.into()));
        self
    }
}

/// What recording needs besides the database.
#[derive(Clone, Copy)]
pub struct Ink<'a> {
    /// Links the chain.
    pub mac: &'a MacKey,
    /// Salts the commitments.
    pub random: &'a dyn Random,
    /// When.
    pub now: Timestamp,
}

impl<'a> Ink<'a> {
    /// The ink of this installation, at `now`.
    #[must_use]
    pub fn of(parts: &'a Parts, now: Timestamp) -> Self {
        Self { mac: &parts.mac, random: parts.random.as_ref(), now }
    }
}
