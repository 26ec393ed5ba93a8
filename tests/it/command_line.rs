//! The program itself: commands, exit codes, and one calm sentence for whatever is wrong.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;

use countersign::app::{OsRandom, World};
use countersign::config::Config;

use crate::support::{Mailbox, TestClock};

pub(crate) fn countersign(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
    command.current_dir(folder).env_clear().args(arguments);
    command
}

pub(crate) fn run(folder: &Path, arguments: &[&str]) -> Output {
    countersign(folder, arguments).output().unwrap()
}

pub(crate) fn json(output: &Output) -> serde_json::Value {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

pub(crate) fn refused(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stdout));
    let sentence = String::from_utf8(output.stderr.clone()).unwrap();
    assert_eq!(sentence.trim_end().lines().count(), 1, "{sentence}");
    sentence
}

/// A server that dies with the test.
pub(crate) struct Serving(pub(crate) Child);

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts `serve` on a free port, and waits until it is ready.
fn serve(folder: &Path) -> (Serving, String) {
    serve_with(folder, &[])
}

/// The same, with these variables.
pub(crate) fn serve_with(folder: &Path, variables: &[(&str, &str)]) -> (Serving, String) {
    let mut child = countersign(folder, &["serve"])
        .envs(variables.iter().copied())
        .env("COUNTERSIGN__SERVER__LISTEN", "127.0.0.1:0")
        .env("COUNTERSIGN__SERVER__DRAIN_SECONDS", "0")
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let serving = Serving(child);
    for line in lines.map_while(Result::ok) {
        if let Some(rest) = line.split("address=").nth(1) {
            return (serving, rest.split_whitespace().next().unwrap().to_owned());
        }
    }
    panic!("the server did not start");
}

#[test]
fn an_app_with_a_certificate_is_added_by_a_command() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    json(&run(folder, &["migrate", "--json"]));
    let add = ["app", "add", "Bank", "--redirect-uri", "https://bank.example/cb", "--auth", "tls"];
    let with = |more: &[&str]| run(folder, &[add.as_slice(), more].concat());
    assert!(refused(&with(&[])).contains("names its certificate"));
    assert!(refused(&with(&["--certificate", "subject_dn=nobody"])).contains("RFC 4514"));
    assert_eq!(with(&["--certificate", "colour=red"]).status.code(), Some(2), "there is no such kind of name");
    let own_secret = with(&["--certificate", "san_dns=bank.example", "--secret-file", "secret"]);
    assert!(refused(&own_secret).contains("has no secret"));
    let told = json(&with(&["--certificate", "san_dns=bank.example", "--bind-certificate", "--json"]));
    assert!(told.get("client_secret").is_none_or(serde_json::Value::is_null), "{told}");
    let shown = json(&run(folder, &["app", "show", told["client_id"].as_str().unwrap(), "--json"]));
    assert_eq!(shown["authentication"], "tls_client_auth");
    assert_eq!(shown["metadata"]["certificate_name"], serde_json::json!({ "san_dns": "bank.example" }));
    assert_eq!(shown["metadata"]["binds_tokens_to_certificate"], true);
    assert!(shown["secrets"].as_array().unwrap().is_empty());
    let own = ["app", "add", "Eigen", "--redirect-uri", "https://bank.example/cb", "--auth", "self-signed-tls"];
    assert!(refused(&run(folder, &own)).contains("x5c"));
}

#[test]
fn a_certificate_in_a_header_is_checked_before_it_is_believed() {
    let folder = tempfile::tempdir().unwrap();
    let check = |settings: &[(&str, &str)]| {
        let mut command = countersign(folder.path(), &["check"]);
        let output = command.envs(settings.iter().copied()).output().unwrap();
        let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        (output.status.success(), said)
    };
    json(&run(folder.path(), &["migrate", "--json"]));
    let header = ("COUNTERSIGN__MTLS__HEADER", "client-cert");
    let proxies = ("COUNTERSIGN__MTLS__PROXIES", "[\"10.0.0.0/8\"]");
    for format in ["rfc9440", "pem", "base64", "envoy", "der", ""] {
        let (_, said) = check(&[header, proxies, ("COUNTERSIGN__MTLS__HEADER_FORMAT", format)]);
        let is_known = !["der", ""].contains(&format);
        assert_eq!(!said.contains("header_format"), is_known, "{format}: {said}");
    }
    let (fine, said) = check(&[header]);
    assert!(!fine && said.contains("mtls.proxies"), "{said}");
}

