//! The wall between the floors: reads `src/` and `migrations/` and reports every name that runs upward or sideways.
//!
//! A single package has no crate walls, so this test is the wall. To give a new feature or crate its place, change the
//! tables below; they are the floor plan.

#[path = "architecture/paths.rs"]
mod paths;
#[path = "architecture/planted.rs"]
mod planted;
#[path = "architecture/wall.rs"]
mod wall;
#[path = "architecture/words.rs"]
mod words;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

use Home::{Folder, Role};

/// The floors, top down. A file names only lower floors and its own folder; members of one floor do not know one
/// another. Only `main` and `cli`, on top, do.
const FLOORS: &[(u8, &[&str])] = &[
    (6, &["main", "cli"]),
    (5, &["app", "fuzzing"]),
    (4, &["features"]),
    (3, &["web"]),
    (2, &["storage", "keys", "mail", "outbound", "atlas"]),
    (1, &["config"]),
    (0, &["domain"]),
];

/// Floor 4, top down. A feature may use the features of the groups below its own, through their `mod.rs`, and never a
/// neighbour.
const GROUPS: &[(&str, &[&str])] = &[
    ("programs", &["api", "provisioning"]),
    ("areas", &["account", "helpdesk", "employees", "security_center", "admin", "apps"]),
    ("the door to the console", &["console"]),
    ("what happened, and all that is kept about a person", &["activity", "privacy"]),
    ("descriptions for machines", &["declarations"]),
    ("protocol", &["oidc"]),
    ("moving in and out, and telling others", &["import", "backup", "webhooks"]),
    ("flows", &["sign_in", "recovery", "setup", "invitations"]),
    ("proofs", &["passkeys", "two_factor", "ip_addresses", "mail_links"]),
    ("passwords", &["passwords"]),
    ("sign-ins in progress", &["interactions"]),
    ("presence", &["sessions"]),
    ("signing keys and apps", &["signing", "clients", "api_keys", "failed_requests"]),
    ("what people enrolled, and where they are", &["factors", "networks", "challenges"]),
    ("people", &["accounts", "organisations"]),
    ("messages", &["outbox"]),
    ("audit and counters", &["audit", "throttles"]),
];

/// Crates that only their home may name.
const CRATES: &[(&[&str], &[Home])] = &[
    (
        &["sea_orm", "sea_orm_migration", "sea_query_sqlx", "sqlx"],
        &[Folder("src/storage"), Folder("migrations"), Role("store")],
    ),
    (
        &["axum", "axum_extra"],
        &[
            Folder("src/web"),
            Role("pages"),
            Folder("src/features/oidc/endpoints"),
            Folder("src/app"),
            Folder("src/cli"),
        ],
    ),
    (&["minijinja"], &[Folder("src/web")]),
    (&["josekit", "x509_cert"], &[Folder("src/keys")]),
    (&["lettre"], &[Folder("src/mail")]),
    (&["maxminddb"], &[Folder("src/atlas")]),
    (&["phonenumber"], &[Folder("src/domain/phone")]),
    (&["argon2", "bcrypt", "pbkdf2", "scrypt", "sha1"], &[Folder("src/features/passwords")]),
    (&["indicatif"], &[Folder("src/cli/import")]),
    (&["zxcvbn"], &[Folder("src/features/passwords/rules")]),
    (&["webauthn_rs", "webauthn_rs_proto"], &[Folder("src/features/passkeys")]),
    (&["totp_rs"], &[Folder("src/features/two_factor/totp")]),
    (&["openidconnect"], &[Folder("src/cli/demo")]),
];

/// What decides without waiting: the domain, and each feature's rules.
const PURE: &[Home] = &[Folder("src/domain"), Role("rules")];

/// What nothing pure may name, beside the walled crates.
const IMPURE: &[&str] = &["async", "await", "tokio", "std::env", "std::fs", "std::process", "std::thread"];

/// What a feature's rules may not name, although it lies below them.
const NOT_FOR_RULES: &[&str] = &["web", "storage", "keys", "mail", "outbound", "atlas"];

/// The files of a feature by what they do: `store.rs`, or any file in a folder `store/`.
const ROLES: &[&str] = &["rules", "store", "pages", "views"];

/// Everything at the top of the repository that is not a dot-name.
const TOP_LEVEL: &[&str] =
    &["Cargo.lock", "Cargo.toml", "README.md", "config", "keys", "migrations", "src", "templates", "tests"];

/// The longest that a source file may be.
const MOST_LINES: usize = 400;

/// Where something belongs.
#[derive(Clone, Copy, Debug)]
enum Home {
    /// This folder, or the file of this name with `.rs`.
    Folder(&'static str),
    /// In any feature, the file or folder of this role.
    Role(&'static str),
}

/// Every Rust file of the program: its path from the root of the repository, and its text.
type Sources = BTreeMap<String, String>;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn sources() -> io::Result<Sources> {
    let mut sources = Sources::new();
    let mut folders: Vec<PathBuf> = ["src", "migrations"].iter().map(|name| root().join(name)).collect();
    while let Some(folder) = folders.pop() {
        if !folder.is_dir() {
            continue;
        }
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(root()).unwrap_or(&path).to_string_lossy().replace('\\', "/");
                sources.insert(name, fs::read_to_string(path)?);
            }
        }
    }
    Ok(sources)
}

#[test]
fn names_run_downward_only() {
    let sources = sources().unwrap();
    assert!(sources.contains_key("src/lib.rs") && sources.contains_key("src/main.rs"), "the sources were not found");
    let faults = wall::faults(&sources);
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

#[test]
fn no_file_is_too_long() {
    let sources = sources().unwrap();
    let too_long = wall::too_long(&sources);
    assert!(too_long.is_empty(), "\n{}\n", too_long.join("\n"));
}

#[test]
fn the_top_level_is_the_nine_names() {
    let ignored = fs::read_to_string(root().join(".gitignore")).unwrap();
    let entries = fs::read_dir(root()).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.retain(|name| !name.starts_with('.') && !wall::is_ignored(name, &ignored));
    names.sort_unstable();
    assert_eq!(names, TOP_LEVEL);
}
