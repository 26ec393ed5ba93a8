//! Two nodes on one PostgreSQL: whatever one began, the other finishes.

use crate::support::{Engine, PASSWORD, Server, TestClock, query_of};

/// Two nodes that are called the same and share database and keys.
async fn two_nodes(engine: &Engine) -> (Server, Server) {
    let clock = TestClock::new();
    let first = Server::start_with(engine, clock.clone(), |_| {}).await;
    let issuer = first.issuer.clone();
    let second = Server::start_with(engine, clock, |config| config.server.public_url = issuer.parse().unwrap()).await;
    (first, second)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_of_one_node_is_redeemed_at_the_other_and_only_once() {
    let engine = Engine::postgres().await;
    let (first, second) = two_nodes(&engine).await;
    let code = first.code(&mut first.browser()).await;
    let mut tasks = Vec::new();
    let (first, second) = (std::sync::Arc::new(first), std::sync::Arc::new(second));
    for number in 0..50 {
        let node = if number % 2 == 0 { &first } else { &second };
        let (node, code) = (std::sync::Arc::clone(node), code.clone());
        tasks.push(tokio::spawn(async move { node.redeem(&code).await.status }));
    }
    let mut redeemed = 0;
    for task in tasks {
        redeemed += usize::from(task.await.unwrap() == 200);
    }
    assert_eq!(redeemed, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sign_in_that_began_at_one_node_is_finished_at_the_other() {
    let engine = Engine::postgres().await;
    let (first, second) = two_nodes(&engine).await;
    let mut at_first = first.browser();
    let form = at_first.get(&Server::authorize(&[])).await.location().to_owned();
    let mut at_second = second.browser();
    at_second.cookies.clone_from(&at_first.cookies);
    let done = at_second.sign_in_at(&form, "anna", PASSWORD).await;
    at_first.cookies.clone_from(&at_second.cookies);
    assert_eq!(at_first.get(done.location()).await.status, 200);
    let back = at_first.get(&form.replace("/sign-in/", "/authorize/")).await;
    let tokens = second.redeem(&query_of(back.location())["code"]).await.json();
    assert_eq!(first.userinfo(tokens["access_token"].as_str().unwrap()).await.status, 200);
    at_second.get("/account").await;
    let csrf = at_second.get("/account").await.field("csrf");
    at_second.post("/sign-out", &[("csrf", &csrf)]).await;
    let mut stale = first.browser();
    stale.cookies.clone_from(&at_first.cookies);
    assert_eq!(stale.get("/account").await.location(), "/sign-in", "signed out everywhere at once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_rotation_is_seen_by_the_other_node() {
    let engine = Engine::postgres().await;
    let (first, second) = two_nodes(&engine).await;
    second.browser().get("/jwks").await;
    countersign::features::signing::rotate(&first.inner.state).await.unwrap();
    let code = first.code(&mut first.browser()).await;
    let tokens = first.redeem(&code).await.json();
    let seen = async {
        while second.userinfo(tokens["access_token"].as_str().unwrap()).await.status != 200 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(10), seen).await.expect("the other node never saw the key");
}
