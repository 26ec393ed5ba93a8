//! The audit.

use super::answers::Answered;
use super::call::Call;
use super::documents::EventShown;
use super::problems::{Problem, Stop};
use crate::domain::ids::{AccountId, OrganisationId};
use crate::features::audit::{About, Chain, list_events_about};
use crate::features::declarations::instant_of;

pub(super) async fn list(call: Call) -> Answered {
    let page = call.page()?;
    let organisation = match call.asked("organisation") {
        None => call.caller.organisation,
        Some(id) => match id.parse::<OrganisationId>() {
            Ok(id) if call.caller.sees(id) => Some(id),
            _ => return Err(Problem::not_found("organisation").into()),
        },
    };
    let account = match call.asked("account") {
        None => None,
        Some(id) => Some(id.parse::<AccountId>().map_err(|_| Problem::field("account", "This is no account."))?),
    };
    let since = match call.asked("since") {
        None => None,
        Some(text) => {
            let wrong = || Problem::field("since", "Write a point in time as 2026-12-01T00:00:00Z.");
            Some(instant_of(text).ok_or_else(wrong)?)
        }
    };
    let kinds: Vec<&str> = call.asked("kind").into_iter().collect();
    let before = match &page.after {
        None => None,
        Some(text) => Some(text.parse().map_err(|_| Stop::from(Problem::new("bad_cursor", "This is no cursor.")))?),
    };
    let about = About {
        chain: organisation.map(Chain::Organisation),
        account,
        kinds: &kinds,
        since,
        before,
        limit: page.limit,
    };
    let rows = list_events_about(call.db(), &about).await?;
    Ok(call.list(&page, rows, |event| event.id.clone(), EventShown::of))
}