#[test]
fn an_installation_is_set_up_by_commands_alone() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    assert!(refused(&run(folder, &["org", "list"])).contains("countersign migrate"));
    assert!(json(&run(folder, &["migrate", "--json"]))["steps"].as_u64() > Some(0));
    assert_eq!(json(&run(folder, &["migrate", "--json"]))["steps"], 0);

    let org = json(&run(folder, &["org", "add", "Kantoor De Vries", "--json"]));
    let org = org["id"].as_str().unwrap();
    assert!(refused(&run(folder, &["org", "add", "Kantoor De Vries"])).contains("already"));
    std::fs::write(folder.join("password"), "vier rode fietsen\n").unwrap();
    let add = ["user", "add", "--org", org, "--email", "anna@kantoor.nl", "--name", "Anna", "--json"];
    let mut with_password = add.to_vec();
    with_password.extend(["--password-file", "password"]);
    let user = json(&run(folder, &with_password));
    assert_eq!(user["email"], "anna@kantoor.nl");
    assert!(refused(&run(folder, &add)).contains("There is an account"));
    std::fs::write(folder.join("weak"), "short\n").unwrap();
    let mut weak = add.to_vec();
    weak[5] = "bram@kantoor.nl";
    weak.extend(["--password-file", "weak"]);
    assert!(refused(&run(folder, &weak)).contains("at least 15 characters"));
    assert_eq!(json(&run(folder, &["user", "list", "--json"])).as_array().unwrap().len(), 1);
    assert_eq!(json(&run(folder, &["user", "disable", "anna@kantoor.nl", "--json"]))["sessions_ended"], 0);
    assert_eq!(json(&run(folder, &["user", "list", "--json"]))[0]["state"], "off");

    let app = ["app", "add", "Portal", "--redirect-uri", "https://portal.example/cb", "--json"];
    let app = json(&run(folder, &app));
    assert!(app["client_secret"].as_str().unwrap().len() >= 43);
    let bad = run(folder, &["app", "add", "Portal", "--redirect-uri", "http://portal.example/cb"]);
    assert!(refused(&bad).contains("use https"));
    assert!(refused(&run(folder, &["app", "add", "Portal"])).contains("needs a redirect URI"));
    let id = app["client_id"].as_str().unwrap();
    assert_eq!(json(&run(folder, &["app", "list", "--json"]))[0]["client_id"], id);
    let office = json(&run(folder, &["org", "list", "--json"]))[0]["name"].as_str().unwrap().to_owned();
    let rules = ["--for-organisation", &office, "--require-acr", "mfa", "--refresh-token-days", "7"];
    json(&run(folder, &[["app", "change", id, "--name", "Portaal", "--json"].as_slice(), &rules].concat()));
    let shown = json(&run(folder, &["app", "show", id, "--json"]));
    assert_eq!((shown["name"].as_str(), shown["disabled"].as_bool()), (Some("Portaal"), Some(false)));
    let access = &shown["metadata"]["access"];
    assert_eq!((access["acr"].as_str(), access["refresh_token_days"].as_u64()), (Some("mfa"), Some(7)));
    assert_eq!(access["organisations"].as_array().unwrap().len(), 1);
    json(&run(folder, &["app", "change", id, "--for-everybody", "--require-acr", "pwd", "--json"]));
    let shown = json(&run(folder, &["app", "show", id, "--json"]));
    assert!(shown["metadata"]["access"]["organisations"].is_null() && shown["metadata"]["access"]["acr"].is_null());
    assert!(refused(&run(folder, &["app", "change", id, "--for-organisation", "Nowhere"])).contains("no organisation"));
    assert!(
        refused(&run(folder, &["app", "change", id, "--redirect-uri", "http://portal.example/"])).contains("https")
    );
    json(&run(folder, &["app", "disable", id, "--json"]));
    assert_eq!(json(&run(folder, &["app", "show", id, "--json"]))["disabled"], true);
    json(&run(folder, &["app", "enable", id, "--json"]));
    let second = json(&run(folder, &["app", "secret", "add", id, "--json"]));
    assert!(second["client_secret"].as_str().unwrap().len() >= 43);
    assert!(refused(&run(folder, &["app", "secret", "add", id])).contains("no more"));
    let shown = json(&run(folder, &["app", "show", id, "--json"]));
    let secrets = shown["secrets"].as_array().unwrap();
    assert!(secrets.len() == 2 && secrets[0]["expires_at"].is_i64() && secrets[1]["expires_at"].is_null());
    json(&run(folder, &["app", "secret", "end", id, secrets[0]["id"].as_str().unwrap(), "--json"]));
    assert_eq!(json(&run(folder, &["app", "show", id, "--json"]))["secrets"].as_array().unwrap().len(), 1);
    json(&run(folder, &["app", "remove", id, "--json"]));
    assert!(refused(&run(folder, &["app", "remove", id])).contains("There is no app"));

    assert!(json(&run(folder, &["setup-link", "--json"]))["url"].as_str().unwrap().contains("/setup/"));
    json(&run(folder, &["key", "rotate", "--json"]));
    assert_eq!(json(&run(folder, &["key", "list", "--json"])).as_array().unwrap().len(), 8);
    assert!(json(&run(folder, &["audit", "verify", "--json"]))["Sound"]["events"].as_u64() >= Some(6));
    let export = run(folder, &["audit", "export"]);
    let first: serde_json::Value =
        serde_json::from_slice(export.stdout.split(|b| *b == b'\n').next().unwrap()).unwrap();
    assert_eq!(first["kind"], "organisation.add");
    assert!(run(folder, &["check"]).status.success(), "{}", String::from_utf8_lossy(&run(folder, &["check"]).stdout));
}

