//! What the console shows of messages that left or did not, and sending them again.

use countersign::domain::ids::OutboxId;
use countersign::domain::{Language, Secret};
use countersign::features::accounts::InstanceRole;
use countersign::features::outbox::{Message as _, Recipient};
use countersign::features::two_factor::CodeMessage;

use super::{events, signed_in};
use crate::support::outbox::{ANNA, Row, post_for, post_mail, wait_until};
use crate::support::{Browser, Engine, MailServer, Manner, Server, TestClock, on_both_engines};

on_both_engines! {
    a_mail_that_was_refused_is_sent_again_once
    what_was_refused_and_is_too_old_is_erased_and_stays_unsent
    a_code_is_masked_on_the_page_and_in_the_html_and_is_never_sent_again
    an_invitation_is_sent_anew_and_the_old_link_ends
    a_test_text_message_goes_to_an_allowed_number_only
}

const ADA: &str = "ada@kantoor.nl";

fn page_of(id: OutboxId) -> String {
    format!("/admin/outbox/{id}")
}

/// A server whose mails are treated so, and an administrator; the first mail tells her of her passkey.
async fn office(engine: &Engine, manners: &[Manner]) -> (Server, MailServer, Browser) {
    let mut all = vec![Manner::Takes];
    all.extend(manners);
    let mail_server = MailServer::start(all).await;
    let server = Server::start_with(engine, TestClock::new(), |config| mail_server.receive_from(config)).await;
    let (ada, _) = signed_in(&server, ADA, InstanceRole::Administrator).await;
    for _ in 0..100 {
        if !mail_server.mails().is_empty() {
            return (server, mail_server, ada);
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("the first mail does not leave");
}

async fn a_mail_that_was_refused_is_sent_again_once(engine: Engine) {
    let refuses = Manner::RefusesRecipient("550 5.1.1 unknown");
    let (server, mail_server, mut ada) = office(&engine, &[refuses, Manner::Takes]).await;
    let id = post_mail(&server).await;
    let failed = wait_until(&server, id, Row::is_over).await;
    assert!(failed.failed_at.is_some() && !failed.contents.contains("Anna"), "it is kept, and sealed: {failed:?}");
    let page = ada.get(&page_of(id)).await;
    assert!(page.body.contains("Send again") && page.body.contains("a•••@kantoor.nl"), "{}", page.body);
    // An auditor sees it, and has no button.
    let (mut olga, _) = signed_in(&server, "olga@kantoor.nl", InstanceRole::Auditor).await;
    let seen = olga.get(&page_of(id)).await.body;
    assert!(seen.contains("Failed") && !seen.contains("Send again"), "{seen}");
    let csrf = page.field("csrf");
    let press = [("csrf", csrf.as_str()), ("act", "resend")];
    // A button that the page never had does nothing.
    for act in ["retry", "invite", "erase", ""] {
        let other = ada.post(&page_of(id), &[("csrf", csrf.as_str()), ("act", act)]).await;
        assert_eq!(other.location(), page_of(id), "{act}");
    }
    let mut second = ada.again(&server);
    let path = page_of(id);
    let (one, other) = tokio::join!(ada.post(&path, &press), second.post(&path, &press));
    let done = [one.location(), other.location()];
    assert_eq!(done.iter().filter(|to| to.ends_with("?done=resend")).count(), 1, "{done:?}");
    wait_until(&server, id, |row| row.sent_at.is_some()).await.assert_emptied();
    let to_anna = mail_server.mails().iter().filter(|mail| mail.contains("To: anna@kantoor.nl")).count();
    assert_eq!(to_anna, 1);
    let told = events(&server, "outbox.resend").await;
    assert_eq!((told.len(), told[0].subject.clone()), (1, Some(server.account.to_string())));
    assert_eq!(told[0].facts["message"], id.to_string());
    let page = ada.get(&page_of(id)).await.body;
    assert!(!page.contains("Send again") && page.contains("It is not sent twice"), "{page}");
}

async fn what_was_refused_and_is_too_old_is_erased_and_stays_unsent(engine: Engine) {
    let refuses = Manner::RefusesRecipient("550 5.1.1 unknown");
    let (server, mail_server, mut ada) = office(&engine, &[refuses, Manner::Takes]).await;
    let id = post_mail(&server).await;
    wait_until(&server, id, Row::is_over).await;
    let csrf = ada.get(&page_of(id)).await.field("csrf");
    // It was worth something for ten minutes; her proof is as old by then.
    server.clock.advance(4 * 60 + 50);
    assert!(ada.get(&page_of(id)).await.body.contains("Send again"));
    server.clock.advance(5 * 60 + 20);
    let page = ada.get(&page_of(id)).await.body;
    assert!(page.contains("worth nothing any more") && !page.contains("Send again") && !page.contains("Hello Anna"));
    let late = ada.post(&page_of(id), &[("csrf", &csrf), ("act", "resend")]).await;
    assert!(late.location().starts_with("/confirm?"), "{}", late.location());
    let state = &server.inner.state;
    let mut writer = state.db.writing().await.unwrap();
    assert!(!countersign::features::outbox::send_again(&mut writer, state, id, state.now()).await.unwrap());
    countersign::features::outbox::remove_old_messages(
        &mut writer,
        state.now().before(std::time::Duration::from_hours(1)),
        state.now(),
    )
    .await
    .unwrap();
    writer.commit().await.unwrap();
    wait_until(&server, id, |row| row.contents.is_empty()).await.assert_emptied();
    assert!(!mail_server.mails().iter().any(|mail| mail.contains("To: anna@kantoor.nl")));
    assert!(events(&server, "outbox.resend").await.is_empty());
}

async fn a_code_is_masked_on_the_page_and_in_the_html_and_is_never_sent_again(engine: Engine) {
    let server = Server::start_with(&engine, TestClock::new(), |config| {
        config.mail.smtp_url = Secret::new(String::new());
    })
    .await;
    let (mut ada, _) = signed_in(&server, ADA, InstanceRole::Administrator).await;
    let message = CodeMessage::samples().into_iter().find(|message| message.link.is_some()).unwrap();
    let secrets = [message.code.clone(), message.link.clone().unwrap()];
    let id = post_for(&server, Recipient::Mail(ANNA.parse().unwrap()), Language::English, 10, &message).await.unwrap();
    let page = ada.get(&page_of(id)).await;
    let html = ada.get(&format!("{}/html", page_of(id))).await;
    assert_eq!((page.status, html.status), (200, 200));
    for (what, body) in [("page", &page.body), ("html", &html.body)] {
        let body = body.replace("&#x2f;", "/");
        assert!(body.contains("••••••"), "{what}: {body}");
        for secret in &secrets {
            assert!(!body.contains(secret) && !body.contains(&secret.replace(' ', "")), "{what}: {body}");
        }
        assert!(!body.contains("/c/") && !body.contains("203.0.113"), "{what}: {body}");
    }
    let policy = html.header("content-security-policy");
    assert!(policy.contains("default-src 'none'") && policy.ends_with("sandbox"), "{policy}");
    assert!(!policy.contains("script-src"), "{policy}");
    let link = page.body.replace("&#x2f;", "/");
    assert!(link.contains(&format!("href=\"{}/html\" target=\"_blank\"", page_of(id))), "{link}");
    // Nobody else sees it.
    let (mut eva, _) = signed_in(&server, "eva@kantoor.nl", InstanceRole::Helpdesk).await;
    let mut anna = server.browser();
    assert_eq!(anna.sign_in_at("/sign-in", ANNA, crate::support::PASSWORD).await.status, 303);
    for browser in [&mut eva, &mut anna] {
        assert_eq!(browser.get(&format!("{}/html", page_of(id))).await.status, 404);
    }
    assert!(server.browser().get(&format!("{}/html", page_of(id))).await.location() == "/sign-in");
    server.clock.advance(11 * 60);
    let gone = wait_until(&server, id, Row::is_over).await;
    gone.assert_emptied();
    let (mut olga, _) = signed_in(&server, "olga@kantoor.nl", InstanceRole::Auditor).await;
    let page = olga.get(&page_of(id)).await.body;
    assert!(page.contains("A code cannot be sent again from here"), "{page}");
    assert_eq!(olga.get(&format!("{}/html", page_of(id))).await.status, 404);
}

async fn an_invitation_is_sent_anew_and_the_old_link_ends(engine: Engine) {
    let server = Server::start(&engine).await;
    let (mut ada, _) = signed_in(&server, ADA, InstanceRole::Administrator).await;
    let fields = [("organisation", "Bakker"), ("name", "Carla Bakker"), ("email", "carla@bakker.nl")];
    assert_eq!(ada.fill("/admin/organisations/new", &fields).await.status, 303);
    let link_in = |text: &str| text.split("/invite/").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
    let first = link_in(&server.mailbox().wait_for("carla@bakker.nl").await.text);
    let id = *countersign::features::outbox::list_messages(
        server.inner.state.db.reading(),
        &server.inner.state,
        (None, None),
        100,
    )
    .await
    .unwrap()
    .iter()
    .find(|message| message.template == "invitation")
    .map(|message| &message.id)
    .unwrap();
    wait_until(&server, id, Row::is_over).await;
    let page = ada.get(&page_of(id)).await;
    assert!(page.body.contains("Send a new invitation"), "{}", page.body);
    let csrf = page.field("csrf");
    let press = [("csrf", csrf.as_str()), ("act", "invite")];
    assert!(ada.post(&page_of(id), &press).await.location().ends_with("?done=invite"));
    let second = link_in(&server.mailbox().wait_for("carla@bakker.nl").await.text);
    assert_ne!(first, second);
    let mut carla = server.browser();
    assert_eq!(carla.get(&format!("/invite/{first}")).await.status, 404);
    let chosen = carla.fill(&format!("/invite/{second}"), &[("password", crate::support::PASSWORD)]).await;
    assert_eq!(chosen.status, 303, "{}", chosen.body);
    assert_eq!(events(&server, "outbox.resend").await.len(), 1);
    // Whoever came in needs none.
    server.clock.advance(1);
    let after = ada.get(&page_of(id)).await.body;
    assert!(!after.contains("Send a new invitation"), "{after}");
    assert_eq!(ada.post(&page_of(id), &press).await.location(), page_of(id));
}

async fn a_test_text_message_goes_to_an_allowed_number_only(engine: Engine) {
    let server = Server::start_with(&engine, TestClock::new(), |config| config.sms.daily_budget = 1).await;
    let (mut ada, _) = signed_in(&server, ADA, InstanceRole::Administrator).await;
    let mut send = async |number: &str| {
        let csrf = ada.get("/admin/settings").await.field("csrf");
        let fields = [("csrf", csrf.as_str()), ("channel", "sms"), ("number", number)];
        ada.post("/admin/settings", &fields).await
    };
    for (number, words) in [
        ("", "Enter a mobile number"),
        ("<anna>", "Enter a mobile number"),
        ("+1 212 555 0100", "No text messages go to this number"),
        ("020 123 45 67", "No text messages go to this number"),
    ] {
        let refused = send(number).await;
        assert!(refused.status == 422 && refused.body.contains(words), "{number}: {}", refused.body);
        assert!(refused.body.contains("There is a problem") && refused.body.contains("id=\"number-wrong\""));
    }
    let to = send("06 12345678").await.location().to_owned();
    let message = server.mailbox().wait_for("+31612345678").await;
    assert!(message.text.contains("This message shows"), "{}", message.text);
    let again = send("06 12345678").await;
    assert!(again.status == 422 && again.body.contains("are used up"), "{}", again.body);
    let told = events(&server, "outbox.test").await;
    assert_eq!((told.len(), told[0].personal["number"].as_str()), (1, Some("•• •• •• 78")));
    for _ in 0..50 {
        if ada.get(&to).await.body.contains("Text message: <span class=\"tag good\">Sent") {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("{}", ada.get(&to).await.body);
}
