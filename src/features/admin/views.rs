//! What the pages of the console show.

use serde::Serialize;

use crate::web::Page;

/// How everything is.
#[derive(Clone, Debug, Serialize)]
pub struct HomePage {
    /// Whether the person may change things.
    pub may_change: bool,
}

impl Page for HomePage {
    const TEMPLATE: &'static str = "pages/admin/home.html";

    fn samples() -> Vec<Self> {
        vec![Self { may_change: true }, Self { may_change: false }]
    }
}
