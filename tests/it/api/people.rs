//! People: what a program does about them has the limits that the pages have.

use countersign::domain::ids::AccountId;
use countersign::features::accounts::{InstanceRole, find_account};
use countersign::features::networks::{Owner, find_entry};
use countersign::features::organisations::Role;
use reqwest::Method;
use serde_json::json;

use super::{ALL, Api, Ask, OF_ONE, done, made, refused, text};
use crate::support::{Engine, PASSWORD, on_both_engines};

on_both_engines! {
    an_invitation_is_all_that_a_new_person_gets
    the_last_administrator_stays_also_under_parallel_changes
    whoever_looks_after_the_instance_is_not_touched
    only_a_key_with_the_rights_of_an_administrator_makes_one
    what_is_switched_off_ends_at_once_and_the_person_is_told
    rules_hold_at_once_and_the_administrators_are_told
    networks_are_validated_and_blocked
    the_home_of_somebody_is_not_taken_away
}

const BRAM: &str = "bram@kantoor.nl";

async fn hired(api: &Api, email: &str, role: Role) -> AccountId {
    api.server.hire(email, role, InstanceRole::None).await
}

fn member(api: &Api, account: AccountId) -> String {
    format!("/organisations/{}/memberships/{account}", api.server.organisation)
}

async fn an_invitation_is_all_that_a_new_person_gets(engine: Engine) {
    let api = Api::start(&engine).await;
    let key = &api.key(ALL, None).await;
    let home = api.server.organisation.to_string();
    for (wrong, field) in [
        (json!({ "email": BRAM, "name": "Bram", "password": "vier rode fietsen" }), "password"),
        (json!({ "email": BRAM, "name": "Bram", "email_verified": true }), "email_verified"),
        (json!({ "email": BRAM, "name": "Bram", "instance_role": "administrator" }), "instance_role"),
        (json!({ "email": BRAM, "name": "Bram", "role": "owner" }), "role"),
        (json!({ "email": "bram", "name": "Bram" }), "email"),
        (json!({ "email": BRAM, "name": "a\nb" }), "name"),
        (json!({ "email": BRAM, "name": "Bram", "groups": [""] }), "groups"),
        (json!({ "email": BRAM, "name": "Bram", "organisation": "org_1" }), "organisation"),
    ] {
        let mut wrong = wrong;
        if wrong["organisation"].is_null() {
            wrong["organisation"] = json!(home);
        }
        assert_eq!(refused(&api.post("/accounts", key, wrong).await, 422, "invalid"), field);
    }
    let missing = api.post("/accounts", key, json!({ "email": BRAM, "name": "Bram" })).await;
    assert_eq!(refused(&missing, 422, "invalid"), "organisation");
    let wanted = json!({
        "organisation": home, "email": "Bram@Kantoor.NL", "name": " Bram Bakker ", "language": "nl",
        "groups": ["b", "a", "b"],
    });
    let bram = made(&api.post("/accounts", key, wanted.clone()).await);
    assert_eq!((text(&bram, "email"), text(&bram, "name")), (BRAM, "Bram Bakker"));
    assert_eq!((&bram["email_verified"], &bram["instance_role"]), (&json!(false), &json!("none")));
    let answer = api.post("/accounts", key, wanted).await;
    refused(&answer, 409, "conflict");
    let mail = api.server.mailbox().wait_for(BRAM).await;
    assert!(mail.text.contains("/invite/"), "{}", mail.text);
    let shown = api.get(&format!("/accounts/{}", text(&bram, "id")), key).await;
    assert!(!shown.body.contains("invite"), "the link is for the person alone");
    let place = done(&api.get(&member(&api, text(&bram, "id").parse().unwrap()), key).await);
    assert_eq!((&place["groups"], &place["home"]), (&json!(["a", "b"]), &json!(true)));
    // Nothing about how somebody signs in, or where mail goes, can be changed.
    for wrong in ["email", "username", "instance_role", "credentials_changed_at", "organisation"] {
        let answer = api.patch(&format!("/accounts/{}", text(&bram, "id")), key, json!({ wrong: "x@y.nl" })).await;
        assert_eq!(refused(&answer, 422, "invalid"), wrong);
    }
    let one = &api.key(OF_ONE, Some(api.server.organisation)).await;
    let answer = api.patch(&format!("/accounts/{}", text(&bram, "id")), one, json!({ "disabled": true })).await;
    refused(&answer, 403, "above_own_rights");
}

