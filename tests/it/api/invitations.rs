//! A program asks people in, and learns no more by that than an administrator does.

use countersign::domain::ids::OrganisationId;
use countersign::features::accounts::{InstanceRole, find_account_by_login};
use countersign::features::api_keys::{end_key, find_key_by_secret};
use countersign::features::organisations::{Role, memberships_of};
use reqwest::Method;
use serde_json::{Value, json};

use super::{ALL, Api, Ask, OF_ONE, done, made, refused, text};
use crate::several_organisations::move_elsewhere;
use crate::support::{Answer, Browser, Engine, PASSWORD, Server, on_both_engines};

on_both_engines! {
    a_program_does_not_learn_who_has_an_account
    whoever_accepts_is_what_the_program_said
    somebody_with_an_account_elsewhere_accepts_signed_in
    an_invitation_ends_with_its_key
    an_invitation_is_withdrawn_once
    nobody_is_invited_beyond_the_key
    another_organisation_sees_nothing_of_it
}

const PIET: &str = "piet@elders.nl";
const NEW: &str = "hanna@nergens.nl";

fn invitations(organisation: OrganisationId) -> String {
    format!("/organisations/{organisation}/invitations")
}

/// Somebody at home in another office.
async fn piet(api: &Api) -> OrganisationId {
    api.server.hire(PIET, Role::Employee, InstanceRole::None).await;
    move_elsewhere(&api.server, PIET).await.1
}

/// The path of the link in the next mail.
pub(super) async fn link(server: &Server, to: &str) -> String {
    let mail = server.mailbox().wait_for(to).await;
    let found = mail.text.split_whitespace().find(|word| word.contains("/invite/"));
    found.unwrap_or_else(|| panic!("{}", mail.text)).strip_prefix(&server.issuer).unwrap().to_owned()
}

/// Accepts without an account, with a password.
pub(super) async fn accept(server: &Server, link: &str) -> Answer {
    let mut browser = server.browser();
    let csrf = browser.get(link).await.field("csrf");
    browser.post(link, &[("csrf", &csrf), ("password", PASSWORD)]).await
}

async fn press(browser: &mut Browser, page: &str, ends: &str) -> Answer {
    let shown = browser.get(page).await;
    let csrf = shown.field("csrf");
    let body = shown.body.replace("&#x2f;", "/");
    let action = body.split("action=\"").skip(1).filter_map(|part| part.split('"').next());
    let action = action.into_iter().find(|action| action.ends_with(ends)).unwrap_or_else(|| panic!("{ends}: {body}"));
    browser.post(action, &[("csrf", &csrf)]).await
}

/// An answer without what is another in every answer.
fn plain(answer: &Answer, email: &str) -> (u16, Vec<String>, Value) {
    let mut body = answer.json();
    let names = body.as_object().unwrap().keys().cloned().collect();
    for moves in ["id", "created_at", "expires_at", "reference"] {
        if body[moves].is_string() {
            body[moves] = json!("…");
        }
    }
    (answer.status, names, body.to_string().replace(email, "ADDRESS").parse().unwrap())
}

async fn a_program_does_not_learn_who_has_an_account(engine: Engine) {
    let api = Api::start(&engine).await;
    let key = &api.key(OF_ONE, Some(api.server.organisation)).await;
    piet(&api).await;
    let path = invitations(api.server.organisation);
    let mut seen = Vec::new();
    for email in [PIET, NEW] {
        let new = json!({ "email": email, "name": "Iemand Nieuw", "role": "accountant", "groups": ["b", "a"] });
        let account = api.post("/accounts", key, new.clone()).await;
        refused(&account, 403, "above_own_rights");
        let first = api.post(&path, key, new.clone()).await;
        let again = api.post(&path, key, new).await;
        made(&again);
        let id = text(&again.json(), "id").to_owned();
        let shown = api.get(&format!("{path}/{id}"), key).await;
        let listed = api.get(&path, key).await.json()["items"].as_array().unwrap().len();
        let found = api.get(&format!("/accounts?email={email}"), key).await;
        assert_eq!(api.delete(&format!("{path}/{id}"), key).await.status, 204);
        let answers = [&account, &first, &again, &shown, &found].map(|answer| plain(answer, email));
        seen.push((answers, listed));
    }
    assert_eq!(seen[0], seen[1]);
    let invitation = &seen[0].0[3].2;
    assert_eq!((&invitation["state"], &invitation["groups"]), (&json!("waits"), &json!(["a", "b"])));
    assert!(text(invitation, "invited_by").starts_with("key_"), "{invitation}");
    assert_eq!(find_account_by_login(api.server.inner.state.db.reading(), NEW).await.unwrap(), None);
    // The mails differ, and only whoever reads them sees how.
    let mail = api.server.mailbox().wait_for(PIET).await.text;
    assert!(mail.contains("You already have an account") && !mail.contains("ERP"), "{mail}");
    let mail = api.server.mailbox().wait_for(NEW).await.text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(mail.contains("You are invited to Kantoor De Vries. Open this link to choose"), "{mail}");
    // Nor does the audit name the account.
    let piet = api.server.account_of(PIET).await.to_string();
    let events = api.events().await;
    assert!(events.iter().all(|event| event.kind != "membership.invite" || event.subject.is_none()));
    let own = api.get(&format!("/audit?organisation={}", api.server.organisation), key).await;
    assert!(!own.body.contains(&piet), "{}", own.body);
    // Of the own people it is told.
    refused(&api.post(&path, key, json!({ "email": "anna@kantoor.nl", "name": "Anna" })).await, 409, "conflict");
}

