//! What an operation answers.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::problems::Stop;
use super::rules::entity_tag;

/// What an operation ends with.
pub(super) type Answered = Result<Answer, Stop>;

/// An answer; it can be kept, and given again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: Option<Value>,
    /// The entity tag of what is shown (RFC 9110, section 8.8.3).
    pub(super) tag: Option<String>,
    /// Where what was made can be found.
    pub(super) location: Option<String>,
}

impl Answer {
    /// Shows one thing.
    pub(super) fn show(shown: &impl Serialize) -> Self {
        let body = serde_json::to_value(shown).unwrap_or_default();
        Self { status: 200, tag: Some(entity_tag(&body)), body: Some(body), location: None }
    }

    /// Shows what was made, and says where it is.
    pub(super) fn made(shown: &impl Serialize, location: String) -> Self {
        Self { status: 201, location: Some(location), ..Self::show(shown) }
    }

    /// Nothing is left to show.
    pub(super) const fn gone() -> Self {
        Self { status: 204, body: None, tag: None, location: None }
    }
}
