//! The pages of the console.

mod audit;
mod audit_export;
mod audit_live;
mod home;
mod keys;
mod organisations;
mod outbox;
mod people;
mod settings;
mod webhooks;

use axum::Router;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use serde::Deserialize;

use super::acts::Doer;
use crate::features::console::{Auditor, InstanceAdmin};
use crate::features::sessions::Member;
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
        .route(urls::ADMIN_KEYS, get(keys::show))
        .route(urls::ADMIN_KEYS_ROTATE, get(keys::ask_rotate).post(keys::rotate))
        .route("/admin/keys/{kid}/revoke", get(keys::ask_revoke).post(keys::revoke))
        .route(urls::ADMIN_AUDIT, get(audit::show))
        .route(urls::ADMIN_AUDIT_EXPORT, post(audit_export::export))
        .route(urls::ADMIN_AUDIT_LIVE, get(audit_live::events))
        .route(urls::ADMIN_OUTBOX, get(outbox::list))
        .route("/admin/outbox/{message}", get(outbox::show).post(outbox::act))
        .route("/admin/outbox/{message}/html", get(outbox::html))
        .route(urls::ADMIN_WEBHOOKS, get(webhooks::list))
        .route(urls::ADMIN_WEBHOOKS_NEW, get(webhooks::new).post(webhooks::add))
        .route("/admin/webhooks/{webhook}", get(webhooks::show))
        .route("/admin/webhooks/{webhook}/{act}", get(webhooks::ask).post(webhooks::act))
        .route(urls::ADMIN_SETTINGS, get(settings::show).post(settings::test))
        .route(urls::ADMIN_ROLES, get(people::roles))
        .route(urls::ADMIN_ORGANISATIONS, get(organisations::list))
        .route(urls::ADMIN_ORGANISATIONS_NEW, get(organisations::new).post(organisations::add))
        .route("/admin/organisations/{organisation}", get(organisations::show))
        .route("/admin/organisations/{organisation}/{act}", get(organisations::ask).post(organisations::act))
}

/// What a form did, when it led back to its page.
#[derive(Debug, Deserialize)]
struct WasDone {
    done: Option<String>,
}

/// Whoever acts on a page.
fn doer(admin: &InstanceAdmin, context: &Context) -> Doer {
    who(&admin.member, context)
}

fn who(member: &Member, context: &Context) -> Doer {
    Doer {
        account: Some(member.standing.account.clone()),
        machine: None,
        session: Some(member.session.id),
        reference: context.reference.to_string(),
        ip: Some(context.client_ip.to_string()),
        now: context.now,
    }
}

fn not_found() -> Response {
    PageProblem::NotFound.into_response_with(StatusCode::NOT_FOUND)
}
