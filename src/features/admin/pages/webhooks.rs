//! Who is told what happens, and how that goes.

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;
use url::Url;

use super::{WasDone, doer, not_found};
use crate::domain::Timestamp;
use crate::domain::ids::{OrganisationId, WebhookId};
use crate::features::admin::views::{
    DeliveryLine, NewWebhookPage, RemoveWebhookPage, WebhookLine, WebhookPage, WebhooksPage,
};
use crate::features::audit::{self, Chain, Event, Ink, find_event};
use crate::features::console::{Administrator, Auditor, InstanceAdmin, Kept};
use crate::features::organisations::{find_organisation, list_organisations};
use crate::features::webhooks::{
    DeliveryState, NewWebhook, TEST, Webhook, add_webhook, checked_kind, enable_webhook, find_webhook, last_deliveries,
    list_webhooks, pause_webhook, remove_webhook,
};
use crate::web::{AppState, Context, Error, Form, see_other, urls};

/// How many deliveries a page shows.
const NEWEST: u64 = 20;

async fn line(state: &AppState, webhook: &Webhook) -> Result<WebhookLine, Error> {
    let organisation = match webhook.organisation_id {
        Some(id) => {
            Some(find_organisation(state.db.reading(), id).await?.map_or_else(|| id.to_string(), |one| one.name))
        }
        None => None,
    };
    let (word, since) = match (webhook.disabled_at, webhook.failing_since) {
        (Some(at), _) => ("off", Some(at)),
        (None, Some(at)) => ("failing", Some(at)),
        (None, None) => ("on", None),
    };
    Ok(WebhookLine {
        to: urls::admin_webhook(webhook.id),
        id: webhook.id.to_string(),
        url: webhook.url.clone(),
        kinds: webhook.kinds.clone(),
        organisation,
        state: word,
        since: since.map(Timestamp::millis),
        answer: webhook.last_answer.clone(),
    })
}

pub(super) async fn list(
    State(state): State<AppState>,
    mut context: Context,
    auditor: Auditor,
    Query(was): Query<WasDone>,
) -> Result<Response, Error> {
    let mut rows = Vec::new();
    for webhook in list_webhooks(state.db.reading()).await? {
        rows.push(line(&state, &webhook).await?);
    }
    let page = WebhooksPage { may_change: auditor.administers(), rows, removed: was.done.as_deref() == Some("remove") };
    context.signed_in = Some(auditor.member.shown());
    context.page(&state, StatusCode::OK, &page)
}

async fn find(state: &AppState, id: &str) -> Result<Option<Webhook>, Error> {
    let Ok(id) = id.parse::<WebhookId>() else { return Ok(None) };
    Ok(find_webhook(state.db.reading(), id).await?)
}

/// What can be done with a webhook as it is.
fn acts(webhook: &Webhook) -> Vec<&'static str> {
    if webhook.disabled_at.is_some() { vec!["enable", "remove"] } else { vec!["test", "pause", "remove"] }
}

async fn page(state: &AppState, webhook: &Webhook, may_change: bool) -> Result<WebhookPage, Error> {
    let db = state.db.reading();
    let mut deliveries = Vec::new();
    for delivery in last_deliveries(db, webhook.id, NEWEST).await? {
        let (word, when) = match delivery.state {
            DeliveryState::Delivered(at) => ("delivered", Some(at)),
            DeliveryState::Waiting(at) => ("waiting", Some(at)),
            DeliveryState::Failed => ("failed", None),
        };
        deliveries.push(DeliveryLine {
            kind: find_event(db, delivery.event).await?.map(|event| event.kind),
            event: delivery.event.to_string(),
            at: delivery.created_at.millis(),
            state: word,
            when: when.map(Timestamp::millis),
            attempts: delivery.attempts,
            answer: delivery.answer,
        });
    }
    Ok(WebhookPage {
        line: line(state, webhook).await?,
        created: webhook.created_at.millis(),
        deliveries,
        acts: if may_change { acts(webhook) } else { Vec::new() },
        secret: None,
        done: None,
    })
}

pub(super) async fn show(
    State(state): State<AppState>,
    mut context: Context,
    auditor: Auditor,
    Path(id): Path<String>,
    Query(was): Query<WasDone>,
) -> Result<Response, Error> {
    let Some(webhook) = find(&state, &id).await? else { return Ok(not_found()) };
    let mut page = page(&state, &webhook, auditor.administers()).await?;
    page.done =
        was.done.as_deref().and_then(|done| ["test", "pause", "enable"].into_iter().find(|known| *known == done));
    context.signed_in = Some(auditor.member.shown());
    context.page(&state, StatusCode::OK, &page)
}

async fn form(state: &AppState, typed: &Kept) -> Result<NewWebhookPage, Error> {
    let all = list_organisations(state.db.reading()).await?;
    Ok(NewWebhookPage {
        url: typed.field("url").trim().to_owned(),
        kinds: typed.field("kinds").replace("\r\n", "\n"),
        organisation: typed.field("organisation"),
        organisations: all.into_iter().map(|one| (one.id.to_string(), one.name)).collect(),
        problem: None,
    })
}

