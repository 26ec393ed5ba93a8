//! `[places]`: about where in the world people are.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// About where in the world people are. It is only shown; nothing is decided by it, and nobody is asked for it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Places {
    /// A database of towns or countries (MMDB). No place is shown while there is none.
    pub file: Option<PathBuf>,
}
