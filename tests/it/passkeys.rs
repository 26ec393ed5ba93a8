//! Making and using passkeys, with a software authenticator.

mod account;
mod offer;
mod second_step;

use countersign::domain::Secret;
use countersign::domain::ids::{AccountId, MembershipId};
use countersign::features::accounts::{Account, add_account, find_account, set_account_disabled};
use countersign::features::audit::{Recorded, export};
use countersign::features::factors::{Factor, list_factors, remove_factor};
use countersign::features::organisations::{Role, add_membership};
use countersign::features::passwords::{Hashing, NewPassword, hash_new_password, set_password};
use serde_json::{Value, json};

use crate::support::{Answer, Authenticator, Browser, Engine, PASSWORD, Server, on_both_engines};

on_both_engines! {
    a_passkey_is_made_in_the_account_and_signs_in_alone
    a_ceremony_is_for_one_browser_one_place_and_five_minutes
    of_parallel_finishes_one_wins
    what_did_not_run_on_our_page_or_without_verification_counts_for_nothing
    a_passkey_that_is_gone_is_unknown_although_the_ceremony_began_before
    a_counter_that_goes_back_is_refused_and_told
    a_credential_belongs_to_one_account_once
    nobody_signs_in_with_the_user_handle_of_somebody_else
    an_account_that_is_switched_off_gets_nothing_with_a_passkey
    a_stolen_password_makes_no_passkey
    a_sign_in_for_an_app_ends_at_the_app
    json_is_taken_from_our_own_pages_only
    guessed_passwords_do_not_stand_in_the_way_of_passkeys
    without_a_domain_name_there_are_no_passkeys
}

const CREATE: &str = "/enrol/account/passkey";
const CREATE_KEY: &str = "/enrol/account/security_key";

