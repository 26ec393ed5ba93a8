//! The pages of employees.

mod acts;
mod invite;
mod list;

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use serde::Deserialize;

use super::Person;
use super::rules::Act;
use super::store::find_person;
use super::views::{EmployeePage, EmployeeRow, EmployeeSecurity};
use crate::domain::ids::AccountId;
use crate::domain::{FactorKind, Timestamp};
use crate::features::audit::{Chain, Event};
use crate::features::factors::list_factors;
use crate::features::passwords::password_changed_at;
use crate::features::sessions::{Lifetime, OrgAdmin, find_standing, list_live_sessions};
use crate::web::{AppState, Context, Error, PageProblem, Routes, urls};

/// The routes of employees.
pub fn routes() -> Routes {
    Router::new()
        .route(urls::EMPLOYEES, get(list::show))
        .route(urls::EMPLOYEES_INVITE, get(invite::show).post(invite::invite_somebody))
        .route("/organisation/employees/{account}", get(employee))
        .route("/organisation/employees/{account}/{act}", get(acts::ask).post(acts::act))
}

#[derive(Debug, Deserialize)]
struct Done {
    done: Option<String>,
}

async fn employee(
    State(state): State<AppState>,
    mut context: Context,
    admin: OrgAdmin,
    Path(account): Path<String>,
    Query(done): Query<Done>,
) -> Result<Response, Error> {
    let Some(person) = find(&state, &admin, &account).await? else { return Ok(not_found()) };
    let own = admin.member.session.account_id;
    let security = if person.is_looked_after_by(admin.organisation) {
        Some(security(&state, &context, person.account_id).await?)
    } else {
        None
    };
    let page = EmployeePage {
        created: person.created_at.millis(),
        acts: person
            .acts(admin.organisation, own)
            .into_iter()
            .map(|act| (act.to_string(), urls::employee_act(person.account_id, act)))
            .collect(),
        done: done.done.filter(|word| word.parse::<Act>().is_ok()),
        security,
        own: person.account_id == own,
        person: row(person),
    };
    context.signed_in = Some(admin.member.shown());
    context.page(&state, StatusCode::OK, &page)
}

async fn security(state: &AppState, context: &Context, account: AccountId) -> Result<EmployeeSecurity, Error> {
    let db = state.db.reading();
    let standing = find_standing(db, account, []).await?;
    let mut lifetime = Lifetime::of(&state.config.sign_in);
    if let Some(standing) = standing {
        lifetime = lifetime.within(&standing.policy());
    }
    Ok(EmployeeSecurity {
        factors: list_factors(db, account)
            .await?
            .into_iter()
            .filter(|factor| factor.kind != FactorKind::RecoveryCode)
            .map(|factor| {
                let last = factor.last_used_at.map(Timestamp::millis);
                (factor.kind, factor.kind.strength(), factor.created_at.millis(), last)
            })
            .collect(),
        password_changed: password_changed_at(db, account).await?.map(Timestamp::millis),
        sessions: list_live_sessions(db, account, context.now, lifetime).await?.len(),
    })
}

/// Whoever is meant, if they belong to the organisation of the administrator.
async fn find(state: &AppState, admin: &OrgAdmin, account: &str) -> Result<Option<Person>, Error> {
    let Ok(account) = account.parse::<AccountId>() else { return Ok(None) };
    Ok(find_person(state.db.reading(), admin.organisation, account).await?)
}

fn not_found() -> Response {
    PageProblem::NotFound.into_response_with(StatusCode::NOT_FOUND)
}

fn row(person: Person) -> EmployeeRow {
    EmployeeRow {
        to: urls::employee(person.account_id),
        off: person.is_off(),
        name: person.name,
        email: person.email,
        role: person.role,
        last_login: person.last_sign_in_at.map(Timestamp::millis),
        second: person.has_second,
        passkey: person.has_passkey,
        waits: !person.validates_networks,
    }
}

/// Something that an administrator did about somebody.
fn event(context: &Context, admin: &OrgAdmin, act: Act, (id, name): (AccountId, &str)) -> Event {
    let account = &admin.member.standing.account;
    Event::new(Chain::Organisation(admin.organisation), act.audited(), "done")
        .by(account.id)
        .about(id)
        .referred_to(context.reference)
        .with_personal("actor_name", account.name.clone())
        .with_personal("subject_name", name)
        .with_personal("ip", context.client_ip.to_string())
}