async fn the_last_administrator_stays_also_under_parallel_changes(engine: Engine) {
    let api = Api::start(&engine).await;
    let key = &api.key(ALL, None).await;
    let anna = api.server.account;
    for change in [json!({ "role": "employee" }), json!({ "disabled": true })] {
        refused(&api.patch(&member(&api, anna), key, change).await, 409, "last_administrator");
    }
    refused(
        &api.patch(&format!("/accounts/{anna}"), key, json!({ "disabled": true })).await,
        409,
        "last_administrator",
    );
    let bram = hired(&api, BRAM, Role::Administrator).await;
    let place = member(&api, anna);
    let one = api.patch(&place, key, json!({ "role": "employee" }));
    let account = format!("/accounts/{bram}");
    let other = api.patch(&account, key, json!({ "disabled": true }));
    let (one, other) = tokio::join!(one, other);
    let mut both = [one.status, other.status];
    both.sort_unstable();
    assert!(both == [200, 409] || both == [200, 412], "{both:?}: {} {}", one.body, other.body);
    let people = done(&api.get(&format!("/organisations/{}/memberships", api.server.organisation), key).await);
    let acting =
        people["items"].as_array().unwrap().iter().filter(|one| {
            one["role"] == "administrator" && one["disabled"] == false && one["account_disabled"] == false
        });
    assert_eq!(acting.count(), 1);
}

async fn whoever_looks_after_the_instance_is_not_touched(engine: Engine) {
    let api = Api::start(&engine).await;
    let (all, one) = (&api.key(ALL, None).await, &api.key(OF_ONE, Some(api.server.organisation)).await);
    let root = api.server.hire("root@kantoor.nl", Role::Employee, InstanceRole::Administrator).await;
    for key in [all, one] {
        refused(&api.patch(&format!("/accounts/{root}"), key, json!({ "name": "X" })).await, 403, "above_own_rights");
        refused(&api.patch(&member(&api, root), key, json!({ "disabled": true })).await, 403, "above_own_rights");
        refused(&api.patch(&member(&api, root), key, json!({ "role": "accountant" })).await, 403, "above_own_rights");
        let seen = api.get(&format!("/accounts/{root}"), key).await;
        let out = Ask::with(key).matching(&seen);
        refused(&api.send(Method::POST, &format!("/accounts/{root}/sign-out"), out).await, 403, "above_own_rights");
        let block = Ask::with(key).body(json!({ "status": "blocked" })).header("if-none-match", "*");
        let network = format!("/accounts/{root}/networks/198.51.100.7");
        refused(&api.send(Method::PUT, &network, block).await, 403, "above_own_rights");
    }
    let home = format!("/organisations/{}", api.server.organisation);
    refused(&api.patch(&home, all, json!({ "disabled": true })).await, 409, "last_administrator");
}

