//! Security and login details (A2, A3): everything that somebody signs in with.

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use crate::domain::ids::AccountId;
use crate::domain::policy::{Demand, Remembering};
use crate::domain::{FactorKind, Timestamp};
use crate::features::account::views::{DeviceRow, FactorRow, Protection, SecurityPage};
use crate::features::factors::{Factor, count_recovery_codes, find_preferences, list_devices, list_factors};
use crate::features::passwords::password_changed_at;
use crate::features::sessions::Member;
use crate::storage::Reader;
use crate::web::{AppState, Context, Error, browser_name};

/// What can have been done just now.
pub(super) const DONE: [&str; 5] =
    ["password-changed", "password-removed", "default-chosen", "factor-removed", "devices-forgotten"];

#[derive(Debug, Deserialize)]
pub(super) struct Done {
    done: Option<String>,
}

impl Done {
    fn known(&self) -> Option<&'static str> {
        DONE.into_iter().find(|known| self.done.as_deref() == Some(known))
    }
}

pub(super) async fn security(
    State(state): State<AppState>,
    mut context: Context,
    member: Member,
    Query(done): Query<Done>,
) -> Result<Response, Error> {
    let db = state.db.reading();
    let account = member.session.account_id;
    let factors = list_factors(db, account).await?;
    let preferred = find_preferences(db, account).await?.default_kind;
    let devices = list_devices(db, account, context.now).await?;
    let policy = member.standing.policy();
    let maker = |maker| member.standing.name_of(maker).unwrap_or_default().to_owned();
    let (passkeys, others): (Vec<&Factor>, Vec<&Factor>) = factors
        .iter()
        .filter(|factor| factor.kind != FactorKind::RecoveryCode)
        .partition(|factor| factor.kind == FactorKind::Passkey);
    let protection = protection(db, account).await?;
    let page = SecurityPage {
        passkeys: passkeys.into_iter().map(|factor| row(factor, preferred)).collect(),
        factors: others.into_iter().map(|factor| row(factor, preferred)).collect(),
        recovery_codes: protection.recovery_codes,
        can_remove_password: can_do_without_password(&protection),
        done: done.known(),
        required_by: (policy.second_factor.rule != Demand::Optional).then(|| maker(policy.second_factor.maker)),
        never_remembered_by: (policy.remembering.rule == Remembering::Never).then(|| maker(policy.remembering.maker)),
        devices: devices
            .into_iter()
            .map(|device| DeviceRow {
                id: device.id.to_string(),
                browser: browser_name(device.user_agent.as_deref()).map(|(b, s)| (b.to_owned(), s.to_owned())),
                network: device.network.to_string(),
                until: device.expires_at.millis(),
            })
            .collect(),
        password_changed: protection.password_changed,
    };
    context.signed_in = Some(member.shown());
    context.page(&state, StatusCode::OK, &page)
}

/// What protects an account.
pub(super) async fn protection(db: &Reader, account: AccountId) -> Result<Protection, Error> {
    let factors = list_factors(db, account).await?;
    let passkeys = factors.iter().filter(|factor| factor.kind == FactorKind::Passkey).count();
    Ok(Protection {
        passkeys,
        second_factor: factors.iter().any(|factor| factor.kind != FactorKind::RecoveryCode),
        recovery_codes: codes_left(db, &factors).await?,
        password_changed: password_changed_at(db, account).await?.map(Timestamp::millis),
    })
}

/// Whether somebody who has no password (any more) still gets in when a device is lost.
pub(super) const fn can_do_without_password(protection: &Protection) -> bool {
    protection.password_changed.is_some() && protection.passkeys >= 2 && protection.recovery_codes > 0
}

async fn codes_left(db: &Reader, factors: &[Factor]) -> Result<u64, Error> {
    match factors.iter().find(|factor| factor.kind == FactorKind::RecoveryCode) {
        Some(set) => Ok(count_recovery_codes(db, set.id).await?),
        None => Ok(0),
    }
}

fn row(factor: &Factor, preferred: Option<FactorKind>) -> FactorRow {
    FactorRow {
        id: factor.id.to_string(),
        kind: factor.kind,
        strength: factor.kind.strength(),
        name: factor.name.clone(),
        hint: factor.details.hint.clone(),
        synced: factor.details.synced,
        browser: browser_name(factor.user_agent.as_deref()).map(|(b, s)| (b.to_owned(), s.to_owned())),
        created: factor.created_at.millis(),
        last_used: factor.last_used_at.map(Timestamp::millis),
        is_default: preferred == Some(factor.kind),
    }
}
