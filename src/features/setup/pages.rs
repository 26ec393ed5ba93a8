//! The pages behind the set-up link.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use serde::Deserialize;

use super::LIFETIME;
use super::store::{Standing, find_link, use_link};
use super::views::{SetupClosedPage, SetupPage, SetupResumePage};
use crate::domain::ids::MembershipId;
use crate::domain::{Email, Timestamp};
use crate::features::accounts::{Account, InstanceRole, add_account, find_account, find_account_by_login};
use crate::features::audit::{self, Chain, Event, Ink};
use crate::features::factors::{list_factors, remove_factor};
use crate::features::organisations::{Organisation, Role, add_handed_invitation, add_membership, add_organisation};
use crate::features::passwords::remove_password;
use crate::features::sessions::end_everything_else;
use crate::storage::{Reader, Writer};
use crate::web::{AppState, Context, Error, Form, Routes, see_other, urls};

/// The routes of the set-up.
pub fn routes() -> Routes {
    Router::new().route("/setup/{secret}", get(show).post(create))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Filled {
    organisation: String,
    name: String,
    email: String,
}

/// What a link leads to.
enum Opened {
    /// The form.
    New,
    /// An account that was made with it, and that nobody has signed in to yet.
    Begun(Box<Account>),
}

async fn open(db: &Reader, secret: &str, now: Timestamp) -> Result<Option<Opened>, Error> {
    Ok(match find_link(db, secret, now).await? {
        None => None,
        Some(Standing::New) => Some(Opened::New),
        Some(Standing::Begun(account)) => {
            let account = find_account(db, account).await?.filter(is_unfinished);
            account.map(|account| Opened::Begun(Box::new(account)))
        }
    })
}

/// Whether somebody gave up half-way.
fn is_unfinished(account: &Account) -> bool {
    account.instance_role == InstanceRole::Administrator
        && account.last_sign_in_at.is_none()
        && account.disabled_at.is_none()
}

async fn show(
    State(state): State<AppState>,
    mut context: Context,
    Path(secret): Path<String>,
) -> Result<Response, Error> {
    match open(state.db.reading(), &secret, context.now).await? {
        None => context.page(&state, StatusCode::NOT_FOUND, &SetupClosedPage {}),
        Some(Opened::Begun(account)) => {
            let page = SetupResumePage { action: action(&secret), email: account.email.to_string() };
            context.page(&state, StatusCode::OK, &page)
        }
        Some(Opened::New) => {
            let page = SetupPage { action: action(&secret), ..SetupPage::default() };
            context.page(&state, StatusCode::OK, &page)
        }
    }
}

async fn create(
    State(state): State<AppState>,
    mut context: Context,
    Path(secret): Path<String>,
    Form(filled): Form<Filled>,
) -> Result<Response, Error> {
    let mut writer = state.db.writing().await?;
    let Some(opened) = open(&writer, &secret, context.now).await? else {
        return context.page(&state, StatusCode::NOT_FOUND, &SetupClosedPage {});
    };
    let account = match opened {
        Opened::Begun(account) => {
            let typed = filled.email.trim();
            // A form that was opened before names somebody else: the page says who began.
            if !typed.is_empty() && typed != account.email.as_str() {
                return Ok(see_other(&action(&secret)));
            }
            *account
        }
        Opened::New => {
            let mut page = SetupPage {
                action: action(&secret),
                organisation: filled.organisation.trim().to_owned(),
                name: filled.name.trim().to_owned(),
                email: filled.email.trim().to_owned(),
                problem: None,
            };
            let account = match check(&page) {
                Ok(email) => begin(&mut writer, &state, &context, (&page, email)).await?,
                Err(problem) => Err(problem),
            };
            let account = match account {
                Ok(account) => account,
                Err(problem) => {
                    page.problem = Some(problem);
                    return context.page(&state, StatusCode::UNPROCESSABLE_ENTITY, &page);
                }
            };
            if !use_link(&mut writer, &secret, account.id, context.now).await? {
                return context.page(&state, StatusCode::NOT_FOUND, &SetupClosedPage {});
            }
            account
        }
    };
    // What was set up half-way is set up anew: nobody has signed in with it yet.
    remove_password(&mut writer, account.id).await?;
    for factor in list_factors(&writer, account.id).await? {
        remove_factor(&mut writer, account.id, factor.id).await?;
    }
    end_everything_else(&mut writer, account.id, None, context.now).await?;
    // Choosing how to sign in is what an invitation is for: with a passkey, or with a password and a second step.
    let chance = (context.now, state.random.as_ref());
    let who = (account.home_organisation_id, account.id);
    let invitation = add_handed_invitation(&mut writer, who, LIFETIME, chance).await?;
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

/// The account of the form: a new one, or the one of whoever gave up half-way with an earlier link.
async fn begin(
    writer: &mut Writer,
    state: &AppState,
    context: &Context,
    (page, email): (&SetupPage, Email),
) -> Result<Result<Account, (&'static str, &'static str)>, Error> {
    match find_account_by_login(writer, email.as_str()).await? {
        Some(account) if is_unfinished(&account) => Ok(Ok(account)),
        Some(_) => Ok(Err(("email", "taken"))),
        None => {
            let (organisation, account) = first_administrator(state, context, page, email);
            add_organisation(writer, &organisation).await?;
            add_account(writer, &account).await?;
            let place = MembershipId::new(context.now, state.random.as_ref());
            let who = (organisation.id, account.id);
            add_membership(writer, place, who, Role::Administrator, Vec::new(), context.now).await?;
            Ok(Ok(account))
        }
    }
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
