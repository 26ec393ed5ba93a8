//! Finding a person, and who may do what for the instance.

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::{WasDone, doer, not_found};
use crate::domain::Timestamp;
use crate::domain::ids::AccountId;
use crate::features::accounts::InstanceRole;
use crate::features::admin::acts::{Done, change_instance_role, switch_account};
use crate::features::admin::store::{PersonRow, Wanted, find_person, list_people};
use crate::features::admin::views::{PeoplePage, PersonActPage, PersonLine, PersonPage, RolesPage};
use crate::features::console::{Auditor, InstanceAdmin};
use crate::features::sessions::{Lifetime, list_live_sessions};
use crate::web::{AppState, Context, Error, Form, see_other, urls};

/// The people on a page.
const A_PAGE: usize = 25;
/// The most people with a role that are listed.
const MOST_WITH_ROLE: u64 = 500;

fn line(person: &PersonRow) -> PersonLine {
    PersonLine {
        to: urls::admin_person(person.id),
        name: person.name.clone(),
        email: person.email.clone(),
        organisation: person.organisation_name.clone(),
        role: person.instance_role,
        last_login: person.last_sign_in_at.map(Timestamp::millis),
        off: person.is_off(),
        strong: person.has_strong,
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    q: String,
    after: String,
}

pub(super) async fn list(
    State(state): State<AppState>,
    mut context: Context,
    auditor: Auditor,
    Query(asked): Query<Asked>,
) -> Result<Response, Error> {
    let search: String = asked.q.trim().chars().take(100).collect();
    let after: Option<AccountId> = asked.after.parse().ok();
    let wanted = Wanted { search: search.clone(), with_role: false, after };
    let mut people = list_people(state.db.reading(), &wanted, A_PAGE as u64 + 1).await?;
    let more = people.len() > A_PAGE;
    people.truncate(A_PAGE);
    let at = |after: Option<AccountId>| {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("q", &search);
        if let Some(after) = after {
            query.append_pair("after", &after.to_string());
        }
        format!("{}?{}", urls::ADMIN_PEOPLE, query.finish())
    };
    let page = PeoplePage {
        next: people.last().filter(|_| more).map(|last| at(Some(last.id))),
        first: after.map(|_| at(None)),
        rows: people.iter().map(line).collect(),
        search,
    };
    context.signed_in = Some(auditor.member.shown());
    context.page(&state, StatusCode::OK, &page)
}

pub(super) async fn roles(
    State(state): State<AppState>,
    mut context: Context,
    auditor: Auditor,
) -> Result<Response, Error> {
    let wanted = Wanted { with_role: true, ..Wanted::default() };
    let mut people = list_people(state.db.reading(), &wanted, MOST_WITH_ROLE).await?;
    let place = |person: &PersonRow| InstanceRole::ALL.iter().rev().position(|role| *role == person.instance_role);
    people.sort_by_key(|person| (place(person), person.name.to_lowercase()));
    let page = RolesPage {
        may_change: auditor.administers(),
        rows: people.iter().map(line).collect(),
        roles: InstanceRole::ALL.into_iter().rev().filter(|role| *role != InstanceRole::None).collect(),
        administrators: people.iter().filter(|person| person.is_acting_administrator()).count(),
    };
    context.signed_in = Some(auditor.member.shown());
    context.page(&state, StatusCode::OK, &page)
}

/// What can be done about somebody.
fn acts(person: &PersonRow) -> Vec<&'static str> {
    vec!["role", if person.disabled_at.is_some() { "enable" } else { "disable" }]
}

fn known(act: &str) -> Option<&'static str> {
    ["role", "disable", "enable"].into_iter().find(|known| *known == act)
}

