//! What happened, as sentences, a chart and a table: to one account, and in one organisation (O5).

mod history;
mod pages;
mod rules;
mod store;
mod views;

pub use history::{Asked, History};
pub use pages::routes;
pub use rules::{Period, Topic, Way, cell};
pub use views::{Chart, Day, DayCount, EventRow, OrganisationActivityPage, PersonActivityPage};
