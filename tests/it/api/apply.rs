//! `countersign apply`, `export` and `api-key`: the same state by whichever way.

use std::path::Path;
use std::process::Output;

use serde_json::{Value, json};

use super::{ALL, Api, done, made, text};
use crate::apps::{administrator, fill};
use crate::command_line::{countersign, json as printed};
use crate::support::{Engine, Server, on_both_engines};

on_both_engines! {
    api_command_line_and_description_leave_the_same_state
    an_app_of_the_wizard_is_that_of_the_api_and_of_a_description
    people_are_asked_in_alike_by_hand_and_by_a_program
    a_plan_is_shown_first_and_carried_out_once
    what_is_not_described_stays_unless_it_is_pruned
    every_fault_of_a_description_is_told_at_once
    a_key_of_the_command_line_opens_the_api
    whoever_looks_after_an_office_is_told_of_other_rules
}

fn run(engine: &Engine, arguments: &[&str]) -> Output {
    let keys = engine.folder.path().join("keys");
    let mut command = countersign(engine.folder.path(), arguments);
    command.env("COUNTERSIGN__DATABASE__URL", &engine.url).env("COUNTERSIGN__KEYS__DIRECTORY", keys);
    command.output().unwrap()
}

/// An installation without anything in it.
async fn another(like: &Engine) -> Engine {
    let engine = if like.url.starts_with("sqlite") { Engine::sqlite() } else { Engine::postgres().await };
    let migrated = run(&engine, &["migrate"]);
    assert!(migrated.status.success(), "{}", String::from_utf8_lossy(&migrated.stderr));
    engine
}

fn written(engine: &Engine, name: &str, text: &str) -> String {
    let file = engine.folder.path().join(name);
    std::fs::write(&file, text).unwrap();
    file.display().to_string()
}

fn exported(engine: &Engine) -> Value {
    printed(&run(engine, &["export", "--json"]))
}

fn refused(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8(output.stderr.clone()).unwrap()
}

