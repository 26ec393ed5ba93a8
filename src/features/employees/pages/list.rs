//! The list of employees (O1).

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use strum::IntoEnumIterator as _;

use super::row;
use crate::domain::Timestamp;
use crate::domain::ids::{AccountId, OrganisationId};
use crate::domain::policy::NewNetworks;
use crate::features::employees::store::{Filter, Sort, Wanted, count_people, find_person, list_people};
use crate::features::employees::views::{EmployeeRow, EmployeesPage, InvitedRow, ListLink};
use crate::features::organisations::{MemberInvitation, list_member_invitations};
use crate::features::sessions::Member;
use crate::web::{AppState, Context, Error, urls};

/// The people on a page.
const A_PAGE: usize = 25;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    q: String,
    filter: String,
    sort: String,
    order: String,
    after: String,
    done: String,
}

impl Asked {
    /// What was just done; anybody may have written that.
    fn done(&self) -> Option<&'static str> {
        ["invited", "withdrawn", "many", "often"].into_iter().find(|word| *word == self.done)
    }

    /// What is meant; what nobody offered is left out.
    fn wanted(&self) -> Wanted {
        Wanted {
            filter: self.filter.parse().ok(),
            search: self.q.trim().chars().take(100).collect(),
            sort: self.sort.parse().unwrap_or_default(),
            descending: self.order == "down",
            after: self.after.parse().ok(),
        }
    }
}

pub(super) async fn show(
    State(state): State<AppState>,
    mut context: Context,
    member: Member,
    Query(asked): Query<Asked>,
) -> Result<Response, Error> {
    let home = member.standing.home().map(|place| (place.organisation_id, place.organisation_name.clone()));
    let (home, organisation) = home.unwrap_or((member.standing.account.home_organisation_id, String::new()));
    let page = match member.administers() {
        Some(id) => everybody(&state, id, organisation, (asked.wanted(), asked.done(), context.now)).await?,
        None => only_themselves(&state, home, organisation, member.session.account_id).await?,
    };
    let mut page = page;
    if member.standing.policy().new_networks.rule != NewNetworks::UsersChoice {
        page.rows.iter_mut().for_each(|row| row.waits = true);
    }
    context.signed_in = Some(member.shown());
    context.page(&state, StatusCode::OK, &page)
}

/// An employee finds the way to the own security here as well.
async fn only_themselves(
    state: &AppState,
    id: OrganisationId,
    organisation: String,
    account: AccountId,
) -> Result<EmployeesPage, Error> {
    let own = find_person(state.db.reading(), id, account).await?;
    let rows: Vec<EmployeeRow> =
        own.into_iter().map(|person| EmployeeRow { to: urls::ACCOUNT_SECURITY.to_owned(), ..row(person) }).collect();
    Ok(EmployeesPage {
        administers: false,
        organisation,
        filters: Vec::new(),
        columns: Vec::new(),
        search: String::new(),
        kept: Vec::new(),
        total: rows.len() as u64,
        everybody: true,
        rows,
        next: None,
        first: None,
        invited: Vec::new(),
        done: None,
    })
}

async fn everybody(
    state: &AppState,
    id: OrganisationId,
    organisation: String,
    (mut wanted, done, now): (Wanted, Option<&'static str>, Timestamp),
) -> Result<EmployeesPage, Error> {
    let db = state.db.reading();
    let invited = list_member_invitations(db, id).await?;
    if let Some(after) = wanted.after
        && find_person(db, id, after).await?.is_none()
    {
        wanted.after = None;
    }
    let mut people = list_people(db, id, &wanted, A_PAGE as u64 + 1).await?;
    let more = people.len() > A_PAGE;
    people.truncate(A_PAGE);
    let next = people.last().filter(|_| more).map(|last| address(&wanted, Some(last.account_id)));
    let mut filters = Vec::new();
    for filter in std::iter::once(None).chain(Filter::iter().map(Some)) {
        let narrowed = Wanted { filter, after: None, ..wanted.clone() };
        filters.push(ListLink {
            key: filter.map_or_else(|| "all".to_owned(), |filter| filter.to_string()),
            to: address(&narrowed, None),
            state: (filter == wanted.filter).then_some("current"),
            count: Some(count_people(db, id, &narrowed).await?),
        });
    }
    let columns = [Sort::Name, Sort::LastLogin, Sort::Email].map(|sort| {
        let here = sort == wanted.sort;
        let descending = here && !wanted.descending;
        ListLink {
            key: sort.to_string(),
            to: address(&Wanted { sort, descending, after: None, ..wanted.clone() }, None),
            state: here.then_some(if wanted.descending { "descending" } else { "ascending" }),
            count: None,
        }
    });
    Ok(EmployeesPage {
        administers: true,
        organisation,
        total: count_people(db, id, &wanted).await?,
        filters,
        columns: columns.into(),
        kept: fields(&Wanted { search: String::new(), ..wanted.clone() }),
        first: wanted.after.map(|_| address(&wanted, None)),
        everybody: wanted.filter.is_none() && wanted.search.is_empty(),
        search: wanted.search,
        rows: people.into_iter().map(row).collect(),
        next,
        invited: invited.into_iter().map(|invitation| invited_row(invitation, now)).collect(),
        done,
    })
}

/// An invitation as it is listed: the same for whoever has an account and whoever has none.
fn invited_row(invitation: MemberInvitation, now: Timestamp) -> InvitedRow {
    let address = |act: &str| format!("{}/invitations/{}/{act}", urls::EMPLOYEES, invitation.id);
    InvitedRow {
        again: address("again"),
        withdraw: address("withdraw"),
        state: invitation.state(now),
        role: invitation.role,
        at: invitation.created_at.millis(),
        email: invitation.email.to_string(),
        name: invitation.name,
    }
}

/// The fields that say so; what goes without saying is left out.
fn fields(wanted: &Wanted) -> Vec<(&'static str, String)> {
    let mut fields = Vec::new();
    if !wanted.search.is_empty() {
        fields.push(("q", wanted.search.clone()));
    }
    if let Some(filter) = wanted.filter {
        fields.push(("filter", filter.to_string()));
    }
    if wanted.sort != Sort::default() {
        fields.push(("sort", wanted.sort.to_string()));
    }
    if wanted.descending {
        fields.push(("order", "down".to_owned()));
    }
    fields
}

fn address(wanted: &Wanted, after: Option<AccountId>) -> String {
    let mut fields = fields(wanted);
    fields.extend(after.map(|after| ("after", after.to_string())));
    if fields.is_empty() {
        return urls::EMPLOYEES.to_owned();
    }
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    format!("{}?{query}", urls::EMPLOYEES)
}
