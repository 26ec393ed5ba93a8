//! The door to the console of the instance: who may look around, who may change things, and for how long.
//!
//! A session is not enough. Whoever enters proves a moment ago, with a passkey, a security key or an authenticator app,
//! who they are; a visit ends after a quarter of an hour without use and after eight hours whatever happens, while the
//! session of the same browser lives on. The areas behind the door take [`Auditor`] to show something, [`InstanceAdmin`]
//! to change something ([`Administrator`] where what was typed is kept meanwhile), and extend the template `admin.html`.

mod pages;
mod rules;
mod store;

pub use pages::{Administrator, Auditor, InstanceAdmin, Kept};
