//! The page that shows what arrived, and the gateway for text messages.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{Html, IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;

use super::{Received, Shelf};
use crate::atlas::Atlas;
use crate::config::Branding;
use crate::domain::{Language, Timestamp};
use crate::web::{Frame, Page, Templates, asset};

/// Our own page: a stylesheet, an icon, and the frame with the mail.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; frame-src 'self'; base-uri 'none'; \
                      form-action 'none'; frame-ancestors 'none'";
/// The mail: its own styles, and nothing that runs, loads or leads anywhere.
const MAIL_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox";

struct Office {
    shelf: Arc<Shelf>,
    templates: Templates,
}

#[derive(Serialize)]
struct MailboxPage {
    messages: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    number: usize,
    at: i64,
    to: String,
    /// The subject, or the beginning of a text message.
    about: String,
}

#[derive(Serialize)]
struct MessagePage {
    number: usize,
    at: i64,
    to: String,
    subject: Option<String>,
    text: String,
    links: Vec<String>,
    has_html: bool,
}

impl MailboxPage {
    fn of(messages: &[Received]) -> Self {
        let line = |(place, message): (usize, &Received)| Line {
            number: place + 1,
            at: message.at,
            to: message.to.clone(),
            about: message.subject.clone().unwrap_or_else(|| message.text.chars().take(60).collect()),
        };
        Self { messages: messages.iter().enumerate().rev().map(line).collect() }
    }
}

impl MessagePage {
    fn of(number: usize, message: &Received) -> Self {
        Self {
            number,
            at: message.at,
            to: message.to.clone(),
            subject: message.subject.clone(),
            text: message.text.clone(),
            links: message.links().into_iter().map(str::to_owned).collect(),
            has_html: message.html.is_some(),
        }
    }
}

impl Page for MailboxPage {
    const TEMPLATE: &'static str = "demo/mailbox.html";

    fn samples() -> Vec<Self> {
        vec![Self { messages: Vec::new() }, Self::of(&examples())]
    }
}

impl Page for MessagePage {
    const TEMPLATE: &'static str = "demo/message.html";

    fn samples() -> Vec<Self> {
        examples().iter().map(|message| Self::of(1, message)).collect()
    }
}

fn examples() -> Vec<Received> {
    let sms = Received {
        at: 1_795_525_500_000,
        to: "+31612345678".to_owned(),
        subject: None,
        text: "482 911 is your code.".to_owned(),
        html: None,
        raw: String::new(),
    };
    let mail = Received {
        to: "<anna>@kantoor.nl".to_owned(),
        subject: Some("Your code for <anna>".to_owned()),
        text: "Your code is 482 911. Or open:\nhttps://id.example/c/7hQ2vK9mZr4TnW8xYb3cPd\n".to_owned(),
        html: Some("<p>Your code is 482 911.</p>".to_owned()),
        ..sms.clone()
    };
    vec![sms, mail]
}

/// The samples of the pages, for the test that renders every page.
#[cfg(test)]
pub(in crate::cli) fn samples() -> Vec<crate::web::PageSample> {
    let mut all = crate::web::samples_of::<MailboxPage>();
    all.extend(crate::web::samples_of::<MessagePage>());
    all
}

pub(super) async fn serve(listener: TcpListener, shelf: Arc<Shelf>) {
    let Ok(templates) = Templates::new(&Branding::default(), &Atlas::empty()) else { return };
    let router = Router::new()
        .route("/", get(list))
        .route("/messages/{number}", get(show))
        .route("/messages/{number}/html", get(show_html))
        .route("/sms", post(take_sms))
        .route("/assets/{name}", get(asset))
        .with_state(Arc::new(Office { shelf, templates }));
    if let Err(cause) = axum::serve(listener, router).await {
        tracing::error!("the mailbox ended: {cause}");
    }
}

impl Office {
    fn page(&self, path: String, page: &impl Page) -> Response {
        let frame = Frame {
            language: Language::English,
            reference: String::new(),
            csrf: String::new(),
            path,
            signed_in: None,
            now: self.shelf.world.clock.now(),
        };
        match self.templates.render(&frame, page) {
            Ok(html) => guarded(POLICY, html),
            Err(fault) => (StatusCode::INTERNAL_SERVER_ERROR, fault.to_string()).into_response(),
        }
    }

    fn find(&self, number: usize) -> Option<Received> {
        self.shelf.all().into_iter().nth(number.checked_sub(1)?)
    }
}

fn guarded(policy: &'static str, html: String) -> Response {
    let headers: [(HeaderName, &str); 4] = [
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, Html(html)).into_response()
}

async fn list(State(office): State<Arc<Office>>) -> Response {
    office.page("/".to_owned(), &MailboxPage::of(&office.shelf.all()))
}

async fn show(State(office): State<Arc<Office>>, Path(number): Path<usize>) -> Response {
    match office.find(number) {
        Some(message) => office.page(format!("/messages/{number}"), &MessagePage::of(number, &message)),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn show_html(State(office): State<Arc<Office>>, Path(number): Path<usize>) -> Response {
    match office.find(number).and_then(|message| message.html) {
        Some(html) => guarded(MAIL_POLICY, html),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

#[derive(Deserialize, Serialize)]
struct Sms {
    number: String,
    text: String,
}

async fn take_sms(State(office): State<Arc<Office>>, Json(sms): Json<Sms>) -> StatusCode {
    let raw = serde_json::to_string(&sms).unwrap_or_default();
    office.shelf.add(Received {
        at: Timestamp::from_millis(0).millis(),
        to: sms.number,
        subject: None,
        text: sms.text,
        html: None,
        raw,
    });
    StatusCode::ACCEPTED
}
