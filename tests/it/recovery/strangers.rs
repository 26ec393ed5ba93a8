//! What strangers learn by asking, and how often they may.

use countersign::features::accounts::{InstanceRole, set_account_disabled};
use countersign::features::organisations::Role;
use countersign::features::passwords::{has_password, remove_password};

use super::{add_totp, ask, hire};
use crate::support::codes::{BRAM, number};
use crate::support::{Answer, Engine, Server, on_both_engines};

on_both_engines! {
    every_name_gets_the_same_answer
    requests_are_limited_by_name_and_by_network
}

async fn every_name_gets_the_same_answer(engine: Engine) {
    let server = Server::start(&engine).await;
    let state = &server.inner.state;
    hire(&server).await;
    for name in ["carla@kantoor.nl", "daan@kantoor.nl", "eva@kantoor.nl"] {
        server.hire(name, Role::Employee, InstanceRole::None).await;
    }
    let (off, without) = (server.account_of("carla@kantoor.nl").await, server.account_of("daan@kantoor.nl").await);
    let mut writer = state.db.writing().await.unwrap();
    set_account_disabled(&mut writer, off, true, state.now()).await.unwrap();
    remove_password(&mut writer, without).await.unwrap();
    writer.commit().await.unwrap();
    assert!(!has_password(state.db.reading(), without).await.unwrap());
    add_totp(&server, "eva@kantoor.nl").await;
    let names = [BRAM, "carla@kantoor.nl", "daan@kantoor.nl", "eva@kantoor.nl", "zoe@kantoor.nl", "nobody.at.all"];
    let mut all = Vec::new();
    for name in names {
        let mut browser = server.browser();
        let mut seen = Vec::new();
        let form = browser.get("/recover/own/password").await;
        let asked = browser.post("/recover/own/password", &[("csrf", &form.field("csrf")), ("username", name)]).await;
        let waiting = asked.location().to_owned();
        seen.push(plain(&asked, &waiting));
        seen.push(plain(&browser.get(&waiting).await, &waiting));
        for _ in 0..6 {
            seen.push(plain(&browser.fill(&waiting, &[("code", "000000")]).await, &waiting));
        }
        seen.push(plain(&browser.fill(&waiting, &[("code", "x")]).await, &waiting));
        seen.push(plain(&browser.get(&waiting).await, &waiting));
        all.push(seen);
    }
    for (name, seen) in names.iter().zip(&all) {
        assert_eq!(seen, &all[0], "{name}");
    }
    // The mailbox shows what the pages do not.
    assert_eq!(number(&server, "SELECT COUNT(*) AS n FROM outbox WHERE template = 'password_reset'").await, 3);
    assert_eq!(number(&server, "SELECT COUNT(*) AS n FROM password_resets").await, 6);
}

/// What somebody sees of an answer, without what is new in every one.
fn plain(answer: &Answer, waiting: &str) -> (u16, Vec<String>, String) {
    let escaped = waiting.replace('/', "&#x2f;");
    let mut body = answer.body.replace(waiting, "").replace(&escaped, "");
    if answer.status != 303 {
        body = body.replace(&answer.field("csrf"), "");
        let reference = answer.body.split("class=\"mono\">").nth(1).unwrap()[..7].to_owned();
        body = body.replace(&reference, "");
    }
    let mut headers: Vec<String> = answer
        .headers
        .iter()
        .filter(|(name, _)| !["date", "location", "x-request-id"].contains(&name.as_str()))
        .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
        .map(|line| if line.starts_with("set-cookie") { line.split('=').next().unwrap().to_owned() } else { line })
        .collect();
    headers.sort();
    (answer.status, headers, body)
}

async fn requests_are_limited_by_name_and_by_network(engine: Engine) {
    let server = Server::start(&engine).await;
    hire(&server).await;
    for name in [BRAM, "nobody@kantoor.nl"] {
        let mut browser = server.browser();
        for _ in 0..3 {
            ask(&mut browser, "own", name).await;
        }
        let spelled = name.to_uppercase();
        let answer = browser.fill("/recover/own/password", &[("username", &spelled)]).await;
        assert!(answer.status == 429 && answer.body.contains("asked too often"), "{}", answer.body);
        assert!(answer.header("retry-after").parse::<u64>().unwrap() > 1);
    }
    for n in 0..4 {
        ask(&mut server.browser(), "own", &format!("nobody{n}@kantoor.nl")).await;
    }
    let full = server.browser().fill("/recover/own/password", &[("username", "anna@kantoor.nl")]).await;
    assert_eq!(full.status, 429, "ten in an hour from one network");
    server.clock.advance(3601);
    ask(&mut server.browser(), "own", "anna@kantoor.nl").await;
}
