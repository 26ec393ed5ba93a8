//! Letting the helpdesk help the people of the organisation, for a month.

use axum::extract::State;
use axum::response::Response;
use jiff::ToSpan as _;
use jiff::tz::TimeZone;
use serde::Deserialize;

use super::{event, not_found};
use crate::domain::Timestamp;
use crate::domain::ids::OrganisationId;
use crate::features::audit::{self, About, Chain, Ink, list_events_about};
use crate::features::interactions::FreshAdmin;
use crate::features::organisations::{Rules, set_helpdesk_access, take_turn_as};
use crate::features::security_center::views::{HelpdeskAccess, HelpdeskEvent};
use crate::storage::Reader;
use crate::web::{AppState, Context, Error, Form, see_other, urls};

/// How many past events are shown.
const SHOWN: u64 = 10;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Act {
    Give,
    Revoke,
}

#[derive(Debug, Deserialize)]
pub(super) struct Filled {
    act: Act,
}

/// Gives the helpdesk access, or takes it back.
pub(super) async fn change(
    State(state): State<AppState>,
    context: Context,
    FreshAdmin(admin): FreshAdmin,
    Form(filled): Form<Filled>,
) -> Result<Response, Error> {
    let now = context.now;
    let (until, outcome) = match filled.act {
        Act::Give => (Some(a_month_after(now, &state.config.branding.time_zone)), "given"),
        Act::Revoke => (None, "revoked"),
    };
    let mut writer = state.db.writing().await?;
    let by = admin.member.session.account_id;
    if !take_turn_as(&mut writer, admin.organisation, by).await? {
        return Ok(not_found());
    }
    if !set_helpdesk_access(&mut writer, admin.organisation, until).await? {
        return Ok(not_found());
    }
    let mut event = event(&context, &admin, "helpdesk.access", outcome);
    if let Some(until) = until {
        event = event.with("until", until.millis());
    }
    audit::record(&mut writer, Ink::of(&state, now), event).await?;
    writer.commit().await?;
    Ok(see_other(&format!("{}?done={outcome}#helpdesk", urls::SECURITY_CENTER)))
}

/// The same day and hour of the next month, in the office.
fn a_month_after(now: Timestamp, zone: &str) -> Timestamp {
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    let here = jiff::Timestamp::from_millisecond(now.millis()).unwrap_or_default().to_zoned(zone);
    let then = here.checked_add(1.month()).unwrap_or(here);
    Timestamp::from_millis(then.timestamp().as_millisecond())
}

/// What the page shows about it.
pub(super) async fn shown(
    db: &Reader,
    organisation: OrganisationId,
    rules: &Rules,
    now: Timestamp,
) -> Result<HelpdeskAccess, Error> {
    let about = About {
        chain: Some(Chain::Organisation(organisation)),
        account: None,
        kinds: &["helpdesk."],
        since: None,
        before: None,
        limit: SHOWN,
    };
    let events = list_events_about(db, &about).await?;
    let history = events.into_iter().map(|event| HelpdeskEvent {
        at: event.at,
        by: event.personal.get("actor_name").and_then(|name| name.as_str()).map(str::to_owned),
        what: match (event.kind.as_str(), event.outcome.as_str()) {
            ("helpdesk.access", "given") => "given",
            ("helpdesk.access", "revoked") => "revoked",
            _ => "looked",
        },
    });
    Ok(HelpdeskAccess {
        until: rules.helpdesk_until.filter(|until| now < *until).map(Timestamp::millis),
        history: history.collect(),
    })
}
