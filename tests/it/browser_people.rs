//! Looking after somebody, and belonging to two organisations, in a real browser and in both languages.

use countersign::domain::Language;
use countersign::features::accounts::{InstanceRole, Profile, set_profile};
use countersign::features::organisations::Role;
use thirtyfour::prelude::*;

use crate::browser::Chromium;
use crate::support::codes::BRAM;
use crate::support::{Engine, PASSWORD, Server};

const NEW: &str = "zeven blauwe tafels en een hek";

async fn sign_in(driver: &WebDriver, server: &Server, email: &str, password: &str) -> WebDriverResult<()> {
    driver.goto(format!("{}/sign-in", server.issuer)).await?;
    type_in(driver, email, password).await
}

async fn type_in(driver: &WebDriver, email: &str, password: &str) -> WebDriverResult<()> {
    let name = driver.find(By::Id("username")).await?;
    name.clear().await?;
    name.send_keys(email).await?;
    driver.find(By::Id("password")).await?.send_keys(password).await?;
    driver.find(By::Css("form[data-busy] button.primary")).await?.click().await
}

async fn press(driver: &WebDriver, words: &str) -> WebDriverResult<()> {
    let path = format!("//main//*[self::a or self::button][normalize-space(.) = '{words}']");
    driver.find(By::XPath(path)).await?.click().await
}

async fn heading(driver: &WebDriver, words: &str) -> WebDriverResult<()> {
    driver.find(By::XPath(format!("//h1[contains(., \"{words}\")]"))).await.map(|_| ())
}

/// Somebody who reads Dutch.
async fn dutch(server: &Server, email: &str) {
    let account = server.hire(email, Role::Employee, InstanceRole::None).await;
    let state = &server.inner.state;
    let profile =
        Profile { name: "Bram Bakker".to_owned(), given_name: None, family_name: None, language: Language::Dutch };
    let mut writer = state.db.writing().await.unwrap();
    set_profile(&mut writer, account, profile, state.now()).await.unwrap();
    writer.commit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_administrator_asks_for_a_new_password_and_it_is_chosen_in_dutch() {
    let engine = Engine::sqlite();
    let server = Server::start(&engine).await;
    dutch(&server, BRAM).await;
    let anna = Chromium::start(&["--accept-lang=en"]).await;
    let bram = Chromium::start(&["--accept-lang=nl"]).await;
    let (looks, signs) = (&anna.driver, &bram.driver);
    let journey = async {
        sign_in(looks, &server, "anna@kantoor.nl", PASSWORD).await?;
        looks.goto(format!("{}/organisation/employees", server.issuer)).await?;
        press(looks, "Bram Bakker").await?;
        heading(looks, "Bram Bakker").await?;
        press(looks, "Security and login details").await?;
        press(looks, "Ask for a new password").await?;
        heading(looks, "Ask Bram Bakker for a new password?").await?;
        press(looks, "Ask for a new password").await?;
        let done = looks.find(By::Css(".done")).await?.text().await?;
        assert_eq!(done, "Bram Bakker must choose a new password.");
        press(looks, "IP addresses").await?;
        press(looks, "Activity").await?;
        looks.find(By::XPath("//*[contains(., 'A new password was asked for.')]")).await?;
        sign_in(signs, &server, BRAM, PASSWORD).await?;
        heading(signs, "Stel een nieuw wachtwoord in").await?;
        signs.find(By::XPath("//p[contains(., 'Je beheerder vraagt je')]")).await?;
        signs.find(By::Id("password")).await?.send_keys(NEW).await?;
        signs.find(By::Css("form[data-busy] button.primary")).await?.click().await?;
        signs.find(By::XPath("//dd[contains(., 'bram@kantoor.nl')]")).await?;
        assert_eq!(signs.current_url().await?.path(), "/account");
        WebDriverResult::Ok(())
    };
    journey.await.unwrap();
    anna.driver.quit().await.unwrap();
    bram.driver.quit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_is_asked_into_a_second_organisation_and_chooses_it_in_an_app() {
    const PIET: &str = "piet@elders.nl";
    let engine = Engine::sqlite();
    let server = Server::start(&engine).await;
    dutch(&server, PIET).await;
    crate::several_organisations::move_elsewhere(&server, PIET).await;
    let anna = Chromium::start(&["--accept-lang=en"]).await;
    let piet = Chromium::start(&["--accept-lang=nl"]).await;
    let (asks, answers) = (&anna.driver, &piet.driver);
    let journey = async {
        sign_in(asks, &server, "anna@kantoor.nl", PASSWORD).await?;
        asks.goto(format!("{}/organisation/employees/invite", server.issuer)).await?;
        asks.find(By::Id("name")).await?.send_keys("Piet").await?;
        asks.find(By::Id("email")).await?.send_keys(PIET).await?;
        asks.find(By::Css("main form button.primary")).await?.click().await?;
        asks.find(By::XPath("//h2[. = 'Invited']")).await?;
        let mail = server.mailbox().wait_for(PIET).await;
        answers.goto(mail.links()[0].to_owned()).await?;
        heading(answers, "Anna de Vries heeft je uitgenodigd voor Kantoor De Vries").await?;
        press(answers, "Log in om te accepteren").await?;
        type_in(answers, PIET, PASSWORD).await?;
        heading(answers, "Anna de Vries heeft je uitgenodigd").await?;
        press(answers, "Uitnodiging accepteren").await?;
        heading(answers, "Je hoort bij Kantoor De Vries").await?;
        answers.goto(format!("{}{}", server.issuer, Server::authorize(&[]))).await?;
        heading(answers, "Welke organisatie?").await?;
        let choice = "//button[contains(., 'Kantoor De Vries')]";
        answers.find(By::XPath(choice)).await?.click().await?;
        asks.goto(format!("{}/organisation/employees", server.issuer)).await?;
        asks.find(By::XPath("//td[contains(., 'piet@elders.nl')]")).await?;
        WebDriverResult::Ok(())
    };
    journey.await.unwrap();
    anna.driver.quit().await.unwrap();
    piet.driver.quit().await.unwrap();
}
