//! The pages for whoever cannot sign in.

mod demanded;
mod forgotten;
mod link;
mod new_password;
mod waiting;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use serde::Deserialize;

use super::rules::Reset;
use super::store;
use super::views::{AdvicePage, ClosedPage, ProblemPage};
use crate::domain::sign_in::Proof;
use crate::features::accounts::{Account, find_account, mark_email_verified};
use crate::features::interactions::{Interaction, Passage, Purpose, find_interaction, respond};
use crate::features::passwords::has_password;
use crate::features::sessions::find_standing;
use crate::storage::{Reader, Writer};
use crate::web::{AppState, Context, Error, Form, Routes, see_other, urls};

/// What can be the problem; the first leads to the form for a forgotten password, the others to advice.
pub(super) const TOPICS: [&str; 5] = ["password", "second-factor", "passkey", "messages", "network"];

/// The routes for whoever cannot sign in.
pub fn routes() -> Routes {
    Router::new()
        .route(urls::RECOVER, get(show_own).post(choose_own))
        .route("/recover/{place}", get(show).post(choose))
        .route("/recover/{place}/password", get(forgotten::show).post(forgotten::ask))
        .route("/recover/{place}/{topic}", get(advise))
        .route("/password-reset/{reset}", get(waiting::show).post(waiting::answer))
        .route("/password-reset/link/{secret}", get(link::show).post(link::press))
        .route("/password-reset/new/{interaction}", get(new_password::show).post(new_password::choose))
}

/// Where the person came from.
struct Origin {
    /// The sign-in, if it is still open in this browser.
    interaction: Option<Interaction>,
}

impl Origin {
    async fn find(state: &AppState, context: &mut Context, place: &str) -> Result<Self, Error> {
        let db = state.db.reading();
        let mut interaction = open_interaction(db, context, place).await?;
        // Whoever is on the way to a new password came from another sign-in, or from none.
        if let Some(reset) = interaction.as_ref().and_then(|found| found.purpose.resets) {
            let before = store::find_reset(db, reset).await?.and_then(|reset| reset.interaction);
            interaction = match before {
                Some(before) => open_interaction(db, context, &before.to_string()).await?,
                None => None,
            };
        }
        context.prefer(interaction.as_ref().and_then(|found| found.purpose.languages()));
        Ok(Self { interaction })
    }

    /// What paths call it.
    fn place(&self) -> String {
        self.interaction.as_ref().map_or_else(|| urls::PLACE_OWN.to_owned(), |found| found.id.to_string())
    }

    /// Back to the sign-in.
    fn sign_in(&self) -> String {
        self.interaction.as_ref().map_or_else(|| urls::SIGN_IN.to_owned(), |found| urls::sign_in_anew(found.id))
    }

    /// The app that waits.
    fn app(&self) -> Option<&str> {
        self.interaction.as_ref()?.purpose.app_name()
    }
}

async fn open_interaction(db: &Reader, context: &Context, id: &str) -> Result<Option<Interaction>, Error> {
    let (Ok(id), Some(browser)) = (id.parse(), &context.browser) else { return Ok(None) };
    Ok(find_interaction(db, id).await?.filter(|found| found.is_open_for(browser, context.now)))
}

async fn show_own(State(state): State<AppState>, context: Context) -> Result<Response, Error> {
    show(State(state), context, Path(urls::PLACE_OWN.to_owned())).await
}

async fn show(
    State(state): State<AppState>,
    mut context: Context,
    Path(place): Path<String>,
) -> Result<Response, Error> {
    let origin = Origin::find(&state, &mut context, &place).await?;
    context.page(&state, StatusCode::OK, &problem_page(&origin, false))
}

fn problem_page(origin: &Origin, missing: bool) -> ProblemPage {
    ProblemPage { action: urls::recover(origin.place()), back: origin.sign_in(), topics: TOPICS.to_vec(), missing }
}

#[derive(Debug, Deserialize)]
struct Chosen {
    #[serde(default)]
    problem: String,
}

async fn choose_own(State(state): State<AppState>, context: Context, chosen: Form<Chosen>) -> Result<Response, Error> {
    choose(State(state), context, Path(urls::PLACE_OWN.to_owned()), chosen).await
}

async fn choose(
    State(state): State<AppState>,
    mut context: Context,
    Path(place): Path<String>,
    Form(chosen): Form<Chosen>,
) -> Result<Response, Error> {
    let origin = Origin::find(&state, &mut context, &place).await?;
    match TOPICS.iter().find(|topic| **topic == chosen.problem) {
        Some(topic) => Ok(see_other(&urls::recover_from(origin.place(), topic))),
        None => context.page(&state, StatusCode::UNPROCESSABLE_ENTITY, &problem_page(&origin, true)),
    }
}

async fn advise(
    State(state): State<AppState>,
    mut context: Context,
    Path((place, topic)): Path<(String, String)>,
) -> Result<Response, Error> {
    let origin = Origin::find(&state, &mut context, &place).await?;
    let Some(topic) = TOPICS.into_iter().find(|known| *known == topic) else {
        return Ok(see_other(&urls::recover(origin.place())));
    };
    let page = AdvicePage {
        topic,
        sign_in: origin.sign_in(),
        helpdesk: asks_helpdesk(topic).then(|| urls::recover_from(origin.place(), urls::HELPDESK_FORM)),
        back: urls::recover(origin.place()),
        from: state.config.mail.from.clone(),
    };
    context.page(&state, StatusCode::OK, &page)
}

/// Whether the helpdesk can let somebody back in who has this problem.
fn asks_helpdesk(topic: &str) -> bool {
    matches!(topic, "second-factor" | "passkey" | "messages")
}

/// The page for a code, a link or a proof that works no longer (E16).
fn closed_page(state: &AppState, context: &mut Context) -> Result<Response, Error> {
    context.page(state, StatusCode::NOT_FOUND, &ClosedPage {})
}

/// The tag of the address that a mail went to.
fn address_tag(state: &AppState, account: &Account) -> String {
    state.mac.tag("address of a forgotten password", &[account.email.as_str()])
}

/// Whose password it is: the account, as long as it stands as it did when the mail was sent. One that is switched off is
/// still found: only after the second step is that told.
async fn owner(db: &Reader, state: &AppState, reset: &Reset) -> Result<Option<Account>, Error> {
    let Some(id) = reset.account else { return Ok(None) };
    let found = find_account(db, id).await?.filter(|account| {
        let changed = account.credentials_changed_at.is_some_and(|at| at > reset.created_at);
        !changed && address_tag(state, account) == reset.address
    });
    match found {
        // Whoever took the password away wants to sign in without.
        Some(account) if has_password(db, account.id).await? => Ok(Some(account)),
        _ => Ok(None),
    }
}

/// The mail was read in this browser: goes on in an interaction of its own, in which the second step is asked as ever.
async fn go_on(
    state: &AppState,
    mut context: Context,
    (reset, account): (&Reset, &Account),
    mut writer: Writer,
    kind: &'static str,
) -> Result<Response, Error> {
    mark_email_verified(&mut writer, account.id).await?;
    let purpose = Purpose { resets: Some(reset.id), ..Purpose::default() };
    let mut passage = Passage::begin(state, &mut context, purpose).await?;
    let network = context.client_ip.network();
    passage.interaction.prove_first(account.id, Proof::Mailbox { at: context.now }, network);
    passage.standing = find_standing(&writer, account.id, [network]).await?;
    let onward = passage.finish(state, &context, writer, kind).await?;
    respond(state, &mut context, onward)
}
