//! What registering an app asks, what is wrong with the answers, and what comes of them.

mod addresses;
mod answers;
mod changes;
mod stacks;

pub(super) use addresses::{Hint, hints};
pub(super) use answers::{Answers, Fault, Kind};
pub(super) use changes::changes;
pub(super) use stacks::{Settings, Stack, stacks};
