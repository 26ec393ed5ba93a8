//! Searching what happened, following it, and taking it along.

use std::time::Duration;

use countersign::config::Config;
use countersign::features::accounts::InstanceRole;
use countersign::features::organisations::Role;

use super::{events, signed_in};
use crate::support::{Answer, Browser, Engine, PASSWORD, Server, TestClock, on_both_engines};

on_both_engines! {
    one_box_finds_by_name_address_reference_app_and_organisation
    chips_days_and_pages_narrow_it
    what_was_found_is_exported_whole
    following_tells_what_happens_on_any_node_and_ends_with_the_visit
    a_search_looks_no_further_than_it_says
}

const ADA: &str = "ada@kantoor.nl";
const BRAM: &str = "bram@kantoor.nl";

/// Bram, who signed in once rightly and once wrongly, and Anna, who went to an app.
async fn office(server: &Server) -> Browser {
    let (ada, _) = signed_in(server, ADA, InstanceRole::Auditor).await;
    server.hire(BRAM, Role::Employee, InstanceRole::None).await;
    let mut bram = server.browser();
    bram.sign_in_at("/sign-in", BRAM, "not the password").await;
    bram.sign_in_at("/sign-in", BRAM, PASSWORD).await;
    server.code(&mut server.browser()).await;
    ada
}

fn found(page: &Answer) -> usize {
    assert_eq!(page.status, 200, "{}", page.body);
    page.body.matches("<pre").count()
}

async fn one_box_finds_by_name_address_reference_app_and_organisation(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut ada = office(&server).await;
    let bram = server.account_of(BRAM).await.to_string();
    let all = events(&server, "").await;
    let about_bram = all.iter().filter(|event| event.subject.as_deref() == Some(&bram)).count();
    assert!(about_bram >= 2);
    for q in ["Bram@Kantoor.nl", "person bram", &bram] {
        let page = ada.get(&format!("/admin/audit?q={}", q.replace(' ', "%20"))).await;
        assert_eq!(found(&page), about_bram, "{q}: {}", page.body);
        assert!(page.body.contains("Person bram@kantoor.nl"), "{}", page.body);
    }
    let wrong = all.iter().find(|event| event.outcome == "wrong_password").unwrap();
    let page = ada.get(&format!("/admin/audit?q={}", wrong.reference.to_lowercase())).await;
    assert!(found(&page) >= 1 && page.body.contains("Someone entered a wrong password"), "{}", page.body);
    let page = ada.get("/admin/audit?q=kantoorp").await;
    assert!(found(&page) >= 1 && page.body.contains("Went on to Kantoorportaal"), "by app: {}", page.body);
    assert!(found(&ada.get("/admin/audit?q=127.0.0.1").await) >= 3);
    let page = ada.get(&format!("/admin/audit?q={}", server.organisation)).await;
    assert!(found(&page) >= 3 && page.body.contains("Kantoor De Vries"), "{}", page.body);
    let nothing = ada.get("/admin/audit?q=%3Cscript%3E&what=apps").await;
    assert!(found(&nothing) == 0 && nothing.body.contains("You searched for “&lt;script&gt;”"), "{}", nothing.body);
    assert!(nothing.body.contains("Clear filters"));
    for wild in ["%25", "_", "'%20OR%201=1--"] {
        assert_eq!(found(&ada.get(&format!("/admin/audit?q={wild}")).await), 0, "{wild}");
    }
    assert_eq!(events(&server, "").await.len(), all.len(), "looking changes nothing");
}

async fn chips_days_and_pages_narrow_it(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut ada = office(&server).await;
    let failed = ada.get("/admin/audit?result=failed").await;
    assert!(failed.body.contains("wrong_password") && !failed.body.contains("Went on to"), "{}", failed.body);
    let apps = ada.get("/admin/audit?what=apps").await;
    assert!(apps.body.contains("Went on to") && !apps.body.contains("wrong_password"), "{}", apps.body);
    assert_eq!(found(&ada.get("/admin/audit?to=2020-01-01").await), 0);
    assert_eq!(found(&ada.get("/admin/audit?from=2099-01-01").await), 0);
    assert!(found(&ada.get("/admin/audit?from=2020-01-01&to=2099-01-01").await) >= 5);
    // What cannot be meant is left out.
    assert!(found(&ada.get("/admin/audit?from=yesterday&what=%3Cb%3E&result=x&before=y").await) >= 5);
    for _ in 0..30 {
        server.browser().sign_in_at("/sign-in", "nobody@kantoor.nl", PASSWORD).await;
    }
    let (mut seen, mut to) = (std::collections::BTreeSet::new(), "/admin/audit".to_owned());
    loop {
        let page = ada.get(&to).await;
        assert!(found(&page) <= 25);
        for id in page.body.split("&quot;id&quot;: &quot;aud_").skip(1) {
            assert!(seen.insert(id[..26].to_owned()), "shown twice: {id}");
        }
        let Some(older) = page.body.rfind("&amp;before=").or_else(|| page.body.rfind("?before=")) else { break };
        let id = page.body[older..].split('=').nth(1).unwrap().split('"').next().unwrap().to_owned();
        to = format!("/admin/audit?before={id}");
    }
    assert_eq!(seen.len(), events(&server, "").await.len());
}

