//! The sign-in form.

mod attempt;
mod confirm;

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use serde::Deserialize;

use self::attempt::{Filled, attempt};
use super::views::{SignInPage, SignInProblem, WaitingApp};
use crate::domain::sign_in::{Decision, Question, Refusal};
use crate::features::interactions::{Interaction, Onward, Passage, Purpose, expired_page, respond};
use crate::features::passkeys;
use crate::features::sessions::Member;
use crate::web::{AppState, Context, Error, Form, Routes, see_other, urls};

/// The routes of the sign-in.
pub fn routes() -> Routes {
    Router::new()
        .route(urls::SIGN_IN, get(show_own).post(sign_in_own))
        .route("/sign-in/{interaction}", get(show).post(sign_in))
        .route(urls::CONFIRM, get(confirm::show).post(confirm::confirm))
}

async fn show_own(
    State(state): State<AppState>,
    mut context: Context,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Error> {
    if Member::find(&state, &context).await?.is_some() {
        return Ok(see_other(urls::ACCOUNT));
    }
    let page = SignInPage { renewed: wanted.is_renewed(), ..form(&state, &context, None, "") };
    context.page(&state, StatusCode::OK, &page)
}

#[derive(Debug, Deserialize)]
struct Wanted {
    /// The person wants to begin anew, although somebody was proven already.
    anew: Option<String>,
    /// What was just done: `new-password`.
    done: Option<String>,
}

impl Wanted {
    fn is_renewed(&self) -> bool {
        self.done.as_deref() == Some("new-password")
    }
}

async fn show(
    State(state): State<AppState>,
    mut context: Context,
    Path(id): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Error> {
    let Some(passage) = Passage::find(&state, &context, &id).await? else {
        return expired_page(&state, &mut context, None);
    };
    if passage.interaction.purpose.resets.is_some() {
        // Nobody signs in where a password is chosen anew.
        return Ok(see_other(&urls::recover(id)));
    }
    context.prefer(passage.interaction.purpose.languages());
    if wanted.anew.is_none() {
        match passage.decision(context.now) {
            Decision::Ask(Question::Authenticate) => {}
            Decision::Ask(_) | Decision::Issue(_) | Decision::Refuse(Refusal::NetworkBlocked) => {
                return Ok(see_other(&passage.next_page(context.now)));
            }
            Decision::Refuse(refusal) => {
                let app = passage.interaction.purpose.app_name().map(str::to_owned);
                let standing = passage.standing.map(Box::new);
                return respond(&state, &mut context, Onward::Refused { refusal, standing, app });
            }
        }
    }
    let name = passage.interaction.purpose.login_hint.clone().unwrap_or_default();
    let page = SignInPage { renewed: wanted.is_renewed(), ..form(&state, &context, Some(&passage.interaction), &name) };
    context.page(&state, StatusCode::OK, &page)
}

async fn sign_in_own(
    State(state): State<AppState>,
    mut context: Context,
    Form(filled): Form<Filled>,
) -> Result<Response, Error> {
    let page = form(&state, &context, None, filled.name());
    let passage = Passage::begin(&state, &mut context, Purpose::default()).await?;
    attempt(&state, context, passage, page, filled).await
}

async fn sign_in(
    State(state): State<AppState>,
    mut context: Context,
    Path(id): Path<String>,
    Form(filled): Form<Filled>,
) -> Result<Response, Error> {
    match Passage::find(&state, &context, &id).await? {
        Some(passage) if passage.interaction.purpose.resets.is_some() => Ok(see_other(&urls::recover(id))),
        Some(passage) => {
            context.prefer(passage.interaction.purpose.languages());
            let page = form(&state, &context, Some(&passage.interaction), filled.name());
            attempt(&state, context, passage, page, filled).await
        }
        None => expired_page(&state, &mut context, waiting_app(&state, &filled)),
    }
}

fn form(state: &AppState, context: &Context, interaction: Option<&Interaction>, name: &str) -> SignInPage {
    let place = interaction.map_or_else(|| passkeys::OWN.to_owned(), |interaction| interaction.id.to_string());
    let app = interaction.and_then(|interaction| interaction.purpose.app.as_ref());
    SignInPage {
        action: interaction.map_or_else(|| urls::SIGN_IN.to_owned(), |interaction| urls::sign_in(interaction.id)),
        app: app.map(|app| {
            let home = app.home.clone().unwrap_or_default();
            let tag = state.mac.tag("waiting app", &[&app.name, &home]);
            WaitingApp { name: app.name.clone(), home, tag }
        }),
        username: name.chars().take(254).collect(),
        again: interaction.is_some_and(|interaction| interaction.purpose.again),
        confirms: None,
        next: None,
        passkey: passkeys::way_in(state, &place, None, context.knows_passkeys),
        recover: urls::recover(&place),
        new_password: None,
        wrong_before: 0,
        renewed: false,
        problem: interaction
            .filter(|interaction| interaction.purpose.stopped && interaction.evidence.is_none())
            .map(|_| SignInProblem::Stopped),
    }
}

/// The app that waited, as the form tells; nobody else can have written that.
fn waiting_app(state: &AppState, filled: &Filled) -> Option<(String, String)> {
    let (name, home, tag) = (filled.app_name.as_ref()?, filled.app_home.as_ref()?, filled.app_tag.as_ref()?);
    state.mac.verify("waiting app", &[name, home], tag).then(|| (name.clone(), home.clone()))
}
