//! Connected apps (A7), and the apps of a session (A6).

use super::{BRAM, add_bram, send, signed_in};
use crate::support::{CLIENT, Engine, PASSWORD, Server, on_both_engines, query_of};

on_both_engines! {
    an_app_loses_its_access_and_must_ask_again
    nobody_removes_the_access_to_the_account_of_another
}

fn removal() -> String {
    format!("/account/apps/{CLIENT}/remove")
}

async fn an_app_loses_its_access_and_must_ask_again(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut anna = signed_in(&server, "anna").await;
    assert!(anna.get("/account/apps").await.body.contains("No app has access to your account."));
    let mut browser = server.browser();
    let request = Server::authorize(&[("scope", "openid profile offline_access"), ("prompt", "consent")]);
    let to_form = browser.get(&request).await.location().to_owned();
    let asked = browser.sign_in_at(&to_form, "anna", PASSWORD).await.location().to_owned();
    let complete = to_form.replace("/sign-in/", "/authorize/");
    let consent = to_form.replace("/sign-in/", "/consent/");
    browser.get(&asked).await;
    let given = send(&mut browser, (&consent, &consent), &[("decision", "allow")]).await;
    assert_eq!(browser.get(given.location()).await.status, 200);
    let code = query_of(browser.get(&complete).await.location())["code"].clone();
    let tokens = server.redeem(&code).await.json();
    let access = tokens["access_token"].as_str().unwrap();
    assert_eq!(server.userinfo(access).await.status, 200);
    let sessions = browser.get("/account/sessions").await.body;
    assert!(sessions.contains("Kantoorportaal") && sessions.contains("<dd>password</dd>"), "{sessions}");
    let page = anna.get("/account/apps").await.body;
    assert!(page.contains("Kantoorportaal") && page.contains("Your name"), "{page}");
    let confirm = anna.get(&removal()).await;
    assert!(confirm.status == 200 && confirm.body.contains("must ask again"), "{}", confirm.body);
    assert_eq!(server.userinfo(access).await.status, 200, "looking changes nothing");
    let done = send(&mut anna, (&removal(), &removal()), &[]).await;
    let page = anna.get(done.location()).await.body;
    assert!(page.contains("role=\"status\">Kantoorportaal has no access any more."), "{page}");
    assert_eq!(server.userinfo(access).await.status, 401);
    let refresh = tokens["refresh_token"].as_str().unwrap();
    let refused = server.token(&[("grant_type", "refresh_token"), ("refresh_token", refresh)]).await;
    assert_eq!((refused.status, refused.json()["error"].as_str()), (400, Some("invalid_grant")));
    assert_eq!(anna.get(&removal()).await.status, 404, "there is nothing left to remove");
    let activity = anna.get("/account/activity?what=apps").await.body;
    assert!(activity.contains("Access of Kantoorportaal was removed."), "{activity}");
}

async fn nobody_removes_the_access_to_the_account_of_another(engine: Engine) {
    let server = Server::start(&engine).await;
    add_bram(&server).await;
    let code = server.code(&mut server.browser()).await;
    let tokens = server.redeem(&code).await.json();
    let access = tokens["access_token"].as_str().unwrap();
    let mut bram = signed_in(&server, BRAM).await;
    assert!(!bram.get("/account/apps").await.body.contains("Kantoorportaal"));
    assert_eq!(bram.get(&removal()).await.status, 404);
    let csrf = bram.get("/account/profile").await.field("csrf");
    assert_eq!(bram.post(&removal(), &[("csrf", &csrf)]).await.status, 404);
    assert_eq!(bram.post("/account/apps/no-such-app/remove", &[("csrf", &csrf)]).await.status, 404);
    assert_eq!(server.userinfo(access).await.status, 200);
}
