//! Taking people in from another program.

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use countersign::domain::Secret;
use countersign::domain::network::ClientIp;
use countersign::features::accounts::{InstanceRole, find_account_by_login};
use countersign::features::organisations::Role;
use countersign::features::passwords::{
    HashProblem, Hashing, ImportedHash, NewPassword, PasswordOutcome, check_password, hash_new_password,
    look_for_foreign_hashes, remove_password, set_password,
};
use serde_json::{Value, json};

use crate::command_line::{json as printed, refused, run};
use crate::support::{AuthenticatorApp, Engine, PASSWORD, Server, on_both_engines};

on_both_engines! {
    people_keep_their_passwords_and_are_hashed_anew
    a_password_that_was_replaced_meanwhile_stays_replaced
    what_bcrypt_did_not_read_never_becomes_part_of_the_password
    what_stands_is_skipped_and_only_what_is_named_is_changed
    a_kill_in_the_middle_and_another_run_give_the_same_people
}

/// The program, on the database and keys of a test.
fn countersign(engine: &Engine, arguments: &[&str]) -> Command {
    let mut command = crate::command_line::countersign(engine.folder.path(), arguments);
    command.env("COUNTERSIGN__DATABASE__URL", &engine.url);
    command.env("COUNTERSIGN__SIGN_IN__PRIVATE_NETWORKS", "[127.0.0.0/8]");
    command
}

fn printed_by(engine: &Engine, arguments: &[&str]) -> Value {
    printed(&countersign(engine, arguments).output().unwrap())
}

pub(crate) fn write(folder: &Path, name: &str, text: &str) {
    std::fs::write(folder.join(name), text).unwrap();
}

pub(crate) fn counts(value: &Value) -> [u64; 5] {
    ["rows", "imported", "updated", "skipped", "refused"].map(|name| value[name].as_u64().unwrap())
}

pub(crate) const BCRYPT: &str = "$2b$04$abcdefghijklmnopqrstuuuzn8PSA2dNSMM4AmOPSXpi1XRXTqLFS";
pub(crate) const DJANGO: &str = "pbkdf2_sha256$1000$NaCl for Django$cpkwnfyYUSTi360Dexu26KJXJq6jl2u8iJSj7FT743A=";
pub(crate) const SCRYPT: &str =
    "$scrypt$ln=10,r=8,p=1$AAECAwQFBgcICQoLDA0ODw$D4nYx/1zUUdC90kiQmSwsl59Lox5je391kjjT9LVmiE";

