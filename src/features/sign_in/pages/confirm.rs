//! Confirming that it is you (H3), before something that matters.

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::attempt::{Filled, attempt};
use crate::features::interactions::{Fresh, Passage, Purpose};
use crate::features::sessions::Holder;
use crate::features::sign_in::views::SignInPage;
use crate::web::{AppState, Context, Error, Form, see_other, urls};

#[derive(Debug, Deserialize)]
pub(super) struct Wanted {
    next: Option<String>,
}

pub(super) async fn show(
    State(state): State<AppState>,
    mut context: Context,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Error> {
    let Some(holder) = Holder::find(&state, &context).await? else { return Ok(see_other(urls::SIGN_IN)) };
    let next = own_page(wanted.next.as_deref());
    let page = form(&holder, &next);
    context.signed_in = None;
    if let Ok(member) = holder.judge(&state, &context).await?
        && Fresh::is_fresh(&member, &context)
    {
        return Ok(see_other(&next));
    }
    context.page(&state, StatusCode::OK, &page)
}

pub(super) async fn confirm(
    State(state): State<AppState>,
    mut context: Context,
    Form(filled): Form<Filled>,
) -> Result<Response, Error> {
    let Some(holder) = Holder::find(&state, &context).await? else { return Ok(see_other(urls::SIGN_IN)) };
    let next = own_page(filled.next.as_deref());
    let account = &holder.standing.account;
    let purpose = Purpose {
        next: Some(next.clone()),
        again: true,
        confirms: Some(account.id),
        login_hint: Some(account.email.to_string()),
        ..Purpose::default()
    };
    let filled = filled.named(account.email.to_string());
    let passage = Passage::begin(&state, &mut context, purpose).await?;
    attempt(&state, context, passage, form(&holder, &next), filled).await
}

fn form(holder: &Holder, next: &str) -> SignInPage {
    let account = &holder.standing.account;
    SignInPage {
        action: urls::CONFIRM.to_owned(),
        app: None,
        username: account.email.to_string(),
        again: false,
        confirms: Some((account.name.clone(), account.email.to_string())),
        next: Some(next.to_owned()),
        problem: None,
    }
}

/// The page of ours that `next` names; the account, if it names none: nobody can be sent elsewhere with it.
fn own_page(next: Option<&str>) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_".contains(&byte);
    let areas = [urls::ACCOUNT, urls::ENROL, urls::ORGANISATION];
    let known = |next: &&str| {
        next.len() <= 200
            && next.bytes().all(plain)
            && areas
                .iter()
                .any(|area| next.strip_prefix(area).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
    };
    next.filter(known).unwrap_or(urls::ACCOUNT).to_owned()
}

#[cfg(test)]
mod tests {
    use super::own_page;

    #[test]
    fn only_pages_of_our_own_come_next() {
        for own in ["/account", "/account/security", "/enrol/account/totp"] {
            assert_eq!(own_page(Some(own)), own);
        }
        for foreign in [
            "",
            "account",
            "//evil.example",
            "/account//evil.example:80",
            "/accounts",
            "/\\evil.example",
            "https://evil.example",
            "/account/../authorize?x=1",
            "/authorize",
            "/account\r\nLocation: x",
        ] {
            assert_eq!(own_page(Some(foreign)), "/account", "{foreign:?}");
        }
        assert_eq!(own_page(None), "/account");
    }
}
