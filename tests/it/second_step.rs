//! Choosing a second step, the limits on guesses, and sign-ins in several tabs and browsers.

use std::collections::BTreeSet;

use countersign::domain::FactorKind;
use countersign::features::accounts::{InstanceRole, mark_credentials_changed};
use countersign::features::factors::{Details, NewFactor, add_factor, list_factors};
use countersign::features::organisations::Role;

use crate::support::{Answer, AuthenticatorApp, Browser, Engine, PASSWORD, Server, on_both_engines, query_of};
use crate::two_factor::{BRAM, bram, half_way};

on_both_engines! {
    a_change_while_the_last_step_waits_stops_it
    the_ways_are_listed_and_the_one_that_does_not_do_says_why
    a_block_leaves_the_other_ways_open
    ten_guesses_in_an_hour_and_thirty_in_a_day
    fifty_copies_of_a_code_open_one_session
    two_tabs_of_one_sign_in_agree
    another_browser_cannot_go_on
    nothing_leads_past_the_second_step
    new_recovery_codes_end_the_old_ones
    with_the_last_recovery_code_the_list_is_gone
    a_code_of_somebody_else_does_not_help
}

fn opens_a_session(answer: &Answer) -> bool {
    answer.headers.get_all("set-cookie").iter().any(|line| line.to_str().unwrap().contains("session="))
}

/// Connects an app and makes recovery codes.
async fn prepared(server: &Server) -> (Browser, AuthenticatorApp, Vec<String>) {
    let mut browser = bram(server).await;
    let (app, done) = browser.connect_app(server, "account").await;
    let codes = codes_on(&browser.fill(done.location(), &[]).await);
    server.clock.advance(60);
    (browser, app, codes)
}

fn codes_on(page: &Answer) -> Vec<String> {
    let items = page.body.split("<li>").skip(1).map(|item| item.split('<').next().unwrap().to_owned());
    let codes: Vec<String> = items.filter(|code| code.len() == 17).collect();
    assert_eq!(codes.len(), 10, "{}", page.body);
    assert_eq!(codes.iter().collect::<BTreeSet<_>>().len(), 10);
    codes
}

async fn the_ways_are_listed_and_the_one_that_does_not_do_says_why(engine: Engine) {
    let server = Server::start(&engine).await;
    let (mut member, app, codes) = prepared(&server).await;
    let mut browser = server.browser();
    let step = half_way(&mut browser, BRAM).await;
    let second = step.strip_suffix("/totp").expect("the app comes first, a recovery code last").to_owned();
    let page = browser.get(&format!("{second}?choose=1")).await;
    let place = |page: &Answer, kind: &str| page.body.find(&format!("second&#x2f;{kind}\"")).unwrap_or(usize::MAX);
    assert!(page.body.contains("How do you want to confirm it is you?"), "{}", page.body);
    assert!(place(&page, "totp") < place(&page, "recovery_code") && place(&page, "recovery_code") < usize::MAX);
    assert!(place(&page, "passkey") == usize::MAX, "only what is enrolled");
    assert!(page.body.contains("I have none of these"));
    assert_eq!(browser.get(&second).await.location(), step, "without a wish the first one is asked");
    for kind in ["passkey", "security_key", "email", "sms", "dance"] {
        let answer = browser.get(&format!("{second}/{kind}")).await;
        assert!(matches!(answer.status, 303 | 404), "{kind}: {} {}", answer.status, answer.body);
        assert!(answer.status == 404 || answer.location() == second, "{kind}");
    }

    // The default is asked first; a kind that is not enrolled cannot become it.
    let csrf = member.get("/account/security").await.field("csrf");
    for kind in ["recovery_code", "sms"] {
        let chosen = member.post("/account/two-factor/default", &[("csrf", &csrf), ("kind", kind)]).await;
        assert_eq!(chosen.location(), "/account/security?done=default-chosen");
        assert!(!member.get("/account/security").await.body.contains("value=\"sms\""));
    }
    assert_eq!(browser.get(&second).await.location(), step, "codes for bad days are never asked first");

    // An app that wishes for what cannot be phished takes neither a typed code nor a recovery code.
    add_security_key(&server).await;
    let wish = r#"{"id_token":{"acr":{"essential":true,"values":["phr"]}}}"#;
    let mut through_app = server.browser();
    let form = through_app.get(&Server::authorize(&[("claims", wish)])).await.location().to_owned();
    let second = through_app.sign_in_at(&form, BRAM, PASSWORD).await.location().to_owned();
    let page = through_app.get(&format!("{second}?choose=1")).await;
    assert_eq!(page.body.matches("Not strong enough for Kantoorportaal").count(), 2, "{}", page.body);
    assert!(place(&page, "security_key") < usize::MAX);
    let csrf = through_app.get("/sign-in").await.field("csrf");
    for (kind, code) in [("recovery_code", codes[0].clone()), ("totp", app.code(&server, 0))] {
        let path = format!("{second}/{kind}");
        assert_eq!(place(&page, kind), usize::MAX, "{kind}");
        assert_eq!(through_app.get(&path).await.location(), second, "{kind}");
        let refused = through_app.post(&path, &[("csrf", &csrf), ("code", &code)]).await;
        assert!(!opens_a_session(&refused) && refused.location() == second, "{}", refused.location());
    }
    let done = browser.fill(&step, &[("code", &app.code(&server, 0))]).await;
    assert!(opens_a_session(&done), "nothing was used up by that: {}", done.body);
}

