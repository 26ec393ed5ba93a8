//! The console of the instance: health, organisations, people and their roles, keys, audit, outbox, settings.

mod acts;
mod messages;
mod pages;
mod store;
mod views;

pub use acts::{Doer, Done, change_instance_role, switch_account, switch_organisation};
pub use messages::InstanceChanged;
pub use pages::routes;
pub use views::*;
