//! Confirming a new place, in a real browser that waits.

use countersign::domain::network::Network;
use countersign::features::accounts::InstanceRole;
use countersign::features::networks::{Owner, Status, remove_network};
use countersign::features::organisations::Role;
use thirtyfour::prelude::*;

use crate::browser::Chromium;
use crate::support::codes::BRAM;
use crate::support::{Browser, Engine, PASSWORD, Server};

/// A server where Bram never was.
async fn start() -> (Engine, Server) {
    let engine = Engine::sqlite();
    let server = Server::start(&engine).await;
    let bram = server.hire(BRAM, Role::Employee, InstanceRole::None).await;
    let mut writer = server.inner.state.db.writing().await.unwrap();
    let here = Network::of("127.0.0.1".parse().unwrap());
    assert!(remove_network(&mut writer, Owner::Account(bram), here, Status::Known).await.unwrap());
    writer.commit().await.unwrap();
    (engine, server)
}

/// Gives the right password, and reads the number of the page that waits.
async fn sign_in(driver: &WebDriver, server: &Server) -> WebDriverResult<String> {
    driver.goto(format!("{}/sign-in", server.issuer)).await?;
    driver.find(By::Id("username")).await?.send_keys(BRAM).await?;
    driver.find(By::Id("password")).await?.send_keys(PASSWORD).await?;
    driver.find(By::Css("form[data-busy] button.primary")).await?.click().await?;
    driver.find(By::XPath("//h1[. = 'Confirm this new IP address']")).await?;
    driver.find(By::Css(".number")).await?.text().await
}

/// Answers the link of the mail on another device.
async fn answer(server: &Server, fields: &[(&str, &str)]) {
    let mail = server.mailbox().wait_for(BRAM).await;
    let link = mail.links()[0].strip_prefix(&server.issuer).unwrap().to_owned();
    let mut telephone: Browser = server.browser();
    let csrf = telephone.get(&link).await.field("csrf");
    let mut all = vec![("csrf", csrf.as_str())];
    all.extend(fields);
    assert_eq!(telephone.post(&link, &all).await.status, 303);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_goes_on_by_itself_when_another_device_confirms() {
    let (_engine, server) = start().await;
    let chromium = Chromium::start(&["--accept-lang=en"]).await;
    let driver = &chromium.driver;
    let confirm = async {
        let number = sign_in(driver, &server).await?;
        let status = driver.find(By::Css(".waiting [role=status]")).await?;
        assert!(status.text().await?.starts_with("Waiting for you to confirm"));
        answer(&server, &[("answer", "yes"), ("number", &number)]).await;
        driver.find(By::XPath("//dd[contains(., 'bram@kantoor.nl')]")).await?;
        assert_eq!(driver.current_url().await?.path(), "/account");
        WebDriverResult::Ok(())
    };
    confirm.await.unwrap();
    chromium.driver.quit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_tells_that_the_sign_in_was_stopped() {
    let (_engine, server) = start().await;
    let chromium = Chromium::start(&["--accept-lang=en"]).await;
    let driver = &chromium.driver;
    let stop = async {
        sign_in(driver, &server).await?;
        answer(&server, &[("answer", "no")]).await;
        let told = "//*[contains(., 'This sign-in was stopped from the email')]";
        driver.find(By::XPath(told)).await?;
        driver.find(By::Id("username")).await?;
        let problem = driver.find(By::Id("problem")).await?.text().await?;
        assert!(problem.contains("stopped from the email"), "{problem}");
        WebDriverResult::Ok(())
    };
    stop.await.unwrap();
    chromium.driver.quit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_javascript_a_button_goes_on_in_dutch() {
    let (_engine, server) = start().await;
    let chromium = Chromium::start(&["--accept-lang=nl", "--blink-settings=scriptEnabled=false"]).await;
    let driver = &chromium.driver;
    let confirm = async {
        driver.goto(format!("{}/sign-in", server.issuer)).await?;
        driver.find(By::Id("username")).await?.send_keys(BRAM).await?;
        driver.find(By::Id("password")).await?.send_keys(PASSWORD).await?;
        driver.find(By::Css("form[data-busy] button.primary")).await?.click().await?;
        driver.find(By::XPath("//h1[. = 'Bevestig dit nieuwe IP-adres']")).await?;
        let number = driver.find(By::Css(".number")).await?.text().await?;
        let go_on = "//button[. = 'Ik heb bevestigd, ga door']";
        driver.find(By::XPath(go_on)).await?.click().await?;
        let problem = driver.find(By::Id("problem")).await?.text().await?;
        assert!(problem.contains("nog niet bevestigd"), "{problem}");
        answer(&server, &[("answer", "yes"), ("number", &number)]).await;
        driver.find(By::XPath(go_on)).await?.click().await?;
        driver.find(By::XPath("//dd[contains(., 'bram@kantoor.nl')]")).await?;
        WebDriverResult::Ok(())
    };
    confirm.await.unwrap();
    chromium.driver.quit().await.unwrap();
}
