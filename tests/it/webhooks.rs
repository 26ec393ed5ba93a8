//! Webhooks: others are told what happens, signed, once, and nobody waits for who does not answer.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use countersign::domain::Secret;
use countersign::domain::ids::WebhookId;
use countersign::features::accounts::InstanceRole;
use countersign::features::organisations::Role;
use countersign::features::webhooks::{
    NewWebhook, Webhook, add_webhook, enable_webhook, list_webhooks, remove_webhook,
};
use countersign::keys::WebhookSecret;
use serde_json::Value;
use tokio::net::TcpListener;

use crate::command_line::{json as printed, refused, run};
use crate::support::{Engine, PASSWORD, Server, Site, TestClock, on_both_engines};

on_both_engines! {
    what_happens_is_told_once_signed_and_without_personal_values
    who_does_not_answer_holds_up_nobody_and_is_switched_off_in_the_end
    who_is_gone_is_switched_off_at_once
    only_what_was_asked_for_is_told
}

/// Somebody who is told.
#[derive(Clone)]
pub(crate) struct Receiver {
    pub(crate) address: SocketAddr,
    status: Arc<Mutex<u16>>,
    told: Arc<Mutex<Vec<(HeaderMap, String)>>>,
}

impl Receiver {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let receiver = Self { address, status: Arc::new(Mutex::new(204)), told: Arc::default() };
        let answer = |State(receiver): State<Self>, headers: HeaderMap, body: Bytes| async move {
            let body = String::from_utf8(body.to_vec()).unwrap();
            receiver.told.lock().unwrap().push((headers, body));
            StatusCode::from_u16(*receiver.status.lock().unwrap()).unwrap()
        };
        let router = Router::new().fallback(answer).with_state(receiver.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        receiver
    }

    fn answer(&self, status: u16) {
        *self.status.lock().unwrap() = status;
    }

    pub(crate) fn of_kind(&self, kind: &str) -> Vec<(HeaderMap, String)> {
        let told = self.told.lock().unwrap();
        told.iter().filter(|(_, body)| serde_json::from_str::<Value>(body).unwrap()["type"] == kind).cloned().collect()
    }

    /// Whether it was signed with this secret, as its text was shown.
    pub(crate) fn assert_signed(&self, (headers, body): &(HeaderMap, String), secret: &str) {
        let bytes = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
        let header = |name: &str| headers[name].to_str().unwrap();
        let at = header("webhook-timestamp").parse().unwrap();
        let signature = WebhookSecret::from_bytes(Secret::new(bytes)).sign(header("webhook-id"), at, body);
        assert_eq!(header("webhook-signature"), signature, "at {}", self.address);
    }

