//! Floor 4: what people and apps can do, a folder each.

pub mod accounts;
pub mod audit;
pub mod organisations;
pub mod sessions;
pub mod passwords;
