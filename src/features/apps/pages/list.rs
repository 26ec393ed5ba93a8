//! The list of apps.

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use url::form_urlencoded;

use super::row;
use crate::features::apps::views::AppsPage;
use crate::features::clients::{Registered, list_registered};
use crate::features::console::Auditor;
use crate::web::{AppState, Context, Error, urls};

/// How many are shown at once.
const AT_ONCE: usize = 25;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    q: String,
    show: String,
    /// The app after which the page begins.
    after: Option<String>,
    done: Option<String>,
}

pub(super) async fn show(
    State(state): State<AppState>,
    mut context: Context,
    auditor: Auditor,
    Query(asked): Query<Asked>,
) -> Result<Response, Error> {
    let all = list_registered(state.db.reading()).await?;
    let wanted = asked.q.trim().to_lowercase();
    let found: Vec<&Registered> = all.iter().filter(|app| matches(app, &wanted)).collect();
    let is_shown = |app: &Registered, which: &str| match which {
        "off" => app.client.disabled_at.is_some(),
        "unused" => app.last_used_at.is_none(),
        _ => true,
    };
    let which = if matches!(asked.show.as_str(), "off" | "unused") { asked.show.as_str() } else { "all" };
    let count = |which| found.iter().filter(|app| is_shown(app, which)).count();
    let filters = ["all", "off", "unused"].map(|name| (name, count(name), name == which)).to_vec();
    let shown: Vec<&Registered> = found.into_iter().filter(|app| is_shown(app, which)).collect();
    let total = shown.len();
    let first =
        asked.after.and_then(|after| shown.iter().position(|app| app.client.id == after)).map_or(0, |at| at + 1);
    let rows: Vec<_> = shown.iter().skip(first).take(AT_ONCE).map(|app| row(app)).collect();
    let next = (first + rows.len() < total).then(|| rows.last()).flatten().map(|last| {
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("q", &asked.q)
            .append_pair("show", which)
            .append_pair("after", &last.id)
            .finish();
        format!("{}?{query}", urls::ADMIN_APPS)
    });
    let page = AppsPage {
        may_change: auditor.administers(),
        search: asked.q,
        filters,
        total,
        rows,
        next,
        done: (asked.done.as_deref() == Some("removed")).then_some("removed"),
    };
    context.signed_in = Some(auditor.member.shown());
    context.page(&state, StatusCode::OK, &page)
}

fn matches(app: &Registered, wanted: &str) -> bool {
    let client = &app.client;
    let addresses = client.metadata.redirect_uris.iter().chain(&client.metadata.home_uri);
    wanted.is_empty()
        || client.name.to_lowercase().contains(wanted)
        || client.id.to_lowercase().contains(wanted)
        || addresses.into_iter().any(|address| address.to_lowercase().contains(wanted))
}