async fn what_was_found_is_exported_whole(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut ada = office(&server).await;
    let state = &server.inner.state;
    let mut writer = state.db.writing().await.unwrap();
    for number in 0..1100 {
        let event = countersign::features::audit::Event::new(
            countersign::features::audit::Chain::Instance,
            "sign_in.password",
            "unknown",
        )
        .with("number", number)
        .with_personal("login", "=HYPERLINK(1)");
        let ink = countersign::features::audit::Ink::of(state, state.now());
        countersign::features::audit::record(&mut writer, ink, event).await.unwrap();
    }
    writer.commit().await.unwrap();
    let all = events(&server, "").await;
    let lines = ada.get("/admin/audit/export?format=json").await;
    assert_eq!(lines.header("content-type"), "application/x-ndjson");
    let ids: std::collections::BTreeSet<String> = lines
        .body
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["id"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!((ids.len(), lines.body.lines().count()), (all.len(), all.len()), "each once");
    let table = ada.get("/admin/audit/export?format=csv&result=failed&what=sign-ins").await;
    let mut csv = csv::Reader::from_reader(table.body.as_bytes());
    let rows: Vec<csv::StringRecord> = csv.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 1101);
    assert!(rows.iter().all(|row| row.iter().all(|cell| !cell.starts_with(['=', '+', '-', '@']))));
    assert!(rows.iter().any(|row| row.iter().any(|cell| cell == "Person bram@kantoor.nl")));
}

/// Reads a stream of events until something was told or so many seconds are over.
async fn told_within(server: &Server, browser: &Browser, path: &str, seconds: u64) -> Option<String> {
    let cookies: Vec<String> = browser.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let client = reqwest::Client::new();
    let request = client.get(format!("{}{path}", server.origin())).header("cookie", cookies.join("; "));
    let mut response = request.send().await.unwrap();
    assert_eq!(response.status(), 200);
    let mut text = String::new();
    let read = async {
        while let Some(chunk) = response.chunk().await.unwrap() {
            text.push_str(&String::from_utf8_lossy(&chunk));
            if let Some(told) = text.lines().find_map(|line| line.strip_prefix("data: ")) {
                return Some(told.to_owned());
            }
        }
        None
    };
    tokio::time::timeout(Duration::from_secs(seconds), read).await.ok().flatten()
}

async fn following_tells_what_happens_on_any_node_and_ends_with_the_visit(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut ada = office(&server).await;
    assert_eq!(ada.get("/admin/audit").await.status, 200);
    // SQLite takes one node.
    let other = if engine.url.starts_with("postgres") {
        let issuer = server.issuer.clone();
        let same = move |config: &mut Config| config.server.public_url = issuer.parse().unwrap();
        Some(Server::start_with(&engine, TestClock::new(), same).await)
    } else {
        None
    };
    let happens = async {
        tokio::time::sleep(Duration::from_millis(1500)).await;
        let place = other.as_ref().unwrap_or(&server);
        place.browser().sign_in_at("/sign-in", BRAM, "not the password").await;
    };
    let live = "/admin/audit/live?q=bram%40kantoor.nl&result=failed";
    let (told, ()) = tokio::join!(told_within(&server, &ada, live, 10), happens);
    assert_eq!(told.as_deref(), Some("1"));
    // What does not fit the filter is not told of, and when the visit ends so does the following.
    let quiet = async {
        server.browser().sign_in_at("/sign-in", BRAM, PASSWORD).await;
        tokio::time::sleep(Duration::from_millis(2500)).await;
        server.clock.advance(16 * 60);
    };
    let begun = std::time::Instant::now();
    let (told, ()) = tokio::join!(told_within(&server, &ada, live, 15), quiet);
    assert_eq!(told, None);
    assert!(begun.elapsed() < Duration::from_secs(10), "it ended with the visit");
}

async fn a_search_looks_no_further_than_it_says(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut ada = office(&server).await;
    let rare = events(&server, "sign_in.").await.iter().filter(|event| event.outcome == "wrong_password").count();
    assert_eq!(rare, 1);
    let state = &server.inner.state;
    server.clock.advance(1);
    let mut writer = state.db.writing().await.unwrap();
    for _ in 0..5_100 {
        let event = countersign::features::audit::Event::new(
            countersign::features::audit::Chain::Instance,
            "sign_in.password",
            "done",
        );
        let ink = countersign::features::audit::Ink::of(state, state.now());
        countersign::features::audit::record(&mut writer, ink, event).await.unwrap();
    }
    writer.commit().await.unwrap();
    let page = ada.get("/admin/audit?result=failed").await;
    assert!(found(&page) == 0 && page.body.contains("Look further back"), "{}", page.body);
    let older = page.body.split("before=").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let page = ada.get(&format!("/admin/audit?result=failed&before={older}")).await;
    assert!(found(&page) == 1 && page.body.contains("wrong_password"), "{}", page.body);
    // By person, nobody else is in the way.
    assert_eq!(found(&ada.get("/admin/audit?result=failed&q=bram%40kantoor.nl").await), 1);
}
