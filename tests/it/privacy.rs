//! What is kept about a person: coarse after a while, all of it for them, and erased.

mod commands;

use countersign::features::accounts::{InstanceRole, find_account, find_account_by_login};
use countersign::features::admin::{Doer, Done, change_instance_role, switch_account};
use countersign::features::audit::{Ink, Verdict, coarsen_addresses, verify};
use countersign::features::organisations::Role;
use countersign::features::privacy::{Erased, erase_person, export_person};
use sea_orm::{ConnectionTrait as _, Statement};

use crate::support::codes::{BRAM, number};
use crate::support::places::{HOME, OFFICE, from, start};
use crate::support::{Browser, Engine, PASSWORD, Server, on_both_engines};

on_both_engines! {
    addresses_become_coarse_and_the_audit_stays_sound
    somebody_downloads_all_that_is_kept_about_them
    after_erasing_no_table_holds_the_person
    the_last_administrator_is_not_erased
    whoever_alone_looks_after_everything_is_not_erased
    of_two_who_look_after_everything_one_stays_whatever_is_done_to_both_at_once
}

async fn text_of(server: &Server, query: &str) -> Vec<String> {
    let db = server.inner.state.db.reading();
    let statement = Statement::from_string(db.get_database_backend(), query.to_owned());
    let rows = db.query_all_raw(statement).await.unwrap();
    rows.iter().filter_map(|row| row.try_get::<Option<String>>("", "v").unwrap()).collect()
}

/// The tables and columns of the database.
async fn columns(server: &Server, engine: &Engine) -> Vec<(String, String)> {
    let query = if matches!(engine.database().url.expose().split(':').next(), Some("sqlite")) {
        "SELECT m.name || '.' || c.name AS v FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table'"
    } else {
        "SELECT table_name || '.' || column_name AS v FROM information_schema.columns WHERE table_schema = 'public'"
    };
    let all = text_of(server, query).await;
    all.iter().map(|name| name.split_once('.').map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap()).collect()
}

/// Where `text` is in the database, in any table and column.
async fn places_of(server: &Server, engine: &Engine, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (table, column) in columns(server, engine).await {
        let values = text_of(server, &format!("SELECT CAST(\"{column}\" AS TEXT) AS v FROM \"{table}\"")).await;
        if values.iter().any(|value| value.to_lowercase().contains(&text.to_lowercase())) {
            found.push(format!("{table}.{column}"));
        }
    }
    found
}

async fn assert_sound(server: &Server) {
    let state = &server.inner.state;
    let verdict = verify(state.db.reading(), &state.mac).await.unwrap();
    assert!(matches!(verdict, Verdict::Sound { events } if events > 0), "{verdict:?}");
}

async fn change(server: &Server, sql: &str) {
    let writer = server.inner.state.db.writing().await.unwrap();
    writer.execute_unprepared(sql).await.unwrap();
    writer.commit().await.unwrap();
}

async fn bram(server: &Server) -> Browser {
    let account = server.hire(BRAM, Role::Employee, InstanceRole::None).await;
    server.know(account, OFFICE).await;
    let mut browser = from(server, OFFICE);
    assert_eq!(browser.sign_in_at("/sign-in", BRAM, PASSWORD).await.location(), "/account");
    browser
}

async fn coarsen(server: &Server) {
    let state = &server.inner.state;
    let before = state.now().before(state.config.audit.exact());
    let mut after = None;
    loop {
        let mut writer = state.db.writing().await.unwrap();
        after = coarsen_addresses(&mut writer, before, after, 1).await.unwrap();
        writer.commit().await.unwrap();
        if after.is_none() {
            return;
        }
    }
}

async fn addresses(server: &Server) -> Vec<String> {
    text_of(server, "SELECT value AS v FROM audit_values WHERE name = 'ip' ORDER BY event_id").await
}

async fn addresses_become_coarse_and_the_audit_stays_sound(engine: Engine) {
    let server = start(&engine).await;
    let mut browser = bram(&server).await;
    let wrong = from(&server, "2001:db8:1:2::9").sign_in_at("/sign-in", BRAM, "vijf rode fietsen").await;
    assert_eq!(wrong.status, 422, "{}", wrong.body);
    let exact = addresses(&server).await;
    assert!(exact.iter().any(|ip| ip == OFFICE) && exact.iter().any(|ip| ip == "2001:db8:1:2::9"), "{exact:?}");
    coarsen(&server).await;
    assert_eq!(addresses(&server).await, exact, "nothing is old yet");
    server.clock.advance(91 * 24 * 60 * 60);
    let done = browser.sign_in_at("/sign-in", BRAM, PASSWORD).await;
    assert_eq!(done.location(), "/account", "{}", done.body);
    coarsen(&server).await;
    let all = addresses(&server).await;
    let (newest, old) = all.split_last().unwrap();
    assert_eq!(newest, OFFICE);
    assert!(old.iter().all(|ip| ip == "203.0.113.0/24" || ip == "2001:db8:1::/48"), "{all:?}");
    assert_eq!(number(&server, &format!("SELECT COUNT(*) AS n FROM networks WHERE network = '{OFFICE}'")).await, 1);
    assert_sound(&server).await;
    assert_eq!(browser.get("/account/activity").await.status, 200);
    change(&server, "UPDATE audit_values SET value = 'somewhere' WHERE salt = ''").await;
    let state = &server.inner.state;
    let verdict = verify(state.db.reading(), &state.mac).await.unwrap();
    assert!(matches!(verdict, Verdict::Broken { .. }), "a coarse value is a network and nothing else: {verdict:?}");
}

