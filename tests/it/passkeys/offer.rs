//! The offer of a passkey after a sign-in without one.

use super::{CREATE, factors_of};
use crate::support::{Answer, Authenticator, Browser, Engine, PASSWORD, Server, on_both_engines};

on_both_engines! {
    a_passkey_is_offered_at_most_three_times_and_fourteen_days_apart
    a_passkey_is_made_from_the_offer
    an_app_waits_while_a_passkey_is_offered
    nobody_is_offered_one_where_it_makes_no_sense
    an_offer_does_not_outlive_its_session
}

/// Signs in with the password in a browser that can make passkeys.
async fn sign_in(browser: &mut Browser, form: &str) -> Answer {
    let csrf = browser.get(form).await.field("csrf");
    let fields =
        [("csrf", csrf.as_str()), ("username", "anna@kantoor.nl"), ("password", PASSWORD), ("passkeys", "yes")];
    browser.post(form, &fields).await
}

async fn decline(browser: &mut Browser, offer: &str, more: &[(&str, &str)]) -> Answer {
    let csrf = browser.get(offer).await.field("csrf");
    let mut fields = vec![("csrf", csrf.as_str())];
    fields.extend(more);
    browser.post(offer, &fields).await
}

async fn a_passkey_is_offered_at_most_three_times_and_fourteen_days_apart(engine: Engine) {
    let server = Server::start(&engine).await;
    for _ in 0..3 {
        let mut browser = server.browser();
        let offer = sign_in(&mut browser, "/sign-in").await.location().to_owned();
        assert!(offer.starts_with("/offer/"), "{offer}");
        assert!(browser.get(&offer).await.body.contains("Sign in faster next time"));
        assert_eq!(decline(&mut browser, &offer, &[]).await.location(), "/account");
        assert_eq!(browser.get("/account").await.status, 200);
        assert_eq!(browser.get(&offer).await.location(), "/account", "it was answered");
        assert_eq!(sign_in(&mut server.browser(), "/sign-in").await.location(), "/account", "too soon");
        server.clock.advance(14 * 24 * 3600 - 1);
        assert_eq!(sign_in(&mut server.browser(), "/sign-in").await.location(), "/account", "still too soon");
        server.clock.advance(1);
    }
    assert_eq!(sign_in(&mut server.browser(), "/sign-in").await.location(), "/account", "never again");
}

async fn a_passkey_is_made_from_the_offer(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut browser = server.browser();
    let offer = sign_in(&mut browser, "/sign-in").await.location().to_owned();
    let place = offer.replace("/offer/", "/enrol/");
    let mut authenticator = Authenticator::new();
    let key = browser.create_at(&format!("{place}/security_key"), &mut authenticator, &server).await;
    assert_eq!(key.status, 409, "a security key is not what is offered");
    let made = browser.create_at(&format!("{place}/passkey"), &mut authenticator, &server).await;
    assert_eq!((made.status, made.json()["to"].as_str()), (200, Some("/account")), "{}", made.body);
    assert_eq!(browser.get("/account").await.status, 200, "the session goes on");
    let again = browser.create_at(&format!("{place}/passkey"), &mut authenticator, &server).await;
    assert_eq!(again.status, 409, "one sign-in makes one");
    assert_eq!(server.browser().sign_in_with("own", &mut authenticator, &server).await.status, 200);
}

async fn an_app_waits_while_a_passkey_is_offered(engine: Engine) {
    let server = Server::start(&engine).await;
    for makes_one in [false, true] {
        server.clock.advance(15 * 24 * 3600);
        let mut browser = server.browser();
        let form = browser.get(&Server::authorize(&[])).await.location().to_owned();
        let interaction = form.rsplit('/').next().unwrap().to_owned();
        let returning = format!("/return/{interaction}");
        assert_eq!(sign_in(&mut browser, &form).await.location(), returning);
        let offer = format!("/offer/{interaction}");
        assert_eq!(browser.get(&returning).await.location(), offer);
        if makes_one {
            let place = format!("/enrol/{interaction}/passkey");
            let made = browser.create_at(&place, &mut Authenticator::new(), &server).await;
            assert_eq!((made.status, made.json()["to"].as_str()), (200, Some(returning.as_str())), "{}", made.body);
        } else {
            assert_eq!(decline(&mut browser, &offer, &[]).await.location(), returning);
        }
        assert_eq!(browser.get(&returning).await.status, 200);
        let back = browser.get(&format!("/authorize/{interaction}")).await.location().to_owned();
        let code = &crate::support::query_of(&back)["code"];
        assert_eq!(server.redeem(code).await.status, 200, "a factor that was just made ends no code");
    }
    assert_eq!(factors_of(&server, server.account).await.len(), 1);
}

async fn nobody_is_offered_one_where_it_makes_no_sense(engine: Engine) {
    let server = Server::start(&engine).await;
    let plain = server.browser().sign_in_at("/sign-in", "anna@kantoor.nl", PASSWORD).await;
    assert_eq!(plain.location(), "/account", "this browser cannot");
    let mut shared = server.browser();
    let offer = sign_in(&mut shared, "/sign-in").await.location().to_owned();
    let declined = decline(&mut shared, &offer, &[("shared", "yes")]).await;
    assert!(declined.header("set-cookie").contains("countersign-shared"), "{}", declined.header("set-cookie"));
    server.clock.advance(15 * 24 * 3600);
    assert_eq!(sign_in(&mut shared, "/sign-in").await.status, 303);
    let mut later = server.browser();
    later.cookies.insert("countersign-shared".to_owned(), "1".to_owned());
    assert_eq!(sign_in(&mut later, "/sign-in").await.location(), "/account", "a shared computer");
    assert!(sign_in(&mut server.browser(), "/sign-in").await.location().starts_with("/offer/"), "elsewhere it is");
    let mut owner = server.browser();
    sign_in(&mut owner, "/sign-in").await;
    assert_eq!(owner.create_at(CREATE, &mut Authenticator::new(), &server).await.status, 200);
    assert!(sign_in(&mut server.browser(), "/sign-in").await.location().ends_with("/second"), "has one");
}

async fn an_offer_does_not_outlive_its_session(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut browser = server.browser();
    let offer = sign_in(&mut browser, "/sign-in").await.location().to_owned();
    let csrf = browser.get(&offer).await.field("csrf");
    browser.cookies.remove("countersign-session");
    let place = offer.replace("/offer/", "/enrol/");
    let made = browser.create_at(&format!("{place}/passkey"), &mut Authenticator::new(), &server).await;
    assert_eq!(made.status, 409, "{}", made.body);
    assert_eq!(browser.get(&offer).await.status, 303);
    assert_eq!(browser.post(&offer, &[("csrf", &csrf)]).await.status, 303);
    assert!(!browser.cookies.contains_key("countersign-session"), "whoever comes next is not signed in");
    assert_eq!(server.browser().get(&offer).await.status, 400, "another browser cannot even look");
    assert!(factors_of(&server, server.account).await.is_empty());
    assert!(sign_in(&mut server.browser(), "/sign-in").await.location().starts_with("/offer/"), "nothing was counted");
}
