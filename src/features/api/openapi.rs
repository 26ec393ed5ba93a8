//! The description of the API (`OpenAPI` 3.1), from its table.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::BASE;
use super::operations::{OPERATIONS, Operation, Precondition, Returns, Shape};
use super::problems::PROBLEMS;
use crate::features::api_keys::{Right, Rights};

/// The whole document.
pub(super) fn document(issuer: &str) -> Value {
    let mut paths: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
    let mut parts = Vec::new();
    for operation in OPERATIONS {
        let method = operation.method.as_str().to_lowercase();
        paths.entry(operation.path).or_default().insert(method, describe(operation));
        let shapes = [operation.takes, operation.returns.shape()];
        for shape in shapes.into_iter().flatten() {
            (shape.parts)(&mut parts);
            parts.push(((shape.name)().into_owned(), (shape.schema)()));
        }
    }
    let mut schemas: BTreeMap<String, Value> =
        parts.into_iter().map(|(name, schema)| (name, serde_json::to_value(schema).unwrap_or_default())).collect();
    schemas.insert("Problem".to_owned(), problem());
    let scopes: BTreeMap<String, &str> =
        Rights::all().iter().map(|right| (right.to_string(), meaning(right))).collect();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Countersign admin API",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "What administrators do by hand, for programs.",
            "description": ABOUT,
        },
        "servers": [{ "url": format!("{issuer}{BASE}") }],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "key": { "type": "http", "scheme": "bearer", "description": "An API key, cs_…" },
                "app": {
                    "type": "oauth2",
                    "description": format!("An access token of an app that acts for itself, asked for with resource={issuer}{BASE}"),
                    "flows": { "clientCredentials": { "tokenUrl": format!("{issuer}/token"), "scopes": scopes } },
                },
            },
        },
    })
}

const ABOUT: &str = "Lists come in pages: send `next` back as `cursor`. Every change says with `If-Match` which version \
    it is made to; the `ETag` of what was read is that version. A request that is sent again with the same \
    `Idempotency-Key` within 24 hours is done once and answered alike. Problems (RFC 9457) carry a `code`, the `field` that \
    is wrong, and a sentence. Points in time are RFC 3339 in UTC. A key of one organisation invites people instead of adding \
    them, and learns nothing about who has an account elsewhere. Directories use SCIM 2.0 at `/scim/v2`: whom they create is \
    invited and not active before they accept, and whom they delete loses the membership or the invitation, never an \
    account. No key opens a session, enrols a factor, or sees a secret \
    but those that it just made.";

impl Returns {
    const fn shape(self) -> Option<Shape> {
        match self {
            Self::One(shape) | Self::Page(shape) => Some(shape),
            Self::Nothing => None,
        }
    }
}