pub(super) async fn show(
    State(state): State<AppState>,
    mut context: Context,
    auditor: Auditor,
    Path(account): Path<String>,
    Query(was): Query<WasDone>,
) -> Result<Response, Error> {
    let Some(person) = find(&state, &account).await? else { return Ok(not_found()) };
    let lifetime = Lifetime::of(&state.config.sign_in);
    let sessions = list_live_sessions(state.db.reading(), person.id, context.now, lifetime).await?.len();
    let acts = if auditor.administers() { acts(&person) } else { Vec::new() };
    let off = [
        (person.disabled_at, "account"),
        (person.membership_disabled_at, "membership"),
        (person.organisation_disabled_at, "organisation"),
    ];
    let page = PersonPage {
        username: person.username.clone(),
        id: person.id.to_string(),
        organisation: urls::admin_organisation(person.organisation_id),
        created: person.created_at.millis(),
        off: off.into_iter().find_map(|(at, what)| at.map(|_| what)),
        sessions,
        acts: acts.into_iter().map(|act| (act, urls::admin_person_act(person.id, act))).collect(),
        activity: urls::admin_audit_about(&person.id.to_string()),
        done: was.done.as_deref().and_then(known),
        person: line(&person),
    };
    context.signed_in = Some(auditor.member.shown());
    context.page(&state, StatusCode::OK, &page)
}

async fn find(state: &AppState, account: &str) -> Result<Option<PersonRow>, Error> {
    let Ok(account) = account.parse::<AccountId>() else { return Ok(None) };
    Ok(find_person(state.db.reading(), account).await?)
}

fn form(person: &PersonRow, act: &'static str, refused: Option<&'static str>) -> PersonActPage {
    PersonActPage {
        act,
        action: urls::admin_person_act(person.id, act),
        back: urls::admin_person(person.id),
        person: line(person),
        roles: InstanceRole::ALL.to_vec(),
        refused,
    }
}

pub(super) async fn ask(
    State(state): State<AppState>,
    mut context: Context,
    admin: InstanceAdmin,
    Path((account, act)): Path<(String, String)>,
) -> Result<Response, Error> {
    let person = find(&state, &account).await?;
    let Some((person, act)) = person.zip(known(&act)) else { return Ok(not_found()) };
    if !acts(&person).contains(&act) {
        return Ok(see_other(&urls::admin_person(person.id)));
    }
    context.signed_in = Some(admin.member.shown());
    context.page(&state, StatusCode::OK, &form(&person, act, None))
}

#[derive(Debug, Deserialize)]
pub(super) struct Filled {
    role: Option<InstanceRole>,
}

pub(super) async fn act(
    State(state): State<AppState>,
    mut context: Context,
    admin: InstanceAdmin,
    Path((account, act)): Path<(String, String)>,
    Form(filled): Form<Filled>,
) -> Result<Response, Error> {
    let person = find(&state, &account).await?;
    let Some((person, act)) = person.zip(known(&act)) else { return Ok(not_found()) };
    let by = doer(&admin, &context);
    let mut writer = state.db.writing().await?;
    let done = match (act, filled.role) {
        ("role", Some(role)) => change_instance_role(&mut writer, &state, &by, person.id, role).await?,
        ("role", None) => Done::Same,
        (act, _) => switch_account(&mut writer, &state, &by, person.id, act == "enable").await?,
    };
    match done {
        Done::Changed => {
            writer.commit().await?;
            // Whoever gave up their own role sees the console no more.
            let gave_up = act == "role" && Some(person.id) == by.account.map(|account| account.id);
            let to = if gave_up { urls::ACCOUNT.to_owned() } else { urls::admin_person(person.id) };
            Ok(see_other(&if gave_up { to } else { format!("{to}?done={act}") }))
        }
        Done::Same => Ok(see_other(&urls::admin_person(person.id))),
        Done::LastAdministrator | Done::NoStrongFactor => {
            let why = if done == Done::LastAdministrator { "last" } else { "weak" };
            context.signed_in = Some(admin.member.shown());
            context.page(&state, StatusCode::UNPROCESSABLE_ENTITY, &form(&person, act, Some(why)))
        }
        // Somebody took away, a moment ago, what the person did it with.
        Done::Unknown | Done::NotAllowed => Ok(not_found()),
    }
}