/// Something that goes wrong in a ceremony, and what it is called.
type Spoil = (&'static str, fn(&mut Authenticator, &Server));

/// A browser in which Anna signed in with her password.
async fn signed_in(server: &Server) -> Browser {
    signed_in_as(server, "anna@kantoor.nl").await
}

async fn signed_in_as(server: &Server, email: &str) -> Browser {
    let mut browser = server.browser();
    assert_eq!(browser.sign_in_at("/sign-in", email, PASSWORD).await.status, 303);
    browser
}

/// A browser in which Anna has just made a passkey, and the passkey.
async fn with_passkey(server: &Server) -> (Browser, Authenticator) {
    let (mut browser, mut authenticator) = (signed_in(server).await, Authenticator::new());
    let made = browser.create_at(CREATE, &mut authenticator, server).await;
    assert_eq!(made.status, 200, "{}", made.body);
    (browser, authenticator)
}

/// Somebody else at the office, with the same password.
async fn colleague(server: &Server, email: &str) -> AccountId {
    let state = &server.inner.state;
    let (now, random) = (state.now(), state.random.as_ref());
    let anna = find_account(state.db.reading(), server.account).await.unwrap().unwrap();
    let account =
        Account { id: AccountId::new(now, random), email: email.parse().unwrap(), username: None, ..anna.clone() };
    let password = NewPassword::parse(&Secret::new(PASSWORD.to_owned()), 15, &account.email).unwrap();
    let phc = hash_new_password(&state.service::<Hashing>(), password, random).await.unwrap();
    let mut writer = state.db.writing().await.unwrap();
    add_account(&mut writer, &account).await.unwrap();
    let who = (server.organisation, account.id);
    add_membership(&mut writer, MembershipId::new(now, random), who, Role::Employee, Vec::new(), now).await.unwrap();
    set_password(&mut writer, account.id, &phc, now).await.unwrap();
    writer.commit().await.unwrap();
    server.know(account.id, "127.0.0.1").await;
    account.id
}

async fn factors_of(server: &Server, account: AccountId) -> Vec<Factor> {
    list_factors(server.inner.state.db.reading(), account).await.unwrap()
}

async fn audited(server: &Server) -> Vec<Recorded> {
    export(server.inner.state.db.reading(), None, 1000).await.unwrap()
}

fn refused(answer: &Answer, why: &str) {
    assert_eq!(answer.status, 422, "{}", answer.body);
    assert_eq!(answer.json()["problem"], why);
    assert!(answer.headers.get("set-cookie").is_none(), "nothing comes with it");
}

async fn a_passkey_is_made_in_the_account_and_signs_in_alone(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut elsewhere = signed_in(&server).await;
    let (mut browser, mut authenticator) = with_passkey(&server).await;
    assert_eq!(browser.get("/account").await.status, 200, "this session goes on");
    assert_eq!(elsewhere.get("/account").await.status, 303, "every other one ended");
    let mail = server.mailbox().wait_for("anna@kantoor.nl").await;
    assert_eq!(mail.subject.as_deref(), Some("A passkey was added to your account"));

    let mut fresh = server.browser();
    let page = fresh.get("/sign-in").await;
    assert!(page.body.contains("autocomplete=\"username webauthn\""));
    let first = |body: &str| body.find("data-passkey=").unwrap() < body.find("id=\"username\"").unwrap();
    assert!(!first(&page.body), "whoever has no passkey is not sent into a dialog");
    let begun = fresh.begin_passkey("own").await;
    assert_eq!(begun["options"]["allowCredentials"], json!([]), "nobody learns who has one");
    assert_eq!(begun["options"]["userVerification"], "required");
    let done = fresh.sign_in_with("own", &mut authenticator, &server).await;
    assert_eq!(done.status, 200, "{}", done.body);
    assert_eq!(done.json()["to"], "/account");
    assert_eq!(done.json()["known"]["allAcceptedCredentialIds"].as_array().unwrap().len(), 1);
    assert_eq!(fresh.get("/account").await.status, 200);
    assert!(fresh.get("/account/passkeys").await.body.contains("Used for this sign-in"));
    assert!(done.header("set-cookie").contains("countersign-"));
    fresh.cookies.remove("countersign-session");
    assert!(first(&fresh.get("/sign-in").await.body), "this browser knows passkeys now");
    let kinds: Vec<_> = audited(&server).await.into_iter().map(|event| (event.kind, event.outcome)).collect();
    for kind in ["factor.add", "sign_in.passkey"] {
        assert!(kinds.contains(&(kind.to_owned(), "done".to_owned())), "{kinds:?}");
    }
}

async fn a_ceremony_is_for_one_browser_one_place_and_five_minutes(engine: Engine) {
    let server = Server::start(&engine).await;
    let (_, mut authenticator) = with_passkey(&server).await;
    let mut browser = server.browser();
    let form = browser.get(&Server::authorize(&[])).await.location().to_owned();
    let interaction = form.rsplit('/').next().unwrap().to_owned();
    let begun = browser.begin_passkey("own").await;
    let credential = authenticator.get(&begun["options"], &server);
    let ceremony = &begun["ceremony"];
    refused(&server.browser().finish_passkey("own", ceremony, &credential).await, "stopped");
    refused(&browser.finish_passkey(&interaction, ceremony, &credential).await, "stopped");
    let away = browser.finish_passkey("int_01k00000000000000000000000", ceremony, &credential).await;
    assert_eq!(away.status, 409, "that sign-in is nobody's");
    let csrf = browser.csrf().await;
    let whole = json!({ "csrf": csrf, "place": "own", "ceremony": ceremony, "credential": credential }).to_string();
    for length in [0, 1, whole.len() / 3, whole.len() / 2, whole.len() - 1] {
        let same_origin = [("sec-fetch-site", "same-origin")];
        let cut = browser.post_json("/passkeys/finish", &same_origin, &whole[..length]).await;
        assert!(matches!(cut.status, 400 | 403), "{length}: {}", cut.status);
    }
    assert_eq!(browser.finish_passkey("own", ceremony, &credential).await.status, 200);
    refused(&browser.finish_passkey("own", ceremony, &credential).await, "stopped");

    let mut late = server.browser();
    let begun = late.begin_passkey("own").await;
    let credential = authenticator.get(&begun["options"], &server);
    server.clock.advance(5 * 60);
    refused(&late.finish_passkey("own", &begun["ceremony"], &credential).await, "stopped");
}

async fn of_parallel_finishes_one_wins(engine: Engine) {
    let server = Server::start(&engine).await;
    let (_, mut authenticator) = with_passkey(&server).await;
    let mut browser = server.browser();
    let begun = browser.begin_passkey("own").await;
    let credential = authenticator.get(&begun["options"], &server);
    let tasks: Vec<_> = (0..8)
        .map(|_| {
            let mut twin = server.browser();
            twin.cookies = browser.cookies.clone();
            let (ceremony, credential) = (begun["ceremony"].clone(), credential.clone());
            tokio::spawn(async move { twin.finish_passkey("own", &ceremony, &credential).await.status })
        })
        .collect();
    let mut statuses = Vec::new();
    for task in tasks {
        statuses.push(task.await.unwrap());
    }
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 422, 422, 422, 422, 422, 422, 422]);
}

