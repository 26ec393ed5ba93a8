//! About where an address is: from a file, beside the address, and nowhere else.

use std::path::{Path, PathBuf};
use std::time::Duration;

use countersign::app::World;
use countersign::app::{OsRandom, Server as Inner, bind};
use countersign::atlas::Atlas;
use countersign::config::Config;
use countersign::domain::Language;
use countersign::features::accounts::{InstanceRole, Profile, set_profile, set_validates_networks};
use countersign::features::organisations::Role;
use serde_json::json;

use crate::command_line::{countersign, json as read_json, refused, run};
use crate::support::codes::{self, BRAM, CARLA};
use crate::support::mmdb::{database, town};
use crate::support::places::{HOME, OFFICE, behind_a_proxy, from, start};
use crate::support::{Answer, Browser, Engine, PASSWORD, Server, TestClock, on_both_engines};

on_both_engines! {
    whoever_waits_and_whoever_looks_sees_about_where_it_was
    without_a_file_no_place_is_shown
}

const ENGLISH: &str = "near Utrecht, Netherlands (approximate)";
const DUTCH: &str = "bij Utrecht, Nederland (geschat)";

fn towns() -> Vec<u8> {
    let netherlands = json!({ "en": "Netherlands", "nl": "Nederland" });
    let utrecht = town(&json!({ "en": "Utrecht" }), &netherlands);
    let somewhere = json!({ "country": { "names": netherlands } });
    database("Test-City", &[("198.51.100.0/24", utrecht), ("2001:db8::/32", somewhere)])
}

fn written(folder: &Path, bytes: &[u8]) -> PathBuf {
    let file = folder.join("places.mmdb");
    std::fs::write(&file, bytes).unwrap();
    file
}

fn naming(file: &Path) -> Config {
    let mut config = Config::default();
    config.places.file = Some(file.to_owned());
    config
}

fn dutch(mut browser: Browser) -> Browser {
    browser.headers.push(("accept-language", "nl".to_owned()));
    browser
}

