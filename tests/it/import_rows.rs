//! Rows of every kind: none is lost, and none makes the program panic.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::command_line::{json as printed, run};
use crate::import::{BCRYPT, DJANGO, SCRYPT, counts, write};

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
