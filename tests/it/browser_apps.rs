//! Registering an app in a real browser, up to a sign-in that works.

use countersign::features::accounts::InstanceRole;
use thirtyfour::prelude::*;

use crate::admin::signed_in;
use crate::browser::Chromium;
use crate::support::{Engine, Server};

/// A browser whose person counts what they do.
struct Hand<'a> {
    driver: &'a WebDriver,
    done: u32,
}

impl Hand<'_> {
    async fn click(&mut self, what: By) -> WebDriverResult<()> {
        self.done += 1;
        self.driver.find(what).await?.click().await
    }

    async fn type_in(&mut self, field: &str, text: &str) -> WebDriverResult<()> {
        self.done += 1;
        self.driver.find(By::Id(field)).await?.send_keys(text).await
    }
}

/// Waits until the page has this heading.
pub(crate) async fn heading(driver: &WebDriver, words: &str) -> WebDriverResult<()> {
    let mut said = String::new();
    for _ in 0..200 {
        // While the page is left for the next, what was found goes stale.
        said = match driver.find(By::Css("h1")).await {
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

pub(crate) fn button(words: &str) -> By {
    By::XPath(format!("//button[normalize-space(.) = '{words}']"))
}

async fn journey(driver: &WebDriver, server: &Server, dutch: bool) -> WebDriverResult<()> {
    let say = |english: &'static str, nederlands: &'static str| if dutch { nederlands } else { english };
    driver.goto(format!("{}/admin/apps", server.origin())).await?;
    let mut hand = Hand { driver, done: 0 };
    hand.click(By::LinkText(say("Add an app", "App toevoegen"))).await?;
    heading(driver, say("Add an app", "App toevoegen")).await?;
    hand.click(By::Id("kind-server")).await?;
    hand.click(button(say("Continue", "Doorgaan"))).await?;
    heading(driver, say("What is it called", "Hoe heet hij")).await?;
    assert!(!driver.find(By::Css(".chosen")).await?.is_displayed().await?, "the list shows with its choice");
    hand.type_in("name", "Boekhouding").await?;
    hand.click(button(say("Continue", "Doorgaan"))).await?;
    heading(driver, say("Where does it live?", "Waar is hij te vinden?")).await?;
    hand.type_in("redirects", "https://boeken.example/callback").await?;
    hand.click(button(say("Register the app", "App registreren"))).await?;
    heading(driver, say("Settings of Boekhouding", "Instellingen van Boekhouding")).await?;
    hand.click(button(say("Try sign-in", "Inloggen proberen"))).await?;
    let windows = driver.windows().await?;
    let [first, second] = windows.as_slice() else { panic!("{windows:?}") };
    driver.switch_to_window(second.clone()).await?;
    heading(driver, "Boekhouding").await?;
    hand.click(By::Css("button[value=allow]")).await?;
    heading(driver, say("The sign-in to Boekhouding works", "Inloggen op Boekhouding werkt")).await?;
    assert!(hand.done <= 12, "{} interactions", hand.done);
    let passed = driver.find_all(By::Css(".steps li.passed")).await?.len();
    assert_eq!(passed, 6);
    driver.close_window().await?;
    driver.switch_to_window(first.clone()).await?;

    // What is copied is told, for those who do not see it as well.
    driver.find(By::Css("[data-copy=value-client-id]")).await?.click().await?;
    let state = driver.find(By::Id("state")).await?;
    for _ in 0..100 {
        if state.text().await? == say("Copied: Client ID", "Gekopieerd: Client-ID") {
            return Ok(());
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("{:?}", state.text().await?);
}

async fn registers_and_tries(dutch: bool) {
    let engine = Engine::sqlite();
    let server = Server::start(&engine).await;
    let (ada, _) = signed_in(&server, "ada@kantoor.nl", InstanceRole::Administrator).await;
    let chromium = Chromium::start(&[if dutch { "--accept-lang=nl" } else { "--accept-lang=en" }]).await;
    let driver = &chromium.driver;
    driver.goto(format!("{}/sign-in", server.origin())).await.unwrap();
    for (name, value) in &ada.cookies {
        driver.add_cookie(Cookie::new(name.clone(), value.clone())).await.unwrap();
    }
    journey(driver, &server, dutch).await.unwrap();
    chromium.driver.quit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_app_is_registered_and_tried_in_at_most_twelve_interactions() {
    registers_and_tries(false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_app_is_registered_and_tried_in_dutch() {
    registers_and_tries(true).await;
}
