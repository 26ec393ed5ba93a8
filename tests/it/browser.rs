//! The journey of an accountant, in a real browser.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use thirtyfour::prelude::*;

use crate::support::outbox::post_mail;
use crate::support::{Engine, Server};

/// A program that dies with the test.
pub(crate) struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The demo, on free ports.
pub(crate) fn demo() -> (Running, serde_json::Value) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_countersign"))
        .args([
            "demo",
            "--listen",
            "127.0.0.1:0",
            "--portal-listen",
            "127.0.0.1:0",
            "--mailbox-listen",
            "127.0.0.1:0",
            "--json",
        ])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    (Running(child), serde_json::from_str(&line).unwrap())
}

/// Starts what drives the browser, and tells its port; nothing when it ended at once.
fn start_driver() -> Option<(Running, String)> {
    let chromedriver = std::env::var("COUNTERSIGN_CHROMEDRIVER").unwrap_or_else(|_| "chromedriver".to_owned());
    let mut child = Command::new(chromedriver)
        .arg("--port=0")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("no chromedriver: run the tests with tests/run");
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let process = Running(child);
    loop {
        let mut line = String::new();
        if output.read_line(&mut line).unwrap() == 0 {
            return None;
        }
        if let Some(rest) = line.split("on port ").nth(1) {
            let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
            if !digits.is_empty() && digits != "0" {
                // Whatever else it prints must not fill the pipe.
                std::thread::spawn(move || output.read_to_end(&mut Vec::new()));
                return Some((process, digits));
            }
        }
    }
}

/// A headless Chromium and what drives it.
pub(crate) struct Chromium {
    pub(crate) driver: WebDriver,
    _process: Running,
    _profile: tempfile::TempDir,
}

impl Chromium {
    pub(crate) async fn start(arguments: &[&str]) -> Self {
        // Choosing the TLS stack twice is fine: the first choice stays.
        let _ = rustls::crypto::ring::default_provider().install_default();
        // Of several that look for a free port at once one may find its own taken.
        let (process, port) = (0..5).find_map(|_| start_driver()).expect("chromedriver ends at once");
        let profile = tempfile::tempdir().unwrap();
        let mut capabilities = DesiredCapabilities::chrome();
        if let Ok(binary) = std::env::var("COUNTERSIGN_CHROMIUM") {
            capabilities.set_binary(&binary).unwrap();
        }
        let data = format!("--user-data-dir={}", profile.path().display());
        let fixed = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--window-size=1280,900",
            &data,
        ];
        for argument in fixed.iter().chain(arguments) {
            capabilities.add_arg(argument).unwrap();
        }
        // Some builds keep cookies from frames of other sites, as people may choose; what apps frame needs them.
        let cookies =
            serde_json::json!({ "profile.cookie_controls_mode": 0, "profile.block_third_party_cookies": false });
        capabilities.add_experimental_option("prefs", cookies).unwrap();
        let driver = WebDriver::new(format!("http://127.0.0.1:{port}"), capabilities).await.unwrap();
        driver.set_implicit_wait_timeout(Duration::from_secs(10)).await.unwrap();
        Self { driver, _process: process, _profile: profile }
    }
}

