//! Choosing the account (`prompt=select_account`), and what else a request says about who should sign in.

use countersign::domain::Language;
use countersign::features::accounts::InstanceRole;
use countersign::features::organisations::Role;

use crate::support::{Browser, Engine, PASSWORD, Server, on_both_engines, query_of};

on_both_engines! {
    the_account_that_is_signed_in_is_chosen_with_one_press
    another_account_signs_in_as_always
    the_list_holds_who_was_used_in_this_browser_and_forgets_on_request
    the_list_opens_nothing_that_was_not_proven
    without_anybody_to_choose_the_sign_in_comes_at_once
    what_an_app_hints_at_never_fails
    an_age_is_kept_and_a_sign_in_again_is_one
}

const CHOOSE: (&str, &str) = ("prompt", "select_account");

async fn signed_in(server: &Server) -> Browser {
    let mut browser = server.browser();
    assert_eq!(browser.sign_in_at("/sign-in", "anna@kantoor.nl", PASSWORD).await.status, 303);
    // A request in the very moment of the sign-in would find it young enough.
    server.clock.advance(1);
    browser
}

/// Opens a request that asks for the account, and returns the page of the list.
async fn list(browser: &mut Browser, changes: &[(&str, &str)]) -> String {
    let request = Server::authorize(&[&[CHOOSE], changes].concat());
    let path = browser.get(&request).await.location().to_owned();
    assert!(path.starts_with("/accounts/"), "{path}");
    path
}

async fn press(browser: &mut Browser, path: &str, what: &str, account: &str) -> String {
    let csrf = browser.get(path).await.field("csrf");
    let mut fields = vec![("csrf", csrf.as_str()), ("what", what)];
    fields.extend((!account.is_empty()).then_some(("account", account)));
    let answer = browser.post(path, &fields).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    answer.location().to_owned()
}

