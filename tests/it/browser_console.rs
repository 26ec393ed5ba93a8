//! The console in a real browser: from the printed link to the keys and the audit, in both languages.

use countersign::features::setup::add_setup_link;
use thirtyfour::prelude::*;

use crate::browser::Chromium;
use crate::browser_passkeys::Virtual;
use crate::support::{Engine, PASSWORD, Server};

/// Waits until the path is this one.
async fn arrive(driver: &WebDriver, path: &str) -> WebDriverResult<()> {
    for _ in 0..200 {
        if driver.current_url().await?.path() == path {
            return Ok(());
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("still at {} instead of {path}", driver.current_url().await?);
}

/// Waits until the page says so at this place.
async fn says(driver: &WebDriver, place: &str, words: &str) -> WebDriverResult<()> {
    let mut said = String::new();
    for _ in 0..200 {
        // While the page is left for the next, what was found goes stale.
        said = match driver.find(By::Css(place)).await {
            Ok(found) => found.text().await.unwrap_or_default(),
            Err(_) => String::new(),
        };
        if said.contains(words) {
            return Ok(());
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("{said:?} instead of {words:?}");
}

/// What the page calls things: the menu, the tag, the acts.
struct Words {
    tag: &'static str,
    health: &'static str,
    keys: &'static str,
    rotate: &'static str,
    rotated: &'static str,
    audit: &'static str,
    replaced: &'static str,
}

const ENGLISH: Words = Words {
    tag: "Instance admin",
    health: "Health",
    keys: "Keys",
    rotate: "Rotate now",
    rotated: "The keys are replaced",
    audit: "Audit",
    replaced: "The signing keys were replaced.",
};

const DUTCH: Words = Words {
    tag: "Instantiebeheer",
    health: "Status",
    keys: "Sleutels",
    rotate: "Nu vervangen",
    rotated: "De sleutels zijn vervangen",
    audit: "Logboek",
    replaced: "De ondertekensleutels zijn vervangen.",
};

async fn journey(driver: &WebDriver, server: &Server, words: &Words) -> WebDriverResult<()> {
    let state = &server.inner.state;
    let mut writer = state.db.writing().await.unwrap();
    let link = add_setup_link(&mut writer, state.now(), state.random.as_ref()).await.unwrap();
    writer.commit().await.unwrap();
    let _passkey = Virtual::platform(driver).await?;
    driver.goto(format!("{}/setup/{}", server.origin(), link.secret.expose())).await?;
    for (field, text) in [("organisation", "Beheer"), ("name", "Bea Beheer"), ("email", "bea@beheer.nl")] {
        driver.find(By::Id(field)).await?.send_keys(text).await?;
    }
    driver.find(By::Css(".card form .primary")).await?.click().await?;
    driver.find(By::Css("form[action$='/passkey'] .primary")).await?.click().await?;
    driver.find(By::Css("[data-passkey] button")).await?.click().await?;
    arrive(driver, "/admin").await?;
    says(driver, ".console-tag", words.tag).await?;
    says(driver, "h1", words.health).await?;

    driver.find(By::LinkText(words.keys)).await?.click().await?;
    driver.find(By::LinkText(words.rotate)).await?.click().await?;
    driver.find(By::Css("main form .primary")).await?.click().await?;
    says(driver, ".done", words.rotated).await?;

    driver.find(By::LinkText(words.audit)).await?.click().await?;
    driver.find(By::Id("q")).await?.send_keys("bea\u{e007}").await?;
    says(driver, "#found", words.replaced).await?;
    let before = driver.find_all(By::Css("#found li")).await?.len();
    driver.find(By::Id("follow")).await?.click().await?;
    tokio::time::sleep(std::time::Duration::from_millis(1500)).await;
    server.browser().sign_in_at("/sign-in", "bea@beheer.nl", PASSWORD).await;
    for _ in 0..200 {
        if driver.find_all(By::Css("#found li")).await?.len() > before {
            return Ok(());
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("what happens does not appear by itself");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_administrator_comes_in_replaces_keys_and_follows_the_audit() {
    let engine = Engine::sqlite();
    let server = Server::start(&engine).await;
    let chromium = Chromium::start(&["--accept-lang=en"]).await;
    journey(&chromium.driver, &server, &ENGLISH).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_in_dutch() {
    let engine = Engine::sqlite();
    let server = Server::start(&engine).await;
    let chromium = Chromium::start(&["--accept-lang=nl"]).await;
    journey(&chromium.driver, &server, &DUTCH).await.unwrap();
}