#[test]
fn the_rules_of_an_organisation_are_set_by_command() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    json(&run(folder, &["migrate", "--json"]));
    let org = json(&run(folder, &["org", "add", "Kantoor De Vries", "--json"]));
    let shown = || json(&run(folder, &["org", "show", "Kantoor De Vries", "--json"]))["policy"].clone();
    let before = shown();
    assert_eq!(before["second_factor"], serde_json::json!({ "demand": "optional" }), "{before}");

    let set = |arguments: &[&str]| {
        let mut all = vec!["org", "set", "Kantoor De Vries", "--json"];
        all.extend(arguments);
        run(folder, &all)
    };
    let all = [
        ["--second-factor", "required"],
        ["--from", "2030-12-01"],
        ["--remembering", "never"],
        ["--kinds", "totp,security_key"],
        ["--remembered-claims-mfa", "true"],
    ];
    let done = json(&set(&all.concat()))["policy"].clone();
    assert_eq!(done, shown());
    assert_eq!(
        done["second_factor"],
        serde_json::json!({ "demand": "required", "from": 1_922_313_600_000_i64 }),
        "{done}"
    );
    assert_eq!((&done["remembering"], &done["remembered_claims_mfa"]), (&"never".into(), &true.into()));
    let told = run(folder, &["org", "show", org["id"].as_str().unwrap()]);
    let told = String::from_utf8(told.stdout).unwrap();
    for words in ["2030-12-01", "asked at every sign-in", "security_key", "totp"] {
        assert!(told.contains(words), "{words}: {told}");
    }
    json(&set(&["--second-factor", "optional"]));
    let after = shown();
    assert_eq!((&after["remembering"], &after["kinds"]), (&done["remembering"], &done["kinds"]), "the rest stays");

    assert!(refused(&set(&["--second-factor", "required", "--from", "tomorrow"])).contains("2026-12-01"));
    assert!(refused(&set(&["--second-factor", "optional", "--from", "2030-12-01"])).contains("--from"));
    assert!(refused(&run(folder, &["org", "show", "Nobody"])).contains("There is no organisation"));
    for wrong in [["--kinds", "smoke_signal"], ["--second-factor", "perhaps"], ["--from", "2030-12-01"]] {
        assert_eq!(set(&wrong).status.code(), Some(2), "{wrong:?}");
    }
    assert_eq!(shown(), after, "what was refused changed nothing");

    let export = run(folder, &["audit", "export"]);
    let events = String::from_utf8(export.stdout).unwrap();
    let events: Vec<serde_json::Value> = events.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let changes: Vec<_> = events.iter().filter(|event| event["kind"] == "organisation.policy").collect();
    assert_eq!(changes.len(), 2);
    assert_eq!((&changes[0]["facts"]["before"], &changes[0]["facts"]["after"]), (&before, &done));
}

