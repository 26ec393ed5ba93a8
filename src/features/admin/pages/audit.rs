//! All that happened (M7).

use std::collections::HashMap;

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;

use crate::domain::ids::OrganisationId;
use crate::features::activity::{Asked as Wished, EventRow, History, Period, Topic};
use crate::features::admin::audit_search::{Asked, names_in};
use crate::features::admin::views::{AuditPage, AuditRow};
use crate::features::audit::Recorded;
use crate::features::console::Auditor;
use crate::features::organisations::find_organisation;
use crate::web::{AppState, Context, Error, urls};

/// How many events a page shows.
const A_PAGE: usize = 25;

pub(super) async fn show(
    State(state): State<AppState>,
    mut context: Context,
    auditor: Auditor,
    Query(asked): Query<Asked>,
) -> Result<Response, Error> {
    let asked = asked.tidy();
    let before = asked.before.parse().ok();
    let things = asked.things(&state).await?;
    let found = asked.find(&state, things.as_deref(), (before, None, A_PAGE)).await?;
    let events: Vec<String> = found.events.iter().map(written).collect();
    let chains: Vec<String> = found.events.iter().map(|event| event.chain.clone()).collect();
    let rows = tell(&state, &context, found.events).await?;
    let mut organisations: HashMap<String, String> = HashMap::new();
    for chain in &chains {
        if let (false, Ok(id)) = (organisations.contains_key(chain), chain.parse::<OrganisationId>()) {
            let name = find_organisation(state.db.reading(), id).await?.map(|found| found.name);
            organisations.insert(chain.clone(), name.unwrap_or_default());
        }
    }
    let rows = rows.into_iter().zip(events).zip(chains).map(|((row, json), chain)| AuditRow {
        organisation: organisations.get(&chain).cloned().unwrap_or_default(),
        row,
        json,
    });
    let chip = |name: &str, value: &str, current: &str| {
        (value.to_owned(), asked.link(urls::ADMIN_AUDIT, &[(name, value)]), value == current)
    };
    let page = AuditPage {
        rows: rows.collect(),
        kinds: [""].into_iter().chain(Asked::KINDS).map(|kind| chip("what", kind, &asked.what)).collect(),
        results: ["", "done", "failed"].map(|result| chip("result", result, &asked.result)).into(),
        next: found.next.map(|id| asked.link(urls::ADMIN_AUDIT, &[("before", &id.to_string())])),
        newest: before.map(|_| asked.link(urls::ADMIN_AUDIT, &[])),
        live: before.is_none().then(|| asked.link(urls::ADMIN_AUDIT_LIVE, &[])),
        narrowed: !asked.link("", &[]).is_empty(),
        search: asked.q,
        what: asked.what,
        result: asked.result,
        from: asked.from,
        to: asked.to,
    };
    context.signed_in = Some(auditor.member.shown());
    context.page(&state, StatusCode::OK, &page)
}

/// Events as sentences, in their order.
async fn tell(state: &AppState, context: &Context, events: Vec<Recorded>) -> Result<Vec<EventRow>, Error> {
    let wished = Wished { chain: None, account: None, topic: Topic::All, period: Period::Week };
    let names = names_in(state, &events).await?;
    History::of(state, wished, context.now).naming(&names).tell(events).await
}

/// An event as it is kept.
fn written(event: &Recorded) -> String {
    serde_json::to_string_pretty(event).unwrap_or_default()
}