/// Portal, sign-in, "Signed in as", sign-out: the main job.
async fn journey(driver: &WebDriver, demo: &serde_json::Value, dutch: bool) -> WebDriverResult<()> {
    let portal = demo["portal"].as_str().unwrap();
    driver.goto(portal).await?;
    driver.find(By::LinkText("Sign in")).await?.click().await?;
    let (heading, button) = if dutch { ("Inloggen", "Inloggen") } else { ("Sign in", "Sign in") };
    let title = driver.find(By::Css("h1")).await?.text().await?;
    assert_eq!(title, heading);
    assert!(driver.current_url().await?.as_str().starts_with(demo["issuer"].as_str().unwrap()));

    driver.find(By::Id("username")).await?.send_keys("anna@kantoor.example").await?;
    driver.find(By::Id("password")).await?.send_keys("not the password").await?;
    driver.find(By::Css("button.primary")).await?.click().await?;
    let problem = driver.find(By::Id("problem")).await?.text().await?;
    assert!(problem.contains(if dutch { "klopt niet" } else { "is not right" }), "{problem}");
    let name = driver.find(By::Id("username")).await?.prop("value").await?;
    assert_eq!(name.as_deref(), Some("anna@kantoor.example"), "the name is kept");

    driver.find(By::Id("password")).await?.send_keys("vier-rode-fietsen").await?;
    let submit = driver.find(By::Css("button.primary")).await?;
    assert_eq!(submit.text().await?, button);
    submit.click().await?;
    driver.find(By::XPath("//h1[contains(., 'Signed in as Anna de Vries')]")).await?;
    let lead = driver.find(By::Css(".lead")).await?.text().await?;
    assert_eq!(lead, "Kantoor De Vries · administrator");
    assert!(driver.current_url().await?.as_str().starts_with(portal));

    driver.goto(format!("{}/account", demo["issuer"].as_str().unwrap())).await?;
    driver.find(By::XPath("//dd[contains(., 'anna@kantoor.example')]")).await?;
    driver.goto(portal).await?;
    driver.find(By::XPath("//button[. = 'Sign out']")).await?.click().await?;
    driver.find(By::LinkText("Sign in")).await?;
    driver.goto(format!("{}/account", demo["issuer"].as_str().unwrap())).await?;
    driver.find(By::Id("username")).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_accountant_signs_in_to_the_portal_and_out_again() {
    let (_running, demo) = demo();
    let chromium = Chromium::start(&["--accept-lang=en"]).await;
    journey(&chromium.driver, &demo, false).await.unwrap();
    chromium.driver.quit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_works_in_dutch_and_without_javascript() {
    let (_running, demo) = demo();
    let chromium = Chromium::start(&["--accept-lang=nl", "--blink-settings=scriptEnabled=false"]).await;
    journey(&chromium.driver, &demo, true).await.unwrap();
    chromium.driver.quit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_language_link_keeps_the_request() {
    let (_running, demo) = demo();
    let chromium = Chromium::start(&["--accept-lang=en"]).await;
    let driver = &chromium.driver;
    let switch = async {
        driver.goto(demo["portal"].as_str().unwrap()).await?;
        driver.find(By::LinkText("Sign in")).await?.click().await?;
        let before = driver.current_url().await?;
        driver.find(By::XPath("//button[. = 'Nederlands']")).await?.click().await?;
        driver.find(By::XPath("//h1[. = 'Inloggen']")).await?;
        assert_eq!(driver.current_url().await?, before);
        driver.find(By::Css("button[data-show]")).await?.click().await?;
        assert_eq!(driver.find(By::Id("password")).await?.prop("type").await?.as_deref(), Some("text"));
        WebDriverResult::Ok(())
    };
    switch.await.unwrap();
    chromium.driver.quit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_mailbox_shows_a_mail_as_text_and_in_a_frame() {
    let (_running, demo) = demo();
    let engine = Engine::sqlite();
    let server = Server::start(&engine).await;
    let chromium = Chromium::start(&["--accept-lang=en"]).await;
    let driver = &chromium.driver;
    let look = async {
        driver.goto(demo["mailbox"].as_str().unwrap()).await?;
        // The demo has invited somebody; the mail is on its way.
        let invitation = || driver.find(By::LinkText("Je uitnodiging voor Countersign demo"));
        for _ in 0..100 {
            if invitation().await.is_ok() {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            driver.refresh().await?;
        }
        invitation().await?;
        driver.goto(server.mailbox().url()).await?;
        driver.find(By::XPath("//p[. = 'No messages yet.']")).await?;
        post_mail(&server).await;
        server.mailbox().wait_for("anna@kantoor.nl").await;
        driver.find(By::LinkText("Refresh")).await?.click().await?;
        driver.find(By::LinkText("Someone may know your password")).await?.click().await?;
        assert!(driver.find(By::Css("pre")).await?.text().await?.contains("Hello Anna,"));
        driver.find(By::Css("iframe")).await?.enter_frame().await?;
        let heading = driver.find(By::Css("h1")).await?;
        assert_eq!(heading.text().await?, "Someone may know your password");
        assert_eq!(heading.css_value("font-size").await?, "20px", "the policy lets the mail have its own styles");
        WebDriverResult::Ok(())
    };
    look.await.unwrap();
    chromium.driver.quit().await.unwrap();
}
