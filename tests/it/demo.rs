//! The demo, as somebody meets it who follows its own page.

use crate::browser::demo;
use crate::support::Browser;

#[tokio::test]
async fn the_page_of_the_portal_leads_into_the_console() {
    let (_running, demo) = demo();
    let page = Browser::new(demo["portal"].as_str().unwrap()).get("/").await;
    for person in demo["people"].as_array().unwrap() {
        assert!(page.body.contains(person["email"].as_str().unwrap()), "{person}: {}", page.body);
    }
    let mut administrators = demo["people"].as_array().unwrap().iter().filter(|person| person["has_app"] == true);
    let (one, none) = (administrators.next().unwrap(), administrators.next());
    assert!(none.is_none() && one["role"] == "instance administrator", "{one}");
    let console = demo["console"].as_str().unwrap();
    assert!(page.body.replace("&#x2f;", "/").contains(&format!("href=\"{console}\"")), "{}", page.body);
    let code = page.body.split("id=\"app-code\">").nth(1).unwrap().split('<').next().unwrap();
    assert!(code.len() == 6 && code.chars().all(|digit| digit.is_ascii_digit()), "{code}");

    let mut browser = Browser::new(demo["issuer"].as_str().unwrap());
    assert_eq!(browser.get(console).await.location(), "/sign-in");
    let (email, password) = (one["email"].as_str().unwrap(), one["password"].as_str().unwrap());
    let second = browser.sign_in_at("/sign-in", email, password).await.location().to_owned();
    let done = browser.fill(&format!("{second}/totp"), &[("code", code)]).await;
    assert_eq!(done.location(), "/account", "{}", done.body);
    let seen = browser.get(console).await;
    assert!(seen.status == 200 && seen.body.contains("console-tag"), "{} {}", seen.status, seen.body);
    // The others have no business there.
    let mut anna = Browser::new(demo["issuer"].as_str().unwrap());
    assert_eq!(anna.sign_in_at("/sign-in", "anna@kantoor.example", password).await.status, 303);
    assert_eq!(anna.get(console).await.status, 404);
}
