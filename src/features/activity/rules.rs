//! What events mean to the people whom they are about, and to who looks after them.

mod way;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use way::Way;

/// What people want to see of their events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    /// All of them.
    #[default]
    All,
    /// Signing in and out.
    SignIns,
    /// What protects the account.
    Security,
    /// Apps.
    Apps,
}

impl Topic {
    /// How the kinds of its events begin; empty for all.
    #[must_use]
    pub const fn kinds(self) -> &'static [&'static str] {
        match self {
            Self::All => &[],
            Self::SignIns => &["sign_in.", "session.", "invitation."],
            Self::Security => &[
                "password.",
                "factor.",
                "recovery_codes.",
                "device.",
                "email.",
                "account.",
                "network.",
                "recovery.",
                "membership.",
                "organisation.",
                "helpdesk.",
            ],
            Self::Apps => &["app.", "code.", "refresh_token."],
        }
    }
}

/// For how long back people want to see their events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Period {
    /// A week.
    #[serde(rename = "7")]
    Week,
    /// Fourteen days.
    #[serde(rename = "14")]
    Fortnight,
    /// Thirty days.
    #[default]
    #[serde(rename = "30")]
    Month,
    /// Ninety days.
    #[serde(rename = "90")]
    Quarter,
}

impl Period {
    /// How many days.
    #[must_use]
    pub const fn days(self) -> u16 {
        match self {
            Self::Week => 7,
            Self::Fortnight => 14,
            Self::Month => 30,
            Self::Quarter => 90,
        }
    }
}

/// Which sentence says an event: the end of the key of its words.
#[must_use]
pub(super) fn sentence(kind: &str, outcome: &str) -> &'static str {
    let (area, act) = kind.split_once('.').unwrap_or((kind, ""));
    match (area, act, outcome) {
        ("sign_in", "stopped", _) => "sign-in-stopped",
        ("sign_in", "link", _) => "sign-in-link",
        ("sign_in", _, "sent") => "sign-in-mailed",
        ("sign_in", "password" | "passkey", "wrong_password") => "wrong-password",
        ("sign_in", "password", "continued") => "password-right",
        ("sign_in", _, "continued") => "step",
        ("sign_in", _, "done") => "signed-in",
        ("sign_in", ..) => "refused",
        ("session", "sign_out", _) => "signed-out",
        ("session", "end_all", _) => "signed-out-everywhere",
        ("session", ..) => "session-ended",
        ("invitation", ..) => "invitation",
        ("app", "authorize", _) => "app-opened",
        ("app", "consent" | "device", "denied") => "app-denied",
        ("app", "consent" | "device", _) => "app-allowed",
        ("app", "disconnect", _) => "app-removed",
        ("app", "organisation", _) => "app-organisation",
        ("app", "preview", _) => "app-previewed",
        ("app", "try" | "try_consent", _) => "app-tried",
        ("app", "add", _) => "app-added",
        ("app", "remove", _) => "app-gone",
        ("app", ..) => "app-changed",
        ("code" | "refresh_token", "reuse", _) => "app-stopped",
        ("password", "change", "wrong_password") => "wrong-password-change",
        ("password", "demand", _) => "password-demanded",
        ("password", "remove", _) => "password-removed",
        ("password", "forgotten", _) => "password-forgotten",
        ("password", "code" | "link", "wrong") => "password-code-wrong",
        ("password", "code" | "link", _) => "password-mail-read",
        ("password", ..) => "password-changed",
        ("factor", "add", "done") => "factor-added",
        ("factor", "remove", "done") => "factor-removed",
        ("factor", "rename", "done") => "factor-renamed",
        ("factor", "default", "done") => "factor-default",
        ("recovery_codes", "renew", _) => "codes",
        ("device", "forget", _) => "devices",
        ("email", "ask", _) => "email-asked",
        ("email", "cancel", _) => "email-cancelled",
        ("email", "change", _) => "email-changed",
        ("email", "undo", _) => "email-undone",
        ("profile", ..) => "profile",
        ("network", "known", _) => "network-known",
        ("network", "blocked" | "blocked_for_all", _) => "network-blocked",
        ("network", "removed" | "released", _) => "network-removed",
        ("network", "office", _) => "network-office",
        ("network", "request", _) => "network-request",
        ("network", "automatic_on" | "automatic_off", _) => "network-automatic",
        ("account", "add" | "invite", _) => "account-added",
        ("account", "export", _) => "data-exported",
        ("account", "erase", _) => "account-erased",
        ("recovery", "stop", _) => "recovery-stopped",
        ("recovery", "void" | "withdraw", _) => "recovery-ended",
        ("recovery", "use", _) => "recovery-used",
        ("recovery", ..) => "recovery",
        ("account", "unlock", _) => "account-unlocked",
        ("account", "disable" | "enable", "done") => "account-disabled",
        ("audit", "export", _) => "audit-exported",
        ("webhook", "test", _) => "webhook-tested",
        ("webhook", ..) => "webhook-changed",
        ("keys", "rotate", _) => "keys-rotated",
        ("keys", "revoke", _) => "key-revoked",
        ("keys", ..) => "keys-changed",
        ("instance", "role", _) => "instance-role",
        ("organisation", "disable", _) => "organisation-off",
        ("organisation", "enable", _) => "organisation-on",
        ("organisation", "add", _) => "organisation-added",
        ("membership", "role", _) => "role-changed",
        ("membership", "disable", _) => "membership-off",
        ("membership", "enable", _) => "membership-on",
        ("membership", "groups", _) => "groups-changed",
        ("membership", "join", _) => "membership-joined",
        ("membership", "leave", _) => "membership-left",
        ("membership", "invite", _) => "member-invited",
        ("membership", "decline" | "withdraw", _) => "member-not-invited",
        ("organisation", "policy", "undone") => "rules-undone",
        ("organisation", "policy", _) => "rules-changed",
        ("helpdesk", "access", "given") => "helpdesk-given",
        ("helpdesk", "access", "revoked") => "helpdesk-revoked",
        _ => "other",
    }
}

