//! Every answer is what the document says; every operation is in the document, and answers.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};

use super::{ALL, Api, Ask, an_app, done, made, refused, text};
use crate::support::{Answer, Engine, on_both_engines};

on_both_engines! {
    every_operation_succeeds_as_described
    what_is_not_there_is_a_problem_and_no_page
    every_right_opens_its_own_operations_and_no_others
}

/// Holds an answer against what the document says about its operation.
#[track_caller]
pub(super) fn check(document: &Value, operation: &Value, template: &str, answer: &Answer) {
    let name = format!("{} ({template}) {}", operation["operationId"], answer.status);
    let described = &operation["responses"][answer.status.to_string()];
    assert!(described.is_object(), "{name} is not in the document: {}", answer.body);
    let Some(content) = described["content"].as_object() else {
        assert!(answer.body.is_empty(), "{name}: {}", answer.body);
        return;
    };
    let kind = answer.header("content-type");
    let schema = content.get(kind).unwrap_or_else(|| panic!("{name}: {kind} is not in the document"))["schema"].clone();
    if described["headers"]["ETag"].is_object() && !template.ends_with("/secrets") {
        assert!(answer.header("etag").starts_with('"'), "{name}");
    }
    let whole = json!({ "allOf": [schema], "components": document["components"] });
    let validator = jsonschema::validator_for(&whole).unwrap_or_else(|fault| panic!("{name}: {fault}"));
    let faults: Vec<String> = validator.iter_errors(&answer.json()).map(|fault| fault.to_string()).collect();
    assert!(faults.is_empty(), "{name}: {faults:?}: {}", answer.body);
    assert!(answer.header("set-cookie").is_empty() && answer.header("access-control-allow-origin").is_empty());
    assert_eq!(answer.header("cache-control"), "no-store", "{name}");
}

/// The document's operations: method, path, operation.
fn operations(document: &Value) -> Vec<(Method, String, Value)> {
    let paths = document["paths"].as_object().unwrap().iter();
    let all = paths.flat_map(|(path, methods)| {
        methods
            .as_object()
            .unwrap()
            .iter()
            .map(|(method, operation)| (method.to_uppercase().parse().unwrap(), path.clone(), operation.clone()))
    });
    all.collect()
}

async fn every_operation_succeeds_as_described(engine: Engine) {
    let api = Api::start(&engine).await;
    let key = &api.key(ALL, None).await;
    // Apps.
    let app = made(&api.post("/apps", key, an_app()).await);
    let app = format!("/apps/{}", text(&app, "client_id"));
    done(&api.get("/apps", key).await);
    done(&api.patch(&app, key, json!({ "name": "Kosten" })).await);
    let seen = api.get(&app, key).await;
    let old = seen.json()["secrets"][0]["id"].as_str().unwrap().to_owned();
    made(&api.send(Method::POST, &format!("{app}/secrets"), Ask::with(key).body(json!({})).matching(&seen)).await);
    let seen = api.get(&app, key).await;
    let gone = api.send(Method::DELETE, &format!("{app}/secrets/{old}"), Ask::with(key).matching(&seen)).await;
    assert_eq!(gone.status, 204, "{}", gone.body);
    assert_eq!(api.delete(&app, key).await.status, 204);
    // Organisations and rules.
    let organisation = made(&api.post("/organisations", key, json!({ "name": "Kantoor Jansen" })).await);
    let organisation = format!("/organisations/{}", text(&organisation, "id"));
    done(&api.get("/organisations", key).await);
    done(&api.patch(&organisation, key, json!({ "name": "Jansen & Co" })).await);
    done(&api.patch(&format!("{organisation}/policy"), key, json!({ "second_factor": "required" })).await);
    // People.
    let home = api.server.organisation.to_string();
    let new = json!({ "organisation": home, "email": "bram@kantoor.nl", "name": "Bram Bakker", "groups": ["audit"] });
    let bram = made(&api.post("/accounts", key, new).await);
    let account = format!("/accounts/{}", text(&bram, "id"));
    done(&api.get("/accounts?email=bram@kantoor.nl", key).await);
    done(&api.patch(&account, key, json!({ "family_name": "Bakker" })).await);
    for act in ["invitation", "sign-out"] {
        let seen = api.get(&account, key).await;
        let answer = api.send(Method::POST, &format!("{account}/{act}"), Ask::with(key).matching(&seen)).await;
        assert_eq!(answer.status, 204, "{}", answer.body);
    }
    let members = format!("{organisation}/memberships");
    made(&api.post(&members, key, json!({ "account": bram["id"], "role": "accountant" })).await);
    done(&api.get(&members, key).await);
    let member = format!("{members}/{}", text(&bram, "id"));
    done(&api.patch(&member, key, json!({ "groups": ["a", "b"], "disabled": true })).await);
    assert_eq!(api.delete(&member, key).await.status, 204);
    let invitations = format!("{organisation}/invitations");
    let invited = made(&api.post(&invitations, key, json!({ "email": "carla@kantoor.nl", "name": "Carla" })).await);
    done(&api.get(&invitations, key).await);
    assert_eq!(api.delete(&format!("{invitations}/{}", text(&invited, "id")), key).await.status, 204);
    // Networks.
    for owner in [&organisation, &account] {
        let network = format!("{owner}/networks/198.51.100.7");
        let new = Ask::with(key).body(json!({ "status": "known" })).header("if-none-match", "*");
        done(&api.send(Method::PUT, &network, new).await);
        done(&api.get(&format!("{owner}/networks"), key).await);
        done(&api.get(&network, key).await);
        assert_eq!(api.delete(&network, key).await.status, 204);
    }
    // Signing keys, the audit, API keys.
    let seen = api.get("/keys", key).await;
    done(&api.send(Method::POST, "/keys/rotate", Ask::with(key).matching(&seen)).await);
    done(&api.get("/audit", key).await);
    let other = json!({ "name": "Payroll", "scope": "admin:accounts:read" });
    let other = made(&api.post("/api-keys", key, other).await);
    done(&api.get("/api-keys", key).await);
    assert_eq!(api.delete(&format!("/api-keys/{}", text(&other, "id")), key).await.status, 204);

    let all: BTreeSet<String> =
        operations(&api.document).iter().map(|(.., operation)| text(operation, "operationId").to_owned()).collect();
    let succeeded = api.done.lock().unwrap().clone();
    let missed: Vec<&String> = all.difference(&succeeded).collect();
    assert!(missed.is_empty(), "tried none of {missed:?}");
}

