//! The addresses of the console.

/// The console of the instance: how everything is.
pub const ADMIN: &str = "/admin";
/// The apps of the instance.
pub const ADMIN_APPS: &str = "/admin/apps";
/// Its organisations.
pub const ADMIN_ORGANISATIONS: &str = "/admin/organisations";
/// Adding one.
pub const ADMIN_ORGANISATIONS_NEW: &str = "/admin/organisations/new";
/// Its people.
pub const ADMIN_PEOPLE: &str = "/admin/people";
/// Who may do what for the instance.
pub const ADMIN_ROLES: &str = "/admin/roles";
/// Leads to the requests to let somebody back in.
pub const ADMIN_RECOVERY: &str = "/admin/recovery";
/// The keys that tokens are signed with.
pub const ADMIN_KEYS: &str = "/admin/keys";
/// Replacing all of them.
pub const ADMIN_KEYS_ROTATE: &str = "/admin/keys/rotate";
/// All that happened.
pub const ADMIN_AUDIT: &str = "/admin/audit";
/// The same to take along.
pub const ADMIN_AUDIT_EXPORT: &str = "/admin/audit/export";
/// What tells a page that follows it that something happened.
pub const ADMIN_AUDIT_LIVE: &str = "/admin/audit/live";
/// The mails and text messages.
pub const ADMIN_OUTBOX: &str = "/admin/outbox";
/// Who is told what happens.
pub const ADMIN_WEBHOOKS: &str = "/admin/webhooks";
/// Adding one.
pub const ADMIN_WEBHOOKS_NEW: &str = "/admin/webhooks/new";
/// What the configuration says.
pub const ADMIN_SETTINGS: &str = "/admin/settings";

/// Somebody, in the console.
#[must_use]
pub fn admin_person(account: impl std::fmt::Display) -> String {
    format!("{ADMIN_PEOPLE}/{account}")
}

/// Doing something about somebody, in the console.
#[must_use]
pub fn admin_person_act(account: impl std::fmt::Display, act: &str) -> String {
    format!("{ADMIN_PEOPLE}/{account}/{act}")
}

/// An organisation, in the console.
#[must_use]
pub fn admin_organisation(organisation: impl std::fmt::Display) -> String {
    format!("{ADMIN_ORGANISATIONS}/{organisation}")
}

/// Doing something about an organisation, in the console.
#[must_use]
pub fn admin_organisation_act(organisation: impl std::fmt::Display, act: &str) -> String {
    format!("{ADMIN_ORGANISATIONS}/{organisation}/{act}")
}

/// Revoking one signing key.
#[must_use]
pub fn admin_key_revoke(kid: &str) -> String {
    format!("{ADMIN_KEYS}/{kid}/revoke")
}

/// A mail or text message, in the console.
#[must_use]
pub fn admin_message(message: impl std::fmt::Display) -> String {
    format!("{ADMIN_OUTBOX}/{message}")
}

/// The HTML of a mail, in the console.
#[must_use]
pub fn admin_message_html(message: impl std::fmt::Display) -> String {
    format!("{}/html", admin_message(message))
}

/// A webhook, in the console.
#[must_use]
pub fn admin_webhook(webhook: impl std::fmt::Display) -> String {
    format!("{ADMIN_WEBHOOKS}/{webhook}")
}

/// What the audit has about somebody or something.
#[must_use]
pub fn admin_audit_about(what: &str) -> String {
    format!("{ADMIN_AUDIT}?q={}", url::form_urlencoded::byte_serialize(what.as_bytes()).collect::<String>())
}
