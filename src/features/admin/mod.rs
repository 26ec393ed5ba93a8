//! The console of the instance: health, organisations, people and their roles, keys, audit, outbox,
//! webhooks, settings.

mod acts;
mod audit_search;
mod health;
mod messages;
mod pages;
mod store;
mod streams;
mod timeline;
mod views;

pub use acts::{Doer, Done, change_instance_role, switch_account, switch_organisation};
pub use health::{Check, Condition, look, overall};
pub use messages::InstanceChanged;
pub use pages::routes;
pub use views::*;