async fn what_did_not_run_on_our_page_or_without_verification_counts_for_nothing(engine: Engine) {
    let server = Server::start(&engine).await;
    let (mut browser, mut authenticator) = with_passkey(&server).await;
    let mut other = Authenticator::new();
    let spoils: [Spoil; 7] = [
        ("stopped", |a, _| a.manners.origin = Some("https://evil.example".to_owned())),
        ("stopped", |a, server| a.manners.origin = Some(server.issuer.replace("localhost", "badlocalhost"))),
        ("stopped", |a, server| a.manners.origin = Some(format!("{}0", server.issuer))),
        ("stopped", |a, server| a.manners.origin = Some(format!("{}/path", server.issuer))),
        ("stopped", |a, _| a.manners.more = json!({ "crossOrigin": true })),
        ("stopped", |a, _| a.manners.more = json!({ "topOrigin": "https://evil.example" })),
        ("unverified", |a, _| a.manners.verifies = false),
    ];
    for (why, spoil) in spoils {
        spoil(&mut authenticator, &server);
        spoil(&mut other, &server);
        refused(&server.browser().sign_in_with("own", &mut authenticator, &server).await, why);
        refused(&browser.create_at(CREATE, &mut other, &server).await, why);
        authenticator.manners = crate::support::Manners::default();
        other.manners = crate::support::Manners::default();
    }
    assert_eq!(factors_of(&server, server.account).await.len(), 1);
    assert_eq!(server.browser().sign_in_with("own", &mut authenticator, &server).await.status, 200);
    let mut wrong_kind = server.browser();
    let begun = wrong_kind.begin_passkey("own").await;
    authenticator.manners.more = json!({ "type": "webauthn.create" });
    let credential = authenticator.get(&begun["options"], &server);
    refused(&wrong_kind.finish_passkey("own", &begun["ceremony"], &credential).await, "stopped");
}

async fn a_passkey_that_is_gone_is_unknown_although_the_ceremony_began_before(engine: Engine) {
    let server = Server::start(&engine).await;
    let (_, mut authenticator) = with_passkey(&server).await;
    let mut browser = server.browser();
    let begun = browser.begin_passkey("own").await;
    let credential = authenticator.get(&begun["options"], &server);
    let id = factors_of(&server, server.account).await[0].id;
    let mut writer = server.inner.state.db.writing().await.unwrap();
    assert!(remove_factor(&mut writer, server.account, id).await.unwrap());
    writer.commit().await.unwrap();
    let answer = browser.finish_passkey("own", &begun["ceremony"], &credential).await;
    refused(&answer, "unknown");
    assert_eq!(answer.json()["rpId"], "localhost", "the script tells the browser that it is gone");
}

async fn a_counter_that_goes_back_is_refused_and_told(engine: Engine) {
    let server = Server::start(&engine).await;
    let (_, mut authenticator) = with_passkey(&server).await;
    server.mailbox().wait_for("anna@kantoor.nl").await;
    let (mut earlier, mut later) = (server.browser(), server.browser());
    let (first, second) = (earlier.begin_passkey("own").await, later.begin_passkey("own").await);
    let by_the_copy = authenticator.get(&first["options"], &server);
    let by_the_owner = authenticator.get(&second["options"], &server);
    assert_eq!(later.finish_passkey("own", &second["ceremony"], &by_the_owner).await.status, 200);
    refused(&earlier.finish_passkey("own", &first["ceremony"], &by_the_copy).await, "copied");
    let mail = server.mailbox().wait_for("anna@kantoor.nl").await;
    assert_eq!(mail.subject.as_deref(), Some("We refused a passkey of your account"));
    let events = audited(&server).await;
    assert!(events.iter().any(|event| event.kind == "passkey.counter_rollback" && event.outcome == "copied"));
    assert_eq!(server.browser().sign_in_with("own", &mut authenticator, &server).await.status, 200);
}

