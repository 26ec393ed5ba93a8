//! Planted violations: proves that the wall sees each kind of fault, and where.

use crate::{MOST_LINES, wall};

/// The faults of one file, with `others` lying beside it.
fn faults_beside(others: &[&str], file: &str, text: &str) -> Vec<String> {
    let others = others.iter().map(|name| ((*name).to_owned(), String::new()));
    wall::faults(&others.chain([(file.to_owned(), text.to_owned())]).collect())
}

fn faults(file: &str, text: &str) -> Vec<String> {
    faults_beside(&[], file, text)
}

#[track_caller]
fn allowed(file: &str, text: &str) {
    assert_eq!(faults(file, text), [""; 0], "{file} may say this: {text}");
}

#[test]
fn a_name_that_runs_upward_is_found() {
    assert_eq!(
        faults("src/storage/x.rs", "use crate::domain::Email;\n\nuse crate::web::Page;"),
        ["src/storage/x.rs:3: storage (floor 2) may not use web (floor 3)"]
    );
    assert_eq!(
        faults("src/domain/email.rs", "fn f() {\n    crate::config::load()\n}"),
        ["src/domain/email.rs:2: domain (floor 0) may not use config (floor 1)"]
    );
    assert_eq!(
        faults("src/web/form.rs", "mod tests {\n  use super::super::super::app::State;\n}"),
        ["src/web/form.rs:2: web (floor 3) may not use app (floor 5)"]
    );
    assert_eq!(
        faults("src/features/mod.rs", "use crate::{\n  web::Page,\n  cli::demo,\n};"),
        ["src/features/mod.rs:3: features (floor 4) may not use cli (floor 6)"]
    );
    assert_eq!(
        faults("migrations/m0001_accounts.rs", "use crate::features::accounts::Account;"),
        ["migrations/m0001_accounts.rs:1: storage (floor 2) may not use accounts (floor 4, people)"]
    );
}

#[test]
fn a_name_that_runs_sideways_is_found() {
    assert_eq!(
        faults("src/mail/outbox.rs", "use crate::storage::Writer;"),
        ["src/mail/outbox.rs:1: mail (floor 2) may not use storage (floor 2)"]
    );
    assert_eq!(faults("src/keys.rs", "use crate::mail;"), ["src/keys.rs:1: keys (floor 2) may not use mail (floor 2)"]);
    assert_eq!(
        faults("src/features/passkeys/pages.rs", "use crate::features::two_factor::verify;"),
        [
            "src/features/passkeys/pages.rs:1: passkeys (floor 4, proofs) may not use its neighbour two_factor (floor 4, proofs)"
        ]
    );
}

#[test]
fn a_feature_of_a_higher_group_is_found() {
    assert_eq!(
        faults("src/features/sessions/mod.rs", "fn f() { super::oidc::resume() }"),
        [
            "src/features/sessions/mod.rs:1: sessions (floor 4, presence) may not use oidc (floor 4, protocol), a group above it"
        ]
    );
}

#[test]
fn another_feature_is_used_through_its_mod_only() {
    let expected = |role: &str| {
        format!(
            "src/features/oidc/codes.rs:1: oidc (floor 4, protocol) may use sessions only through its mod.rs, not sessions::{role}"
        )
    };
    let file = "src/features/oidc/codes.rs";
    assert_eq!(faults(file, "use crate::features::sessions::store;"), [expected("store")]);
    assert_eq!(faults(file, "fn f() { crate::features::sessions::cookie::read() }"), [expected("cookie")]);
    assert_eq!(
        faults_beside(&["src/features/sessions/idle.rs"], file, "use super::super::sessions::idle;"),
        [expected("idle")]
    );
    let through_import = "use crate::features::sessions;\nfn f() { sessions::store::add() }";
    assert_eq!(faults(file, through_import), [expected("store").replace(":1:", ":2:")]);
    assert_eq!(
        faults("src/features/mod.rs", "mod sessions;\npub use sessions::pages::routes;"),
        ["src/features/mod.rs:2: features (floor 4) may use sessions only through its mod.rs, not sessions::pages"]
    );
    assert_eq!(
        faults("src/cli/user.rs", "use crate::features::accounts::store::add;"),
        ["src/cli/user.rs:1: cli (floor 6) may use accounts only through its mod.rs, not accounts::store"]
    );
}

#[test]
fn importing_everything_is_found() {
    assert_eq!(
        faults("src/web/page.rs", "use crate::*;"),
        ["src/web/page.rs:1: web (floor 3) may not import everything; name what it uses"]
    );
    assert_eq!(
        faults("src/features/oidc/mod.rs", "use super::*;"),
        ["src/features/oidc/mod.rs:1: oidc (floor 4, protocol) may not name features as a whole; name the one it uses"]
    );
    assert_eq!(
        faults("src/features/oidc/mod.rs", "use crate::features::sessions::*;"),
        [
            "src/features/oidc/mod.rs:1: oidc (floor 4, protocol) may not import everything of sessions; name what it uses"
        ]
    );
}