async fn api_command_line_and_description_leave_the_same_state(engine: Engine) {
    // By the API.
    let api = Api::of(Server::start(&engine).await).await;
    let key = &api.key(ALL, None).await;
    for app in ["portal", "spa", "foreign", "machine"] {
        assert_eq!(api.delete(&format!("/apps/{app}"), key).await.status, 204);
    }
    let office = made(&api.post("/organisations", key, json!({ "name": "Kantoor Jansen" })).await);
    let rules = json!({
        "second_factor": "required", "second_factor_from": "2026-12-01T00:00:00Z", "kinds": ["totp"],
        "new_networks": "confirm_by_mail", "session_hours": 8,
    });
    done(&api.patch(&format!("/organisations/{}/policy", text(&office, "id")), key, rules).await);
    let kosten = json!({
        "client_id": "kosten", "name": "Kosten", "profile": "oidc", "first_party": true,
        "metadata": {
            "redirect_uris": ["https://kosten.example/cb"], "home_uri": "https://kosten.example",
            "backchannel_logout_uri": "https://kosten.example/out",
        },
    });
    let made_by_api = made(&api.post("/apps", key, kosten).await);
    let by_api = exported(&engine);

    // By the command line.
    let second = another(&engine).await;
    for arguments in [
        vec!["org", "add", "Kantoor De Vries"],
        vec!["org", "add", "Kantoor Jansen"],
        vec![
            "org",
            "set",
            "Kantoor Jansen",
            "--second-factor",
            "required",
            "--from",
            "2026-12-01",
            "--kinds",
            "totp",
            "--new-networks",
            "confirm-by-mail",
            "--session-hours",
            "8",
        ],
        vec![
            "app",
            "add",
            "Kosten",
            "--id",
            "kosten",
            "--profile",
            "oidc",
            "--first-party",
            "--redirect-uri",
            "https://kosten.example/cb",
            "--home",
            "https://kosten.example",
            "--backchannel-logout-uri",
            "https://kosten.example/out",
        ],
    ] {
        let output = run(&second, &arguments);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
    assert_eq!(exported(&second), by_api);

    // By a description: the export of the first, in both forms.
    for (name, form) in [("state.toml", None), ("state.json", Some("--json"))] {
        let third = another(&engine).await;
        let output = run(&engine, &["export"].into_iter().chain(form).collect::<Vec<_>>());
        let description = String::from_utf8(output.stdout).unwrap();
        assert!(!description.contains(text(&made_by_api, "client_secret")));
        let file = written(&third, name, &description);
        let applied = printed(&run(&third, &["apply", &file, "--yes", "--json"]));
        assert_eq!(applied["applied"], true);
        assert_eq!(exported(&third), by_api);
        assert!(text(&applied["secrets"], "kosten").len() >= 43);
        let again = printed(&run(&third, &["apply", &file, "--yes", "--json", "--prune", "apps"]));
        assert_eq!(again["applied"], false, "{again}");
        let audit = printed(&run(&third, &["audit", "verify", "--json"]));
        assert!(audit["Sound"]["events"].as_u64() > Some(2), "{audit}");
    }
}

async fn an_app_of_the_wizard_is_that_of_the_api_and_of_a_description(engine: Engine) {
    let api = Api::of(Server::start(&engine).await).await;
    let key = &api.key(ALL, None).await;
    for app in ["portal", "spa", "foreign", "machine"] {
        assert_eq!(api.delete(&format!("/apps/{app}"), key).await.status, 204);
    }
    let office = made(&api.post("/organisations", key, json!({ "name": "Kantoor Jansen" })).await);
    let office = text(&office, "id");
    // By hand, with every choice that the wizard has.
    let mut ada = administrator(&api.server).await;
    let about = fill(&mut ada, "/admin/apps/new", &[("kind", "server")]).await.location().to_owned();
    let named = [
        ("name", "Boekhouding"),
        ("home", "https://boeken.example"),
        ("own", "yes"),
        ("who", "chosen"),
        ("organisation", office),
        ("acr", "mfa"),
        ("seconds", "300"),
        ("days", "7"),
        ("go", "on"),
    ];
    let named = fill(&mut ada, &about, &named).await;
    assert_eq!(named.status, 303, "{}", named.body);
    let scope = "openid profile email organisation offline_access";
    let addresses = [
        ("redirects", "https://boeken.example/cb\nhttps://boeken.example/cb2"),
        ("logouts", "https://boeken.example/uit"),
        ("backchannel", "https://boeken.example/out"),
        ("scope", scope),
        ("go", "on"),
    ];
    let registered = fill(&mut ada, named.location(), &addresses).await;
    assert_eq!(registered.status, 200, "{}", registered.body);
    // By the API.
    let by_program = json!({
        "client_id": "boeken", "name": "Boekhouding", "first_party": true,
        "metadata": {
            "home_uri": "https://boeken.example", "scope": scope,
            "redirect_uris": ["https://boeken.example/cb", "https://boeken.example/cb2"],
            "post_logout_redirect_uris": ["https://boeken.example/uit"],
            "backchannel_logout_uri": "https://boeken.example/out",
            "access": {
                "organisations": [office], "acr": "mfa", "access_token_seconds": 300, "refresh_token_days": 7,
            },
        },
    });
    made(&api.post("/apps", key, by_program).await);
    let state = exported(&engine);
    let apps = state["apps"].as_object().unwrap();
    assert_eq!(apps.len(), 2, "{state}");
    let both: Vec<&Value> = apps.values().collect();
    assert_eq!(both[0], both[1]);
    // A description calls offices by name, which means the same where nothing is yet.
    assert_eq!(both[0]["metadata"]["access"]["organisations"], json!(["Kantoor Jansen"]));
    let second = another(&engine).await;
    let output = run(&engine, &["export"]);
    let file = written(&second, "state.toml", &String::from_utf8(output.stdout).unwrap());
    let applied = printed(&run(&second, &["apply", &file, "--yes", "--json"]));
    assert_eq!((&applied["applied"], applied["secrets"].as_object().unwrap().len()), (&json!(true), 2));
    assert_eq!(exported(&second), state);
    assert_eq!(printed(&run(&second, &["apply", &file, "--yes", "--json"]))["applied"], false);
    let less = written(&second, "less.toml", "[apps.boeken.metadata.access]\norganisations = [\"Elders\"]\n");
    let refused = refused(&run(&second, &["apply", &less, "--yes"]));
    assert_eq!(refused.trim(), "apps.boeken.metadata.access.organisations: There is no organisation called Elders.");
    assert_eq!(exported(&second), state);
}

async fn people_are_asked_in_alike_by_hand_and_by_a_program(engine: Engine) {
    let api = Api::of(Server::start(&engine).await).await;
    let key = &api.key(ALL, None).await;
    let before = exported(&engine);
    let mut anna = api.server.browser();
    assert_eq!(anna.sign_in_at("/sign-in", "anna@kantoor.nl", crate::support::PASSWORD).await.status, 303);
    let by_hand = [("name", "Bram Bakker"), ("email", "bram@kantoor.nl"), ("role", "accountant")];
    let invited = anna.fill("/organisation/employees/invite", &by_hand).await;
    assert_eq!(invited.location(), "/organisation/employees?done=invited", "{}", invited.body);
    let path = format!("/organisations/{}/invitations", api.server.organisation);
    let by_program = json!({ "name": "Carla Bakker", "email": "carla@kantoor.nl", "role": "accountant" });
    made(&api.post(&path, key, by_program).await);
    let mut listed = done(&api.get(&path, key).await)["items"].as_array().unwrap().clone();
    // Made at the same moment, so that their identifiers stand in any order.
    listed.sort_by_key(|one| text(one, "email").to_owned());
    let givers: Vec<String> = listed.iter().map(|one| text(one, "invited_by").to_owned()).collect();
    assert!(givers[0] == api.server.account.to_string() && givers[1].starts_with("key_"), "{givers:?}");
    for one in &mut listed {
        for own in ["id", "email", "name", "invited_by", "created_at", "expires_at"] {
            assert!(one.as_object_mut().unwrap().remove(own).is_some(), "{own}");
        }
    }
    assert_eq!(listed[0], listed[1]);
    let page = anna.get("/organisation/employees").await.body;
    assert!(page.contains("Bram Bakker") && page.contains("Carla Bakker"), "{page}");
    assert_eq!(exported(&engine), before, "people are no part of a description");
}

const DESCRIPTION: &str = r#"
version = 1

[organisations."Kantoor Jansen".policy]
remembering = "never"

[apps.erp]
name = "ERP"
[apps.erp.metadata]
grant_types = ["client_credentials"]
scope = "invoices:read"
"#;

async fn a_plan_is_shown_first_and_carried_out_once(engine: Engine) {
    let engine = another(&engine).await;
    let file = written(&engine, "state.toml", DESCRIPTION);
    let before = exported(&engine);
    let dry = run(&engine, &["apply", &file, "--dry-run"]);
    let told = String::from_utf8(dry.stdout).unwrap();
    assert!(told.contains("+ organisation Kantoor Jansen\n+ app erp\n2 to add, 0 to change"), "{told}");
    assert!(refused(&run(&engine, &["apply", &file])).contains("--yes"), "nobody can be asked");
    assert_eq!(exported(&engine), before, "nothing was changed");
    let applied = String::from_utf8(run(&engine, &["apply", &file, "--yes"]).stdout).unwrap();
    let secret = applied.split("client_secret of erp: ").nth(1).unwrap().lines().next().unwrap().to_owned();
    let kept = String::from_utf8(run(&engine, &["apply", &file, "--yes"]).stdout).unwrap();
    assert!(
        kept.contains("0 to add, 0 to change, 0 to remove, 2 stay as they are.") && !kept.contains("Done."),
        "{kept}"
    );
    let other = written(&engine, "other.toml", &DESCRIPTION.replace("\"ERP\"", "\"Boekhouding\""));
    let changed = printed(&run(&engine, &["apply", &other, "--yes", "--json"]));
    assert_eq!(changed["plan"][1]["fields"], json!([["name", "ERP", "Boekhouding"]]));
    assert_eq!(changed["secrets"], json!({}), "the app keeps its secret");
    // And the secret is the app's.
    let server = Server::start(&engine).await;
    let header = format!(
        "Basic {}",
        base64::Engine::encode(&base64::engine::general_purpose::STANDARD, format!("erp:{secret}"))
    );
    let grant = [("grant_type", "client_credentials")];
    let answer = server.browser().post_with("/token", &[("authorization", &header)], &grant).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
}

async fn what_is_not_described_stays_unless_it_is_pruned(engine: Engine) {
    let engine = another(&engine).await;
    let file = written(&engine, "state.toml", DESCRIPTION);
    printed(&run(&engine, &["apply", &file, "--yes", "--json"]));
    let less = written(&engine, "less.toml", "[organisations.\"Kantoor Jansen\"]\ndisabled = true\n");
    let kept = printed(&run(&engine, &["apply", &less, "--yes", "--json"]));
    assert_eq!(kept["plan"].as_array().unwrap().len(), 1, "{kept}");
    let state = exported(&engine);
    assert!(state["apps"]["erp"].is_object());
    let office = &state["organisations"]["Kantoor Jansen"];
    assert_eq!((&office["disabled"], &office["policy"]["remembering"]), (&json!(true), &json!("never")));
    let pruned = printed(&run(&engine, &["apply", &less, "--yes", "--json", "--prune", "apps"]));
    assert_eq!(pruned["plan"][1]["act"], "remove");
    assert_eq!(exported(&engine)["apps"], json!({}));
    assert_eq!(run(&engine, &["apply", &less, "--prune", "organisations"]).status.code(), Some(2));
}

async fn every_fault_of_a_description_is_told_at_once(engine: Engine) {
    let engine = another(&engine).await;
    let wrong = "users = 1\n[organisations.A.policy]\nkind = 1\nsession_hours = 0\n[apps.erp]\nnam = \"x\"\nprofile = \"saml\"\n";
    let faults = refused(&run(&engine, &["apply", &written(&engine, "wrong.toml", wrong), "--yes"]));
    let mut paths: Vec<&str> = faults.lines().filter_map(|line| line.split(": ").next()).collect();
    paths.sort_unstable();
    assert_eq!(paths, ["apps.erp.nam", "apps.erp.profile", "organisations.A.policy.kind", "users"], "{faults}");
    let wrong = "[organisations.A.policy]\nsession_hours = 0\n[organisations.B.policy]\nsession_idle_minutes = 1\n";
    let faults = refused(&run(&engine, &["apply", &written(&engine, "wrong.toml", wrong), "--yes"]));
    assert!(faults.contains("organisations.A.policy.session_hours:"), "{faults}");
    assert!(faults.contains("organisations.B.policy.session_idle_minutes:"), "{faults}");
    let wrong =
        "[apps.one]\nname = \"One\"\n[apps.two]\nname = \"Two\"\nmetadata.redirect_uris = [\"http://x.example\"]\n";
    let faults = refused(&run(&engine, &["apply", &written(&engine, "wrong.toml", wrong), "--yes"]));
    assert!(faults.contains("apps.one.metadata.redirect_uris:") && faults.contains("apps.two.metadata.redirect_uris:"));
    let faults = refused(&run(&engine, &["apply", &written(&engine, "wrong.toml", "version = 1\n[apps\n"), "--yes"]));
    assert!(faults.contains("line 2"), "{faults}");
    assert!(refused(&run(&engine, &["apply", "none.toml"])).contains("none.toml cannot be read"));
    assert_eq!(exported(&engine)["apps"], json!({}), "nothing was changed");
    assert!(Path::new(&engine.folder.path().join("wrong.toml")).exists());
}

async fn a_key_of_the_command_line_opens_the_api(engine: Engine) {
    let api = Api::of(Server::start(&engine).await).await;
    let made =
        printed(&run(&engine, &["api-key", "add", "ERP", "--scope", "admin:apps:read", "--days", "2", "--json"]));
    let key = text(&made, "secret").to_owned();
    done(&api.get("/apps", &key).await);
    let org = api.server.organisation.to_string();
    let bound = printed(&run(&engine, &["api-key", "add", "HR", "--scope", "all", "--org", &org, "--json"]));
    done(&api.get("/accounts", text(&bound, "secret")).await);
    assert!(!text(&bound, "scope").contains("apps"));
    let list = printed(&run(&engine, &["api-key", "list", "--json"]));
    assert_eq!(list.as_array().unwrap().len(), 2);
    assert!(!list.to_string().contains(&key));
    for arguments in [
        ["api-key", "add", "X", "--scope", "admin:everything"],
        ["api-key", "add", " ", "--scope", "admin:apps:read"],
        ["api-key", "add", "X", "--scope", "admin:scim"],
    ] {
        assert_eq!(refused(&run(&engine, &arguments)).lines().count(), 1);
    }
    assert!(run(&engine, &["api-key", "remove", text(&made, "id")]).status.success());
    assert_eq!(api.get("/apps", &key).await.status, 401);
    assert!(refused(&run(&engine, &["api-key", "remove", text(&made, "id")])).contains("ended before"));
}

async fn whoever_looks_after_an_office_is_told_of_other_rules(engine: Engine) {
    const ANNA: &str = "anna@kantoor.nl";
    let server = Server::start(&engine).await;
    let told = async || crate::support::codes::number(&server, "SELECT COUNT(*) AS n FROM outbox").await;
    let rules = |hours: u64| {
        let described =
            json!({ "version": 1, "organisations": { "Kantoor De Vries": { "policy": { "session_hours": hours } } } });
        written(&engine, "rules.json", &described.to_string())
    };
    let apply = |file: &str, more: &[&str]| run(&engine, &[&["apply", file, "--json"], more].concat());
    let file = rules(8);
    assert!(apply(&file, &["--dry-run"]).status.success());
    assert_eq!(told().await, 0, "looking at a plan tells nobody");
    let done = apply(&file, &["--yes"]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    // The command has the real time, which is ahead of a clock that stands still.
    server.clock.advance(60);
    let mail = server.mailbox().wait_for(ANNA).await;
    assert_eq!(mail.subject.as_deref(), Some("The security rules of Kantoor De Vries were changed"));
    let text = mail.text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains("Whoever runs this installation changed the security rules"), "{text}");
    assert!(text.contains("Ask whoever runs this installation.") && mail.links().is_empty(), "{text}");
    assert!(apply(&file, &["--yes"]).status.success());
    assert_eq!(told().await, 1, "what stays as it is is no news");
    // The same by the command for one organisation, and by a program.
    assert!(run(&engine, &["org", "set", "Kantoor De Vries", "--session-hours", "8"]).status.success());
    assert_eq!(told().await, 1);
    assert!(run(&engine, &["org", "set", "Kantoor De Vries", "--session-hours", "9"]).status.success());
    server.clock.advance(60);
    let mail = server.mailbox().wait_for(ANNA).await;
    assert!(mail.text.contains("Whoever runs this installation"), "{}", mail.text);
    let organisation = server.organisation.to_string();
    let api = Api::of(server).await;
    let key = &api.key(ALL, None).await;
    let changed = api.patch(&format!("/organisations/{organisation}/policy"), key, json!({ "session_hours": 7 })).await;
    assert_eq!(changed.status, 200, "{}", changed.body);
    let mail = api.server.mailbox().wait_for(ANNA).await;
    assert_eq!(mail.subject.as_deref(), Some("The security rules of Kantoor De Vries were changed"));
}
