//! What an act means to systems that share security events: the words of CAEP and RISC (OpenID Continuous Access
//! Evaluation Profile 1.0, section 3; OpenID RISC Profile 1.0, section 2).
//!
//! Every act is recorded in its own transaction, so the one table below, read there, misses none and invents none.

use serde_json::{Map, Value, json};

use super::Event;
use crate::domain::ids::AccountId;
use crate::domain::sign_in::Acr;

/// What the event types of either specification begin with.
const CAEP: &str = "https://schemas.openid.net/secevent/caep/event-type/";
const RISC: &str = "https://schemas.openid.net/secevent/risc/event-type/";

/// What an act tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Told {
    /// Sessions ended: the one that is named, or all but the one of whoever did it.
    SessionsRevoked,
    /// A way to sign in changed; its kind, or none where the act names it, and how.
    CredentialChanged(Option<&'static str>, &'static str),
    /// Nothing but a password is left, where the act says so.
    AssuranceLowered,
    /// Something about the account itself.
    Account(&'static str),
}

/// The acts, and what each tells when it was done.
const ACTS: &[(&str, &[Told])] = &[
    ("session.end", &[Told::SessionsRevoked]),
    ("session.end_all", &[Told::SessionsRevoked]),
    ("session.sign_out", &[Told::SessionsRevoked]),
    ("network.blocked", &[Told::SessionsRevoked]),
    ("password.change", &[Told::CredentialChanged(Some("password"), "update"), Told::SessionsRevoked]),
    ("password.reset", &[Told::CredentialChanged(Some("password"), "update"), Told::SessionsRevoked]),
    ("password.remove", &[Told::CredentialChanged(Some("password"), "delete"), Told::SessionsRevoked]),
    ("factor.add", &[Told::CredentialChanged(None, "create"), Told::SessionsRevoked]),
    ("factor.remove", &[Told::CredentialChanged(None, "delete"), Told::SessionsRevoked, Told::AssuranceLowered]),
    ("recovery_codes.renew", &[Told::CredentialChanged(Some("recovery-code"), "update")]),
    ("recovery.use", &[Told::Account("recovery-activated"), Told::SessionsRevoked]),
    ("email.change", &[Told::Account("identifier-changed")]),
    ("email.undo", &[Told::Account("identifier-changed"), Told::SessionsRevoked]),
    ("membership.disable", &[Told::Account("account-disabled"), Told::SessionsRevoked]),
    ("membership.enable", &[Told::Account("account-enabled")]),
    ("account.disable", &[Told::Account("account-disabled"), Told::SessionsRevoked]),
    ("account.erase", &[Told::Account("account-purged")]),
];

/// An event as it is kept for whoever takes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Signal {
    /// Its type, an address.
    pub(super) kind: String,
    /// Whom it is about.
    pub(super) account: AccountId,
    /// The session that it is about; none means all that the act ended.
    pub(super) session: Option<String>,
    /// The members of the event beside its time.
    pub(super) details: Map<String, Value>,
}

/// What an event tells. What was refused, or about nobody, tells nothing.
pub(super) fn signals(event: &Event) -> Vec<Signal> {
    let Some(account) = event.subject.filter(|_| event.outcome == "done") else { return Vec::new() };
    let told = ACTS.iter().find(|(kind, _)| *kind == event.kind).map(|(_, told)| *told).unwrap_or_default();
    let fact = |name: &str| event.facts.get(name).and_then(Value::as_str);
    let by = match event.actor {
        Some(actor) if actor == account => "user",
        Some(_) => "admin",
        None if fact("by").is_some() => "admin",
        None => "system",
    };
    let signal = |kind: String, members: Value| {
        let mut details = Map::from_iter([("initiating_entity".to_owned(), json!(by))]);
        details.extend(members.as_object().cloned().unwrap_or_default());
        Signal { kind, account, session: None, details }
    };
    told.iter()
        .filter_map(|told| match told {
            Told::SessionsRevoked => {
                let session = fact("session").map(str::to_owned);
                Some(Signal { session, ..signal(format!("{CAEP}session-revoked"), json!({})) })
            }
            Told::CredentialChanged(kind, how) => {
                let kind = kind.or_else(|| fact("kind").map(credential_type))?;
                let members = json!({ "credential_type": kind, "change_type": how });
                Some(signal(format!("{CAEP}credential-change"), members))
            }
            Told::AssuranceLowered => (fact("assurance") == Some("lowered")).then(|| {
                let members = json!({
                    "namespace": "acr",
                    "previous_level": Acr::MultiFactor,
                    "current_level": Acr::Password,
                    "change_direction": "decrease",
                });
                signal(format!("{CAEP}assurance-level-change"), members)
            }),
            Told::Account(kind) => Some(signal(format!("{RISC}{kind}"), json!({}))),
        })
        .collect()
}

/// What CAEP (section 3.3.1) calls a kind of factor; where it has no word, ours.
fn credential_type(kind: &str) -> &'static str {
    match kind {
        "passkey" => "fido2-platform",
        "security_key" => "fido2-roaming",
        "totp" => "app",
        "sms" => "phone-sms",
        "email" => "email",
        "recovery_code" => "recovery-code",
        _ => "other",
    }
}

#[cfg(test)]
mod tests;
