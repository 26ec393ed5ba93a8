//! The pages of employees.

mod acts;
mod invite;
mod list;
mod security;

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use serde::Deserialize;

use super::Person;
use super::rules::Act;
use super::store::find_person;
use super::views::{EmployeePage, EmployeeRow};
use crate::domain::Timestamp;
use crate::domain::ids::AccountId;
use crate::features::audit::{Chain, Event};
use crate::features::organisations::PersonTabs;
use crate::features::sessions::OrgAdmin;
use crate::web::{AppState, Context, Error, PageProblem, Routes, urls};

/// The routes of employees.
pub fn routes() -> Routes {
    Router::new()
        .route(urls::EMPLOYEES, get(list::show))
        .route(urls::EMPLOYEES_INVITE, get(invite::show).post(invite::invite_somebody))
        .route("/organisation/employees/invitations/{invitation}/{act}", post(invite::change))
        .route("/organisation/employees/{account}", get(employee))
        .route("/organisation/employees/{account}/security", get(security::show))
        .route("/organisation/employees/{account}/methods/{factor}", get(security::ask).post(security::remove))
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
    let page = EmployeePage {
        tabs: tabs(&person, &admin, "profile"),
        created: person.created_at.millis(),
        groups: person.groups.clone(),
        acts: acts_of(&person, &admin, |_| true),
        done: done.done.filter(|word| word.parse::<Act>().is_ok_and(|act| act != Act::Remove)),
        person: row(person),
    };
    context.signed_in = Some(admin.member.shown());
    context.page(&state, StatusCode::OK, &page)
}

fn tabs(person: &Person, admin: &OrgAdmin, here: &'static str) -> PersonTabs {
    PersonTabs {
        name: person.name.clone(),
        email: person.email.clone(),
        base: urls::employee(person.account_id),
        here,
        looked_after: person.is_looked_after_by(admin.organisation),
    }
}

/// What this administrator may do about somebody, of what is `wanted`: words and addresses.
fn acts_of(person: &Person, admin: &OrgAdmin, wanted: impl Fn(Act) -> bool) -> Vec<(String, String)> {
    let acts = person.acts(admin.organisation, admin.member.session.account_id);
    let acts = acts.into_iter().filter(|act| wanted(*act));
    acts.map(|act| (act.to_string(), urls::employee_act(person.account_id, act))).collect()
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
fn event(context: &Context, admin: &OrgAdmin, kind: &'static str, (id, name): (AccountId, &str)) -> Event {
    let account = &admin.member.standing.account;
    Event::new(Chain::Organisation(admin.organisation), kind, "done")
        .by(account.id)
        .about(id)
        .referred_to(context.reference)
        .with_personal("actor_name", account.name.clone())
        .with_personal("subject_name", name)
        .with_personal("ip", context.client_ip.to_string())
}
