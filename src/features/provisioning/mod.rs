//! Bringing an installation to a described state, and describing the state that it is in.

mod act;
mod rules;

pub use act::{carry_out, describe, find_sectors, read_current};
pub use rules::{Act, Description, Plan, Shown, Step, plan, read_description};

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
