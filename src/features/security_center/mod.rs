//! The rules of an organisation, as its administrators set them (O3): who is affected is shown by name before anything is
//! saved.

mod notices;
mod pages;
mod rules;
mod store;
mod views;

pub use notices::{RulesNews, tell_rules_changed};
pub use pages::routes;
pub use views::{RulesChanged, RulesConcernYou, SecurityCenterPage};
