//! Secrets come from a file or from standard input, never from arguments: those stand in the process list.

use std::io::Read as _;
use std::path::Path;

use super::Failure;
use crate::domain::Secret;

/// Reads a secret from `file`, or from standard input when it is `-`; without its last line break.
pub(super) fn read_secret(file: &Path) -> Result<Secret<String>, Failure> {
    let mut text = String::new();
    if file == Path::new("-") {
        std::io::stdin().read_to_string(&mut text)?;
    } else {
        text = std::fs::read_to_string(file)
            .map_err(|cause| Failure(format!("{} cannot be read: {cause}.", file.display())))?;
    }
    while text.ends_with(['\n', '\r']) {
        text.pop();
    }
    Ok(Secret::new(text))
}
