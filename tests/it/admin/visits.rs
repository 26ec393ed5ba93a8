//! How one comes in, and for how long.

use countersign::features::accounts::InstanceRole;
use countersign::features::organisations::Role;

use super::signed_in;
use crate::support::{Authenticator, AuthenticatorApp, Browser, Engine, PASSWORD, Server, on_both_engines};

on_both_engines! {
    a_visit_ends_without_use_and_by_age_and_the_session_lives_on
    an_authenticator_app_opens_the_console_and_a_recovery_code_does_not
    an_act_needs_a_proof_of_the_last_five_minutes_and_what_was_typed_is_kept
    the_menu_leads_to_the_console_only_whom_it_is_for
}

/// Ada with an authenticator app, just signed in with it.
async fn with_app(server: &Server) -> (Browser, AuthenticatorApp) {
    server.hire("ada@kantoor.nl", Role::Employee, InstanceRole::Administrator).await;
    let mut browser = server.browser();
    let enrol = browser.sign_in_at("/sign-in", "ada@kantoor.nl", PASSWORD).await.location().to_owned();
    let place = enrol.rsplit('/').next().unwrap().to_owned();
    let (app, done) = browser.connect_app(server, &place).await;
    assert_eq!(done.status, 303, "{}", done.body);
    (browser, app)
}

async fn a_visit_ends_without_use_and_by_age_and_the_session_lives_on(engine: Engine) {
    let server = Server::start_with(&engine, crate::support::TestClock::new(), |config| {
        config.sign_in.session_idle_minutes = 600;
    })
    .await;
    let (mut ada, mut authenticator) = signed_in(&server, "ada@kantoor.nl", InstanceRole::Administrator).await;
    assert_eq!(ada.get("/admin").await.status, 200);
    server.clock.advance(14 * 60);
    assert_eq!(ada.get("/admin").await.status, 200, "a page was opened less than a quarter of an hour ago");
    server.clock.advance(15 * 60);
    assert_eq!(ada.get("/admin").await.location(), "/confirm?next=%2Fadmin&anew=1");
    assert_eq!(ada.get("/account").await.status, 200);
    // Nor is the console entered with a proof that is not fresh.
    assert_eq!(ada.get("/admin").await.location(), "/confirm?next=%2Fadmin&anew=1");
    assert_eq!(ada.sign_in_with("confirm", &mut authenticator, &server).await.status, 200);
    for _ in 0..48 {
        assert_eq!(ada.get("/admin").await.status, 200);
        server.clock.advance(10 * 60);
    }
    server.clock.advance(60);
    assert_eq!(ada.get("/admin").await.location(), "/confirm?next=%2Fadmin&anew=1", "eight hours are over");
    assert_eq!(ada.get("/account").await.status, 200);
}

async fn an_authenticator_app_opens_the_console_and_a_recovery_code_does_not(engine: Engine) {
    let server = Server::start(&engine).await;
    let (mut ada, app) = with_app(&server).await;
    assert_eq!(ada.get("/admin").await.status, 200);
    let codes = ada.fill("/enrol/account/recovery_code", &[]).await;
    let items = codes.body.split("<li>").skip(1).map(|item| item.split('<').next().unwrap().to_owned());
    let code = items.into_iter().find(|code| code.len() == 17).unwrap_or_else(|| panic!("{}", codes.body));
    server.clock.advance(60);
    let mut other = server.browser();
    let second = other.sign_in_at("/sign-in", "ada@kantoor.nl", PASSWORD).await.location().to_owned();
    let by_code = format!("{second}/recovery_code");
    let half_way = other.fill(&by_code, &[("code", &code)]).await;
    assert!(half_way.location().starts_with("/enrol/"), "whoever used one sets something up first: {}", half_way.body);
    assert_eq!(other.get("/admin").await.location(), "/sign-in");
    // Nor does what is set up after it, in the same sign-in; and nobody is sent to and fro.
    let create = format!("{}/passkey", half_way.location());
    let made = other.create_at(&create, &mut Authenticator::new(), &server).await;
    assert_eq!(made.status, 200, "{}", made.body);
    assert_eq!(other.get("/account").await.status, 200);
    let asked = other.get("/admin").await.location().to_owned();
    assert_eq!(asked, "/confirm?next=%2Fadmin&anew=1");
    assert_eq!(other.get(&asked).await.status, 200);
    // The app does.
    let mut third = server.browser();
    let second = third.sign_in_at("/sign-in", "ada@kantoor.nl", PASSWORD).await.location().to_owned();
    assert_eq!(third.fill(&format!("{second}/totp"), &[("code", &app.code(&server, 0))]).await.status, 303);
    assert_eq!(third.get("/admin").await.status, 200);
}

