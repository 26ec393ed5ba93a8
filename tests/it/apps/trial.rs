//! Trying the sign-in to an app, and every way in which that could be abused.

use countersign::domain::ids::TrialId;
use countersign::features::oidc::{find_trial, list_connections};
use serde_json::json;

use super::{administrator, events, fill, send};
use crate::admin::signed_in;
use crate::support::{Answer, Browser, CLIENT, Engine, REDIRECT, Server, on_both_engines};
use countersign::features::accounts::{InstanceRole, find_account_by_login};

on_both_engines! {
    a_trial_goes_all_the_way_and_leaves_nothing_behind
    somebody_elses_app_asks_for_consent_in_the_trial_only
    a_no_is_shown_at_its_step
    what_is_refused_at_once_begins_no_trial
    the_page_of_a_trial_is_no_address_of_the_app
    the_link_of_a_trial_opens_in_its_browser_only
    the_code_of_a_trial_is_nobody_elses
    the_answer_is_taken_once_and_only_with_what_the_trial_knows
    a_result_is_for_whoever_tried
    an_auditor_tries_nothing
    what_an_app_is_told_about_somebody_is_shown_and_written_down
}

/// Presses "Try sign-in" and returns where the browser is sent.
async fn begin(browser: &mut Browser, app: &str) -> String {
    let page = browser.get(&format!("/admin/apps/{app}")).await;
    let begun = browser.post(&format!("/admin/apps/{app}/try"), &[("csrf", &page.field("csrf"))]).await;
    assert_eq!(begun.status, 303, "{}", begun.body);
    begun.location().to_owned()
}

/// The values of the form that brings the answer, and where it goes.
fn answer_of(page: &Answer) -> (String, Vec<(String, String)>) {
    let text = page.body.replace("&#x2f;", "/").replace("&amp;", "&");
    let from = text.find("action=\"").unwrap_or_else(|| panic!("no form: {text}"));
    let from = text[from..].find("/admin/apps/").map_or_else(|| panic!("{text}"), |at| from + at);
    let action = text[from..from + text[from..].find('"').unwrap()].to_owned();
    let mut fields = Vec::new();
    for (at, _) in text.match_indices("type=\"hidden\" name=\"") {
        let rest = &text[at + 20..];
        let name = rest[..rest.find('"').unwrap()].to_owned();
        let value = &rest[rest.find("value=\"").unwrap() + 7..];
        fields.push((name, value[..value.find('"').unwrap()].to_owned()));
    }
    (action, fields)
}

async fn answer(browser: &mut Browser, page: &Answer) -> Answer {
    let (action, fields) = answer_of(page);
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    browser.post(&action, &fields).await
}

/// Says yes or no on the consent page, and returns the page with the answer.
async fn consent(browser: &mut Browser, path: &str, decision: &str) -> Answer {
    let page = browser.get(path).await;
    assert_eq!(page.status, 200, "{}", page.body);
    let returning = browser.post(path, &[("csrf", &page.field("csrf")), ("decision", decision)]).await;
    browser.get(returning.location()).await;
    browser.get(&path.replace("/consent/", "/authorize/")).await
}

