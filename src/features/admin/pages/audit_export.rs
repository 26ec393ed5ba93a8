//! What was found in the audit, all of it, as a table or as JSON, a line for each event.

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use futures_util::stream;
use serde::Deserialize;
use serde_json::json;
use tokio::sync::mpsc;
use tracing::warn;

use super::who;
use crate::domain::ids::AuditId;
use crate::features::activity::cell;
use crate::features::admin::acts::Doer;
use crate::features::admin::audit_search::{Asked, names_in};
use crate::features::admin::streams::{Seat, Streamed, Streams};
use crate::features::admin::views::StreamsFullPage;
use crate::features::audit::{self, Chain, Ink, Recorded, Thing};
use crate::features::console::Auditor;
use crate::web::{AppState, Context, Error, Form, see_other, urls};

/// How many events are read at once.
const AT_ONCE: usize = 500;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    format: String,
    #[serde(flatten)]
    asked: Asked,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Csv,
    Json,
}

/// Sends it while it is read, so that a long one needs no more memory than a short one.
pub(super) async fn export(
    State(state): State<AppState>,
    mut context: Context,
    auditor: Auditor,
    Form(typed): Form<Typed>,
) -> Result<Response, Error> {
    let asked = typed.asked.tidy();
    if !auditor.is_fresh(context.now) {
        // What was searched for is still there afterwards.
        return Ok(see_other(&urls::confirm_anew(&asked.link(urls::ADMIN_AUDIT, &[]))));
    }
    let streams = state.service::<Streams>();
    let Some(seat) = streams.take(auditor.member.session.account_id, Streamed::Export) else {
        context.signed_in = Some(auditor.member.shown());
        let page = StreamsFullPage { back: asked.link(urls::ADMIN_AUDIT, &[]) };
        return context.page(&state, StatusCode::TOO_MANY_REQUESTS, &page);
    };
    let format = if typed.format == "json" { Format::Json } else { Format::Csv };
    let things = asked.things(&state).await?;
    // The first part now, so that a fault still has a page.
    let mut head = if format == Format::Csv { line(&HEADS.map(str::to_owned))? } else { Vec::new() };
    let first = asked.find(&state, things.as_deref(), (None, None, AT_ONCE)).await?;
    head.extend(part(&state, format, &first.events).await?);
    let export = Export { state, by: who(&auditor.member, &context), context, asked, things, format, seat };
    export.tell("begun", None).await?;
    let (sender, receiver) = mpsc::channel(1);
    tokio::spawn(export.send(sender, head, (first.events.len(), first.next)));
    let parts = stream::unfold(receiver, async |mut receiver| Some((receiver.recv().await?, receiver)));
    let (kind, name) = match format {
        Format::Csv => ("text/csv; charset=utf-8", "attachment; filename=\"audit.csv\""),
        Format::Json => ("application/x-ndjson", "attachment; filename=\"audit.jsonl\""),
    };
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static(name));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok((headers, Body::from_stream(parts)).into_response())
}

/// An export that goes on while the answer leaves.
struct Export {
    state: AppState,
    by: Doer,
    context: Context,
    asked: Asked,
    things: Option<Vec<Thing>>,
    format: Format,
    seat: Seat,
}

/// What leaves next; a fault ends the answer, and the browser says that the file is not whole.
type Part = Result<Bytes, Error>;

impl Export {
    /// Sends part after part, each only to somebody who may still look, and writes down how it ended.
    async fn send(self, sender: mpsc::Sender<Part>, head: Vec<u8>, (mut count, mut next): (usize, Option<AuditId>)) {
        let mut outcome = "done";
        let mut ready: Part = Ok(head.into());
        loop {
            outcome = if ready.is_err() { "stopped" } else { outcome };
            // Whoever went away takes nothing more along.
            if sender.send(ready).await.is_err() {
                outcome = "cut";
                break;
            }
            let Some(before) = next.filter(|_| outcome == "done") else { break };
            ready = match self.read(before).await {
                Ok((bytes, found, older)) => {
                    (count, next) = (count + found, older);
                    Ok(bytes.into())
                }
                Err(fault) => Err(fault),
            };
        }
        if let Err(fault) = self.tell(outcome, Some(count)).await {
            warn!("the end of an export of the audit could not be written down: {fault}");
        }
        drop(self.seat);
    }

    /// The events before this one, if whoever asked may still see them.
    async fn read(&self, before: AuditId) -> Result<(Vec<u8>, usize, Option<AuditId>), Error> {
        let mut context = self.context.clone();
        context.now = self.state.now();
        if Auditor::find(&self.state, &context).await?.is_none() {
            return Err(Error::new(std::io::Error::other("whoever exports the audit may look at it no more")));
        }
        let found = self.asked.find(&self.state, self.things.as_deref(), (Some(before), None, AT_ONCE)).await?;
        let bytes = part(&self.state, self.format, &found.events).await?;
        // Each search goes on before the last one.
        Ok((bytes, found.events.len(), found.next.filter(|next| *next < before)))
    }

    /// Writes down that it began, or how it ended and how many events had left by then.
    async fn tell(&self, outcome: &'static str, count: Option<usize>) -> Result<(), Error> {
        let now = self.state.now();
        let mut event = self.by.event(Chain::Instance, "audit.export").with(
            "filter",
            json!({ "what": self.asked.what, "result": self.asked.result, "from": self.asked.from, "to": self.asked.to }),
        );
        event.outcome = outcome;
        event = event.with("format", if self.format == Format::Csv { "csv" } else { "json" });
        if !self.asked.q.is_empty() {
            event = event.with_personal("search", self.asked.q.clone());
        }
        if let Some(count) = count {
            event = event.with("count", count);
        }
        let mut writer = self.state.db.writing().await?;
        audit::record(&mut writer, Ink::of(&self.state, now), event).await?;
        writer.commit().await?;
        Ok(())
    }
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
