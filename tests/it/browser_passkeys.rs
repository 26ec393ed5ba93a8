//! Passkeys in a real browser, with a virtual authenticator.

use serde_json::{Value, json};
use thirtyfour::prelude::*;

use crate::browser::{Chromium, demo};

/// The password of the people of the demo.
const PASSWORD: &str = "vier-rode-fietsen";

/// An authenticator of the browser.
pub(crate) struct Virtual<'a> {
    driver: &'a WebDriver,
    id: String,
}

impl<'a> Virtual<'a> {
    /// Plugs one in.
    async fn plug(driver: &'a WebDriver, options: Value) -> WebDriverResult<Self> {
        driver.cdp().send_raw("WebAuthn.enable", json!({})).await?;
        let added = driver.cdp().send_raw("WebAuthn.addVirtualAuthenticator", json!({ "options": options })).await?;
        Ok(Self { driver, id: added["authenticatorId"].as_str().unwrap().to_owned() })
    }

    /// One in the computer itself, which keeps passkeys and asks for a finger.
    pub(crate) async fn platform(driver: &'a WebDriver) -> WebDriverResult<Self> {
        let options = json!({
            "protocol": "ctap2", "transport": "internal", "hasResidentKey": true, "hasUserVerification": true,
            "isUserVerified": true, "automaticPresenceSimulation": true,
        });
        Self::plug(driver, options).await
    }

    /// A key that can only be touched.
    async fn u2f(driver: &'a WebDriver) -> WebDriverResult<Self> {
        let options = json!({ "protocol": "u2f", "transport": "usb", "automaticPresenceSimulation": true });
        Self::plug(driver, options).await
    }

    /// Whether somebody touches it.
    async fn touched(&self, touched: bool) -> WebDriverResult<()> {
        let what = json!({ "authenticatorId": self.id, "enabled": touched });
        self.driver.cdp().send_raw("WebAuthn.setAutomaticPresenceSimulation", what).await.map(drop)
    }

    /// Whether it recognises whoever touches it.
    async fn recognises(&self, recognises: bool) -> WebDriverResult<()> {
        let what = json!({ "authenticatorId": self.id, "isUserVerified": recognises });
        self.driver.cdp().send_raw("WebAuthn.setUserVerified", what).await.map(drop)
    }

    async fn credentials(&self) -> WebDriverResult<usize> {
        let what = json!({ "authenticatorId": self.id });
        let answer = self.driver.cdp().send_raw("WebAuthn.getCredentials", what).await?;
        Ok(answer["credentials"].as_array().unwrap().len())
    }
}

async fn type_password(driver: &WebDriver, email: &str) -> WebDriverResult<()> {
    driver.find(By::Id("username")).await?.send_keys(email).await?;
    driver.find(By::Id("password")).await?.send_keys(PASSWORD).await?;
    driver.find(By::Css("form[data-busy] button:not([type])")).await?.click().await
}

