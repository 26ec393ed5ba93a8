//! The pages of the console.

mod home;
mod organisations;
mod people;

use axum::Router;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;

use super::acts::Doer;
use crate::features::console::{Auditor, InstanceAdmin};
use crate::web::{Context, PageProblem, Routes, see_other, urls};

/// The routes of the console.
pub fn routes() -> Routes {
    // Who may have a hand in a recovery is asked there.
    let recovery = get(|_: Auditor| async { see_other(urls::RECOVERY_REQUESTS) });
    Router::new()
        .route(urls::ADMIN, get(home::show))
        .route(urls::ADMIN_RECOVERY, recovery)
        .route(urls::ADMIN_PEOPLE, get(people::list))
        .route("/admin/people/{account}", get(people::show))
        .route("/admin/people/{account}/{act}", get(people::ask).post(people::act))
        .route(urls::ADMIN_ROLES, get(people::roles))
        .route(urls::ADMIN_ORGANISATIONS, get(organisations::list))
        .route(urls::ADMIN_ORGANISATIONS_NEW, get(organisations::new).post(organisations::add))
        .route("/admin/organisations/{organisation}", get(organisations::show))
        .route("/admin/organisations/{organisation}/{act}", get(organisations::ask).post(organisations::act))
}

/// Whoever acts on a page.
fn doer(admin: &InstanceAdmin, context: &Context) -> Doer {
    Doer {
        account: Some(admin.member.standing.account.clone()),
        session: Some(admin.member.session.id),
        reference: context.reference.to_string(),
        ip: Some(context.client_ip.to_string()),
        now: context.now,
    }
}

fn not_found() -> Response {
    PageProblem::NotFound.into_response_with(StatusCode::NOT_FOUND)
}
