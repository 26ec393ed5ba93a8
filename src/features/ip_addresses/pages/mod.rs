//! The pages about the place of a sign-in.

mod blocked;
mod organisation;
mod own;
mod waiting;

use axum::Router;
use axum::routing::{get, post};

use crate::web::{Routes, urls};

/// The routes of IP addresses.
pub fn routes() -> Routes {
    Router::new()
        .route("/sign-in/{interaction}/network", get(waiting::show).post(waiting::type_code))
        .route("/sign-in/{interaction}/network/send", post(waiting::send_again))
        .route("/sign-in/{interaction}/network/ask", post(waiting::ask_administrators))
        .route("/sign-in/{interaction}/network/continue", post(waiting::go_on))
        .route(urls::ACCOUNT_NETWORKS, get(own::show).post(own::act))
        .route(urls::ACCOUNT_NETWORKS_AUTOMATIC, post(own::choose).get(own::back))
        .route(urls::ORGANISATION_NETWORKS, get(organisation::show).post(organisation::act))
        .route(
            "/organisation/employees/{account}/ip-addresses",
            get(organisation::show_person).post(organisation::act_on_person),
        )
        .route("/sign-in/{interaction}/blocked", get(blocked::show).post(blocked::ask))
}
