//! The pages about the place of a sign-in.

mod blocked;
mod waiting;

use axum::Router;
use axum::routing::{get, post};

use crate::web::Routes;

/// The routes of IP addresses.
pub fn routes() -> Routes {
    Router::new()
        .route("/sign-in/{interaction}/network", get(waiting::show).post(waiting::type_code))
        .route("/sign-in/{interaction}/network/send", post(waiting::send_again))
        .route("/sign-in/{interaction}/network/ask", post(waiting::ask_administrators))
        .route("/sign-in/{interaction}/network/continue", post(waiting::go_on))
        .route("/sign-in/{interaction}/blocked", get(blocked::show).post(blocked::ask))
}
