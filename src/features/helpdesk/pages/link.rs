//! The link that leads to a new factor. It signs nobody in: it takes away what was lost, and the person signs in with the
//! password, upon which a factor must be set up.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use crate::domain::FactorKind;
use crate::features::accounts::{Account, find_account};
use crate::features::factors::find_enrolled;
use crate::features::helpdesk::cases::{holds, take_effect};
use crate::features::helpdesk::rules::LINK_LIFETIME;
use crate::features::helpdesk::rules::{Case, CaseState};
use crate::features::helpdesk::store;
use crate::features::helpdesk::views::{EnrolAgainPage, LinkClosedPage};
use crate::features::organisations::{Giver, add_invitation};
use crate::features::passwords::has_password;
use crate::web::{AppState, Context, Error, Form, see_other, urls};

async fn open(state: &AppState, context: &Context, secret: &str) -> Result<Option<(Case, Account)>, Error> {
    let db = state.db.reading();
    let found = store::find_case_by_link(db, secret).await?;
    let works = found.filter(|case| case.state == CaseState::LinkSent && case.is_open(context.now));
    let Some(case) = works else { return Ok(None) };
    let account = find_account(db, case.account).await?.filter(|account| account.disabled_at.is_none());
    Ok(account.map(|account| (case, account)))
}

fn closed(state: &AppState, context: &mut Context) -> Result<Response, Error> {
    context.page(state, StatusCode::NOT_FOUND, &LinkClosedPage {})
}

pub(super) async fn show(
    State(state): State<AppState>,
    mut context: Context,
    Path(secret): Path<String>,
) -> Result<Response, Error> {
    let Some((case, account)) = open(&state, &context, &secret).await? else { return closed(&state, &mut context) };
    let page = EnrolAgainPage {
        action: urls::recovery_link(&secret),
        account: account.email.masked(),
        second_factor: case.removes.second_factor,
        passkeys: case.removes.passkeys,
    };
    context.page(&state, StatusCode::OK, &page)
}

#[derive(Debug, Deserialize)]
pub(super) struct Nothing {}

pub(super) async fn press(
    State(state): State<AppState>,
    mut context: Context,
    Path(secret): Path<String>,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Response, Error> {
    let Some((case, account)) = open(&state, &context, &secret).await? else { return closed(&state, &mut context) };
    let mut writer = state.db.writing().await?;
    if !holds(&mut writer, &state, &case, (Some(context.reference), context.now)).await? {
        writer.commit().await?;
        return closed(&state, &mut context);
    }
    if !store::use_case(&mut writer, case.id, context.now).await? {
        drop(writer);
        return closed(&state, &mut context);
    }
    take_effect(&mut writer, &state, &context, (&account, &case)).await?;
    // Whoever has nothing left to sign in with chooses it anew, as at the very first time.
    let steps = find_enrolled(&writer, account.id).await?.kinds.without(FactorKind::RecoveryCode);
    let to = if steps.is_empty() && !has_password(&writer, account.id).await? {
        let chance = (context.now, state.random.as_ref());
        let who = (account.home_organisation_id, account.id);
        let invitation =
            add_invitation(&mut writer, who, (case.decided_by.map(Giver::Person), LINK_LIFETIME), chance).await?;
        format!("{}/{}", urls::INVITE, invitation.expose())
    } else {
        urls::SIGN_IN.to_owned()
    };
    writer.commit().await?;
    Ok(see_other(&to))
}
