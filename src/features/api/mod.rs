//! The admin API at `/api/v1`: what administrators do by hand, for programs.
//!
//! One table, [`operations::OPERATIONS`], says what there is: the path, the right that it takes, what is sent and what
//! comes back. The routes, the permission of every request and the `OpenAPI` document all come from it.
//!
//! A change is one transaction: it looks at `If-Match` under a lock, does what the pages would do, writes the audit with
//! the key as the actor, and keeps its answer for a request that is sent again with the same `Idempotency-Key`.

mod accounts;
mod answers;
mod api_keys;
mod apps;
mod audit;
mod call;
mod callers;
mod documents;
mod invitations;
mod memberships;
mod networks;
mod openapi;
mod operations;
mod organisations;
mod pages;
mod people;
mod policies;
mod problems;
mod rules;
mod scim;
mod signing_keys;
mod store;

pub use pages::routes;
pub use store::remove_old_replays;

/// Where the API is; with the issuer before it, also the audience of access tokens for it.
pub const BASE: &str = "/api/v1";
