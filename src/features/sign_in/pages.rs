//! The sign-in form.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use serde::Deserialize;

use super::views::{ExpiredPage, NoAccessPage, SignInPage, SignInProblem, WaitingApp};
use super::{Interaction, find_interaction, set_interaction_session};
use crate::domain::Secret;
use crate::domain::ids::InteractionId;
use crate::domain::sign_in::{Decision, Evidence, Facts, Proof, Refusal, Use, Wish, decide};
use crate::features::accounts::{Account, mark_signed_in};
use crate::features::audit::{self, Chain, Event, Ink};
use crate::features::passwords::{PasswordOutcome, Verified, check_password};
use crate::features::sessions::{Lifetime, Member, Standing, end_session, find_standing, open_session};
use crate::web::{AppState, Context, CookieKind, Error, Form, PageProblem, Routes, metrics, see_other, urls};

/// The routes of the sign-in.
pub fn routes() -> Routes {
    Router::new()
        .route(urls::SIGN_IN, get(show_own).post(sign_in_own))
        .route("/sign-in/{interaction}", get(show).post(sign_in))
}

#[derive(Debug, Deserialize)]
struct Filled {
    #[serde(default)]
    username: String,
    #[serde(default)]
    password: Secret<String>,
    app_name: Option<String>,
    app_home: Option<String>,
    app_tag: Option<String>,
}

async fn show_own(State(state): State<AppState>, mut context: Context) -> Result<Response, Error> {
    if Member::find(&state, &context).await?.is_some() {
        return Ok(see_other(urls::ACCOUNT));
    }
    context.page(&state, StatusCode::OK, &form(&state, None, ""))
}

async fn show(State(state): State<AppState>, mut context: Context, Path(id): Path<String>) -> Result<Response, Error> {
    let Some(interaction) = open_interaction(&state, &context, &id).await? else {
        return expired_page(&state, &mut context, None);
    };
    context.prefer(interaction.purpose.languages());
    let name = interaction.purpose.login_hint.clone().unwrap_or_default();
    context.page(&state, StatusCode::OK, &form(&state, Some(&interaction), &name))
}

async fn sign_in_own(
    State(state): State<AppState>,
    context: Context,
    Form(filled): Form<Filled>,
) -> Result<Response, Error> {
    attempt(&state, context, None, filled).await
}

async fn sign_in(
    State(state): State<AppState>,
    mut context: Context,
    Path(id): Path<String>,
    Form(filled): Form<Filled>,
) -> Result<Response, Error> {
    match open_interaction(&state, &context, &id).await? {
        Some(interaction) => {
            context.prefer(interaction.purpose.languages());
            attempt(&state, context, Some(interaction), filled).await
        }
        None => expired_page(&state, &mut context, waiting_app(&state, &filled)),
    }
}