/// Gives Bram a security key that nobody can use.
async fn add_security_key(server: &Server) {
    let state = &server.inner.state;
    let new = NewFactor {
        account_id: server.account_of(BRAM).await,
        kind: FactorKind::SecurityKey,
        name: "Key",
        secret: None,
        handle: Some("AAAA".to_owned()),
        counter: 0,
        device_bound: true,
        details: Details::default(),
        user_agent: None,
    };
    let mut writer = state.db.writing().await.unwrap();
    add_factor(&mut writer, &state.vault, new, (state.now(), state.random.as_ref())).await.unwrap();
    writer.commit().await.unwrap();
}

async fn a_block_leaves_the_other_ways_open(engine: Engine) {
    let server = Server::start(&engine).await;
    let (_, app, codes) = prepared(&server).await;
    let mut browser = server.browser();
    let step = half_way(&mut browser, BRAM).await;
    for _ in 0..5 {
        assert_eq!(browser.fill(&step, &[("code", "000000")]).await.status, 422);
    }
    let blocked = browser.fill(&step, &[("code", &app.code(&server, 0))]).await;
    assert!(blocked.status == 429 && blocked.body.contains("Try again"), "{}", blocked.body);
    let other = step.replace("/totp", "/recovery_code");
    let done = browser.fill(&other, &[("code", &codes[0])]).await;
    assert!(done.location().starts_with("/enrol/"), "{}", done.body);
    // The right code of another kind does not take back what was guessed here.
    let mut again = server.browser();
    let step = half_way(&mut again, BRAM).await;
    assert_eq!(again.fill(&step, &[("code", &app.code(&server, 0))]).await.status, 429);
}

async fn ten_guesses_in_an_hour_and_thirty_in_a_day(engine: Engine) {
    let server = Server::start(&engine).await;
    let (_, app, _) = prepared(&server).await;
    let mut looked_at = Vec::new();
    for _hour in 0..6 {
        let mut browser = server.browser();
        let step = half_way(&mut browser, BRAM).await;
        let mut wrong = 0;
        for _ in 0..14 {
            let answer = browser.fill(&step, &[("code", "000000")]).await;
            wrong += u32::from(answer.status == 422);
            assert!(matches!(answer.status, 422 | 429), "{}", answer.body);
            server.clock.advance(61);
        }
        looked_at.push(wrong);
        server.clock.advance(3600);
    }
    assert_eq!(looked_at, [10, 10, 10, 0, 0, 0]);
    let mut browser = server.browser();
    let step = half_way(&mut browser, BRAM).await;
    assert_eq!(browser.fill(&step, &[("code", &app.code(&server, 0))]).await.status, 429, "also for the right code");
    server.clock.advance(86_400);
    let mut browser = server.browser();
    let step = half_way(&mut browser, BRAM).await;
    assert!(opens_a_session(&browser.fill(&step, &[("code", &app.code(&server, 0))]).await), "and a day later no more");
}

async fn fifty_copies_of_a_code_open_one_session(engine: Engine) {
    let server = Server::start(&engine).await;
    let (_, app, _) = prepared(&server).await;
    let code = app.code(&server, 0);
    let mut tasks = Vec::new();
    for _ in 0..5 {
        let mut browser = server.browser();
        let step = half_way(&mut browser, BRAM).await;
        let csrf = browser.get(&step).await.field("csrf");
        for _ in 0..10 {
            let mut window = server.browser();
            window.cookies.clone_from(&browser.cookies);
            let (step, csrf, code) = (step.clone(), csrf.clone(), code.clone());
            tasks.push(tokio::spawn(async move { window.post(&step, &[("csrf", &csrf), ("code", &code)]).await }));
        }
    }
    let mut sessions = 0;
    for task in tasks {
        let answer = task.await.unwrap();
        assert!(answer.status < 500, "{}", answer.body);
        sessions += u32::from(opens_a_session(&answer));
    }
    assert_eq!(sessions, 1);
    // The copies counted as attempts: whoever sends that many waits for the rest of the hour.
    for (later, steps) in [(3601, 0), (120, -1)] {
        server.clock.advance(later);
        let mut browser = server.browser();
        let step = half_way(&mut browser, BRAM).await;
        assert_eq!(browser.fill(&step, &[("code", &code)]).await.status, 422, "never again");
        assert!(opens_a_session(&browser.fill(&step, &[("code", &app.code(&server, steps))]).await));
    }
}

