//! The first start, health, the outbox and the settings.

use countersign::domain::Secret;
use countersign::features::accounts::{InstanceRole, find_account_by_login};
use countersign::features::invitations::invite;
use countersign::features::organisations::find_organisation;
use countersign::features::setup::add_setup_link;

use super::{events, signed_in};
use crate::support::{Authenticator, Engine, PASSWORD, Server, TestClock, on_both_engines};

on_both_engines! {
    the_printed_link_leads_to_a_passkey_and_then_to_the_console
    whoever_gives_up_half_way_begins_again_with_a_new_link
    whoever_chose_a_password_and_left_goes_on_with_the_same_link
    an_address_that_nobody_mailed_to_is_not_confirmed
    the_last_backup_and_its_failure_show
    health_tells_strangers_one_word_and_the_console_everything
    what_waits_in_the_outbox_shows_no_address_no_code_and_no_link
    a_test_mail_goes_to_whoever_asks_and_its_fate_is_shown
    the_settings_show_no_secret
}

const ADA: &str = "ada@kantoor.nl";

async fn setup_link(server: &Server) -> String {
    let state = &server.inner.state;
    let mut writer = state.db.writing().await.unwrap();
    let link = add_setup_link(&mut writer, state.now(), state.random.as_ref()).await.unwrap();
    writer.commit().await.unwrap();
    format!("/setup/{}", link.secret.expose())
}

const FORM: [(&str, &str); 3] = [("organisation", "Beheer"), ("name", "Bea Beheer"), ("email", "bea@beheer.nl")];

async fn the_printed_link_leads_to_a_passkey_and_then_to_the_console(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut browser = server.browser();
    let chooses = browser.fill(&setup_link(&server).await, &FORM).await.location().to_owned();
    let page = browser.get(&chooses).await;
    let csrf = page.field("csrf");
    let create = browser.post(&format!("{chooses}/passkey"), &[("csrf", &csrf)]).await.location().to_owned();
    let made = browser.create_at(&create, &mut Authenticator::new(), &server).await;
    assert_eq!(made.status, 200, "{}", made.body);
    let home = browser.get("/admin").await;
    assert!(home.status == 200 && home.body.contains("Instance admin"), "{} {}", home.status, home.body);
    assert!(home.body.contains("You are an administrator of this installation"));
    let told = events(&server, "setup.administrator").await;
    assert_eq!(told[0].subject, Some(server.account_of("bea@beheer.nl").await.to_string()));
}

async fn whoever_gives_up_half_way_begins_again_with_a_new_link(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut first = server.browser();
    let old = first.fill(&setup_link(&server).await, &FORM).await.location().to_owned();
    let mut second = server.browser();
    let new = second.fill(&setup_link(&server).await, &FORM).await.location().to_owned();
    assert_eq!(first.get(&old).await.status, 404, "a newer link replaces an older one");
    assert_eq!(second.get(&new).await.status, 200);
    assert_eq!(events(&server, "setup.administrator").await.len(), 2);
}

async fn whoever_chose_a_password_and_left_goes_on_with_the_same_link(engine: Engine) {
    let server = Server::start(&engine).await;
    let link = setup_link(&server).await;
    let chooses = server.browser().fill(&link, &FORM).await.location().to_owned();
    let enrol = server.browser().fill(&chooses, &[("password", PASSWORD)]).await;
    assert!(enrol.location().starts_with("/enrol/"), "{}", enrol.body);
    // Another browser, later: the page says how far it came, and looking changes nothing.
    let mut browser = server.browser();
    for _ in 0..2 {
        let page = browser.get(&link).await;
        assert!(page.status == 200 && page.body.contains("bea@beheer.nl"), "{}", page.body);
    }
    assert_eq!(browser.get(&chooses).await.status, 404);
    let anew = browser.fill(&link, &[]).await.location().to_owned();
    let csrf = browser.get(&anew).await.field("csrf");
    let create = browser.post(&format!("{anew}/passkey"), &[("csrf", &csrf)]).await.location().to_owned();
    assert_eq!(browser.create_at(&create, &mut Authenticator::new(), &server).await.status, 200);
    assert_eq!(browser.get("/admin").await.status, 200);
    // Now somebody has signed in: the link leads nowhere, and the password of before is gone.
    assert_eq!(server.browser().get(&link).await.status, 404);
    assert_eq!(browser.post(&link, &[("csrf", &csrf)]).await.status, 404);
    let before = server.browser().sign_in_at("/sign-in", "bea@beheer.nl", PASSWORD).await;
    assert!(before.body.contains("is not right"), "{} {}", before.status, before.body);
    // Nor does an older link lead on, once there is a newer one.
    let older = setup_link(&server).await;
    let other = [FORM[0], FORM[1], ("email", "cor@beheer.nl")];
    assert_eq!(server.browser().fill(&older, &other).await.status, 303);
    setup_link(&server).await;
    assert_eq!(server.browser().get(&older).await.status, 404);
}

