//! The paths of passkeys, and of the ceremonies that they are made and used in.

use super::ACCOUNT_PASSKEYS;

/// Begins the ceremony of the page at `path`.
#[must_use]
pub fn begin(path: &str) -> String {
    format!("{path}/begin")
}

/// Finishes the ceremony of the page at `path`.
#[must_use]
pub fn finish(path: &str) -> String {
    format!("{path}/finish")
}

/// Giving a passkey or security key another name.
#[must_use]
pub fn rename_passkey(factor: impl std::fmt::Display) -> String {
    format!("{ACCOUNT_PASSKEYS}/{factor}/rename")
}

/// Removing a passkey or security key.
#[must_use]
pub fn remove_passkey(factor: impl std::fmt::Display) -> String {
    format!("{ACCOUNT_PASSKEYS}/{factor}/remove")
}
