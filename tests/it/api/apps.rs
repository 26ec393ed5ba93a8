//! Apps: registered like everywhere else, changed one after the other, and never above the rights of the key.

use reqwest::Method;
use serde_json::{Value, json};

use super::{ALL, Api, Ask, an_app, done, made, refused, text};
use crate::support::{Engine, on_both_engines};

on_both_engines! {
    an_app_that_was_added_gets_tokens_with_its_secret
    what_is_not_named_stays_and_every_fault_is_named
    of_parallel_changes_one_is_made
    a_request_that_is_sent_again_is_done_once
    a_second_secret_works_beside_the_first
    no_app_can_do_more_than_whoever_registers_it
    an_app_with_admin_scopes_calls_the_api_itself
    lists_come_in_pages_with_cursors_of_our_own
}

fn machine(id: &str, scope: &str) -> Value {
    json!({
        "client_id": id, "name": "Machine",
        "metadata": { "grant_types": ["client_credentials"], "scope": scope }
    })
}

fn an_app_called(id: &str) -> Value {
    json!({ "client_id": id, "name": "Kosten", "metadata": { "redirect_uris": ["https://kosten.example/cb"] } })
}

async fn token(api: &Api, client: &str, secret: &str, fields: &[(&str, &str)]) -> crate::support::Answer {
    use base64::Engine as _;
    let credentials = base64::engine::general_purpose::STANDARD.encode(format!("{client}:{secret}"));
    let header = format!("Basic {credentials}");
    let fields = [&[("grant_type", "client_credentials")], fields].concat();
    api.server.browser().post_with("/token", &[("authorization", &header)], &fields).await
}

async fn an_app_that_was_added_gets_tokens_with_its_secret(engine: Engine) {
    let api = Api::start(&engine).await;
    let key = &api.key(ALL, None).await;
    let app = made(&api.post("/apps", key, machine("erp", "invoices:read")).await);
    let secret = text(&app, "client_secret");
    assert_eq!(token(&api, "erp", secret, &[]).await.status, 200);
    assert!(api.get("/apps/erp", key).await.json().get("client_secret").is_none(), "shown once");
    refused(&api.post("/apps", key, machine("erp", "x")).await, 409, "conflict");
    done(&api.patch("/apps/erp", key, json!({ "disabled": true })).await);
    assert_eq!(token(&api, "erp", secret, &[]).await.status, 401, "at once");
    done(&api.patch("/apps/erp", key, json!({ "disabled": false })).await);
    assert_eq!(token(&api, "erp", secret, &[]).await.status, 200);
    let events = api.events().await;
    let added = events.iter().find(|event| event.kind == "app.add").unwrap();
    assert!(added.actor.as_deref().unwrap().starts_with("key_"), "{added:?}");
    assert_eq!((added.client_id.as_deref(), added.facts["by"].as_str()), (Some("erp"), Some("api")));
    assert!(!serde_json::to_string(&events).unwrap().contains(secret));
}

