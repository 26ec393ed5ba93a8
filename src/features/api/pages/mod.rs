//! How requests come in, and answers go out.

use axum::Json;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{RawPathParams, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{MethodFilter, any, get, on};
use serde_json::Value;

use super::BASE;
use super::answers::{Answer, Answered};
use super::call::Call;
use super::callers::{check_right, count_change, find_caller};
use super::openapi::document;
use super::operations::{Method, OPERATIONS, Operation, Precondition};
use super::problems::{Problem, Stop};
use super::scim::{OPERATIONS as SCIM_OPERATIONS, SCIM};
use crate::domain::secret::Fingerprint;
use crate::web::{AppState, Context, Error, Routes};

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// The most that a path or query may hold, in bytes.
const LONGEST_QUERY: usize = 4096;
/// The longest name that a caller may give a request.
const LONGEST_NAME: usize = 255;

/// How a part of the API speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Dialect {
    /// JSON, and problems (RFC 9457).
    Plain,
    /// SCIM (RFC 7644), for the one organisation of the key.
    Scim,
}

/// The routes of the API, from its tables.
pub fn routes() -> Routes {
    let described = Router::new().route(&format!("{BASE}/openapi.json"), get(describe));
    mount(described, (BASE, OPERATIONS), Dialect::Plain).merge(mount(
        Router::new(),
        (SCIM, SCIM_OPERATIONS),
        Dialect::Scim,
    ))
}

