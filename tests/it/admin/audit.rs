//! Searching what happened, following it, and taking it along.

use std::time::Duration;

use countersign::config::Config;
use countersign::features::accounts::InstanceRole;
use countersign::features::audit::Recorded;
use countersign::features::organisations::Role;

use super::{events, signed_in};
use crate::support::{Answer, Browser, Engine, PASSWORD, Server, TestClock, on_both_engines};

on_both_engines! {
    one_box_finds_by_name_address_reference_app_and_organisation
    chips_days_and_pages_narrow_it
    what_was_found_is_exported_whole
    an_export_is_a_fresh_act_of_a_form_of_our_own
    whoever_may_look_no_more_gets_no_further_part
    a_third_stream_of_one_person_waits_for_a_place
    following_alone_keeps_no_visit_open
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
    // What is written down about it is later than all of it.
    server.clock.advance(1);
    let lines = take_along(&mut ada, &[("format", "json")]).await;
    assert_eq!(lines.header("content-type"), "application/x-ndjson");
    let ids: std::collections::BTreeSet<String> = lines
        .body
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["id"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!((ids.len(), lines.body.lines().count()), (all.len(), all.len()), "each once");
    let narrowed = [("format", "csv"), ("result", "failed"), ("what", "sign-ins"), ("q", "unknown")];
    let table = take_along(&mut ada, &narrowed[..3]).await;
    let mut csv = csv::Reader::from_reader(table.body.as_bytes());
    let rows: Vec<csv::StringRecord> = csv.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 1101);
    assert!(rows.iter().all(|row| row.iter().all(|cell| !cell.starts_with(['=', '+', '-', '@']))));
    assert!(rows.iter().any(|row| row.iter().any(|cell| cell == "Person bram@kantoor.nl")));
    // That it was taken along is written down: with what, how much, and by whom.
    assert_eq!(take_along(&mut ada, &narrowed).await.status, 200);
    let told = ended(&server, 3).await;
    let counts: Vec<Option<u64>> = told.iter().map(|event| event.facts["count"].as_u64()).collect();
    assert_eq!(counts, [Some(all.len() as u64), Some(1101), Some(0)]);
    let ada = server.account_of(ADA).await.to_string();
    for event in &told {
        assert_eq!((event.outcome.as_str(), event.actor.as_deref()), ("done", Some(ada.as_str())));
    }
    assert_eq!((&told[1].facts["filter"]["result"], &told[1].facts["format"]), (&"failed".into(), &"csv".into()));
    assert_eq!(told[2].personal["search"], "unknown");
    let begun = events(&server, "audit.export").await.into_iter().filter(|event| event.outcome == "begun").count();
    assert_eq!(begun, 3);
}

/// Sends the form that takes along what is found.
async fn take_along(browser: &mut Browser, fields: &[(&str, &str)]) -> Answer {
    let csrf = browser.get("/admin/audit").await.field("csrf");
    let mut all = vec![("csrf", csrf.as_str())];
    all.extend(fields);
    browser.post("/admin/audit/export", &all).await
}