async fn a_trial_goes_all_the_way_and_leaves_nothing_behind(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut ada = administrator(&server).await;
    let to = begin(&mut ada, CLIENT).await;
    assert!(to.starts_with("/authorize?client_id=portal&request_uri=urn"), "{to}");
    let page = ada.get(&to).await;
    assert_eq!(page.status, 200, "{}", page.body);
    let (_, fields) = answer_of(&page);
    let code = fields.iter().find(|(name, _)| name == "code").unwrap().1.clone();
    let done = answer(&mut ada, &page).await;
    assert_eq!(done.status, 303, "{}", done.body);
    let result = ada.get(done.location()).await;
    assert_eq!(result.status, 200, "{}", result.body);
    assert!(result.body.contains("The sign-in to Kantoorportaal works"), "{}", result.body);
    assert_eq!(result.body.matches("Passed</span>").count(), 6);
    for said in ["ada@kantoor.nl", "Kantoor De Vries", "keep people by this", "Person ada@kantoor.nl"] {
        assert!(result.body.contains(said), "{said}: {}", result.body);
    }
    // No token is on the page, and none of the grant is left.
    assert!(!result.body.contains("eyJ") && !result.body.contains(&code));
    let db = server.inner.state.db.reading();
    let app = countersign::features::clients::find_registered(db, CLIENT).await.unwrap().unwrap();
    assert_eq!(app.last_used_at, None, "a trial is no use of the app");
    let redeemed = server.redeem(&code).await;
    assert_eq!(redeemed.json()["error"], "invalid_grant");
    let ada_account = find_account_by_login(db, "ada@kantoor.nl").await.unwrap().unwrap();
    assert!(list_connections(db, ada_account.id, server.inner.state.now()).await.unwrap().is_empty());
    assert_eq!(crate::support::codes::number(&server, "SELECT COUNT(*) AS n FROM grants").await, 0);
    assert!(events(&server, "app.authorize").await.is_empty(), "the app was given nothing");
    // In the same millisecond the one may be written before the other.
    let outcomes: Vec<_> = events(&server, "app.try").await.iter().map(|event| event["outcome"].clone()).collect();
    assert!(outcomes.len() == 2 && outcomes.contains(&json!("begun")) && outcomes.contains(&json!("done")));
    // It is there as long as a sign-in may take that begins in the last minute of its request, and then no more.
    let trial: TrialId = done.location().rsplit('/').next().unwrap().parse().unwrap();
    let state = &server.inner.state;
    for (minutes, is_there) in [(0, true), (119, true), (120, false)] {
        let later = state.now().after(std::time::Duration::from_mins(minutes));
        let found = find_trial(state, trial, ada_account.id, later).await.unwrap();
        assert_eq!(found.is_some(), is_there, "{minutes}");
    }
}

async fn somebody_elses_app_asks_for_consent_in_the_trial_only(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut ada = administrator(&server).await;
    for _ in 0..2 {
        let to = begin(&mut ada, "foreign").await;
        let asked = ada.get(&to).await;
        assert!(asked.location().starts_with("/consent/"), "it is asked every time: {}", asked.location());
        let path = asked.location().to_owned();
        assert!(ada.get(&path).await.body.contains("portal.example"), "the host of the app is named");
        let page = consent(&mut ada, &path, "allow").await;
        let done = answer(&mut ada, &page).await;
        assert!(ada.get(done.location()).await.body.contains("The sign-in to Declaraties works"));
    }
    assert_eq!(crate::support::codes::number(&server, "SELECT COUNT(*) AS n FROM consents").await, 0);
    let real = ada.get(&Server::authorize(&[("client_id", "foreign")])).await;
    assert!(real.location().starts_with("/consent/"), "the app itself was given nothing");
}

async fn a_no_is_shown_at_its_step(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut ada = administrator(&server).await;
    let to = begin(&mut ada, "foreign").await;
    let path = ada.get(&to).await.location().to_owned();
    let page = consent(&mut ada, &path, "deny").await;
    let done = answer(&mut ada, &page).await;
    let result = ada.get(done.location()).await.body;
    assert!(result.contains("does not work yet") && result.contains("access_denied"), "{result}");
    assert_eq!((result.matches("Passed</span>").count(), result.matches("Failed</span>").count()), (3, 1));
    assert_eq!(result.matches("Not reached</span>").count(), 2);
}

async fn what_is_refused_at_once_begins_no_trial(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut ada = administrator(&server).await;
    let page = ada.get("/admin/apps/portal").await;
    let csrf = page.field("csrf");
    for foreign in ["https://evil.example/cb", "https://portal.example/callback/", &format!("{}/x", server.issuer)] {
        let refused = ada.post("/admin/apps/portal/try", &[("csrf", &csrf), ("redirect_uri", foreign)]).await;
        assert_eq!(refused.status, 422, "{foreign}");
        assert!(refused.body.contains("redirect_uri is not one of the registered addresses"));
    }
    assert_eq!(ada.post("/admin/apps/machine/try", &[("csrf", &csrf)]).await.status, 404);
    assert_eq!(ada.post("/admin/apps/nobody/try", &[("csrf", &csrf)]).await.status, 404);
    assert_eq!(ada.post("/admin/apps/portal/try", &[]).await.status, 403, "without the token of the form");
    assert_eq!(crate::support::codes::number(&server, "SELECT COUNT(*) AS n FROM trials").await, 0);
    let disabled = fill(&mut ada, "/admin/apps/portal/disable", &[]).await;
    assert_eq!(disabled.status, 303);
    let to = begin(&mut ada, CLIENT).await;
    assert_eq!(ada.get(&to).await.status, 400, "an app that is off signs nobody in, in a trial either");
}