async fn what_is_not_named_stays_and_every_fault_is_named(engine: Engine) {
    let api = Api::start(&engine).await;
    let key = &api.key(ALL, None).await;
    made(
        &api.post(
            "/apps",
            key,
            json!({ "client_id": "kosten", "name": "Kosten",
        "metadata": { "redirect_uris": ["https://k.example/cb"], "told": { "contacts": ["it@k.example"] } } }),
        )
        .await,
    );
    let after = done(&api.patch("/apps/kosten", key, json!({ "metadata": { "told": { "native": true } } })).await);
    assert_eq!(after["metadata"]["redirect_uris"], json!(["https://k.example/cb"]));
    assert_eq!(after["metadata"]["told"]["contacts"], json!(["it@k.example"]));
    for (wrong, field) in [
        (json!({ "metadata": { "redirect_uris": ["http://k.example/cb"] } }), "metadata.redirect_uris"),
        (json!({ "name": " " }), "name"),
        (json!({ "profile": "saml" }), "profile"),
        (json!({ "secrets": [] }), "secrets"),
        (json!({ "client_secret": "mine" }), "client_secret"),
        (json!({ "client_id": "other" }), "client_id"),
        (json!({ "metadata": { "colour": 1 } }), "metadata.colour"),
        (json!([]), ""),
    ] {
        let answer = api.patch("/apps/kosten", key, wrong).await;
        assert_eq!(refused(&answer, 422, "invalid"), field, "{}", answer.body);
    }
    let both = api.post("/apps", key, json!({ "nam": "x", "metadata": { "scope": 5, "jwk": 1 } })).await;
    refused(&both, 422, "invalid");
    assert_eq!(both.json()["fields"].as_array().unwrap().len(), 3, "{}", both.body);
    for (body, status, code) in
        [("{", 400, "malformed"), (&"x".repeat(3_000_000), 413, "too_large"), ("", 400, "malformed")]
    {
        let url = format!("{}/api/v1/apps", api.server.origin());
        let request = api.http.post(url).bearer_auth(key).header("content-type", "application/json");
        let response = request.body(body.to_owned()).send().await.unwrap();
        assert_eq!(response.status(), status);
        assert_eq!(response.json::<Value>().await.unwrap()["code"], code);
    }
    let form = Ask::with(key).header("content-type", "text/plain");
    refused(&api.send(Method::POST, "/apps", form).await, 415, "unsupported_media_type");
}

async fn of_parallel_changes_one_is_made(engine: Engine) {
    let api = Api::start(&engine).await;
    let key = &api.key(ALL, None).await;
    made(&api.post("/apps", key, machine("erp", "a")).await);
    let seen = api.get("/apps/erp", key).await;
    let unsaid = api.send(Method::PATCH, "/apps/erp", Ask::with(key).body(json!({ "name": "x" }))).await;
    refused(&unsaid, 428, "precondition_required");
    refused(&api.send(Method::DELETE, "/apps/erp", Ask::with(key)).await, 428, "precondition_required");
    let change = async |n: usize| {
        let body = json!({ "name": format!("Name {n}") });
        api.send(Method::PATCH, "/apps/erp", Ask::with(key).body(body).matching(&seen)).await
    };
    let all = futures_util::future::join_all((0..6).map(change)).await;
    let won: Vec<_> = all.iter().filter(|answer| answer.status == 200).collect();
    assert_eq!(won.len(), 1, "{:?}", all.iter().map(|answer| answer.status).collect::<Vec<_>>());
    assert!(all.iter().filter(|answer| answer.status != 200).all(|answer| answer.status == 412));
    assert_eq!(done(&api.get("/apps/erp", key).await)["name"], won[0].json()["name"]);
    let stale = api.send(Method::DELETE, "/apps/erp", Ask::with(key).matching(&seen)).await;
    refused(&stale, 412, "changed");
    assert_eq!(api.delete("/apps/erp", key).await.status, 204);
}

async fn a_request_that_is_sent_again_is_done_once(engine: Engine) {
    let api = Api::start(&engine).await;
    let key = &api.key(ALL, None).await;
    let ask = |name: &str| {
        Ask::with(key).body(json!({ "name": name, "metadata": { "grant_types": [] } })).header("idempotency-key", "one")
    };
    let all = futures_util::future::join_all((0..6).map(|_| api.send(Method::POST, "/apps", ask("A")))).await;
    let first = made(&all[0]);
    assert!(all.iter().all(|answer| answer.json() == first), "the same app, and the same secret");
    assert_eq!(all.iter().filter(|answer| answer.header("idempotency-replayed") == "true").count(), 5);
    let apps = done(&api.get("/apps", key).await);
    assert_eq!(apps["items"].as_array().unwrap().iter().filter(|app| app["name"] == "A").count(), 1);
    refused(&api.send(Method::POST, "/apps", ask("B")).await, 422, "idempotency_key_reused");
    // Nobody else's, and not for ever.
    let other = &api.key(ALL, None).await;
    let theirs = made(&api.send(Method::POST, "/apps", Ask { key: other, ..ask("B") }).await);
    assert_ne!(theirs["client_id"], first["client_id"]);
    api.server.clock.advance(24 * 3600 + 1);
    let again = made(&api.send(Method::POST, "/apps", ask("A")).await);
    assert_ne!(again["client_id"], first["client_id"]);
    for name in ["", &"x".repeat(256)] {
        let named = Ask::with(key).body(an_app()).header("idempotency-key", name);
        refused(&api.send(Method::POST, "/apps", named).await, 400, "malformed");
    }
    // A refusal is not kept: the same request may succeed later.
    let taken = Ask::with(key).body(machine("portal", "a")).header("idempotency-key", "two");
    refused(&api.send(Method::POST, "/apps", taken.clone()).await, 409, "conflict");
    api.delete("/apps/portal", key).await;
    made(&api.send(Method::POST, "/apps", taken).await);
}

