//! What the owner of an account is told about its password.

use serde::Serialize;

use crate::features::outbox::{Message, Particulars};

/// The mail after the password was changed. It holds no link.
#[derive(Clone, Debug, Serialize)]
pub struct PasswordChanged {
    /// Whom it greets.
    pub name: String,
    /// Whether it was taken away, and not replaced by another.
    pub removed: bool,
    /// The facts.
    pub particulars: Particulars,
}

impl Message for PasswordChanged {
    const TEMPLATE: &'static str = "password_changed";

    fn samples() -> Vec<Self> {
        let changed = Self { name: "Anna de Vries".to_owned(), removed: false, particulars: Particulars::sample() };
        vec![changed.clone(), Self { removed: true, ..changed }]
    }
}
