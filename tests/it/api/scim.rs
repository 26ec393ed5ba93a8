//! SCIM: an office's directory provisions its people, and nobody else's.

use countersign::features::accounts::{InstanceRole, find_account};
use countersign::features::organisations::{Role, memberships_of};
use reqwest::Method;
use serde_json::{Value, json};

use super::invitations::{accept, link};
use super::{ALL, Api, Ask, OF_ONE, made, text};
use crate::several_organisations::move_elsewhere;
use crate::support::{Answer, Engine, PASSWORD, on_both_engines};

on_both_engines! {
    a_directory_invites_finds_and_switches_off_its_people
    groups_are_the_groups_of_memberships
    only_the_key_of_the_organisation_opens_it
    what_is_not_understood_is_refused_in_the_words_of_scim
    no_answer_tells_who_has_an_account_elsewhere
    an_invitation_is_withdrawn_and_sent_again_by_active
    whoever_is_deleted_is_gone_and_no_account_is
}

const SCIM_KEY: &str = "admin:scim";
const PATCH: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

impl Api {
    async fn scim(&self, method: Method, path: &str, key: &str, body: Option<Value>) -> Answer {
        let mut request = self.http.request(method, format!("{}/scim/v2{path}", self.server.origin())).bearer_auth(key);
        if let Some(body) = body {
            request = request.header("content-type", "application/scim+json").body(body.to_string());
        }
        let response = request.send().await.unwrap();
        let answer = Answer {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            body: response.text().await.unwrap(),
        };
        assert!(answer.body.is_empty() || answer.header("content-type") == "application/scim+json", "{}", answer.body);
        answer
    }

    async fn scim_get(&self, path: &str, key: &str) -> Value {
        let answer = self.scim(Method::GET, path, key, None).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        answer.json()
    }
}

fn patch(operations: &Value) -> Value {
    json!({ "schemas": [PATCH], "Operations": operations })
}

#[track_caller]
fn refused(answer: &Answer, status: u16, kind: Option<&str>) {
    let body = answer.json();
    assert_eq!((answer.status, body["scimType"].as_str()), (status, kind), "{}", answer.body);
    assert_eq!(body["schemas"], json!(["urn:ietf:params:scim:api:messages:2.0:Error"]));
    assert_eq!(body["status"], status.to_string());
}

