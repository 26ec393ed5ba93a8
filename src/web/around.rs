//! What stands around every request.

use std::time::Duration;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use tokio::time::{Instant, timeout};
use tracing::field::Empty;
use tracing::{Instrument as _, error, info, trace_span};

use super::context::Context;
use super::error::{Error, ErrorPage, PageProblem};
use super::headers::add_security_headers;
use super::metrics;
use super::state::AppState;
use crate::config::TRACE;

/// Makes the context, limits the time, and sees to it that every answer has its headers, its line in the log and,
/// where something went wrong, its page.
pub async fn around(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let (mut parts, body) = request.into_parts();
    let context = Context::of(&state, &parts);
    parts.extensions.insert(context.clone());
    let method = parts.method.clone();
    let route = parts.extensions.get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let wants_page = parts
        .headers
        .get(header::ACCEPT)
        .is_none_or(|accept| accept.to_str().is_ok_and(|accept| accept.contains("text/html")));

    let limit = Duration::from_secs(state.config.server.limits.request_seconds.into());
    let route = route.as_deref().unwrap_or("unknown");
    let span = trace_span!(
        target: TRACE,
        "request",
        "http.request.method" = method_known(&method),
        "http.route" = route,
        "http.response.status_code" = Empty,
        failed = Empty,
    );
    let answer = timeout(limit, next.run(Request::from_parts(parts, body))).instrument(span.clone()).await;
    let mut response = answer.unwrap_or_else(|_| StatusCode::SERVICE_UNAVAILABLE.into_response());

    let fault = response.extensions_mut().remove::<Error>();
    if let Some(fault) = &fault {
        error!(reference = %context.reference, "request failed: {fault}");
    }
    if needs_page(&response, wants_page) {
        response = explain(&state, context.clone(), response, fault.is_some());
    }
    if response.status() == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().entry(header::RETRY_AFTER).or_insert(HeaderValue::from_static("5"));
    }
    add_security_headers(response.headers_mut(), &context.path, state.config.server.is_https());
    span.record("http.response.status_code", response.status().as_u16());
    span.record("failed", response.status().is_server_error());
    record(&context, &method, route, response.status(), started.elapsed());
    response
}

/// The method, where it is one that everybody knows: the others are words of whoever asks.
fn method_known(method: &Method) -> &str {
    match *method {
        Method::GET | Method::HEAD | Method::POST | Method::PUT | Method::PATCH | Method::DELETE | Method::OPTIONS => {
            method.as_str()
        }
        _ => "_OTHER",
    }
}

/// An answer without a body of its own that a person would see.
fn needs_page(response: &Response, wants_page: bool) -> bool {
    if response.extensions().get::<ErrorPage>().is_some() {
        return true;
    }
    let status = response.status();
    let failed = status.is_client_error() || status.is_server_error();
    wants_page && failed && !response.headers().contains_key(header::CONTENT_TYPE)
}

fn explain(state: &AppState, mut context: Context, mut response: Response, fault: bool) -> Response {
    let status = response.status();
    let page = response.extensions_mut().remove::<ErrorPage>().unwrap_or_else(|| {
        ErrorPage::from(match status {
            StatusCode::NOT_FOUND => PageProblem::NotFound,
            StatusCode::PAYLOAD_TOO_LARGE => PageProblem::TooLarge,
            StatusCode::SERVICE_UNAVAILABLE if !fault => PageProblem::Busy,
            _ if status.is_server_error() => PageProblem::Fault,
            _ => PageProblem::BadRequest,
        })
    });
    match context.page(state, status, &page) {
        Ok(mut explained) => {
            // What the handler set, such as a cookie or `Allow`, stays.
            for (name, value) in response.headers() {
                if name != header::CONTENT_LENGTH {
                    explained.headers_mut().append(name, value.clone());
                }
            }
            explained
        }
        Err(fault) => {
            error!(reference = %context.reference, "the error page failed: {fault}");
            (status, "Something went wrong. / Er ging iets mis.").into_response()
        }
    }
}

fn record(context: &Context, method: &Method, route: &str, status: StatusCode, took: Duration) {
    metrics::record_request(route, status.as_u16(), took);
    info!(
        target: "countersign::access",
        reference = %context.reference,
        client = %context.client_ip,
        %method,
        route,
        status = status.as_u16(),
        ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
        "request"
    );
}
