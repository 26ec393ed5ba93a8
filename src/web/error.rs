//! What went wrong, as a value on its way to a page.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::page::Page;
use super::templates::TemplateError;
use crate::keys::{OpenError, SignError};
use crate::storage::StorageError;

/// Something that nobody expected. It is logged once, with the reference, and shown as a calm page.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{cause}")]
pub struct Error {
    cause: Arc<dyn std::error::Error + Send + Sync>,
    /// Whether trying again in a moment may help.
    passing: bool,
}

impl Error {
    /// Wraps a cause that will not go away by itself.
    pub fn new(cause: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self { cause: Arc::new(cause), passing: false }
    }

    pub(super) const fn status(&self) -> StatusCode {
        if self.passing { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::INTERNAL_SERVER_ERROR }
    }
}

impl From<StorageError> for Error {
    fn from(error: StorageError) -> Self {
        let passing = matches!(error, StorageError::Refused(_) | StorageError::NotCommitted(_) | StorageError::Gone(_));
        Self { cause: Arc::new(error), passing }
    }
}

impl From<TemplateError> for Error {
    fn from(error: TemplateError) -> Self {
        Self::new(error)
    }
}

impl From<SignError> for Error {
    fn from(error: SignError) -> Self {
        Self::new(error)
    }
}

impl From<OpenError> for Error {
    fn from(error: OpenError) -> Self {
        Self::new(error)
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// A request that gets a page with an explanation instead of what it asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PageProblem {
    /// No such page.
    NotFound,
    /// A page that cannot be asked for in this way.
    BadRequest,
    /// The form was sent by another site.
    CrossSite,
    /// The form was made for another browser, or too long ago.
    StaleForm,
    /// The browser sent no cookies back.
    CookiesOff,
    /// The request is too large.
    TooLarge,
    /// The page was open too long, or belongs to another browser (E17).
    Expired,
    /// Too many people sign in at this moment.
    Busy,
    /// Something went wrong on our side.
    Fault,
    /// The app or its address is not registered.
    UnknownApp,
    /// A registered app asked for something impossible, and it is not safe to send the browser back.
    BadAppRequest,
    /// The account may not be used.
    NoAccess,
}

/// The page that explains.
#[derive(Clone, Debug, Serialize)]
pub struct ErrorPage {
    /// What is wrong.
    pub problem: PageProblem,
    /// Where the one button leads: address and, for an app, its name.
    pub back: Option<(String, String)>,
    /// What the administrator of the app needs to know.
    pub detail: Option<ProtocolDetail>,
}

/// A protocol error, for whoever looks after the app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ProtocolDetail {
    /// The error code.
    pub error: String,
    /// What is wrong with the request.
    pub description: String,
}

impl From<PageProblem> for ErrorPage {
    fn from(problem: PageProblem) -> Self {
        Self { problem, back: None, detail: None }
    }
}

impl Page for ErrorPage {
    const TEMPLATE: &'static str = "pages/errors/error.html";

    fn samples() -> Vec<Self> {
        use PageProblem as P;
        let plain = [
            P::NotFound,
            P::BadRequest,
            P::CrossSite,
            P::StaleForm,
            P::CookiesOff,
            P::TooLarge,
            P::Expired,
            P::Busy,
            P::Fault,
            P::NoAccess,
        ];
        let detail = ProtocolDetail {
            error: "invalid_request".to_owned(),
            description: "redirect_uri https://portal.example/cb/ is not registered".to_owned(),
        };
        let mut all: Vec<Self> = plain.into_iter().map(Self::from).collect();
        all.push(Self { problem: P::UnknownApp, back: None, detail: Some(detail.clone()) });
        all.push(Self {
            problem: P::BadAppRequest,
            back: Some(("https://portal.example".to_owned(), "Kantoorportaal".to_owned())),
            detail: Some(detail),
        });
        all
    }
}

impl PageProblem {
    /// An answer with this status, to which the page is added on the way out.
    #[must_use]
    pub fn into_response_with(self, status: StatusCode) -> Response {
        ErrorPage::from(self).into_response_with(status)
    }
}

impl ErrorPage {
    /// An answer with this status, to which the page is added on the way out.
    #[must_use]
    pub fn into_response_with(self, status: StatusCode) -> Response {
        let mut response = status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// An answer for what should have been there and is not.
pub(super) fn unavailable() -> Response {
    PageProblem::Fault.into_response_with(StatusCode::INTERNAL_SERVER_ERROR)
}
