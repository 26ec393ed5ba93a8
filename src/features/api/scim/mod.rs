//! SCIM 2.0 (RFC 7643, RFC 7644) at `/scim/v2`: an office's own directory provisions its people and their groups. A key
//! of one organisation with the scope `admin:scim` opens it, for that organisation alone.
//!
//! A user is a membership, or an invitation of this key: somebody who is created is invited, and is `active` once they
//! accept. Whoever is not `active` any more has their membership switched off. A group is a name in the groups of both, so
//! it is there as long as somebody is in it.

mod groups;
mod people;
mod rules;
mod users;

use serde_json::{Value, json};
use utoipa::ToSchema;

use super::answers::Answer;
use super::call::Call;
use super::operations::{Operation, Shape};
use crate::features::api_keys::Right;

/// Where it is.
pub(super) const SCIM: &str = "/scim/v2";
/// The most resources of one answer.
const MOST: usize = 200;

/// A resource, or a change of one (RFC 7643; RFC 7644, section 3.5.2).
#[derive(ToSchema)]
#[expect(dead_code, reason = "only described; what is read is looked at member by member")]
struct ScimResource {
    /// What it is.
    schemas: Vec<String>,
}

const RESOURCE: Shape = Shape::of::<ScimResource>();
const LISTING: &[(&str, &str)] = &[("filter", ""), ("startIndex", ""), ("count", "")];

/// Everything that SCIM can do here.
pub(super) const OPERATIONS: &[Operation] = &[
    Operation::new("scim_config", "/ServiceProviderConfig", Right::Scim, |call| {
        Box::pin(async move { Ok(config(&call)) })
    }),
    Operation::new("scim_types", "/ResourceTypes", Right::Scim, |call| Box::pin(async move { Ok(types(&call)) })),
    Operation::new("scim_schemas", "/Schemas", Right::Scim, |call| Box::pin(async move { Ok(schemas(&call)) })),
    Operation::new("scim_users", "/Users", Right::Scim, |call| Box::pin(users::list(call))).asking(LISTING),
    Operation::new("scim_add_user", "/Users", Right::Scim, |call| Box::pin(users::add(call))).post(RESOURCE, RESOURCE),
    Operation::new("scim_user", "/Users/{account}", Right::Scim, |call| Box::pin(users::show(call))),
    Operation::new("scim_change_user", "/Users/{account}", Right::Scim, |call| Box::pin(users::change(call)))
        .changing(RESOURCE),
    Operation::new("scim_remove_user", "/Users/{account}", Right::Scim, |call| Box::pin(users::remove(call)))
        .removing(),
    Operation::new("scim_groups", "/Groups", Right::Scim, |call| Box::pin(groups::list(call))).asking(LISTING),
    Operation::new("scim_add_group", "/Groups", Right::Scim, |call| Box::pin(groups::add(call)))
        .post(RESOURCE, RESOURCE),
    Operation::new("scim_group", "/Groups/{group}", Right::Scim, |call| Box::pin(groups::show(call))),
    Operation::new("scim_change_group", "/Groups/{group}", Right::Scim, |call| Box::pin(groups::change(call)))
        .changing(RESOURCE),
    Operation::new("scim_remove_group", "/Groups/{group}", Right::Scim, |call| Box::pin(groups::remove(call)))
        .removing(),
];

fn plain(body: Value) -> Answer {
    Answer { status: 200, body: Some(body), tag: None, location: None }
}

/// A page of these resources (RFC 7644, section 3.4.2).
fn listed(call: &Call, all: Vec<Value>) -> Answer {
    let (start, count) = paging(call);
    let total = all.len() as u64;
    let page: Vec<Value> = all.into_iter().skip(start - 1).take(count).collect();
    page_of(total, start, &page)
}

/// Where the page begins, from 1, and how many it holds.
fn paging(call: &Call) -> (usize, usize) {
    let number = |name| call.asked(name).and_then(|text| text.parse::<u32>().ok()).map(|number| number as usize);
    (number("startIndex").unwrap_or(1).max(1), number("count").unwrap_or(MOST).min(MOST))
}

fn page_of(total: u64, start: usize, page: &[Value]) -> Answer {
    plain(json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        "totalResults": total,
        "startIndex": start,
        "itemsPerPage": page.len(),
        "Resources": page,
    }))
}

fn config(call: &Call) -> Answer {
    let no = json!({ "supported": false });
    plain(json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
        "patch": { "supported": true },
        "bulk": { "supported": false, "maxOperations": 0, "maxPayloadSize": 0 },
        "filter": { "supported": true, "maxResults": MOST },
        "changePassword": no, "sort": no, "etag": no,
        "authenticationSchemes": [{
            "type": "oauthbearertoken",
            "name": "API key",
            "description": "A key of one organisation with the scope admin:scim",
        }],
        "meta": { "resourceType": "ServiceProviderConfig", "location": call.state.absolute(&format!("{SCIM}/ServiceProviderConfig")) },
    }))
}

fn types(call: &Call) -> Answer {
    let of = |name: &str, endpoint: &str| {
        json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],
            "id": name, "name": name, "endpoint": endpoint,
            "schema": format!("urn:ietf:params:scim:schemas:core:2.0:{name}"),
        })
    };
    listed(call, vec![of("User", "/Users"), of("Group", "/Groups")])
}

fn schemas(call: &Call) -> Answer {
    let attribute = |name: &str, kind: &str, mutability: &str, several: bool| {
        json!({
            "name": name, "type": kind, "multiValued": several, "required": name == "userName" || name == "displayName",
            "mutability": mutability, "returned": "default", "uniqueness": if name == "userName" { "global" } else { "none" },
        })
    };
    let user = json!({
        "id": rules::USER, "name": "User",
        "attributes": [
            attribute("userName", "string", "immutable", false),
            attribute("externalId", "string", "readWrite", false),
            attribute("name", "complex", "readWrite", false),
            attribute("displayName", "string", "readWrite", false),
            attribute("emails", "complex", "immutable", true),
            attribute("active", "boolean", "readWrite", false),
            attribute("groups", "complex", "readOnly", true),
        ],
    });
    let group = json!({
        "id": rules::GROUP, "name": "Group",
        "attributes": [
            attribute("displayName", "string", "immutable", false),
            attribute("members", "complex", "readWrite", true),
        ],
    });
    listed(call, vec![user, group])
}
