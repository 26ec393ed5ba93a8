//! The account area: what people see and change of their own account.

mod activity;
mod apps;
mod email;
mod password;

use countersign::domain::ids::{AccountId, MembershipId};
use countersign::domain::{Language, Secret};
use countersign::features::accounts::{Account, add_account, find_account};
use countersign::features::organisations::{Role, add_membership};
use countersign::features::passwords::{Hashing, NewPassword, hash_new_password, set_password};

use crate::support::{Answer, Browser, Engine, PASSWORD, Server, on_both_engines};

on_both_engines! {
    the_profile_is_changed_by_its_owner
    what_protects_the_account_needs_a_fresh_sign_in
    no_form_of_the_account_is_taken_from_elsewhere
    no_page_of_the_account_is_shown_to_a_guest
}

/// An address that anybody could have.
const BRAM: &str = "bram@kantoor.nl";

/// A colleague of Anna, with the same password.
async fn add_bram(server: &Server) -> AccountId {
    let state = &server.inner.state;
    let (now, random) = (state.now(), state.random.as_ref());
    let anna = find_account(state.db.reading(), server.account).await.unwrap().unwrap();
    let bram = Account {
        id: AccountId::new(now, random),
        email: BRAM.parse().unwrap(),
        username: None,
        name: "Bram Bakker".to_owned(),
        language: Language::Dutch,
        ..anna
    };
    let password = NewPassword::parse(&Secret::new(PASSWORD.to_owned()), 15, &bram.email).unwrap();
    let phc = hash_new_password(&state.service::<Hashing>(), password, random).await.unwrap();
    let mut writer = state.db.writing().await.unwrap();
    add_account(&mut writer, &bram).await.unwrap();
    let place = MembershipId::new(now, random);
    add_membership(&mut writer, place, (server.organisation, bram.id), Role::Employee, Vec::new(), now).await.unwrap();
    set_password(&mut writer, bram.id, &phc, now).await.unwrap();
    writer.commit().await.unwrap();
    server.know(bram.id, "127.0.0.1").await;
    bram.id
}

/// A browser in which `login` just signed in.
async fn signed_in(server: &Server, login: &str) -> Browser {
    let mut browser = server.browser();
    let done = browser.sign_in_at("/sign-in", login, PASSWORD).await;
    assert_eq!(done.location(), "/account", "{}", done.body);
    browser
}

/// Sends the form of the page at `form` to `to`.
async fn send(browser: &mut Browser, (form, to): (&str, &str), fields: &[(&str, &str)]) -> Answer {
    let page = browser.get(form).await;
    assert_eq!(page.status, 200, "{form}: {}", page.body);
    let csrf = page.field("csrf");
    let fields: Vec<(&str, &str)> = [("csrf", csrf.as_str())].into_iter().chain(fields.iter().copied()).collect();
    browser.post(to, &fields).await
}

async fn the_profile_is_changed_by_its_owner(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut anna = signed_in(&server, "anna").await;
    let place = ("/account/profile", "/account/profile");
    let wrong = send(&mut anna, place, &[("name", "  "), ("language", "en")]).await;
    assert!(wrong.status == 422 && wrong.body.contains("Enter your name"), "{}", wrong.body);
    assert!(wrong.body.contains("<title>Error: Profile"), "{}", wrong.body);
    let done = send(&mut anna, place, &[("name", " Anna   Bakker "), ("language", "nl")]).await;
    let page = anna.get(done.location()).await;
    assert!(page.body.contains("<html lang=\"nl\">") && page.body.contains("Je profiel is opgeslagen."));
    let account = find_account(server.inner.state.db.reading(), server.account).await.unwrap().unwrap();
    assert_eq!((account.name.as_str(), account.language), ("Anna Bakker", Language::Dutch));
    assert_eq!(
        (account.given_name.as_deref(), account.family_name),
        (Some("Anna"), None),
        "what no longer fits is gone"
    );
    assert!(anna.get("/account/activity").await.body.contains("Naam of taal is gewijzigd."));
}

async fn what_protects_the_account_needs_a_fresh_sign_in(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut anna = signed_in(&server, "anna").await;
    let csrf = anna.get("/account/profile").await.field("csrf");
    server.clock.advance(301);
    for path in ["/account/password", "/account/password/remove", "/account/email"] {
        let asked = format!("/confirm?next={}", path.replace('/', "%2F"));
        assert_eq!(anna.get(path).await.location(), asked);
        let fields = [
            ("csrf", csrf.as_str()),
            ("current", PASSWORD),
            ("password", "een heel ander wachtwoord"),
            ("email", "anna@elders.nl"),
        ];
        assert_eq!(anna.post(path, &fields).await.location(), asked);
    }
    assert_eq!(server.browser().sign_in_at("/sign-in", "anna", PASSWORD).await.status, 303, "nothing was changed");
    assert!(!anna.get("/account/profile").await.body.contains("elders.nl"));
}

/// Every form of these pages, with fields that would do.
const FORMS: &[&str] = &[
    "/account/password",
    "/account/password/remove",
    "/account/profile",
    "/account/email",
    "/account/email/cancel",
    "/account/apps/portal/remove",
    "/email/confirm/secret",
    "/email/undo/secret",
];

async fn no_form_of_the_account_is_taken_from_elsewhere(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut anna = signed_in(&server, "anna").await;
    let csrf = anna.get("/account/profile").await.field("csrf");
    for path in FORMS {
        let fields = [
            ("csrf", csrf.as_str()),
            ("current", PASSWORD),
            ("password", "een heel ander wachtwoord"),
            ("email", "anna@elders.nl"),
            ("name", "Mallory"),
            ("language", "nl"),
        ];
        for headers in [vec![("sec-fetch-site", "cross-site")], vec![("origin", "https://evil.example")]] {
            assert_eq!(anna.post_with(path, &headers, &fields).await.status, 403, "{path}");
        }
        let forged: Vec<(&str, &str)> = [("csrf", "forged")].into_iter().chain(fields[1..].iter().copied()).collect();
        assert_eq!(anna.post(path, &forged).await.status, 403, "{path}");
    }
    let account = find_account(server.inner.state.db.reading(), server.account).await.unwrap().unwrap();
    assert_eq!(account.name, "Anna de Vries");
    assert_eq!(server.browser().sign_in_at("/sign-in", "anna", PASSWORD).await.status, 303);
}

async fn no_page_of_the_account_is_shown_to_a_guest(engine: Engine) {
    let server = Server::start(&engine).await;
    for path in [
        "/account",
        "/account/security",
        "/account/password",
        "/account/password/remove",
        "/account/sessions",
        "/account/apps",
        "/account/apps/portal/remove",
        "/account/activity",
        "/account/activity.csv",
        "/account/not-you",
        "/account/profile",
        "/account/email",
    ] {
        assert_eq!(server.browser().get(path).await.location(), "/sign-in", "{path}");
    }
}
