//! What lies in config/deploy: it must fit the program that it is for.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::command_line::{json as printed, run};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("config/deploy")
}

/// The text of every source file.
fn sources() -> String {
    let mut text = String::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                text.push_str(&std::fs::read_to_string(path).unwrap());
            }
        }
    }
    text
}

#[test]
fn the_dashboard_shows_figures_that_there_are() {
    let dashboard: Value =
        serde_json::from_str(&std::fs::read_to_string(folder().join("grafana.json")).unwrap()).unwrap();
    let mut figures = BTreeSet::new();
    for panel in dashboard["panels"].as_array().unwrap() {
        for target in panel["targets"].as_array().unwrap() {
            let words = target["expr"].as_str().unwrap().split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
            figures.extend(words.filter(|word| word.contains('_')).map(str::to_owned));
        }
    }
    assert!(figures.len() >= 8, "{figures:?}");
    let sources = sources();
    for figure in figures {
        assert!(sources.contains(&format!("\"{figure}\"")), "{figure}");
    }
}

#[test]
fn the_drill_restores_a_backup_and_refuses_a_damaged_one() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    printed(&run(home, &["migrate", "--json"]));
    printed(&run(home, &["org", "add", "Kantoor", "--json"]));
    printed(&run(home, &["backup", "today.backup", "--json"]));
    let drill = |backup: &str| {
        let mut command = Command::new(folder().join("drill"));
        command.current_dir(home).args([backup, "keys"]);
        command.env("COUNTERSIGN", env!("CARGO_BIN_EXE_countersign"));
        // It must not be led to the installation itself.
        command.env("COUNTERSIGN__DATABASE__URL", "sqlite:data/countersign.sqlite");
        command.output().unwrap()
    };
    let before = std::fs::read(home.join("data/countersign.sqlite")).unwrap();
    let done = drill("today.backup");
    let told = String::from_utf8_lossy(&done.stdout).into_owned();
    assert!(done.status.success(), "{told}{}", String::from_utf8_lossy(&done.stderr));
    assert!(told.contains("its audit is sound"), "{told}");
    let mut bytes = std::fs::read(home.join("today.backup")).unwrap();
    let place = bytes.len() / 2;
    bytes[place] ^= 1;
    std::fs::write(home.join("bad.backup"), bytes).unwrap();
    assert!(!drill("bad.backup").status.success());
    assert_eq!(std::fs::read(home.join("data/countersign.sqlite")).unwrap(), before, "the installation is as it was");
}
