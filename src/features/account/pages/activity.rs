//! What happened to the account (A8).

use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;

use super::live_sessions;
use crate::domain::Timestamp;
use crate::domain::ids::{AccountId, AuditId};
use crate::features::account::views::{ActivityPage, NotYouPage};
use crate::features::activity::{Asked, EventRow, History, Period, Topic};
use crate::features::passwords::has_password;
use crate::features::sessions::Member;
use crate::web::{AppState, Context, Error};

#[derive(Debug, Deserialize)]
pub(super) struct Wanted {
    #[serde(default)]
    what: Topic,
    #[serde(default)]
    days: Period,
    before: Option<AuditId>,
}

impl Wanted {
    fn history<'a>(&self, state: &'a AppState, member: &Member, now: Timestamp) -> History<'a> {
        let account = Some(member.session.account_id);
        History::of(state, Asked { chain: None, account, topic: self.what, period: self.days }, now)
    }
}

pub(super) async fn activity(
    State(state): State<AppState>,
    mut context: Context,
    member: Member,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Error> {
    let history = wanted.history(&state, &member, context.now);
    let (days, next) = history.page(wanted.before).await?;
    let chart = history.chart().await?;
    let page =
        ActivityPage { topic: wanted.what, period: wanted.days, days, later: wanted.before.is_some(), next, chart };
    context.signed_in = Some(member.shown());
    context.page(&state, StatusCode::OK, &page)
}

/// The last `limit` events of an account, as sentences.
pub(super) async fn last_events(
    state: &AppState,
    account: AccountId,
    limit: u64,
    now: Timestamp,
) -> Result<Vec<EventRow>, Error> {
    let asked = Asked { chain: None, account: Some(account), topic: Topic::All, period: Period::Month };
    History::of(state, asked, now).last(&[], limit).await
}

/// The same as a table, all of it.
pub(super) async fn table(
    State(state): State<AppState>,
    member: Member,
    context: Context,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Error> {
    let bytes = wanted.history(&state, &member, context.now).table().await?;
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"activity.csv\""));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok((headers, bytes).into_response())
}

pub(super) async fn not_you(
    State(state): State<AppState>,
    mut context: Context,
    member: Member,
) -> Result<Response, Error> {
    let sessions = live_sessions(&state, &context, &member).await?;
    let page = NotYouPage {
        other_sessions: sessions.len().saturating_sub(1),
        has_password: has_password(state.db.reading(), member.session.account_id).await?,
    };
    context.signed_in = Some(member.shown());
    context.page(&state, StatusCode::OK, &page)
}
