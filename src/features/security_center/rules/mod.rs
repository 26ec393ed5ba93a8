//! What a change of rules means: the form, the people whom it affects, and the sign-ins that it would have held up.

mod draft;
mod guard;
mod impact;
mod replay;
#[cfg(test)]
mod tests;

pub(super) use draft::{Draft, Faulty, offered};
pub(super) use guard::{Lockout, judge_change};
pub(super) use impact::{Change, Effect, OpenSession, Person, Summary};
pub(super) use replay::{PastSignIn, Replay, WINDOW};