/// The exports that have ended, once there are so many.
async fn ended(server: &Server, count: usize) -> Vec<Recorded> {
    for _ in 0..100 {
        let mut told = events(server, "audit.export").await;
        told.retain(|event| event.outcome != "begun");
        if told.len() == count {
            return told;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{:?}", events(server, "audit.export").await);
}

async fn an_export_is_a_fresh_act_of_a_form_of_our_own(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut ada = office(&server).await;
    assert_eq!(ada.get("/admin/audit/export?format=json").await.status, 405);
    let csrf = ada.get("/admin/audit").await.field("csrf");
    let fields = [("csrf", csrf.as_str()), ("format", "json")];
    assert_eq!(ada.post("/admin/audit/export", &fields[1..]).await.status, 403, "without the token of the form");
    let foreign = ada.post_with("/admin/audit/export", &[("sec-fetch-site", "cross-site")], &fields).await;
    assert_eq!(foreign.status, 403);
    // Six minutes after the proof the way leads past it, and back to what was searched for.
    server.clock.advance(6 * 60);
    let narrowed = [("csrf", csrf.as_str()), ("format", "csv"), ("q", "bram@kantoor.nl"), ("result", "failed")];
    let asked = ada.post("/admin/audit/export", &narrowed).await;
    let to = "/confirm?next=%2Fadmin%2Faudit%3Fq%3Dbram%2540kantoor.nl%26result%3Dfailed&anew=1";
    assert_eq!(asked.location(), to, "{}", asked.body);
    assert!(events(&server, "audit.export").await.is_empty(), "nothing has left, and nothing was written down");
    let form = ada.get(to).await;
    assert_eq!(form.field("next"), "/admin/audit?q=bram%40kantoor.nl&result=failed");
}

/// Adds so many events, each of ten thousand bytes.
async fn bulky(server: &Server, count: usize) {
    use countersign::features::audit::{Chain, Event, Ink, record};
    let state = &server.inner.state;
    let mut writer = state.db.writing().await.unwrap();
    for _ in 0..count {
        let event = Event::new(Chain::Instance, "sign_in.password", "unknown").with("text", "x".repeat(10_000));
        record(&mut writer, Ink::of(state, state.now()), event).await.unwrap();
    }
    writer.commit().await.unwrap();
}

/// Begins to take everything along, and reads no more than the first bytes.
async fn begin_export(server: &Server, browser: &mut Browser) -> reqwest::Response {
    let csrf = browser.get("/admin/audit").await.field("csrf");
    let cookies: Vec<String> = browser.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let request = reqwest::Client::new()
        .post(format!("{}/admin/audit/export", server.origin()))
        .header("cookie", cookies.join("; "))
        .header("sec-fetch-site", "same-origin")
        .form(&[("csrf", csrf.as_str()), ("format", "json")]);
    request.send().await.unwrap()
}

async fn whoever_may_look_no_more_gets_no_further_part(engine: Engine) {
    use countersign::features::admin::{Doer, change_instance_role};
    let server = Server::start(&engine).await;
    let mut ada = office(&server).await;
    bulky(&server, 2_500).await;
    let mut begun = begin_export(&server, &mut ada).await;
    assert_eq!(begun.status(), 200);
    let mut read = begun.chunk().await.unwrap().unwrap().len();
    let state = &server.inner.state;
    let mut writer = state.db.writing().await.unwrap();
    let (by, account) = (Doer::command_line(state.now()), server.account_of(ADA).await);
    change_instance_role(&mut writer, state, &by, account, InstanceRole::None).await.unwrap();
    writer.commit().await.unwrap();
    let broken = loop {
        match begun.chunk().await {
            Ok(Some(bytes)) => read += bytes.len(),
            Ok(None) => break false,
            Err(_) => break true,
        }
    };
    assert!(broken, "the file is seen not to be whole");
    assert!(read < 2_000 * 10_000, "{read}");
    let told = ended(&server, 1).await;
    assert_eq!(told[0].outcome, "stopped");
    assert!(told[0].facts["count"].as_u64().is_some_and(|count| (500..2_000).contains(&count)), "{:?}", told[0].facts);
}

async fn a_third_stream_of_one_person_waits_for_a_place(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut ada = office(&server).await;
    bulky(&server, 2_500).await;
    let first = begin_export(&server, &mut ada).await;
    let second = begin_export(&server, &mut ada).await;
    assert_eq!((first.status().as_u16(), second.status().as_u16()), (200, 200));
    let third = take_along(&mut ada, &[("format", "csv")]).await;
    assert!(third.status == 429 && third.body.contains("Too many exports at once"), "{}", third.body);
    // Whoever went away took no more along, which is written down, and leaves a place.
    drop(first);
    let told = ended(&server, 1).await;
    assert_eq!(told[0].outcome, "cut");
    assert_eq!(take_along(&mut ada, &[("format", "csv"), ("result", "done")]).await.status, 200);
    drop(second);
    // Following has places of its own.
    let follow = async || {
        let cookies: Vec<String> = ada.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let live = reqwest::Client::new().get(format!("{}/admin/audit/live", server.origin()));
        live.header("cookie", cookies.join("; ")).send().await.unwrap()
    };
    let (one, other) = (follow().await, follow().await);
    assert_eq!((one.status().as_u16(), other.status().as_u16(), follow().await.status().as_u16()), (200, 200, 429));
    drop(one);
    let mut left = follow().await;
    for _ in 0..50 {
        if left.status() == 200 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
        left = follow().await;
    }
    panic!("no place became free");
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

async fn following_alone_keeps_no_visit_open(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut ada = office(&server).await;
    assert_eq!(ada.get("/admin/audit").await.status, 200);
    // A page that follows connects anew and fetches itself, minute after minute, while nobody presses anything.
    for _ in 0..14 {
        server.clock.advance(60);
        assert_eq!(told_within(&server, &ada, "/admin/audit/live?q=nothing", 1).await, None);
        let by_itself = ada.get_with("/admin/audit", &[("x-follows", "1")]).await;
        assert_eq!(by_itself.status, 200);
    }
    server.clock.advance(60);
    assert_eq!(ada.get("/admin/audit").await.location(), "/confirm?next=%2Fadmin%2Faudit&anew=1");
    assert_eq!(ada.get("/admin/audit/live").await.status, 404);
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
