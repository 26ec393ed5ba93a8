//! What happened to the account (A8).

use std::collections::BTreeMap;
use std::time::Duration;

use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Deserialize;

use super::{live_sessions, name_of_app};
use crate::domain::Timestamp;
use crate::domain::ids::{AccountId, AuditId};
use crate::features::account::rules::{Bar, Period, Topic, Way, bar, cell, sentence, text};
use crate::features::account::views::{ActivityPage, Chart, Day, DayCount, EventRow, NotYouPage};
use crate::features::audit::{About, Recorded, list_events_about};
use crate::features::passwords::has_password;
use crate::features::sessions::Member;
use crate::web::{AppState, Context, Error};

/// How many events a page shows.
const PAGE: u64 = 25;
/// The most events that are counted for the chart, or written to a table.
const MOST: u64 = 10_000;
const DAY: Duration = Duration::from_hours(24);

#[derive(Debug, Deserialize)]
pub(super) struct Wanted {
    #[serde(default)]
    what: Topic,
    #[serde(default)]
    days: Period,
    before: Option<AuditId>,
}

/// The dates of an office.
struct Calendar(TimeZone);

impl Calendar {
    fn of(state: &AppState) -> Self {
        Self(TimeZone::get(&state.config.branding.time_zone).unwrap_or(TimeZone::UTC))
    }

    fn date(&self, at: i64) -> Date {
        let at = jiff::Timestamp::from_millisecond(at).unwrap_or_default();
        at.to_zoned(self.0.clone()).date()
    }

    /// When the day `back` days ago began.
    fn start(&self, now: Timestamp, back: u16) -> Timestamp {
        let date = self.date(now.before(DAY * u32::from(back)).millis());
        let start = date.to_zoned(self.0.clone()).map(|start| start.timestamp().as_millisecond());
        start.map_or(now.before(DAY * u32::from(back)), Timestamp::from_millis)
    }
}

pub(super) async fn activity(
    State(state): State<AppState>,
    mut context: Context,
    member: Member,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Error> {
    let calendar = Calendar::of(&state);
    let since = calendar.start(context.now, wanted.days.days() - 1);
    let about = About {
        chain: None,
        account: Some(member.session.account_id),
        kinds: wanted.what.kinds(),
        since: Some(since),
        before: wanted.before,
        limit: PAGE + 1,
    };
    let mut found = list_events_about(state.db.reading(), &about).await?;
    let more = found.len() as u64 > PAGE;
    found.truncate(usize::try_from(PAGE).unwrap_or(usize::MAX));
    let next = found.last().map(|event| event.id.clone()).filter(|_| more);
    let mut days: Vec<Day> = Vec::new();
    for event in found {
        let row = row(&state, event).await?;
        match days.last_mut().filter(|day| calendar.date(day.at) == calendar.date(row.at)) {
            Some(day) => day.rows.push(row),
            None => days.push(Day { at: row.at, rows: vec![row] }),
        }
    }
    let chart = chart(&state, &calendar, member.session.account_id, (since, context.now)).await?;
    let page =
        ActivityPage { topic: wanted.what, period: wanted.days, days, later: wanted.before.is_some(), next, chart };
    context.signed_in = Some(member.shown());
    context.page(&state, StatusCode::OK, &page)
}

async fn chart(
    state: &AppState,
    calendar: &Calendar,
    account: AccountId,
    (since, now): (Timestamp, Timestamp),
) -> Result<Chart, Error> {
    let kinds = Topic::SignIns.kinds();
    let about = About { chain: None, account: Some(account), kinds, since: Some(since), before: None, limit: MOST };
    let mut days: BTreeMap<Date, DayCount> = BTreeMap::new();
    let (mut date, last) = (calendar.date(since.millis()), calendar.date(now.millis()));
    while date <= last {
        let noon = date.at(12, 0, 0, 0).to_zoned(calendar.0.clone());
        let at = noon.map_or(0, |noon| noon.timestamp().as_millisecond());
        days.insert(date, DayCount { at, ..DayCount::default() });
        let Ok(next) = date.tomorrow() else { break };
        date = next;
    }
    for event in list_events_about(state.db.reading(), &about).await? {
        let Some(day) = days.get_mut(&calendar.date(event.at)) else { continue };
        match bar(&event.kind, &event.outcome, &event.facts) {
            Some(Bar::Passkey) => day.passkey += 1,
            Some(Bar::Second) => day.second += 1,
            Some(Bar::Password) => day.password += 1,
            Some(Bar::Failed) => day.failed += 1,
            None => {}
        }
    }
    Ok(Chart::of(days.into_values().collect()))
}

/// The last `limit` events of an account, as sentences.
pub(super) async fn last_events(state: &AppState, account: AccountId, limit: u64) -> Result<Vec<EventRow>, Error> {
    let about = About { chain: None, account: Some(account), kinds: &[], since: None, before: None, limit };
    let mut rows = Vec::new();
    for event in list_events_about(state.db.reading(), &about).await? {
        rows.push(row(state, event).await?);
    }
    Ok(rows)
}

async fn row(state: &AppState, event: Recorded) -> Result<EventRow, Error> {
    let app = match &event.client_id {
        Some(id) => Some(name_of_app(state, id).await?),
        None => None,
    };
    let sentence = match (sentence(&event.kind, &event.outcome), &app) {
        ("signed-in", Some(_)) => "signed-in-app",
        (sentence, _) => sentence,
    };
    let amr = text(&event.facts, "amr");
    Ok(EventRow {
        at: event.at,
        sentence,
        app,
        way: sentence.starts_with("signed-in").then(|| Way::told(&event.kind, amr)),
        factor: text(&event.facts, "kind").parse().ok(),
        ip: event.personal.get("ip").and_then(|ip| ip.as_str()).map(str::to_owned),
        kind: event.kind,
        reference: event.reference,
    })
}

/// The same as a table, all of it.
pub(super) async fn table(
    State(state): State<AppState>,
    member: Member,
    context: Context,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Error> {
    let since = Calendar::of(&state).start(context.now, wanted.days.days() - 1);
    let about = About {
        chain: None,
        account: Some(member.session.account_id),
        kinds: wanted.what.kinds(),
        since: Some(since),
        before: None,
        limit: MOST,
    };
    let mut csv = csv::Writer::from_writer(Vec::new());
    csv.write_record(["time", "event", "outcome", "app", "ip", "reference"]).map_err(Error::new)?;
    for event in list_events_about(state.db.reading(), &about).await? {
        let at = jiff::Timestamp::from_millisecond(event.at).map_err(Error::new)?.to_string();
        let app = match &event.client_id {
            Some(id) => name_of_app(&state, id).await?,
            None => String::new(),
        };
        let ip = event.personal.get("ip").and_then(|ip| ip.as_str()).unwrap_or_default();
        let cells = [&at, &event.kind, &event.outcome, &app, ip, &event.reference].map(cell);
        csv.write_record(cells).map_err(Error::new)?;
    }
    let bytes = csv.into_inner().map_err(|fault| Error::new(fault.into_error()))?;
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
