//! What the script is answered.

use axum::Json;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;

use crate::domain::ids::CeremonyId;
use crate::domain::{FactorKind, Timestamp};
use crate::features::accounts::Account;
use crate::features::factors::{Factor, list_factors};
use crate::features::interactions::{Onward, REMEMBERED_DAYS};
use crate::features::passkeys::ceremony::{Refused, RelyingParty};
use crate::features::passkeys::{Known, handle_of, handle_text};
use crate::features::throttles::Blocked;
use crate::storage::{Reader, StorageError};
use crate::web::{AppState, CookieKind, urls};

#[derive(Serialize)]
struct Begun<'a, O: Serialize> {
    ceremony: String,
    options: &'a O,
}

/// The options for the browser's dialog.
pub(super) fn begun(id: CeremonyId, options: &impl Serialize) -> Response {
    Json(Begun { ceremony: id.to_string(), options }).into_response()
}

/// Too many ceremonies were begun.
pub(super) fn too_many(blocked: Blocked, now: Timestamp) -> Response {
    let wait = blocked.until.since(now).as_secs() + 1;
    let problem = Json(Problem { problem: Refused::TooMany, rp_id: "" });
    let mut response = (StatusCode::TOO_MANY_REQUESTS, problem).into_response();
    response.headers_mut().insert(header::RETRY_AFTER, wait.into());
    response
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Problem<'a> {
    problem: Refused,
    rp_id: &'a str,
}

/// Nothing came of it; the script has the words.
pub(super) fn refused(state: &AppState, why: Refused) -> Response {
    let party = state.service::<RelyingParty>();
    (StatusCode::UNPROCESSABLE_ENTITY, Json(Problem { problem: why, rp_id: &party.id })).into_response()
}

#[derive(Serialize)]
struct Go<'a> {
    to: &'a str,
    known: Option<&'a Known>,
}

/// Something else comes first, on this page.
pub(super) fn elsewhere(to: &str) -> Response {
    (StatusCode::CONFLICT, Json(Go { to, known: None })).into_response()
}

/// It is done; the browser goes on to this page.
pub(super) fn done(headers: HeaderMap, to: &str, known: &Known) -> Response {
    (headers, Json(Go { to, known: Some(known) })).into_response()
}

/// Where a step of a sign-in leads that was done with a factor of `kind`.
pub(super) fn onward(
    state: &AppState,
    onward: Onward,
    (id, kind): (impl std::fmt::Display, FactorKind),
    known: &Known,
) -> Response {
    let mut headers = HeaderMap::new();
    let to = match onward {
        Onward::SignedIn { session, remembered, to } => {
            state.cookies.set(&mut headers, CookieKind::Session, session.expose());
            if let Some(secret) = remembered {
                state.cookies.set_for_days(&mut headers, CookieKind::Remembered, secret.expose(), REMEMBERED_DAYS);
            }
            to
        }
        Onward::Asked { to } => to,
        // The page of the sign-in says why.
        Onward::Refused { .. } => return elsewhere(&urls::sign_in(id)),
    };
    remember_passkey(state, &mut headers, kind);
    done(headers, &to, known)
}

/// What the browser should know about the passkeys of an account.
pub(super) fn known(state: &AppState, account: &Account, factors: &[Factor]) -> Known {
    let passkeys = factors.iter().filter(|factor| factor.kind == FactorKind::Passkey);
    Known {
        rp_id: state.service::<RelyingParty>().id.clone(),
        user_id: handle_text(&handle_of(account.id)),
        name: account.email.to_string(),
        display_name: account.name.clone(),
        all_accepted_credential_ids: passkeys.filter_map(|factor| factor.handle.clone()).collect(),
    }
}

/// The same, for an account whose factors are in the database.
pub(super) async fn find_known(state: &AppState, db: &Reader, account: &Account) -> Result<Known, StorageError> {
    Ok(known(state, account, &list_factors(db, account.id).await?))
}

/// Remembers that a passkey works in this browser.
pub(super) fn remember_passkey(state: &AppState, headers: &mut HeaderMap, kind: FactorKind) {
    if kind == FactorKind::Passkey {
        state.cookies.set_for_a_year(headers, CookieKind::Passkey, "1");
    }
}
