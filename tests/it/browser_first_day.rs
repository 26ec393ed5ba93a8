//! The first day of an installation, from an empty folder: in a browser, by the API, and by a description.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::Stdio;

use serde_json::{Value, json};
use thirtyfour::prelude::*;

use crate::browser::Chromium;
use crate::browser_apps::{button, heading};
use crate::browser_passkeys::Virtual;
use crate::command_line::{Serving, countersign, json as printed, run};
use crate::support::Browser;

/// The program on a port of its own, and the link that it prints when nobody administers it.
struct Installation {
    _serving: Serving,
    origin: String,
    link: Option<String>,
}

/// Starts the program in `folder`, which may be empty.
fn start(folder: &Path) -> Installation {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let origin = format!("http://localhost:{port}");
    let mut child = countersign(folder, &["serve"])
        .env("COUNTERSIGN__SERVER__LISTEN", format!("127.0.0.1:{port}"))
        .env("COUNTERSIGN__SERVER__PUBLIC_URL", &origin)
        .env("COUNTERSIGN__SERVER__DRAIN_SECONDS", "0")
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
    let serving = Serving(child);
    let mut link = None;
    loop {
        let said = lines.next().expect("the server did not start");
        if said.starts_with("Nobody administers this installation yet.") {
            link = lines.next();
        } else if said.contains("ready") {
            break;
        }
    }
    // Whatever else it prints must not fill the pipe.
    std::thread::spawn(move || lines.for_each(drop));
    Installation { _serving: serving, origin, link }
}

/// Everything that can be described, without the identifiers that each installation makes up.
fn exported(folder: &Path) -> Value {
    printed(&run(folder, &["export", "--json"]))
}

/// The people, by address: their names, and whether they have come in.
fn people(folder: &Path) -> Vec<[Value; 2]> {
    let people = printed(&run(folder, &["user", "list", "--json"]));
    people.as_array().unwrap().iter().map(|person| [person["email"].clone(), person["name"].clone()]).collect()
}

/// Fills the fields of the page and presses its button.
async fn fill(driver: &WebDriver, fields: &[(&str, &str)], press: By) -> WebDriverResult<()> {
    for (field, text) in fields {
        driver.find(By::Id(*field)).await?.send_keys(*text).await?;
    }
    driver.find(press).await?.click().await
}

const OFFICE: [(&str, &str); 3] =
    [("organisation", "Kantoor Jansen"), ("name", "Jan Jansen"), ("email", "jan@jansen.example")];

/// From the printed link to an app that works; returns the identifier of the app.
async fn in_a_browser(driver: &WebDriver, installation: &Installation) -> WebDriverResult<String> {
    let _passkey = Virtual::platform(driver).await?;
    driver.goto(installation.link.as_ref().unwrap()).await?;
    let own = [("organisation", "Beheer"), ("name", "Bea Beheer"), ("email", "bea@beheer.example")];
    fill(driver, &own, By::Css(".card form .primary")).await?;
    driver.find(By::Css("form[action$='/passkey'] .primary")).await?.click().await?;
    driver.find(By::Css("[data-passkey] button")).await?.click().await?;
    heading(driver, "Health").await?;

    driver.find(By::LinkText("Organisations")).await?.click().await?;
    driver.find(By::LinkText("Add an organisation")).await?.click().await?;
    fill(driver, &OFFICE, By::Css("main form .primary")).await?;
    heading(driver, "Kantoor Jansen").await?;

    driver.find(By::LinkText("Apps")).await?.click().await?;
    driver.find(By::LinkText("Add an app")).await?.click().await?;
    driver.find(By::Id("kind-server")).await?.click().await?;
    driver.find(button("Continue")).await?.click().await?;
    heading(driver, "What is it called").await?;
    fill(driver, &[("name", "Boekhouding")], button("Continue")).await?;
    heading(driver, "Where does it live?").await?;
    fill(driver, &[("redirects", "https://boeken.example/callback")], button("Register the app")).await?;
    heading(driver, "Settings of Boekhouding").await?;
    let app = driver.find(By::Id("value-client-id")).await?.text().await?;
    driver.find(button("Try sign-in")).await?.click().await?;
    let windows = driver.windows().await?;
    driver.switch_to_window(windows[1].clone()).await?;
    heading(driver, "Boekhouding").await?;
    driver.find(By::Css("button[value=allow]")).await?.click().await?;
    heading(driver, "The sign-in to Boekhouding works").await?;
    assert_eq!(driver.find_all(By::Css(".steps li.passed")).await?.len(), 6);
    Ok(app)
}

/// The same by the API, with a key from the command line.
async fn by_the_api(folder: &Path, installation: &Installation, app: &str) {
    let key = printed(&run(folder, &["api-key", "add", "First day", "--scope", "all", "--json"]));
    let bearer = format!("Bearer {}", key["secret"].as_str().unwrap());
    let mut curl = Browser::new(&installation.origin);
    let mut post = async |path: &str, body: Value| {
        let headers = [("authorization", bearer.as_str())];
        let answer = curl.post_json(&format!("/api/v1{path}"), &headers, &body.to_string()).await;
        assert_eq!(answer.status, 201, "{path}: {}", answer.body);
        answer.json()
    };
    for (organisation, name, email) in
        [("Beheer", "Bea Beheer", "bea@beheer.example"), (OFFICE[0].1, OFFICE[1].1, OFFICE[2].1)]
    {
        let made = post("/organisations", json!({ "name": organisation })).await;
        let person = json!({ "organisation": made["id"], "name": name, "email": email, "role": "administrator" });
        post("/accounts", person).await;
    }
    let metadata = json!({ "redirect_uris": ["https://boeken.example/callback"] });
    post("/apps", json!({ "client_id": app, "name": "Boekhouding", "metadata": metadata })).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_ways_from_an_empty_folder_leave_the_same_state() {
    let folders = [(); 3].map(|()| tempfile::tempdir().unwrap());
    let [first, second, third] = folders.each_ref().map(tempfile::TempDir::path);

    let installation = start(first);
    let chromium = Chromium::start(&["--accept-lang=en"]).await;
    let app = in_a_browser(&chromium.driver, &installation).await.unwrap();
    let state = exported(first);
    assert!(state["apps"][&app]["name"] == "Boekhouding", "{state}");
    assert!(printed(&run(first, &["audit", "verify", "--json"]))["Sound"]["events"].as_u64() > Some(5));
    drop(installation);
    assert_eq!(start(first).link, None, "somebody administers it now");

    by_the_api(second, &start(second), &app).await;
    assert_eq!(exported(second), state);
    assert_eq!(people(second), people(first));

    let file = third.join("state.json");
    std::fs::write(&file, state.to_string()).unwrap();
    assert!(run(third, &["migrate"]).status.success());
    let applied = printed(&run(third, &["apply", &file.display().to_string(), "--yes", "--json"]));
    assert_eq!(applied["applied"], true);
    assert_eq!(exported(third), state);
}
