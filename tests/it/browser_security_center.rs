//! The Security center in a real browser: what is switched on shows at once who is affected.

use countersign::features::accounts::InstanceRole;
use countersign::features::organisations::Role;
use thirtyfour::prelude::*;

use crate::browser::Chromium;
use crate::support::{AuthenticatorApp, Engine, PASSWORD, Server};

const BRAM: &str = "bram@kantoor.nl";
const CARLA: &str = "carla@kantoor.nl";

/// Waits until the page says so at this place.
async fn says(driver: &WebDriver, place: &str, words: &str) -> WebDriverResult<()> {
    let mut said = String::new();
    for _ in 0..100 {
        // While the page is left for the next, what was found goes stale.
        said = driver.find(By::Css(place)).await?.text().await.unwrap_or_default();
        if said.contains(words) {
            return Ok(());
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("{said:?} instead of {words:?}");
}

async fn sign_in(driver: &WebDriver, server: &Server, email: &str) -> WebDriverResult<()> {
    driver.goto(format!("{}/sign-in", server.origin())).await?;
    driver.find(By::Id("username")).await?.send_keys(email).await?;
    driver.find(By::Id("password")).await?.send_keys(PASSWORD).await?;
    driver.find(By::Css("form[data-busy] .primary")).await?.click().await
}

/// What the table says about somebody.
async fn told(driver: &WebDriver, name: &str) -> WebDriverResult<String> {
    let row = format!("//tr[td[contains(., '{name}')]]/td[last()]");
    driver.find(By::XPath(row)).await?.text().await
}

async fn journey(driver: &WebDriver, server: &Server, app: &AuthenticatorApp) -> WebDriverResult<()> {
    sign_in(driver, server, "anna@kantoor.nl").await?;
    driver.find(By::Css("input[inputmode=numeric]")).await?.send_keys(app.code(server, 0)).await?;
    driver.find(By::Css("main button.primary, .card button.primary")).await?.click().await?;
    driver.find(By::LinkText("Security center")).await?.click().await?;
    says(driver, "#summary", "Change something above").await?;
    assert!(!driver.find(By::Id("preview")).await?.is_displayed().await?, "the button is for pages without scripts");
    assert!(!driver.find(By::Id("date")).await?.is_displayed().await?, "what the switch is about shows with it");

    driver.find(By::Name("second")).await?.click().await?;
    says(driver, "#summary", "2 of 3 people must have set up 2FA by").await?;
    driver.find(By::Css("input[name=when][value=now]")).await?.click().await?;
    says(driver, "#summary", "2 of 3 people must set up 2FA at their next sign-in").await?;
    says(driver, "#save", "Save and apply to 2 people").await?;
    assert_eq!(told(driver, BRAM).await?, "Must set up 2FA at next sign-in");
    assert_eq!(told(driver, CARLA).await?, "Must set up 2FA at next sign-in");
    assert_eq!(told(driver, "Anna de Vries").await?, "No change");

    driver.find(By::Id("save")).await?.click().await?;
    says(driver, ".done", "Saved. The rules hold from now on").await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_administrator_sees_who_is_affected_saves_and_takes_it_back() {
    let engine = Engine::sqlite();
    let server = Server::start(&engine).await;
    for email in [BRAM, CARLA] {
        server.hire(email, Role::Employee, InstanceRole::None).await;
    }
    let mut anna = server.browser();
    anna.sign_in_at("/sign-in", "anna@kantoor.nl", PASSWORD).await;
    let (app, done) = anna.connect_app(&server, "account").await;
    assert_eq!(done.status, 303);
    server.clock.advance(60);

    let hers = Chromium::start(&["--accept-lang=en"]).await;
    journey(&hers.driver, &server, &app).await.unwrap();
    // Bram is led to the set-up.
    let his = Chromium::start(&["--accept-lang=en"]).await;
    let led = async {
        sign_in(&his.driver, &server, BRAM).await?;
        says(&his.driver, "h1", "Kantoor De Vries asks you to set up two-factor authentication").await
    };
    led.await.unwrap();
    let undo = async {
        hers.driver.find(By::XPath("//button[. = 'Undo']")).await?.click().await?;
        says(&hers.driver, ".done", "Taken back. The rules from before hold again.").await?;
        sign_in(&his.driver, &server, BRAM).await?;
        says(&his.driver, "h1", "Your account").await
    };
    undo.await.unwrap();
    his.driver.quit().await.unwrap();
    hers.driver.quit().await.unwrap();
}
