//! Making recovery codes (H16).

use axum::extract::{Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;

use crate::domain::FactorKind;
use crate::domain::ids::InteractionId;
use crate::features::accounts::tell_owner;
use crate::features::audit::{self, Chain, Event, Ink};
use crate::features::interactions::Fresh;
use crate::features::outbox::Particulars;
use crate::features::two_factor::recovery_code::{left, renew};
use crate::features::two_factor::views::{FactorAdded, NewCodesPage};
use crate::web::{AppState, Context, Error, Form, urls};

#[derive(Debug, Deserialize)]
pub(super) struct Wanted {
    /// The sign-in that goes on afterwards.
    then: Option<InteractionId>,
}

fn page(wanted: &Wanted) -> NewCodesPage {
    let action = urls::enrol_kind(urls::PLACE_ACCOUNT, FactorKind::RecoveryCode);
    NewCodesPage {
        action: wanted.then.map_or_else(|| action.clone(), |then| format!("{action}?then={then}")),
        codes: None,
        left: 0,
        next: wanted.then.map_or_else(|| urls::ACCOUNT_SECURITY.to_owned(), urls::returning),
    }
}

pub(super) async fn show(
    State(state): State<AppState>,
    mut context: Context,
    Fresh(member): Fresh,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Error> {
    let left = left(state.db.reading(), &member.standing.account).await?;
    context.page(&state, StatusCode::OK, &NewCodesPage { left, ..page(&wanted) })
}

#[derive(Debug, Deserialize)]
pub(super) struct Nothing {}

/// Makes new codes and shows them, this once.
pub(super) async fn make(
    State(state): State<AppState>,
    mut context: Context,
    Fresh(member): Fresh,
    Query(wanted): Query<Wanted>,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Response, Error> {
    let account = &member.standing.account;
    let mut writer = state.db.writing().await?;
    let codes = renew(&mut writer, &state, &context, account).await?;
    let message = FactorAdded {
        name: account.name.clone(),
        kind: FactorKind::RecoveryCode,
        particulars: Particulars::of(&context, account.email.as_str(), None),
    };
    tell_owner(&mut writer, &state, account, &message, context.now).await?;
    let event = Event::new(Chain::Organisation(account.home_organisation_id), "recovery_codes.renew", "done")
        .by(account.id)
        .referred_to(context.reference)
        .with_personal("ip", context.client_ip.to_string());
    audit::record(&mut writer, Ink::of(&state, context.now), event).await?;
    writer.commit().await?;
    let codes = codes.iter().map(|code| code.expose().clone()).collect();
    let page = NewCodesPage { codes: Some(codes), ..page(&wanted) };
    let mut response = context.page(&state, StatusCode::OK, &page)?;
    // Whoever goes back in the history must not see them again.
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response.into_response())
}