#[test]
fn the_operator_lets_people_back_in_by_command() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    json(&run(folder, &["migrate", "--json"]));
    let org = json(&run(folder, &["org", "add", "Kantoor De Vries", "--json"]));
    let org = org["id"].as_str().unwrap().to_owned();
    let add = |email: &str, role: &str| {
        let add = ["user", "add", "--org", &org, "--email", email, "--name", "Anna", "--role", role, "--json"];
        json(&run(folder, &add));
    };
    add("bram@kantoor.nl", "employee");
    add("anna@kantoor.nl", "administrator");
    let recover = |email: &str| run(folder, &["recover-admin", "--user", email, "--json"]);
    assert!(refused(&recover("bram@kantoor.nl")).contains("no administrator whom nobody else can help"));
    assert!(refused(&recover("zoe@kantoor.nl")).contains("There is no account"));
    let link = json(&recover("anna@kantoor.nl"));
    assert!(link["url"].as_str().unwrap().contains("/recovery/link/"), "{link}");
    assert!(link["expires_at"].is_i64() || link["expires_at"].is_string(), "{link}");
    add("kees@kantoor.nl", "administrator");
    assert!(refused(&recover("anna@kantoor.nl")).contains("nobody else can help"), "there are two now");
    json(&run(folder, &["user", "disable", "kees@kantoor.nl", "--json"]));
    json(&recover("anna@kantoor.nl"));
    assert!(refused(&recover("kees@kantoor.nl")).contains("switched off"));

    let unlock = |more: &[&str]| {
        let mut unlock = vec!["unlock", "--user", "kees@kantoor.nl", "--json"];
        unlock.extend(more);
        json(&run(folder, &unlock))
    };
    assert_eq!((&unlock(&[])["off"], &unlock(&[])["enabled"]), (&true.into(), &false.into()));
    assert_eq!((&unlock(&["--enable"])["enabled"], &unlock(&[])["off"]), (&true.into(), &false.into()));
    assert!(refused(&run(folder, &["unlock", "--user", "zoe@kantoor.nl"])).contains("There is no account"));
    assert_eq!(run(folder, &["unlock"]).status.code(), Some(2));
    let events = String::from_utf8(run(folder, &["audit", "export"]).stdout).unwrap();
    for kind in ["recovery.link", "account.unlock"] {
        assert!(events.contains(kind), "{kind}: {events}");
    }
    assert!(!events.contains(link["url"].as_str().unwrap().rsplit('/').next().unwrap()), "no secret is in the audit");
    json(&run(folder, &["audit", "verify", "--json"]));
}

#[test]
fn wrong_usage_is_exit_code_2() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(run(folder.path(), &["dance"]).status.code(), Some(2));
    assert_eq!(run(folder.path(), &["user", "add"]).status.code(), Some(2));
}

