//! Backups: made while the server works, restored on another host and engine, and nothing in them alive.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use countersign::features::backup::{restore_backup, take_backup};
use countersign::features::organisations::Role;
use serde_json::Value;

use crate::command_line::json as printed;
use crate::support::{AuthenticatorApp, Browser, Engine, PASSWORD, Server, on_both_engines};

on_both_engines! {
    a_backup_is_restored_on_the_other_engine_and_nothing_in_it_is_alive
    what_does_not_fit_is_refused_and_changes_nothing
}

/// The program, on the database and keys of a test.
fn countersign(engine: &Engine, arguments: &[&str]) -> Command {
    let mut command = crate::command_line::countersign(engine.folder.path(), arguments);
    command.env("COUNTERSIGN__DATABASE__URL", &engine.url);
    command
}

fn run(engine: &Engine, arguments: &[&str]) -> Output {
    countersign(engine, arguments).output().unwrap()
}

/// The sentence that a command refuses with: the last line, after what the log tells of the schema.
fn refused(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8(output.stderr.clone()).unwrap().lines().last().unwrap_or_default().to_owned()
}

/// An empty database of the other engine.
async fn other(engine: &Engine) -> Engine {
    if engine.url.starts_with("sqlite") { Engine::postgres().await } else { Engine::sqlite() }
}