async fn somebody_downloads_all_that_is_kept_about_them(engine: Engine) {
    let server = start(&engine).await;
    let mut browser = bram(&server).await;
    let page = browser.get("/account/profile").await;
    assert!(page.body.contains("Download my data"));
    let csrf = page.field("csrf");
    let answer = browser.post("/account/data", &[("csrf", &csrf)]).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert!(answer.header("content-disposition").starts_with("attachment"));
    let all = answer.json();
    assert_eq!(all["accounts"][0]["email"], BRAM);
    assert_eq!(all["accounts"][0]["email_verified"], true);
    assert_eq!(all["organisations"][0]["name"], "Kantoor De Vries");
    assert!(all["sessions"][0]["created_at"].is_i64());
    assert!(answer.body.contains(OFFICE) && all["activity"].as_array().is_some_and(|events| events.len() >= 2));
    let other = text_of(&server, "SELECT email AS v FROM accounts WHERE username = 'anna'").await;
    assert!(!answer.body.contains(&other[0]), "nothing about others");
    for query in [
        "SELECT phc AS v FROM passwords",
        "SELECT secret AS v FROM sessions",
        "SELECT salt AS v FROM audit_values",
        "SELECT link AS v FROM audit_events",
    ] {
        let secrets = text_of(&server, query).await;
        assert!(!secrets.is_empty() && !secrets.iter().any(|secret| answer.body.contains(secret.as_str())), "{query}");
    }
    let events = "SELECT COUNT(*) AS n FROM audit_events WHERE kind = 'account.export'";
    assert_eq!(number(&server, events).await, 1);
    server.clock.advance(6 * 60);
    let csrf = browser.get("/account/profile").await.field("csrf");
    let stale = browser.post("/account/data", &[("csrf", &csrf)]).await;
    assert_eq!(stale.location(), "/confirm?next=%2Faccount%2Fdata");
    let forged = browser.post("/account/data", &[]).await;
    assert_ne!(forged.status, 200);
    assert_eq!(number(&server, events).await, 1);
}

async fn after_erasing_no_table_holds_the_person(engine: Engine) {
    let server = start(&engine).await;
    let mut browser = bram(&server).await;
    let state = &server.inner.state;
    from(&server, HOME).sign_in_at("/sign-in", BRAM, PASSWORD).await;
    browser.fill("/account/profile", &[("name", "Bram Onvergetelijk"), ("language", "nl")]).await;
    let account = find_account_by_login(state.db.reading(), BRAM).await.unwrap().unwrap();
    for text in [BRAM, "Onvergetelijk", OFFICE, HOME] {
        assert!(!places_of(&server, &engine, text).await.is_empty(), "{text}");
    }
    let mut writer = state.db.writing().await.unwrap();
    let erased = erase_person(&mut writer, Ink::of(state, state.now()), &account).await.unwrap();
    assert!(matches!(erased, Erased::Done { values } if values > 0), "{erased:?}");
    writer.commit().await.unwrap();
    for text in [BRAM, "Onvergetelijk"] {
        assert_eq!(places_of(&server, &engine, text).await, Vec::<String>::new(), "{text}");
    }
    for text in [OFFICE, HOME] {
        let mut left = places_of(&server, &engine, text).await;
        // Counters of attempts belong to a network, not to a person, and end within the hour.
        left.retain(|place| place != "throttles.key");
        assert_eq!(left, Vec::<String>::new(), "{text}");
    }
    assert_sound(&server).await;
    assert_eq!(browser.get("/account").await.status, 303, "their sessions are gone");
    let row = find_account(state.db.reading(), account.id).await.unwrap().expect("the identifier stays");
    assert!(row.disabled_at.is_some() && row.name == "Erased");
    assert_ne!(server.hire(BRAM, Role::Employee, InstanceRole::None).await, account.id);
    let left = export_person(state.db.reading(), account.id).await.unwrap();
    for (table, rows) in left.as_object().unwrap() {
        let expected = usize::from(table == "accounts");
        assert!(table == "activity" || rows.as_array().unwrap().len() == expected, "{table}: {rows}");
    }
    // Whatever table says whose its rows are is exported and erased, or named here as one that holds identifiers alone.
    for (table, column) in columns(&server, &engine).await {
        let known =
            left.get(&table).is_some() || ["logouts", "security_events", "setup_links"].contains(&table.as_str());
        assert!(column != "account_id" || known, "{table} is not on the list of what is kept about a person");
    }
}

