//! `countersign user export` and `countersign user erase`, as commands.

use std::process::Output;

use countersign::features::accounts::InstanceRole;
use countersign::features::organisations::Role;

use super::bram;
use crate::command_line::{countersign, json, refused};
use crate::support::codes::{BRAM, CARLA};
use crate::support::places::start;
use crate::support::{Engine, PASSWORD, on_both_engines};

on_both_engines! {
    an_export_holds_what_is_kept_about_one_person_and_no_secret
    whoever_is_erased_is_gone_and_the_audit_stays_sound
    what_cannot_be_done_is_said_in_one_sentence_and_not_done
}

/// What a command does in the installation of a test.
fn call(engine: &Engine, arguments: &[&str]) -> Output {
    let mut command = countersign(engine.folder.path(), arguments);
    command.env("COUNTERSIGN__DATABASE__URL", &engine.url).output().unwrap()
}

fn said(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn assert_sound(engine: &Engine) {
    assert!(said(&call(engine, &["audit", "verify"])).starts_with("The audit is sound"));
}

async fn an_export_holds_what_is_kept_about_one_person_and_no_secret(engine: Engine) {
    let server = start(&engine).await;
    let mut browser = bram(&server).await;
    let (_, done) = browser.connect_app(&server, "account").await;
    assert_eq!(done.status, 303, "{}", done.body);
    server.hire(CARLA, Role::Employee, InstanceRole::None).await;
    let all = json(&call(&engine, &["user", "export", "--user", BRAM, "--json"]));
    let text = all.to_string();
    assert_eq!(all["accounts"][0]["email"], BRAM, "{all:#}");
    assert_eq!(all["accounts"][0]["id"], server.account_of(BRAM).await.to_string());
    for table in ["memberships", "factors", "sessions", "networks", "activity"] {
        assert!(all[table].as_array().is_some_and(|rows| !rows.is_empty()), "{table}: {all:#}");
    }
    for hidden in ["$argon2", PASSWORD, CARLA] {
        assert!(!text.contains(hidden), "{hidden}: {all:#}");
    }
    // For people to read it is the same.
    let read = said(&call(&engine, &["user", "export", "--user", BRAM]));
    let read: serde_json::Value = serde_json::from_str(&read).unwrap();
    assert_eq!((&read["accounts"], &read["factors"]), (&all["accounts"], &all["factors"]));
    // That it was taken is written down, both times.
    let audit = said(&call(&engine, &["audit", "export"]));
    assert_eq!(audit.matches("\"account.export\"").count(), 2, "{audit}");
    assert_sound(&engine);
}

async fn whoever_is_erased_is_gone_and_the_audit_stays_sound(engine: Engine) {
    let server = start(&engine).await;
    let mut browser = bram(&server).await;
    let id = server.account_of(BRAM).await.to_string();
    assert!(said(&call(&engine, &["audit", "export"])).contains(&id));
    let erased = json(&call(&engine, &["user", "erase", "--user", BRAM, "--yes", "--json"]));
    assert_eq!(erased["id"], id.as_str());
    assert!(erased["values"].as_u64().is_some_and(|values| values > 0), "{erased}");
    assert_eq!(browser.get("/account").await.location(), "/sign-in", "signed out at once");
    for arguments in [&["user", "list", "--json"][..], &["audit", "export"], &["org", "list", "--json"]] {
        assert!(!said(&call(&engine, arguments)).contains(BRAM), "{arguments:?}");
    }
    let audit = said(&call(&engine, &["audit", "export"]));
    assert!(audit.contains(&id) && audit.contains("\"account.erase\""), "the identifier stays: {audit}");
    assert_sound(&engine);
    // Whoever is erased cannot be erased or exported again.
    let before = said(&call(&engine, &["audit", "export"])).lines().count();
    for arguments in [&["user", "erase", "--user", BRAM, "--yes"][..], &["user", "export", "--user", BRAM]] {
        assert_eq!(refused(&call(&engine, arguments)).trim_end(), format!("There is no account {BRAM}."));
    }
    assert_eq!(
        said(&call(&engine, &["audit", "export"])).lines().count(),
        before,
        "what is refused is not written down"
    );
    assert_sound(&engine);
}

async fn what_cannot_be_done_is_said_in_one_sentence_and_not_done(engine: Engine) {
    let server = start(&engine).await;
    bram(&server).await;
    let unsure = refused(&call(&engine, &["user", "erase", "--user", BRAM]));
    assert!(unsure.contains("Add --yes"), "{unsure}");
    let last = refused(&call(&engine, &["user", "erase", "--user", "anna@kantoor.nl", "--yes"]));
    assert!(last.contains("the last administrator of Kantoor De Vries"), "{last}");
    for nobody in ["nobody@kantoor.nl", "nobody", "acc_00000000000000000000000000", ""] {
        for act in [&["user", "export", "--user", nobody][..], &["user", "erase", "--user", nobody, "--yes"]] {
            assert!(refused(&call(&engine, act)).contains("There is no account"), "{act:?}");
        }
    }
    for wrong in [&["user", "export"][..], &["user", "erase", "--yes"]] {
        assert_eq!(call(&engine, wrong).status.code(), Some(2), "{wrong:?}");
    }
    let people = said(&call(&engine, &["user", "list", "--json"]));
    assert!(people.contains(BRAM) && people.contains("anna@kantoor.nl"), "{people}");
    assert_sound(&engine);
}