async fn a_directory_invites_finds_and_switches_off_its_people(engine: Engine) {
    let api = Api::start(&engine).await;
    let key = &api.key(SCIM_KEY, Some(api.server.organisation)).await;
    let new = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "Bram@kantoor.nl", "active": true,
        "externalId": "b-1", "name": { "givenName": "Bram", "familyName": "Bakker" }, "password": "from the directory",
    });
    let bram = made(&api.scim(Method::POST, "/Users", key, Some(new.clone())).await);
    assert_eq!((text(&bram, "userName"), text(&bram, "displayName")), ("bram@kantoor.nl", "Bram Bakker"));
    assert_eq!((text(&bram, "externalId"), &bram["active"]), ("b-1", &json!(false)), "nobody is in before they accept");
    let link = link(&api.server, "bram@kantoor.nl").await;
    let signed_in = api.server.browser().sign_in_at("/sign-in", "bram@kantoor.nl", "from the directory").await;
    assert_ne!(signed_in.status, 303, "the password of the directory is nobody's");
    refused(&api.scim(Method::POST, "/Users", key, Some(new)).await, 409, Some("uniqueness"));
    let named = "/Users?filter=userName%20eq%20%22BRAM%40kantoor.nl%22";
    for found in [named, "/Users?filter=externalId%20eq%20%22b-1%22"] {
        let found = api.scim_get(found, key).await;
        assert_eq!((&found["totalResults"], &found["Resources"][0]["id"]), (&json!(1), &bram["id"]));
    }
    let page = api.scim_get("/Users?startIndex=2&count=1", key).await;
    assert_eq!((&page["totalResults"], &page["itemsPerPage"], &page["startIndex"]), (&json!(2), &json!(1), &json!(2)));
    assert_eq!(page["Resources"][0]["id"], bram["id"]);
    // Another key of the organisation sees who is in, and not whom this one asked.
    let other = &api.key(SCIM_KEY, Some(api.server.organisation)).await;
    assert_eq!(api.scim_get(named, other).await["totalResults"], 0);
    // Once they accept they are active, and called as before.
    assert_eq!(accept(&api.server, &link).await.status, 303);
    for key in [key, other] {
        let found = api.scim_get(named, key).await;
        assert_eq!((&found["Resources"][0]["id"], &found["Resources"][0]["active"]), (&bram["id"], &json!(true)));
        let shown = api.scim_get(&format!("/Users/{}", text(&bram, "id")), key).await;
        assert_eq!((text(&shown, "externalId"), text(&shown["name"], "givenName")), ("b-1", "Bram"));
    }
    // Somebody who signs in, and then leaves.
    let carla = api.server.hire("carla@kantoor.nl", Role::Employee, InstanceRole::None).await;
    let mut browser = api.server.browser();
    browser.sign_in_at("/sign-in", "carla@kantoor.nl", PASSWORD).await;
    assert_eq!(browser.get("/account").await.status, 200);
    let user = format!("/Users/{carla}");
    let off = Some(patch(&json!([{ "op": "Replace", "path": "active", "value": "False" }])));
    let answer = api.scim(Method::PATCH, &user, key, off).await;
    assert_eq!((answer.status, &answer.json()["active"]), (200, &json!(false)), "{}", answer.body);
    assert_ne!(browser.get("/account").await.status, 200);
    let on = Some(patch(&json!([{ "op": "replace", "value": { "active": true, "displayName": "Carla C." } }])));
    let answer = api.scim(Method::PATCH, &user, key, on).await;
    assert_eq!((&answer.json()["active"], &answer.json()["displayName"]), (&json!(true), &json!("Carla C.")));
    let events = api.events().await;
    for kind in ["membership.invite", "membership.disable", "membership.enable", "account.profile"] {
        let event = events.iter().find(|event| event.kind == kind).unwrap_or_else(|| panic!("no {kind}"));
        assert!(event.actor.as_deref().unwrap().starts_with("key_"));
    }
}

async fn groups_are_the_groups_of_memberships(engine: Engine) {
    let api = Api::start(&engine).await;
    let key = &api.key(SCIM_KEY, Some(api.server.organisation)).await;
    let bram = api.server.hire("bram@kantoor.nl", Role::Employee, InstanceRole::None).await;
    let carla = api.server.hire("carla@kantoor.nl", Role::Employee, InstanceRole::None).await;
    let new = json!({ "displayName": "Fiscaal & advies", "members": [{ "value": bram }] });
    let group = made(&api.scim(Method::POST, "/Groups", key, Some(new.clone())).await);
    refused(&api.scim(Method::POST, "/Groups", key, Some(new)).await, 409, Some("uniqueness"));
    let path = format!("/Groups/{}", text(&group, "id"));
    let filter = "/Groups?filter=displayName%20eq%20%22Fiscaal%20%26%20advies%22";
    assert_eq!(api.scim_get(filter, key).await["Resources"][0]["id"], group["id"]);
    let add = Some(patch(&json!([{ "op": "add", "path": "members", "value": [{ "value": carla }] }])));
    assert_eq!(api.scim(Method::PATCH, &path, key, add).await.json()["members"].as_array().unwrap().len(), 2);
    let one = format!("members[value eq \"{bram}\"]");
    let remove = Some(patch(&json!([{ "op": "remove", "path": one }])));
    let left = api.scim(Method::PATCH, &path, key, remove).await.json();
    assert_eq!(left["members"], json!([{ "value": carla, "display": "Person carla@kantoor.nl" }]));
    let user = api.scim_get(&format!("/Users/{carla}"), key).await;
    assert_eq!(user["groups"], json!([{ "value": group["id"], "display": "Fiscaal & advies" }]));
    let foreign = Some(patch(
        &json!([{ "op": "add", "path": "members", "value": [{ "value": "acc_01k0000000000000000000000" }] }]),
    ));
    assert_eq!(api.scim(Method::PATCH, &path, key, foreign).await.status, 400);
    assert_eq!(api.scim(Method::DELETE, &path, key, None).await.status, 204);
    refused(&api.scim(Method::GET, &path, key, None).await, 404, None);
    refused(&api.scim(Method::DELETE, &path, key, None).await, 404, None);
}