async fn two_tabs_of_one_sign_in_agree(engine: Engine) {
    let server = Server::start(&engine).await;
    let (_, app, codes) = prepared(&server).await;
    let mut first = server.browser();
    let step = half_way(&mut first, BRAM).await;
    let page = first.get(&step).await;
    let mut second = server.browser();
    second.cookies.clone_from(&first.cookies);
    let by_code = step.replace("/totp", "/recovery_code");
    assert_eq!(second.get(&by_code).await.status, 200, "a tab for each way");
    assert!(opens_a_session(&first.fill(&step, &[("code", &app.code(&server, 0))]).await));
    for path in [&step, &by_code] {
        assert_eq!(second.get(path).await.location(), "/account", "the other tab finds that all is done");
        let sent = second.post(path, &[("csrf", &page.field("csrf")), ("code", &codes[0])]).await;
        assert!(!opens_a_session(&sent) && sent.location() == "/account", "{}", sent.location());
    }
    assert!(first.get("/account/security").await.body.contains("You have 10 codes left"), "and no code is used up");
}

async fn another_browser_cannot_go_on(engine: Engine) {
    let server = Server::start(&engine).await;
    let (_, app, codes) = prepared(&server).await;
    let mut browser = server.browser();
    let step = half_way(&mut browser, BRAM).await;
    let by_code = step.replace("/totp", "/recovery_code");
    let mut other = server.browser();
    let csrf = other.get("/sign-in").await.field("csrf");
    let totp = app.code(&server, 0);
    for (path, code) in [(&step, &totp), (&by_code, &codes[0])] {
        assert_eq!(other.get(path).await.status, 400, "{path}");
        let sent = other.post(path, &[("csrf", &csrf), ("code", code)]).await;
        assert!(sent.status == 400 && !opens_a_session(&sent), "{path}");
    }
    for path in [step.replace("/totp", ""), step.replace("/totp", "?choose=1")] {
        assert_eq!(other.get(&path).await.status, 400, "{path}");
    }
    assert!(opens_a_session(&browser.fill(&step, &[("code", &totp)]).await), "nothing was used up by it");
}

async fn nothing_leads_past_the_second_step(engine: Engine) {
    let server = Server::start(&engine).await;
    let (_, app, _) = prepared(&server).await;
    let mut browser = server.browser();
    let form = browser.get(&Server::authorize(&[])).await.location().to_owned();
    let id = form.split('/').nth(2).unwrap().to_owned();
    let second = browser.sign_in_at(&form, BRAM, PASSWORD).await.location().to_owned();
    let csrf = browser.get(&format!("{second}/totp")).await.field("csrf");
    for path in ["return", "authorize", "consent", "offer", "enrol", "sign-in"] {
        let answer = browser.get(&format!("/{path}/{id}")).await;
        let to = answer.headers.get("location").map(|to| to.to_str().unwrap().to_owned()).unwrap_or_default();
        assert!(!to.contains("code=") && !opens_a_session(&answer), "{path}: {to}");
        assert!(to.starts_with("/sign-in/"), "{path}: {} {to}", answer.status);
    }
    let fields = [("csrf", csrf.as_str()), ("answer", "allow"), ("username", ""), ("password", ""), ("code", "")];
    for path in ["authorize", "return", "consent", "offer", "enrol", "sign-in", "second"] {
        for suffix in ["", "/skip", "/totp", "/passkey"] {
            let path = format!("/{path}/{id}{suffix}");
            let answer = browser.post(&path, &fields).await;
            let to = answer.headers.get("location").map(|to| to.to_str().unwrap().to_owned()).unwrap_or_default();
            assert!(!to.contains("code=") && !opens_a_session(&answer), "{path}: {to}");
        }
    }
    for path in ["/account", "/account/security", "/enrol/account/totp", "/enrol/account/recovery_code"] {
        assert_eq!(browser.get(path).await.status, 303, "{path}");
    }
    // After all of that the honest way is still there.
    assert!(opens_a_session(&browser.fill(&format!("{second}/totp"), &[("code", &app.code(&server, 0))]).await));
    let back = browser.get(&format!("/authorize/{id}")).await.location().to_owned();
    assert!(query_of(&back).contains_key("code"), "{back}");
}

