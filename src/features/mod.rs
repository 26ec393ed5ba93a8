//! Floor 4.
pub mod accounts;
pub mod organisations;
