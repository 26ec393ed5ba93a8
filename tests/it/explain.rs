//! `countersign explain` tells what then happens, and whose rule it is.

use std::path::Path;

use serde_json::Value;

use crate::command_line::{json, refused, run};

fn rule<'a>(sign_in: &'a Value, name: &str) -> &'a Value {
    sign_in["rules"].as_array().unwrap().iter().find(|rule| rule["rule"] == name).unwrap()
}

/// An office with Anna, whose password nobody needs to know here.
fn office(folder: &Path) -> String {
    json(&run(folder, &["migrate", "--json"]));
    let org = json(&run(folder, &["org", "add", "Kantoor De Vries", "--json"]));
    let org = org["id"].as_str().unwrap();
    let add = ["user", "add", "--org", org, "--email", "anna@kantoor.nl", "--name", "Anna", "--json"];
    json(&run(folder, &add));
    org.to_owned()
}

#[test]
fn every_rule_is_told_with_who_made_it() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    office(folder);
    let explain = |more: &[&str]| {
        let mut all = vec!["explain", "--user", "anna@kantoor.nl"];
        all.extend(more);
        run(folder, &all)
    };
    let plain = json(&explain(&["--json"]));
    let password = &plain["sign_ins"][0];
    assert_eq!((&password["begins_with"], &password["outcome"]), (&"password".into(), &"issue".into()), "{plain}");
    assert!(password["rules"].as_array().unwrap().iter().all(|rule| rule["says"] == "passes"), "{plain}");

    let set = ["org", "set", "Kantoor De Vries", "--second-factor", "required", "--new-networks", "administrator-only"];
    assert!(run(folder, &set).status.success());
    let ruled = json(&explain(&["--ip", "203.0.113.7", "--json"]));
    assert_eq!(ruled["network_is"], "new", "{ruled}");
    let password = &ruled["sign_ins"][0];
    let (network, enrol) = (rule(password, "network"), rule(password, "enrol"));
    assert_eq!((&network["says"], &network["made_by"]), (&"asks".into(), &"Kantoor De Vries".into()), "{ruled}");
    assert!(network["what"].as_str().unwrap().contains("administrator"), "{ruled}");
    assert_eq!((&enrol["says"], &enrol["made_by"]), (&"asks".into(), &"Kantoor De Vries".into()), "{ruled}");
    assert!(enrol["what"].as_str().unwrap().contains("passkey"), "{ruled}");

    let text = String::from_utf8(explain(&["--ip", "203.0.113.7"]).stdout).unwrap();
    for words in [
        "employee of Kantoor De Vries",
        "validated by an administrator  [Kantoor De Vries]",
        "A sign-in with password from 203.0.113.7, which is new",
        "asks an administrator to validate the network  [Kantoor De Vries]",
        "asks to set up a second factor (demanded): passkey, security_key, totp, sms, email  [Kantoor De Vries]",
        "= signed in, once all of this is done",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    let private = String::from_utf8(explain(&["--ip", "10.1.2.3"]).stdout).unwrap();
    assert!(private.contains("which is never known"), "{private}");
}

#[test]
fn a_refusal_is_told_and_what_comes_after_it_is_not_reached() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    office(folder);
    assert!(run(folder, &["user", "disable", "anna@kantoor.nl"]).status.success());
    let told = json(&run(folder, &["explain", "--user", "anna@kantoor.nl", "--json"]));
    let password = &told["sign_ins"][0];
    assert_eq!(password["outcome"], "account_disabled", "{told}");
    let says = |name| rule(password, name)["says"].clone();
    assert_eq!(
        (says("refuse"), says("network"), says("enrol")),
        ("refuses".into(), "not_reached".into(), "not_reached".into())
    );
}

#[test]
fn nobody_and_nonsense_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    office(folder);
    assert!(refused(&run(folder, &["explain", "--user", "piet@kantoor.nl"])).contains("There is no account"));
    for wrong in [&["explain"][..], &["explain", "--user", "anna@kantoor.nl", "--ip", "everywhere"]] {
        assert_eq!(run(folder, wrong).status.code(), Some(2));
    }
}

#[test]
fn limits_of_sessions_are_set_and_lifted_by_command() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    office(folder);
    let set = |minutes: &str, hours: &str| {
        let arguments =
            ["org", "set", "Kantoor De Vries", "--session-idle-minutes", minutes, "--session-hours", hours, "--json"];
        run(folder, &arguments)
    };
    let sessions = json(&set("15", "8"))["policy"]["sessions"].clone();
    assert_eq!((&sessions["idle_minutes"], &sessions["absolute_hours"]), (&15.into(), &8.into()));
    let told = run(folder, &["explain", "--user", "anna@kantoor.nl"]);
    let told = String::from_utf8(told.stdout).unwrap();
    assert!(told.contains("15 minutes  [Kantoor De Vries]") && told.contains("8 hours  [Kantoor De Vries]"), "{told}");
    let lifted = json(&set("0", "0"))["policy"]["sessions"].clone();
    assert!(lifted["idle_minutes"].is_null() && lifted["absolute_hours"].is_null(), "{lifted}");
    assert_eq!(set("5000", "8").status.code(), Some(2));
}