/// What is read of a page or mail, on one line.
fn read(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn says(page: &Answer, place: &str) {
    assert!(page.body.contains(place), "{place}: {}", page.body);
}

async fn whoever_waits_and_whoever_looks_sees_about_where_it_was(engine: Engine) {
    let file = written(engine.folder.path(), &towns());
    let server = Server::start_with(&engine, TestClock::new(), |config| {
        behind_a_proxy(config);
        config.places.file = Some(file);
    })
    .await;
    let state = &server.inner.state;
    for email in [BRAM, CARLA] {
        let account = server.hire(email, Role::Employee, InstanceRole::None).await;
        server.know(account, OFFICE).await;
    }
    // H9, in both languages.
    let mut browser = from(&server, HOME);
    let place = browser.sign_in_at("/sign-in", BRAM, PASSWORD).await.location().to_owned();
    says(&browser.get(&place).await, ENGLISH);
    browser.headers.push(("accept-language", "nl".to_owned()));
    says(&browser.get(&place).await, DUTCH);
    browser.headers.pop();
    // The mail, and the page that its link leads to.
    let mail = server.mailbox().wait_for(BRAM).await;
    assert!(read(&mail.text).contains(&format!("Place {ENGLISH}")), "{}", mail.text);
    assert!(mail.html.as_ref().unwrap().contains(ENGLISH), "{:?}", mail.html);
    let link = mail.links()[0].strip_prefix(&server.issuer).unwrap().to_owned();
    says(&from(&server, OFFICE).get(&link).await, ENGLISH);
    says(&dutch(from(&server, OFFICE)).get(&link).await, DUTCH);
    let code = mail.text.lines().find(|line| line.starts_with("    ")).unwrap();
    let done = browser.fill(&place, &[("code", code)]).await;
    assert_eq!(done.location(), "/account", "{}", done.body);
    // One's own pages: networks, sessions, activity.
    for page in ["/account/ip-addresses", "/account/sessions", "/account/activity"] {
        says(&browser.get(page).await, ENGLISH);
    }
    // The mail about a place that joined by itself.
    let mut writer = state.db.writing().await.unwrap();
    let carla = server.account_of(CARLA).await;
    set_validates_networks(&mut writer, carla, true).await.unwrap();
    let profile = Profile { name: "Carla".to_owned(), given_name: None, family_name: None, language: Language::Dutch };
    set_profile(&mut writer, carla, profile, state.now()).await.unwrap();
    writer.commit().await.unwrap();
    assert_eq!(from(&server, HOME).sign_in_at("/sign-in", CARLA, PASSWORD).await.location(), "/account");
    let mail = server.mailbox().wait_for(CARLA).await;
    assert!(read(&mail.text).contains(&format!("Plaats {DUTCH}")), "{}", mail.text);
    // The administrator's pages.
    server.know(server.account, OFFICE).await;
    let mut anna = from(&server, OFFICE);
    assert_eq!(anna.sign_in_at("/sign-in", "anna@kantoor.nl", PASSWORD).await.location(), "/account");
    let person = format!("/organisation/employees/{}/ip-addresses", server.account_of(BRAM).await);
    for page in ["/organisation/ip-addresses", "/organisation/activity", &person] {
        says(&anna.get(page).await, ENGLISH);
    }
    let own = anna.get("/account/ip-addresses").await;
    assert!(
        own.body.contains(OFFICE) && !own.body.contains("(approximate)"),
        "nothing is known about it: {}",
        own.body
    );
    // Somewhere in a country, from a network.
    server.know(server.account, "2001:db8:7:7::7").await;
    says(&anna.get("/account/ip-addresses").await, "in Netherlands (approximate)");
    // What was made coarse is nowhere.
    let later = state.now().after(Duration::from_secs(1));
    let mut writer = state.db.writing().await.unwrap();
    countersign::features::audit::coarsen_addresses(&mut writer, later, None, 500).await.unwrap();
    writer.commit().await.unwrap();
    let coarse = anna.get("/organisation/activity").await;
    assert!(coarse.body.contains("198.51.100.0&#x2f;24") && !coarse.body.contains("(approximate)"), "{}", coarse.body);
}

async fn without_a_file_no_place_is_shown(engine: Engine) {
    let server = start(&engine).await;
    let account = server.hire(BRAM, Role::Employee, InstanceRole::None).await;
    server.know(account, OFFICE).await;
    let mut browser = from(&server, HOME);
    let place = browser.sign_in_at("/sign-in", BRAM, PASSWORD).await.location().to_owned();
    let mut seen = vec![browser.get(&place).await.body];
    let right = codes::code(&server, BRAM).await;
    browser.fill(&place, &[("code", &right)]).await;
    for page in ["/account/ip-addresses", "/account/sessions", "/account/activity"] {
        seen.push(browser.get(page).await.body);
    }
    seen.extend(server.mailbox().received().iter().map(|mail| mail.raw.clone()));
    for text in seen {
        assert!(!text.contains("approximate") && !text.contains("Place"), "{text}");
    }
}

#[test]
fn places_are_in_the_language_or_in_english_and_only_of_exact_addresses_of_the_internet() {
    let folder = tempfile::tempdir().unwrap();
    let hague = town(&json!({ "en": "The Hague", "nl": "Den Haag" }), &json!({ "en": "Netherlands" }));
    let file = written(folder.path(), &database("Test-City", &[("0.0.0.0/1", hague.clone()), ("128.0.0.0/1", hague)]));
    let mut config = naming(&file);
    config.server.trusted_proxies = vec!["203.0.113.0/28".parse().unwrap()];
    config.mtls.proxies = vec!["203.0.113.16/28".parse().unwrap()];
    let atlas = Atlas::open(&config).unwrap();
    let place = |text: &str, language| atlas.place(text, language).map(|place| place.to_string());
    assert_eq!(place("198.51.100.7", Language::English).as_deref(), Some("The Hague, Netherlands"));
    assert_eq!(place("198.51.100.7", Language::Dutch).as_deref(), Some("Den Haag, Netherlands"));
    assert_eq!(place("::ffff:198.51.100.7", Language::English).as_deref(), Some("The Hague, Netherlands"));
    for nowhere in [
        "10.1.2.3",
        "127.0.0.1",
        "100.64.1.1",
        "203.0.113.1",
        "203.0.113.17",
        "198.51.100.0/24",
        "2a00::1",
        "unknown",
        "",
    ] {
        assert_eq!(place(nowhere, Language::English), None, "{nowhere}");
    }
}

#[test]
fn a_file_that_was_replaced_is_read_again_and_a_broken_one_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let file = written(folder.path(), &towns());
    let atlas = Atlas::open(&naming(&file)).unwrap();
    let place = || atlas.place(HOME, Language::English).map(|place| place.to_string());
    assert_eq!(place().as_deref(), Some("Utrecht, Netherlands"));
    assert_eq!(atlas.look_again(), Ok(false), "nothing was replaced");
    written(folder.path(), b"half a file");
    let told = atlas.look_again().unwrap_err();
    assert!(
        told.starts_with("places.file was replaced, but cannot be used: ") && told.contains("no sound MMDB"),
        "{told}"
    );
    assert_eq!(atlas.look_again(), Ok(false), "it is told once");
    assert_eq!(place().as_deref(), Some("Utrecht, Netherlands"));
    std::fs::remove_file(&file).unwrap();
    assert_eq!(atlas.look_again(), Ok(false));
    let amersfoort = town(&json!({ "en": "Amersfoort" }), &json!({ "en": "Netherlands" }));
    written(folder.path(), &database("Test-City", &[("198.51.100.0/24", amersfoort)]));
    assert_eq!(atlas.look_again(), Ok(true));
    assert_eq!(place().as_deref(), Some("Amersfoort, Netherlands"));
}