fn copy_keys(from: &Path, to: &Path) {
    std::fs::create_dir_all(to.join("keys")).unwrap();
    for name in ["vault.key", "cookie.key"] {
        let copy = to.join("keys").join(name);
        std::fs::copy(from.join("keys").join(name), &copy).unwrap();
        std::fs::set_permissions(&copy, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
}

/// Somebody with an authenticator app and recovery codes.
async fn with_second_step(server: &Server, email: &str) -> (AuthenticatorApp, String) {
    let mut browser = server.browser();
    browser.sign_in_at("/sign-in", email, PASSWORD).await;
    let (app, done) = browser.connect_app(server, "account").await;
    let page = browser.fill(done.location(), &[]).await;
    let mut items = page.body.split("<li>").skip(1).map(|item| item.split('<').next().unwrap().to_owned());
    (app, items.find(|item| item.len() == 17).unwrap_or_else(|| panic!("{}", page.body)))
}

async fn second_step(browser: &mut Browser, email: &str, kind: &str, code: &str) -> u16 {
    let asked = browser.sign_in_at("/sign-in", email, PASSWORD).await;
    let mut step = asked.location().to_owned();
    if !step.contains("/second/") {
        let choice = browser.get(&step).await;
        choice.location().clone_into(&mut step);
    }
    let step = step.replace("/totp", &format!("/{kind}"));
    // Without codes there is no such step.
    if browser.get(&step).await.status == 200 {
        browser.fill(&step, &[("code", code)]).await;
    }
    browser.get("/account").await.status
}

async fn a_backup_is_restored_on_the_other_engine_and_nothing_in_it_is_alive(engine: Engine) {
    let server = Server::start(&engine).await;
    let bram = "bram@kantoor.nl";
    let id = server.hire(bram, Role::Employee, countersign::features::accounts::InstanceRole::None).await;
    server.know(id, "127.0.0.1").await;
    let (app, recovery_code) = with_second_step(&server, bram).await;
    let mut anna = server.browser();
    let code = server.code(&mut anna).await;
    let tokens = server.redeem(&code).await.json();
    let unused = server.code(&mut server.browser()).await;
    let mut begun = server.browser();
    let form = begun.get(&Server::authorize(&[])).await.location().to_owned();
    let folder = engine.folder.path();
    let link = crate::invitations::invited(&server).await;

    // Others go on signing in while the backup is made.
    let (stop, done) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU32::new(0)));
    let busy = tokio::spawn({
        let (stop, done, origin) = (Arc::clone(&stop), Arc::clone(&done), server.origin());
        async move {
            while !stop.load(Ordering::Relaxed) {
                let mut browser = Browser::new(&origin);
                browser.sign_in_at("/sign-in", "anna", PASSWORD).await;
                assert_eq!(browser.get("/account").await.status, 200);
                done.fetch_add(1, Ordering::Relaxed);
            }
        }
    });
    while done.load(Ordering::Relaxed) < 2 {
        tokio::task::yield_now().await;
    }
    let folder_of = folder.to_owned();
    let url = engine.url.clone();
    let taken = tokio::task::spawn_blocking(move || {
        let mut command = crate::command_line::countersign(&folder_of, &["backup", "one.backup", "--json"]);
        command.env("COUNTERSIGN__DATABASE__URL", url).output().unwrap()
    })
    .await
    .unwrap();
    stop.store(true, Ordering::Relaxed);
    busy.await.unwrap();
    let taken = printed(&taken);
    assert!(taken["rows"].as_u64() > Some(20), "{taken}");
    let backup = folder.join("one.backup");
    assert_eq!(std::fs::metadata(&backup).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(refused(&run(&engine, &["backup", "one.backup"])).contains("never replaced"));

    let target = other(&engine).await;
    copy_keys(folder, target.folder.path());
    std::fs::copy(&backup, target.folder.path().join("one.backup")).unwrap();
    assert_eq!(printed(&run(&target, &["restore", "one.backup", "--check", "--json"]))["rows"], taken["rows"]);
    let told = run(&target, &["restore", "one.backup"]);
    let text = String::from_utf8(told.stdout.clone()).unwrap();
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    for words in ["sessions", "recovery code sets", "Do again", "key rotate"] {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert!(printed(&run(&target, &["audit", "verify", "--json"]))["Sound"]["events"].as_u64() > Some(5));
    assert!(refused(&run(&target, &["restore", "one.backup"])).contains("not empty"), "it is restored once");

    let issuer = server.issuer.clone();
    let origin = server.origin();
    let clock = server.clock.clone();
    clock.advance(90);
    let restored =
        Server::start_with(&target, clock, |config| config.server.public_url = issuer.parse().unwrap()).await;
    let mut old = Browser::new(&restored.origin());
    old.cookies.clone_from(&anna.cookies);
    assert_eq!(old.get("/account").await.location(), "/sign-in", "no session of the backup works");
    assert_eq!(anna.get("/account").await.status, 200, "but at {origin} it does");
    let refresh = tokens["refresh_token"].as_str().unwrap();
    let refreshed = restored.token(&[("grant_type", "refresh_token"), ("refresh_token", refresh)]).await;
    assert_eq!((refreshed.status, refreshed.json()["error"].clone()), (400, "invalid_grant".into()));
    assert_eq!(restored.userinfo(tokens["access_token"].as_str().unwrap()).await.status, 401);
    assert_eq!(restored.redeem(&unused).await.status, 400, "no code works");
    let mut half = Browser::new(&restored.origin());
    half.cookies.clone_from(&begun.cookies);
    assert_ne!(half.get(&form).await.status, 200, "no sign-in in progress goes on");
    assert_eq!(server.browser().get(&link).await.status, 200);
    assert_ne!(restored.browser().get(&link).await.status, 200, "no invitation works");
    let mut codes = restored.browser();
    assert_eq!(second_step(&mut codes, bram, "recovery_code", &recovery_code).await, 303, "no recovery code works");
    let totp = app.code(&restored, 0);
    assert_eq!(second_step(&mut restored.browser(), bram, "totp", &totp).await, 200, "what was sealed opens");
    let mut browser = restored.browser();
    browser.sign_in_at("/sign-in", "anna", PASSWORD).await;
    assert_eq!(browser.get("/account").await.status, 200);
}

async fn what_does_not_fit_is_refused_and_changes_nothing(engine: Engine) {
    let server = Server::start(&engine).await;
    let state = &server.inner.state;
    let whole = engine.folder.path().join("whole.backup");
    take_backup(state, &whole).await.unwrap();
    let target = other(&engine).await;
    let home = target.folder.path();
    let restore = |name: &str| refused(&run(&target, &["restore", name]));
    std::fs::copy(&whole, home.join("whole.backup")).unwrap();
    assert!(restore("whole.backup").contains("vault.key is missing"));
    copy_keys(engine.folder.path(), home);

    let bytes = std::fs::read(&whole).unwrap();
    std::fs::write(home.join("cut.backup"), &bytes[..bytes.len() / 2]).unwrap();
    assert!(restore("cut.backup").contains("damaged"));
    let mut changed = bytes.clone();
    let middle = changed.len() / 2;
    changed[middle] ^= 0x10;
    std::fs::write(home.join("changed.backup"), &changed).unwrap();
    assert!(restore("changed.backup").contains("damaged"));
    std::fs::write(home.join("other.backup"), "hello").unwrap();
    assert!(restore("other.backup").contains("no backup"));

    // Somebody without the keys who knows how the file is made.
    let lines = unpacked(&bytes);
    let forged: Vec<String> = lines.iter().map(|line| line.replace("\"administrator\"", "\"employee\"")).collect();
    assert_ne!(forged, lines);
    pack(&home.join("forged.backup"), &sealed(forged));
    assert!(restore("forged.backup").contains("somebody without cookie.key"));
    let newer: Vec<String> = lines.iter().map(|line| line.replace("\"m0001_people\"", "\"m9999_future\"")).collect();
    pack(&home.join("newer.backup"), &sealed(newer));
    assert!(restore("newer.backup").contains("first line of the backup was changed"));
    let mut more = lines.clone();
    more.push("[1]".to_owned());
    pack(&home.join("more.backup"), &more);
    assert!(restore("more.backup").contains("follows its end"));

    let own = home.join("keys/vault.key");
    let kept = std::fs::read(&own).unwrap();
    std::fs::write(&own, "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8\n").unwrap();
    assert!(restore("whole.backup").contains("vault.key in keys.directory is not the one"));
    std::fs::write(&own, &kept).unwrap();
    let own = home.join("keys/cookie.key");
    let kept = std::fs::read(&own).unwrap();
    std::fs::write(&own, "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8\n").unwrap();
    assert!(restore("whole.backup").contains("cookie.key in keys.directory is not the one"));
    std::fs::write(&own, &kept).unwrap();

    // Not one of them left anything behind.
    let done = run(&target, &["restore", "whole.backup", "--json"]);
    assert!(printed(&done)["rows"].as_u64() > Some(5));
    let db = countersign::storage::Database::connect(&target.database()).await.unwrap();
    let file = || std::fs::File::open(&whole).unwrap();
    assert!(restore_backup(state, &db, file()).await.unwrap_err().to_string().contains("not empty"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_of_a_newer_version_is_left_to_that_version() {
    let (engine, target) = (Engine::sqlite(), Engine::sqlite());
    let server = Server::start(&engine).await;
    let state = &server.inner.state;
    let writer = state.db.writing().await.unwrap();
    let step = "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m9999_future', 0)";
    sea_orm::ConnectionTrait::execute_unprepared(&*writer, step).await.unwrap();
    writer.commit().await.unwrap();
    let file = engine.folder.path().join("newer.backup");
    take_backup(state, &file).await.unwrap();
    let db = countersign::storage::Database::connect(&target.database()).await.unwrap();
    let open = std::fs::File::open(file).unwrap();
    let refusal = restore_backup(state, &db, open).await.unwrap_err().to_string();
    assert!(refusal.contains("newer version") && refusal.contains("m9999_future"), "{refusal}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upgrade_is_tried_by_check_and_copies_the_file_before_it_is_taken() {
    let engine = Engine::sqlite();
    let home = engine.folder.path();
    printed(&run(&engine, &["migrate", "--json"]));
    printed(&run(&engine, &["org", "add", "Kantoor", "--json"]));
    // As it was one step ago.
    let connection = sea_orm::Database::connect(&engine.url).await.unwrap();
    for text in [
        "DROP TABLE webhook_deliveries",
        "DROP TABLE webhooks",
        "DELETE FROM seaql_migrations WHERE version = 'm0017_webhooks'",
    ] {
        sea_orm::ConnectionTrait::execute_unprepared(&connection, text).await.unwrap();
    }
    let names = || {
        let mut names: Vec<String> =
            std::fs::read_dir(home).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.retain(|name| !name.ends_with("-wal") && !name.ends_with("-shm"));
        names.sort();
        names
    };
    let before = names();
    let checked = run(&engine, &["check"]);
    let told = String::from_utf8_lossy(&checked.stdout).into_owned();
    assert_eq!(checked.status.code(), Some(1), "{told}");
    for words in ["1 steps behind (m0017_webhooks)", "it can be upgraded", "countersign.sqlite.before-m0017_webhooks"] {
        assert!(told.contains(words), "{words}: {told}");
    }
    assert_eq!(names(), before, "looking changes nothing");
    assert!(refused(&run(&engine, &["org", "list"])).contains("1 steps behind"));
    assert_eq!(printed(&run(&engine, &["migrate", "--json"]))["steps"], 1);
    let copy = home.join("countersign.sqlite.before-m0017_webhooks");
    assert_eq!(std::fs::metadata(&copy).unwrap().permissions().mode() & 0o777, 0o600);
    let old = Engine { url: format!("sqlite:{}", copy.display()), folder: tempfile::tempdir().unwrap() };
    assert_eq!(printed(&run(&old, &["migrate", "--json"]))["steps"], 1, "the copy is what was there before");
    assert!(printed(&run(&engine, &["org", "list", "--json"]))[0]["name"] == "Kantoor");
    assert!(run(&engine, &["check"]).status.success());
    let newer = "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m9999_future', 0)";
    sea_orm::ConnectionTrait::execute_unprepared(&connection, newer).await.unwrap();
    assert!(refused(&run(&engine, &["migrate"])).contains("newer version"));
}

fn unpacked(bytes: &[u8]) -> Vec<String> {
    let mut text = String::new();
    std::io::Read::read_to_string(&mut flate2::read::MultiGzDecoder::new(bytes), &mut text).unwrap();
    text.lines().map(str::to_owned).collect()
}

/// With a checksum that fits, which needs no key.
fn sealed(mut lines: Vec<String>) -> Vec<String> {
    use base64::Engine as _;
    use sha2::Digest as _;
    let mut end: Value = serde_json::from_str(&lines.pop().unwrap()).unwrap();
    let text: String = lines.iter().flat_map(|line| [line.as_str(), "\n"]).collect();
    let digest = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(sha2::Sha256::digest(text.as_bytes()));
    end["end"]["digest"] = digest.into();
    lines.push(end.to_string());
    lines
}

fn pack(file: &Path, lines: &[String]) {
    let open = std::fs::File::create(file).unwrap();
    let mut packed = flate2::write::GzEncoder::new(open, flate2::Compression::fast());
    for line in lines {
        std::io::Write::write_all(&mut packed, format!("{line}\n").as_bytes()).unwrap();
    }
    packed.finish().unwrap();
}
