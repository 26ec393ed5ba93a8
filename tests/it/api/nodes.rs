//! Two nodes on one PostgreSQL: the same request is done once, and one of two changes wins.

use reqwest::Method;
use serde_json::json;

use super::{ALL, Api, Ask, done, made};
use crate::support::{Engine, Server, TestClock};

async fn two_nodes(engine: &Engine) -> (Api, Api) {
    let clock = TestClock::new();
    let first = Server::start_with(engine, clock.clone(), |_| {}).await;
    let issuer = first.issuer.clone();
    let second = Server::start_with(engine, clock, |config| config.server.public_url = issuer.parse().unwrap()).await;
    (Api::of(first).await, Api::of(second).await)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_reaches_both_nodes_is_done_once() {
    let (first, second) = Box::pin(two_nodes(&Engine::postgres().await)).await;
    let key = &first.key(ALL, None).await;
    let ask = || {
        let body = json!({ "name": "A", "metadata": { "grant_types": ["client_credentials"] } });
        Ask::with(key).body(body).header("idempotency-key", "one")
    };
    let both = futures_util::future::join_all((0..8).map(|n| {
        let node = if n % 2 == 0 { &first } else { &second };
        node.send(Method::POST, "/apps", ask())
    }));
    let answers = both.await;
    let app = made(&answers[0]);
    assert!(answers.iter().all(|answer| answer.json() == app));
    let all = done(&second.get("/apps?limit=200", key).await);
    assert_eq!(all["items"].as_array().unwrap().iter().filter(|one| one["name"] == "A").count(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_changes_at_two_nodes_one_is_made() {
    let (first, second) = Box::pin(two_nodes(&Engine::postgres().await)).await;
    let key = &first.key(ALL, None).await;
    let path = format!("/organisations/{}", first.server.organisation);
    for (path, bodies) in [
        (path.clone(), [json!({ "name": "A" }), json!({ "name": "B" })]),
        (format!("{path}/policy"), [json!({ "remembering": "never" }), json!({ "session_hours": 8 })]),
        ("/apps/portal".to_owned(), [json!({ "name": "A" }), json!({ "name": "B" })]),
    ] {
        let seen = first.get(&path, key).await;
        let [one, other] = bodies;
        let (one, other) = tokio::join!(
            first.send(Method::PATCH, &path, Ask::with(key).body(one).matching(&seen)),
            second.send(Method::PATCH, &path, Ask::with(key).body(other).matching(&seen)),
        );
        let mut both = [one.status, other.status];
        both.sort_unstable();
        assert_eq!(both, [200, 412], "{path}: {} {}", one.body, other.body);
    }
}
