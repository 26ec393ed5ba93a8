//! The pages behind the set-up link.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use serde::Deserialize;

use super::store;
use super::views::{SetupClosedPage, SetupDonePage, SetupPage};
use crate::domain::ids::{AccountId, MembershipId, OrganisationId};
use crate::domain::{Email, Secret};
use crate::features::accounts::{Account, InstanceRole, add_account};
use crate::features::audit::{self, Chain, Event, Ink};
use crate::features::organisations::{Organisation, Role, add_membership, add_organisation};
use crate::features::passwords::{Hashing, NewPassword, Surroundings, hash_new_password, set_password};
use crate::web::{AppState, Context, Error, Form, PageProblem, Routes, urls};

/// The routes of the set-up.
pub fn routes() -> Routes {
    Router::new().route("/setup/{secret}", get(show).post(create))
}

#[derive(Debug, Deserialize)]
struct Filled {
    organisation: String,
    name: String,
    email: String,
    password: Secret<String>,
}

async fn show(
    State(state): State<AppState>,
    mut context: Context,
    Path(secret): Path<String>,
) -> Result<Response, Error> {
    if !store::is_open(state.db.reading(), &secret, context.now).await? {
        return context.page(&state, StatusCode::NOT_FOUND, &SetupClosedPage {});
    }
    let page = SetupPage { action: action(&secret), least: least(&state), ..SetupPage::default() };
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
        least: least(&state),
        problem: None,
    };
    let (email, password) = match check(&page, &state.config.branding.name, &filled.password) {
        Ok(checked) => checked,
        Err(problem) => {
            page.problem = Some(problem);
            return context.page(&state, StatusCode::UNPROCESSABLE_ENTITY, &page);
        }
    };
    let hashing = state.service::<Hashing>();
    let Ok(phc) = hash_new_password(&hashing, password, state.random.as_ref()).await else {
        return Ok(PageProblem::Busy.into_response_with(StatusCode::SERVICE_UNAVAILABLE));
    };
    let mut writer = state.db.writing().await?;
    if !store::use_link(&mut writer, &secret, context.now).await? {
        return context.page(&state, StatusCode::NOT_FOUND, &SetupClosedPage {});
    }
    let (organisation, account) = first_administrator(&state, &context, &page, email);
    add_organisation(&mut writer, &organisation).await?;
    if let Err(error) = add_account(&mut writer, &account).await {
        if error.is_duplicate() {
            page.problem = Some(("email", "taken"));
            return context.page(&state, StatusCode::UNPROCESSABLE_ENTITY, &page);
        }
        return Err(error.into());
    }
    let place = MembershipId::new(context.now, state.random.as_ref());
    let who = (organisation.id, account.id);
    add_membership(&mut writer, place, who, Role::Administrator, Vec::new(), context.now).await?;
    set_password(&mut writer, account.id, &phc, context.now).await?;
    let ink = Ink::of(&state, context.now);
    let event = Event::new(Chain::Instance, "setup.administrator", "done")
        .by(account.id)
        .referred_to(context.reference)
        .with_personal("ip", context.client_ip.to_string())
        .with_personal("email", account.email.to_string());
    audit::record(&mut writer, ink, event).await?;
    writer.commit().await?;
    context.page(&state, StatusCode::OK, &SetupDonePage { email: account.email.to_string() })
}

/// Checks what was filled in, the first fault first.
fn check(
    page: &SetupPage,
    product: &str,
    password: &Secret<String>,
) -> Result<(Email, NewPassword), (&'static str, &'static str)> {
    if page.organisation.is_empty() {
        return Err(("organisation", "empty"));
    }
    if page.name.is_empty() {
        return Err(("name", "empty"));
    }
    let email: Email = page.email.parse().map_err(|_| ("email", "malformed"))?;
    let near = Surroundings { product, organisation: &page.organisation, name: &page.name, email: &email };
    let password = NewPassword::parse(password, page.least, near).map_err(|problem| ("password", problem.as_str()))?;
    Ok((email, password))
}

fn first_administrator(state: &AppState, context: &Context, page: &SetupPage, email: Email) -> (Organisation, Account) {
    let (now, random) = (context.now, state.random.as_ref());
    let organisation = Organisation {
        id: OrganisationId::new(now, random),
        name: page.organisation.clone(),
        created_at: now,
        policy: crate::domain::Policy::default(),
        disabled_at: None,
    };
    let account = Account {
        id: AccountId::new(now, random),
        home_organisation_id: organisation.id,
        email,
        email_verified: false,
        username: None,
        name: page.name.clone(),
        given_name: None,
        family_name: None,
        language: context.language,
        instance_role: InstanceRole::Administrator,
        created_at: now,
        updated_at: now,
        disabled_at: None,
        credentials_changed_at: None,
        last_sign_in_at: None,
        validates_networks: false,
        new_password_due: false,
    };
    (organisation, account)
}

fn action(secret: &str) -> String {
    format!("{}/{secret}", urls::SETUP)
}

fn least(state: &AppState) -> u16 {
    state.config.sign_in.password_min_length
}
