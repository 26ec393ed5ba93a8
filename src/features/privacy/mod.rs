//! What is kept about one person: all of it for them to take along, and all of it erased.

mod act;
mod rules;
mod store;

pub use act::{Erased, erase_person, export_person};
