//! The first sign-in of somebody who was invited.

use countersign::domain::ids::{AccountId, MembershipId};
use countersign::domain::{Email, Language};
use countersign::features::accounts::{Account, add_account, find_account, find_account_by_login};
use countersign::features::invitations::invite;
use countersign::features::organisations::{Role, add_membership, find_organisation};

use crate::support::{Answer, Browser, Engine, PASSWORD, Server, on_both_engines};

on_both_engines! {
    an_invitation_is_mailed_and_leads_to_a_signed_in_account
    an_invitation_works_once_and_a_newer_one_replaces_it
    an_invitation_ends_after_seven_days
    looking_at_an_invitation_uses_nothing_up
    of_parallel_acceptances_one_wins
    a_bad_password_keeps_the_invitation
    an_account_that_was_switched_off_is_not_let_in_by_its_invitation
}

const GIJS: &str = "gijs@kantoor.nl";

/// Invites Gijs, and gives the path of the link in the mail.
pub(crate) async fn invited(server: &Server) -> String {
    let state = &server.inner.state;
    let now = state.now();
    let organisation = find_organisation(state.db.reading(), server.organisation).await.unwrap().unwrap();
    let anna = find_account(state.db.reading(), server.account).await.unwrap().unwrap();
    let known = find_account_by_login(state.db.reading(), GIJS).await.unwrap();
    let mut writer = state.db.writing().await.unwrap();
    let gijs = if let Some(gijs) = known {
        gijs
    } else {
        let gijs = Account {
            id: AccountId::new(now, state.random.as_ref()),
            email: GIJS.parse::<Email>().unwrap(),
            email_verified: false,
            username: None,
            name: "Gijs de Boer".to_owned(),
            language: Language::Dutch,
            last_sign_in_at: None,
            validates_networks: false,
            ..anna.clone()
        };
        add_account(&mut writer, &gijs).await.unwrap();
        let place = MembershipId::new(now, state.random.as_ref());
        let who = (organisation.id, gijs.id);
        add_membership(&mut writer, place, who, Role::Employee, Vec::new(), now).await.unwrap();
        gijs
    };
    let link = invite(&mut writer, state, &gijs, &organisation, Some((&anna).into()), now).await.unwrap();
    writer.commit().await.unwrap();
    link.expose().strip_prefix(&server.issuer).unwrap().to_owned()
}

async fn accept(browser: &mut Browser, path: &str, password: &str) -> Answer {
    let csrf = browser.get(path).await.field("csrf");
    browser.post(path, &[("csrf", &csrf), ("password", password)]).await
}

async fn an_invitation_is_mailed_and_leads_to_a_signed_in_account(engine: Engine) {
    let server = Server::start(&engine).await;
    let path = invited(&server).await;
    let mail = server.mailbox().wait_for(GIJS).await;
    assert_eq!(mail.subject.as_deref(), Some("Je uitnodiging voor Countersign"));
    assert!(mail.text.contains(&path) && mail.text.contains("Anna de Vries heeft je"), "{}", mail.text);
    let html = mail.html.unwrap().replace("&#x2f;", "/");
    assert!(html.contains(&path) && html.contains("Anna de Vries heeft je uitgenodigd"), "{html}");
    let mut browser = server.browser();
    let page = browser.get(&path).await;
    assert!(page.status == 200 && page.body.contains(GIJS), "{}", page.body);
    let done = accept(&mut browser, &path, PASSWORD).await;
    assert_eq!((done.status, done.location()), (303, "/account"), "{}", done.body);
    assert!(browser.get("/account").await.body.contains("Gijs de Boer"));
    let account = find_account_by_login(server.inner.state.db.reading(), GIJS).await.unwrap().unwrap();
    assert!(account.email_verified, "whoever has the link reads mail there");
    assert_eq!(server.browser().sign_in_at("/sign-in", GIJS, PASSWORD).await.location(), "/account");
}

