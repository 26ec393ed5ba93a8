//! Taking people in from another program.

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use countersign::features::passwords::Hashing;
use serde_json::{Value, json};

use crate::command_line::{json as printed, refused, run};
use crate::support::{AuthenticatorApp, Engine, PASSWORD, Server, on_both_engines};

on_both_engines! {
    people_keep_their_passwords_and_are_hashed_anew
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

fn write(folder: &Path, name: &str, text: &str) {
    std::fs::write(folder.join(name), text).unwrap();
}

fn counts(value: &Value) -> [u64; 5] {
    ["rows", "imported", "updated", "skipped", "refused"].map(|name| value[name].as_u64().unwrap())
}

const BCRYPT: &str = "$2b$04$abcdefghijklmnopqrstuuuzn8PSA2dNSMM4AmOPSXpi1XRXTqLFS";
const DJANGO: &str = "pbkdf2_sha256$1000$NaCl for Django$cpkwnfyYUSTi360Dexu26KJXJq6jl2u8iJSj7FT743A=";
const SCRYPT: &str = "$scrypt$ln=10,r=8,p=1$AAECAwQFBgcICQoLDA0ODw$D4nYx/1zUUdC90kiQmSwsl59Lox5je391kjjT9LVmiE";

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

    let hashing = server.inner.state.service::<Hashing>();
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
    assert_eq!(hashing.hashed() - before, 1, "a stranger costs what a stranger has always cost");

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
    write(
        engine.folder.path(),
        "people.csv",
        "email,name,organisation,disabled\nanna@kantoor.nl,A,Kantoor De Vries,yes\n",
    );
    assert_eq!(counts(&printed(&import(&["--update", "disabled"]))), [1, 0, 1, 0, 0]);
    assert_eq!(again.get("/account").await.status, 303, "who was switched off has no session");
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

/// Looks random, and is the same every time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end
    }

    fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }
}

const CELLS: &[&str] = &[
    "",
    "a@b.nl",
    "A@B.NL ",
    "anna",
    "=cmd()",
    "\u{202e}",
    "\u{0}",
    "1.2.3.4",
    "::1",
    "yes",
    "nl",
    "administrator",
    "{",
    BCRYPT,
    DJANGO,
    SCRYPT,
    "$2b$31$x",
    "$argon2id$v=19$m=99999999,t=1,p=1$x$y",
    "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
    "otpauth://totp/x?secret=",
    "Kantoor",
    "org_01",
    "'; DROP TABLE accounts; --",
    "\"",
    "𝕏",
];

const FIELDS: &[&str] = &[
    "email",
    "name",
    "given_name",
    "family_name",
    "username",
    "language",
    "organisation",
    "role",
    "groups",
    "password_hash",
    "totp_secret",
    "networks",
    "disabled",
    "email_verified",
];

/// The values of a row: some of a person, some of anything.
fn values(chance: &mut Chance, email: &str) -> Vec<String> {
    let value = |field: &&str| match *field {
        "email" if !chance.one_in(3) => email.to_owned(),
        "name" if !chance.one_in(3) => "Anna".to_owned(),
        "organisation" => "Kantoor".to_owned(),
        _ if !chance.one_in(4) => String::new(),
        _ => CELLS[chance.below(CELLS.len())].to_owned(),
    };
    FIELDS.iter().map(value).collect()
}

/// The same row as JSON, of types that do not always fit, and sometimes cut off.
fn line(chance: &mut Chance, values: &[String]) -> String {
    let mut object = serde_json::Map::new();
    let fits = !chance.one_in(3);
    for (field, value) in FIELDS.iter().zip(values) {
        let value = match if fits { 7 } else { chance.below(8) } {
            0 => json!([value]),
            1 => json!({ "value": value }),
            2 => json!(7),
            3 => Value::Null,
            _ => json!(value),
        };
        object.insert((*field).to_owned(), value);
    }
    let mut line = Value::Object(object).to_string();
    if chance.one_in(5) {
        let mut place = chance.below(line.len());
        while !line.is_char_boundary(place) {
            place -= 1;
        }
        line.truncate(place);
    }
    line
}

#[test]
fn whatever_the_rows_hold_none_is_lost_and_nothing_panics() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    printed(&run(folder, &["migrate", "--json"]));
    printed(&run(folder, &["org", "add", "Kantoor", "--json"]));
    let mut chance = Chance(20_261_124);
    for round in 0..3 {
        let (mut lines, mut table, mut count) = (String::new(), FIELDS.join(","), 0);
        for row in 0..400 {
            let values = values(&mut chance, &format!("p{round}-{row}@kantoor.nl"));
            let quoted: Vec<String> =
                values.iter().map(|value| format!("\"{}\"", value.replace('"', "\"\""))).collect();
            let _ = write!(table, "\n{}", quoted.join(","));
            let line = line(&mut chance, &values);
            count += u64::from(!line.trim().is_empty());
            let _ = writeln!(lines, "{line}");
        }
        for (name, text, expected) in [("all.csv", table, 400), ("all.jsonl", lines, count)] {
            write(folder, name, &text);
            let output = run(folder, &["import", name, "--json"]);
            let errors = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(!errors.contains("panicked"), "{errors}");
            let told: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{name}: {errors}"));
            let [rows, imported, updated, skipped, refused] = counts(&told);
            assert_eq!(rows, expected, "{name}: {errors}");
            assert_eq!(rows, imported + updated + skipped + refused, "{name}: {told}");
            assert!(imported + skipped > 0, "{name}: {told}");
            let report = std::fs::read_to_string(folder.join(format!("{name}.refused.csv"))).unwrap();
            let mut listed: Vec<&str> = report.lines().skip(1).map(|line| line.split(',').next().unwrap()).collect();
            listed.dedup();
            assert_eq!(listed.len() as u64, refused, "every refused row is on the list");
        }
    }
    printed(&run(folder, &["audit", "verify", "--json"]));
}
