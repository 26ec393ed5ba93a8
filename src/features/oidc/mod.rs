//! The protocol: OpenID Connect and OAuth 2.

pub mod clients;
