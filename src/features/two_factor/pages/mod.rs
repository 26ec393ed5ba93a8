//! The pages of second factors.

mod account;
mod choose;
mod enrol;
mod enrol_totp;
mod place;
mod recovery_codes;
mod step;

use axum::Router;
use axum::routing::{get, post};

use crate::web::Routes;

pub use place::Place;

/// The routes of second factors.
pub fn routes() -> Routes {
    Router::new()
        .route("/sign-in/{interaction}/second", get(choose::show))
        .route("/sign-in/{interaction}/second/totp", get(step::show_totp).post(step::answer_totp))
        .route(
            "/sign-in/{interaction}/second/recovery_code",
            get(step::show_recovery_code).post(step::answer_recovery_code),
        )
        .route("/enrol/{place}", get(enrol::show))
        .route("/enrol/{place}/skip", post(enrol::skip))
        .route("/enrol/{place}/totp", get(enrol_totp::show).post(enrol_totp::confirm))
        .route("/enrol/account/recovery_code", get(recovery_codes::show).post(recovery_codes::make))
        .route("/account/two-factor/default", post(account::make_default))
        .route("/account/two-factor/{factor}/remove", get(account::ask_removal).post(account::remove))
        .route("/account/two-factor/devices/forget", post(account::forget_devices))
}
