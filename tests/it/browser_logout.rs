//! Signing out in a real browser, with apps that are told in frames.

use std::time::Duration;

use countersign::features::clients::Profile;
use thirtyfour::prelude::*;

use crate::browser::Chromium;
use crate::support::{Engine, PASSWORD, Server, Site, VERIFIER, query_of};

async fn journey(driver: &WebDriver, server: &Server, site: &Site) -> WebDriverResult<()> {
    let callback = site.url("/callback");
    let request = Server::authorize(&[("client_id", "framed"), ("redirect_uri", &callback)]);
    driver.goto(format!("{}{request}", server.origin())).await?;
    driver.find(By::Id("username")).await?.send_keys("anna").await?;
    driver.find(By::Id("password")).await?.send_keys(PASSWORD).await?;
    driver.find(By::Css("button.primary")).await?.click().await?;
    driver.find(By::XPath("//h1[. = 'Callback']")).await?;
    let code = query_of(driver.current_url().await?.as_str())["code"].clone();
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", &callback),
        ("code_verifier", VERIFIER),
    ];
    let tokens = server.token_as("framed", &fields).await.json();
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("id_token_hint", tokens["id_token"].as_str().unwrap())
        .append_pair("post_logout_redirect_uri", &site.url("/bye"))
        .append_pair("state", "the-state")
        .finish();
    driver.goto(format!("{}/end_session?{query}", server.origin())).await?;
    driver.find(By::XPath("//h1[. = 'Bye']")).await?;
    assert_eq!(driver.current_url().await?.as_str(), format!("{}?state=the-state", site.url("/bye")));
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_app_is_told_in_a_frame_before_the_browser_goes_back() {
    let engine = Engine::sqlite();
    let (server, site) = (Server::start(&engine).await, Site::start().await);
    for (path, heading) in [("/callback", "Callback"), ("/out", "Out"), ("/bye", "Bye")] {
        site.publish(path, (200, "text/html"), &format!("<title>App</title><h1>{heading}</h1>"));
    }
    server
        .register("framed", |client| {
            client.profile = Profile::Oidc;
            client.metadata.redirect_uris = vec![site.url("/callback")];
            client.metadata.post_logout_redirect_uris = vec![site.url("/bye")];
            client.metadata.frontchannel_logout_uri = Some(site.url("/out"));
        })
        .await;
    let chromium = Chromium::start(&["--accept-lang=en"]).await;
    let began = tokio::time::Instant::now();
    let done = journey(&chromium.driver, &server, &site).await;
    chromium.driver.clone().quit().await.unwrap();
    done.unwrap();
    assert_eq!(site.fetches("/out"), 1, "told once");
    assert!(began.elapsed() < Duration::from_mins(1));
}
