//! API keys: kept as fingerprints, and never able to make more of themselves.

use countersign::domain::ids::OrganisationId;
use countersign::features::audit::{Verdict, verify};
use countersign::features::organisations::set_organisation_disabled;
use serde_json::json;

use super::{ALL, Api, Ask, OF_ONE, made, refused, text};
use crate::support::{Engine, PASSWORD, on_both_engines};

on_both_engines! {
    only_the_whole_key_works_while_it_lasts
    no_key_makes_a_key_that_may_do_more
    the_last_use_is_written_down_once_a_minute
    a_session_or_a_password_opens_nothing
    the_audit_names_the_key_and_stays_whole
    nothing_of_a_key_is_in_the_database
}

async fn only_the_whole_key_works_while_it_lasts(engine: Engine) {
    let api = Api::start(&engine).await;
    let all = &api.key(ALL, None).await;
    let wanted = json!({ "name": "Payroll", "scope": "admin:accounts:read", "expires_in_days": 2 });
    let shown = made(&api.post("/api-keys", all, wanted).await);
    let key = text(&shown, "secret").to_owned();
    assert!(key.starts_with("cs_") && key.len() == 46);
    assert_eq!(api.get("/accounts", &key).await.status, 200);
    for wrong in [&key[..45], &format!("{key}x"), &key.to_uppercase(), &key[3..], "cs_", text(&shown, "id")] {
        let answer = api.get("/accounts", wrong).await;
        refused(&answer, 401, "unauthenticated");
        assert!(answer.header("www-authenticate").contains("error=\"invalid_token\""));
    }
    for other in ["Basic", "DPoP"] {
        let header = format!("{other} {key}");
        let ask = Ask::default().header("authorization", &header);
        refused(&api.send(reqwest::Method::GET, "/accounts", ask).await, 401, "unauthenticated");
    }
    let query = format!("/accounts?access_token={key}");
    refused(&api.get(&query, "").await, 401, "unauthenticated");
    assert_eq!(api.get("/accounts", &key).await.status, 200);
    api.server.clock.advance(2 * 24 * 3600);
    refused(&api.get("/accounts", &key).await, 401, "unauthenticated");
    // Ended by hand.
    let other = api.key("admin:accounts:read", None).await;
    assert_eq!(api.get("/accounts", &other).await.status, 200);
    let list = api.get("/api-keys", all).await.json();
    let id = list["items"].as_array().unwrap().last().unwrap()["id"].as_str().unwrap().to_owned();
    assert_eq!(api.delete(&format!("/api-keys/{id}"), all).await.status, 204);
    refused(&api.get("/accounts", &other).await, 401, "unauthenticated");
    // An organisation that is off takes its keys with it.
    let bound = api.key("admin:accounts:read", Some(api.server.organisation)).await;
    assert_eq!(api.get("/accounts", &bound).await.status, 200);
    let mut writer = api.server.inner.state.db.writing().await.unwrap();
    set_organisation_disabled(&mut writer, api.server.organisation, Some(api.now())).await.unwrap();
    writer.commit().await.unwrap();
    refused(&api.get("/accounts", &bound).await, 401, "unauthenticated");
}

async fn no_key_makes_a_key_that_may_do_more(engine: Engine) {
    let api = Api::start(&engine).await;
    let some = &api.key("admin:api-keys:write admin:apps:read admin:accounts:read", None).await;
    let wanted = |scope: &str, organisation: Option<OrganisationId>| json!({ "name": "More", "scope": scope, "organisation": organisation });
    made(&api.post("/api-keys", some, wanted("admin:apps:read", None)).await);
    made(&api.post("/api-keys", some, wanted("admin:accounts:read", Some(api.server.organisation))).await);
    for more in ["admin:apps:write", "admin:apps:read admin:keys:write", ALL] {
        refused(&api.post("/api-keys", some, wanted(more, None)).await, 403, "above_own_rights");
    }
    let all = &api.key(ALL, None).await;
    for (wrong, field) in [
        (wanted("admin:everything", None), "scope"),
        (wanted("", None), "scope"),
        (wanted("admin:scim", None), "scope"),
        (wanted("admin:apps:read", Some(api.server.organisation)), "scope"),
        (json!({ "name": "", "scope": "admin:apps:read" }), "name"),
        (json!({ "name": "x", "scope": "admin:apps:read", "expires_in_days": 731 }), "expires_in_days"),
        (json!({ "name": "x", "scope": "admin:apps:read", "organisation": "org_1" }), "organisation"),
        (json!({ "name": "x", "scope": "admin:apps:read", "secret": "cs_mine" }), "secret"),
    ] {
        assert_eq!(refused(&api.post("/api-keys", all, wrong).await, 422, "invalid"), field);
    }
    // Nor one that outlives it, and with a key all end that were made with it.
    let short = json!({ "name": "Short", "scope": "admin:api-keys:write admin:api-keys:read", "expires_in_days": 2 });
    let parent = made(&api.post("/api-keys", all, short.clone()).await);
    let child = json!({ "name": "Child", "scope": "admin:api-keys:write admin:api-keys:read", "expires_in_days": 90 });
    let child = made(&api.post("/api-keys", text(&parent, "secret"), child).await);
    assert_eq!(child["expires_at"], parent["expires_at"]);
    let grandchild = made(&api.post("/api-keys", text(&child, "secret"), short).await);
    let (young, old) = (text(&grandchild, "secret"), format!("/api-keys/{}", text(&parent, "id")));
    assert_eq!(api.get("/api-keys", young).await.status, 200);
    assert_eq!(api.delete(&old, all).await.status, 204);
    refused(&api.get("/api-keys", young).await, 401, "unauthenticated");
    // A key of one organisation makes no keys at all.
    let bound = &api.key(OF_ONE, Some(api.server.organisation)).await;
    refused(&api.post("/api-keys", bound, wanted("admin:accounts:read", None)).await, 403, "forbidden");
}

