//! What tells the page that waits how its link stands: once, or as it happens.

use std::convert::Infallible;
use std::time::Duration;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse as _, Response};
use futures_util::stream;
use serde::Serialize;
use tokio::time::sleep;
use tracing::warn;

use crate::domain::FactorKind;
use crate::domain::sign_in::{Decision, Question};
use crate::features::challenges::{Bond, Purpose, is_confirmed};
use crate::features::interactions::Passage;
use crate::web::{AppState, Context, Error};

/// How often the database is looked at: another node may have got the answer.
const EVERY: Duration = Duration::from_secs(1);
/// After so many looks the browser asks anew, so that no connection outlives a restart for long.
const LOOKS: u32 = 20;

/// How a sign-in that waits stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Stands {
    /// Nothing happened yet.
    Waiting,
    /// It can go on.
    Confirmed,
    /// It was stopped from the mail.
    Stopped,
    /// There is nothing to wait for any more.
    Over,
}

impl Stands {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Confirmed => "confirmed",
            Self::Stopped => "stopped",
            Self::Over => "over",
        }
    }
}

/// How the sign-in `id` of this browser stands at this moment.
async fn look(state: &AppState, context: &Context, id: &str) -> Result<Stands, Error> {
    let mut context = context.clone();
    context.now = state.now();
    let Some(passage) = Passage::find(state, &context, id).await? else { return Ok(Stands::Over) };
    let purpose = match passage.decision(context.now) {
        Decision::Ask(Question::ConfirmNetwork { .. }) => Purpose::Network,
        Decision::Ask(Question::SecondFactor { kinds, .. }) if kinds.contains(FactorKind::Email) => Purpose::Second,
        Decision::Ask(Question::Authenticate) if passage.interaction.purpose.stopped => return Ok(Stands::Stopped),
        Decision::Ask(Question::Authenticate) => return Ok(Stands::Over),
        // An administrator validated it, or another tab went on.
        _ => return Ok(Stands::Confirmed),
    };
    let Some(standing) = &passage.standing else { return Ok(Stands::Over) };
    let place = passage.interaction.id.to_string();
    let network = Some(passage.network());
    let bond = Bond { purpose, kind: FactorKind::Email, account: standing.account.id, place, network };
    let confirmed = is_confirmed(state.db.reading(), &bond).await?;
    Ok(if confirmed { Stands::Confirmed } else { Stands::Waiting })
}

#[derive(Debug, Serialize)]
struct Answer {
    stands: Stands,
}

pub(super) async fn state(
    State(state): State<AppState>,
    context: Context,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    let stands = look(&state, &context, &id).await?;
    Ok(Json(Answer { stands }).into_response())
}

/// Server-sent events (HTML Living Standard, section 9.2): one at the start and at the end, and signs of life between.
pub(super) async fn events(
    State(state): State<AppState>,
    context: Context,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    let first = look(&state, &context, &id).await?;
    let looks = stream::unfold((Some(first), 0), move |(next, count)| {
        let (state, context, id) = (state.clone(), context.clone(), id.clone());
        async move {
            let stands = match next {
                Some(stands) => stands,
                None if count >= LOOKS => return None,
                None => {
                    sleep(EVERY).await;
                    match look(&state, &context, &id).await {
                        Ok(stands) => stands,
                        Err(fault) => {
                            warn!("a page that waits could not be told how it stands: {fault}");
                            return None;
                        }
                    }
                }
            };
            let event = if stands == Stands::Waiting && next.is_none() {
                Event::default().comment("")
            } else {
                Event::default().retry(EVERY).data(stands.as_str())
            };
            // After an end there is nothing more to tell.
            let after = if stands == Stands::Waiting { count + 1 } else { LOOKS };
            Some((Ok::<_, Infallible>(event), (None, after)))
        }
    });
    Ok(Sse::new(looks).into_response())
}