async fn people_keep_their_passwords_and_are_hashed_anew(engine: Engine) {
    let server = Server::start(&engine).await;
    let app = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
    let rows = json!([
        { "email": "bcrypt@kantoor.nl", "name": "Bea", "password_hash": BCRYPT, "networks": ["127.0.0.1"] },
        { "email": "django@kantoor.nl", "name": "Dick", "username": "dick", "password_hash": DJANGO,
          "networks": ["127.0.0.1"], "groups": ["Tax"], "role": "accountant" },
        { "email": "scrypt@kantoor.nl", "name": "Sara", "password_hash": SCRYPT, "networks": "127.0.0.1",
          "totp_secret": app },
        { "email": "off@kantoor.nl", "name": "Olaf", "password_hash": BCRYPT, "networks": ["127.0.0.1"], "disabled": true },
    ]);
    write(engine.folder.path(), "people.json", &rows.to_string());
    let import = ["import", "people.json", "--organisation", "Kantoor De Vries", "--json"];
    assert_eq!(counts(&printed_by(&engine, &import)), [4, 4, 0, 0, 0]);

    let state = &server.inner.state;
    look_for_foreign_hashes(state).await.unwrap();
    let hashing = state.service::<Hashing>();
    for (login, hashes) in [("bcrypt@kantoor.nl", 2), ("dick", 2)] {
        let before = hashing.hashed();
        let mut wrong = server.browser();
        let answer = wrong.sign_in_at("/sign-in", login, "vier rode fietsem").await;
        assert_ne!(answer.status, 303, "{login}");
        assert_eq!(hashing.hashed() - before, hashes, "{login}");
        let before = hashing.hashed();
        let mut browser = server.browser();
        browser.sign_in_at("/sign-in", login, PASSWORD).await;
        assert_eq!(browser.get("/account").await.status, 200, "{login}");
        assert_eq!(hashing.hashed() - before, hashes, "{login}");
        let before = hashing.hashed();
        let mut again = server.browser();
        again.sign_in_at("/sign-in", login, PASSWORD).await;
        assert_eq!(again.get("/account").await.status, 200, "{login}");
        assert_eq!(hashing.hashed() - before, 1, "{login} costs what everybody costs");
    }
    let before = hashing.hashed();
    server.browser().sign_in_at("/sign-in", "nobody@kantoor.nl", PASSWORD).await;
    assert_eq!(hashing.hashed() - before, 2, "a stranger costs what a wrong password of an imported person costs");
    let before = hashing.hashed();
    server.browser().sign_in_at("/sign-in", "anna", "vier rode fietsem").await;
    assert_eq!(hashing.hashed() - before, 2, "and so does whoever has been here for long");

    let mut sara = server.browser();
    let asked = sara.sign_in_at("/sign-in", "scrypt@kantoor.nl", PASSWORD).await;
    let mut second = asked.location().to_owned();
    let choice = sara.get(&second).await;
    if choice.status == 303 {
        choice.location().clone_into(&mut second);
    }
    assert!(second.contains("/second"), "{second}");
    assert_eq!(sara.get("/account").await.status, 303, "the authenticator app is asked for");
    let code = AuthenticatorApp::with_key(b"12345678901234567890").code(&server, 0);
    let answer = sara.fill(&second, &[("code", &code)]).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    assert_eq!(sara.get("/account").await.status, 200);

    let mut olaf = server.browser();
    olaf.sign_in_at("/sign-in", "off@kantoor.nl", PASSWORD).await;
    assert_eq!(olaf.get("/account").await.status, 303, "who is off stays off");
    let olaf = find_account_by_login(state.db.reading(), "off@kantoor.nl").await.unwrap().unwrap();
    let mut writer = state.db.writing().await.unwrap();
    remove_password(&mut writer, olaf.id).await.unwrap();
    writer.commit().await.unwrap();
    look_for_foreign_hashes(state).await.unwrap();
    let before = hashing.hashed();
    server.browser().sign_in_at("/sign-in", "nobody@kantoor.nl", PASSWORD).await;
    assert_eq!(hashing.hashed() - before, 1, "once the last such hash is gone, all is as it was");

    let exported = countersign(&engine, &["audit", "export"]).output().unwrap().stdout;
    let exported = String::from_utf8(exported).unwrap();
    let events: Vec<Value> = exported.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let added: Vec<&Value> =
        events.iter().filter(|e| e["kind"] == "account.add" && e["facts"]["by"] == "import").collect();
    assert_eq!(added.len(), 4);
    assert!(added.iter().any(|event| event["facts"]["second_factor"] == "totp"));
    let batch: Vec<&Value> = events.iter().filter(|e| e["kind"] == "import.batch").collect();
    assert_eq!(batch.len(), 1);
    assert_eq!(
        (&batch[0]["facts"]["imported"], &batch[0]["facts"]["import"]),
        (&4.into(), &added[0]["facts"]["import"])
    );
    for secret in [BCRYPT, DJANGO, SCRYPT, app] {
        assert!(!exported.contains(secret), "no secret is in the audit");
    }
    printed_by(&engine, &["audit", "verify", "--json"]);
}

async fn a_password_that_was_replaced_meanwhile_stays_replaced(engine: Engine) {
    let server = Server::start(&engine).await;
    let state = &server.inner.state;
    let rows = json!([{ "email": "bea@kantoor.nl", "name": "Bea", "password_hash": BCRYPT }]);
    write(engine.folder.path(), "people.json", &rows.to_string());
    printed_by(&engine, &["import", "people.json", "--organisation", "Kantoor De Vries", "--json"]);
    let old = || Secret::new(PASSWORD.to_owned());
    let check = async |password| {
        check_password(state, "bea@kantoor.nl", password, ClientIp::Unknown, state.now()).await.unwrap()
    };
    let PasswordOutcome::Right(verified) = check(old()).await else { panic!("the password is right") };
    let new = Secret::new("acht blauwe bussen in de regen".to_owned());
    let chosen = NewPassword::parse(&new, 15, &verified.account.email).unwrap();
    let phc = hash_new_password(&state.service::<Hashing>(), chosen, state.random.as_ref()).await.unwrap();
    let mut writer = state.db.writing().await.unwrap();
    set_password(&mut writer, verified.account.id, &phc, state.now()).await.unwrap();
    writer.commit().await.unwrap();
    let mut writer = state.db.writing().await.unwrap();
    verified.settle(&mut writer).await.unwrap();
    writer.commit().await.unwrap();
    assert!(matches!(check(old()).await, PasswordOutcome::Wrong { .. }), "the old password does not come back");
    assert!(matches!(check(new).await, PasswordOutcome::Right(_)));
}

