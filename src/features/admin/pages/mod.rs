//! The pages of the console.

mod home;

use axum::Router;
use axum::routing::get;

use crate::features::console::Auditor;
use crate::web::{Routes, see_other, urls};

/// The routes of the console.
pub fn routes() -> Routes {
    Router::new().route(urls::ADMIN, get(home::show)).route(
        urls::ADMIN_RECOVERY,
        // Who may have a hand in it is asked there.
        get(|_: Auditor| async { see_other(urls::RECOVERY_REQUESTS) }),
    )
}
