//! The people of an organisation, as its administrators look after them (O1).

mod pages;
mod rules;
mod store;
mod views;

use crate::domain::Timestamp;
use crate::domain::ids::{AccountId, OrganisationId};
use crate::features::accounts::InstanceRole;
use crate::features::organisations::Role;

pub use pages::routes;
pub use store::count_other_administrators;
pub use views::{
    ActPage, EmployeeChanged, EmployeePage, EmployeeSecurityPage, EmployeesPage, InvitePage, RemoveMethodPage,
};

/// Somebody who belongs to an organisation.
#[expect(clippy::struct_excessive_bools, reason = "columns of yes and no")]
#[derive(Clone, Debug, PartialEq, Eq)]
struct Person {
    account_id: AccountId,
    /// The organisation whose administrators look after the account's security.
    home: OrganisationId,
    name: String,
    email: String,
    role: Role,
    instance_role: InstanceRole,
    /// When the account was made.
    created_at: Timestamp,
    last_sign_in_at: Option<Timestamp>,
    /// When the membership was switched off.
    membership_disabled_at: Option<Timestamp>,
    /// When the account itself was switched off, by the operator.
    account_disabled_at: Option<Timestamp>,
    /// Whether anything that can be a second step is set up.
    has_second: bool,
    has_passkey: bool,
    has_password: bool,
    /// Whether the password must be chosen anew.
    new_password_due: bool,
    /// What apps are told about them.
    groups: Vec<String>,
    /// Whether new networks of theirs join the ledger by themselves, where no rule says otherwise.
    validates_networks: bool,
}
