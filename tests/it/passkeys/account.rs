//! Looking after passkeys in the account area.

use countersign::domain::policy::{Demand, Policy};
use countersign::domain::{FactorKind, Timestamp};
use countersign::features::factors::MOST_FACTORS;

use super::{CREATE, CREATE_KEY, audited, colleague, factors_of, refused, signed_in, signed_in_as, with_passkey};
use crate::support::{Authenticator, Browser, Engine, PASSWORD, Server, on_both_engines};

on_both_engines! {
    making_and_removing_need_a_fresh_proof
    a_passkey_confirms_that_it_is_you_and_no_other_does
    a_passkey_is_renamed_and_removed_by_its_owner_alone
    the_last_way_in_cannot_be_removed
    the_last_factor_that_a_rule_demands_cannot_be_removed
    of_two_removals_at_once_one_leaves_a_way_in
    an_account_has_an_end
    password_managers_find_the_pages
}

async fn post(browser: &mut Browser, path: &str, fields: &[(&str, &str)]) -> crate::support::Answer {
    let csrf = browser.csrf().await;
    let mut all = vec![("csrf", csrf.as_str())];
    all.extend(fields);
    browser.post(path, &all).await
}

/// Takes the password away, as if the account never had one.
async fn without_password(server: &Server) {
    let statement = format!("DELETE FROM passwords WHERE account_id = '{}'", server.account);
    let writer = server.inner.state.db.writing().await.unwrap();
    sea_orm::ConnectionTrait::execute_unprepared(&writer, &statement).await.unwrap();
    writer.commit().await.unwrap();
}

async fn making_and_removing_need_a_fresh_proof(engine: Engine) {
    let server = Server::start(&engine).await;
    let (mut browser, mut authenticator) = with_passkey(&server).await;
    let id = factors_of(&server, server.account).await[0].id;
    let remove = format!("/account/passkeys/{id}/remove");
    server.clock.advance(301);
    let confirm = format!("/confirm?next={}", CREATE.replace('/', "%2F"));
    assert_eq!(browser.get(CREATE).await.location(), confirm);
    let begun = browser.create_at(CREATE, &mut Authenticator::new(), &server).await;
    assert_eq!((begun.status, begun.json()["to"].as_str()), (409, Some(confirm.as_str())));
    assert!(browser.get(&remove).await.location().starts_with("/confirm?next="));
    assert_eq!(post(&mut browser, &remove, &[]).await.status, 303);
    assert_eq!(factors_of(&server, server.account).await.len(), 1, "nothing was removed");
    let confirmed = browser.sign_in_with("confirm", &mut authenticator, &server).await;
    assert_eq!(confirmed.status, 200, "{}", confirmed.body);
    assert_eq!(browser.get(CREATE).await.status, 200);
}

async fn a_passkey_confirms_that_it_is_you_and_no_other_does(engine: Engine) {
    let server = Server::start(&engine).await;
    colleague(&server, "bram@kantoor.nl").await;
    let (mut browser, _authenticator) = with_passkey(&server).await;
    let mut brams = Authenticator::new();
    signed_in_as(&server, "bram@kantoor.nl").await.create_at(CREATE, &mut brams, &server).await;
    server.clock.advance(301);
    assert!(browser.get(&format!("/confirm?next={CREATE}")).await.body.contains("data-passkey=\"get\""));
    let begun = browser.begin_passkey("confirm").await;
    assert_eq!(begun["options"]["allowCredentials"].as_array().unwrap().len(), 1, "only the own ones");
    let mut options = begun["options"].clone();
    options["allowCredentials"] = serde_json::json!([]);
    let credential = brams.get(&options, &server);
    refused(&browser.finish_passkey("confirm", &begun["ceremony"], &credential).await, "unknown");
    assert!(browser.get(CREATE).await.location().starts_with("/confirm"), "still not fresh");
    let mut stranger = server.browser();
    let csrf = stranger.csrf().await;
    let answer = stranger.send_json("/passkeys/begin", &csrf, serde_json::json!({ "place": "confirm" })).await;
    assert_eq!(answer.status, 409, "whoever is signed out has nothing to confirm");
}

async fn a_passkey_is_renamed_and_removed_by_its_owner_alone(engine: Engine) {
    let server = Server::start(&engine).await;
    colleague(&server, "bram@kantoor.nl").await;
    let (mut anna, mut authenticator) = with_passkey(&server).await;
    server.mailbox().wait_for("anna@kantoor.nl").await;
    let id = factors_of(&server, server.account).await[0].id;
    let (rename, remove) = (format!("/account/passkeys/{id}/rename"), format!("/account/passkeys/{id}/remove"));
    let mut bram = signed_in_as(&server, "bram@kantoor.nl").await;
    for path in [&rename, &remove] {
        assert_eq!(bram.get(path).await.status, 404);
        assert_eq!(post(&mut bram, path, &[("name", "Mine")]).await.status, 404);
    }
    assert_eq!(anna.get("/account/passkeys/fac_nonsense/remove").await.status, 404);

    assert_eq!(post(&mut anna, &rename, &[("name", " \u{202e} ")]).await.status, 422);
    let renamed = post(&mut anna, &rename, &[("name", " <Laptop>\n van Anna ")]).await;
    assert_eq!(renamed.location(), "/account/passkeys?done=renamed");
    let list = anna.get(renamed.location()).await.body;
    assert!(list.contains("&lt;Laptop&gt; van Anna") && list.contains("The new name is saved"), "{list}");

    let mut elsewhere = server.browser();
    assert_eq!(elsewhere.sign_in_with("own", &mut authenticator, &server).await.status, 200);
    let page = anna.get(&remove).await.body;
    assert!(page.contains("This is your last passkey.") && page.contains("only need your password"), "{page}");
    assert_eq!(factors_of(&server, server.account).await.len(), 1, "looking removes nothing");
    assert_eq!(post(&mut anna, &remove, &[]).await.location(), "/account/passkeys?done=removed");
    assert_eq!(anna.get("/account").await.status, 200, "this session goes on");
    assert_eq!(elsewhere.get("/account").await.status, 303, "every other one ended");
    let mail = server.mailbox().wait_for("anna@kantoor.nl").await;
    assert_eq!(mail.subject.as_deref(), Some("A passkey was removed from your account"));
    refused(&server.browser().sign_in_with("own", &mut authenticator, &server).await, "unknown");
    assert!(audited(&server).await.iter().any(|event| event.kind == "factor.remove"));
    assert_eq!(post(&mut anna, &remove, &[]).await.status, 404);
}

