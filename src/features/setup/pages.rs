//! The pages behind the set-up link.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use serde::Deserialize;

use super::views::{SetupClosedPage, SetupPage};
use super::{LIFETIME, store};
use crate::domain::Email;
use crate::domain::ids::MembershipId;
use crate::features::accounts::{Account, InstanceRole, add_account, find_account_by_login};
use crate::features::audit::{self, Chain, Event, Ink};
use crate::features::organisations::{Organisation, Role, add_invitation, add_membership, add_organisation};
use crate::web::{AppState, Context, Error, Form, Routes, see_other, urls};

/// The routes of the set-up.
pub fn routes() -> Routes {
    Router::new().route("/setup/{secret}", get(show).post(create))
}

#[derive(Debug, Deserialize)]
struct Filled {
    organisation: String,
    name: String,
    email: String,
}

async fn show(
    State(state): State<AppState>,
    mut context: Context,
    Path(secret): Path<String>,
) -> Result<Response, Error> {
    if !store::is_open(state.db.reading(), &secret, context.now).await? {
        return context.page(&state, StatusCode::NOT_FOUND, &SetupClosedPage {});
    }
    let page = SetupPage { action: action(&secret), ..SetupPage::default() };
    context.page(&state, StatusCode::OK, &page)
}

async fn create(
    State(state): State<AppState>,
    mut context: Context,
    Path(secret): Path<String>,
    Form(filled): Form<Filled>,
) -> Result<Response, Error> {
    if !store::is_open(state.db.reading(), &secret, context.now).await? {
        return context.page(&state, StatusCode::NOT_FOUND, &SetupClosedPage {});
    }
    let mut page = SetupPage {
        action: action(&secret),
        organisation: filled.organisation.trim().to_owned(),
        name: filled.name.trim().to_owned(),
        email: filled.email.trim().to_owned(),
        problem: None,
    };
    let email = match check(&page) {
        Ok(email) => email,
        Err(problem) => {
            page.problem = Some(problem);
            return context.page(&state, StatusCode::UNPROCESSABLE_ENTITY, &page);
        }
    };
    let mut writer = state.db.writing().await?;
    if !store::use_link(&mut writer, &secret, context.now).await? {
        return context.page(&state, StatusCode::NOT_FOUND, &SetupClosedPage {});
    }
    let (organisation, account) = match find_account_by_login(&writer, email.as_str()).await? {
        // Whoever gave up half-way goes on where they were.
        Some(account) if account.instance_role == InstanceRole::Administrator && account.last_sign_in_at.is_none() => {
            (account.home_organisation_id, account)
        }
        Some(_) => {
            page.problem = Some(("email", "taken"));
            return context.page(&state, StatusCode::UNPROCESSABLE_ENTITY, &page);
        }
        None => {
            let (organisation, account) = first_administrator(&state, &context, &page, email);
            add_organisation(&mut writer, &organisation).await?;
            add_account(&mut writer, &account).await?;
            let place = MembershipId::new(context.now, state.random.as_ref());
            let who = (organisation.id, account.id);
            add_membership(&mut writer, place, who, Role::Administrator, Vec::new(), context.now).await?;
            (organisation.id, account)
        }
    };
    // Choosing how to sign in is what an invitation is for: with a passkey, or with a password and a second step.
    let chance = (context.now, state.random.as_ref());
    let invitation = add_invitation(&mut writer, (organisation, account.id), (None, LIFETIME), chance).await?;
    let ink = Ink::of(&state, context.now);
    let event = Event::new(Chain::Instance, "setup.administrator", "done")
        .by(account.id)
        .referred_to(context.reference)
        .with_personal("ip", context.client_ip.to_string())
        .with_personal("email", account.email.to_string());
    audit::record(&mut writer, ink, event).await?;
    writer.commit().await?;
    Ok(see_other(&format!("{}/{}", urls::INVITE, invitation.expose())))
}

/// Checks what was filled in, the first fault first.
fn check(page: &SetupPage) -> Result<Email, (&'static str, &'static str)> {
    if page.organisation.is_empty() {
        return Err(("organisation", "empty"));
    }
    if page.name.is_empty() {
        return Err(("name", "empty"));
    }
    page.email.parse().map_err(|_| ("email", "malformed"))
}

fn first_administrator(state: &AppState, context: &Context, page: &SetupPage, email: Email) -> (Organisation, Account) {
    let chance = (context.now, state.random.as_ref());
    let organisation = Organisation::new(page.organisation.clone(), chance);
    let account = Account {
        instance_role: InstanceRole::Administrator,
        ..Account::new(organisation.id, (email, page.name.clone()), context.language, chance)
    };
    (organisation, account)
}

fn action(secret: &str) -> String {
    format!("{}/{secret}", urls::SETUP)
}
