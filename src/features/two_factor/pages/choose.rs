//! Which way to do the second step (H4)?

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use crate::domain::FactorKind;
use crate::domain::sign_in::Question;
use crate::features::factors::{Factor, find_preferences, list_factors};
use crate::features::interactions::{Passage, expired_page};
use crate::features::two_factor::kinds_at_hand;
use crate::features::two_factor::views::{ChoosePage, Way};
use crate::web::{AppState, Context, Error, see_other, urls};

#[derive(Debug, Deserialize)]
pub(super) struct Wanted {
    /// The person wants to choose.
    choose: Option<String>,
}

pub(super) async fn show(
    State(state): State<AppState>,
    mut context: Context,
    Path(id): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Error> {
    let Some(passage) = Passage::find(&state, &context, &id).await? else {
        return expired_page(&state, &mut context, None);
    };
    context.prefer(passage.interaction.purpose.languages());
    let (Some(Question::SecondFactor { kinds, for_app, .. }), Some(standing)) =
        (passage.second_steps(context.now), &passage.standing)
    else {
        return Ok(see_other(&passage.next_page(context.now)));
    };
    let db = state.db.reading();
    let factors = list_factors(db, standing.account.id).await?;
    let preferred = find_preferences(db, standing.account.id).await?.default_kind;
    let usable = kinds.and(kinds_at_hand(&state.config));
    let order = in_order(&factors, preferred);
    let first = order.iter().copied().find(|kind| usable.contains(*kind));
    if wanted.choose.is_none()
        && let Some(first) = first
    {
        return Ok(see_other(&urls::second_step_by(&id, first)));
    }
    let ways = order
        .into_iter()
        .map(|kind| Way {
            kind,
            to: usable.contains(kind).then(|| urls::second_step_by(&id, kind)),
            hint: factors.iter().find(|factor| factor.kind == kind).and_then(|factor| factor.details.hint.clone()),
        })
        .collect();
    let app = passage.interaction.purpose.app_name().map(str::to_owned);
    let page =
        ChoosePage { ways, for_app: for_app.and(app), anew: urls::sign_in_anew(&id), recover: urls::recover(&id) };
    context.page(&state, StatusCode::OK, &page)
}

/// The kinds that are enrolled: the default first, then the last used, and codes for bad days at the end.
fn in_order(factors: &[Factor], preferred: Option<FactorKind>) -> Vec<FactorKind> {
    let mut sorted: Vec<&Factor> = factors.iter().collect();
    sorted.sort_by_key(|factor| {
        let last = factor.kind == FactorKind::RecoveryCode;
        (last, preferred != Some(factor.kind), std::cmp::Reverse(factor.last_used_at), factor.kind)
    });
    let mut kinds: Vec<FactorKind> = Vec::new();
    for factor in sorted {
        if !kinds.contains(&factor.kind) {
            kinds.push(factor.kind);
        }
    }
    kinds
}