async fn an_act_needs_a_proof_of_the_last_five_minutes_and_what_was_typed_is_kept(engine: Engine) {
    let server = Server::start(&engine).await;
    let (mut ada, mut authenticator) = signed_in(&server, "ada@kantoor.nl", InstanceRole::Administrator).await;
    let typed = [("organisation", "Bakker & Zn"), ("name", "Carla Bakker"), ("email", "carla@bakker.nl")];
    let form = "/admin/organisations/new";
    let csrf = ada.get(form).await.field("csrf");
    let mut all = vec![("csrf", csrf.as_str())];
    all.extend(typed);
    server.clock.advance(5 * 60 + 1);
    let rotate = ada.post("/admin/keys/rotate", &all[..1]).await;
    assert_eq!(rotate.location(), "/confirm?next=%2Fadmin%2Fkeys%2Frotate&anew=1");
    let asked = ada.post(form, &all).await.location().to_owned();
    assert!(asked.starts_with("/confirm?next=%2Fadmin%2Forganisations%2Fnew%3Forganisation%3D"), "{asked}");
    assert!(!asked.contains("csrf"), "{asked}");
    assert!(super::events(&server, "organisation.add").await.is_empty());
    let back = ada.get(&asked).await.field("next");
    assert_eq!(ada.sign_in_with("confirm", &mut authenticator, &server).await.status, 200);
    let page = ada.get(&back).await;
    for value in ["Bakker &amp; Zn", "Carla Bakker", "carla@bakker.nl"] {
        assert!(page.body.contains(&format!("value=\"{value}\"")), "{value}: {}", page.body);
    }
    // Nobody else leads an administrator to a form that is filled in already, nor to another one with the same values.
    for forged in [back.replace("Carla", "Mallory"), back.split("&kept").next().unwrap().to_owned(), form.to_owned()] {
        let page = ada.get(&forged).await;
        assert!(page.status == 200 && !page.body.contains("carla@bakker.nl"), "{forged}: {}", page.body);
    }
    let (mut eva, _) = signed_in(&server, "eva@kantoor.nl", InstanceRole::Administrator).await;
    assert!(!eva.get(&back).await.body.contains("carla@bakker.nl"));
    let csrf = page.field("csrf");
    all[0].1 = &csrf;
    assert!(ada.post(form, &all).await.location().ends_with("?done=add"));
}

async fn the_menu_leads_to_the_console_only_whom_it_is_for(engine: Engine) {
    let server = Server::start(&engine).await;
    let link = "<a href=\"&#x2f;admin\">Instance admin</a>";
    let (mut ada, _) = signed_in(&server, "ada@kantoor.nl", InstanceRole::Administrator).await;
    assert!(ada.get("/account").await.body.contains(link));
    let (mut eva, _) = signed_in(&server, "eva@kantoor.nl", InstanceRole::Helpdesk).await;
    assert!(!eva.get("/account").await.body.contains(link));
    // An auditor sees no requests to let somebody back in: those are for who may sign them.
    let (mut olga, _) = signed_in(&server, "olga@kantoor.nl", InstanceRole::Auditor).await;
    let home = olga.get("/admin").await.body;
    assert!(home.contains("Instance admin") && !home.contains("&#x2f;admin&#x2f;recovery"), "{home}");
    assert!(ada.get("/admin").await.body.contains("&#x2f;admin&#x2f;recovery"));
    assert_eq!(ada.get("/admin/recovery").await.location(), "/recovery-requests");
    assert_eq!(olga.get("/recovery-requests").await.status, 404);
}
