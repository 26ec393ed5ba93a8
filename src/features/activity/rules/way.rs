//! How somebody signed in.

use serde::Serialize;

use crate::domain::FactorKind;
use crate::domain::sign_in::{Evidence, Proof};

/// How somebody signed in, as people call it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// A passkey.
    Passkey,
    /// A password and a security key.
    SecurityKey,
    /// A password and a code of an authenticator app.
    Totp,
    /// A password and a text message.
    Sms,
    /// A password and a code by mail.
    Email,
    /// A password and a recovery code.
    RecoveryCode,
    /// A password and another second step.
    SecondStep,
    /// A password alone.
    Password,
}

impl Way {
    /// All of them.
    pub(in crate::features::activity) const ALL: [Self; 8] = [
        Self::Passkey,
        Self::SecurityKey,
        Self::Totp,
        Self::Sms,
        Self::Email,
        Self::RecoveryCode,
        Self::SecondStep,
        Self::Password,
    ];

    /// What was proven in a session.
    #[must_use]
    pub fn of(evidence: &Evidence) -> Self {
        if evidence.has_passkey() {
            return Self::Passkey;
        }
        let second = evidence.proofs.iter().rev().find_map(|proof| match proof {
            Proof::Second { factor, .. } => Some(Self::with(*factor)),
            _ => None,
        });
        second.unwrap_or(Self::Password)
    }

    /// What an event tells: its kind names the last step, and `amr` (RFC 8176) all of them together.
    pub(in crate::features::activity) fn told(kind: &str, amr: &str) -> Self {
        let has = |method| amr.split(' ').any(|told| told == method);
        let last = kind.strip_prefix("sign_in.").and_then(|step| step.parse::<FactorKind>().ok());
        match last {
            _ if has("user") => Self::Passkey,
            Some(factor) => Self::with(factor),
            None if has("hwk") || has("swk") => Self::SecurityKey,
            None if has("sms") => Self::Sms,
            None if has("otp") => Self::SecondStep,
            None => Self::Password,
        }
    }

    const fn with(factor: FactorKind) -> Self {
        match factor {
            FactorKind::Passkey => Self::Passkey,
            FactorKind::SecurityKey => Self::SecurityKey,
            FactorKind::Totp => Self::Totp,
            FactorKind::Sms => Self::Sms,
            FactorKind::Email => Self::Email,
            FactorKind::RecoveryCode => Self::RecoveryCode,
        }
    }
}
