//! Looking for one of many organisations, in a real browser.

use countersign::features::accounts::InstanceRole;
use countersign::features::organisations::Role;
use thirtyfour::prelude::*;

use crate::browser::Chromium;
use crate::several_organisations::join_many;
use crate::support::codes::BRAM;
use crate::support::{Engine, PASSWORD, Server};

async fn shown(driver: &WebDriver) -> WebDriverResult<Vec<String>> {
    let mut names = Vec::new();
    for choice in driver.find_all(By::Css(".choices .choice")).await? {
        if choice.is_displayed().await? {
            names.push(choice.find(By::Css("strong")).await?.text().await?);
        }
    }
    Ok(names)
}

async fn look_for_one(driver: &WebDriver, server: &Server) -> WebDriverResult<()> {
    let request = Server::authorize(&[("scope", "openid organisation offline_access")]);
    driver.goto(format!("{}{request}", server.issuer)).await?;
    driver.find(By::Id("username")).await?.send_keys(BRAM).await?;
    driver.find(By::Id("password")).await?.send_keys(PASSWORD).await?;
    driver.find(By::Css("form[data-busy] .primary")).await?.click().await?;
    driver.find(By::XPath("//h1[. = 'Which organisation?']")).await?;
    let button = driver.find(By::Css(".search button")).await?;
    assert!(!button.is_displayed().await?, "the button is for pages without scripts");
    assert_eq!(shown(driver).await?.len(), 13);
    let (field, found) = (driver.find(By::Id("q")).await?, driver.find(By::Id("found")).await?);
    field.send_keys(" OFFICE 1").await?;
    assert_eq!(shown(driver).await?, ["Office 1", "Office 10", "Office 11", "Office 12"]);
    assert_eq!(found.text().await?, "4 organisations");
    field.send_keys("2".to_owned() + Key::Enter).await?;
    assert_eq!(shown(driver).await?, ["Office 12"]);
    assert_eq!(found.text().await?, "1 organisation");
    field.send_keys("3").await?;
    assert_eq!(shown(driver).await?, Vec::<String>::new());
    assert_eq!(found.text().await?, "No organisation is called that.");
    field.clear().await?;
    field.send_keys("de vries").await?;
    assert_eq!(shown(driver).await?, ["Kantoor De Vries"]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_choices_are_filtered_while_somebody_types() {
    let engine = Engine::sqlite();
    let server = Server::start(&engine).await;
    let account = server.hire(BRAM, Role::Employee, InstanceRole::None).await;
    join_many(&server, account, 1..=12).await;
    let chromium = Chromium::start(&["--accept-lang=en"]).await;
    look_for_one(&chromium.driver, &server).await.unwrap();
    chromium.driver.quit().await.unwrap();
}