async fn the_page_of_a_trial_is_no_address_of_the_app(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut ada = administrator(&server).await;
    let to = begin(&mut ada, CLIENT).await;
    let page = ada.get(&to).await;
    let (action, _) = answer_of(&page);
    let callback = format!("{}{action}", server.issuer);
    for browser in [&mut ada, &mut server.browser()] {
        let refused = browser.get(&Server::authorize(&[("redirect_uri", &callback)])).await;
        assert_eq!(refused.status, 400, "as a parameter it is any other address");
        assert!(refused.body.contains("redirect_uri is not one of the registered addresses"));
    }
}

async fn the_link_of_a_trial_opens_in_its_browser_only(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut ada = administrator(&server).await;
    let to = begin(&mut ada, CLIENT).await;
    // Somebody who is signed in, lured by the link, gives nothing away.
    let mut anna = server.browser();
    anna.sign_in_at("/sign-in", "anna@kantoor.nl", crate::support::PASSWORD).await;
    assert_eq!(anna.get(&to).await.status, 400);
    let (mut eve, _) = signed_in(&server, "eve@kantoor.nl", InstanceRole::Administrator).await;
    assert_eq!(eve.get(&to).await.status, 400, "another administrator either");
    assert_eq!(server.browser().get(&to).await.status, 400);
    // Nor is it another app's.
    let foreign = to.replace("client_id=portal", "client_id=foreign");
    assert_eq!(ada.get(&foreign).await.status, 400);
    let page = ada.get(&to).await;
    assert_eq!(page.status, 200);
    assert_eq!(answer(&mut ada, &page).await.status, 303);
    assert_eq!(ada.get(&to).await.status, 400, "it is used up");
}

async fn the_code_of_a_trial_is_nobody_elses(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut ada = administrator(&server).await;
    let to = begin(&mut ada, CLIENT).await;
    let page = ada.get(&to).await;
    let (action, fields) = answer_of(&page);
    let code = &fields.iter().find(|(name, _)| name == "code").unwrap().1;
    let callback = format!("{}{action}", server.issuer);
    for redirect_uri in [REDIRECT, &callback] {
        for verifier in [crate::support::VERIFIER, ""] {
            let sent = [
                ("grant_type", "authorization_code"),
                ("code", code),
                ("redirect_uri", redirect_uri),
                ("code_verifier", verifier),
            ];
            assert_eq!(server.token(&sent).await.json()["error"], "invalid_grant", "the app itself");
        }
    }
    // Trying that spoils nothing for whoever tries the sign-in.
    let done = answer(&mut ada, &page).await;
    assert!(ada.get(done.location()).await.body.contains("works"));
}