async fn an_invitation_works_once_and_a_newer_one_replaces_it(engine: Engine) {
    let server = Server::start(&engine).await;
    let older = invited(&server).await;
    let newer = invited(&server).await;
    let closed = server.browser().get(&older).await;
    assert!(closed.status == 404 && closed.body.contains("Anna de Vries"), "it says who can invite again");
    let mut browser = server.browser();
    let csrf = browser.get(&newer).await.field("csrf");
    assert_eq!(accept(&mut server.browser(), &newer, PASSWORD).await.status, 303);
    assert_eq!(browser.get(&newer).await.status, 404);
    let late = browser.post(&newer, &[("csrf", &csrf), ("password", "another vier rode fietsen")]).await;
    assert_eq!(late.status, 404, "a page that was open before is too late");
    assert_eq!(server.browser().sign_in_at("/sign-in", GIJS, PASSWORD).await.status, 303, "nothing was changed");
    assert_eq!(server.browser().get("/invite/guessed").await.status, 404);
}

async fn an_invitation_ends_after_seven_days(engine: Engine) {
    let server = Server::start(&engine).await;
    let path = invited(&server).await;
    server.clock.advance(7 * 86_400 - 1);
    let mut browser = server.browser();
    assert_eq!(browser.get(&path).await.status, 200);
    server.clock.advance(1);
    assert_eq!(browser.get(&path).await.status, 404);
    assert_eq!(accept(&mut browser, "/sign-in", PASSWORD).await.status, 422);
}

async fn looking_at_an_invitation_uses_nothing_up(engine: Engine) {
    let server = Server::start(&engine).await;
    let path = invited(&server).await;
    for _ in 0..5 {
        let answer = server.browser().get(&path).await;
        assert_eq!(answer.status, 200);
    }
    assert_eq!(accept(&mut server.browser(), &path, PASSWORD).await.status, 303);
}

async fn of_parallel_acceptances_one_wins(engine: Engine) {
    let server = Server::start_with(&engine, crate::support::TestClock::new(), |config| {
        config.sign_in.hash_queue = 100;
        config.sign_in.hash_wait_seconds = 30;
    })
    .await;
    let path = invited(&server).await;
    let mut waiting = Vec::new();
    for number in 0..8 {
        let mut browser = server.browser();
        let csrf = browser.get(&path).await.field("csrf");
        let path = path.clone();
        waiting.push(tokio::spawn(async move {
            let password = format!("{number} vier rode fietsen");
            let answer = browser.post(&path, &[("csrf", &csrf), ("password", &password)]).await;
            (password, answer.status == 303 && answer.location() == "/account")
        }));
    }
    let mut winners = Vec::new();
    for task in waiting {
        let (password, won) = task.await.unwrap();
        winners.extend(won.then_some(password));
    }
    assert_eq!(winners.len(), 1);
    assert_eq!(server.browser().sign_in_at("/sign-in", GIJS, &winners[0]).await.status, 303, "and its password counts");
}

async fn a_bad_password_keeps_the_invitation(engine: Engine) {
    let server = Server::start(&engine).await;
    let path = invited(&server).await;
    let mut browser = server.browser();
    for password in ["", "short", &"x".repeat(1025)] {
        let answer = accept(&mut browser, &path, password).await;
        assert!(answer.status == 422 && answer.body.contains("id=\"problem\""), "{password:?}: {}", answer.body);
    }
    let foreign = browser.post(&path, &[("csrf", "forged"), ("password", PASSWORD)]).await;
    assert_eq!(foreign.status, 403);
    assert_eq!(accept(&mut browser, &path, PASSWORD).await.status, 303);
}

async fn an_account_that_was_switched_off_is_not_let_in_by_its_invitation(engine: Engine) {
    let server = Server::start(&engine).await;
    let path = invited(&server).await;
    let state = &server.inner.state;
    let gijs = find_account_by_login(state.db.reading(), GIJS).await.unwrap().unwrap();
    let mut writer = state.db.writing().await.unwrap();
    countersign::features::accounts::set_account_disabled(&mut writer, gijs.id, true, state.now()).await.unwrap();
    writer.commit().await.unwrap();
    let mut browser = server.browser();
    let answer = accept(&mut browser, &path, PASSWORD).await;
    assert_eq!(answer.status, 403, "{}", answer.body);
    assert_eq!(browser.get("/account").await.location(), "/sign-in");
}
