//! The pages of apps. An [`Auditor`](crate::features::console::Auditor) sees them; only an [`InstanceAdmin`] has the forms.

mod acts;
mod app;
mod change;
mod failed;
mod list;
mod preview;
mod secrets;
mod trial;
mod wizard;

use axum::Router;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use serde::Deserialize;

use super::rules::{Answers, Fault, Kind, hints};
use super::views::{AppRow, Filled};
use crate::domain::Timestamp;
use crate::domain::ids::OrganisationId;
use crate::domain::sign_in::Acr;
use crate::features::audit::{Chain, Event};
use crate::features::clients::{Registered, find_registered};
use crate::features::console::InstanceAdmin;
use crate::features::organisations::list_organisations;
use crate::web::{AppState, Context, Error, PageProblem, Routes, urls};

/// The routes of apps.
pub fn routes() -> Routes {
    Router::new()
        .route(urls::ADMIN_APPS, get(list::show))
        .route("/admin/apps/new", get(wizard::begin).post(wizard::start))
        .route("/admin/apps/new/{draft}/kind", get(wizard::kind).post(wizard::choose))
        .route("/admin/apps/new/{draft}/about", get(wizard::about).post(wizard::save_about))
        .route("/admin/apps/new/{draft}/addresses", get(wizard::addresses).post(wizard::save_addresses))
        .route("/admin/apps/{app}", get(app::show))
        .route("/admin/apps/{app}/copy", get(app::copy))
        .route("/admin/apps/{app}/used", get(app::used))
        .route("/admin/apps/{app}/change", get(change::show).post(change::save))
        .route("/admin/apps/{app}/disable", get(acts::ask_disable).post(acts::disable))
        .route("/admin/apps/{app}/enable", get(acts::ask_enable).post(acts::enable))
        .route("/admin/apps/{app}/remove", get(acts::ask_remove).post(acts::remove))
        .route("/admin/apps/{app}/secrets", get(secrets::ask).post(secrets::add))
        .route("/admin/apps/{app}/secrets/{secret}", get(secrets::ask_end).post(secrets::end))
        .route("/admin/apps/{app}/failed/{failed}", get(failed::ask).post(failed::add))
        .route("/admin/apps/{app}/preview", get(preview::show).post(preview::look))
        .route("/admin/apps/{app}/try", post(trial::begin))
        .route("/admin/apps/{app}/try/{trial}", get(trial::show))
        .route("/admin/apps/{app}/try/{trial}/answer", post(trial::answer))
}

/// What the page of an app says was just done.
pub(super) const DONE: [&str; 6] = ["changed", "unchanged", "disabled", "enabled", "secret-ended", "address-added"];

#[derive(Debug, Deserialize)]
struct Done {
    done: Option<String>,
}

impl Done {
    fn word(&self) -> Option<&'static str> {
        DONE.into_iter().find(|word| self.done.as_deref() == Some(word))
    }
}

/// The form of what has consequences: which version of the app was seen, and what had to be typed.
#[derive(Debug, Deserialize)]
struct Act {
    #[serde(default)]
    version: i64,
    #[serde(default)]
    typed: String,
}

impl Act {
    const fn seen(&self) -> Timestamp {
        Timestamp::from_millis(self.version)
    }
}

fn not_found() -> Response {
    PageProblem::NotFound.into_response_with(StatusCode::NOT_FOUND)
}

async fn find(state: &AppState, id: &str) -> Result<Option<Registered>, Error> {
    Ok(find_registered(state.db.reading(), id).await?)
}

fn row(app: &Registered) -> AppRow {
    let client = &app.client;
    AppRow {
        to: urls::app(&client.id),
        name: client.name.clone(),
        letter: client.name.trim().chars().next().map(|first| first.to_uppercase().collect()).unwrap_or_default(),
        id: client.id.clone(),
        kind: Kind::of(client),
        off: client.disabled_at.is_some(),
        used: app.last_used_at.map(Timestamp::millis),
    }
}

/// The form with these answers.
async fn filled(
    state: &AppState,
    action: String,
    (answers, version): (Answers, i64),
    faults: Vec<Fault>,
) -> Result<Filled, Error> {
    let organisations = list_organisations(state.db.reading()).await?;
    let tokens = &state.config.tokens;
    Ok(Filled {
        action,
        hints: hints(&answers.redirects),
        answers,
        version,
        faults,
        conflict: false,
        organisations: organisations.into_iter().map(|one| (one.id.to_string(), one.name)).collect(),
        acrs: Acr::ALL.iter().filter(|acr| **acr != Acr::Password).map(|acr| acr.as_str()).collect(),
        usual: (tokens.access_token_seconds, tokens.refresh_token_days),
    })
}

/// The fields of the form. A list of boxes comes as one name several times, so the form is read as pairs.
type Pairs = Vec<(String, String)>;

fn text(pairs: &Pairs, name: &str) -> Option<String> {
    // Browsers send line ends as CR LF.
    pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.replace("\r\n", "\n"))
}

/// Takes what was filled in on the page about the app.
fn read_about(answers: &mut Answers, pairs: &Pairs) {
    let field = |name| text(pairs, name).unwrap_or_default();
    answers.name = field("name");
    answers.home = field("home");
    answers.own = text(pairs, "own").is_some();
    answers.chosen = field("who") == "chosen";
    let organisations = pairs.iter().filter(|(name, _)| name == "organisation");
    answers.organisations = organisations.filter_map(|(_, id)| id.parse::<OrganisationId>().ok()).collect();
    answers.acr = field("acr");
    answers.seconds = field("seconds");
    answers.days = field("days");
    answers.without_pkce = text(pairs, "without_pkce").is_some();
}

/// Takes what was filled in on the page of its addresses.
fn read_addresses(answers: &mut Answers, pairs: &Pairs) {
    let field = |name| text(pairs, name).unwrap_or_default();
    if answers.kind == Some(Kind::Machine) {
        answers.audiences = field("audiences");
    } else {
        answers.redirects = field("redirects");
        answers.logouts = field("logouts");
        answers.backchannel = field("backchannel");
    }
    if let Some(scope) = text(pairs, "scope") {
        answers.scope = scope;
    }
}

fn version(pairs: &Pairs) -> i64 {
    text(pairs, "version").and_then(|text| text.parse().ok()).unwrap_or(-1)
}

/// Something that an administrator did about an app.
fn event(context: &Context, admin: &InstanceAdmin, kind: &'static str, client_id: &str) -> Event {
    let account = &admin.member.standing.account;
    let mut event = Event::new(Chain::Instance, kind, "done")
        .through(client_id)
        .referred_to(context.reference)
        .with_personal("actor_name", account.name.clone())
        .with_personal("ip", context.client_ip.to_string());
    event.actor = Some(account.id);
    event
}