async fn the_answer_is_taken_once_and_only_with_what_the_trial_knows(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut ada = administrator(&server).await;
    let to = begin(&mut ada, CLIENT).await;
    let page = ada.get(&to).await;
    let (action, fields) = answer_of(&page);
    let with = |name: &str, value: &str| {
        let mut changed = fields.clone();
        changed.retain(|(known, _)| known != name);
        changed.push((name.to_owned(), value.to_owned()));
        changed
    };
    for wrong in [with("state", "guessed"), with("state", ""), Vec::new()] {
        let wrong: Vec<(&str, &str)> = wrong.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(ada.post(&action, &wrong).await.status, 404);
    }
    let foreign = action.replace("/portal/", "/foreign/");
    let same: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(ada.post(&foreign, &same).await.status, 404);
    let (mut eve, _) = signed_in(&server, "eve@kantoor.nl", InstanceRole::Administrator).await;
    assert_eq!(eve.post(&action, &same).await.status, 404, "another browser");
    assert_eq!(server.browser().post(&action, &same).await.location(), "/sign-in");
    let attempts: Vec<_> = (0..6)
        .map(|_| {
            let (mut tab, action, fields) = (ada.again(&server), action.clone(), fields.clone());
            tokio::spawn(async move {
                let same: Vec<(&str, &str)> =
                    fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
                tab.post(&action, &same).await.status
            })
        })
        .collect();
    let mut statuses = Vec::new();
    for attempt in attempts {
        statuses.push(attempt.await.unwrap());
    }
    assert_eq!(statuses.iter().filter(|status| **status == 303).count(), 1, "{statuses:?}");
    // A code that is not of this trial is no success.
    let to = begin(&mut ada, CLIENT).await;
    let page = ada.get(&to).await;
    let (action, fields) = answer_of(&page);
    let mut browser = server.browser();
    let other = server.code(&mut browser).await;
    let swapped: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (name.as_str(), if name == "code" { other.as_str() } else { value.as_str() }))
        .collect();
    let done = ada.post(&action, &swapped).await;
    assert!(ada.get(done.location()).await.body.contains("does not work yet"));
    assert_eq!(server.redeem(&other).await.status, 200, "the code of the app was not touched");
}

async fn a_result_is_for_whoever_tried(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut ada = administrator(&server).await;
    let to = begin(&mut ada, CLIENT).await;
    let page = ada.get(&to).await;
    let done = answer(&mut ada, &page).await.location().to_owned();
    assert_eq!(ada.get(&done).await.status, 200);
    let (mut eve, _) = signed_in(&server, "eve@kantoor.nl", InstanceRole::Administrator).await;
    assert_eq!(eve.get(&done).await.status, 404);
    assert_eq!(ada.get(&done.replace("/portal/", "/foreign/")).await.status, 404);
}

async fn an_auditor_tries_nothing(engine: Engine) {
    let server = Server::start(&engine).await;
    let (mut olga, _) = signed_in(&server, "olga@kantoor.nl", InstanceRole::Auditor).await;
    let page = olga.get("/admin/apps/portal").await;
    assert_eq!(page.status, 200);
    let text = page.body.replace("&#x2f;", "/");
    for missing in ["/try\"", "/change\"", "/disable\"", "/remove\"", "/secrets\""] {
        assert!(!text.contains(missing), "{missing}");
    }
    let csrf = page.field("csrf");
    for act in ["try", "change", "disable", "enable", "remove", "secrets", "preview"] {
        let answer = olga.post(&format!("/admin/apps/portal/{act}"), &[("csrf", &csrf)]).await;
        assert_eq!(answer.status, 404, "{act}");
    }
    assert_eq!(olga.get("/admin/apps/new").await.status, 404);
    let copy = olga.get("/admin/apps/portal/copy").await;
    assert!(copy.status == 200 && !copy.body.replace("&#x2f;", "/").contains("/try\""));
}

async fn what_an_app_is_told_about_somebody_is_shown_and_written_down(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut ada = administrator(&server).await;
    let page = ada.get("/admin/apps/portal/preview").await;
    let nobody = send(&mut ada, "/admin/apps/portal/preview", &page, &[("who", "nobody@kantoor.nl")]).await;
    assert!(nobody.status == 422 && nobody.body.contains("Nobody here has this"));
    assert!(events(&server, "app.preview").await.is_empty());
    let shown = send(&mut ada, "/admin/apps/portal/preview", &page, &[("who", "anna")]).await;
    assert_eq!(shown.status, 200, "{}", shown.body);
    // The same claims as a sign-in brings.
    let tokens = server.redeem(&server.code(&mut server.browser()).await).await.json();
    let told = server.userinfo(tokens["access_token"].as_str().unwrap()).await.json();
    let text = shown.body.replace("&#x2f;", "/").replace("&quot;", "\"").replace("&#34;", "\"");
    for (name, value) in told.as_object().unwrap() {
        assert!(text.contains(&format!("<code>{value}</code>")), "{name} {value}: {text}");
    }
    let looked = events(&server, "app.preview").await;
    assert_eq!(looked[0]["subject"], server.account.to_string());
    assert_eq!(looked[0]["client_id"], "portal");
}