#[test]
fn whatever_is_wrong_is_one_sentence_and_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let with =
        |name: &str, value: &str, arguments: &[&str]| countersign(folder, arguments).env(name, value).output().unwrap();
    let unknown = refused(&with("COUNTERSIGN__SERVER__LISSEN", "127.0.0.1:1", &["serve"]));
    assert!(unknown.contains("Did you mean server.listen?"), "{unknown}");
    let unreachable = with("COUNTERSIGN__DATABASE__URL", "postgres://127.0.0.1:9/x", &["serve"]);
    assert!(refused(&unreachable).contains("The database cannot be reached"));
    assert!(refused(&run(folder, &["serve", "--config", "nowhere.toml"])).contains("cannot be read"));
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let busy = refused(&with("COUNTERSIGN__SERVER__LISTEN", &address, &["serve"]));
    assert!(busy.contains("cannot be listened on") && busy.contains("server.listen"), "{busy}");
    assert!(refused(&run(folder, &["demo", "--listen", &address])).contains("--listen"));
    assert!(refused(&run(folder, &["demo", "--listen", "0.0.0.0:0"])).contains("127.0.0.1 only"));
    assert!(!folder.join("keys").exists() && !folder.join("data").exists(), "nothing was made");
}

#[test]
fn a_lost_or_foreign_vault_key_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    drop(serve(folder));
    let key = folder.join("keys/vault.key");
    let kept = std::fs::read(&key).unwrap();
    std::fs::remove_file(&key).unwrap();
    assert!(refused(&run(folder, &["serve"])).contains("vault.key is missing"));
    assert!(!key.exists(), "no other key was made in its place");
    let other = tempfile::tempdir().unwrap();
    drop(serve(other.path()));
    std::fs::copy(other.path().join("keys/vault.key"), &key).unwrap();
    let foreign = run(folder, &["serve"]);
    assert!(refused(&foreign).contains("another vault.key"), "{}", String::from_utf8_lossy(&foreign.stderr));
    std::fs::write(&key, kept).unwrap();
    drop(serve(folder));
}

#[test]
fn one_file_has_one_server_and_a_stopped_server_ends_cleanly() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let (mut serving, address) = serve(folder);
    let second = countersign(folder, &["serve"]).env("COUNTERSIGN__SERVER__LISTEN", "127.0.0.1:0").output().unwrap();
    assert!(refused(&second).contains("Another server is using"));
    assert_eq!(http_status(&address, "/livez"), 200);
    assert_eq!(http_status(&address, "/readyz"), 200);
    let pid = serving.0.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    assert!(serving.0.wait().unwrap().success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn check_sends_test_messages_and_tells_what_came_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let world = World { clock: Arc::new(TestClock::new()), random: Arc::new(OsRandom) };
    let mailbox = Mailbox::open(world).await;
    let mut config = Config::default();
    mailbox.receive_from(&mut config);
    json(&run(folder.path(), &["migrate", "--json"]));
    let check = |smtp_url: &str, arguments: &[&str]| {
        let mut command = countersign(folder.path(), &["check", "--json"]);
        command
            .args(arguments)
            .env("COUNTERSIGN__MAIL__SMTP_URL", smtp_url)
            .env("COUNTERSIGN__SMS__GATEWAY_URL", config.sms.gateway_url.as_ref().unwrap().as_str())
            .env("COUNTERSIGN__SMS__BODY", &config.sms.body)
            .env("COUNTERSIGN__SMS__ALLOWED_COUNTRIES", "[\"NL\"]");
        command.output().unwrap()
    };
    let smtp_url = config.mail.smtp_url.expose();
    let sent = ["--send-test-mail", "beheer@kantoor.nl", "--send-test-sms", "+31 6 12345678"];
    let findings = json(&check(smtp_url, &sent));
    let says = |what: &str| {
        let found = findings.as_array().unwrap().iter().find(|finding| finding["what"] == what).unwrap();
        found["says"].as_str().unwrap().to_owned()
    };
    assert_eq!(says("test mail"), "The mail server took it (250).");
    assert_eq!(says("test message"), "The SMS gateway answered 202.");
    let mail = mailbox.wait_for("beheer@kantoor.nl").await;
    assert_eq!(mail.subject.as_deref(), Some("Testbericht van Countersign"));
    assert!(mail.text.contains("beheer@kantoor.nl"), "{}", mail.text);
    mailbox.wait_for("+31612345678").await;
    for (smtp_url, arguments, says) in [
        ("", ["--send-test-mail", "a@b.nl"], "Mail is off"),
        ("smtp://127.0.0.1:9", ["--send-test-mail", "a@b.nl"], "cannot be used"),
        (smtp_url, ["--send-test-sms", "+31900123456"], "not a mobile number"),
    ] {
        let refused = check(smtp_url, &arguments);
        assert_eq!(refused.status.code(), Some(1));
        assert!(String::from_utf8_lossy(&refused.stdout).contains(says), "{refused:?}");
    }
    assert_eq!(mailbox.received().len(), 2);
    assert_eq!(check(smtp_url, &["--send-test-mail", "a@b.nl\r\nBcc: c@d.nl"]).status.code(), Some(2));
}

