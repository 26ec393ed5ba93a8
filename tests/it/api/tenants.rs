//! A key of one organisation sees and changes nothing of another.

use countersign::domain::ids::AccountId;
use countersign::features::accounts::InstanceRole;
use countersign::features::organisations::Role;
use reqwest::Method;
use serde_json::{Value, json};

use super::{ALL, Api, Ask, OF_ONE, done, made, refused, text};
use crate::support::{Answer, Engine, on_both_engines};

on_both_engines! {
    what_is_foreign_is_not_there
    lists_hold_the_own_organisation_alone
    a_guest_is_looked_after_at_home
}

/// Another organisation with somebody in it.
async fn other(api: &Api) -> (String, AccountId) {
    let all = &api.key(ALL, None).await;
    let organisation = made(&api.post("/organisations", all, json!({ "name": "Kantoor Jansen" })).await);
    let id = text(&organisation, "id").to_owned();
    let person =
        json!({ "organisation": id, "email": "daan@jansen.nl", "name": "Daan Jansen", "role": "administrator" });
    let daan = made(&api.post("/accounts", all, person).await);
    (id, text(&daan, "id").parse().unwrap())
}

async fn what_is_foreign_is_not_there(engine: Engine) {
    let api = Api::start(&engine).await;
    let key = &api.key(OF_ONE, Some(api.server.organisation)).await;
    let (organisation, daan) = other(&api).await;
    let own = api.server.organisation.to_string();
    let before = api.events().await.len();
    let mut tried = 0;
    for (path, methods) in api.document["paths"].as_object().unwrap() {
        if !path.contains("{organisation}") && !path.contains("{account}") {
            continue;
        }
        for (method, operation) in methods.as_object().unwrap() {
            let method: Method = method.to_uppercase().parse().unwrap();
            let needed = operation["security"][0]["key"][0].as_str().unwrap();
            let both = [(&organisation, daan), (&own, daan), (&organisation, api.server.account)];
            for (organisation, account) in both {
                let is_foreign = path.contains("{account}") && account == daan || *organisation != own;
                if !is_foreign || (!path.contains("{account}") && *organisation == own) {
                    continue;
                }
                if !path.contains("{organisation}") && account == api.server.account {
                    continue;
                }
                let path = path.replace("{organisation}", organisation).replace("{account}", &account.to_string());
                let path = path.replace("{network}", "198.51.100.7");
                let body = match text(operation, "operationId") {
                    "add_membership" => json!({ "account": api.server.account }),
                    name if name.starts_with("decide") => json!({ "status": "blocked" }),
                    _ => json!({}),
                };
                let mut ask = Ask::with(key).header("if-match", "*");
                if operation["requestBody"].is_object() {
                    ask = ask.body(body);
                }
                let answer = api.send(method.clone(), &path, ask).await;
                if OF_ONE.contains(needed) {
                    refused(&answer, 404, "not_found");
                    tried += 1;
                } else {
                    refused(&answer, 403, "forbidden");
                }
                assert!(!answer.body.contains("Jansen") && !answer.body.contains("daan"), "{}", answer.body);
            }
        }
    }
    assert!(tried >= 30, "{tried}");
    // In bodies and queries likewise.
    let foreign = |answer: &Answer| assert!([404, 422].contains(&answer.status), "{}", answer.body);
    foreign(&api.get(&format!("/accounts?organisation={organisation}"), key).await);
    foreign(&api.get(&format!("/audit?organisation={organisation}"), key).await);
    let account = json!({ "organisation": organisation, "email": "e@x.nl", "name": "E" });
    refused(&api.post("/accounts", key, account).await, 403, "above_own_rights");
    let members = format!("/organisations/{own}/memberships");
    foreign(&api.post(&members, key, json!({ "account": daan })).await);
    assert_eq!(api.events().await.len(), before, "nothing was changed");
}

async fn lists_hold_the_own_organisation_alone(engine: Engine) {
    let api = Api::start(&engine).await;
    let key = &api.key(OF_ONE, Some(api.server.organisation)).await;
    let (_, daan) = other(&api).await;
    let own = api.server.organisation.to_string();
    for path in
        ["/accounts", "/organisations", "/audit", &format!("/audit?account={daan}"), "/accounts?email=daan@jansen.nl"]
    {
        let list = done(&api.get(path, key).await);
        let foreign: Vec<&Value> = list["items"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|item| !item.to_string().contains(&own) || item.to_string().contains("ansen.nl"))
            .collect();
        assert!(foreign.is_empty(), "{path}: {foreign:?}");
    }
    assert_eq!(done(&api.get("/organisations", key).await)["items"].as_array().unwrap().len(), 1);
    assert_eq!(done(&api.get("/accounts", key).await)["items"].as_array().unwrap().len(), 1);
}

async fn a_guest_is_looked_after_at_home(engine: Engine) {
    let api = Api::start(&engine).await;
    let all = &api.key(ALL, None).await;
    let key = &api.key(OF_ONE, Some(api.server.organisation)).await;
    let (_, daan) = other(&api).await;
    api.server.hire("bram@kantoor.nl", Role::Employee, InstanceRole::None).await;
    let members = format!("/organisations/{}/memberships", api.server.organisation);
    made(&api.post(&members, all, json!({ "account": daan })).await);
    let place = format!("{members}/{daan}");
    assert_eq!(done(&api.get(&place, key).await)["home"], false);
    done(&api.patch(&place, key, json!({ "groups": ["guests"], "disabled": true })).await);
    refused(&api.get(&format!("/accounts/{daan}"), key).await, 404, "not_found");
    refused(&api.get(&format!("/accounts/{daan}/networks"), key).await, 404, "not_found");
    assert_eq!(api.delete(&place, key).await.status, 204);
    assert_eq!(done(&api.get(&format!("/accounts/{daan}"), all).await)["disabled"], false);
}