async fn what_stands_is_skipped_and_only_what_is_named_is_changed(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut anna = server.browser();
    anna.sign_in_at("/sign-in", "anna", PASSWORD).await;
    let table = format!(
        "email;name;organisation;groups;password_hash;disabled;username\r\n\
         anna@kantoor.nl;Anna Bos;Kantoor De Vries;Audit|Tax;{BCRYPT};no;anna\r\n\
         bram@kantoor.nl;Bram;Kantoor De Vries;;;;anna\r\n\
         cees@kantoor.nl;Cees;Kantoor Nieuw;;;yes;\r\n"
    );
    write(engine.folder.path(), "people.csv", &table);
    let import = |more: &[&str]| {
        let mut all = vec!["import", "people.csv", "--json"];
        all.extend(more);
        countersign(&engine, &all).output().unwrap()
    };
    let trial = import(&["--dry-run", "--create-organisations", "--update", "name,groups"]);
    assert_eq!(trial.status.code(), Some(1));
    assert_eq!(counts(&serde_json::from_slice(&trial.stdout).unwrap()), [3, 1, 1, 0, 1]);
    assert!(!anna.get("/account/profile").await.body.contains("Anna Bos"), "a dry run changes nothing");

    let first = import(&[]);
    assert!(refused_with_counts(&first).contains("2 rows were refused"));
    let report = std::fs::read_to_string(engine.folder.path().join("people.csv.refused.csv")).unwrap();
    assert!(report.contains("3,bram@kantoor.nl,username,belongs to somebody else"), "{report}");
    assert!(report.contains("4,cees@kantoor.nl,organisation,"), "{report}");
    assert!(!report.contains(BCRYPT), "{report}");
    let second = import(&["--create-organisations", "--update", "name,groups,disabled"]);
    let second: Value = serde_json::from_slice(&second.stdout).unwrap();
    assert_eq!((counts(&second), &second["organisations"]), ([3, 1, 1, 0, 1], &1.into()));
    let third = import(&["--create-organisations", "--update", "name,groups,disabled"]);
    assert_eq!(counts(&serde_json::from_slice(&third.stdout).unwrap()), [3, 0, 0, 2, 1], "nothing is left to change");
    assert!(anna.get("/account/profile").await.body.contains("Anna Bos"));
    let mut again = server.browser();
    again.sign_in_at("/sign-in", "anna", PASSWORD).await;
    assert_eq!(again.get("/account").await.status, 200, "the password is the one that she had");

    write(engine.folder.path(), "people.csv", "email,disabled\nanna@kantoor.nl,yes\n");
    let unknown = import(&["--update", "password_hash"]);
    assert!(refused(&unknown).contains("never changes password_hash"));
    let bram = server.hire("bram@kantoor.nl", Role::Employee, InstanceRole::None).await;
    server.know(bram, "127.0.0.1").await;
    let mut browser = server.browser();
    browser.sign_in_at("/sign-in", "bram@kantoor.nl", PASSWORD).await;
    assert_eq!(browser.get("/account").await.status, 200);
    let table = "email,name,organisation,disabled\n\
                 anna@kantoor.nl,A,Kantoor De Vries,yes\n\
                 bram@kantoor.nl,B,Kantoor De Vries,yes\n\
                 cees@kantoor.nl,C,Kantoor De Vries,no\n\
                 daan@kantoor.nl,D,Kantoor Nergens,no\n";
    write(engine.folder.path(), "people.csv", table);
    let done = import(&["--update", "disabled"]);
    assert_eq!(counts(&serde_json::from_slice(&done.stdout).unwrap()), [4, 0, 1, 0, 3]);
    let report = std::fs::read_to_string(engine.folder.path().join("people.csv.refused.csv")).unwrap();
    for line in
        ["2,anna@kantoor.nl,disabled,\"would switch off the last", "4,cees@kantoor.nl,organisation,is not the home"]
    {
        assert!(report.contains(line), "{line}: {report}");
    }
    assert_eq!(browser.get("/account").await.status, 303, "who was switched off has no session");
    assert_eq!(again.get("/account").await.status, 200, "the last administrator stays");
}

#[test]
fn a_long_hash_costs_its_rounds_for_every_block() {
    let hash = |length: usize| format!("pbkdf2_sha256$1000000$salt${}", STANDARD.encode(vec![1; length]));
    assert!(ImportedHash::parse(&hash(64)).is_ok());
    assert_eq!(ImportedHash::parse(&hash(96)).unwrap_err(), HashProblem::TooExpensive);
}