fn http_status(address: &str, path: &str) -> u16 {
    use std::io::{Read as _, Write as _};
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.split(' ').nth(1).unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_acknowledged_session_is_lost_by_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().to_owned();
    json(&run(&folder, &["migrate", "--json"]));
    let org = json(&run(&folder, &["org", "add", "Kantoor", "--json"]));
    std::fs::write(folder.join("password"), "vier rode fietsen").unwrap();
    let add = ["user", "add", "--org", org["id"].as_str().unwrap(), "--email", "anna@kantoor.nl", "--name", "Anna"];
    let mut add = add.to_vec();
    add.extend(["--password-file", "password", "--known-ip", "127.0.0.1", "--json"]);
    json(&run(&folder, &add));
    let mut acknowledged: Vec<String> = Vec::new();
    for round in 0..4_u64 {
        let (mut serving, address) = serve(&folder);
        let (sent, mut received) = tokio::sync::mpsc::unbounded_channel();
        for _ in 0..3 {
            let (origin, sent) = (format!("http://{address}"), sent.clone());
            tokio::spawn(async move {
                loop {
                    let Some(secret) = try_sign_in(&origin).await else { return };
                    let _ = sent.send(secret);
                }
            });
        }
        drop(sent);
        // Killed in the middle of it, after some sign-ins were answered.
        for _ in 0..=round {
            acknowledged.extend(received.recv().await);
        }
        serving.0.kill().unwrap();
        serving.0.wait().unwrap();
        while let Some(secret) = received.recv().await {
            acknowledged.push(secret);
        }
    }
    assert!(acknowledged.len() >= 10, "{}", acknowledged.len());
    let (_serving, address) = serve(&folder);
    for secret in acknowledged {
        let mut browser = crate::support::Browser::new(&format!("http://{address}"));
        browser.cookies.insert("countersign-session".to_owned(), secret);
        assert_eq!(browser.get("/account").await.status, 200, "an acknowledged session was lost");
    }
}

/// Signs in, and returns the secret of the session once the server has acknowledged it.
async fn try_sign_in(origin: &str) -> Option<String> {
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().ok()?;
    let page = client.get(format!("{origin}/sign-in")).send().await.ok()?;
    let cookie = page.headers().get("set-cookie")?.to_str().ok()?.split(';').next()?.to_owned();
    let body = page.text().await.ok()?;
    let start = body.find("name=\"csrf\" value=\"")? + 19;
    let csrf = &body[start..start + body[start..].find('"')?];
    let answer = client
        .post(format!("{origin}/sign-in"))
        .header("sec-fetch-site", "same-origin")
        .header("cookie", cookie)
        .form(&[("csrf", csrf), ("username", "anna@kantoor.nl"), ("password", "vier rode fietsen")])
        .send()
        .await
        .ok()?;
    let mut cookies = answer.headers().get_all("set-cookie").iter().filter_map(|line| line.to_str().ok());
    let pair = cookies.find_map(|line| line.strip_prefix("countersign-session="))?;
    Some(pair.split(';').next()?.to_owned())
}
