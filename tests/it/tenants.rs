//! One office against another: every route of the program, with the identifiers of the other office.
//!
//! The routes are read from the sources, so that a new one cannot be forgotten: whatever a path calls a part that is not
//! known here fails the test until somebody says what it stands for.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::{fs, time::Duration};

use countersign::features::accounts::InstanceRole;
use countersign::features::organisations::Role;
use sea_orm::{ConnectionTrait as _, Statement};

use crate::support::codes::BRAM;
use crate::support::{Browser, Engine, PASSWORD, Server, on_both_engines, query_of};

on_both_engines! {
    nobody_of_another_office_sees_or_changes_anything
}

const ANNA: &str = "anna@kantoor.nl";
/// Where only the own people are.
const PLACE_OF_BRAM: &str = "203.0.113.77";

/// What the sources put together, instead of writing it down.
const COMPUTED: [&str; 6] = [
    "/enrol/{place}/passkey",
    "/enrol/{place}/passkey/begin",
    "/enrol/{place}/passkey/finish",
    "/sign-in/{interaction}/second/passkey",
    "/sign-in/{interaction}/second/passkey/begin",
    "/sign-in/{interaction}/second/passkey/finish",
];

/// What is left alone because it ends the own session, or never ends.
const LEFT_OUT: [&str; 2] = ["/sign-out", "/waiting/events"];

fn sources(folder: &Path, all: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        // The demo's own pages are another server, and programs have a matrix of their own.
        if path.is_dir() && !path.ends_with("cli") && !path.ends_with("features/api") {
            sources(&path, all);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            all.push(path);
        }
    }
}

/// Every path that the program answers, as its sources say.
fn routes() -> BTreeSet<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    let texts: Vec<String> = files.iter().map(|file| fs::read_to_string(file).unwrap()).collect();
    let mut names: BTreeMap<&str, &str> = BTreeMap::new();
    for line in texts.iter().flat_map(|text| text.lines()) {
        let Some(constant) = line.trim().split("const ").nth(1) else { continue };
        if let Some((name, value)) = constant.split_once(": &str = \"") {
            names.insert(name, value.trim_end_matches("\";"));
        }
    }
    let mut all: BTreeSet<String> = COMPUTED.iter().map(|path| (*path).to_owned()).collect();
    let mut computed = 0;
    for text in &texts {
        for call in text.split(".route(").skip(1) {
            let first = call.split(',').next().unwrap().trim();
            if first.starts_with('&') {
                computed += 1;
                continue;
            }
            let path = if let Some(literal) = first.strip_prefix('"') {
                literal.trim_end_matches('"').to_owned()
            } else {
                let name = first.rsplit(':').next().unwrap();
                (*names.get(name).unwrap_or_else(|| panic!("what is the path {first}?"))).to_owned()
            };
            if path.starts_with('/') {
                all.insert(path);
            }
        }
    }
    assert_eq!(computed, COMPUTED.len(), "a path that is put together is named above");
    all
}

/// What the parts of paths stand for: of the office that the others look at, where there is such a thing.
struct Known(BTreeMap<&'static str, Vec<String>>);

impl Known {
    /// The paths with every such part filled in.
    fn fill(&self, path: &str) -> Vec<String> {
        let Some((before, rest)) = path.split_once('{') else { return vec![path.to_owned()] };
        let (name, after) = rest.split_once('}').unwrap();
        let values =
            self.0.get(name.trim_start_matches('*')).unwrap_or_else(|| panic!("what is {{{name}}} in {path}?"));
        values.iter().flat_map(|value| self.fill(&format!("{before}{value}{after}"))).collect()
    }
}

async fn texts(server: &Server, query: &str) -> Vec<String> {
    let db = server.inner.state.db.reading();
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), query.to_owned())).await.unwrap();
    rows.iter().filter_map(|row| row.try_get::<Option<String>>("", "v").unwrap()).collect()
}

async fn change(server: &Server, sql: &str) {
    let writer = server.inner.state.db.writing().await.unwrap();
    writer.execute_unprepared(sql).await.unwrap();
    writer.commit().await.unwrap();
}