async fn the_last_way_in_cannot_be_removed(engine: Engine) {
    let server = Server::start(&engine).await;
    let (mut browser, mut authenticator) = with_passkey(&server).await;
    let mut key = Authenticator::new();
    assert_eq!(browser.create_at(CREATE_KEY, &mut key, &server).await.status, 200);
    without_password(&server).await;
    let factors = factors_of(&server, server.account).await;
    let id = factors.iter().find(|factor| factor.kind == FactorKind::Passkey).unwrap().id;
    let remove = format!("/account/passkeys/{id}/remove");
    assert!(browser.get(&remove).await.body.contains("It is your only way to sign in"));
    let answer = post(&mut browser, &remove, &[]).await;
    assert_eq!(answer.status, 409, "a security key alone is no way in");
    assert!(answer.body.contains("It is your only way to sign in"));
    assert_eq!(factors_of(&server, server.account).await.len(), 2);
    assert_eq!(server.browser().sign_in_with("own", &mut authenticator, &server).await.status, 200);
    assert_eq!(browser.get("/account").await.status, 200, "nothing ended either");
}

async fn the_last_factor_that_a_rule_demands_cannot_be_removed(engine: Engine) {
    let server = Server::start(&engine).await;
    let (mut browser, _authenticator) = with_passkey(&server).await;
    let rule = Demand::Required { from: Timestamp::from_seconds(0) };
    server.rule(Policy { second_factor: rule, ..Policy::default() }).await;
    let first = factors_of(&server, server.account).await[0].id;
    let remove = format!("/account/passkeys/{first}/remove");
    let answer = post(&mut browser, &remove, &[]).await;
    assert_eq!(answer.status, 409);
    assert!(answer.body.contains("<strong>Kantoor De Vries</strong> asks for two-factor"), "{}", answer.body);
    assert_eq!(browser.create_at(CREATE, &mut Authenticator::new(), &server).await.status, 200);
    assert_eq!(post(&mut browser, &remove, &[]).await.status, 303, "now another one is left");
    assert_eq!(factors_of(&server, server.account).await.len(), 1);
}

async fn of_two_removals_at_once_one_leaves_a_way_in(engine: Engine) {
    let server = Server::start(&engine).await;
    let (mut browser, _authenticator) = with_passkey(&server).await;
    assert_eq!(browser.create_at(CREATE, &mut Authenticator::new(), &server).await.status, 200);
    without_password(&server).await;
    let csrf = browser.csrf().await;
    let tasks: Vec<_> = factors_of(&server, server.account)
        .await
        .into_iter()
        .map(|factor| {
            let mut twin = server.browser();
            twin.cookies = browser.cookies.clone();
            let csrf = csrf.clone();
            tokio::spawn(async move {
                twin.post(&format!("/account/passkeys/{}/remove", factor.id), &[("csrf", &csrf)]).await.status
            })
        })
        .collect();
    let mut statuses = Vec::new();
    for task in tasks {
        statuses.push(task.await.unwrap());
    }
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 409]);
    assert_eq!(factors_of(&server, server.account).await.len(), 1);
}

async fn an_account_has_an_end(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut browser = signed_in(&server).await;
    let mut authenticator = Authenticator::new();
    for _ in 0..MOST_FACTORS {
        assert_eq!(browser.create_at(CREATE, &mut authenticator, &server).await.status, 200);
    }
    refused(&browser.create_at(CREATE, &mut authenticator, &server).await, "full");
    assert!(!browser.get("/account/passkeys").await.body.contains(CREATE), "no button that leads nowhere");
    let other = server.browser().sign_in_at("/sign-in", "anna@kantoor.nl", PASSWORD).await;
    assert!(other.location().ends_with("/second"));
}

async fn password_managers_find_the_pages(engine: Engine) {
    let server = Server::start(&engine).await;
    let answer = server.browser().get("/.well-known/passkey-endpoints").await;
    assert!(answer.header("content-type").starts_with("application/json"));
    assert_eq!(answer.json()["enroll"], format!("{}{CREATE}", server.issuer));
    assert_eq!(answer.json()["manage"], format!("{}/account/passkeys", server.issuer));
}