async fn the_account_that_is_signed_in_is_chosen_with_one_press(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut browser = signed_in(&server).await;
    let path = list(&mut browser, &[]).await;
    let page = browser.get(&path).await.body;
    for words in ["Choose an account", "AV", "Anna de Vries", "anna@kantoor.nl", "Kantoor De Vries", "Signed in"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert_eq!(
        browser.get(&path.replace("/accounts/", "/authorize/")).await.location().split('/').nth(1),
        Some("sign-in")
    );
    let account = server.account.to_string();
    let next = press(&mut browser, &path, "choose", &account).await;
    let back = browser.get(&next).await.location().to_owned();
    assert!(query_of(&back).contains_key("code"), "{back}");
    assert_eq!(browser.get(&path).await.status, 400, "it is answered");

    let path = list(&mut browser, &[("prompt", "select_account login")]).await;
    let next = press(&mut browser, &path, "choose", &account).await;
    let page = browser.get(&next).await.location().to_owned();
    assert!(page.starts_with("/sign-in/"), "the app wants the sign-in again beside: {page}");
    let silent = Server::authorize(&[("prompt", "none select_account")]);
    assert_eq!(query_of(browser.get(&silent).await.location())["error"], "invalid_request");
}

async fn another_account_signs_in_as_always(engine: Engine) {
    let server = Server::start(&engine).await;
    let bram = server.hire("bram@kantoor.nl", Role::Employee, InstanceRole::None).await;
    server.know(bram, "127.0.0.1").await;
    let mut browser = signed_in(&server).await;
    let path = list(&mut browser, &[]).await;
    let form = press(&mut browser, &path, "another", "").await;
    assert!(form.starts_with("/sign-in/"), "{form}");
    let page = browser.get(&form).await.body;
    assert!(!page.contains("value=\"anna@kantoor.nl\""), "nobody is filled in: {page}");
    let done = browser.sign_in_at(&form, "bram@kantoor.nl", PASSWORD).await;
    assert_eq!(done.status, 303, "{}", done.body);
    browser.get(done.location()).await;
    let back = browser.get(&path.replace("/accounts/", "/authorize/")).await.location().to_owned();
    let told = server.redeem(&query_of(&back)["code"]).await.json();
    let claims = server.claims(told["id_token"].as_str().unwrap(), "JWT").await;
    assert_eq!(claims["sub"], bram.to_string());
}

async fn the_list_holds_who_was_used_in_this_browser_and_forgets_on_request(engine: Engine) {
    let server = Server::start(&engine).await;
    let bram = server.hire("bram@kantoor.nl", Role::Employee, InstanceRole::None).await;
    server.know(bram, "127.0.0.1").await;
    let mut browser = server.browser();
    browser.sign_in_at("/sign-in", "bram@kantoor.nl", PASSWORD).await;
    let csrf = browser.get("/end_session").await.field("csrf");
    browser.post("/sign-out", &[("csrf", &csrf)]).await;
    browser.sign_in_at("/sign-in", "anna@kantoor.nl", PASSWORD).await;
    let path = list(&mut browser, &[("login_hint", "BRAM@kantoor.nl")]).await;
    let page = browser.get(&path).await.body;
    let (first, second) = (page.find("bram@kantoor.nl").unwrap(), page.find("anna@kantoor.nl").unwrap());
    assert!(first < second, "whom the app expects stands first: {page}");
    assert!(page.contains("Signed out"), "{page}");

    let form = press(&mut browser, &path, "choose", &bram.to_string()).await;
    assert!(form.starts_with("/sign-in/"), "whoever is signed out proves themselves: {form}");
    assert!(browser.get(&form).await.body.contains("value=\"bram@kantoor.nl\""));
    assert_eq!(press(&mut browser, &path, "remove", &bram.to_string()).await, path);
    assert!(!browser.get(&path).await.body.contains("bram@kantoor.nl"));
    let anna = server.account.to_string();
    press(&mut browser, &path, "remove", &anna).await;
    assert!(browser.get(&path).await.body.contains("anna@kantoor.nl"), "whoever is signed in stays");

    let mut other = signed_in(&server).await;
    let path = list(&mut other, &[]).await;
    assert!(!other.get(&path).await.body.contains("bram@kantoor.nl"), "another browser knows nothing of it");
}

async fn the_list_opens_nothing_that_was_not_proven(engine: Engine) {
    let server = Server::start(&engine).await;
    let bram = server.hire("bram@kantoor.nl", Role::Employee, InstanceRole::None).await;
    let mut browser = signed_in(&server).await;
    let path = list(&mut browser, &[]).await;
    // Somebody who was never used in this browser is no row, whoever sends it.
    assert_eq!(press(&mut browser, &path, "choose", &bram.to_string()).await, path);
    assert_eq!(press(&mut browser, &path, "choose", "").await, path);
    let mut thief = signed_in(&server).await;
    assert_eq!(thief.get(&path).await.status, 400, "the sign-in of another browser");
    let without = browser.post(&path, &[("what", "choose"), ("account", &server.account.to_string())]).await;
    assert_eq!(without.status, 403, "a form of somebody else's page");
    // The session ended in another tab: the press proves nothing any more.
    let csrf = browser.get("/end_session").await.field("csrf");
    let session = browser.cookies.clone();
    browser.post("/sign-out", &[("csrf", &csrf)]).await;
    browser.cookies = session;
    let next = press(&mut browser, &path, "choose", &server.account.to_string()).await;
    assert!(next.starts_with("/sign-in/"), "{next}");
}

async fn without_anybody_to_choose_the_sign_in_comes_at_once(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut browser = server.browser();
    let to = browser.get(&Server::authorize(&[CHOOSE])).await.location().to_owned();
    assert!(to.starts_with("/sign-in/"), "{to}");
    let back = server.sign_in_through(&mut server.browser(), &Server::authorize(&[CHOOSE])).await;
    assert!(query_of(&back).contains_key("code"));
}

async fn what_an_app_hints_at_never_fails(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut browser = signed_in(&server).await;
    for (name, value) in [
        ("display", "page"),
        ("display", "popup"),
        ("display", "hologram"),
        ("ui_locales", "se nl-NL"),
        ("ui_locales", "xx"),
        ("claims_locales", "se"),
        ("login_hint", "nobody@nowhere.example"),
        ("login_hint", "<script>"),
        ("acr_values", "1 2 urn:unknown"),
        ("extra", "foobar"),
    ] {
        let back = browser.get(&Server::authorize(&[(name, value)])).await.location().to_owned();
        assert!(query_of(&back).contains_key("code"), "{name}={value}: {back}");
    }
    for order in ["email openid", "organisation profile openid email"] {
        let back = browser.get(&Server::authorize(&[("scope", order)])).await.location().to_owned();
        assert!(query_of(&back).contains_key("code"), "{order}");
    }
    let mut guest = server.browser();
    let to = guest.get(&Server::authorize(&[("ui_locales", "xx nl")])).await.location().to_owned();
    assert_eq!(guest.get(&to).await.header("content-language"), Language::Dutch.code());
}

async fn an_age_is_kept_and_a_sign_in_again_is_one(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut browser = signed_in(&server).await;
    let at = async |back: &str| {
        let told = server.redeem(&query_of(back)["code"]).await.json();
        server.claims(told["id_token"].as_str().unwrap(), "JWT").await["auth_time"].as_i64().unwrap()
    };
    let first = at(browser.get(&Server::authorize(&[])).await.location()).await;
    server.clock.advance(100);
    let old = at(browser.get(&Server::authorize(&[("max_age", "10000")])).await.location()).await;
    assert_eq!(old, first, "the sign-in is young enough, and is told as it was");
    let silent = at(browser.get(&Server::authorize(&[("prompt", "none")])).await.location()).await;
    assert_eq!(silent, first, "asking silently proves nothing new");
    for (name, value) in [("max_age", "1"), ("max_age", "0"), ("prompt", "login")] {
        server.clock.advance(10);
        let form = browser.get(&Server::authorize(&[(name, value)])).await.location().to_owned();
        assert!(form.starts_with("/sign-in/"), "{name}={value}: {form}");
        let done = browser.sign_in_at(&form, "anna@kantoor.nl", PASSWORD).await;
        browser.get(done.location()).await;
        let again = at(browser.get(&form.replace("/sign-in/", "/authorize/")).await.location()).await;
        assert_eq!(again, server.inner.state.now().seconds(), "{name}={value}");
        let both = Server::authorize(&[(name, value), ("prompt", "none")]);
        server.clock.advance(10);
        let silent = browser.get(&both).await.location().to_owned();
        let expected = if name == "max_age" { Some("login_required") } else { None };
        assert_eq!(query_of(&silent).get("error").map(String::as_str), expected, "{name}={value}: {silent}");
    }
    for wrong in ["-1", "x", "1.5", "99999999999999999999999"] {
        let back = browser.get(&Server::authorize(&[("max_age", wrong)])).await.location().to_owned();
        assert_eq!(query_of(&back)["error"], "invalid_request", "{wrong}");
    }
}
