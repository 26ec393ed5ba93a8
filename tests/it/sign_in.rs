//! Signing in by password, and what protects it.

use countersign::features::passwords::Hashing;

use crate::support::{Engine, PASSWORD, Server, TestClock, on_both_engines};

on_both_engines! {
    the_account_page_opens_after_the_right_password
    a_stranger_and_a_wrong_password_look_the_same_and_cost_the_same
    empty_fields_are_named_and_the_name_is_kept
    one_account_is_slowed_down_and_the_wait_ends
    attempts_at_the_same_time_are_all_counted
    an_office_that_signs_in_at_once_is_not_slowed_down
    a_right_password_takes_the_count_back
    a_session_ends_by_idleness_and_by_age
    every_sign_in_has_a_new_secret_and_the_old_one_ends
    other_sessions_can_be_ended
    a_form_from_elsewhere_is_refused
    the_language_is_switched_and_kept
    forged_headers_do_not_move_the_client
    a_setup_link_makes_one_administrator_once
    two_names_of_one_account_do_not_give_twice_the_guesses_and_do_not_show_that_they_are_one
}

async fn the_account_page_opens_after_the_right_password(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut browser = server.browser();
    assert_eq!(browser.get("/account").await.location(), "/sign-in");
    for login in ["anna@kantoor.nl", " Anna@Kantoor.NL ", "anna", "ANNA"] {
        let mut browser = server.browser();
        let done = browser.sign_in_at("/sign-in", login, PASSWORD).await;
        assert_eq!(done.location(), "/account", "{login}");
        let cookie = done.header("set-cookie");
        assert!(
            cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax") && cookie.contains("Path=/"),
            "{cookie}"
        );
        let page = browser.get("/account").await;
        assert!(page.body.contains("Anna de Vries") && page.body.contains("Kantoor De Vries"), "{}", page.body);
        assert_eq!(page.header("cross-origin-opener-policy"), "same-origin");
    }
}

async fn a_stranger_and_a_wrong_password_look_the_same_and_cost_the_same(engine: Engine) {
    let server = Server::start(&engine).await;
    let hashing = server.inner.state.service::<Hashing>();
    let mut pages = Vec::new();
    for login in ["anna@kantoor.nl", "zoë@kantoor.nl", "bram@kantoor.nl", "nobody.at.all"] {
        let before = hashing.hashed();
        let mut browser = server.browser();
        let answer = browser.sign_in_at("/sign-in", login, "not the password").await;
        assert_eq!(hashing.hashed() - before, 1, "{login}");
        let csrf = answer.field("csrf");
        let reference = answer.body.split("class=\"mono\">").nth(1).unwrap()[..7].to_owned();
        let page = answer.body.replace(&csrf, "").replace(&reference, "").replace(login, "");
        let names: Vec<String> = answer.headers.keys().map(ToString::to_string).collect();
        pages.push((answer.status, names, page));
    }
    assert!(pages.windows(2).all(|pair| pair[0] == pair[1]), "{pages:#?}");
}

async fn empty_fields_are_named_and_the_name_is_kept(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut browser = server.browser();
    let no_name = browser.sign_in_at("/sign-in", " ", PASSWORD).await;
    assert!(no_name.body.contains("Enter your email address or username"));
    assert!(no_name.body.contains("<title>Error: Sign in"), "{}", no_name.body);
    let no_password = browser.sign_in_at("/sign-in", "anna@kantoor.nl", "").await;
    assert!(no_password.body.contains("Enter your password") && no_password.body.contains("value=\"anna@kantoor.nl\""));
    assert!(!no_password.body.contains(PASSWORD));
}

async fn one_account_is_slowed_down_and_the_wait_ends(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut browser = server.browser();
    for _ in 0..5 {
        assert_eq!(browser.sign_in_at("/sign-in", "anna@kantoor.nl", "not the password").await.status, 422);
    }
    // The right password does not get through either. Another name of the same account does not show that it is one.
    assert_eq!(server.browser().sign_in_at("/sign-in", "anna", "not the password").await.status, 422);
    let blocked = browser.sign_in_at("/sign-in", " Anna@Kantoor.nl", PASSWORD).await;
    assert_eq!(blocked.status, 429);
    assert!(blocked.body.contains("Too many attempts"));
    assert!(blocked.header("retry-after").parse::<u64>().unwrap() >= 1);
    let stranger = "nobody@kantoor.nl";
    for _ in 0..5 {
        assert_eq!(browser.sign_in_at("/sign-in", stranger, "not the password").await.status, 422);
    }
    assert_eq!(browser.sign_in_at("/sign-in", stranger, "x").await.status, 429, "a stranger is slowed down alike");
    server.clock.advance(2);
    assert_eq!(browser.sign_in_at("/sign-in", "anna@kantoor.nl", PASSWORD).await.status, 303);
}

