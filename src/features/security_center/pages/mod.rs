//! The pages of the Security center.

use axum::Router;

use crate::web::Routes;

/// The routes of the Security center.
pub fn routes() -> Routes {
    Router::new()
}
