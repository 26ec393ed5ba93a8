//! What was found in the audit, all of it, as a table or as JSON, a line for each event.

use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use futures_util::stream;
use serde::Deserialize;

use crate::domain::ids::AuditId;
use crate::features::activity::cell;
use crate::features::admin::audit_search::{Asked, names_in};
use crate::features::audit::Recorded;
use crate::features::console::Auditor;
use crate::web::{AppState, Error};

/// How many events are read at once.
const AT_ONCE: usize = 500;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Form {
    format: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Csv,
    Json,
}

/// Sends it while it is read, so that a long one needs no more memory than a short one.
pub(super) async fn export(
    State(state): State<AppState>,
    _: Auditor,
    Query(asked): Query<Asked>,
    Query(form): Query<Form>,
) -> Result<Response, Error> {
    let asked = asked.tidy();
    let format = if form.format == "json" { Format::Json } else { Format::Csv };
    let things = asked.things(&state).await?;
    // The first part now, so that a fault still has a page.
    let mut head = if format == Format::Csv { line(&HEADS.map(str::to_owned))? } else { Vec::new() };
    let first = asked.find(&state, things.as_deref(), (None, None, AT_ONCE)).await?;
    head.extend(part(&state, format, &first.events).await?);
    let rest = stream::unfold(first.next, move |before| {
        let (state, asked, things) = (state.clone(), asked.clone(), things.clone());
        async move {
            let before: AuditId = before?;
            let read = async {
                let found = asked.find(&state, things.as_deref(), (Some(before), None, AT_ONCE)).await?;
                let bytes = part(&state, format, &found.events).await?;
                // Each search goes on before the last one.
                Ok::<_, Error>((bytes, found.next.filter(|next| *next < before)))
            };
            Some(match read.await {
                Ok((bytes, next)) => (Ok(bytes), next),
                Err(fault) => (Err(fault), None),
            })
        }
    });
    let body = Body::from_stream(futures_util::StreamExt::chain(stream::iter([Ok::<_, Error>(head)]), rest));
    let (kind, name) = match format {
        Format::Csv => ("text/csv; charset=utf-8", "attachment; filename=\"audit.csv\""),
        Format::Json => ("application/x-ndjson", "attachment; filename=\"audit.jsonl\""),
    };
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static(name));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok((headers, body).into_response())
}

const HEADS: [&str; 12] =
    ["time", "event", "outcome", "person", "by", "app", "organisation", "ip", "reference", "id", "facts", "sequence"];

async fn part(state: &AppState, format: Format, events: &[Recorded]) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    if format == Format::Json {
        for event in events {
            serde_json::to_writer(&mut bytes, event).map_err(Error::new)?;
            bytes.push(b'\n');
        }
        return Ok(bytes);
    }
    let names = names_in(state, events).await?;
    let name = |id: &Option<String>| {
        let Some(id) = id else { return String::new() };
        names.iter().find(|(known, _)| known.to_string() == *id).map_or_else(|| id.clone(), |(_, name)| name.clone())
    };
    for event in events {
        let at = jiff::Timestamp::from_millisecond(event.at).map_err(Error::new)?.to_string();
        let ip = event.personal.get("ip").and_then(|ip| ip.as_str()).unwrap_or_default();
        let cells = [
            at,
            event.kind.clone(),
            event.outcome.clone(),
            name(&event.subject),
            name(&event.actor),
            event.client_id.clone().unwrap_or_default(),
            event.chain.clone(),
            ip.to_owned(),
            event.reference.clone(),
            event.id.clone(),
            event.facts.to_string(),
            event.sequence.to_string(),
        ];
        bytes.extend(line(&cells.map(|text| cell(&text)))?);
    }
    Ok(bytes)
}

/// A line of CSV (RFC 4180).
fn line(cells: &[String]) -> Result<Vec<u8>, Error> {
    let mut csv = csv::Writer::from_writer(Vec::new());
    csv.write_record(cells).map_err(Error::new)?;
    csv.into_inner().map_err(|fault| Error::new(fault.into_error()))
}
