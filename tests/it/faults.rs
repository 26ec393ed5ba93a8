//! Storage that fails while the server runs: people get a calm answer, nothing acknowledged is lost, and the same
//! server goes on when the fault is over.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use countersign::storage::{Database, Versioned, raise_version, version_of};
use sea_orm::ConnectionTrait as _;

use crate::command_line::{countersign, json, run};
use crate::support::{Answer, Browser, Engine, PASSWORD, Server, TestClock};

/// A calm page: what to do, the reference, and when to come again.
fn assert_calm(answer: &Answer) {
    assert_eq!(answer.status, 503, "{}", answer.body);
    assert!(answer.body.contains("Something went wrong on our side"), "{}", answer.body);
    assert!(answer.body.contains("class=\"mono\""), "the page names its reference: {}", answer.body);
    for detail in ["SQL", "database", "disk"] {
        assert!(!answer.body.contains(detail), "{detail} in {}", answer.body);
    }
    assert_eq!(answer.header("retry-after"), "5");
    assert_eq!(answer.header("cache-control"), "no-store");
}

async fn is_ready(server: &Server) -> bool {
    server.browser().get("/readyz").await.status == 200
}

/// What a person does, as far as the server lets them.
async fn try_sign_in(mut browser: Browser) -> (Browser, Answer) {
    let form = browser.get("/sign-in").await;
    if form.status != 200 {
        return (browser, form);
    }
    let fields = [("csrf", &*form.field("csrf")), ("username", "anna@kantoor.nl"), ("password", PASSWORD)];
    let answer = browser.post("/sign-in", &fields).await;
    (browser, answer)
}

async fn sign_in(server: &Server) -> (Browser, Answer) {
    try_sign_in(server.browser()).await
}

/// Somebody who was signed in before, with an access token.
async fn acknowledged(server: &Server) -> (Browser, String) {
    let mut browser = server.browser();
    let code = server.code(&mut browser).await;
    let tokens = server.redeem(&code).await.json();
    (browser, tokens["access_token"].as_str().unwrap().to_owned())
}

async fn assert_still_acknowledged(server: &Server, (browser, token): &mut (Browser, String)) {
    let account = browser.get("/account").await;
    assert!(account.status == 200 && account.body.contains("Anna de Vries"), "{}", account.body);
    assert_eq!(server.userinfo(token).await.status, 200);
}