async fn what_bcrypt_did_not_read_never_becomes_part_of_the_password(engine: Engine) {
    let server = Server::start(&engine).await;
    let state = &server.inner.state;
    let long = "vier rode fietsen ".repeat(5);
    let rows = json!([{ "email": "bea@kantoor.nl", "name": "Bea", "password_hash": bcrypt::hash(&long, 4).unwrap() }]);
    write(engine.folder.path(), "people.json", &rows.to_string());
    printed_by(&engine, &["import", "people.json", "--organisation", "Kantoor De Vries", "--json"]);
    // As the other program did, both read 72 bytes, and so it stays.
    for typed in [long.clone(), format!("{long}and more"), long] {
        let from = ClientIp::Unknown;
        let checked = check_password(state, "bea@kantoor.nl", Secret::new(typed), from, state.now()).await.unwrap();
        let PasswordOutcome::Right(verified) = checked else { panic!("the password is right") };
        let mut writer = state.db.writing().await.unwrap();
        verified.settle(&mut writer).await.unwrap();
        writer.commit().await.unwrap();
    }
}

fn refused_with_counts(output: &std::process::Output) -> String {
    assert_eq!(output.status.code(), Some(1));
    String::from_utf8(output.stderr.clone()).unwrap()
}

async fn a_kill_in_the_middle_and_another_run_give_the_same_people(engine: Engine) {
    printed_by(&engine, &["migrate", "--json"]);
    printed_by(&engine, &["org", "add", "Kantoor", "--json"]);
    let mut table = String::from("email,name,organisation,password_hash\n");
    for number in 0..3000 {
        let _ = writeln!(table, "p{number}@kantoor.nl,Persoon {number},Kantoor,{BCRYPT}");
    }
    write(engine.folder.path(), "people.csv", &table);
    let mut child = countersign(&engine, &["import", "people.csv", "--json"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let people = || {
        let all = printed_by(&engine, &["user", "list", "--limit", "1000", "--json"]);
        all.as_array().unwrap().len()
    };
    let begun = Instant::now();
    while people() == 0 {
        assert!(begun.elapsed() < Duration::from_mins(1), "nothing is taken in");
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let there = people();
    assert!(there > 0 && there % 200 == 0, "a batch is taken in as a whole: {there}");
    let rest = printed_by(&engine, &["import", "people.csv", "--json"]);
    let [rows, imported, updated, skipped, refused] = counts(&rest);
    assert_eq!((rows, imported + skipped, updated, refused), (3000, 3000, 0, 0));
    assert!(skipped >= there as u64, "{rest}");
    assert_eq!(counts(&printed_by(&engine, &["import", "people.csv", "--json"])), [3000, 0, 0, 3000, 0]);
    let sound = printed_by(&engine, &["audit", "verify", "--json"]);
    let exported = countersign(&engine, &["audit", "export"]).output().unwrap().stdout;
    let added = String::from_utf8(exported).unwrap().matches("\"account.add\"").count();
    assert_eq!(added, 3000, "{sound}");
}

#[test]
fn what_is_wrong_with_a_file_is_one_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    printed(&run(folder, &["migrate", "--json"]));
    printed(&run(folder, &["org", "add", "Kantoor", "--json"]));
    for (name, text, says) in [
        ("a.csv", "", "No column is called email"),
        ("a.csv", "name\nAnna\n", "No column is called email"),
        ("a.csv", "email,naem\na@b.nl,Anna\n", "Did you mean name?"),
        ("a.csv", "email,e-mail\na@b.nl,b@b.nl\n", "Two columns are about email"),
        ("a.json", "{}", "no JSON array"),
        ("a.json", "[{}", "no JSON array"),
        ("a.json", "", "no JSON array"),
        ("a.json", "[] x", "no JSON array"),
        ("a.txt", "", "Give --format"),
    ] {
        write(folder, name, text);
        let output = run(folder, &["import", name, "--organisation", "Kantoor"]);
        assert_eq!(output.status.code(), Some(1), "{text}");
        let sentence = String::from_utf8(output.stderr).unwrap();
        assert!(sentence.contains(says), "{text:?}: {sentence}");
    }
    write(folder, "open.csv", &format!("email,name\na@b.nl,Anna\nb@b.nl,\"{}", "x\n".repeat(300_000)));
    let endless = run(folder, &["import", "open.csv", "--organisation", "Kantoor"]);
    assert!(
        String::from_utf8(endless.stderr).unwrap().contains("row that begins on line 3"),
        "it is not read for ever"
    );
    assert!(refused(&run(folder, &["import", "nowhere.csv"])).contains("cannot be read"));
}
