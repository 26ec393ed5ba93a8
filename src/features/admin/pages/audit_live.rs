//! Tells a page that follows the audit that something happened that it would show.

use std::collections::HashSet;
use std::convert::Infallible;
use std::time::Duration;

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse as _, Response};
use futures_util::stream;
use tokio::time::sleep;
use tracing::warn;

use super::not_found;
use crate::features::admin::audit_search::Asked;
use crate::features::admin::streams::{Streamed, Streams};
use crate::features::console::Auditor;
use crate::web::{AppState, Context, Error, see_other, urls};

/// How often the database is looked at: another node may have written it.
const EVERY: Duration = Duration::from_secs(1);
/// After so many looks the browser asks anew, so that no connection outlives a restart for long.
const LOOKS: u32 = 20;
/// How far every look goes back: an event is seen only once its transaction is through, and clocks of nodes differ.
const BACK: Duration = Duration::from_secs(30);
/// The most events that are told of at once.
const MOST: usize = 100;

/// The events of the last moments that are wanted; none when the person may look no more. This prolongs no visit.
async fn look(state: &AppState, context: &Context, asked: &Asked) -> Result<Option<Vec<String>>, Error> {
    let mut context = context.clone();
    context.now = state.now();
    if Auditor::find(state, &context).await?.is_none() {
        return Ok(None);
    }
    let things = asked.things(state).await?;
    let found = asked.find(state, things.as_deref(), (None, Some(context.now.before(BACK)), MOST)).await?;
    Ok(Some(found.events.into_iter().map(|event| event.id).collect()))
}

/// Server-sent events (HTML Living Standard, section 9.2): how many new events there are, whenever there are some.
pub(super) async fn events(
    State(state): State<AppState>,
    context: Context,
    Query(asked): Query<Asked>,
) -> Result<Response, Error> {
    // Not the extractor: a page that connects again and again by itself is no use of the console.
    let Some(auditor) = Auditor::find(&state, &context).await? else {
        let guest = context.session.is_none();
        return Ok(if guest { see_other(urls::SIGN_IN) } else { not_found() });
    };
    let Some(seat) = state.service::<Streams>().take(auditor.member.session.account_id, Streamed::Live) else {
        // No page: a script reads this, and says that following has stopped.
        return Ok(StatusCode::TOO_MANY_REQUESTS.into_response());
    };
    let asked = asked.tidy();
    // What is there at the start, the page shows already.
    let seen: HashSet<String> = look(&state, &context, &asked).await?.into_iter().flatten().collect();
    let looks = stream::unfold((seen, 0, seat), move |(mut seen, count, seat)| {
        let (state, context, asked) = (state.clone(), context.clone(), asked.clone());
        async move {
            if count == 0 {
                let ready = Event::default().retry(EVERY).comment("following");
                return Some((Ok::<_, Infallible>(ready), (seen, 1, seat)));
            }
            if count > LOOKS {
                return None;
            }
            sleep(EVERY).await;
            let now = match look(&state, &context, &asked).await {
                Ok(now) => now?,
                Err(fault) => {
                    warn!("a page that follows the audit could not be told: {fault}");
                    return None;
                }
            };
            let new = now.into_iter().filter(|id| seen.insert(id.clone())).count();
            let event = if new > 0 { Event::default().data(new.to_string()) } else { Event::default().comment("") };
            Some((Ok(event), (seen, count + 1, seat)))
        }
    });
    Ok(Sse::new(looks).into_response())
}
