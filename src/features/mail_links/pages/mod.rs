//! The page of a mailed link, and what tells the page that waits.

mod link;
mod waiting;

use axum::Router;
use axum::routing::{get, post};

use crate::web::Routes;

/// The routes of mailed links.
pub fn routes() -> Routes {
    Router::new()
        .route("/c/{secret}", get(link::show).post(link::answer))
        .route("/c/{secret}/block", post(link::block))
        .route("/sign-in/{interaction}/waiting", get(waiting::state))
        .route("/sign-in/{interaction}/waiting/events", get(waiting::events))
}