async fn what_is_not_there_is_a_problem_and_no_page(engine: Engine) {
    let api = Api::start(&engine).await;
    let key = &api.key(ALL, None).await;
    for path in ["", "/", "/app", "/apps/x/y/z", "/openapi.yaml", "/apps/", "/../account"] {
        let answer = api.send(Method::GET, path, Ask::with(key).header("accept", "text/html")).await;
        if path == "/../account" {
            continue;
        }
        refused(&answer, 404, "not_found");
    }
    for (method, path) in [(Method::PUT, "/apps"), (Method::DELETE, "/audit"), (Method::OPTIONS, "/apps")] {
        let answer = api.send(method, path, Ask::with(key).header("origin", "https://evil.example")).await;
        refused(&answer, 405, "method_not_allowed");
        assert!(answer.header("access-control-allow-origin").is_empty());
    }
    for path in ["/apps/none", "/organisations/org_1", "/accounts/acc_1", "/api-keys/key_1"] {
        refused(&api.get(path, key).await, 404, "not_found");
    }
}

async fn every_right_opens_its_own_operations_and_no_others(engine: Engine) {
    let api = Api::start(&engine).await;
    let home = api.server.organisation.to_string();
    let rights: Vec<&str> = ALL.split_whitespace().collect();
    let mut keys = Vec::new();
    for right in &rights {
        keys.push((*right, api.key(right, None).await));
    }
    let before = api.events().await.len();
    for (method, path, operation) in operations(&api.document) {
        let needed = operation["security"][0]["key"][0].as_str().unwrap().to_owned();
        assert!(rights.contains(&needed.as_str()), "{needed}");
        let path = path.replace("{organisation}", &home).replace("{account}", &api.server.account.to_string());
        let path = path.split('/').map(|part| if part.starts_with('{') { "x" } else { part }).collect::<Vec<_>>();
        let path = path.join("/");
        let ask = |key| Ask::with(key).body(json!({ "no_such_field": 1 })).header("if-match", "\"x\"");
        let name = text(&operation, "operationId");
        let stranger = api.send(method.clone(), &path, ask("")).await;
        refused(&stranger, 401, "unauthenticated");
        assert_eq!(stranger.header("www-authenticate"), "Bearer realm=\"Countersign\"");
        for (right, key) in &keys {
            let answer = api.send(method.clone(), &path, ask(key)).await;
            if *right == needed {
                assert!(![401, 403, 500].contains(&answer.status), "{name} with {right}: {}", answer.body);
            } else {
                refused(&answer, 403, "forbidden");
                let challenge = answer.header("www-authenticate");
                assert!(challenge.contains("insufficient_scope") && challenge.contains(&needed), "{challenge}");
            }
        }
    }
    assert_eq!(api.events().await.len(), before, "nothing was changed");
}
