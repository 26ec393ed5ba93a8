//! A forgotten password in a real browser, from the portal and back to it.

use std::time::Duration;

use thirtyfour::prelude::*;

use countersign::features::accounts::InstanceRole;
use countersign::features::organisations::Role;

use crate::browser::{Chromium, demo};
use crate::browser_passkeys::Virtual;
use crate::support::{Engine, PASSWORD, Server};

const CARLA: &str = "carla@kantoor.example";
const SUBJECT: &str = "Stel een nieuw wachtwoord in voor Countersign demo";

/// The text of the mail about the forgotten password.
async fn mail(driver: &WebDriver, demo: &serde_json::Value) -> WebDriverResult<String> {
    driver.goto(demo["mailbox"].as_str().unwrap()).await?;
    driver.set_implicit_wait_timeout(Duration::ZERO).await?;
    for _ in 0..100 {
        if driver.find(By::LinkText(SUBJECT)).await.is_ok() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
        driver.refresh().await?;
    }
    driver.set_implicit_wait_timeout(Duration::from_secs(10)).await?;
    driver.find(By::LinkText(SUBJECT)).await?.click().await?;
    driver.find(By::Css("pre")).await?.text().await
}

async fn journey(driver: &WebDriver, demo: &serde_json::Value) -> WebDriverResult<()> {
    driver.goto(demo["portal"].as_str().unwrap()).await?;
    driver.find(By::LinkText("Sign in")).await?.click().await?;
    driver.find(By::LinkText("Ik kan niet inloggen")).await?.click().await?;
    assert_eq!(driver.find(By::Css("h1")).await?.text().await?, "Wat is het probleem?");
    driver.find(By::Id("problem-password")).await?.click().await?;
    driver.find(By::Css("button.primary")).await?.click().await?;
    driver.find(By::Id("username")).await?.send_keys(CARLA).await?;
    driver.find(By::Css("button.primary")).await?.click().await?;
    driver.find(By::Id("code")).await?;
    let waiting = driver.current_url().await?;
    let text = mail(driver, demo).await?;
    let code = text.lines().find(|line| line.starts_with("    ")).expect("a code").trim().to_owned();
    driver.goto(waiting.as_str()).await?;
    driver.find(By::Id("code")).await?.send_keys(&code).await?;
    driver.find(By::Css("button.primary")).await?.click().await?;
    driver.find(By::Id("password")).await?.send_keys("zeven groene kikkers").await?;
    driver.find(By::Css("button.primary")).await?.click().await?;
    driver.find(By::XPath("//*[contains(@class, 'done') and contains(., 'Je wachtwoord is gewijzigd')]")).await?;
    driver.find(By::Id("username")).await?.send_keys(CARLA).await?;
    driver.find(By::Id("password")).await?.send_keys("zeven groene kikkers").await?;
    driver.find(By::Css("button.primary")).await?.click().await?;
    driver.find(By::XPath("//h1[contains(., 'Carla Jansen')]")).await?;
    assert!(driver.current_url().await?.as_str().starts_with(demo["portal"].as_str().unwrap()));
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_forgotten_password_is_chosen_anew_on_the_way_to_the_portal() {
    let (_running, demo) = demo();
    let chromium = Chromium::start(&["--accept-lang=nl"]).await;
    journey(&chromium.driver, &demo).await.unwrap();
    chromium.driver.quit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_works_without_javascript() {
    let (_running, demo) = demo();
    let chromium = Chromium::start(&["--accept-lang=nl", "--blink-settings=scriptEnabled=false"]).await;
    journey(&chromium.driver, &demo).await.unwrap();
    chromium.driver.quit().await.unwrap();
}

/// A helper sets up a passkey, and is asked for it again when they come back to the queue later.
async fn queue(driver: &WebDriver, server: &Server) -> WebDriverResult<()> {
    driver.goto(format!("{}/recovery-requests", server.issuer)).await?;
    let _computer = Virtual::platform(driver).await?;
    driver.find(By::Id("username")).await?.send_keys("eva@helpdesk.nl").await?;
    driver.find(By::Id("password")).await?.send_keys(PASSWORD).await?;
    driver.find(By::Css("button.primary")).await?.click().await?;
    driver.find(By::XPath("//a[. = 'Passkey']")).await?.click().await?;
    driver.find(By::Css(".ceremony button.primary")).await?.click().await?;
    driver.find(By::Css(".area")).await?;
    driver.goto(format!("{}/recovery-requests", server.issuer)).await?;
    driver.find(By::XPath("//p[. = 'Nobody waits.']")).await?;
    server.clock.advance(301);
    driver.refresh().await?;
    driver.find(By::XPath("//p[contains(., 'Use your passkey to go on')]")).await?;
    driver.find(By::Css(".ceremony button.primary")).await?.click().await?;
    driver.find(By::XPath("//p[. = 'Nobody waits.']")).await?;
    assert!(driver.current_url().await?.as_str().ends_with("/recovery-requests"));
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_helper_uses_the_passkey_again_for_the_queue() {
    let engine = Engine::sqlite();
    let server = Server::start(&engine).await;
    server.hire("eva@helpdesk.nl", Role::Employee, InstanceRole::Helpdesk).await;
    let chromium = Chromium::start(&["--accept-lang=en"]).await;
    queue(&chromium.driver, &server).await.unwrap();
    chromium.driver.quit().await.unwrap();
}
