use std::path::{Path, PathBuf};

use super::*;

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("config").join(name)
}

fn variables(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn written(text: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("countersign.toml");
    std::fs::write(&path, text).unwrap();
    (folder, path)
}

fn keys_of(faults: &Faults) -> Vec<&str> {
    faults.iter().map(|fault| fault.key.as_str()).collect()
}

#[test]
fn the_default_file_says_what_the_code_does() {
    let from_file = Config::load(Some(&file("default.toml")), []).unwrap();
    assert_eq!(serde_json::to_value(&from_file).unwrap(), serde_json::to_value(Config::default()).unwrap());
}

#[test]
fn the_default_file_names_every_key() {
    let text = std::fs::read_to_string(file("default.toml")).unwrap();
    let mut section = String::new();
    let mut named = Vec::new();
    for line in text.lines() {
        if let Some(name) = line.strip_prefix('[') {
            section = name.trim_end_matches(']').to_owned();
        } else if let Some((key, _)) = line.trim_start_matches("# ").split_once(" = ") {
            named.push(format!("{section}.{key}"));
        }
    }
    let mut known = layers::known_keys();
    known.sort();
    named.sort();
    assert_eq!(named, known);
}

#[test]
fn the_development_file_is_sound() {
    Config::load(Some(&file("development.toml")), []).unwrap();
}

#[test]
fn the_production_example_lacks_only_its_secret_files() {
    let faults = Config::load(Some(&file("production.example.toml")), []).unwrap_err();
    assert_eq!(keys_of(&faults), ["database.url_file", "mail.smtp_url_file"]);
}

#[test]
fn every_fault_of_every_layer_is_named_at_once_with_where_it_comes_from() {
    let (_folder, path) = written(
        "[server]\nlisten = \"nowhere\"\nlissen = 1\n[sign_in]\npassword_min_length = \"long\"\n[nonsense]\nkey = 1\n",
    );
    let faults = Config::load(
        Some(&path),
        variables(&[("COUNTERSIGN__TOKENS__CODE_SECONDS", "soon"), ("COUNTERSIGN__SERVER__LISTENN", "127.0.0.1:1")]),
    )
    .unwrap_err();
    let mut keys = keys_of(&faults);
    keys.sort_unstable();
    assert_eq!(
        keys,
        [
            "nonsense.key",
            "server.lissen",
            "server.listen",
            "server.listenn",
            "sign_in.password_min_length",
            "tokens.code_seconds"
        ]
    );
    let text = faults.to_string();
    assert!(text.contains("Did you mean server.listen?"), "{text}");
    assert!(text.contains("COUNTERSIGN__TOKENS__CODE_SECONDS"), "{text}");
    assert!(text.contains(path.to_str().unwrap()), "{text}");
}

#[test]
fn the_environment_wins_over_the_file() {
    let (_folder, path) = written("[server]\npublic_url = \"https://file.example\"\n[branding]\nname = \"File\"\n");
    let config = Config::load(
        Some(&path),
        variables(&[
            ("COUNTERSIGN__SERVER__PUBLIC_URL", "https://env.example"),
            ("COUNTERSIGN__SERVER__TRUSTED_PROXIES", "[\"10.0.0.0/8\"]"),
            ("COUNTERSIGN__BRANDING__HELPDESK_PHONE", "0201234567"),
            ("UNRELATED", "x"),
        ]),
    )
    .unwrap();
    assert_eq!(config.server.issuer(), "https://env.example");
    assert_eq!(config.server.trusted_proxies.len(), 1);
    assert_eq!(config.branding.name, "File");
    assert_eq!(config.branding.helpdesk_phone.as_deref(), Some("0201234567"), "digits may be text");
}

#[test]
fn what_no_type_can_say_is_checked() {
    for (name, value, key) in [
        ("COUNTERSIGN__SERVER__PUBLIC_URL", "http://id.example.nl", "server.public_url"),
        ("COUNTERSIGN__SERVER__PUBLIC_URL", "https://id.example.nl/path", "server.public_url"),
        ("COUNTERSIGN__SERVER__CLIENT_IP_HEADER", "x-forwarded-for", "server.client_ip_header"),
        ("COUNTERSIGN__SERVER__TLS__CERTIFICATE_FILE", "x.pem", "server.tls"),
        ("COUNTERSIGN__DATABASE__URL", "mysql://x", "database.url"),
        ("COUNTERSIGN__DATABASE__READERS", "0", "database.readers"),
        ("COUNTERSIGN__KEYS__ALGORITHMS", "[\"ES256\"]", "keys.algorithms"),
        ("COUNTERSIGN__KEYS__ROTATION_DAYS", "1", "keys.rotation_days"),
        ("COUNTERSIGN__MAIL__SMTP_URL", "http://x", "mail.smtp_url"),
        ("COUNTERSIGN__MAIL__FROM", "nobody", "mail.from"),
        ("COUNTERSIGN__SMS__BODY", "hello", "sms.body"),
        ("COUNTERSIGN__SIGN_IN__PASSWORD_MIN_LENGTH", "7", "sign_in.password_min_length"),
        ("COUNTERSIGN__SIGN_IN__ARGON2_MEMORY_KIB", "1024", "sign_in.argon2_memory_kib"),
        ("COUNTERSIGN__TOKENS__CODE_SECONDS", "61", "tokens.code_seconds"),
        ("COUNTERSIGN__BRANDING__TIME_ZONE", "Utrecht/Oudegracht", "branding.time_zone"),
        ("COUNTERSIGN__BRANDING__NAME", " ", "branding.name"),
        ("COUNTERSIGN__LOG__LEVEL", "loud=very", "log.level"),
    ] {
        let faults = Config::load(None, variables(&[(name, value)])).unwrap_err();
        assert!(keys_of(&faults).contains(&key), "{name}={value}: {faults}");
    }
}

#[test]
fn a_secret_may_lie_in_a_file_but_not_in_both_places() {
    let (_folder, path) = written("postgres://me:hunter2@db/countersign\n");
    let path = path.to_str().unwrap();
    let from_file = Config::load(None, variables(&[("COUNTERSIGN__DATABASE__URL_FILE", path)])).unwrap();
    assert_eq!(from_file.database.url.expose(), "postgres://me:hunter2@db/countersign");
    let both = variables(&[("COUNTERSIGN__DATABASE__URL_FILE", path), ("COUNTERSIGN__DATABASE__URL", "postgres://x")]);
    assert_eq!(keys_of(&Config::load(None, both).unwrap_err()), ["database.url_file"]);
}

#[test]
fn secrets_are_neither_printed_nor_written() {
    let secret = "postgres://me:hunter2@db/countersign";
    let config = Config::load(None, variables(&[("COUNTERSIGN__DATABASE__URL", secret)])).unwrap();
    assert!(!format!("{config:?}").contains("hunter2"));
    assert!(!serde_json::to_string(&config).unwrap().contains("hunter2"));
}

#[test]
fn a_missing_file_is_one_fault() {
    let faults = Config::load(Some(Path::new("/nonexistent/countersign.toml")), []).unwrap_err();
    assert_eq!(faults.iter().count(), 1);
    assert!(faults.to_string().contains("cannot be read"));
}
