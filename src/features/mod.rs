//! Floor 4: what people and apps can do, a folder each.

pub mod account;
pub mod accounts;
pub mod audit;
pub mod organisations;
pub mod passwords;
pub mod sessions;
pub mod setup;
pub mod sign_in;
pub mod signing;
pub mod oidc;
