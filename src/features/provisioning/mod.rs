//! Bringing an installation to a described state, and describing the state that it is in.

mod act;
mod rules;

pub use act::{carry_out, describe, find_sectors, read_current};
pub use rules::{Act, Description, Plan, Shown, Step, plan, read_description, resolve_names};

use crate::domain::ids::OrganisationId;
use crate::features::clients::Client;
use crate::features::organisations::Organisation;

/// What an installation holds of what can be described.
#[derive(Clone, Debug)]
pub struct Current {
    /// The organisations with their rules, oldest first.
    pub organisations: Vec<Organisation>,
    /// The apps, by identifier.
    pub apps: Vec<Client>,
}

impl Current {
    /// What an organisation is called.
    fn name_of(&self, id: OrganisationId) -> Option<String> {
        self.organisations.iter().find(|organisation| organisation.id == id).map(|found| found.name.clone())
    }
}