async fn the_last_administrator_is_not_erased(engine: Engine) {
    let server = Server::start(&engine).await;
    let state = &server.inner.state;
    change(&server, "UPDATE memberships SET role = 'employee'").await;
    server.hire(BRAM, Role::Administrator, InstanceRole::None).await;
    let account = find_account_by_login(state.db.reading(), BRAM).await.unwrap().unwrap();
    let mut writer = state.db.writing().await.unwrap();
    let refused = erase_person(&mut writer, Ink::of(state, state.now()), &account).await.unwrap();
    assert_eq!(refused, Erased::LastAdministrator { organisation: "Kantoor De Vries".to_owned() });
    writer.commit().await.unwrap();
    assert_eq!(find_account(state.db.reading(), account.id).await.unwrap(), Some(account.clone()));
    server.hire("carla@kantoor.nl", Role::Administrator, InstanceRole::None).await;
    let mut writer = state.db.writing().await.unwrap();
    let done = erase_person(&mut writer, Ink::of(state, state.now()), &account).await.unwrap();
    assert!(matches!(done, Erased::Done { .. }));
    writer.commit().await.unwrap();
    assert_sound(&server).await;
}

async fn whoever_alone_looks_after_everything_is_not_erased(engine: Engine) {
    let server = Server::start(&engine).await;
    let state = &server.inner.state;
    let erase = async |login: &str| {
        let account = find_account_by_login(state.db.reading(), login).await.unwrap().unwrap();
        let mut writer = state.db.writing().await.unwrap();
        let erased = erase_person(&mut writer, Ink::of(state, state.now()), &account).await.unwrap();
        writer.commit().await.unwrap();
        erased
    };
    server.hire(BRAM, Role::Employee, InstanceRole::Administrator).await;
    assert_eq!(erase(BRAM).await, Erased::LastInstanceAdministrator);
    server.hire("carla@kantoor.nl", Role::Employee, InstanceRole::Administrator).await;
    change(&server, "UPDATE accounts SET disabled_at = 1000 WHERE email = 'carla@kantoor.nl'").await;
    assert_eq!(erase(BRAM).await, Erased::LastInstanceAdministrator, "one that is switched off looks after nothing");
    change(&server, "UPDATE accounts SET disabled_at = NULL WHERE email = 'carla@kantoor.nl'").await;
    // Both at once: one of them stays.
    let (one, other) = tokio::join!(erase(BRAM), erase("carla@kantoor.nl"));
    let done = [one, other].iter().filter(|erased| matches!(erased, Erased::Done { .. })).count();
    assert_eq!(done, 1);
    assert_sound(&server).await;
}

async fn of_two_who_look_after_everything_one_stays_whatever_is_done_to_both_at_once(engine: Engine) {
    let server = Server::start(&engine).await;
    let state = &server.inner.state;
    let by = Doer::command_line(state.now());
    let (bram, carla) = (BRAM, "carla@kantoor.nl");
    let mut ids = Vec::new();
    for email in [bram, carla] {
        ids.push(server.hire(email, Role::Employee, InstanceRole::Administrator).await);
    }
    let switch_off = async |id| {
        let mut writer = state.db.writing().await.unwrap();
        let done = switch_account(&mut writer, state, &by, id, false).await.unwrap();
        writer.commit().await.unwrap();
        done
    };
    let demote = async |id| {
        let mut writer = state.db.writing().await.unwrap();
        let done = change_instance_role(&mut writer, state, &by, id, InstanceRole::None).await.unwrap();
        writer.commit().await.unwrap();
        done
    };
    let erase = async |id| {
        // What was read before the turn is nothing to judge by.
        let account = find_account(state.db.reading(), id).await.unwrap().unwrap();
        let mut writer = state.db.writing().await.unwrap();
        let erased = erase_person(&mut writer, Ink::of(state, state.now()), &account).await.unwrap();
        writer.commit().await.unwrap();
        erased
    };
    for _ in 0..5 {
        let (one, other) = tokio::join!(switch_off(ids[0]), demote(ids[1]));
        let done = [one, other].map(|done| done == Done::Changed);
        assert!(done[0] != done[1], "{one:?} {other:?}");
        change(&server, "UPDATE accounts SET disabled_at = NULL").await;
        change(&server, "UPDATE accounts SET instance_role = 'administrator' WHERE email <> 'anna@kantoor.nl'").await;
    }
    let (one, other) = tokio::join!(erase(ids[0]), demote(ids[1]));
    assert!(matches!(one, Erased::Done { .. }) != (other == Done::Changed), "{one:?} {other:?}");
    assert_sound(&server).await;
}