/// What the program says about this file at its start, and `countersign check` with it.
async fn complaint(folder: &Path, bytes: Option<&[u8]>) -> String {
    let file = folder.join("places.mmdb");
    if let Some(bytes) = bytes {
        written(folder, bytes);
    }
    let mut check = countersign(folder, &["check", "--json"]);
    let output = check.env("COUNTERSIGN__PLACES__FILE", &file).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let findings: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let found = findings.as_array().unwrap().iter().find(|finding| finding["what"] == "places").unwrap();
    assert_eq!(found["fine"], false);
    let engine = Engine::sqlite();
    let mut config = naming(&file);
    config.database = engine.database();
    config.keys.directory = engine.folder.path().join("keys");
    let listener = bind(std::net::SocketAddr::from(([127, 0, 0, 1], 0)), "server.listen").await.unwrap();
    let clock = std::sync::Arc::new(TestClock::new());
    let world = World { clock, random: std::sync::Arc::new(OsRandom) };
    let Err(fault) = Inner::start(config, world, listener).await else { panic!("it starts with a broken file") };
    assert_eq!(found["says"], fault.to_string(), "both say the same");
    fault.to_string()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_cannot_be_used_refuses_the_start_with_one_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let whole = towns();
    let of_networks = database("Test-ASN", &[]);
    for (bytes, says) in [
        (None, "cannot be read"),
        (Some(&b"no database"[..]), "is no sound MMDB file"),
        (Some(&whole[..whole.len() / 2]), "is no sound MMDB file"),
        (Some(&of_networks[..]), "and not towns (City) or countries (Country)"),
    ] {
        let said = complaint(folder, bytes).await;
        assert!(said.starts_with("places.file cannot be used: ") && said.contains(says), "{said}");
        assert_eq!(said.lines().count(), 1, "{said}");
    }
    // With a sound file the check is content.
    let file = written(folder, &whole);
    read_json(&run(folder, &["migrate", "--json"]));
    let output =
        countersign(folder, &["org", "list"]).env("COUNTERSIGN__PLACES__FILE", "nowhere.mmdb").output().unwrap();
    assert!(refused(&output).contains("places.file cannot be used"));
    let output = countersign(folder, &["check", "--json"]).env("COUNTERSIGN__PLACES__FILE", &file).output().unwrap();
    let findings: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let found = findings.as_array().unwrap().iter().find(|finding| finding["what"] == "places").unwrap();
    assert_eq!((&found["fine"], &found["says"]), (&json!(true), &json!("Towns or countries are known.")));
}
