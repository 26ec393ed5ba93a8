//! Secrets that may lie in a file of their own.

use std::path::Path;

use super::Faults;
use crate::domain::Secret;

/// Reads the `_file` twin of a secret, if there is one.
pub(super) fn resolve(key: &str, secret: &mut Secret<String>, file: Option<&Path>, faults: &mut Faults) {
    let Some(file) = file else { return };
    let twin = format!("{key}_file");
    if !secret.expose().is_empty() && !is_default(key, secret.expose()) {
        faults.add(&twin, format!("Set either {key} or {twin}, not both."));
        return;
    }
    match std::fs::read_to_string(file) {
        Ok(text) => *secret = Secret::new(text.trim_end_matches(['\r', '\n']).to_owned()),
        Err(cause) => faults.add(&twin, format!("The file {} cannot be read: {cause}.", file.display())),
    }
}

fn is_default(key: &str, value: &str) -> bool {
    key == "database.url" && value == super::database::DEFAULT_URL
}

/// A secret that is set in the configuration is never written back out.
pub(super) fn hidden<S: serde::Serializer>(secret: &Secret<String>, serializer: S) -> Result<S::Ok, S::Error> {
    // Only the default of database.url is written, and that one is no secret.
    let shown = if secret.expose() == super::database::DEFAULT_URL { secret.expose() } else { "" };
    serializer.serialize_str(shown)
}
