//! The sample accountancy portal: an app like any other.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse as _, Response};
use axum::routing::{get, post};
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;

use super::people;
use super::relying_party::{Begun, RelyingParty, Verified};
use crate::app::World;
use crate::atlas::Atlas;
use crate::cli::Failure;
use crate::config::Branding;
use crate::domain::{Language, Timestamp};
use crate::features::two_factor::key_and_code;
use crate::web::{Frame, Page, Templates, asset, urls};

const COOKIE: &str = "kantoorportaal";

struct Portal {
    relying_party: RelyingParty,
    world: World,
    templates: Templates,
    /// In memory: a sample forgets everybody when it ends.
    sessions: Mutex<HashMap<String, Session>>,
}

enum Session {
    Begun(Begun),
    SignedIn(Verified),
}

#[derive(Serialize)]
struct PortalPage {
    issuer: String,
    problem: Option<String>,
    person: Option<Person>,
    /// Who can sign in; nobody is listed to somebody who did.
    people: Vec<Guest>,
    password: &'static str,
    console: String,
    /// The key of the authenticator app, and its code at this moment.
    app: Option<(String, String)>,
}

/// Somebody who can sign in.
#[derive(Serialize)]
struct Guest {
    name: &'static str,
    email: &'static str,
    what: &'static str,
    has_app: bool,
}

impl Guest {
    fn all() -> Vec<Self> {
        let guest = |person: &people::Person| Self {
            name: person.name,
            email: person.email,
            what: person.what,
            has_app: person.has_app(),
        };
        people::PEOPLE.iter().map(guest).collect()
    }
}

impl PortalPage {
    fn of(issuer: &str, problem: Option<String>, person: Option<Person>, now: Timestamp) -> Self {
        Self {
            issuer: issuer.to_owned(),
            problem,
            people: if person.is_some() { Vec::new() } else { Guest::all() },
            person,
            password: people::PASSWORD,
            console: format!("{issuer}{}", urls::ADMIN),
            app: key_and_code(people::KEY, now),
        }
    }
}

#[derive(Serialize)]
struct Person {
    name: String,
    organisation: String,
    role: String,
    claims: Vec<(String, String)>,
}

impl Page for PortalPage {
    const TEMPLATE: &'static str = "demo/portal.html";

    fn samples() -> Vec<Self> {
        let problem = "The answer does not belong to a sign-in of this browser.".to_owned();
        let person = Person {
            name: "Anna de Vries".to_owned(),
            organisation: "Kantoor De Vries".to_owned(),
            role: "administrator".to_owned(),
            claims: vec![
                ("sub".to_owned(), "acc_01kb6q2v8d3m5n7p9r1t3w5y7z".to_owned()),
                ("org_roles".to_owned(), "[\"administrator\"]".to_owned()),
            ],
        };
        let page = |problem, person| {
            Self::of("http://localhost:8080", problem, person, Timestamp::from_millis(1_795_525_500_000))
        };
        vec![page(Some(problem), None), page(None, Some(person)), page(None, None)]
    }
}

/// The samples of the portal's page, for the test that renders every page.
#[cfg(test)]
pub(in crate::cli) fn samples() -> Vec<crate::web::PageSample> {
    crate::web::samples_of::<PortalPage>()
}

/// Serves the portal until the demo ends.
pub(super) async fn serve(listener: TcpListener, relying_party: RelyingParty, world: World) {
    let Ok(templates) = Templates::new(&Branding::default(), &Atlas::empty()) else { return };
    let portal = Arc::new(Portal { relying_party, world, templates, sessions: Mutex::default() });
    let router = Router::new()
        .route("/", get(home))
        .route("/sign-in", get(begin))
        .route("/callback", get(callback))
        .route("/sign-out", post(sign_out))
        .route("/assets/{name}", get(asset))
        .with_state(portal);
    if let Err(cause) = axum::serve(listener, router).await {
        tracing::error!("the portal ended: {cause}");
    }
}

impl Portal {
    fn page(&self, problem: Option<String>, person: Option<Person>) -> Response {
        let frame = Frame {
            language: Language::English,
            reference: String::new(),
            csrf: String::new(),
            path: "/".to_owned(),
            signed_in: None,
            now: self.world.clock.now(),
        };
        let page = PortalPage::of(&self.relying_party.issuer, problem, person, frame.now);
        match self.templates.render(&frame, &page) {
            Ok(html) => Html(html).into_response(),
            Err(fault) => (StatusCode::INTERNAL_SERVER_ERROR, fault.to_string()).into_response(),
        }
    }