/// Waits until the path begins so.
async fn arrive(driver: &WebDriver, path: &str) -> WebDriverResult<()> {
    for _ in 0..200 {
        if driver.current_url().await?.path().starts_with(path) {
            return Ok(());
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("still at {} instead of {path}", driver.current_url().await?);
}

/// Waits until the status line of the ceremony says something that holds `words`.
async fn says(driver: &WebDriver, words: &str) -> WebDriverResult<()> {
    let mut said = String::new();
    for _ in 0..200 {
        said = driver.find(By::Css("[data-passkey] [role=status]")).await?.text().await?;
        if said.contains(words) {
            return Ok(());
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("{said:?} instead of {words:?}");
}

/// Counts from the next page on how often the browser was asked for a passkey.
async fn count_requests(driver: &WebDriver) -> WebDriverResult<()> {
    let count = "window.requests = 0; const get = navigator.credentials.get; \
         navigator.credentials.get = (...what) => { window.requests += 1; return get.apply(navigator.credentials, what); };";
    driver.cdp().send_raw("Page.enable", json!({})).await?;
    driver.cdp().send_raw("Page.addScriptToEvaluateOnNewDocument", json!({ "source": count })).await.map(drop)
}

/// Waits until the list of the field waits for somebody to choose: a touch after that is not for it.
async fn list_waits(driver: &WebDriver) -> WebDriverResult<()> {
    for _ in 0..200 {
        if driver.execute("return window.requests", vec![]).await?.json().as_u64() == Some(1) {
            return Ok(());
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("the list of the field does not wait for a passkey");
}

async fn press(driver: &WebDriver) -> WebDriverResult<()> {
    click(driver, By::Css("[data-passkey] button")).await
}

/// Clicks on what is there once the page stands still: on the way through several pages it may be gone again.
async fn click(driver: &WebDriver, what: By) -> WebDriverResult<()> {
    let mut last = Ok(());
    for _ in 0..100 {
        let element = driver.find(what.clone()).await?;
        last = element.click().await;
        if last.is_ok() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    last
}

/// Signs in to the account area with the password, and makes a passkey there.
async fn make_passkey(driver: &WebDriver, issuer: &str, email: &str) -> WebDriverResult<()> {
    driver.goto(format!("{issuer}/sign-in")).await?;
    type_password(driver, email).await?;
    driver.find(By::Css("a[href='/account/sessions'], form[action^='/offer/']")).await?;
    driver.goto(format!("{issuer}/enrol/account/passkey")).await?;
    press(driver).await?;
    arrive(driver, "/account/passkeys").await
}

async fn sign_out(driver: &WebDriver, issuer: &str) -> WebDriverResult<()> {
    driver.goto(format!("{issuer}/account/sessions")).await?;
    driver.find(By::Css("form[action='/sign-out'] button")).await?.click().await?;
    arrive(driver, "/sign-out").await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_passkey_brings_back_to_the_portal_in_one_click_or_none() {
    let (_running, demo) = demo();
    let (issuer, portal) = (demo["issuer"].as_str().unwrap(), demo["portal"].as_str().unwrap());
    let chromium = Chromium::start(&["--accept-lang=en"]).await;
    let driver = &chromium.driver;
    let journey = async {
        let device = Virtual::platform(driver).await?;
        make_passkey(driver, issuer, "anna@kantoor.example").await?;
        driver.find(By::XPath("//p[contains(., 'You have one passkey.')]")).await?;
        driver.find(By::XPath("//span[. = 'Used for this sign-in' or . = 'Passkey']")).await?;
        assert_eq!(device.credentials().await?, 1);
        driver.goto(format!("{issuer}/enrol/account/passkey")).await?;
        press(driver).await?;
        says(driver, "This device already has a passkey for your account").await?;

        sign_out(driver, issuer).await?;
        device.touched(false).await?;
        count_requests(driver).await?;
        driver.goto(portal).await?;
        click(driver, By::LinkText("Sign in")).await?;
        // This browser knows passkeys: they are the first choice, and the only one that is.
        driver.find(By::XPath("//main//button[@class = 'primary wide' and . = 'Sign in with a passkey']")).await?;
        assert_eq!(driver.find_all(By::Css("main .primary")).await?.len(), 1);
        // The list of the field waits since before anybody touched it; the button takes over.
        list_waits(driver).await?;
        device.touched(true).await?;
        press(driver).await?;
        driver.find(By::XPath("//h1[contains(., 'Signed in as Anna de Vries')]")).await?;
        assert!(driver.current_url().await?.as_str().starts_with(portal));

        click(driver, By::XPath("//button[. = 'Sign out']")).await?;
        click(driver, By::LinkText("Sign in")).await?;
        driver.find(By::XPath("//h1[contains(., 'Signed in as Anna de Vries')]")).await?;
        WebDriverResult::Ok(())
    };
    journey.await.unwrap();
    chromium.driver.quit().await.unwrap();
}

/// A dialog that ends without a passkey, and one with a passkey that is gone.
async fn failing(driver: &WebDriver, issuer: &str, [stopped, unknown]: [&str; 2]) -> WebDriverResult<()> {
    let device = Virtual::platform(driver).await?;
    make_passkey(driver, issuer, "anna@kantoor.example").await?;
    sign_out(driver, issuer).await?;
    device.touched(false).await?;
    driver.goto(format!("{issuer}/sign-in")).await?;
    device.recognises(false).await?;
    device.touched(true).await?;
    press(driver).await?;
    says(driver, stopped).await?;
    let focused = driver.active_element().await?;
    assert_eq!(focused.id().await?, None);
    assert_eq!(focused.tag_name().await?, "button", "the focus stays where it was");
    assert_eq!(focused.attr("aria-disabled").await?, None, "and it can be pressed again");
    device.recognises(true).await?;
    press(driver).await?;
    arrive(driver, "/account").await?;

    // It is removed, and nobody tells the device: no page of ours comes after this.
    driver.goto(format!("{issuer}/account/passkeys")).await?;
    driver.find(By::Css("a.bad")).await?.click().await?;
    let quietly = "const form = document.querySelector('main form'); const done = arguments[0]; \
         fetch(form.action, { method: 'POST', body: new URLSearchParams(new FormData(form)) }) \
         .then((answer) => done(answer.url));";
    let removed = driver.execute_async(quietly, vec![]).await?;
    assert!(removed.json().as_str().unwrap().ends_with("?done=removed"), "{}", removed.json());
    sign_out(driver, issuer).await?;
    device.touched(false).await?;
    driver.goto(format!("{issuer}/sign-in")).await?;
    let spy = "window.told = []; \
         PublicKeyCredential.signalUnknownCredential = async (what) => { window.told.push(what); }";
    driver.execute(spy, vec![]).await?;
    device.touched(true).await?;
    press(driver).await?;
    says(driver, unknown).await?;
    let told = driver.execute("return window.told", vec![]).await?;
    assert_eq!(told.json()[0]["rpId"], "localhost", "the browser is told");
    type_password(driver, "anna@kantoor.example").await?;
    arrive(driver, "/offer/").await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dialog_that_fails_is_explained_and_the_page_stays_usable() {
    let (_running, demo) = demo();
    let chromium = Chromium::start(&["--accept-lang=en"]).await;
    let words = ["stopped or took too long. Try again", "This passkey no longer works here."];
    failing(&chromium.driver, demo["issuer"].as_str().unwrap(), words).await.unwrap();
    chromium.driver.quit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dialog_that_fails_is_explained_in_dutch_as_well() {
    let (_running, demo) = demo();
    let chromium = Chromium::start(&["--accept-lang=nl"]).await;
    let words = ["is gestopt of duurde te lang. Probeer het opnieuw", "Deze passkey werkt hier niet meer."];
    failing(&chromium.driver, demo["issuer"].as_str().unwrap(), words).await.unwrap();
    chromium.driver.quit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_passkey_is_offered_after_a_password_and_taken_on_the_way_to_the_portal() {
    let (_running, demo) = demo();
    let portal = demo["portal"].as_str().unwrap();
    let chromium = Chromium::start(&["--accept-lang=nl"]).await;
    let driver = &chromium.driver;
    let journey = async {
        let device = Virtual::platform(driver).await?;
        device.touched(false).await?;
        driver.goto(portal).await?;
        click(driver, By::LinkText("Sign in")).await?;
        driver.find(By::Css("input[data-passkeys-possible][value=yes]")).await?;
        type_password(driver, "anna@kantoor.example").await?;
        driver.find(By::XPath("//h1[. = 'Log de volgende keer sneller in']")).await?;
        device.touched(true).await?;
        press(driver).await?;
        driver.find(By::XPath("//h1[contains(., 'Signed in as Anna de Vries')]")).await?;
        assert_eq!(device.credentials().await?, 1);
        WebDriverResult::Ok(())
    };
    journey.await.unwrap();
    chromium.driver.quit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_can_only_be_touched_is_a_second_step() {
    let (_running, demo) = demo();
    let issuer = demo["issuer"].as_str().unwrap();
    let chromium = Chromium::start(&["--accept-lang=en"]).await;
    let driver = &chromium.driver;
    let journey = async {
        let _key = Virtual::u2f(driver).await?;
        driver.goto(format!("{issuer}/sign-in")).await?;
        type_password(driver, "anna@kantoor.example").await?;
        driver.find(By::Css("nav")).await?;
        driver.goto(format!("{issuer}/enrol/account/security_key")).await?;
        driver.find(By::Css("[data-passkey-name]")).await?.send_keys("Blue key").await?;
        press(driver).await?;
        arrive(driver, "/account/passkeys").await?;
        driver.find(By::XPath("//h2[contains(., 'Blue key')]")).await?;

        sign_out(driver, issuer).await?;
        driver.goto(format!("{issuer}/sign-in")).await?;
        type_password(driver, "anna@kantoor.example").await?;
        arrive(driver, "/sign-in/").await?;
        let mut page = driver.current_url().await?;
        if page.path().ends_with("/second") {
            page.set_path(&format!("{}/security_key", page.path()));
            driver.goto(page.as_str()).await?;
        }
        driver.find(By::XPath("//h1[. = 'Use your security key']")).await?;
        press(driver).await?;
        arrive(driver, "/account").await?;
        WebDriverResult::Ok(())
    };
    journey.await.unwrap();
    chromium.driver.quit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_invited_employee_makes_a_passkey_and_comes_back_with_one_click() {
    let (_running, demo) = demo();
    let (issuer, portal) = (demo["issuer"].as_str().unwrap(), demo["portal"].as_str().unwrap());
    let chromium = Chromium::start(&["--accept-lang=en"]).await;
    let driver = &chromium.driver;
    let journey = async {
        let device = Virtual::platform(driver).await?;
        driver.goto(demo["mailbox"].as_str().unwrap()).await?;
        let invitation = || driver.find(By::LinkText("Je uitnodiging voor Countersign demo"));
        for _ in 0..100 {
            if invitation().await.is_ok() {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            driver.refresh().await?;
        }
        invitation().await?.click().await?;
        let mail = driver.find(By::Css("pre")).await?.text().await?;
        let link = mail.split_whitespace().find(|word| word.contains("/invite/")).unwrap().to_owned();
        driver.goto(&link).await?;
        driver.find(By::XPath("//h1[. = 'Anna de Vries invited you to Kantoor De Vries']")).await?;
        driver.find(By::XPath("//button[. = 'Create a passkey']")).await?.click().await?;
        arrive(driver, "/enrol/").await?;
        press(driver).await?;
        arrive(driver, "/account").await?;
        assert_eq!(device.credentials().await?, 1);
        driver.goto(&link).await?;
        driver.find(By::XPath("//h1[. = 'This invitation no longer works']")).await?;

        sign_out(driver, issuer).await?;
        device.touched(false).await?;
        count_requests(driver).await?;
        driver.goto(portal).await?;
        driver.find(By::LinkText("Sign in")).await?.click().await?;
        list_waits(driver).await?;
        device.touched(true).await?;
        press(driver).await?;
        driver.find(By::XPath("//h1[contains(., 'Signed in as Gijs de Boer')]")).await?;
        WebDriverResult::Ok(())
    };
    journey.await.unwrap();
    chromium.driver.quit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_button_that_is_pressed_at_once_keeps_its_dialog() {
    let (_running, demo) = demo();
    let issuer = demo["issuer"].as_str().unwrap();
    let chromium = Chromium::start(&["--accept-lang=en"]).await;
    let driver = &chromium.driver;
    let journey = async {
        let device = Virtual::platform(driver).await?;
        make_passkey(driver, issuer, "anna@kantoor.example").await?;
        sign_out(driver, issuer).await?;
        device.touched(false).await?;
        // The list of the field is slow to begin: its answer comes after that of the button.
        let slow = "const send = window.fetch; let first = true; window.fetch = async (...what) => { \
             const late = first; first = false; const answer = await send(...what); \
             if (late) await new Promise((resolve) => setTimeout(resolve, 1500)); return answer; };";
        count_requests(driver).await?;
        let script = json!({ "source": slow });
        driver.cdp().send_raw("Page.addScriptToEvaluateOnNewDocument", script).await?;
        driver.goto(format!("{issuer}/sign-in")).await?;
        press(driver).await?;
        says(driver, "Follow your device").await?;
        tokio::time::sleep(std::time::Duration::from_secs(2)).await;
        says(driver, "Follow your device").await?;
        let requests = driver.execute("return window.requests", vec![]).await?;
        assert_eq!(requests.json().as_u64(), Some(1), "the dialog of the button, and nothing after it");
        WebDriverResult::Ok(())
    };
    journey.await.unwrap();
    chromium.driver.quit().await.unwrap();
}