/// Everything that is kept about the first office and its people, as text.
async fn snapshot(server: &Server) -> Vec<String> {
    let office = server.organisation;
    let people = format!("(SELECT id FROM accounts WHERE home_organisation_id = '{office}')");
    let of_people = |table: &str, whose: &str, shown: &str| {
        format!("SELECT '{table} ' || {shown} AS v FROM {table} WHERE {whose} IN {people} ORDER BY 1")
    };
    let ended = |column: &str| format!("COALESCE(CAST({column} AS TEXT), '-')");
    let queries = [
        format!(
            "SELECT 'office ' || name || policy || CAST(policy_version AS TEXT) || {} AS v FROM organisations WHERE id = '{office}'",
            ended("helpdesk_until")
        ),
        of_people(
            "accounts",
            "id",
            &format!("email || name || instance_role || {} || CAST(new_password_due AS TEXT)", ended("disabled_at")),
        ),
        format!(
            "SELECT 'member ' || account_id || role || groups || {} AS v FROM memberships WHERE organisation_id = '{office}' ORDER BY 1",
            ended("disabled_at")
        ),
        of_people("factors", "account_id", "id || name"),
        of_people("passwords", "account_id", "phc"),
        of_people("sessions", "account_id", &format!("id || {}", ended("ended_at"))),
        of_people("grants", "account_id", &format!("id || {}", ended("revoked_at"))),
        of_people("networks", "owner", "network || status"),
        format!("SELECT 'own network ' || network || status AS v FROM networks WHERE owner = '{office}' ORDER BY 1"),
        of_people("recovery_cases", "account_id", "id || state"),
        format!(
            "SELECT 'asked ' || email || {} || {} || {} AS v FROM member_invitations WHERE organisation_id = '{office}' ORDER BY 1",
            ended("accepted_at"),
            ended("declined_at"),
            ended("ended_at")
        ),
    ];
    let mut all = Vec::new();
    for query in queries {
        let found = texts(server, &query).await;
        all.extend(found);
    }
    all
}

/// What the first office has: people, factors, a session, a network, an invitation, a case, a sign-in in progress.
async fn furnish(server: &Server) -> Known {
    let bram = server.hire(BRAM, Role::Employee, InstanceRole::None).await;
    let mut browser = server.browser();
    browser.sign_in_at("/sign-in", BRAM, PASSWORD).await;
    browser.connect_app(server, "account").await;
    server.know(bram, PLACE_OF_BRAM).await;
    let mut anna = server.browser();
    anna.sign_in_at("/sign-in", ANNA, PASSWORD).await;
    anna.fill("/organisation/employees/invite", &[("name", "Zwaantje Quist"), ("email", "nieuw@nergens.nl")]).await;
    server.browser().fill("/recover/own/helpdesk", &[("username", BRAM), ("reason", "Telefoon kwijt")]).await;
    let back = anna.get(&Server::authorize(&[])).await.location().to_owned();
    server.redeem(&query_of(&back)["code"]).await;
    let other = anna.get(&Server::authorize(&[("client_id", "foreign")])).await.location().to_owned();
    let mut known: BTreeMap<&'static str, Vec<String>> = BTreeMap::new();
    let one = |table: &str| format!("SELECT MIN(id) AS v FROM {table}");
    for (name, table) in [("factor", "factors"), ("invitation", "member_invitations"), ("case", "recovery_cases")] {
        known.insert(name, texts(server, &one(table)).await);
    }
    let (webhook, _) = crate::webhooks::add_at(server, "127.0.0.1:9", &["keys.change"]).await;
    known.insert("webhook", vec![webhook.to_string()]);
    known.insert("account", vec![bram.to_string(), server.account.to_string()]);
    known.insert("organisation", vec![server.organisation.to_string()]);
    known.insert("interaction", vec![other.rsplit('/').next().unwrap().to_owned()]);
    known.insert("place", vec![other.rsplit('/').next().unwrap().to_owned(), "own".to_owned(), "account".to_owned()]);
    known.insert("reset", vec!["rst_00000000000000000000000000".to_owned()]);
    known.insert("secret", vec!["AAAAAAAAAAAAAAAAAAAAAA".to_owned()]);
    known.insert("tag", vec!["AAAAAAAAAAAAAAAAAAAAAA".to_owned()]);
    for app in ["client_id", "app"] {
        known.insert(app, vec!["portal".to_owned()]);
    }
    for part in ["failed", "kid", "message", "trial"] {
        known.insert(part, vec!["AAAAAAAAAAAAAAAAAAAAAA".to_owned()]);
    }
    known.insert("id", vec!["portal".to_owned(), server.account.to_string()]);
    known.insert("name", vec!["countersign.css".to_owned()]);
    known.insert("path", vec!["countersign.css".to_owned()]);
    known.insert("topic", vec!["network".to_owned()]);
    known.insert("draft", vec!["0".to_owned()]);
    known.insert("kind", vec!["totp".to_owned()]);
    let acts = ["role", "groups", "password", "sign-out", "disable", "enable", "remove", "invite", "again", "withdraw"];
    known.insert("act", acts.map(str::to_owned).into());
    Known(known)
}