/// Sets a pragma of the connection that writes.
async fn set_pragma(server: &Server, pragma: &str) {
    let writer = server.inner.state.db.writing().await.unwrap();
    writer.query_all_raw(sea_orm::Statement::from_string(sea_orm::DbBackend::Sqlite, pragma)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_loses_no_sign_in_and_is_got_over() {
    let engine = Engine::sqlite();
    let server = Server::start(&engine).await;
    let mut before = acknowledged(&server).await;
    // SQLite sets the limit to the pages that there are: the next new page finds the disk full.
    set_pragma(&server, "PRAGMA max_page_count = 1").await;
    let mut kept = Vec::new();
    let refused = loop {
        let tasks: Vec<_> = (0..4).map(|_| tokio::spawn(try_sign_in(server.browser()))).collect();
        let mut refused = Vec::new();
        for task in tasks {
            let (browser, answer) = task.await.unwrap();
            if answer.status == 303 { kept.push(browser) } else { refused.push(answer) }
        }
        if !refused.is_empty() {
            break refused;
        }
        assert!(kept.len() < 400, "the disk never became full");
    };
    refused.iter().for_each(assert_calm);
    assert_still_acknowledged(&server, &mut before).await;
    set_pragma(&server, "PRAGMA max_page_count = 1000000").await;
    assert!(is_ready(&server).await);
    for _ in 0..3 {
        let (browser, answer) = sign_in(&server).await;
        assert_eq!(answer.location(), "/account", "{}", answer.body);
        kept.push(browser);
    }
    for browser in &mut kept {
        assert_eq!(browser.get("/account").await.status, 200, "a session that was acknowledged is there");
    }
    assert_still_acknowledged(&server, &mut before).await;
    drop(server);
    let audit = run_on(&engine, &["audit", "verify", "--json"]);
    assert!(audit["Sound"]["events"].as_u64() > Some(0), "{audit}");
}

fn run_on(engine: &Engine, arguments: &[&str]) -> serde_json::Value {
    let output = countersign(engine.folder.path(), arguments)
        .env("COUNTERSIGN__DATABASE__URL", &engine.url)
        .env("COUNTERSIGN__KEYS__DIRECTORY", engine.folder.path().join("keys"))
        .output()
        .unwrap();
    json(&output)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writers_around_a_full_disk_are_told_the_truth() {
    let engine = Engine::sqlite();
    let db = Database::connect(&engine.database()).await.unwrap();
    db.migrate().await.unwrap();
    let writer = db.writing().await.unwrap();
    writer.execute_unprepared("CREATE TABLE ballast (content BLOB)").await.unwrap();
    writer.commit().await.unwrap();
    for round in 0..20_i64 {
        let version = version_of(db.reading(), Versioned::Apps).await.unwrap();
        let writer = db.writing().await.unwrap();
        writer.execute_unprepared("PRAGMA max_page_count = 1").await.unwrap();
        // They queue behind this writer, and so share one transaction.
        let tasks: Vec<_> = (0..12)
            .map(|number| {
                let db = db.clone();
                tokio::spawn(async move {
                    let mut writer = db.writing().await?;
                    raise_version(&mut writer, Versioned::Apps).await?;
                    if number == round % 12 {
                        let full = writer.execute_unprepared("INSERT INTO ballast VALUES (zeroblob(100000))").await;
                        assert!(full.unwrap_err().to_string().contains("full"));
                        // Whoever goes on all the same must not change anything either.
                        raise_version(&mut writer, Versioned::Keys).await.unwrap_err();
                    }
                    writer.commit().await
                })
            })
            .collect();
        tokio::time::sleep(Duration::from_millis(5)).await;
        drop(writer);
        let mut committed = 0;
        for task in tasks {
            committed += i64::from(task.await.unwrap().is_ok());
        }
        assert!(committed < 12);
        let now = version_of(db.reading(), Versioned::Apps).await.unwrap();
        assert_eq!(now - version, committed, "round {round}: what was acknowledged and nothing else is there");
        assert_eq!(version_of(db.reading(), Versioned::Keys).await.unwrap(), 0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_cannot_be_written_still_knows_who_is_signed_in() {
    let engine = Engine::sqlite();
    let server = Server::start(&engine).await;
    let mut before = acknowledged(&server).await;
    set_pragma(&server, "PRAGMA query_only = ON").await;
    assert!(!is_ready(&server).await);
    assert_calm(&sign_in(&server).await.1);
    assert_still_acknowledged(&server, &mut before).await;
    server.inner.stop().await;
    let server = Server::start(&engine).await;
    let mut again = server.browser();
    again.cookies = before.0.cookies;
    assert_eq!(again.get("/account").await.status, 200, "the session outlived fault and restart");
    assert_eq!(sign_in(&server).await.1.location(), "/account");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_that_vanishes_takes_no_more_sign_ins_with_it() {
    let engine = Engine::sqlite();
    let (data, away) = (engine.folder.path().join("data"), engine.folder.path().join("away"));
    let server = Server::start_with(&engine, TestClock::new(), |config| {
        config.database.url = countersign::domain::Secret::new(format!("sqlite:{}", data.join("db.sqlite").display()));
    })
    .await;
    let mut before = acknowledged(&server).await;
    std::fs::rename(&data, &away).unwrap();
    assert!(!is_ready(&server).await);
    assert_calm(&sign_in(&server).await.1);
    assert!(!data.exists(), "no empty database takes its place");
    std::fs::rename(&away, &data).unwrap();
    assert!(is_ready(&server).await);
    assert_eq!(sign_in(&server).await.1.location(), "/account");
    assert_still_acknowledged(&server, &mut before).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_refuses_bytes_is_logged_and_got_over() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    json(&run(folder, &["migrate", "--json"]));
    let org = json(&run(folder, &["org", "add", "Kantoor", "--json"]));
    std::fs::write(folder.join("password"), PASSWORD).unwrap();
    let mut add =
        vec!["user", "add", "--org", org["id"].as_str().unwrap(), "--email", "anna@kantoor.nl", "--name", "Anna"];
    add.extend(["--password-file", "password", "--known-ip", "127.0.0.1", "--json"]);
    json(&run(folder, &add));
    // A limit on the size of files stands for a disk that is full; the signal that comes with it is ignored.
    let mut serving = Command::new("sh");
    serving.args(["-c", "trap '' XFSZ; exec \"$0\" serve", env!("CARGO_BIN_EXE_countersign")]);
    serving.current_dir(folder).env_clear().stderr(Stdio::piped());
    serving.env("COUNTERSIGN__SERVER__LISTEN", "127.0.0.1:0").env("COUNTERSIGN__SERVER__DRAIN_SECONDS", "0");
    let mut child = serving.spawn().unwrap();
    let log: Arc<Mutex<Vec<String>>> = Arc::default();
    let lines = BufReader::new(child.stderr.take().unwrap()).lines();
    std::thread::spawn({
        let log = Arc::clone(&log);
        move || lines.map_while(Result::ok).for_each(|line| log.lock().unwrap().push(line))
    });
    let serving = crate::command_line::Serving(child);
    let said = |what: &str| log.lock().unwrap().iter().find(|line| line.contains(what)).cloned();
    let started = Instant::now();
    let address = loop {
        if let Some(line) = said("address=") {
            break line.split("address=").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
        }
        assert!(started.elapsed() < Duration::from_secs(20), "the server did not start");
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    let browser = || {
        let mut browser = Browser::new(&format!("http://{address}"));
        browser.headers.push(("accept-language", "en".to_owned()));
        browser
    };
    let mut before = browser();
    assert_eq!(before.sign_in_at("/sign-in", "anna@kantoor.nl", PASSWORD).await.status, 303);
    let limit = |size: &str| {
        let pid = serving.0.id().to_string();
        let set = Command::new("prlimit").args(["--pid", &pid, &format!("--fsize={size}")]).status().unwrap();
        assert!(set.success());
    };
    limit("8192:unlimited");
    let refused = browser().sign_in_at("/sign-in", "anna@kantoor.nl", PASSWORD).await;
    assert_calm(&refused);
    let line = said("request failed").expect("the fault is in the log");
    let reference = refused.body.split("class=\"mono\">").nth(1).unwrap().split('<').next().unwrap().to_owned();
    assert!(
        line.contains(&reference) && line.contains("the change was not committed") && line.contains("disk I/O error"),
        "{reference}: {line}"
    );
    assert_eq!(before.get("/account").await.status, 200);
    limit("unlimited:unlimited");
    assert_eq!(browser().get("/readyz").await.status, 200);
    assert_eq!(browser().sign_in_at("/sign-in", "anna@kantoor.nl", PASSWORD).await.status, 303);
    assert_eq!(before.get("/account").await.status, 200);
}

/// Runs SQL as the administrator of the test server.
async fn as_postgres(sql: &str) {
    let admin = sea_orm::Database::connect(std::env::var("COUNTERSIGN_TEST_POSTGRES").unwrap()).await.unwrap();
    admin.execute_unprepared(sql).await.unwrap();
    admin.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_postgresql_that_goes_away_and_comes_back_needs_no_restart() {
    let engine = Engine::postgres().await;
    let name = engine.url.rsplit('/').next().unwrap().to_owned();
    let server = Server::start(&engine).await;
    let mut before = acknowledged(&server).await;
    let throw_out = format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");
    // Connections that were cut are noticed and replaced; at most the requests that held one fail.
    as_postgres(&throw_out).await;
    let (_, answer) = sign_in(&server).await;
    assert!(answer.status == 303 || answer.status == 503, "{}", answer.body);
    // Requests run while it goes away for good.
    let origin = server.origin();
    let running: Vec<_> = (0..8)
        .map(|_| {
            let origin = origin.clone();
            tokio::spawn(async move {
                let mut signed_in = Vec::new();
                loop {
                    let (browser, answer) = try_sign_in(Browser::new(&origin)).await;
                    if answer.status != 303 {
                        return (signed_in, answer);
                    }
                    signed_in.push(browser);
                    assert!(signed_in.len() < 500, "the database never went away");
                }
            })
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(300)).await;
    as_postgres(&format!("ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false")).await;
    as_postgres(&throw_out).await;
    let mut kept = Vec::new();
    for task in running {
        let (signed_in, answer) = task.await.unwrap();
        assert_calm(&answer);
        kept.extend(signed_in);
    }
    assert!(!is_ready(&server).await);
    assert_eq!(server.browser().get("/livez").await.status, 200);
    assert_calm(&before.0.get("/account").await);
    assert_eq!(server.redeem("any-code").await.status, 503, "an app is told to try again, not that it is wrong");
    as_postgres(&format!("ALTER DATABASE {name} WITH ALLOW_CONNECTIONS true")).await;
    let waited = Instant::now();
    while !is_ready(&server).await {
        assert!(waited.elapsed() < Duration::from_secs(10), "the server never came back");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(sign_in(&server).await.1.location(), "/account");
    assert_still_acknowledged(&server, &mut before).await;
    for browser in &mut kept {
        assert_eq!(browser.get("/account").await.status, 200, "a session that was acknowledged is there");
    }
}