async fn only_a_key_with_the_rights_of_an_administrator_makes_one(engine: Engine) {
    let api = Api::start(&engine).await;
    let scopes = "admin:accounts:read admin:accounts:write admin:memberships:read admin:memberships:write";
    let (some, all) = (&api.key(scopes, None).await, &api.key(ALL, None).await);
    let bram = hired(&api, BRAM, Role::Employee).await;
    refused(&api.patch(&member(&api, bram), some, json!({ "role": "administrator" })).await, 403, "above_own_rights");
    let new = json!({ "organisation": api.server.organisation, "email": "c@kantoor.nl", "name": "C", "role": "administrator" });
    refused(&api.post("/accounts", some, new.clone()).await, 403, "above_own_rights");
    done(&api.patch(&member(&api, bram), some, json!({ "role": "accountant" })).await);
    done(&api.patch(&member(&api, bram), all, json!({ "role": "administrator" })).await);
    refused(&api.patch(&member(&api, bram), some, json!({ "role": "employee" })).await, 403, "above_own_rights");
    refused(&api.patch(&member(&api, bram), some, json!({ "disabled": true })).await, 403, "above_own_rights");
    refused(&api.patch(&format!("/accounts/{bram}"), some, json!({ "disabled": true })).await, 403, "above_own_rights");
    made(&api.post("/accounts", all, new).await);
}

async fn what_is_switched_off_ends_at_once_and_the_person_is_told(engine: Engine) {
    let api = Api::start(&engine).await;
    let key = &api.key(OF_ONE, Some(api.server.organisation)).await;
    let bram = hired(&api, BRAM, Role::Employee).await;
    let mut browser = api.server.browser();
    browser.sign_in_at("/sign-in", BRAM, PASSWORD).await;
    assert_eq!(browser.get("/account").await.status, 200);
    done(&api.patch(&member(&api, bram), key, json!({ "disabled": true })).await);
    assert_ne!(browser.get("/account").await.status, 200);
    let mail = api.server.mailbox().wait_for(BRAM).await;
    assert!(mail.text.contains("ERP"), "{}", mail.text);
    done(&api.patch(&member(&api, bram), key, json!({ "disabled": false })).await);
    assert_ne!(browser.get("/account").await.status, 200, "what ended stays ended");
    let mut browser = api.server.browser();
    assert_eq!(browser.sign_in_at("/sign-in", BRAM, PASSWORD).await.status, 303);
    assert_eq!(browser.get("/account").await.status, 200);
    let seen = api.get(&format!("/accounts/{bram}"), key).await;
    let out = Ask::with(key).matching(&seen);
    assert_eq!(api.send(Method::POST, &format!("/accounts/{bram}/sign-out"), out).await.status, 204);
    assert_ne!(browser.get("/account").await.status, 200);
}

async fn rules_hold_at_once_and_the_administrators_are_told(engine: Engine) {
    let api = Api::start(&engine).await;
    let key = &api.key(OF_ONE, Some(api.server.organisation)).await;
    hired(&api, BRAM, Role::Employee).await;
    let mut browser = api.server.browser();
    browser.sign_in_at("/sign-in", BRAM, PASSWORD).await;
    let policy = format!("/organisations/{}/policy", api.server.organisation);
    for (wrong, field) in [
        (json!({ "session_hours": 0 }), "session_hours"),
        (json!({ "kinds": ["telepathy"] }), "kinds"),
        (json!({ "second_factor_from": "tomorrow" }), "second_factor_from"),
        (json!({ "colour": 1 }), "colour"),
    ] {
        assert_eq!(refused(&api.patch(&policy, key, wrong).await, 422, "invalid"), field);
    }
    assert_eq!(browser.get("/account").await.status, 200);
    // What the page does not let an organisation set, its key does not set either.
    for (beyond, field) in [
        (json!({ "remembered_claims_mfa": true }), "remembered_claims_mfa"),
        (json!({ "kinds": [] }), "kinds"),
        (json!({ "second_factor": "required", "second_factor_from": "2001-01-01T00:00:00Z" }), "second_factor_from"),
    ] {
        assert_eq!(refused(&api.patch(&policy, key, beyond).await, 422, "invalid"), field);
    }
    let alone = json!({ "new_networks": "administrator_only" });
    refused(&api.patch(&policy, key, alone).await, 409, "last_administrator");
    let after = done(&api.patch(&policy, key, json!({ "second_factor": "required" })).await);
    assert!(after["second_factor_from"].is_string());
    assert_eq!(browser.get("/account").await.location(), "/confirm?next=%2Faccount", "at once");
    let mail = api.server.mailbox().wait_for("anna@kantoor.nl").await;
    assert!(mail.text.contains("ERP"), "{}", mail.text);
    // The page and the program conflict instead of overwriting one another.
    let seen = api.get(&policy, key).await;
    let rules = countersign::domain::Policy::default();
    api.server.rule(rules).await;
    let stale = Ask::with(key).body(json!({ "remembering": "never" })).matching(&seen);
    refused(&api.send(Method::PATCH, &policy, stale).await, 412, "changed");
}

