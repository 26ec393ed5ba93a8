//! Webhooks in the console.

use countersign::features::accounts::InstanceRole;
use serde_json::Value;

use super::{events, signed_in};
use crate::support::{Browser, Engine, Server, Site, TestClock, on_both_engines};
use crate::webhooks::Receiver;

on_both_engines! {
    a_webhook_is_added_tried_paused_and_removed
    what_is_typed_wrong_is_kept_and_named
    an_auditor_sees_webhooks_and_changes_none
}

const ADA: &str = "ada@kantoor.nl";

async fn start(engine: &Engine) -> (Server, Browser) {
    let server = Server::start_with(engine, TestClock::new(), Site::open_to).await;
    let (ada, _) = signed_in(&server, ADA, InstanceRole::Administrator).await;
    (server, ada)
}

/// Adds one, and gives its page and the secret that was shown.
async fn add(server: &Server, ada: &mut Browser, url: &str, kinds: &str) -> (String, String) {
    let page = ada.fill("/admin/webhooks/new", &[("url", url), ("kinds", kinds), ("organisation", "")]).await;
    assert_eq!(page.status, 200, "{}", page.body);
    let secret = page.body.split("whsec_").nth(1).unwrap_or_else(|| panic!("{}", page.body));
    let secret = format!("whsec_{}", secret.split('<').next().unwrap().replace("&#x2f;", "/"));
    let added = events(server, "webhook.add").await;
    (format!("/admin/webhooks/{}", added.last().unwrap().facts["webhook"].as_str().unwrap()), secret)
}

/// Presses a button of the page.
async fn press(browser: &mut Browser, page: &str, act: &str) -> String {
    let csrf = browser.get(page).await.field("csrf");
    browser.post(&format!("{page}/{act}"), &[("csrf", &csrf)]).await.location().to_owned()
}

async fn a_webhook_is_added_tried_paused_and_removed(engine: Engine) {
    let (server, mut ada) = start(&engine).await;
    let (receiver, other) = (Receiver::start().await, Receiver::start().await);
    let (page, secret) = add(&server, &mut ada, &format!("http://{}/in", receiver.address), "factor.add\n").await;
    add(&server, &mut ada, &format!("http://{}/in", other.address), "").await;
    let shown = ada.get(&page).await.body;
    assert!(!shown.contains("whsec_") && shown.contains("factor.add"), "the secret shows once: {shown}");
    assert_eq!(press(&mut ada, &page, "test").await, format!("{page}?done=test"));
    let told = receiver.wait_for("webhook.test", 1).await;
    let body: Value = serde_json::from_str(&told[0].1).unwrap();
    assert_eq!(body["data"]["actor"], server.account_of(ADA).await.to_string());
    receiver.assert_signed(&told[0], &secret);
    let mut shown = String::new();
    for _ in 0..50 {
        shown = ada.get(&page).await.body;
        if shown.contains("It answered 204") {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert!(shown.contains("Delivered") && shown.contains("webhook.test"), "{shown}");
    // Nobody else is told of a try, and one that asked for other kinds is told of nothing else.
    assert!(other.of_kind("webhook.test").is_empty());
    other.wait_for("webhook.add", 1).await;
    assert!(receiver.of_kind("webhook.add").is_empty());
    // In two tabs it is paused once.
    assert_eq!(press(&mut ada, &page, "pause").await, format!("{page}?done=pause"));
    assert_eq!(press(&mut ada, &page, "pause").await, page);
    assert_eq!(press(&mut ada, &page, "test").await, page, "one that is off is not tried");
    assert!(ada.get("/admin/webhooks").await.body.contains("Off"));
    server.clock.advance(1);
    assert_eq!(press(&mut ada, &page, "enable").await, format!("{page}?done=enable"));
    assert!(ada.get(&format!("{page}/remove")).await.body.contains("Remove this webhook?"));
    assert_eq!(press(&mut ada, &page, "remove").await, "/admin/webhooks?done=remove");
    assert_eq!(ada.get(&page).await.status, 404);
    let kinds: Vec<String> = events(&server, "webhook.").await.into_iter().map(|event| event.kind).collect();
    for (kind, count) in [("add", 2), ("test", 1), ("disable", 1), ("enable", 1), ("remove", 1)] {
        let found = kinds.iter().filter(|known| **known == format!("webhook.{kind}")).count();
        assert_eq!(found, count, "{kind}: {kinds:?}");
    }
}

async fn what_is_typed_wrong_is_kept_and_named(engine: Engine) {
    let (server, mut ada) = start(&engine).await;
    for (field, value, words) in [
        ("url", "siem", "Enter an address like"),
        ("url", "http://siem.example/in", "This address may not be called"),
        ("url", "https://10.0.0.1/in", "This address may not be called"),
        ("kinds", "Sign In", "Write kinds in small letters"),
        ("organisation", "org_1", "Choose an organisation from the list"),
    ] {
        let mut fields = vec![("url", "https://siem.example.nl/in"), ("kinds", "sign_in"), ("organisation", "")];
        fields.retain(|(name, _)| *name != field);
        fields.push((field, value));
        let answer = ada.fill("/admin/webhooks/new", &fields).await;
        assert!(answer.status == 422 && answer.body.contains(words), "{field} {value}: {}", answer.body);
        assert!(answer.body.contains("There is a problem") && answer.body.contains(&format!("id=\"{field}-wrong\"")));
        if field != "organisation" {
            let kept = answer.body.replace("&#x2f;", "/");
            assert!(kept.contains(value), "{value} is kept: {kept}");
        }
    }
    assert!(events(&server, "webhook.").await.is_empty());
}

async fn an_auditor_sees_webhooks_and_changes_none(engine: Engine) {
    let (server, mut ada) = start(&engine).await;
    let (page, _) = add(&server, &mut ada, "https://siem.example.nl/in", "").await;
    let (mut olga, _) = signed_in(&server, "olga@kantoor.nl", InstanceRole::Auditor).await;
    let seen = olga.get(&page).await;
    assert!(seen.status == 200 && seen.body.contains("siem.example.nl"), "{}", seen.body);
    assert!(!seen.body.contains("Pause") && !seen.body.contains("Send a test event"), "{}", seen.body);
    let csrf = seen.field("csrf");
    for act in ["test", "pause", "enable", "remove", "other"] {
        assert_eq!(olga.post(&format!("{page}/{act}"), &[("csrf", &csrf)]).await.status, 404, "{act}");
    }
    assert_eq!(olga.get("/admin/webhooks/new").await.status, 404);
    // Nor does anybody without a fresh proof.
    let csrf = ada.get(&page).await.field("csrf");
    server.clock.advance(6 * 60);
    let asked = ada.post(&format!("{page}/pause"), &[("csrf", &csrf)]).await;
    assert!(asked.location().starts_with("/confirm?next=%2Fadmin%2Fwebhooks%2F"), "{}", asked.location());
    assert_eq!(ada.get("/admin/webhooks/whk_unknown").await.status, 404);
    assert_eq!(events(&server, "webhook.").await.len(), 1);
}
