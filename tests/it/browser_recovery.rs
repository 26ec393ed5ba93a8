//! A forgotten password in a real browser, from the portal and back to it.

use std::time::Duration;

use thirtyfour::prelude::*;

use crate::browser::{Chromium, demo};

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
