//! Floor 3: the kit that every page and endpoint is built with.
//!
//! [`around`] stands before every request: it makes the [`Context`], and turns what went wrong into a calm page with
//! a reference. [`Form`] takes a form only from our own pages. [`AppState`] is what all share.

mod around;
mod assets;
mod cache;
mod client_certificate;
mod client_ip;
mod context;
mod cookies;
mod cors;
mod csrf;
mod error;
mod form;
#[cfg(any(test, fuzzing))]
mod fuzzing;
mod headers;
mod language;
pub mod listener;
pub mod log;
pub mod metrics;
mod page;
mod redirect;
mod reference;
mod services;
mod state;
mod templates;
pub mod tls;
pub mod urls;
mod user_agent;

pub use around::around;
pub use assets::asset;
pub use cache::Cached;
pub use context::Context;
pub use cookies::{CookieKind, CookieNames};
pub use cors::cross_origin;
pub use error::{Error, ErrorPage, PageProblem, ProtocolDetail};
pub use form::{Form, JsonForm};
#[cfg(any(test, fuzzing))]
pub(crate) use fuzzing::TARGETS as FUZZ_TARGETS;
pub use headers::{Framing, allow_frames, allow_framing};
pub use language::switch_language;
pub use listener::Peer;
pub use page::{Page, PageSample, SignedIn, samples_of};
pub use redirect::see_other;
pub use reference::Reference;
pub use services::{Service, Services};
pub use state::{AppState, Parts, Routes};
#[cfg(test)]
pub(crate) use templates::tests::is_used as is_word_used;
pub use templates::{Envelope, Frame, TemplateError, Templates};
pub use user_agent::browser_name;