async fn attempts_at_the_same_time_are_all_counted(engine: Engine) {
    let server = Server::start_with(&engine, crate::support::TestClock::new(), |config| {
        config.sign_in.hash_queue = 100;
        config.sign_in.hash_wait_seconds = 30;
    })
    .await;
    let hashing = server.inner.state.service::<Hashing>();
    let before = hashing.hashed();
    let mut tasks = Vec::new();
    for _ in 0..20 {
        let mut browser = server.browser();
        tasks.push(tokio::spawn(async move {
            browser.sign_in_at("/sign-in", "anna@kantoor.nl", "not the password").await.status
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(hashing.hashed() - before, 5, "only the free attempts were looked at");
}

async fn a_right_password_takes_the_count_back(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut browser = server.browser();
    for _ in 0..3 {
        for _ in 0..4 {
            browser.sign_in_at("/sign-in", "anna@kantoor.nl", "not the password").await;
        }
        assert_eq!(server.browser().sign_in_at("/sign-in", "anna@kantoor.nl", PASSWORD).await.status, 303);
    }
}

async fn a_session_ends_by_idleness_and_by_age(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut browser = server.browser();
    browser.sign_in_at("/sign-in", "anna@kantoor.nl", PASSWORD).await;
    server.clock.advance(3599);
    assert_eq!(browser.get("/account").await.status, 200);
    server.clock.advance(3599);
    assert_eq!(browser.get("/account").await.status, 200, "using it keeps it");
    server.clock.advance(3600);
    assert_eq!(browser.get("/account").await.location(), "/sign-in", "idle for an hour");
    browser.sign_in_at("/sign-in", "anna@kantoor.nl", PASSWORD).await;
    for _ in 0..47 {
        server.clock.advance(1800);
        assert_eq!(browser.get("/account").await.status, 200);
    }
    server.clock.advance(1800);
    assert_eq!(browser.get("/account").await.location(), "/sign-in", "a day old");
}

async fn every_sign_in_has_a_new_secret_and_the_old_one_ends(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut browser = server.browser();
    let form = Server::authorize(&[("prompt", "login")]);
    browser.sign_in_at("/sign-in", "anna@kantoor.nl", PASSWORD).await;
    let old = browser.cookies["countersign-session"].clone();
    let to_form = browser.get(&form).await.location().to_owned();
    browser.sign_in_at(&to_form, "anna@kantoor.nl", PASSWORD).await;
    assert_ne!(browser.cookies["countersign-session"], old);
    let mut thief = server.browser();
    thief.cookies.insert("countersign-session".to_owned(), old);
    assert_eq!(thief.get("/account").await.location(), "/sign-in");
    // A secret that the attacker chose never becomes a session.
    let mut fixed = server.browser();
    fixed.cookies.insert("countersign-session".to_owned(), "chosen-by-the-attacker".to_owned());
    fixed.sign_in_at("/sign-in", "anna@kantoor.nl", PASSWORD).await;
    assert_ne!(fixed.cookies["countersign-session"], "chosen-by-the-attacker");
}

async fn other_sessions_can_be_ended(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut browsers = vec![server.browser(), server.browser(), server.browser()];
    for browser in &mut browsers {
        browser.sign_in_at("/sign-in", "anna@kantoor.nl", PASSWORD).await;
    }
    let page = browsers[0].get("/account/sessions").await;
    assert_eq!(page.body.matches("This device").count(), 1);
    let csrf = page.field("csrf");
    let one = page.body.split("name=\"session\" value=\"").nth(1).unwrap();
    let one = one[..one.find('"').unwrap()].to_owned();
    let done = browsers[0].post("/account/sessions/end", &[("csrf", &csrf), ("session", &one)]).await;
    assert_eq!(done.location(), "/account/sessions?ended=1");
    assert!(browsers[0].get(done.location()).await.body.contains("Signed out in one place."));
    let rest = browsers[0].post("/account/sessions/end-others", &[("csrf", &csrf)]).await;
    assert_eq!(rest.location(), "/account/sessions?ended=1");
    assert_eq!(browsers[0].get("/account").await.status, 200);
    for browser in &mut browsers[1..] {
        assert_eq!(browser.get("/account").await.location(), "/sign-in");
    }
}

async fn a_form_from_elsewhere_is_refused(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut browser = server.browser();
    let csrf = browser.get("/sign-in").await.field("csrf");
    let fields = |csrf: &'static str| [("csrf", csrf), ("username", "anna"), ("password", PASSWORD)];
    let csrf: &'static str = csrf.leak();
    let origin = server.origin();
    for headers in [
        vec![],
        vec![("sec-fetch-site", "cross-site")],
        vec![("sec-fetch-site", "same-site")],
        vec![("sec-fetch-site", "none")],
        vec![("origin", "https://evil.example")],
        vec![("origin", "null")],
    ] {
        let answer = browser.post_with("/sign-in", &headers, &fields(csrf)).await;
        assert_eq!(answer.status, 403, "{headers:?}");
        assert!(answer.body.contains("This form came from another site"));
    }
    assert_eq!(browser.post("/sign-in", &fields("")).await.status, 403);
    assert_eq!(browser.post("/sign-in", &fields("forged")).await.status, 403);
    let mut other = server.browser();
    other.get("/sign-in").await;
    assert_eq!(other.post("/sign-in", &fields(csrf)).await.status, 403, "the token of another browser");
    assert_eq!(server.browser().post("/sign-in", &fields(csrf)).await.status, 400, "no cookies at all");
    assert!(!browser.cookies.contains_key("countersign-session"));
    let fine = browser.post_with("/sign-in", &[("origin", &origin)], &fields(csrf)).await;
    assert_eq!(fine.status, 303);
}

async fn the_language_is_switched_and_kept(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut browser = server.browser();
    let page = browser.get("/sign-in").await;
    assert!(page.body.contains("<html lang=\"en\">"));
    let csrf = page.field("csrf");
    let switched = browser.post("/language", &[("csrf", &csrf), ("language", "nl"), ("back", "/sign-in")]).await;
    assert_eq!(switched.location(), "/sign-in");
    assert!(browser.get("/sign-in").await.body.contains("Wachtwoord"));
    let away = [("csrf", csrf.as_str()), ("language", "nl"), ("back", "//evil.example")];
    assert_eq!(browser.post("/language", &away).await.location(), "/");
    let mut other = server.browser();
    let form = other.get(&Server::authorize(&[("ui_locales", "fr nl-BE")])).await.location().to_owned();
    assert!(other.get(&form).await.body.contains("<html lang=\"nl\">"), "the app may wish for a language");
}

async fn forged_headers_do_not_move_the_client(engine: Engine) {
    let server = Server::start(&engine).await;
    for number in 0..21 {
        let mut browser = server.browser();
        for name in ["x-forwarded-for", "forwarded", "x-real-ip"] {
            browser.headers.push((name, format!("203.0.113.{number}")));
        }
        browser.sign_in_at("/sign-in", &format!("person{number}@kantoor.nl"), "not the password").await;
    }
    let blocked = server.browser().sign_in_at("/sign-in", "another@kantoor.nl", "x").await;
    assert_eq!(blocked.status, 429, "all of it counted for the one real address");
}

async fn a_setup_link_makes_one_administrator_once(engine: Engine) {
    let server = Server::start(&engine).await;
    let state = &server.inner.state;
    let link = async || {
        let mut writer = state.db.writing().await.unwrap();
        let link = countersign::features::setup::add_setup_link(&mut writer, state.now(), state.random.as_ref());
        let secret = link.await.unwrap().secret.expose().clone();
        writer.commit().await.unwrap();
        format!("/setup/{secret}")
    };
    let replaced = link().await;
    let path = link().await;
    let mut browser = server.browser();
    assert_eq!(browser.get(&replaced).await.status, 404, "a newer link replaces an older one");
    assert_eq!(browser.get("/setup/guessed").await.status, 404);
    for _ in 0..3 {
        assert_eq!(browser.get(&path).await.status, 200, "looking uses nothing up");
    }
    let csrf = browser.get(&path).await.field("csrf");
    let send = async |browser: &mut crate::support::Browser, name: &str, email: &str| {
        let fields = [("csrf", csrf.as_str()), ("organisation", "Beheer"), ("name", name), ("email", email)];
        browser.post(&path, &fields).await
    };
    let nameless = send(&mut browser, " ", "bea@beheer.nl").await;
    assert!(nameless.status == 422 && nameless.body.contains("Enter your name"), "{}", nameless.body);
    assert!(nameless.body.contains("value=\"bea@beheer.nl\""), "what was typed is kept");
    let taken = send(&mut browser, "Bea Beheer", "anna@kantoor.nl").await;
    assert!(taken.status == 422 && taken.body.contains("There is an account with this email address already"));
    let chooses = send(&mut browser, "Bea Beheer", "bea@beheer.nl").await.location().to_owned();
    assert!(chooses.starts_with("/invite/"), "{chooses}");
    // The link is used up: whoever had the form open as well is told who began, and makes nobody.
    assert_eq!(send(&mut browser, "Mallory", "mallory@beheer.nl").await.location(), path);
    let found = countersign::features::accounts::find_account_by_login(state.db.reading(), "mallory@beheer.nl").await;
    assert!(found.unwrap().is_none());
    // A password alone opens nothing: a second step has to be set up before anything else.
    let enrol = browser.fill(&chooses, &[("password", PASSWORD)]).await.location().to_owned();
    assert!(enrol.starts_with("/enrol/"), "{enrol}");
    assert_eq!(browser.get("/admin").await.location(), "/sign-in");
    assert_eq!(browser.get(&chooses).await.status, 404, "and it is chosen once");
    let late = link().await;
    server.clock.advance(3601);
    assert_eq!(browser.get(&late).await.status, 404);
}

async fn an_office_that_signs_in_at_once_is_not_slowed_down(engine: Engine) {
    let server = Server::start_with(&engine, crate::support::TestClock::new(), |config| {
        config.sign_in.account_free_failures = 50;
        config.sign_in.hash_queue = 100;
        config.sign_in.hash_wait_seconds = 30;
    })
    .await;
    let mut browsers: Vec<_> = (0..15).map(|_| server.browser()).collect();
    let mut forms = Vec::new();
    for browser in &mut browsers {
        forms.push(browser.get("/sign-in").await.field("csrf"));
    }
    let mut tasks = Vec::new();
    for (mut browser, csrf) in browsers.into_iter().zip(forms) {
        // The clock runs on between them, and they do not arrive in its order.
        server.clock.advance(1);
        tasks.push(tokio::spawn(async move {
            let fields = [("csrf", csrf.as_str()), ("username", "anna"), ("password", PASSWORD)];
            browser.post("/sign-in", &fields).await.status
        }));
    }
    for task in tasks {
        assert_eq!(task.await.unwrap(), 303);
    }
}

async fn two_names_of_one_account_do_not_give_twice_the_guesses_and_do_not_show_that_they_are_one(engine: Engine) {
    let server = Server::start_with(&engine, TestClock::new(), |config| {
        config.sign_in.account_free_failures = 100;
        config.sign_in.account_failures_per_hour = 6;
        config.sign_in.network_failures = 10_000;
    })
    .await;
    let statuses = async |login: &str, password: &str, times: usize| {
        let mut browser = server.browser();
        let mut all = Vec::new();
        for _ in 0..times {
            all.push(browser.sign_in_at("/sign-in", login, password).await.status);
        }
        all
    };
    // Every name is looked at as often, and then no more: whose the other name is, does not show.
    let shown = [422, 422, 422, 422, 422, 422, 429];
    for login in ["anna@kantoor.nl", "anna", "nobody@kantoor.nl", "nobody"] {
        assert_eq!(statuses(login, "wrong", 7).await, shown, "{login}");
    }
    // Half under one name and half under the other is all of it: even the right password is not looked at any more.
    server.clock.advance(3601);
    assert_eq!(statuses("anna", "wrong", 3).await, [422; 3]);
    assert_eq!(statuses("anna@kantoor.nl", "wrong", 3).await, [422; 3]);
    for login in ["anna", "anna@kantoor.nl"] {
        assert_eq!(statuses(login, PASSWORD, 1).await, [422], "{login}");
    }
    // The hour ends, and a right password takes everything back.
    server.clock.advance(3601);
    for round in 0..3 {
        assert_eq!(statuses("anna", "wrong", 4).await, [422; 4], "{round}");
        assert_eq!(statuses("anna", PASSWORD, 1).await, [303], "{round}");
    }
    // As many hashes were made as for a stranger: nothing is answered sooner because it is not looked at.
    let hashed = || server.inner.state.service::<Hashing>().hashed();
    statuses("anna", "wrong", 3).await;
    statuses("anna@kantoor.nl", "wrong", 3).await;
    let before = hashed();
    statuses("anna", "wrong", 1).await;
    let hidden = hashed() - before;
    let before = hashed();
    statuses("somebody@else.nl", "wrong", 1).await;
    assert_eq!(hidden, hashed() - before);
}