async fn whoever_accepts_is_what_the_program_said(engine: Engine) {
    let api = Api::start(&engine).await;
    let key = &api.key(OF_ONE, Some(api.server.organisation)).await;
    let new = json!({
        "email": NEW, "name": "Hanna Smit", "given_name": "Hanna", "language": "nl", "role": "accountant",
        "groups": ["BTW"],
    });
    let invitation = made(&api.post(&invitations(api.server.organisation), key, new).await);
    let link = link(&api.server, NEW).await;
    let page = api.server.browser().get(&link).await.body;
    assert!(page.contains("You are invited to Kantoor De Vries") && !page.contains("ERP"), "{page}");
    let accepted = accept(&api.server, &link).await;
    assert_eq!((accepted.status, accepted.location()), (303, "/account"), "{}", accepted.body);
    let db = api.server.inner.state.db.reading();
    let hanna = find_account_by_login(db, NEW).await.unwrap().unwrap();
    assert_eq!((hanna.given_name.as_deref(), hanna.language.to_string().as_str()), (Some("Hanna"), "nl"));
    let place = &memberships_of(db, hanna.id).await.unwrap()[0];
    assert_eq!((place.role, place.groups.as_slice()), (Role::Accountant, ["BTW".to_owned()].as_slice()));
    let by = text(&invitation, "invited_by");
    for giver in &place.brought_in_by {
        assert_eq!(giver.as_ref().unwrap().to_string(), by);
    }
    let events = api.events().await;
    let joined = events.iter().find(|event| event.kind == "membership.join").unwrap();
    assert_eq!((joined.facts["invited_by"].as_str(), joined.subject.clone()), (Some(by), Some(hanna.id.to_string())));
    let gone = format!("{}/{}", invitations(api.server.organisation), text(&invitation, "id"));
    refused(&api.get(&gone, key).await, 404, "not_found");
    done(&api.get(&format!("/organisations/{}/memberships/{}", api.server.organisation, hanna.id), key).await);
    // What a program makes somebody later, it has given as well.
    let other = &api.key(OF_ONE, Some(api.server.organisation)).await;
    let member = format!("/organisations/{}/memberships/{}", api.server.organisation, hanna.id);
    done(&api.patch(&member, other, json!({ "role": "employee" })).await);
    let place = &memberships_of(db, hanna.id).await.unwrap()[0];
    assert_eq!(place.brought_in_by[0].as_ref().unwrap().to_string(), by);
    assert_ne!(place.brought_in_by[1].as_ref().unwrap().to_string(), by);
}

async fn somebody_with_an_account_elsewhere_accepts_signed_in(engine: Engine) {
    let api = Api::start(&engine).await;
    let key = &api.key(OF_ONE, Some(api.server.organisation)).await;
    let home = piet(&api).await;
    let new = json!({ "email": PIET, "name": "Iemand", "groups": ["BTW"] });
    made(&api.post(&invitations(api.server.organisation), key, new).await);
    let link = link(&api.server, PIET).await;
    let mut browser = api.server.browser();
    let page = browser.get(&link).await;
    assert!(page.body.contains("You are invited to Kantoor De Vries"), "{}", page.body);
    assert_eq!(browser.sign_in_at("/sign-in", PIET, PASSWORD).await.status, 303);
    let joined = press(&mut browser, &link, "/join").await;
    assert!(joined.status == 200 && joined.body.contains("You belong to Kantoor De Vries"), "{}", joined.body);
    let piet = api.server.account_of(PIET).await;
    let member = format!("/organisations/{}/memberships/{piet}", api.server.organisation);
    let place = done(&api.get(&member, key).await);
    assert_eq!((&place["home"], &place["groups"]), (&json!(false), &json!(["BTW"])));
    // Whose account it is does not change, and it is looked after at home.
    let places = memberships_of(api.server.inner.state.db.reading(), piet).await.unwrap();
    assert!(places.iter().any(|place| place.organisation_id == home));
    refused(&api.get(&format!("/accounts/{piet}"), key).await, 404, "not_found");
}

