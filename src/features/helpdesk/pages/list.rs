//! The queue.

use std::collections::HashMap;
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::Helper;
use crate::domain::ids::OrganisationId;
use crate::features::accounts::find_account;
use crate::features::helpdesk::rules::{Case, may_see};
use crate::features::helpdesk::store;
use crate::features::helpdesk::views::{CaseRow, RequestsPage};
use crate::features::organisations::{find_organisation, helpdesk_access};
use crate::storage::Reader;
use crate::web::{AppState, Context, Error, urls};

/// For how long back cases that are over are listed.
const BACK: Duration = Duration::from_hours(24 * 30);

pub(super) async fn show(
    State(state): State<AppState>,
    mut context: Context,
    helper: Helper,
) -> Result<Response, Error> {
    let db = state.db.reading();
    let now = context.now;
    let mut known: HashMap<OrganisationId, bool> = HashMap::new();
    let mut page = RequestsPage { open: Vec::new(), over: Vec::new() };
    for case in store::list_cases(db, now.before(BACK)).await? {
        let sees = match known.get(&case.organisation) {
            Some(sees) => *sees,
            None => may_see(helper.who, case.organisation, helpdesk_access(db, case.organisation).await?, now),
        };
        known.insert(case.organisation, sees);
        if sees && let Some(row) = row(db, &case, &context).await? {
            (if case.is_open(now) { &mut page.open } else { &mut page.over }).push(row);
        }
    }
    context.signed_in = Some(helper.member.shown());
    context.page(&state, StatusCode::OK, &page)
}

/// A case as it is listed.
pub(super) async fn row(db: &Reader, case: &Case, context: &Context) -> Result<Option<CaseRow>, Error> {
    let Some(account) = find_account(db, case.account).await? else { return Ok(None) };
    let organisation = find_organisation(db, case.organisation).await?;
    Ok(Some(CaseRow {
        to: urls::recovery_request(case.id),
        name: account.name,
        email: account.email.to_string(),
        organisation: organisation.map(|found| found.name).unwrap_or_default(),
        state: case.word(context.now),
        created: case.created_at.millis(),
    }))
}