async fn an_address_that_nobody_mailed_to_is_not_confirmed(engine: Engine) {
    let server = Server::start_with(&engine, TestClock::new(), |config| {
        config.mail.smtp_url = Secret::new(String::new());
    })
    .await;
    let mut browser = server.browser();
    let chooses = browser.fill(&setup_link(&server).await, &FORM).await.location().to_owned();
    let enrol = browser.fill(&chooses, &[("password", PASSWORD)]).await.location().to_owned();
    // The operator vouches for the place: without any mail the way leads on.
    let place = enrol.rsplit('/').next().unwrap();
    let (_, done) = browser.connect_app(&server, place).await;
    assert_eq!(done.status, 303, "{}", done.body);
    let home = browser.get("/admin").await;
    assert!(home.status == 200 && home.body.contains("Send yourself a test mail"), "{} {}", home.status, home.body);
    let db = server.inner.state.db.reading();
    let bea = find_account_by_login(db, "bea@beheer.nl").await.unwrap().unwrap();
    assert!(!bea.email_verified && bea.last_sign_in_at.is_some());
    // An invitation that was mailed does confirm it.
    let (mut ada, _) = signed_in(&server, ADA, InstanceRole::Administrator).await;
    let fields = [("organisation", "Bakker"), ("name", "Carla Bakker"), ("email", "carla@bakker.nl")];
    assert_eq!(ada.fill("/admin/organisations/new", &fields).await.status, 303);
    let state = &server.inner.state;
    let mut writer = state.db.writing().await.unwrap();
    let carla = find_account_by_login(&writer, "carla@bakker.nl").await.unwrap().unwrap();
    let home = find_organisation(&writer, carla.home_organisation_id).await.unwrap().unwrap();
    let link = invite(&mut writer, state, &carla, &home, None, state.now()).await.unwrap();
    writer.commit().await.unwrap();
    let path = format!("/invite/{}", link.expose().rsplit('/').next().unwrap());
    assert_eq!(server.browser().fill(&path, &[("password", PASSWORD)]).await.status, 303);
    let carla = find_account_by_login(state.db.reading(), "carla@bakker.nl").await.unwrap().unwrap();
    assert!(carla.email_verified);
}

async fn the_last_backup_and_its_failure_show(engine: Engine) {
    use countersign::features::backup::take_backup;
    let server = Server::start(&engine).await;
    let state = &server.inner.state;
    let (mut ada, _) = signed_in(&server, ADA, InstanceRole::Auditor).await;
    assert!(ada.get("/admin").await.body.contains("None was made with"));
    let file = engine.folder.path().join("first.backup");
    let written = take_backup(state, &file).await.unwrap();
    let home = ada.get("/admin").await.body;
    assert!(home.contains("Last made") && home.contains(&format!("with {} rows", written.rows)), "{home}");
    server.clock.advance(60);
    assert!(take_backup(state, &file).await.is_err(), "a backup is never replaced");
    let home = ada.get("/admin").await.body;
    assert!(home.contains("The last one failed"), "{home}");
    server.clock.advance(60);
    take_backup(state, &engine.folder.path().join("second.backup")).await.unwrap();
    assert!(ada.get("/admin").await.body.contains("Last made"));
}