pub(super) async fn new(
    State(state): State<AppState>,
    mut context: Context,
    admin: InstanceAdmin,
    kept: Kept,
) -> Result<Response, Error> {
    let page = form(&state, &kept).await?;
    context.signed_in = Some(admin.member.shown());
    context.page(&state, StatusCode::OK, &page)
}

/// What the form means, or what is wrong with it.
fn read(state: &AppState, page: &NewWebhookPage) -> Result<NewWebhook, (&'static str, &'static str)> {
    let url = Url::parse(&page.url).map_err(|_| ("url", "wrong"))?;
    if !state.outbound.may_call(&url) {
        return Err(("url", "forbidden"));
    }
    let kinds = page.kinds.split([' ', ',', '\n']).filter(|word| !word.is_empty());
    let kinds = kinds.map(checked_kind).collect::<Result<Vec<_>, _>>().map_err(|_| ("kinds", "wrong"))?;
    let organisation_id = match page.organisation.as_str() {
        "" => None,
        id if page.organisations.iter().any(|(known, _)| known == id) => id.parse::<OrganisationId>().ok(),
        _ => return Err(("organisation", "wrong")),
    };
    Ok(NewWebhook { url: url.to_string(), kinds, organisation_id })
}

/// Adds one, and shows the secret of its signatures, this once.
pub(super) async fn add(
    State(state): State<AppState>,
    mut context: Context,
    admin: Administrator,
    Form(typed): Form<Vec<(String, String)>>,
) -> Result<Response, Error> {
    let admin = match admin.prove(&state, &context, &typed) {
        Ok(admin) => admin,
        Err(to) => return Ok(see_other(&to)),
    };
    let mut filled = form(&state, &Kept(typed)).await?;
    context.signed_in = Some(admin.member.shown());
    let new = match read(&state, &filled) {
        Ok(new) => new,
        Err(problem) => {
            filled.problem = Some(problem);
            return context.page(&state, StatusCode::UNPROCESSABLE_ENTITY, &filled);
        }
    };
    let host = Url::parse(&new.url).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default();
    let kinds = json!(new.kinds);
    let mut writer = state.db.writing().await?;
    let chance = (context.now, state.random.as_ref());
    let (id, secret) = add_webhook(&mut writer, &state.vault, new, chance).await?;
    let event = event(&admin, &context, "webhook.add", id).with("host", host).with("kinds", kinds);
    audit::record(&mut writer, Ink::of(&state, context.now), event).await?;
    writer.commit().await?;
    let Some(webhook) = find_webhook(state.db.reading(), id).await? else { return Ok(not_found()) };
    let mut shown = page(&state, &webhook, true).await?;
    shown.secret = Some(secret.to_text().expose().clone());
    context.page(&state, StatusCode::OK, &shown)
}

fn event(admin: &InstanceAdmin, context: &Context, kind: &'static str, id: WebhookId) -> Event {
    doer(admin, context).event(Chain::Instance, kind).with("webhook", id.to_string())
}

/// Whoever comes back from proving who they are presses the button again; removing has a page that asks.
pub(super) async fn ask(
    State(state): State<AppState>,
    mut context: Context,
    admin: InstanceAdmin,
    Path((id, act)): Path<(String, String)>,
) -> Result<Response, Error> {
    let Some(webhook) = find(&state, &id).await? else { return Ok(not_found()) };
    if act != "remove" {
        return Ok(see_other(&urls::admin_webhook(webhook.id)));
    }
    let page = RemoveWebhookPage { line: line(&state, &webhook).await? };
    context.signed_in = Some(admin.member.shown());
    context.page(&state, StatusCode::OK, &page)
}

#[derive(Debug, Deserialize)]
pub(super) struct Nothing {}

pub(super) async fn act(
    State(state): State<AppState>,
    context: Context,
    admin: InstanceAdmin,
    Path((id, act)): Path<(String, String)>,
    Form(_): Form<Nothing>,
) -> Result<Response, Error> {
    let Some(webhook) = find(&state, &id).await? else { return Ok(not_found()) };
    let back = urls::admin_webhook(webhook.id);
    let (now, id) = (context.now, webhook.id);
    let mut writer = state.db.writing().await?;
    let (done, kind, to) = match act.as_str() {
        // It is told of the event that is written down below, and nobody else is.
        "test" => (webhook.disabled_at.is_none(), TEST, format!("{back}?done=test")),
        "pause" => (pause_webhook(&mut writer, id, now).await?, "webhook.disable", format!("{back}?done=pause")),
        "enable" => (enable_webhook(&mut writer, id, now).await?, "webhook.enable", format!("{back}?done=enable")),
        "remove" => {
            let to = format!("{}?done=remove", urls::ADMIN_WEBHOOKS);
            (remove_webhook(&mut writer, id).await?, "webhook.remove", to)
        }
        _ => return Ok(not_found()),
    };
    if !done {
        // Somebody was quicker: the page says how it stands.
        return Ok(see_other(&back));
    }
    audit::record(&mut writer, Ink::of(&state, now), event(&admin, &context, kind, id)).await?;
    writer.commit().await?;
    Ok(see_other(&to))
}