async fn only_the_key_of_the_organisation_opens_it(engine: Engine) {
    let api = Api::start(&engine).await;
    let key = &api.key(SCIM_KEY, Some(api.server.organisation)).await;
    let all = &api.key(ALL, None).await;
    for (key, status) in [("cs_wrong", 401), (all.as_str(), 403)] {
        refused(&api.scim(Method::GET, "/Users", key, None).await, status, None);
    }
    let other = &api.key(OF_ONE, Some(api.server.organisation)).await;
    refused(&api.scim(Method::GET, "/Users", other, None).await, 403, None);
    assert_eq!(api.send(Method::GET, "/accounts", Ask::with(key)).await.status, 403);
    let office = made(&api.post("/organisations", all, json!({ "name": "Kantoor Jansen" })).await);
    let person = json!({ "organisation": office["id"], "email": "daan@jansen.nl", "name": "Daan Jansen" });
    let daan = made(&api.post("/accounts", all, person).await);
    let user = format!("/Users/{}", text(&daan, "id"));
    let off = || Some(patch(&json!([{ "op": "replace", "path": "active", "value": false }])));
    refused(&api.scim(Method::GET, &user, key, None).await, 404, None);
    refused(&api.scim(Method::PATCH, &user, key, off()).await, 404, None);
    refused(&api.scim(Method::DELETE, &user, key, None).await, 404, None);
    let list = api.scim_get("/Users", key).await;
    assert!(list["totalResults"] == 1 && !list.to_string().contains("ansen.nl"), "{list}");
    // Neither the last administrator nor anybody with a say over the instance.
    let anna = format!("/Users/{}", api.server.account);
    refused(&api.scim(Method::PATCH, &anna, key, off()).await, 409, None);
    let root = api.server.hire("root@kantoor.nl", Role::Employee, InstanceRole::Administrator).await;
    refused(&api.scim(Method::PATCH, &format!("/Users/{root}"), key, off()).await, 403, None);
    let group = json!({ "displayName": "x", "members": [{ "value": root }] });
    refused(&api.scim(Method::POST, "/Groups", key, Some(group)).await, 403, None);
}

async fn what_is_not_understood_is_refused_in_the_words_of_scim(engine: Engine) {
    let api = Api::start(&engine).await;
    let key = &api.key(SCIM_KEY, Some(api.server.organisation)).await;
    for path in ["/ServiceProviderConfig", "/ResourceTypes", "/Schemas"] {
        api.scim_get(path, key).await;
    }
    for filter in ["userName%20sw%20%22a%22", "x", "", "userName%20eq%20a"] {
        let answer = api.scim(Method::GET, &format!("/Users?filter={filter}"), key, None).await;
        refused(&answer, 400, Some("invalidFilter"));
    }
    let bram = api.server.hire("bram@kantoor.nl", Role::Employee, InstanceRole::None).await;
    let user = format!("/Users/{bram}");
    for (body, kind) in [
        (json!({}), "invalidSyntax"),
        (json!({ "Operations": [{ "op": "replace", "path": "password", "value": "x" }] }), "invalidValue"),
        (json!({ "Operations": [{ "op": "replace", "path": "userName", "value": "x@y.nl" }] }), "invalidValue"),
        (json!({ "Operations": [{ "op": "replace", "path": "emails", "value": [] }] }), "invalidValue"),
        (json!({ "Operations": [{ "op": "replace", "path": "active", "value": "perhaps" }] }), "invalidValue"),
        (json!({ "Operations": [{ "op": "remove", "path": "displayName" }] }), "invalidValue"),
    ] {
        refused(&api.scim(Method::PATCH, &user, key, Some(body)).await, 400, Some(kind));
    }
    for body in [
        json!({ "userName": "no address" }),
        json!({ "userName": "c@kantoor.nl" }),
        json!({ "userName": "c@kantoor.nl", "displayName": "C", "active": false }),
    ] {
        refused(&api.scim(Method::POST, "/Users", key, Some(body)).await, 400, Some("invalidValue"));
    }
    refused(&api.scim(Method::GET, "/Devices", key, None).await, 404, None);
    refused(&api.scim(Method::PUT, &user, key, Some(json!({}))).await, 405, None);
}

