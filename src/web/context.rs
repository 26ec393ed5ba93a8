//! What is known about a request before anybody looks at it.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts as RequestParts;
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse as _, Response};

use super::client_certificate::{self, Shown};
use super::client_ip::client_ip;
use super::cookies::CookieKind;
use super::csrf;
use super::error::{Error, unavailable};
use super::language;
use super::listener::Peer;
use super::page::{Page, SignedIn};
use super::reference::Reference;
use super::state::AppState;
use super::templates::Frame;
use crate::domain::network::ClientIp;
use crate::domain::{Language, Secret, Timestamp};
use crate::keys::Certificate;

/// What is known about a request before anybody looks at it.
#[derive(Clone, Debug)]
pub struct Context {
    /// When it came.
    pub now: Timestamp,
    /// Where it came from.
    pub client_ip: ClientIp,
    /// The certificate whose private key the sender holds, if one was shown.
    pub certificate: Option<Arc<Certificate>>,
    /// What the log, the audit and the page call it.
    pub reference: Reference,
    /// What the browser says it is.
    pub user_agent: Option<String>,
    /// The language of the answer.
    pub language: Language,
    /// The secret of the browser, if it has one.
    pub browser: Option<String>,
    /// The secret of the session, if there is one.
    pub session: Option<Secret<String>>,
    /// The secret of a browser in which a second step is remembered, if there is one.
    pub remembered: Option<Secret<String>>,
    /// Whether a passkey was used in this browser before.
    pub knows_passkeys: bool,
    /// Whether somebody said that several people use this browser.
    pub is_shared: bool,
    /// The login state that the browser shows to scripts, if it has one.
    pub login_state: Option<String>,
    /// The path, for the way back after changing the language.
    pub path: String,
    /// Who is signed in, as far as the page shows it.
    pub signed_in: Option<SignedIn>,
    /// Set when the answer must hand the browser its secret.
    new_browser: bool,
}

impl Context {
    pub(super) fn of(state: &AppState, parts: &RequestParts) -> Self {
        let headers = &parts.headers;
        let server = &state.config.server;
        let header = server.client_ip_header.as_deref().and_then(|name| HeaderName::try_from(name).ok());
        let client_ip = parts.extensions.get::<Peer>().map_or(ClientIp::Unknown, |Peer(peer)| {
            client_ip(peer.ip(), headers, &server.trusted_proxies, header.as_ref())
        });
        let certificate = match (parts.extensions.get::<Shown>(), parts.extensions.get::<Peer>()) {
            (Some(Shown(own)), _) => own.clone(),
            (None, Some(Peer(peer))) => {
                let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
                let called = parts.uri.authority().map(Authority::as_str).or(host);
                client_certificate::passed_on(peer.ip(), headers, called, &state.config.mtls)
            }
            (None, None) => None,
        };
        let browser = state.cookies.read(headers, CookieKind::Browser);
        Self {
            now: state.now(),
            client_ip,
            certificate,
            reference: Reference::new(state.random.as_ref()),
            user_agent: text(headers, &header::USER_AGENT).map(|agent| agent.chars().take(300).collect()),
            language: language::choose(
                state.cookies.read(headers, CookieKind::Language).as_deref(),
                text(headers, &header::ACCEPT_LANGUAGE).as_deref(),
                state.config.branding.default_language,
            ),
            browser,
            session: state.cookies.read(headers, CookieKind::Session).map(Secret::new),
            remembered: state.cookies.read(headers, CookieKind::Remembered).map(Secret::new),
            knows_passkeys: state.cookies.read(headers, CookieKind::Passkey).is_some(),
            is_shared: state.cookies.read(headers, CookieKind::Shared).is_some(),
            login_state: state.cookies.read(headers, CookieKind::LoginState),
            path: parts.uri.path().to_owned(),
            signed_in: None,
            new_browser: false,
        }
    }

    /// Speaks the first of these languages that is spoken here, as `ui_locales` lists them (OpenID Connect Core,
    /// section 3.1.2.1).
    pub fn prefer(&mut self, languages: Option<&str>) {
        if let Some(language) = languages.and_then(|tags| Language::first_of(tags.split(' '))) {
            self.language = language;
        }
    }

    /// The secret of the browser; a new one, if it has none yet.
    pub fn browser(&mut self, state: &AppState) -> String {
        let known = self.browser.take();
        self.new_browser |= known.is_none();
        let browser = known.unwrap_or_else(|| state.random.secret().expose().clone());
        self.browser = Some(browser.clone());
        browser
    }

    /// The page, in the language of the request.
    ///
    /// # Errors
    ///
    /// When the template is wrong.
    pub fn page<P: Page>(&mut self, state: &AppState, status: StatusCode, page: &P) -> Result<Response, Error> {
        let browser = self.browser(state);
        let frame = Frame {
            language: self.language,
            reference: self.reference.to_string(),
            csrf: csrf::token(&state.mac, &browser, state.random.array()),
            path: self.path.clone(),
            signed_in: self.signed_in.clone(),
            now: self.now,
        };
        let html = state.templates.render(&frame, page)?;
        let mut response = (status, Html(html)).into_response();
        if let Ok(language) = HeaderValue::try_from(self.language.code()) {
            response.headers_mut().insert(header::CONTENT_LANGUAGE, language);
        }
        self.hand_over_browser(state, response.headers_mut());
        Ok(response)
    }

    /// Hands the browser its secret, if it is new.
    pub fn hand_over_browser(&self, state: &AppState, headers: &mut HeaderMap) {
        if let Some(browser) = self.browser.as_ref().filter(|_| self.new_browser) {
            state.cookies.set(headers, CookieKind::Browser, browser);
        }
    }
}

fn text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

impl FromRequestParts<AppState> for Context {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut RequestParts, _: &AppState) -> Result<Self, Response> {
        parts.extensions.get::<Self>().cloned().ok_or_else(unavailable)
    }
}