async fn new_recovery_codes_end_the_old_ones(engine: Engine) {
    let server = Server::start(&engine).await;
    let (mut member, _, old) = prepared(&server).await;
    let page = member.get("/enrol/account/recovery_code").await;
    assert!(page.body.contains("You have 10 codes left"), "a look at the page changes nothing: {}", page.body);
    let new = codes_on(&member.fill("/enrol/account/recovery_code", &[]).await);
    assert!(new.iter().all(|code| !old.contains(code)));
    let mut browser = server.browser();
    let by_code = half_way(&mut browser, BRAM).await.replace("/totp", "/recovery_code");
    assert_eq!(browser.fill(&by_code, &[("code", &old[0])]).await.status, 422);
    assert_eq!(browser.fill(&by_code, &[("code", &new[0])]).await.status, 303);
    server.clock.advance(301);
    assert!(member.get("/enrol/account/recovery_code").await.location().starts_with("/confirm"), "only to the owner");
}

async fn with_the_last_recovery_code_the_list_is_gone(engine: Engine) {
    let server = Server::start(&engine).await;
    let (mut member, app, codes) = prepared(&server).await;
    for code in &codes {
        let mut browser = server.browser();
        let by_code = half_way(&mut browser, BRAM).await.replace("/totp", "/recovery_code");
        let done = browser.fill(&by_code, &[("code", code)]).await;
        assert!(done.location().starts_with("/enrol/"), "{}", done.body);
        server.clock.advance(1);
    }
    let account = server.account_of(BRAM).await;
    let left = list_factors(server.inner.state.db.reading(), account).await.unwrap();
    assert_eq!(left.iter().map(|factor| factor.kind).collect::<Vec<_>>(), [FactorKind::Totp]);
    let mut browser = server.browser();
    let step = half_way(&mut browser, BRAM).await;
    let page = browser.get(&step.replace("/totp", "?choose=1")).await;
    assert!(!page.body.contains("recovery_code"), "{}", page.body);
    assert_eq!(browser.get(&step.replace("/totp", "/recovery_code")).await.location(), step.replace("/totp", ""));
    assert!(opens_a_session(&browser.fill(&step, &[("code", &app.code(&server, 0))]).await));
    assert_eq!(member.get("/account").await.status, 200);
}

async fn a_code_of_somebody_else_does_not_help(engine: Engine) {
    let server = Server::start(&engine).await;
    let (_, _, codes) = prepared(&server).await;
    server.hire("carla@kantoor.nl", Role::Employee, InstanceRole::None).await;
    let mut carla = server.browser();
    carla.sign_in_at("/sign-in", "carla@kantoor.nl", PASSWORD).await;
    let (app, done) = carla.connect_app(&server, "account").await;
    carla.fill(done.location(), &[]).await;
    server.clock.advance(60);
    let mut browser = server.browser();
    let step = half_way(&mut browser, BRAM).await;
    assert_eq!(browser.fill(&step, &[("code", &app.code(&server, 0))]).await.status, 422);
    let mut other = server.browser();
    let by_code = half_way(&mut other, "carla@kantoor.nl").await.replace("/totp", "/recovery_code");
    assert_eq!(other.fill(&by_code, &[("code", &codes[0])]).await.status, 422);
}

async fn a_change_while_the_last_step_waits_stops_it(engine: Engine) {
    let server = Server::start(&engine).await;
    let (app, _) = bram(&server).await.connect_app(&server, "account").await;
    server.clock.advance(60);
    let mut browser = server.browser();
    let step = half_way(&mut browser, BRAM).await;
    let (csrf, code) = (browser.get(&step).await.field("csrf"), app.code(&server, 0));
    let state = &server.inner.state;
    let account = server.account_of(BRAM).await;
    // Somebody is changing the password: the change is written and not committed yet.
    let mut writer = state.db.writing().await.unwrap();
    mark_credentials_changed(&mut writer, account, state.now()).await.unwrap();
    let waiting = tokio::spawn(async move {
        let answer = browser.post(&step, &[("csrf", &csrf), ("code", &code)]).await;
        (browser, answer)
    });
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    assert!(!waiting.is_finished(), "it waits for the change");
    writer.commit().await.unwrap();
    let (mut browser, answer) = waiting.await.unwrap();
    assert!(answer.location().starts_with("/sign-in/"), "{}", answer.location());
    assert_eq!(browser.get("/account").await.location(), "/sign-in", "the old password opens nothing any more");
}