async fn a_credential_belongs_to_one_account_once(engine: Engine) {
    let server = Server::start(&engine).await;
    let bram = colleague(&server, "bram@kantoor.nl").await;
    let (mut anna, authenticator) = with_passkey(&server).await;
    let mut brams = signed_in_as(&server, "bram@kantoor.nl").await;
    for (browser, why) in [(&mut anna, "exists"), (&mut brams, "foreign")] {
        let csrf = browser.csrf().await;
        let begun = browser.send_json(&format!("{CREATE}/begin"), &csrf, json!({})).await.json();
        let excluded = begun["options"]["excludeCredentials"].as_array().map_or(0, Vec::len);
        assert_eq!(excluded, usize::from(why == "exists"), "the own ones are excluded, and no others");
        let credential = authenticator.claim_again(&begun["options"], &server);
        let body = json!({ "ceremony": begun["ceremony"], "credential": credential });
        refused(&browser.send_json(&format!("{CREATE}/finish"), &csrf, body).await, why);
    }
    assert_eq!(factors_of(&server, bram).await.len(), 0);
    assert_eq!(factors_of(&server, server.account).await.len(), 1);
}

async fn nobody_signs_in_with_the_user_handle_of_somebody_else(engine: Engine) {
    let server = Server::start(&engine).await;
    let bram = colleague(&server, "bram@kantoor.nl").await;
    let (_, mut annas) = with_passkey(&server).await;
    let mut brams = Authenticator::new();
    let made = signed_in_as(&server, "bram@kantoor.nl").await.create_at(CREATE, &mut brams, &server).await;
    assert_eq!(made.status, 200, "{}", made.body);
    let mut browser = server.browser();
    assert_eq!(browser.sign_in_with("own", &mut brams, &server).await.status, 200);
    assert!(browser.get("/account").await.body.contains("bram@kantoor.nl"));

    let handle = annas.credentials[0].1.clone();
    assert_eq!(handle, server.account.to_string().into_bytes());
    brams.credentials[0].1 = handle;
    refused(&server.browser().sign_in_with("own", &mut brams, &server).await, "unknown");
    brams.credentials[0].1 = bram.to_string().into_bytes();
    brams.manners.tells_user = false;
    refused(&server.browser().sign_in_with("own", &mut brams, &server).await, "unknown");
    let mut browser = server.browser();
    assert_eq!(browser.sign_in_with("own", &mut annas, &server).await.status, 200);
    assert!(browser.get("/account").await.body.contains("anna@kantoor.nl"));
}

async fn an_account_that_is_switched_off_gets_nothing_with_a_passkey(engine: Engine) {
    let server = Server::start(&engine).await;
    let (_, mut authenticator) = with_passkey(&server).await;
    let state = &server.inner.state;
    let mut writer = state.db.writing().await.unwrap();
    set_account_disabled(&mut writer, server.account, true, state.now()).await.unwrap();
    writer.commit().await.unwrap();
    let mut browser = server.browser();
    let answer = browser.sign_in_with("own", &mut authenticator, &server).await;
    assert_eq!(answer.status, 409, "{}", answer.body);
    assert!(!browser.cookies.contains_key("countersign-session"));
    let page = browser.get(answer.json()["to"].as_str().unwrap()).await;
    assert!(page.status == 403 && page.body.contains("This account is switched off"), "{}", page.body);
}

async fn a_stolen_password_makes_no_passkey(engine: Engine) {
    let server = Server::start(&engine).await;
    with_passkey(&server).await;
    let mut thief = server.browser();
    let answer = thief.sign_in_at("/sign-in", "anna@kantoor.nl", PASSWORD).await;
    let second = answer.location().to_owned();
    assert!(second.ends_with("/second"), "a password is not enough where there is a passkey: {second}");
    let interaction = second.trim_end_matches("/second").rsplit('/').next().unwrap();
    let mut own = Authenticator::new();
    for kind in ["passkey", "security_key"] {
        let made = thief.create_at(&format!("/enrol/{interaction}/{kind}"), &mut own, &server).await;
        assert_eq!((made.status, made.json()["to"].as_str()), (409, Some(second.as_str())));
        let made = thief.create_at(&format!("/enrol/account/{kind}"), &mut own, &server).await;
        assert_eq!(made.status, 409, "{}", made.body);
        assert_eq!(thief.get(&format!("/enrol/{interaction}/{kind}")).await.location(), second);
    }
    assert_eq!(factors_of(&server, server.account).await.len(), 1);
}

