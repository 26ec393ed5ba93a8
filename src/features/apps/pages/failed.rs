//! Refused requests, and adding the address that one of them asked for.
//!
//! Anybody can send a request in the name of an app, so the address may be a thief's. It is compared with what is registered,
//! and one at a place of its own is added only by whoever types that place.

use std::collections::BTreeSet;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use url::Url;

use super::{Act, event, find, not_found, row};
use crate::domain::Timestamp;
use crate::domain::ids::FailedRequestId;
use crate::features::apps::views::{AddAddressPage, FailedRow};
use crate::features::audit::{self, Ink};
use crate::features::clients::{Client, Clients, Registered, change_seen_client, check_redirect_uri};
use crate::features::console::InstanceAdmin;
use crate::features::failed_requests::{Endpoint, FailedRequest, compare, find_failed_request, remove_failed_request};
use crate::features::oidc::check_registration;
use crate::web::{AppState, Context, Error, Form, see_other, urls};

/// The list of addresses that a refused request is about.
fn registered(client: &Client, endpoint: Endpoint) -> &Vec<String> {
    match endpoint {
        Endpoint::EndSession => &client.metadata.post_logout_redirect_uris,
        _ => &client.metadata.redirect_uris,
    }
}

/// A refused request, compared with what is registered now.
pub(super) fn failed_row(client: &Client, failed: FailedRequest) -> FailedRow {
    let known = registered(client, failed.endpoint);
    let compared = failed.address.as_deref().map(|address| compare(known, address));
    let can_be_added =
        failed.address.as_ref().is_some_and(|address| check_redirect_uri(address).is_ok() && !known.contains(address));
    let add = can_be_added.then(|| urls::app_act(&client.id, format_args!("failed/{}", failed.id)));
    let (nearest, differences) = compared.map(|found| (found.nearest, found.differences)).unwrap_or_default();
    FailedRow {
        at: failed.last_at.millis(),
        endpoint: failed.endpoint,
        code: failed.code,
        description: failed.description,
        address: failed.address,
        nearest,
        differences,
        times: failed.times,
        reference: failed.reference,
        add,
    }
}

struct Found {
    app: Registered,
    failed: FailedRequest,
    address: String,
    foreign_place: Option<String>,
}

/// What is to be added, if it can be.
async fn look_up(state: &AppState, id: &str, failed: &str) -> Result<Option<Found>, Error> {
    let Ok(failed) = failed.parse::<FailedRequestId>() else { return Ok(None) };
    let Some(app) = find(state, id).await? else { return Ok(None) };
    let Some(failed) = find_failed_request(state.db.reading(), id, failed).await? else { return Ok(None) };
    let known = registered(&app.client, failed.endpoint);
    let address = failed.address.clone().filter(|address| check_redirect_uri(address).is_ok());
    let Some(address) = address.filter(|address| !known.contains(address)) else { return Ok(None) };
    // Whatever is registered for sign-in is the app's, for signing out as well.
    let mut own = known.clone();
    own.extend(app.client.metadata.redirect_uris.iter().cloned());
    let foreign_place = compare(&own, &address).foreign_place;
    Ok(Some(Found { app, failed, address, foreign_place }))
}

fn page(found: Found) -> AddAddressPage {
    let Found { app, failed, foreign_place, .. } = found;
    let place = |address: &String| Some(Url::parse(address).ok()?.origin().ascii_serialization());
    let hosts: BTreeSet<String> = app.client.metadata.redirect_uris.iter().filter_map(place).collect();
    AddAddressPage {
        row: row(&app),
        action: urls::app_act(&app.client.id, format_args!("failed/{}", failed.id)),
        version: app.updated_at.millis(),
        failed: failed_row(&app.client, failed),
        foreign_place,
        hosts: hosts.into_iter().collect(),
        wrong_host: false,
        conflict: false,
    }
}

pub(super) async fn ask(
    State(state): State<AppState>,
    mut context: Context,
    admin: InstanceAdmin,
    Path((id, failed)): Path<(String, String)>,
) -> Result<Response, Error> {
    let Some(found) = look_up(&state, &id, &failed).await? else { return Ok(not_found()) };
    context.signed_in = Some(admin.member.shown());
    context.page(&state, StatusCode::OK, &page(found))
}

pub(super) async fn add(
    State(state): State<AppState>,
    mut context: Context,
    admin: InstanceAdmin,
    Path((id, failed)): Path<(String, String)>,
    Form(act): Form<Act>,
) -> Result<Response, Error> {
    let Some(found) = look_up(&state, &id, &failed).await? else { return Ok(not_found()) };
    context.signed_in = Some(admin.member.shown());
    if found.foreign_place.as_ref().is_some_and(|host| !act.typed.trim().eq_ignore_ascii_case(host)) {
        let page = AddAddressPage { wrong_host: true, ..page(found) };
        return context.page(&state, StatusCode::UNPROCESSABLE_ENTITY, &page);
    }
    let mut client = found.app.client.clone();
    let list = match found.failed.endpoint {
        Endpoint::EndSession => &mut client.metadata.post_logout_redirect_uris,
        _ => &mut client.metadata.redirect_uris,
    };
    list.push(found.address.clone());
    check_registration(&client).map_err(Error::new)?;
    let mut writer = state.db.writing().await?;
    let (seen, chance) = (Timestamp::from_millis(act.version), (context.now, state.random.as_ref()));
    if !change_seen_client(&mut writer, &client, seen, chance).await? {
        drop(writer);
        let Some(found) = look_up(&state, &id, &failed).await? else { return Ok(not_found()) };
        let page = AddAddressPage { conflict: true, ..page(found) };
        return context.page(&state, StatusCode::CONFLICT, &page);
    }
    remove_failed_request(&mut writer, &id, found.failed.id).await?;
    let event = event(&context, &admin, "app.address_add", &id)
        .with("endpoint", found.failed.endpoint.to_string())
        .with("address", found.address)
        .with("request", found.failed.reference);
    audit::record(&mut writer, Ink::of(&state, context.now), event).await?;
    writer.commit().await?;
    Clients::forget(&state);
    Ok(see_other(&format!("{}?done=address-added", urls::app(&id))))
}
