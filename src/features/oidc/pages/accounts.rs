//! Choosing the account (H19): for `prompt=select_account` (OpenID Connect Core, section 3.1.2.1).
//!
//! A browser has one session. The list holds who is signed in in it and who was before, until the browser closes; whoever
//! is signed out proves themselves as always, so that the list opens nothing.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use serde::Deserialize;

use crate::domain::ids::AccountId;
use crate::domain::secret::Fingerprint;
use crate::features::accounts::find_account;
use crate::features::interactions::{Purpose, change_purpose, expired_page};
use crate::features::oidc::authorize::{self, AuthorizationRequest, Resumed};
use crate::features::oidc::known_accounts;
use crate::features::oidc::views::{AccountRow, AccountsPage};
use crate::features::organisations::memberships_of;
use crate::features::sessions::{Holder, forget_in_browser};
use crate::web::{AppState, Context, Error, Form, Routes, see_other, urls};

pub(super) fn routes() -> Routes {
    Router::new().route("/accounts/{interaction}", get(show).post(choose))
}

async fn rows(
    state: &AppState,
    context: &Context,
    holder: Option<&Holder>,
    hint: Option<&str>,
) -> Result<Vec<AccountRow>, Error> {
    let db = state.db.reading();
    let here = holder.map(|holder| holder.session.account_id);
    let mut ids = known_accounts::of_browser(state, context).await?;
    ids.retain(|id| Some(*id) != here);
    ids.splice(0..0, here);
    let mut rows = Vec::new();
    for id in ids {
        let Some(account) = find_account(db, id).await?.filter(|account| account.disabled_at.is_none()) else {
            continue;
        };
        let home = account.home_organisation_id;
        let places = memberships_of(db, id).await?;
        rows.push(AccountRow {
            id: id.to_string(),
            initials: initials(&account.name),
            organisation: places
                .into_iter()
                .find(|place| place.organisation_id == home)
                .map(|place| place.organisation_name),
            name: account.name,
            email: account.email.to_string(),
            here: Some(id) == here,
        });
    }
    // Whom the app expects stands first.
    rows.sort_by_key(|row| hint.is_none_or(|hint| !row.email.eq_ignore_ascii_case(hint)));
    Ok(rows)
}

/// The first letters of the first and the last word of a name.
fn initials(name: &str) -> String {
    let mut words = name.split_whitespace().filter_map(|word| word.chars().find(|letter| letter.is_alphanumeric()));
    let first = words.next();
    first.into_iter().chain(words.next_back()).flat_map(char::to_uppercase).collect()
}

async fn show(State(state): State<AppState>, mut context: Context, Path(id): Path<String>) -> Result<Response, Error> {
    let Some(resumed) = authorize::open(&state, &context, &id).await? else {
        return expired_page(&state, &mut context, None);
    };
    if !is_due(&resumed) {
        return Ok(see_other(&urls::complete(resumed.interaction.id)));
    }
    context.prefer(resumed.interaction.purpose.languages());
    let holder = Holder::find(&state, &context).await?;
    let page = AccountsPage {
        action: urls::accounts(resumed.interaction.id),
        app: resumed.client.name.clone(),
        accounts: rows(&state, &context, holder.as_ref(), resumed.request.login_hint.as_deref()).await?,
    };
    context.page(&state, StatusCode::OK, &page)
}

/// Whether the account is still to be chosen.
fn is_due(resumed: &Resumed) -> bool {
    resumed.request.prompt.select_account && !resumed.interaction.purpose.denied && resumed.interaction.purpose.again
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum What {
    Choose,
    Remove,
    Another,
}

#[derive(Debug, Deserialize)]
struct Chosen {
    what: What,
    account: Option<AccountId>,
}

async fn choose(
    State(state): State<AppState>,
    mut context: Context,
    Path(id): Path<String>,
    Form(chosen): Form<Chosen>,
) -> Result<Response, Error> {
    let Some(resumed) = authorize::open(&state, &context, &id).await? else {
        return expired_page(&state, &mut context, None);
    };
    let id = resumed.interaction.id;
    if !is_due(&resumed) {
        return Ok(see_other(&urls::complete(id)));
    }
    let holder = Holder::find(&state, &context).await?;
    let listed = rows(&state, &context, holder.as_ref(), None).await?;
    let row = chosen.account.and_then(|account| listed.into_iter().find(|row| row.id == account.to_string()));
    let purpose = resumed.interaction.purpose.clone();
    let (purpose, next) = match (chosen.what, row) {
        (What::Another, _) => (Purpose { login_hint: None, ..purpose }, urls::sign_in_anew(id)),
        (_, None) => return Ok(see_other(&urls::accounts(id))),
        (What::Remove, Some(row)) => {
            if let (Some(browser), Some(account), false) = (&context.browser, chosen.account, row.here) {
                let mut writer = state.db.writing().await?;
                forget_in_browser(&mut writer, &Fingerprint::of(browser), account).await?;
                writer.commit().await?;
            }
            return Ok(see_other(&urls::accounts(id)));
        }
        // Whom the session of this browser is about has proven it; what the app wants beside is asked as always.
        (What::Choose, Some(row)) if row.here && resumed.member.is_some() => {
            (Purpose { again: is_again(&resumed.request), ..purpose }, urls::complete(id))
        }
        (What::Choose, Some(row)) => (Purpose { login_hint: Some(row.email), ..purpose }, urls::sign_in_anew(id)),
    };
    let mut writer = state.db.writing().await?;
    if change_purpose(&mut writer, &resumed.interaction, purpose, context.now).await? {
        writer.commit().await?;
    }
    Ok(see_other(&next))
}

/// Whether the app wants the sign-in again, whoever is chosen.
const fn is_again(request: &AuthorizationRequest) -> bool {
    request.prompt.login
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_are_of_the_first_and_the_last_word() {
        for (name, letters) in
            [("Anna de Vries", "AV"), ("anna", "A"), ("", ""), ("(Bram) Éric", "BÉ"), ("王 伟", "王伟")]
        {
            assert_eq!(initials(name), letters, "{name}");
        }
    }
}