async fn health_tells_strangers_one_word_and_the_console_everything(engine: Engine) {
    let server = Server::start(&engine).await;
    let answer = server.browser().get("/healthz").await;
    assert_eq!((answer.status, answer.body.as_str()), (200, r#"{"status":"good"}"#));
    let (mut ada, _) = signed_in(&server, ADA, InstanceRole::Auditor).await;
    server.mailbox().wait_for(ADA).await;
    let mut home = ada.get("/admin").await.body;
    for _ in 0..50 {
        // The mail arrives a moment before that is written down.
        if home.contains("Last sent") {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        home = ada.get("/admin").await.body;
    }
    for words in
        ["Database", "It takes changes", "Next rotation", "Last sent", "Sign-ins today", "This server speaks no TLS"]
    {
        assert!(home.contains(words), "{words}: {home}");
    }
    assert!(!home.contains("To begin with"), "an auditor has nothing to do there");
    // Clocks that run behind what was written show at once.
    server.clock.advance(-600);
    let late = server.browser().get("/healthz").await;
    assert_eq!((late.status, late.body.as_str()), (200, r#"{"status":"warning"}"#));
}

async fn what_waits_in_the_outbox_shows_no_address_no_code_and_no_link(engine: Engine) {
    let server = Server::start_with(&engine, TestClock::new(), |config| {
        config.mail.smtp_url = Secret::new(String::new());
    })
    .await;
    let (mut ada, _) = signed_in(&server, ADA, InstanceRole::Administrator).await;
    let fields = [("organisation", "Bakker"), ("name", "Carla Bakker"), ("email", "carla@bakker.nl")];
    assert_eq!(ada.fill("/admin/organisations/new", &fields).await.status, 303);
    let list = ada.get("/admin/outbox").await.body;
    assert!(list.contains("c•••@bakker.nl") && !list.contains("carla@bakker.nl"), "{list}");
    assert!(list.contains("Mail is off"), "{list}");
    assert!(ada.get("/admin/outbox?state=sent").await.body.contains("There is nothing here"));
    let row = list.split("invitation</a>").next().unwrap();
    let to = row.rsplit("href=\"").next().unwrap().split('"').next().unwrap().replace("&#x2f;", "/");
    let page = ada.get(&to).await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("••••••") && page.body.contains("Bakker"), "{}", page.body);
    assert!(!page.body.contains("/invite/") && !page.body.contains("&#x2f;invite&#x2f;"), "{}", page.body);
    let csrf = page.field("csrf");
    assert_eq!(ada.post(&to, &[("csrf", &csrf), ("act", "retry")]).await.location(), format!("{to}?done=retry"));
    assert_eq!(events(&server, "outbox.retry").await.len(), 1);
    // Once it is given up, nothing of it is left to see, nor to try.
    server.clock.advance(8 * 24 * 3600);
    tokio::time::sleep(std::time::Duration::from_millis(2500)).await;
    let (mut olga, _) = signed_in(&server, "olga@kantoor.nl", InstanceRole::Auditor).await;
    let page = olga.get(&to).await.body;
    assert!(page.contains("Erased") && page.contains("make a new one where it came from"), "{page}");
    assert!(!page.contains("Try now") && !page.contains("Carla"), "{page}");
    assert_eq!(olga.get("/admin/outbox/out_unknown").await.status, 404);
}

async fn a_test_mail_goes_to_whoever_asks_and_its_fate_is_shown(engine: Engine) {
    let server = Server::start(&engine).await;
    let (mut ada, _) = signed_in(&server, ADA, InstanceRole::Administrator).await;
    server.mailbox().wait_for(ADA).await;
    let fields = [("email", "mallory@evil.example"), ("to", "mallory@evil.example")];
    let to = ada.fill("/admin/settings", &fields).await.location().to_owned();
    let mail = server.mailbox().wait_for(ADA).await;
    assert_eq!(mail.subject.as_deref(), Some("Test message from Countersign"));
    for _ in 0..50 {
        if ada.get(&to).await.body.contains(">Sent<") {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("{}", ada.get(&to).await.body);
}

async fn the_settings_show_no_secret(engine: Engine) {
    let server = Server::start_with(&engine, TestClock::new(), |config| {
        config.sms.headers = Secret::new("Authorization: Bearer hunter2".to_owned());
    })
    .await;
    let (mut ada, _) = signed_in(&server, ADA, InstanceRole::Auditor).await;
    let page = ada.get("/admin/settings").await.body;
    assert!(page.contains("server.public_url") && page.contains("sign_in.session_idle_minutes"), "{page}");
    assert!(!page.contains("hunter2") && !page.contains(&engine.url.replace('/', "&#x2f;")), "{page}");
    assert!(!page.contains("Send test to me"), "an auditor sends nothing");
}