async fn no_answer_tells_who_has_an_account_elsewhere(engine: Engine) {
    let api = Api::start(&engine).await;
    let key = &api.key(SCIM_KEY, Some(api.server.organisation)).await;
    api.server.hire("piet@elders.nl", Role::Employee, InstanceRole::None).await;
    let (piet, home) = move_elsewhere(&api.server, "piet@elders.nl").await;
    let foreign = &api.key(SCIM_KEY, Some(home)).await;
    let mut seen = Vec::new();
    for email in ["piet@elders.nl", "hanna@nergens.nl"] {
        let new = json!({ "userName": email, "displayName": "Iemand", "externalId": "x" });
        let first = api.scim(Method::POST, "/Users", key, Some(new.clone())).await;
        let again = api.scim(Method::POST, "/Users", key, Some(new)).await;
        let user = format!("/Users/{}", text(&first.json(), "id"));
        refused(&api.scim(Method::GET, &user, foreign, None).await, 404, None);
        refused(&api.scim(Method::DELETE, &user, foreign, None).await, 404, None);
        let gone = api.scim(Method::DELETE, &user, key, None).await;
        refused(&api.scim(Method::GET, &user, key, None).await, 404, None);
        let mut body = first.json();
        body["meta"]["created"] = json!("…");
        let body = body.to_string().replace(email, "ADDRESS").replace(text(&first.json(), "id"), "ID");
        assert!(!body.contains(&piet.to_string()));
        seen.push((first.status, body, again.status, again.body, gone.status));
    }
    assert_eq!(seen[0], seen[1]);
    assert_eq!((seen[0].0, seen[0].2, seen[0].4), (201, 409, 204));
    refused(&api.scim(Method::GET, &format!("/Users/{piet}"), key, None).await, 404, None);
}

async fn an_invitation_is_withdrawn_and_sent_again_by_active(engine: Engine) {
    let api = Api::start(&engine).await;
    let key = &api.key(SCIM_KEY, Some(api.server.organisation)).await;
    let new = json!({ "userName": "bram@kantoor.nl", "displayName": "Bram", "externalId": "1" });
    let bram = made(&api.scim(Method::POST, "/Users", key, Some(new)).await);
    let user = format!("/Users/{}", text(&bram, "id"));
    let first = link(&api.server, "bram@kantoor.nl").await;
    let set = async |active: bool| {
        let body = patch(&json!([{ "op": "replace", "value": { "active": active, "displayName": "Bram B." } }]));
        let answer = api.scim(Method::PATCH, &user, key, Some(body)).await;
        assert_eq!((answer.status, &answer.json()["active"]), (200, &json!(false)), "{}", answer.body);
        assert_eq!((&answer.json()["id"], &answer.json()["displayName"]), (&bram["id"], &json!("Bram B.")));
    };
    set(true).await;
    assert_eq!(api.server.browser().get(&first).await.status, 200, "it waits already");
    // A group that is given before they accept.
    let group = json!({ "displayName": "BTW", "members": [{ "value": bram["id"] }] });
    made(&api.scim(Method::POST, "/Groups", key, Some(group)).await);
    set(false).await;
    assert_eq!(api.server.browser().get(&first).await.status, 404);
    set(false).await;
    set(true).await;
    let second = link(&api.server, "bram@kantoor.nl").await;
    assert_ne!(first, second);
    assert_eq!(accept(&api.server, &second).await.status, 303);
    let shown = api.scim_get(&user, key).await;
    assert_eq!((&shown["active"], &shown["groups"][0]["display"]), (&json!(true), &json!("BTW")));
    let kinds: Vec<String> = api.events().await.into_iter().map(|event| event.kind).collect();
    let count = |kind: &str| kinds.iter().filter(|known| *known == kind).count();
    assert_eq!((count("membership.invite"), count("membership.withdraw"), count("membership.groups")), (2, 1, 1));
}

