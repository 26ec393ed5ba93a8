//! Floor 0: words and decisions.
//!
//! Nothing here waits, reads a clock, rolls dice or touches the outside world. Time and chance come in as
//! arguments ([`Timestamp`], [`Random`]), so every decision can be tried over its whole space.

pub mod email;
pub mod ids;
pub mod random;
pub mod secret;
pub mod timestamp;

pub use email::Email;
pub use random::Random;
pub use secret::Secret;
pub use timestamp::{Clock, Timestamp};