/// Every sentence, for the samples.
pub(super) const SENTENCES: &[&str] = &[
    "wrong-password",
    "password-right",
    "step",
    "signed-in",
    "refused",
    "signed-out",
    "session-ended",
    "invitation",
    "app-opened",
    "app-denied",
    "app-allowed",
    "app-removed",
    "app-organisation",
    "app-stopped",
    "app-previewed",
    "app-tried",
    "app-added",
    "app-gone",
    "app-changed",
    "wrong-password-change",
    "password-removed",
    "password-forgotten",
    "password-code-wrong",
    "password-mail-read",
    "password-changed",
    "factor-added",
    "factor-removed",
    "factor-renamed",
    "factor-default",
    "codes",
    "devices",
    "email-asked",
    "email-cancelled",
    "email-changed",
    "email-undone",
    "profile",
    "account-added",
    "account-disabled",
    "account-unlocked",
    "data-exported",
    "account-erased",
    "network-automatic",
    "network-blocked",
    "network-known",
    "network-office",
    "network-removed",
    "network-request",
    "recovery",
    "recovery-stopped",
    "recovery-ended",
    "password-demanded",
    "groups-changed",
    "membership-joined",
    "membership-left",
    "member-invited",
    "member-not-invited",
    "recovery-used",
    "sign-in-link",
    "sign-in-mailed",
    "sign-in-stopped",
    "signed-out-everywhere",
    "role-changed",
    "membership-off",
    "membership-on",
    "rules-undone",
    "rules-changed",
    "helpdesk-given",
    "helpdesk-revoked",
    "audit-exported",
    "webhook-tested",
    "webhook-changed",
    "keys-rotated",
    "key-revoked",
    "keys-changed",
    "instance-role",
    "organisation-off",
    "organisation-on",
    "organisation-added",
    "other",
];

/// What a sign-in counts as in the chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bar {
    /// With a passkey.
    Passkey,
    /// With a password and a second step.
    Second,
    /// With a password alone.
    Password,
    /// Not at all.
    Failed,
}

/// What an event counts as in the chart, if it is the end of a sign-in.
pub(super) fn bar(kind: &str, outcome: &str, facts: &Value) -> Option<Bar> {
    if !kind.starts_with("sign_in.") && !kind.starts_with("invitation.") {
        return None;
    }
    match outcome {
        _ if matches!(kind, "sign_in.stopped" | "sign_in.link") => None,
        "continued" | "sent" => None,
        "done" => Some(match Way::told(kind, text(facts, "amr")) {
            Way::Passkey => Bar::Passkey,
            Way::Password => Bar::Password,
            _ => Bar::Second,
        }),
        _ => Some(Bar::Failed),
    }
}

/// A fact that is text.
pub(super) fn text<'a>(facts: &'a Value, name: &str) -> &'a str {
    facts.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// A cell that no spreadsheet takes for a formula (CWE-1236).
#[must_use]
pub fn cell(text: &str) -> String {
    let text = text.replace(['\r', '\n', '\t'], " ");
    if text.starts_with(['=', '+', '-', '@']) { format!("'{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sentence_is_among_the_samples_and_what_is_unknown_has_one() {
        for (kind, outcome) in [
            ("sign_in.password", "wrong_password"),
            ("sign_in.totp", "done"),
            ("sign_in.totp", "wrong_code"),
            ("app.consent", "denied"),
            ("email.undo", "done"),
            ("session.end_all", "done"),
            ("membership.role", "done"),
            ("organisation.policy", "undone"),
            ("helpdesk.access", "given"),
            ("something.new", "done"),
        ] {
            assert!(SENTENCES.contains(&sentence(kind, outcome)), "{kind} {outcome}");
        }
        assert_eq!(sentence("something.new", "done"), "other");
        assert_eq!(sentence("factor.add", "exists"), "other");
    }

    #[test]
    fn the_way_of_a_sign_in_is_told_by_its_last_step() {
        assert_eq!(Way::told("sign_in.password", "pwd"), Way::Password);
        assert_eq!(Way::told("sign_in.totp", "pwd otp mfa"), Way::Totp);
        assert_eq!(Way::told("sign_in.enrol", "pwd otp mfa"), Way::SecondStep);
        assert_eq!(Way::told("sign_in.passkey", "swk user mfa"), Way::Passkey);
        assert_eq!(Way::told("sign_in.security_key", "pwd hwk mfa"), Way::SecurityKey);
    }

    #[test]
    fn a_step_that_goes_on_is_no_bar_and_one_that_fails_is() {
        let facts = Value::Null;
        assert_eq!(bar("sign_in.password", "continued", &facts), None);
        assert_eq!(bar("sign_in.password", "wrong_password", &facts), Some(Bar::Failed));
        assert_eq!(bar("app.authorize", "done", &facts), None);
    }

    #[test]
    fn a_cell_is_never_a_formula() {
        for text in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r\n=1"] {
            assert!(!cell(text).starts_with(['=', '+', '-', '@', '\t', '\r', '\n']), "{text:?}");
        }
        assert_eq!(cell("=1"), "'=1");
        assert_eq!(cell("Anna"), "Anna");
    }
}