async fn whoever_is_deleted_is_gone_and_no_account_is(engine: Engine) {
    let api = Api::start(&engine).await;
    let key = &api.key(&format!("{SCIM_KEY} {OF_ONE}"), Some(api.server.organisation)).await;
    let carla = api.server.hire("carla@kantoor.nl", Role::Employee, InstanceRole::None).await;
    let mut browser = api.server.browser();
    browser.sign_in_at("/sign-in", "carla@kantoor.nl", PASSWORD).await;
    let user = format!("/Users/{carla}");
    let group = json!({ "displayName": "BTW", "members": [{ "value": carla }] });
    let group = made(&api.scim(Method::POST, "/Groups", key, Some(group)).await);
    let (one, other) =
        tokio::join!(api.scim(Method::DELETE, &user, key, None), api.scim(Method::DELETE, &user, key, None));
    let mut both = [one.status, other.status];
    both.sort_unstable();
    assert_eq!(both, [204, 404], "{} {}", one.body, other.body);
    assert_ne!(browser.get("/account").await.status, 200, "what they were signed in with ended");
    refused(&api.scim(Method::GET, &user, key, None).await, 404, None);
    refused(&api.scim(Method::GET, &format!("/Groups/{}", text(&group, "id")), key, None).await, 404, None);
    assert_eq!(api.scim_get("/Users", key).await["totalResults"], 1);
    let account = find_account(api.server.inner.state.db.reading(), carla).await.unwrap().unwrap();
    assert_eq!((account.disabled_at, account.email.as_str()), (None, "carla@kantoor.nl"), "erasing is for people");
    // The directory takes her on again.
    let new = json!({ "userName": "carla@kantoor.nl", "displayName": "Carla", "externalId": "7" });
    let again = made(&api.scim(Method::POST, "/Users", key, Some(new)).await);
    assert_eq!((&again["id"], &again["active"], &again["groups"]), (&json!(carla), &json!(true), &json!([])));
    assert_eq!(text(&api.scim_get(&user, key).await, "externalId"), "7");
    // Nobody who is needed goes.
    let anna = format!("/Users/{}", api.server.account);
    refused(&api.scim(Method::DELETE, &anna, key, None).await, 409, None);
    let root = api.server.hire("root@kantoor.nl", Role::Employee, InstanceRole::Administrator).await;
    refused(&api.scim(Method::DELETE, &format!("/Users/{root}"), key, None).await, 403, None);
    // The membership of a guest ends.
    api.server.hire("piet@elders.nl", Role::Employee, InstanceRole::None).await;
    let (piet, home) = move_elsewhere(&api.server, "piet@elders.nl").await;
    let members = format!("/organisations/{}/memberships", api.server.organisation);
    made(&api.post(&members, &api.key(ALL, None).await, json!({ "account": piet })).await);
    assert_eq!(api.scim(Method::DELETE, &format!("/Users/{piet}"), key, None).await.status, 204);
    let places = memberships_of(api.server.inner.state.db.reading(), piet).await.unwrap();
    assert_eq!(places.iter().map(|place| place.organisation_id).collect::<Vec<_>>(), [home]);
}
