//! What happened in the organisation (O5).

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use serde::Deserialize;

use super::history::{Asked, History};
use super::rules::{Period, Topic};
use super::store::list_names;
use super::views::{OrganisationActivityPage, PersonActivityPage};
use crate::domain::ids::{AccountId, AuditId};
use crate::features::accounts::{InstanceRole, find_account};
use crate::features::audit::Chain;
use crate::features::organisations::PersonTabs;
use crate::features::sessions::OrgAdmin;
use crate::web::{AppState, Context, Error, PageProblem, Routes, urls};

/// How many changes of the rules stay at the top.
const PINNED: u64 = 3;

/// The routes of activity in the organisation.
pub fn routes() -> Routes {
    Router::new()
        .route(urls::ORGANISATION_ACTIVITY, get(show))
        .route(urls::ORGANISATION_ACTIVITY_CSV, get(table))
        .route("/organisation/employees/{account}/activity", get(show_person))
}

#[derive(Debug, Deserialize)]
struct Wanted {
    #[serde(default)]
    what: Topic,
    #[serde(default)]
    days: Period,
    /// Empty for everybody.
    #[serde(default)]
    person: String,
    before: Option<AuditId>,
}

impl Wanted {
    /// What is asked for, if whoever it is about is one of these people.
    fn asked(&self, admin: &OrgAdmin, people: &[(AccountId, String)]) -> Option<Asked> {
        let chain = Some(Chain::Organisation(admin.organisation));
        let (topic, period) = (self.what, self.days);
        if self.person.is_empty() {
            return Some(Asked { chain, account: None, topic, period });
        }
        let account: AccountId = self.person.parse().ok()?;
        let is_here = people.iter().any(|(id, _)| *id == account);
        is_here.then_some(Asked { chain, account: Some(account), topic, period })
    }
}

async fn show(
    State(state): State<AppState>,
    mut context: Context,
    admin: OrgAdmin,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Error> {
    let people = list_names(state.db.reading(), admin.organisation).await?;
    let Some(asked) = wanted.asked(&admin, &people) else {
        return Ok(PageProblem::NotFound.into_response_with(StatusCode::NOT_FOUND));
    };
    let history = History::of(&state, asked, context.now).naming(&people);
    let (days, next) = history.page(wanted.before).await?;
    let everybody = Asked { account: None, ..asked };
    let rules = History::of(&state, everybody, context.now).naming(&people);
    let page = OrganisationActivityPage {
        organisation: admin.member.standing.home().map(|place| place.organisation_name.clone()).unwrap_or_default(),
        people: people.into_iter().map(|(id, name)| (id.to_string(), name)).collect(),
        person: wanted.person,
        topic: wanted.what,
        period: wanted.days,
        days,
        later: wanted.before.is_some(),
        next,
        chart: history.chart().await?,
        pinned: rules.last(&["organisation.policy"], PINNED).await?,
    };
    context.signed_in = Some(admin.member.shown());
    context.page(&state, StatusCode::OK, &page)
}

/// What happened to one of the people; about somebody who is at home elsewhere, only what concerns this organisation.
async fn show_person(
    State(state): State<AppState>,
    mut context: Context,
    admin: OrgAdmin,
    Path(account): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Error> {
    let not_found = || Ok(PageProblem::NotFound.into_response_with(StatusCode::NOT_FOUND));
    let db = state.db.reading();
    let people = list_names(db, admin.organisation).await?;
    let wanted = Wanted { person: account, ..wanted };
    let asked = wanted.asked(&admin, &people);
    let Some((asked, account)) = asked.and_then(|asked| Some((asked, asked.account?))) else { return not_found() };
    let Some(account) = find_account(db, account).await? else { return not_found() };
    let history = History::of(&state, asked, context.now).naming(&people);
    let (days, next) = history.page(wanted.before).await?;
    let looked_after =
        account.home_organisation_id == admin.organisation && account.instance_role == InstanceRole::None;
    let page = PersonActivityPage {
        tabs: PersonTabs {
            base: urls::employee(account.id),
            email: account.email.to_string(),
            here: "activity",
            looked_after,
            name: account.name,
        },
        here: urls::employee_activity(account.id),
        person: account.id.to_string(),
        topic: wanted.what,
        period: wanted.days,
        days,
        later: wanted.before.is_some(),
        next,
        chart: history.chart().await?,
    };
    context.signed_in = Some(admin.member.shown());
    context.page(&state, StatusCode::OK, &page)
}

/// The same as a table, all of it.
async fn table(
    State(state): State<AppState>,
    context: Context,
    admin: OrgAdmin,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Error> {
    let people = list_names(state.db.reading(), admin.organisation).await?;
    let Some(asked) = wanted.asked(&admin, &people) else {
        return Ok(PageProblem::NotFound.into_response_with(StatusCode::NOT_FOUND));
    };
    let bytes = History::of(&state, asked, context.now).naming(&people).table().await?;
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"activity.csv\""));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok((headers, bytes).into_response())
}