async fn a_second_secret_works_beside_the_first(engine: Engine) {
    let api = Api::start(&engine).await;
    let key = &api.key(ALL, None).await;
    let first = made(&api.post("/apps", key, machine("erp", "a")).await);
    let first = text(&first, "client_secret");
    let more = async |hours: u32| {
        let seen = api.get("/apps/erp", key).await;
        let body = json!({ "old_secrets_end_in_hours": hours });
        made(&api.send(Method::POST, "/apps/erp/secrets", Ask::with(key).body(body).matching(&seen)).await)
    };
    let second = more(1).await;
    let second = text(&second, "client_secret");
    assert_eq!((token(&api, "erp", first, &[]).await.status, token(&api, "erp", second, &[]).await.status), (200, 200));
    api.server.clock.advance(3601);
    assert_eq!((token(&api, "erp", first, &[]).await.status, token(&api, "erp", second, &[]).await.status), (401, 200));
    let third = more(0).await;
    assert_eq!(token(&api, "erp", second, &[]).await.status, 401);
    let seen = api.get("/apps/erp", key).await;
    let path = format!("/apps/erp/secrets/{}", text(&third, "id"));
    assert_eq!(api.send(Method::DELETE, &path, Ask::with(key).matching(&seen)).await.status, 204);
    assert_eq!(token(&api, "erp", text(&third, "client_secret"), &[]).await.status, 401);
    let seen = api.get("/apps/erp", key).await;
    refused(&api.send(Method::DELETE, &path, Ask::with(key).matching(&seen)).await, 404, "not_found");
    // Another way to authenticate leaves no secret of the way before.
    made(&api.post("/apps", key, an_app_called("kosten")).await);
    let public = json!({ "authentication": "none" });
    assert_eq!(done(&api.patch("/apps/kosten", key, public).await)["secrets"], json!([]));
    let back = done(&api.patch("/apps/kosten", key, json!({ "authentication": "client_secret_post" })).await);
    assert!(back["client_secret"].is_string() && back["secrets"].as_array().unwrap().len() == 1, "{back}");
}

async fn no_app_can_do_more_than_whoever_registers_it(engine: Engine) {
    let api = Api::start(&engine).await;
    let all = &api.key(ALL, None).await;
    let apps = &api.key("admin:apps:read admin:apps:write", None).await;
    refused(&api.post("/apps", apps, machine("one", "admin:keys:write")).await, 403, "above_own_rights");
    made(&api.post("/apps", apps, machine("two", "admin:apps:read invoices:read")).await);
    let more = json!({ "metadata": { "scope": "admin:apps:read admin:audit:read" } });
    refused(&api.patch("/apps/two", apps, more).await, 403, "above_own_rights");
    // Nor does anybody take over an app that may do more.
    made(&api.post("/apps", all, machine("strong", "admin:keys:write")).await);
    let less = json!({ "metadata": { "scope": "a" } });
    refused(&api.patch("/apps/strong", apps, less).await, 403, "above_own_rights");
    refused(
        &api.patch("/apps/strong", apps, json!({ "authentication": "client_secret_post" })).await,
        403,
        "above_own_rights",
    );
    let seen = api.get("/apps/strong", apps).await;
    let secret = Ask::with(apps).body(json!({})).matching(&seen);
    refused(&api.send(Method::POST, "/apps/strong/secrets", secret).await, 403, "above_own_rights");
    refused(&api.delete("/apps/strong", apps).await, 403, "above_own_rights");
}

