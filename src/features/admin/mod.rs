//! The console of the instance: health, organisations, people and their roles, keys, audit, outbox, settings.

mod pages;
mod views;

pub use pages::routes;
pub use views::HomePage;