async fn networks_are_validated_and_blocked(engine: Engine) {
    let api = Api::start(&engine).await;
    let key = &api.key(OF_ONE, Some(api.server.organisation)).await;
    let bram = hired(&api, BRAM, Role::Employee).await;
    let own = format!("/accounts/{bram}/networks");
    let put = async |path: &str, status: &str, tag: Option<&str>| {
        let ask = Ask::with(key).body(json!({ "status": status }));
        let ask = match tag {
            Some(tag) => ask.header("if-match", tag),
            None => ask.header("if-none-match", "*"),
        };
        api.send(Method::PUT, path, ask).await
    };
    let six = format!("{own}/2001:db8::%2F64");
    let known = put(&six, "known", None).await;
    assert_eq!(text(&done(&known), "network"), "2001:db8::/64");
    refused(&put(&six, "blocked", None).await, 412, "changed");
    let blocked = put(&six, "blocked", Some(known.header("etag"))).await;
    assert_eq!(text(&done(&blocked), "status"), "blocked");
    refused(&put(&six, "known", Some(blocked.header("etag"))).await, 409, "conflict");
    assert_eq!(refused(&put(&format!("{own}/10.1.2.3"), "known", None).await, 422, "invalid"), "network");
    refused(&put(&format!("{own}/somewhere"), "known", None).await, 404, "not_found");
    assert_eq!(refused(&put(&format!("{own}/192.0.2.1"), "waiting", None).await, 422, "invalid"), "status");
    let mail = api.server.mailbox().wait_for(BRAM).await;
    assert!(mail.text.contains("ERP"), "{}", mail.text);
    // A block for everybody ends what came from there.
    let mut browser = api.server.browser();
    browser.sign_in_at("/sign-in", BRAM, PASSWORD).await;
    let all = format!("/organisations/{}/networks/127.0.0.1", api.server.organisation);
    done(&put(&all, "blocked", None).await);
    assert_ne!(browser.get("/account").await.status, 200);
    let network = "127.0.0.1".parse().unwrap();
    let entry = find_entry(api.server.inner.state.db.reading(), Owner::Organisation(api.server.organisation), network);
    assert!(entry.await.unwrap().is_some());
    assert_eq!(api.delete(&all, key).await.status, 204);
    refused(&api.get(&all, key).await, 404, "not_found");
}

async fn the_home_of_somebody_is_not_taken_away(engine: Engine) {
    let api = Api::start(&engine).await;
    let key = &api.key(ALL, None).await;
    let bram = hired(&api, BRAM, Role::Employee).await;
    refused(&api.delete(&member(&api, bram), key).await, 409, "conflict");
    let other = made(&api.post("/organisations", key, json!({ "name": "Kantoor Jansen" })).await);
    refused(&api.post("/organisations", key, json!({ "name": "Kantoor Jansen" })).await, 409, "conflict");
    let members = format!("/organisations/{}/memberships", text(&other, "id"));
    made(&api.post(&members, key, json!({ "account": bram })).await);
    refused(&api.post(&members, key, json!({ "account": bram })).await, 409, "conflict");
    assert_eq!(refused(&api.post(&members, key, json!({ "account": "acc_1" })).await, 422, "invalid"), "account");
    assert_eq!(api.delete(&format!("{members}/{bram}"), key).await.status, 204);
    let account = find_account(api.server.inner.state.db.reading(), bram).await.unwrap().unwrap();
    assert_eq!(account.home_organisation_id, api.server.organisation);
}