async fn an_app_with_admin_scopes_calls_the_api_itself(engine: Engine) {
    let api = Api::start(&engine).await;
    let all = &api.key(ALL, None).await;
    let audience = format!("{}/api/v1", api.server.issuer);
    let mut app = machine("robot", "admin:apps:read admin:apps:write invoices:read");
    app["metadata"]["audiences"] = json!([audience, "https://other.example"]);
    let app = made(&api.post("/apps", all, app).await);
    let secret = text(&app, "client_secret");
    let access = async |fields: &[(&str, &str)]| {
        let answer = token(&api, "robot", secret, fields).await;
        answer.json()["access_token"].as_str().unwrap_or_else(|| panic!("{}", answer.body)).to_owned()
    };
    let own = access(&[("resource", &audience)]).await;
    done(&api.get("/apps", &own).await);
    refused(&api.get("/accounts", &own).await, 403, "forbidden");
    made(&api.post("/apps", &own, machine("made", "admin:apps:read")).await);
    let events = api.events().await;
    let added = events.iter().find(|event| event.client_id.as_deref() == Some("made")).unwrap();
    assert_eq!(added.actor.as_deref(), Some("app:robot"));
    // Tokens for others, or with less, open less.
    for fields in [vec![], vec![("resource", "https://other.example")]] {
        refused(&api.get("/apps", &access(&fields).await).await, 401, "unauthenticated");
    }
    let less = access(&[("resource", &audience), ("scope", "invoices:read")]).await;
    refused(&api.get("/apps", &less).await, 403, "forbidden");
    // A token about a person opens nothing here, whatever it says.
    let mut browser = api.server.browser();
    let code = api.server.code(&mut browser).await;
    let person = api.server.redeem(&code).await.json();
    refused(&api.get("/apps", person["access_token"].as_str().unwrap()).await, 401, "unauthenticated");
    refused(&api.get("/apps", person["id_token"].as_str().unwrap()).await, 401, "unauthenticated");
    // What the registration loses, its tokens lose at once.
    done(&api.patch("/apps/robot", all, json!({ "metadata": { "scope": "admin:apps:read" } })).await);
    refused(&api.post("/apps", &own, an_app()).await, 403, "forbidden");
    done(&api.get("/apps", &own).await);
    done(&api.patch("/apps/robot", all, json!({ "metadata": { "audiences": [] } })).await);
    refused(&api.get("/apps", &own).await, 401, "unauthenticated");
}

async fn lists_come_in_pages_with_cursors_of_our_own(engine: Engine) {
    let api = Api::start(&engine).await;
    let key = &api.key(ALL, None).await;
    for n in 0..5 {
        made(&api.post("/apps", key, machine(&format!("page-{n}"), "a")).await);
    }
    let whole = done(&api.get("/apps?limit=200", key).await);
    assert!(whole["next"].is_null());
    let (mut seen, mut path) = (Vec::new(), "/apps?limit=2".to_owned());
    let first = done(&api.get(&path, key).await);
    loop {
        let page = done(&api.get(&path, key).await);
        seen.extend(page["items"].as_array().unwrap().clone());
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/apps?limit=2&cursor={next}");
    }
    assert_eq!(json!(seen), whole["items"]);
    let cursor = text(&first, "next");
    let (data, tag) = cursor.split_once('.').unwrap();
    for forged in
        [data.to_owned(), format!("cGFnZS0y.{tag}"), format!("{data}.x"), "' OR 1=1 --".to_owned(), String::new()]
    {
        refused(&api.get(&format!("/apps?cursor={forged}"), key).await, 400, "bad_cursor");
    }
    refused(&api.get(&format!("/api-keys?cursor={cursor}"), key).await, 400, "bad_cursor");
    for wrong in ["limit=0", "limit=201", "limit=x", "offset=3", "limit=1&limit=2"] {
        refused(&api.get(&format!("/apps?{wrong}"), key).await, 422, "invalid");
    }
}