fn mount(router: Routes, (base, operations): (&str, &'static [Operation]), dialect: Dialect) -> Routes {
    let all = operations.iter().fold(router, |router, operation| {
        let filter = match operation.method {
            Method::Get => MethodFilter::GET,
            Method::Post => MethodFilter::POST,
            Method::Patch => MethodFilter::PATCH,
            Method::Put => MethodFilter::PUT,
            Method::Delete => MethodFilter::DELETE,
        };
        let run =
            async move |State(state): State<AppState>, context: Context, places: RawPathParams, request: Request| {
                serve((operation, dialect), (state, context), &places, request).await
            };
        router.route(&format!("{base}{}", operation.path), on(filter, run))
    });
    let not_allowed = Problem::new("method_not_allowed", "This path takes other methods.");
    let unknown = Problem::new("not_found", "There is no such path.");
    let unknown = any(async move |context: Context| render(&context, dialect, Err(unknown.into())));
    all.method_not_allowed_fallback(async move |context: Context| render(&context, dialect, Err(not_allowed.into())))
        .route(&format!("{base}/{{*rest}}"), unknown.clone())
        .route(&format!("{base}/"), unknown.clone())
        .route(base, unknown)
}

async fn describe(State(state): State<AppState>) -> Response {
    Json(document(&state.config.server.issuer())).into_response()
}

async fn serve(
    (operation, dialect): (&'static Operation, Dialect),
    (state, context): (AppState, Context),
    places: &RawPathParams,
    request: Request,
) -> Response {
    let admitted = match admit(operation, (state, &context), places, request).await {
        Ok(call) if dialect == Dialect::Scim => of_one_organisation(call),
        other => other,
    };
    let answered = match admitted {
        Ok(call) => (operation.run)(call).await,
        Err(stop) => Err(stop),
    };
    render(&context, dialect, answered)
}

/// SCIM is about the organisation of the key, whatever version of things it changes.
fn of_one_organisation(mut call: Call) -> Result<Call, Stop> {
    let Some(organisation) = call.caller.organisation else {
        return Err(Problem::new("forbidden", "This takes a key of one organisation.").into());
    };
    call.path.push(("organisation".to_owned(), organisation.to_string()));
    call.if_match = None;
    call.if_none = false;
    Ok(call)
}

/// Lets a request in: who calls, whether they may, and what they sent.
async fn admit(
    operation: &'static Operation,
    (state, context): (AppState, &Context),
    places: &RawPathParams,
    request: Request,
) -> Result<Call, Stop> {
    let (parts, body) = request.into_parts();
    let headers = &parts.headers;
    let authorization = headers.get(header::AUTHORIZATION).map(|value| value.to_str().unwrap_or_default());
    let caller = find_caller(&state, context, authorization).await?;
    check_right(&caller, operation.right)?;
    if operation.is_change() {
        count_change(&state, context, &caller).await?;
    }
    let query = query(operation, parts.uri.query().unwrap_or_default())?;
    let if_match = text(headers, &header::IF_MATCH)?;
    let if_none = text(headers, &header::IF_NONE_MATCH)?.filter(|_| operation.is_change());
    check_precondition(operation, if_match.as_deref(), if_none.as_deref())?;
    let limit = state.config.server.limits.body_kib as usize * 1024;
    let (body, raw) = read_body(operation, headers, body, limit).await?;
    let path = places.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let named = text(headers, &IDEMPOTENCY_KEY)?.filter(|_| operation.is_change());
    if named.as_ref().is_some_and(|name| name.is_empty() || name.len() > LONGEST_NAME) {
        let detail = format!("An Idempotency-Key has 1 to {LONGEST_NAME} characters.");
        return Err(Problem::new("malformed", detail).into());
    }
    let replay = named.map(|name| {
        let request = format!("{}\n{}\n{raw}", operation.method.as_str(), parts.uri);
        (Fingerprint::of(&format!("{}\n{name}", caller.machine)), Fingerprint::of(&request))
    });
    let (context, if_none) = (context.clone(), if_none.is_some());
    Ok(Call { state, context, caller, operation, path, query, body, if_match, if_none, replay })
}

fn query(operation: &Operation, query: &str) -> Result<Vec<(String, String)>, Problem> {
    if query.len() > LONGEST_QUERY {
        return Err(Problem::new("malformed", "The query is too long."));
    }
    let pairs: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    for (place, (name, _)) in pairs.iter().enumerate() {
        let is_paging = operation.is_list() && ["limit", "cursor"].contains(&name.as_str());
        if !is_paging && !operation.query.iter().any(|(known, _)| known == name) {
            return Err(Problem::field(name, "There is no such parameter here."));
        }
        if pairs.iter().take(place).any(|(earlier, _)| earlier == name) {
            return Err(Problem::field(name, "Give this once."));
        }
    }
    Ok(pairs)
}

fn text(headers: &HeaderMap, name: &HeaderName) -> Result<Option<String>, Problem> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else { return Ok(None) };
    match value.to_str() {
        Ok(value) if values.next().is_none() => Ok(Some(value.trim().to_owned())),
        _ => Err(Problem::new("malformed", format!("The header {name} cannot be read."))),
    }
}

fn check_precondition(operation: &Operation, if_match: Option<&str>, if_none: Option<&str>) -> Result<(), Problem> {
    let is_new = if_none == Some("*") && if_match.is_none();
    let said = match operation.precondition {
        Precondition::None => true,
        Precondition::Match => if_match.is_some(),
        Precondition::MatchOrNew => if_match.is_some() || is_new,
    };
    if said {
        return Ok(());
    }
    let detail = match operation.precondition {
        Precondition::MatchOrNew => "Send the ETag that you read as If-Match, or If-None-Match: * for what is new.",
        _ => "Send the ETag that you read as If-Match.",
    };
    Err(Problem::new("precondition_required", detail))
}

/// The body as JSON, and as it came.
async fn read_body(
    operation: &Operation,
    headers: &HeaderMap,
    body: Body,
    limit: usize,
) -> Result<(Value, String), Problem> {
    let Ok(raw) = to_bytes(body, limit).await else {
        return Err(Problem::new("too_large", format!("A body has at most {} KiB.", limit / 1024)));
    };
    if operation.takes.is_none() {
        if !raw.is_empty() {
            return Err(Problem::new("malformed", "Nothing is to be sent here."));
        }
        return Ok((Value::Null, String::new()));
    }
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if !["application/json", "application/merge-patch+json", "application/scim+json"].contains(&kind) {
        return Err(Problem::new("unsupported_media_type", "Send JSON, with Content-Type: application/json."));
    }
    match serde_json::from_slice(&raw) {
        Ok(body) => Ok((body, String::from_utf8_lossy(&raw).into_owned())),
        Err(fault) => Err(Problem::new("malformed", format!("The body is no JSON: {fault}."))),
    }
}

fn render(context: &Context, dialect: Dialect, answered: Answered) -> Response {
    let mut response = match answered {
        Ok(answer) => show(answer, false),
        Err(Stop::Before(answer)) => show(*answer, true),
        Err(Stop::Refused(problem)) => return refuse(context, dialect, &problem, None),
        Err(Stop::Fault(fault)) => {
            let response = fault.clone().into_response();
            let (code, detail) = match response.status() {
                StatusCode::SERVICE_UNAVAILABLE => ("busy", "Try again in a moment."),
                _ => ("fault", "This is our fault. The log of the server tells more under the reference."),
            };
            return refuse(context, dialect, &Problem::new(code, detail), Some(fault));
        }
    };
    if dialect == Dialect::Scim && response.headers().contains_key(header::CONTENT_TYPE) {
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/scim+json"));
    }
    response
}

fn show(answer: Answer, again: bool) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or_default();
    let mut response = match answer.body {
        Some(body) => (status, Json(body)).into_response(),
        None => status.into_response(),
    };
    let headers = response.headers_mut();
    for (name, value) in [(header::ETAG, answer.tag), (header::LOCATION, answer.location)] {
        if let Some(value) = value.and_then(|value| HeaderValue::try_from(value).ok()) {
            headers.insert(name, value);
        }
    }
    if again {
        headers.insert(REPLAYED, HeaderValue::from_static("true"));
    }
    response
}

fn refuse(context: &Context, dialect: Dialect, problem: &Problem, fault: Option<Error>) -> Response {
    let (status, kind, document) = match dialect {
        Dialect::Plain => {
            (problem.status(), "application/problem+json", problem.document(&context.reference.to_string()))
        }
        Dialect::Scim => (problem.scim_status(), "application/scim+json", problem.scim_document()),
    };
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, Json(document)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    if let Some(challenge) = problem.challenge.as_deref().and_then(|text| HeaderValue::try_from(text).ok()) {
        headers.insert(header::WWW_AUTHENTICATE, challenge);
    }
    if let Some(seconds) = problem.retry_after {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    if let Some(fault) = fault {
        response.extensions_mut().insert(fault);
    }
    response
}