    fn take(&self, headers: &HeaderMap) -> Option<Session> {
        let key = cookie(headers)?;
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner).remove(&key)
    }

    /// Keeps a session under a new secret, and goes on.
    fn keep(&self, session: Session, to: &str) -> Response {
        let key = self.world.random.secret().expose().clone();
        let cookie = format!("{COOKIE}={key}; HttpOnly; SameSite=Lax; Path=/");
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner).insert(key, session);
        (StatusCode::SEE_OTHER, [(header::SET_COOKIE, cookie), (header::LOCATION, to.to_owned())]).into_response()
    }
}

async fn home(State(portal): State<Arc<Portal>>, headers: HeaderMap) -> Response {
    let sessions = portal.sessions.lock().unwrap_or_else(PoisonError::into_inner);
    let person = match cookie(&headers).and_then(|key| sessions.get(&key)) {
        Some(Session::SignedIn(verified)) => Some(person(verified)),
        _ => None,
    };
    drop(sessions);
    portal.page(None, person)
}

async fn begin(State(portal): State<Arc<Portal>>) -> Response {
    match portal.relying_party.begin().await {
        Ok(begun) => {
            let url = begun.url.clone();
            portal.keep(Session::Begun(begun), &url)
        }
        Err(Failure(cause)) => portal.page(Some(cause), None),
    }
}

#[derive(Deserialize)]
struct Answer {
    code: Option<String>,
    state: Option<String>,
    iss: Option<String>,
    error: Option<String>,
    error_description: Option<String>,
}

async fn callback(State(portal): State<Arc<Portal>>, headers: HeaderMap, Query(answer): Query<Answer>) -> Response {
    let Some(Session::Begun(begun)) = portal.take(&headers) else {
        return portal.page(Some("The answer does not belong to a sign-in of this browser.".to_owned()), None);
    };
    if answer.state.as_deref() != Some(begun.state.as_str()) {
        return portal.page(Some("The answer belongs to another sign-in.".to_owned()), None);
    }
    if answer.iss.as_deref() != Some(portal.relying_party.issuer.as_str()) {
        return portal.page(Some("The answer comes from another provider.".to_owned()), None);
    }
    match (answer.code, answer.error) {
        (Some(code), None) => match portal.relying_party.finish(begun, code).await {
            Ok(verified) => portal.keep(Session::SignedIn(verified), "/"),
            Err(Failure(cause)) => portal.page(Some(cause), None),
        },
        (_, error) => {
            let description = answer.error_description.unwrap_or_default();
            portal.page(Some(format!("{}: {description}", error.unwrap_or_default())), None)
        }
    }
}

async fn sign_out(State(portal): State<Arc<Portal>>, headers: HeaderMap) -> Response {
    let to = match portal.take(&headers) {
        Some(Session::SignedIn(verified)) => portal.relying_party.sign_out_url(&verified.id_token).await,
        _ => Ok("/".to_owned()),
    };
    match to {
        Ok(to) => (StatusCode::SEE_OTHER, [(header::LOCATION, to)]).into_response(),
        Err(Failure(cause)) => portal.page(Some(cause), None),
    }
}

fn person(verified: &Verified) -> Person {
    let find = |name: &str| verified.claims.iter().find(|(known, _)| known == name).map(|(_, value)| value);
    let text = |name: &str| find(name).and_then(|value| value.as_str()).unwrap_or_default().to_owned();
    let role = find("org_roles").and_then(|roles| roles.get(0)).and_then(|role| role.as_str());
    Person {
        name: text("name"),
        organisation: text("org_name"),
        role: role.unwrap_or_default().to_owned(),
        claims: verified
            .claims
            .iter()
            .map(|(name, value)| (name.clone(), value.as_str().map_or_else(|| value.to_string(), str::to_owned)))
            .collect(),
    }
}

fn cookie(headers: &HeaderMap) -> Option<String> {
    let pairs = headers.get(header::COOKIE)?.to_str().ok()?;
    pairs.split(';').find_map(|pair| pair.trim().strip_prefix(COOKIE)?.strip_prefix('=')).map(str::to_owned)
}
