//! Floor 0: words and decisions.
//!
//! Nothing here waits, reads a clock, rolls dice or touches the outside world. Time and chance come in as
//! arguments ([`Timestamp`], [`Random`]), so every decision can be tried over its whole space.

pub mod algorithm;
pub mod certificate_name;
pub mod email;
pub mod factor;
pub mod ids;
pub mod language;
pub mod names;
pub mod network;
pub mod phone;
pub mod place;
pub mod policy;
pub mod random;
pub mod scope;
pub mod secret;
pub mod sign_in;
pub mod timestamp;

pub use algorithm::Algorithm;
pub use email::Email;
pub use factor::{FactorKind, FactorKinds, Strength};
pub use language::Language;
pub use phone::PhoneNumber;
pub use place::Place;
pub use policy::Policy;
pub use random::Random;
pub use scope::Scope;
pub use secret::Secret;
pub use timestamp::{Clock, Timestamp};
