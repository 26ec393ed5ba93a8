//! What slows a program down.

use serde_json::json;

use super::{ALL, Api, refused};
use crate::support::{Engine, on_both_engines};

on_both_engines! {
    wrong_keys_are_counted_and_a_right_one_goes_on
    one_organisation_invites_so_many_people_in_a_day
    nobody_is_flooded_with_invitations_by_programs
    refused_changes_count_as_well
}

async fn wrong_keys_are_counted_and_a_right_one_goes_on(engine: Engine) {
    let api = Api::start(&engine).await;
    let key = &api.key(ALL, None).await;
    for _ in 0..60 {
        refused(&api.get("/apps", "cs_wrong").await, 401, "unauthenticated");
    }
    let answer = api.get("/apps", "cs_wrong").await;
    refused(&answer, 429, "too_many");
    let seconds: u64 = answer.header("retry-after").parse().unwrap();
    assert!((1..=600).contains(&seconds), "{seconds}");
    assert_eq!(api.get("/apps", key).await.status, 200, "the office behind the same address works on");
    api.server.clock.advance(601);
    refused(&api.get("/apps", "cs_wrong").await, 401, "unauthenticated");
}

async fn refused_changes_count_as_well(engine: Engine) {
    let api = Api::start(&engine).await;
    let key = &api.key(ALL, None).await;
    let list = api.get("/api-keys", key).await.json();
    let state = &api.server.inner.state;
    let mut writer = state.db.writing().await.unwrap();
    for _ in 0..598 {
        let counter = format!("api changes:{}", list["items"][0]["id"].as_str().unwrap());
        let minute = std::time::Duration::from_mins(1);
        countersign::features::throttles::count(&mut writer, &counter, minute, api.now()).await.unwrap();
    }
    writer.commit().await.unwrap();
    for _ in 0..2 {
        refused(&api.post("/apps", key, json!({ "colour": 1 })).await, 422, "invalid");
    }
    refused(&api.post("/apps", key, json!({ "colour": 1 })).await, 429, "too_many");
    assert_eq!(api.get("/apps", key).await.status, 200);
    api.server.clock.advance(61);
    refused(&api.post("/apps", key, json!({ "colour": 1 })).await, 422, "invalid");
}

async fn one_organisation_invites_so_many_people_in_a_day(engine: Engine) {
    let api = Api::start(&engine).await;
    let key = &api.key("admin:accounts:write", Some(api.server.organisation)).await;
    let state = &api.server.inner.state;
    let mut writer = state.db.writing().await.unwrap();
    for _ in 0..199 {
        let day = std::time::Duration::from_hours(24);
        let counter = format!("invite:{}", api.server.organisation);
        countersign::features::throttles::count(&mut writer, &counter, day, api.now()).await.unwrap();
    }
    writer.commit().await.unwrap();
    let person = |email: &str| json!({ "email": email, "name": "Somebody" });
    let path = format!("/organisations/{}/invitations", api.server.organisation);
    assert_eq!(api.post(&path, key, person("a@kantoor.nl")).await.status, 201);
    refused(&api.post(&path, key, person("b@kantoor.nl")).await, 429, "too_many");
    // The page counts on the same counter, and the operator's own keys do not count there.
    let operator = &api.key(ALL, None).await;
    let mut person = person("c@kantoor.nl");
    person["organisation"] = json!(api.server.organisation);
    assert_eq!(api.post("/accounts", operator, person).await.status, 201);
}

async fn nobody_is_flooded_with_invitations_by_programs(engine: Engine) {
    let api = Api::start(&engine).await;
    let key = &api.key("admin:accounts:write", Some(api.server.organisation)).await;
    let path = format!("/organisations/{}/invitations", api.server.organisation);
    for spelled in ["zoe@nergens.nl", "Zoe@Nergens.NL", "zoe@nergens.nl", "ZOE@nergens.nl", "zoe@nergens.nl"] {
        let asked = api.post(&path, key, json!({ "email": spelled, "name": "Zoe" })).await;
        assert!([201, 409].contains(&asked.status), "{}", asked.body);
    }
    let answer = api.post(&path, key, json!({ "email": "zoe@nergens.nl", "name": "Zoe" })).await;
    refused(&answer, 429, "too_many");
    let seconds: u64 = answer.header("retry-after").parse().unwrap();
    assert!((1..=86_400).contains(&seconds), "{seconds}");
    let other = api.post(&path, key, json!({ "email": "yara@nergens.nl", "name": "Yara" })).await;
    assert_eq!(other.status, 201, "{}", other.body);
}