/// Somebody of the second office, signed in.
async fn stranger(server: &Server, role: Role, number: usize) -> Browser {
    let email = format!("vreemd{number}@elders.nl");
    let account = server.hire(&email, role, InstanceRole::None).await;
    let elsewhere = "(SELECT id FROM organisations WHERE name = 'Elders')";
    change(server, &format!("UPDATE memberships SET organisation_id = {elsewhere} WHERE account_id = '{account}'"))
        .await;
    change(server, &format!("UPDATE accounts SET home_organisation_id = {elsewhere} WHERE id = '{account}'")).await;
    let mut browser = server.browser();
    assert_eq!(browser.sign_in_at("/sign-in", &email, PASSWORD).await.location(), "/account");
    browser
}

async fn nobody_of_another_office_sees_or_changes_anything(engine: Engine) {
    let server = Server::start(&engine).await;
    crate::organisation::other_office(&server).await;
    let known = furnish(&server).await;
    let paths: Vec<String> = routes()
        .iter()
        .filter(|path| !LEFT_OUT.iter().any(|left| path.ends_with(left)))
        .flat_map(|path| known.fill(path))
        .collect();
    assert!(paths.len() > 150, "the routes were found: {}", paths.len());
    let (bram, anna, office) = (&known.0["account"][0], &known.0["account"][1], server.organisation.to_string());
    // Not the address of Anna: the pages have it as an example.
    let secrets = [BRAM, "Person bram", PLACE_OF_BRAM, "Anna de Vries", "Zwaantje Quist", "nieuw@nergens.nl"];
    let before = snapshot(&server).await;
    let mut number = 0;
    for role in [Role::Administrator, Role::Employee] {
        let mut browser = stranger(&server, role, number).await;
        let mut csrf = browser.get("/account").await.field("csrf");
        for path in &paths {
            number += 1;
            let fields = [
                ("csrf", csrf.as_str()),
                ("account", bram.as_str()),
                ("person", anna.as_str()),
                ("organisation", office.as_str()),
                ("network", PLACE_OF_BRAM),
                ("sure", "yes"),
                ("role", "administrator"),
                ("groups", "x"),
                ("own_check", "Zelf gebeld"),
                ("reason", "Een lange reden om iets te doen."),
                ("answer", "yes"),
                ("decision", "allow"),
            ];
            let act = if path.contains("ip-addresses") { "block" } else { "give" };
            let mut all = fields.to_vec();
            all.push(("act", act));
            let asked = async { (browser.get(path).await, browser.post(path, &all).await) };
            let (got, posted) = tokio::time::timeout(Duration::from_secs(20), asked)
                .await
                .unwrap_or_else(|_| panic!("{path} does not come to an end"));
            for answer in [&got, &posted] {
                assert!(
                    answer.status < 500 || answer.status == 503,
                    "{role} {path}: {} {}",
                    answer.status,
                    answer.body
                );
                for secret in secrets {
                    assert!(!answer.body.contains(secret), "{role} sees {secret} at {path}: {}", answer.body);
                }
            }
            let after = snapshot(&server).await;
            assert_eq!(after, before, "{role} changes something at {path}");
            let home = browser.get("/account").await;
            csrf = if home.status == 200 {
                home.field("csrf")
            } else {
                browser = stranger(&server, role, number).await;
                browser.get("/account").await.field("csrf")
            };
        }
    }
}