fn describe(operation: &Operation) -> Value {
    let mut responses = Map::new();
    responses.insert(operation.status.to_string(), success(operation));
    for status in refusals(operation) {
        let titles: Vec<&str> =
            PROBLEMS.iter().filter(|(_, known, _)| *known == status).map(|(.., title)| *title).collect();
        let content = json!({ "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } });
        responses.insert(status.to_string(), json!({ "description": titles.join("; "), "content": content }));
    }
    let right = operation.right.to_string();
    let mut described = json!({
        "operationId": operation.id,
        "summary": operation.summary,
        "tags": [operation.path.split('/').nth(1).unwrap_or_default()],
        "security": [{ "key": [right] }, { "app": [right] }],
        "parameters": parameters(operation),
        "responses": responses,
    });
    if let Some(shape) = operation.takes {
        let schema = reference(shape);
        described["requestBody"] = json!({ "required": true, "content": { "application/json": { "schema": schema } } });
    }
    described
}

fn success(operation: &Operation) -> Value {
    let schema = match operation.returns {
        Returns::Nothing => return json!({ "description": "Done." }),
        Returns::One(shape) => reference(shape),
        Returns::Page(shape) => json!({
            "type": "object",
            "required": ["items", "next"],
            "properties": {
                "items": { "type": "array", "items": reference(shape) },
                "next": { "type": ["string", "null"], "description": "The cursor of the next page; null on the last." },
            },
        }),
    };
    let mut headers = json!({});
    if matches!(operation.returns, Returns::One(_)) {
        headers["ETag"] = json!({ "schema": { "type": "string" }, "description": "The version that is shown." });
    }
    let mut described = json!({
        "description": if operation.status == 201 { "Made." } else { "Done." },
        "headers": headers,
        "content": { "application/json": { "schema": schema } },
    });
    if operation.status == 201 {
        headers_of_new(&mut described);
        described["links"] = links(operation);
    }
    described
}

fn headers_of_new(described: &mut Value) {
    let about = "Where it can be found.";
    described["headers"]["Location"] = json!({ "schema": { "type": "string" }, "description": about });
}

/// What can be done with what was made.
fn links(operation: &Operation) -> Value {
    let mut links = Map::new();
    for next in OPERATIONS {
        let Some(rest) = next.path.strip_prefix(operation.path).and_then(|rest| rest.strip_prefix("/{")) else {
            continue;
        };
        let Some((place, rest)) = rest.split_once('}') else { continue };
        if rest.contains('{') {
            continue;
        }
        let member = match place {
            "app" => "client_id",
            "account" if operation.id == "add_membership" => "account",
            _ => "id",
        };
        let mut parameters = Map::new();
        for name in operation.places() {
            parameters.insert(name.to_owned(), json!(format!("$request.path.{name}")));
        }
        parameters.insert(place.to_owned(), json!(format!("$response.body#/{member}")));
        if rest.is_empty() && next.precondition == Precondition::Match && operation.id != "add_app_secret" {
            parameters.insert("If-Match".to_owned(), json!("$response.header.ETag"));
        }
        links.insert(next.id.to_owned(), json!({ "operationId": next.id, "parameters": parameters }));
    }
    Value::Object(links)
}

/// The statuses that an operation refuses with.
fn refusals(operation: &Operation) -> Vec<u16> {
    let mut all = vec![400, 401, 403, 422, 429, 500, 503];
    if operation.places().next().is_some() || !operation.query.is_empty() {
        all.push(404);
    }
    if operation.is_change() {
        all.extend([409, 413]);
    }
    if operation.takes.is_some() {
        all.push(415);
    }
    if operation.precondition != Precondition::None {
        all.extend([412, 428]);
    }
    all.sort_unstable();
    all.dedup();
    all
}

fn parameters(operation: &Operation) -> Vec<Value> {
    let text = json!({ "type": "string" });
    let mut all: Vec<Value> = operation
        .places()
        .map(|name| json!({ "name": name, "in": "path", "required": true, "schema": text }))
        .collect();
    if operation.is_list() {
        let limit = json!({ "type": "integer", "minimum": 1, "maximum": 200, "default": 50 });
        all.push(json!({ "name": "limit", "in": "query", "schema": limit, "description": "How many at most." }));
        all.push(
            json!({ "name": "cursor", "in": "query", "schema": text, "description": "The next of the page before." }),
        );
    }
    for (name, meaning) in operation.query {
        all.push(json!({ "name": name, "in": "query", "schema": text, "description": meaning }));
    }
    if operation.is_change() {
        let about = "The same request sent again with the same name is done once. It is kept for 24 hours.";
        let name = json!({ "type": "string", "minLength": 1, "maxLength": 255 });
        all.push(json!({ "name": "Idempotency-Key", "in": "header", "schema": name, "description": about }));
    }
    match operation.precondition {
        Precondition::None => {}
        Precondition::Match => {
            let about = "The ETag of the version that is to be changed.";
            let parameter = json!({ "name": "If-Match", "in": "header", "required": true, "schema": text });
            all.push(with_description(parameter, about));
        }
        Precondition::MatchOrNew => {
            let parameter = json!({ "name": "If-Match", "in": "header", "schema": text });
            all.push(with_description(parameter, "The ETag of the version that is to be changed."));
            let parameter = json!({ "name": "If-None-Match", "in": "header", "schema": { "const": "*" } });
            all.push(with_description(parameter, "Instead of If-Match, where there is nothing yet."));
        }
    }
    all
}

fn with_description(mut parameter: Value, about: &str) -> Value {
    parameter["description"] = json!(about);
    parameter
}

fn reference(shape: Shape) -> Value {
    json!({ "$ref": format!("#/components/schemas/{}", (shape.name)()) })
}

fn problem() -> Value {
    let codes: Vec<&str> = PROBLEMS.iter().map(|(code, ..)| *code).collect();
    let text = json!({ "type": "string" });
    json!({
        "type": "object",
        "description": "Why a request is refused (RFC 9457).",
        "required": ["type", "title", "status", "code", "detail", "reference"],
        "properties": {
            "type": text,
            "title": text,
            "status": { "type": "integer" },
            "code": { "enum": codes },
            "detail": { "type": "string", "description": "A sentence for whoever wrote the program." },
            "field": { "type": "string", "description": "The first field that is wrong, by its path." },
            "fields": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["field", "detail"],
                    "properties": { "field": text, "detail": text },
                },
            },
            "reference": { "type": "string", "description": "Under this the log and the audit tell more." },
        },
    })
}

const fn meaning(right: Right) -> &'static str {
    match right {
        Right::ReadApps => "See apps",
        Right::WriteApps => "Register, change and remove apps",
        Right::ReadOrganisations => "See organisations",
        Right::WriteOrganisations => "Add, rename and switch off organisations",
        Right::ReadAccounts => "See accounts",
        Right::WriteAccounts => "Invite people, correct their names, sign them out",
        Right::ReadMemberships => "See who belongs to an organisation",
        Right::WriteMemberships => "Change who belongs to an organisation",
        Right::ReadPolicies => "See the rules of an organisation",
        Right::WritePolicies => "Change the rules of an organisation",
        Right::ReadNetworks => "See which networks people come from",
        Right::WriteNetworks => "Validate and block networks",
        Right::ReadKeys => "See the signing keys",
        Right::WriteKeys => "Rotate the signing keys",
        Right::ReadAudit => "Read the audit",
        Right::ReadApiKeys => "See API keys",
        Right::WriteApiKeys => "Make and end API keys",
        Right::Scim => "Provision people and groups by SCIM",
    }
}