async fn the_last_use_is_written_down_once_a_minute(engine: Engine) {
    let api = Api::start(&engine).await;
    let key = &api.key(ALL, None).await;
    let last = async || api.get("/api-keys", key).await.json()["items"][0]["last_used_at"].clone();
    let first = last().await;
    assert!(first.is_string());
    api.server.clock.advance(59);
    assert_eq!(last().await, first);
    api.server.clock.advance(1);
    assert_ne!(last().await, first);
}

async fn a_session_or_a_password_opens_nothing(engine: Engine) {
    let api = Api::start(&engine).await;
    let mut browser = api.server.browser();
    browser.sign_in_at("/sign-in", "anna@kantoor.nl", PASSWORD).await;
    assert_eq!(browser.get("/account").await.status, 200);
    let answer = browser.get_with("/api/v1/apps", &[]).await;
    refused(&answer, 401, "unauthenticated");
    let answer = browser.get_with("/api/v1/apps", &[("authorization", "Basic YW5uYTp2aWVyIHJvZGUgZmlldHNlbg==")]).await;
    refused(&answer, 401, "unauthenticated");
}

async fn the_audit_names_the_key_and_stays_whole(engine: Engine) {
    let api = Api::start(&engine).await;
    let key = &api.key(ALL, None).await;
    let home = api.server.organisation;
    made(
        &api.post("/accounts", key, json!({ "organisation": home, "email": "bram@kantoor.nl", "name": "Bram" })).await,
    );
    api.patch(&format!("/organisations/{home}/policy"), key, json!({ "remembering": "never" })).await;
    let list = api.get("/api-keys", key).await.json();
    let id = list["items"][0]["id"].as_str().unwrap().to_owned();
    let events = api.events().await;
    for kind in ["account.invite", "organisation.policy"] {
        let event = events.iter().find(|event| event.kind == kind).unwrap();
        assert_eq!(event.actor.as_deref(), Some(id.as_str()), "{event:?}");
        assert_eq!(event.personal["actor_name"], "ERP");
        assert!(!event.reference.is_empty() && event.chain == home.to_string());
    }
    let state = &api.server.inner.state;
    assert!(matches!(verify(state.db.reading(), &state.mac).await.unwrap(), Verdict::Sound { .. }));
    // And it can be read here, newest first, narrowed down.
    let read = api.get(&format!("/audit?organisation={home}&kind=account.&limit=1"), key).await.json();
    assert_eq!(read["items"][0]["kind"], "account.invite");
    assert!(read["next"].is_null());
}

async fn nothing_of_a_key_is_in_the_database(engine: Engine) {
    let api = Api::start(&engine).await;
    let all = &api.key(ALL, None).await;
    let wanted = json!({ "name": "Payroll", "scope": "admin:accounts:read" });
    let named = Ask::with(all).body(wanted).header("idempotency-key", "one");
    let shown = made(&api.send(reqwest::Method::POST, "/api-keys", named).await);
    let connection = sea_orm::Database::connect(&engine.url).await.unwrap();
    let rows = {
        use sea_orm::ConnectionTrait as _;
        let sql = "SELECT id, request || answer AS kept FROM api_replays \
            UNION ALL SELECT id, name || secret || scope || created_by FROM api_keys \
            UNION ALL SELECT id, facts || commitments FROM audit_events";
        let statement = sea_orm::Statement::from_string(connection.get_database_backend(), sql);
        connection.query_all_raw(statement).await.unwrap()
    };
    let kept: Vec<String> = rows.iter().map(|row| row.try_get::<String>("", "kept").unwrap()).collect();
    assert!(kept.len() >= 4, "{kept:?}");
    let secret = text(&shown, "secret").trim_start_matches("cs_");
    assert!(kept.iter().all(|row| !row.contains(secret)));
}