async fn an_invitation_ends_with_its_key(engine: Engine) {
    let api = Api::start(&engine).await;
    let key = &api.key(OF_ONE, Some(api.server.organisation)).await;
    made(&api.post(&invitations(api.server.organisation), key, json!({ "email": NEW, "name": "Hanna" })).await);
    let link = link(&api.server, NEW).await;
    let state = &api.server.inner.state;
    let found = find_key_by_secret(state.db.reading(), key).await.unwrap().unwrap();
    let mut writer = state.db.writing().await.unwrap();
    end_key(&mut writer, found.id, state.now()).await.unwrap();
    writer.commit().await.unwrap();
    let page = api.server.browser().get(&link).await;
    assert!(page.status == 404 && page.body.contains("This invitation no longer works"), "{}", page.body);
    assert_eq!(find_account_by_login(state.db.reading(), NEW).await.unwrap(), None);
}

async fn an_invitation_is_withdrawn_once(engine: Engine) {
    let api = Api::start(&engine).await;
    let (key, other) = (&api.key(OF_ONE, Some(api.server.organisation)).await, &api.key(ALL, None).await);
    let path = invitations(api.server.organisation);
    let invitation = made(&api.post(&path, key, json!({ "email": NEW, "name": "Hanna" })).await);
    let link = link(&api.server, NEW).await;
    let one = format!("{path}/{}", text(&invitation, "id"));
    let seen = api.get(&one, other).await;
    let gone = || api.send(Method::DELETE, &one, Ask::with(key).matching(&seen));
    let (first, second) = tokio::join!(gone(), gone());
    let mut both = [first.status, second.status];
    both.sort_unstable();
    assert_eq!(both, [204, 404], "{} {}", first.body, second.body);
    assert_eq!(api.server.browser().get(&link).await.status, 404);
    assert_eq!(api.get(&path, key).await.json()["items"], json!([]));
    assert_eq!(api.events().await.iter().filter(|event| event.kind == "membership.withdraw").count(), 1);
}

async fn nobody_is_invited_beyond_the_key(engine: Engine) {
    let api = Api::start(&engine).await;
    let path = invitations(api.server.organisation);
    let few = &api.key("admin:accounts:read admin:accounts:write", Some(api.server.organisation)).await;
    let new = json!({ "email": NEW, "name": "Hanna", "role": "administrator" });
    refused(&api.post(&path, few, new).await, 403, "above_own_rights");
    for (wrong, field) in [
        (json!({ "email": "hanna", "name": "Hanna" }), "email"),
        (json!({ "email": NEW, "name": "" }), "name"),
        (json!({ "email": NEW, "name": "Win now: https://win.example" }), "name"),
        (json!({ "email": NEW, "name": "Hanna", "given_name": "a\nb" }), "given_name"),
        (json!({ "email": NEW, "name": "Hanna", "groups": [""] }), "groups"),
        (json!({ "email": NEW, "name": "Hanna", "external_id": "1" }), "external_id"),
    ] {
        assert_eq!(refused(&api.post(&path, few, wrong).await, 422, "invalid"), field);
    }
    assert_eq!(api.get(&path, few).await.json()["items"], json!([]));
}

async fn another_organisation_sees_nothing_of_it(engine: Engine) {
    let api = Api::start(&engine).await;
    let home = piet(&api).await;
    let (own, foreign) = (&api.key(OF_ONE, Some(api.server.organisation)).await, &api.key(OF_ONE, Some(home)).await);
    let path = invitations(api.server.organisation);
    let invitation = made(&api.post(&path, own, json!({ "email": PIET, "name": "Piet" })).await);
    let id = text(&invitation, "id");
    for path in [format!("{path}/{id}"), format!("{}/{id}", invitations(home)), path] {
        let answer = api.get(&path, foreign).await;
        refused(&answer, 404, "not_found");
        let ask = Ask::with(foreign).header("if-match", "*");
        let answer = api.send(Method::DELETE, &path, ask).await;
        assert!([404, 405].contains(&answer.status), "{}", answer.body);
    }
    assert_eq!(api.get(&invitations(home), foreign).await.json()["items"], json!([]));
    let audit = api.get("/audit", foreign).await.body;
    assert!(!audit.contains(id) && !audit.contains("membership.invite"), "{audit}");
}
