//! An app that watches in a real browser whether somebody is still signed in.

use countersign::features::clients::Profile;
use serde_json::{Value, json};
use thirtyfour::prelude::*;

use crate::browser::Chromium;
use crate::support::{Engine, PASSWORD, Server, Site, query_of};
use crate::tls::Identity;

/// A page of an app that frames ours, asks it, and shows what it answers.
fn watching(issuer: &str) -> String {
    format!(
        "<title>App</title><iframe id=\"op\" src=\"{issuer}/check_session\"></iframe><p id=\"answer\"></p><script>
        const [op, shown] = [document.getElementById('op'), document.getElementById('answer')];
        const ask = (message) => {{ shown.textContent = ''; op.contentWindow.postMessage(message, '{issuer}'); }};
        addEventListener('message', (event) => {{
          if (event.origin === '{issuer}' && event.source === op.contentWindow) shown.textContent = event.data;
        }});
        addEventListener('load', () => document.body.append(document.createElement('hr')));
        </script>"
    )
}

async fn answer(driver: &WebDriver, message: Value, expected: &str) -> WebDriverResult<()> {
    let asked = message.to_string();
    driver.execute("ask(arguments[0])", vec![message]).await?;
    driver.find(By::XPath("//p[@id = 'answer'][. != '']")).await?;
    let answered = driver.find(By::Id("answer")).await?.text().await?;
    assert_eq!(answered, expected, "{asked}");
    Ok(())
}

async fn journey(driver: &WebDriver, server: &Server, site: &Site) -> WebDriverResult<()> {
    let callback = site.url("/callback");
    let request = Server::authorize(&[("client_id", "watching"), ("redirect_uri", &callback)]);
    driver.goto(format!("{}{request}", server.issuer)).await?;
    driver.find(By::Id("username")).await?.send_keys("anna").await?;
    driver.find(By::Id("password")).await?.send_keys(PASSWORD).await?;
    driver.find(By::Css("button.primary")).await?.click().await?;
    driver.find(By::XPath("//h1[. = 'Callback']")).await?;
    let known = query_of(driver.current_url().await?.as_str())["session_state"].clone();

    driver.goto(site.url("/watching")).await?;
    driver.find(By::Css("hr")).await?;
    let sound = json!(format!("watching {known}"));
    answer(driver, sound.clone(), "unchanged").await?;
    answer(driver, json!(format!("another {known}")), "changed").await?;
    answer(driver, json!(format!("watching {}.salt", "0".repeat(64))), "changed").await?;
    let long = format!("{} {known}", "x".repeat(200));
    answer(driver, json!(long), "changed").await?;
    for malformed in
        [json!("watching"), json!(format!("watching  {known}")), json!("watching x.y"), json!(7), json!({})]
    {
        answer(driver, malformed, "error").await?;
    }

    // Somebody signs out in another tab, and the frame that is open all the while sees it.
    let app = driver.window().await?;
    let tab = driver.new_tab().await?;
    driver.switch_to_window(tab).await?;
    driver.goto(format!("{}/end_session", server.issuer)).await?;
    driver.find(By::Css("button.primary")).await?.click().await?;
    driver.find(By::XPath("//h1[contains(., 'signed out')]")).await?;
    driver.switch_to_window(app).await?;
    answer(driver, sound, "changed").await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_app_sees_in_a_frame_that_somebody_signed_out() {
    let (identity, engine, site) = (Identity::ecdsa(), Engine::sqlite(), Site::start().await);
    let server = identity.serve_with(&engine, |config| config.oidc.session_management = true).await;
    site.publish("/callback", (200, "text/html"), "<title>App</title><h1>Callback</h1>");
    site.publish("/watching", (200, "text/html"), &watching(&server.issuer));
    server
        .register("watching", |client| {
            client.profile = Profile::Oidc;
            client.metadata.redirect_uris = vec![site.url("/callback")];
        })
        .await;
    let chromium = Chromium::start(&["--accept-lang=en", "--ignore-certificate-errors"]).await;
    let done = journey(&chromium.driver, &server, &site).await;
    chromium.driver.clone().quit().await.unwrap();
    done.unwrap();
}