async fn attempt(
    state: &AppState,
    mut context: Context,
    interaction: Option<Interaction>,
    filled: Filled,
) -> Result<Response, Error> {
    let name = filled.username.trim().to_owned();
    let mut page = form(state, interaction.as_ref(), &name);
    let missing = if name.is_empty() {
        Some(SignInProblem::NoName)
    } else if filled.password.expose().is_empty() {
        Some(SignInProblem::NoPassword)
    } else {
        None
    };
    if missing.is_some() {
        page.problem = missing;
        return context.page(state, StatusCode::UNPROCESSABLE_ENTITY, &page);
    }
    match check_password(state, &name, filled.password, context.client_ip, context.now).await? {
        PasswordOutcome::Right(verified) => admit(state, context, interaction, *verified).await,
        PasswordOutcome::Wrong { account } => {
            metrics::count("sign_ins_total", "wrong_password");
            record_failure(state, &context, account.as_deref(), interaction.as_ref(), "wrong_password").await?;
            page.problem = Some(SignInProblem::Wrong);
            context.page(state, StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        PasswordOutcome::Blocked(blocked) => {
            metrics::count("sign_ins_total", "throttled");
            page.problem = Some(SignInProblem::TooMany { until: blocked.until.millis() });
            let wait = blocked.until.since(context.now).as_secs() + 1;
            let mut response = context.page(state, StatusCode::TOO_MANY_REQUESTS, &page)?;
            response.headers_mut().insert(header::RETRY_AFTER, wait.into());
            Ok(response)
        }
        PasswordOutcome::Busy => {
            metrics::count("sign_ins_total", "busy");
            Ok(PageProblem::Busy.into_response_with(StatusCode::SERVICE_UNAVAILABLE))
        }
    }
}

/// The password is right: asks the decision, and opens a session if it says so.
async fn admit(
    state: &AppState,
    mut context: Context,
    interaction: Option<Interaction>,
    verified: Verified,
) -> Result<Response, Error> {
    let account_id = verified.account.id;
    let network = context.client_ip.network();
    let Some(standing) = find_standing(state.db.reading(), account_id).await? else {
        return Ok(PageProblem::NoAccess.into_response_with(StatusCode::FORBIDDEN));
    };
    let facts = Facts {
        now: context.now,
        occasion: Use::SignIn,
        wish: Wish::default(),
        evidence: Some(Evidence { account_id, proofs: vec![Proof::Password { at: context.now }], network }),
        account: Some(standing.facts()),
        app: None,
    };
    let clearance = match decide(&facts) {
        Decision::Issue(clearance) => clearance,
        Decision::Refuse(refusal) => {
            record_failure(state, &context, Some(&standing.account), interaction.as_ref(), refusal.as_str()).await?;
            let app = interaction.map(|interaction| interaction.purpose.app);
            return no_access_page(state, &mut context, &standing, refusal, app);
        }
        // The proof is a moment old and no app is in the facts, so nothing is left to ask.
        Decision::Ask(_) => return Ok(PageProblem::NoAccess.into_response_with(StatusCode::FORBIDDEN)),
    };
    let previous = Member::find(state, &context).await?;
    let mut writer = state.db.writing().await?;
    let account = verified.settle(&mut writer).await?;
    if let Some(previous) = previous {
        end_session(&mut writer, previous.session.account_id, previous.session.id, context.now).await?;
    }
    let lifetime = Lifetime::of(&state.config.sign_in);
    let browser = (network, context.user_agent.clone());
    let chance = (context.now, state.random.as_ref());
    let opened = open_session(&mut writer, clearance, browser, lifetime, chance).await?;
    mark_signed_in(&mut writer, account.id, context.now).await?;
    if let Some(interaction) = &interaction {
        set_interaction_session(&mut writer, interaction.id, opened.id).await?;
    }
    let event = event(&context, Some(&account), interaction.as_ref(), "done")
        .by(account.id)
        .with("session", opened.id.to_string());
    audit::record(&mut writer, Ink::of(state, context.now), event).await?;
    writer.commit().await?;
    metrics::count("sign_ins_total", "done");

    let next = interaction.map_or_else(|| urls::ACCOUNT.to_owned(), |interaction| urls::returning(interaction.id));
    let mut headers = HeaderMap::new();
    state.cookies.set(&mut headers, CookieKind::Session, opened.secret.expose());
    context.hand_over_browser(state, &mut headers);
    Ok((headers, see_other(&next)).into_response())
}

async fn record_failure(
    state: &AppState,
    context: &Context,
    account: Option<&Account>,
    interaction: Option<&Interaction>,
    outcome: &'static str,
) -> Result<(), Error> {
    let mut writer = state.db.writing().await?;
    let event = event(context, account, interaction, outcome);
    audit::record(&mut writer, Ink::of(state, context.now), event).await?;
    Ok(writer.commit().await?)
}

fn event(
    context: &Context,
    account: Option<&Account>,
    interaction: Option<&Interaction>,
    outcome: &'static str,
) -> Event {
    let chain = account.map_or(Chain::Instance, |account| Chain::Organisation(account.home_organisation_id));
    let mut event = Event::new(chain, "sign_in.password", outcome)
        .referred_to(context.reference)
        .with_personal("ip", context.client_ip.to_string());
    event.subject = account.map(|account| account.id);
    match interaction {
        Some(interaction) => event.through(&interaction.purpose.client_id),
        None => event,
    }
}

async fn open_interaction(state: &AppState, context: &Context, id: &str) -> Result<Option<Interaction>, Error> {
    let (Ok(id), Some(browser)) = (id.parse::<InteractionId>(), &context.browser) else { return Ok(None) };
    let found = find_interaction(state.db.reading(), id).await?;
    Ok(found.filter(|found| found.is_open_for(browser, context.now) && found.completed_at.is_none()))
}

fn form(state: &AppState, interaction: Option<&Interaction>, name: &str) -> SignInPage {
    SignInPage {
        action: interaction.map_or_else(|| urls::SIGN_IN.to_owned(), |interaction| urls::sign_in(interaction.id)),
        app: interaction.map(|interaction| {
            let home = interaction.purpose.app_home.clone().unwrap_or_default();
            let tag = state.mac.tag("waiting app", &[&interaction.purpose.app, &home]);
            WaitingApp { name: interaction.purpose.app.clone(), home, tag }
        }),
        username: name.chars().take(254).collect(),
        again: interaction.is_some_and(|interaction| interaction.purpose.again),
        problem: None,
    }
}

/// The app that waited, as the form tells; nobody else can have written that.
fn waiting_app(state: &AppState, filled: &Filled) -> Option<(String, String)> {
    let (name, home, tag) = (filled.app_name.as_ref()?, filled.app_home.as_ref()?, filled.app_tag.as_ref()?);
    state.mac.verify("waiting app", &[name, home], tag).then(|| (name.clone(), home.clone()))
}

/// The page for a sign-in that was open too long or belongs to another browser (E17).
///
/// # Errors
///
/// When the template is wrong.
pub fn expired_page(state: &AppState, context: &mut Context, app: Option<(String, String)>) -> Result<Response, Error> {
    let app = app.filter(|(_, home)| !home.is_empty());
    context.page(state, StatusCode::BAD_REQUEST, &ExpiredPage { app })
}

/// The page for an account that may not be used (H24).
///
/// # Errors
///
/// When the template is wrong.
pub fn no_access_page(
    state: &AppState,
    context: &mut Context,
    standing: &Standing,
    refusal: Refusal,
    app: Option<String>,
) -> Result<Response, Error> {
    let page = NoAccessPage {
        refusal: refusal.as_str(),
        organisation: standing.home().map(|place| place.organisation_name.clone()).unwrap_or_default(),
        app,
    };
    context.page(state, StatusCode::FORBIDDEN, &page)
}