#[test]
fn a_crate_outside_its_home_is_found() {
    let cases = [
        ("sea_orm", "src/features/accounts/pages.rs", "src/storage, migrations, a feature's store.rs"),
        ("sea_orm_migration", "src/web/state.rs", "src/storage, migrations, a feature's store.rs"),
        (
            "axum",
            "src/features/accounts/store.rs",
            "src/web, a feature's pages.rs, src/features/oidc/endpoints, src/app, src/cli",
        ),
        (
            "axum_extra",
            "src/storage/mod.rs",
            "src/web, a feature's pages.rs, src/features/oidc/endpoints, src/app, src/cli",
        ),
        ("minijinja", "src/features/accounts/views.rs", "src/web"),
        ("josekit", "src/features/oidc/tokens.rs", "src/keys"),
        ("lettre", "src/cli/demo/mod.rs", "src/mail"),
        ("argon2", "src/features/accounts/mod.rs", "src/features/passwords"),
        ("webauthn_rs", "src/web/mod.rs", "src/features/passkeys"),
        ("totp_rs", "src/features/two_factor/mod.rs", "src/features/two_factor/totp"),
        ("openidconnect", "src/features/oidc/mod.rs", "src/cli/demo"),
    ];
    for (name, file, homes) in cases {
        let expected = format!("{name} may be named only in {homes}");
        assert_eq!(faults(file, &format!("\nuse {name}::Thing;")), [format!("{file}:2: {expected}")]);
        assert_eq!(faults(file, &format!("fn f() {{ ::{name}::thing() }}")), [format!("{file}:1: {expected}")]);
        assert_eq!(faults(file, &format!("extern crate {name};")), [format!("{file}:1: {expected}")]);
    }
    assert_eq!(
        faults("src/features/accounts/pages.rs", "use crate::storage::sea_orm::Value;"),
        [
            "src/features/accounts/pages.rs:1: sea_orm may be named only in src/storage, migrations, a feature's store.rs"
        ]
    );
}

#[test]
fn rules_and_the_domain_only_decide() {
    let rules = "src/features/accounts/rules.rs";
    for name in ["web", "storage", "keys", "mail"] {
        let text = format!("\n\nuse crate::{name}::Thing;");
        let sentence = format!("{name} may not stand here: the domain and rules.rs only decide");
        assert_eq!(faults(rules, &text), [format!("{rules}:3: {sentence}")]);
    }
    for (text, name) in [
        ("use super::store;", "store"),
        ("fn f() { super::pages::show() }", "pages"),
        ("use std::{fs, str};", "std::fs"),
        ("use tokio::time;", "tokio"),
        ("pub async fn f() {}", "async"),
    ] {
        let sentence = format!("{name} may not stand here: the domain and rules.rs only decide");
        assert_eq!(faults(rules, text), [format!("{rules}:1: {sentence}")]);
    }
    assert_eq!(
        faults("src/domain/timestamp.rs", "use std::thread::sleep;"),
        ["src/domain/timestamp.rs:1: std::thread may not stand here: the domain and rules.rs only decide"]
    );
}

#[test]
fn a_file_without_a_place_is_found() {
    for file in ["src/helpers.rs", "src/util/mod.rs", "src/features/billing/mod.rs"] {
        let expected = "this file has no place on the floor plan; give it one in tests/architecture.rs";
        assert_eq!(faults(file, ""), [format!("{file}:1: {expected}")]);
    }
}

#[test]
fn a_long_file_is_found() {
    let text = |lines: usize| "\n".repeat(lines);
    let sources = [("src/app.rs", text(MOST_LINES + 1)), ("src/main.rs", text(MOST_LINES))];
    let sources = sources.into_iter().map(|(file, text)| (file.to_owned(), text)).collect();
    assert_eq!(wall::too_long(&sources), ["src/app.rs: 401 lines; split it, 400 are the most"]);
}

#[test]
fn names_that_run_downward_are_allowed() {
    allowed("src/main.rs", "use countersign::cli;");
    allowed("src/lib.rs", "pub mod app;\npub mod web;");
    allowed("src/cli/demo/portal.rs", "use {crate::app, crate::cli::serve, openidconnect::Nonce, axum::Router};");
    allowed("src/app.rs", "use {crate::features::FEATURES, crate::features::sessions::open, axum::Router};");
    allowed(
        "src/features/mod.rs",
        "mod sessions;\nuse crate::web::Page;\nconst F: [Feature; 1] = [sessions::FEATURE];",
    );
    allowed("src/features/oidc/pages/token.rs", "use {axum::Json, crate::features::{Feature, sign_in::Clearance}};");
    allowed(
        "src/features/sessions/store.rs",
        "use {sea_orm::Set, super::rules::idle, crate::features::accounts::Account};",
    );
    allowed("src/features/sessions/store/rows.rs", "use {sea_orm::Set, super::super::rules, crate::storage::Writer};");
    allowed("src/features/passwords/hash.rs", "use {argon2::Argon2, crate::features::sessions};");
    allowed("src/features/two_factor/totp.rs", "use totp_rs::Totp;");
    allowed(
        "src/web/context.rs",
        "use {axum::http, crate::{config, storage, keys::Ring, mail, domain::*}};\nuse super::*;",
    );
    allowed("migrations/mod.rs", "use {sea_orm_migration::Migrator, crate::domain::Timestamp, crate::storage::Error};");
    allowed(
        "src/domain/scope.rs",
        "// use crate::web;\nconst S: &str = \"use crate::web::Page;\"; fn f(argon2: u8) -> u8 { argon2 }",
    );
}

#[test]
fn ignored_names_do_not_count_at_the_top() {
    let gitignore = "# made by the program\n/target\ndata/\n*.sqlite\n*.sqlite-*\n";
    for name in ["target", "data", "a.sqlite", "a.sqlite-wal"] {
        assert!(wall::is_ignored(name, gitignore), "{name}");
    }
    for name in ["src", "targets", "notes.md", "sqlite"] {
        assert!(!wall::is_ignored(name, gitignore), "{name}");
    }
}