    pub(crate) async fn wait_for(&self, kind: &str, count: usize) -> Vec<(HeaderMap, String)> {
        let begun = Instant::now();
        loop {
            let told = self.of_kind(kind);
            if told.len() >= count {
                return told;
            }
            assert!(begun.elapsed() < Duration::from_secs(12), "{kind} was told {} times", told.len());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

async fn start(engine: &Engine) -> Server {
    Server::start_with(engine, TestClock::new(), Site::open_to).await
}

async fn add(server: &Server, address: SocketAddr, kinds: &[&str]) -> (WebhookId, WebhookSecret) {
    add_at(server, &address.to_string(), kinds).await
}

pub(crate) async fn add_at(server: &Server, address: &str, kinds: &[&str]) -> (WebhookId, WebhookSecret) {
    let state = &server.inner.state;
    let new = NewWebhook {
        url: format!("http://{address}/in"),
        kinds: kinds.iter().map(|kind| (*kind).to_owned()).collect(),
        organisation_id: None,
    };
    let mut writer = state.db.writing().await.unwrap();
    let added = add_webhook(&mut writer, &state.vault, new, (state.now(), state.random.as_ref())).await.unwrap();
    writer.commit().await.unwrap();
    added
}

async fn sign_in(server: &Server) {
    let mut browser = server.browser();
    browser.sign_in_at("/sign-in", "anna", PASSWORD).await;
    assert_eq!(browser.get("/account").await.status, 200);
}

async fn found(server: &Server, id: WebhookId) -> Webhook {
    let all = list_webhooks(server.inner.state.db.reading()).await.unwrap();
    all.into_iter().find(|webhook| webhook.id == id).unwrap()
}

async fn wait_until(server: &Server, id: WebhookId, holds: impl Fn(&Webhook) -> bool) {
    let begun = Instant::now();
    while !holds(&found(server, id).await) {
        assert!(begun.elapsed() < Duration::from_mins(1), "{:?}", found(server, id).await);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn wait_until_off(server: &Server, id: WebhookId) {
    wait_until(server, id, |webhook| webhook.disabled_at.is_some()).await;
}

async fn what_happens_is_told_once_signed_and_without_personal_values(engine: Engine) {
    let server = start(&engine).await;
    // A second node does the same work, and yet everything is told once.
    let issuer = server.issuer.clone();
    let other = if engine.url.starts_with("postgres") {
        let join = |config: &mut countersign::config::Config| {
            Site::open_to(config);
            config.server.public_url = issuer.parse().unwrap();
        };
        Some(Server::start_with(&engine, server.clock.clone(), join).await)
    } else {
        None
    };
    let receiver = Receiver::start().await;
    sign_in(&server).await;
    server.clock.advance(1);
    let (_, secret) = add(&server, receiver.address, &[]).await;
    for _ in 0..5 {
        sign_in(other.as_ref().unwrap_or(&server)).await;
    }
    let told = receiver.wait_for("sign_in.password", 5).await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    let again = receiver.of_kind("sign_in.password");
    assert_eq!(again.len(), 5, "once each, and nothing from before it was added");
    for (headers, body) in &told {
        let header = |name: &str| headers[name].to_str().unwrap();
        let read: Value = serde_json::from_str(body).unwrap();
        assert_eq!(header("webhook-id"), read["data"]["id"]);
        assert_eq!(header("content-type"), "application/json");
        let at: i64 = header("webhook-timestamp").parse().unwrap();
        assert!((at - server.inner.state.now().seconds()).abs() < 60);
        assert_eq!(header("webhook-signature"), secret.sign(header("webhook-id"), at, body));
        assert_eq!(read["data"]["subject"], server.account.to_string());
        assert_eq!(read["data"]["organisation"], server.organisation.to_string());
        for personal in ["anna@kantoor.nl", "127.0.0.1", "Anna"] {
            assert!(!body.contains(personal), "{personal}: {body}");
        }
    }
}

async fn who_does_not_answer_holds_up_nobody_and_is_switched_off_in_the_end(engine: Engine) {
    // An answer is waited for longer than this test waits for those who do answer.
    let patient = |config: &mut countersign::config::Config| {
        Site::open_to(config);
        config.outbound.timeout_seconds = 15;
    };
    let server = Server::start_with(&engine, TestClock::new(), patient).await;
    server.hire("root@kantoor.nl", Role::Employee, InstanceRole::Administrator).await;
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (dead, _) = add_at(&server, &format!("localhost:{}", silent.local_addr().unwrap().port()), &["sign_in"]).await;
    let receiver = Receiver::start().await;
    add(&server, receiver.address, &["sign_in"]).await;
    for _ in 0..6 {
        sign_in(&server).await;
    }
    receiver.wait_for("sign_in.password", 6).await;

    let failing = Receiver::start().await;
    failing.answer(500);
    let (broken, secret) = add(&server, failing.address, &["sign_in"]).await;
    sign_in(&server).await;
    let first = failing.wait_for("sign_in.password", 1).await;
    server.clock.advance(10);
    let second = failing.wait_for("sign_in.password", 2).await;
    let id = |told: &(HeaderMap, String)| told.0["webhook-id"].clone();
    assert_eq!(id(&first[0]), id(&second[1]), "what is told again is called the same");
    assert_ne!(first[0].0["webhook-signature"], second[1].0["webhook-signature"], "and is signed for its moment");
    let at: i64 = second[1].0["webhook-timestamp"].to_str().unwrap().parse().unwrap();
    assert_eq!(second[1].0["webhook-signature"], secret.sign(id(&second[1]).to_str().unwrap(), at, &second[1].1));
    assert!(found(&server, broken).await.disabled_at.is_none());
    wait_until(&server, dead, |webhook| webhook.failing_since.is_some()).await;
    server.clock.advance(73 * 60 * 60);
    wait_until_off(&server, broken).await;
    wait_until_off(&server, dead).await;
    let mut mails = Vec::new();
    for _ in 0..2 {
        mails.push(server.mailbox().wait_for("root@kantoor.nl").await);
    }
    let told = mails.iter().any(|mail| mail.text.contains(&broken.to_string()));
    assert!(told, "{:?}", mails.iter().map(|mail| mail.text.clone()).collect::<Vec<_>>());

    // Switched on again, it is told what happens from then on.
    failing.answer(204);
    let before = failing.of_kind("sign_in.password").len();
    let state = &server.inner.state;
    let mut writer = state.db.writing().await.unwrap();
    assert!(enable_webhook(&mut writer, broken, state.now()).await.unwrap());
    assert!(!enable_webhook(&mut writer, broken, state.now()).await.unwrap());
    writer.commit().await.unwrap();
    server.clock.advance(1);
    sign_in(&server).await;
    failing.wait_for("sign_in.password", before + 1).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(failing.of_kind("sign_in.password").len(), before + 1);
    drop(silent);
}

async fn who_is_gone_is_switched_off_at_once(engine: Engine) {
    let server = start(&engine).await;
    let receiver = Receiver::start().await;
    receiver.answer(410);
    let (id, _) = add(&server, receiver.address, &[]).await;
    sign_in(&server).await;
    wait_until_off(&server, id).await;
    let mut writer = server.inner.state.db.writing().await.unwrap();
    assert!(remove_webhook(&mut writer, id).await.unwrap());
    assert!(!remove_webhook(&mut writer, id).await.unwrap());
    writer.commit().await.unwrap();
}

async fn only_what_was_asked_for_is_told(engine: Engine) {
    let server = start(&engine).await;
    let receiver = Receiver::start().await;
    add(&server, receiver.address, &["session"]).await;
    let mut browser = server.browser();
    browser.sign_in_at("/sign-in", "anna", PASSWORD).await;
    let csrf = browser.get("/account").await.field("csrf");
    browser.post("/sign-out", &[("csrf", &csrf)]).await;
    receiver.wait_for("session.sign_out", 1).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(receiver.told.lock().unwrap().len(), 1);
    // Where it may not be called, nobody connects.
    let engine = Engine::sqlite();
    let closed = Server::start(&engine).await;
    let quiet = Receiver::start().await;
    add(&closed, quiet.address, &[]).await;
    sign_in(&closed).await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert!(quiet.told.lock().unwrap().is_empty());
}

#[test]
fn webhooks_are_added_listed_and_removed_by_command() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    printed(&run(folder, &["migrate", "--json"]));
    let added = printed(&run(folder, &["webhook", "add", "https://siem.example.nl/in", "--kind", "sign_in", "--json"]));
    let secret = added["secret"].as_str().unwrap();
    let bytes = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
    assert_eq!(WebhookSecret::from_bytes(Secret::new(bytes)).bytes().len(), 32);
    let listed = run(folder, &["webhook", "list", "--json"]);
    assert!(!String::from_utf8_lossy(&listed.stdout).contains("whsec_"), "the secret is shown once");
    let listed = printed(&listed);
    assert_eq!((&listed[0]["state"], &listed[0]["kinds"]), (&"on".into(), &serde_json::json!(["sign_in"])));
    let raw = std::fs::read(folder.join("data/countersign.sqlite")).unwrap_or_default();
    let bytes = secret.as_bytes();
    assert!(!raw.windows(bytes.len()).any(|window| window == bytes), "it is sealed");
    for url in ["http://siem.example.nl/", "https://10.0.0.1/", "https://[::1]/", "https://a:b@siem.example.nl/"] {
        assert!(refused(&run(folder, &["webhook", "add", url])).contains("may not be called"), "{url}");
    }
    assert_eq!(run(folder, &["webhook", "add", "https://siem.example.nl/", "--kind", "%"]).status.code(), Some(2));
    let id = added["id"].as_str().unwrap();
    assert!(refused(&run(folder, &["webhook", "enable", id])).contains("that is off"));
    printed(&run(folder, &["webhook", "remove", id, "--json"]));
    assert!(refused(&run(folder, &["webhook", "remove", id])).contains("There is no webhook"));
    let events = String::from_utf8(run(folder, &["audit", "export"]).stdout).unwrap();
    assert!(events.contains("webhook.add") && events.contains("webhook.remove") && !events.contains("whsec_"));
}