async fn a_sign_in_for_an_app_ends_at_the_app(engine: Engine) {
    let server = Server::start(&engine).await;
    let (_, mut authenticator) = with_passkey(&server).await;
    let mut browser = server.browser();
    let form = browser.get(&Server::authorize(&[("acr_values", "phr")])).await.location().to_owned();
    let interaction = form.rsplit('/').next().unwrap().to_owned();
    let done = browser.sign_in_with(&interaction, &mut authenticator, &server).await;
    assert_eq!(done.json()["to"], format!("/return/{interaction}"));
    assert_eq!(browser.get(&format!("/return/{interaction}")).await.status, 200);
    let back = browser.get(&format!("/authorize/{interaction}")).await.location().to_owned();
    let tokens = server.redeem(&crate::support::query_of(&back)["code"]).await.json();
    let payload = tokens["id_token"].as_str().unwrap().split('.').nth(1).unwrap().to_owned();
    let claims: Value = {
        use base64::Engine as _;
        let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(payload).unwrap();
        serde_json::from_slice(&bytes).unwrap()
    };
    assert_eq!(claims["acr"], "phr", "what was asked for");
    assert_eq!(claims["amr"], json!(["hwk", "user", "mfa"]));
}

async fn json_is_taken_from_our_own_pages_only(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut browser = server.browser();
    let csrf = browser.csrf().await;
    let body = |csrf: &str| json!({ "csrf": csrf, "place": "own" }).to_string();
    let own = [("sec-fetch-site", "same-origin")];
    assert_eq!(browser.post_json("/passkeys/begin", &own, &body(&csrf)).await.status, 200);
    for headers in [vec![], vec![("sec-fetch-site", "cross-site")], vec![("origin", "https://evil.example")]] {
        assert_eq!(browser.post_json("/passkeys/begin", &headers, &body(&csrf)).await.status, 403, "{headers:?}");
    }
    for token in ["", "forged"] {
        assert_eq!(browser.post_json("/passkeys/begin", &own, &body(token)).await.status, 403);
    }
    assert_eq!(server.browser().post_json("/passkeys/begin", &own, &body(&csrf)).await.status, 400, "no cookies");
    let mut other = server.browser();
    other.csrf().await;
    assert_eq!(other.post_json("/passkeys/begin", &own, &body(&csrf)).await.status, 403);
    for kind in ["text/plain", "application/x-www-form-urlencoded"] {
        let headers = [own[0], ("content-type", kind)];
        assert_eq!(browser.post_json("/passkeys/begin", &headers, &body(&csrf)).await.status, 415, "{kind}");
    }
    let large = json!({ "csrf": csrf, "place": "x".repeat(70_000) }).to_string();
    assert_eq!(browser.post_json("/passkeys/begin", &own, &large).await.status, 413);
}

async fn guessed_passwords_do_not_stand_in_the_way_of_passkeys(engine: Engine) {
    let server = Server::start(&engine).await;
    let (_, mut authenticator) = with_passkey(&server).await;
    for number in 0..25 {
        let name = format!("person{number}@kantoor.nl");
        server.browser().sign_in_at("/sign-in", &name, "not the password").await;
    }
    let blocked = server.browser().sign_in_at("/sign-in", "anna@kantoor.nl", PASSWORD).await;
    assert_eq!(blocked.status, 429);
    assert!(blocked.body.contains("or sign in with a passkey now"), "{}", blocked.body);
    assert_eq!(server.browser().sign_in_with("own", &mut authenticator, &server).await.status, 200);
}

async fn without_a_domain_name_there_are_no_passkeys(engine: Engine) {
    let server = Server::start_with(&engine, crate::support::TestClock::new(), |config| {
        config.server.public_url = config.server.public_url.as_str().replace("localhost", "127.0.0.1").parse().unwrap();
    })
    .await;
    let mut browser = signed_in(&server).await;
    assert!(browser.get(CREATE).await.body.contains("Passkeys do not work at this address"));
    let csrf = browser.csrf().await;
    refused(&browser.send_json(&format!("{CREATE}/begin"), &csrf, json!({})).await, "stopped");
    refused(&browser.send_json("/passkeys/begin", &csrf, json!({ "place": "own" })).await, "stopped");
    let page = server.browser().get("/sign-in").await;
    assert!(!page.body.contains("data-passkey") && page.body.contains("autocomplete=\"username\""));
    assert_eq!(browser.get("/.well-known/passkey-endpoints").await.status, 404);
}
