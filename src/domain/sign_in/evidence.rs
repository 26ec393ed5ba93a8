//! What verifiers proved about the person in front of the browser.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::domain::ids::{AccountId, FactorId};
use crate::domain::network::Network;
use crate::domain::{FactorKind, Timestamp};

/// One thing that a verifier saw proven. Only verifiers write it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Proof {
    /// The right password.
    Password {
        /// When it was verified.
        at: Timestamp,
    },
    /// A passkey, with user verification: alone, or as the second step.
    Passkey {
        /// When it was verified.
        at: Timestamp,
        /// Which.
        factor: FactorId,
        /// Whether it cannot leave its device.
        device_bound: bool,
    },
    /// A second step of another kind.
    Second {
        /// When it was verified.
        at: Timestamp,
        /// Of which kind.
        factor: FactorKind,
        /// Whether it cannot leave its device.
        device_bound: bool,
    },
    /// The second step was done before, in this browser and from this network, and need not be done again yet.
    Remembered {
        /// When this sign-in relied on it.
        at: Timestamp,
        /// Whether it was the rule then that apps are told `mfa` all the same.
        claims_mfa: bool,
    },
    /// Whoever is there reads the mail of the account: they typed a code or confirmed a link for the place that they come
    /// from, or were invited. It says nothing about who that is.
    Mailbox {
        /// When it was verified.
        at: Timestamp,
    },
    /// The operator of the server handed them the link that they began with. It says where the first administrator is, and
    /// nothing about a mailbox.
    Handed {
        /// When it was opened.
        at: Timestamp,
    },
}

impl Proof {
    /// When it was proven.
    #[must_use]
    pub const fn at(&self) -> Timestamp {
        match self {
            Self::Password { at }
            | Self::Passkey { at, .. }
            | Self::Second { at, .. }
            | Self::Remembered { at, .. }
            | Self::Mailbox { at }
            | Self::Handed { at } => *at,
        }
    }

    /// The strength that it reaches as part of a sign-in.
    const fn acr(&self) -> Acr {
        match self {
            Self::Password { .. }
            | Self::Remembered { claims_mfa: false, .. }
            | Self::Mailbox { .. }
            | Self::Handed { .. } => Acr::Password,
            Self::Passkey { device_bound, .. }
            | Self::Second { factor: FactorKind::Passkey | FactorKind::SecurityKey, device_bound, .. } => {
                if *device_bound {
                    Acr::DeviceBound
                } else {
                    Acr::PhishingResistant
                }
            }
            Self::Second { .. } | Self::Remembered { claims_mfa: true, .. } => Acr::MultiFactor,
        }
    }

    /// Whether it is a step that can be done again next time, besides the password.
    #[must_use]
    pub const fn is_lasting_step(&self) -> bool {
        match self {
            Self::Passkey { .. } => true,
            Self::Second { factor, .. } => !matches!(factor, FactorKind::RecoveryCode),
            Self::Password { .. } | Self::Remembered { .. } | Self::Mailbox { .. } | Self::Handed { .. } => false,
        }
    }

    /// Whether it says who is there, now.
    const fn is_about_the_person(&self) -> bool {
        !matches!(self, Self::Remembered { .. } | Self::Mailbox { .. } | Self::Handed { .. })
    }

    /// The Authentication Method References that it stands for (RFC 8176, section 2).
    fn amr(&self) -> &'static [&'static str] {
        match self {
            Self::Password { .. } => &["pwd"],
            Self::Passkey { device_bound: true, .. } => &["hwk", "user", "mfa"],
            Self::Passkey { device_bound: false, .. } => &["swk", "user", "mfa"],
            Self::Second { factor: FactorKind::Sms, .. } => &["sms", "mfa"],
            Self::Second { factor: FactorKind::Passkey | FactorKind::SecurityKey, device_bound: true, .. } => {
                &["hwk", "mfa"]
            }
            Self::Second { factor: FactorKind::Passkey | FactorKind::SecurityKey, device_bound: false, .. } => {
                &["swk", "mfa"]
            }
            Self::Second { factor: FactorKind::Totp | FactorKind::Email | FactorKind::RecoveryCode, .. } => {
                &["otp", "mfa"]
            }
            Self::Remembered { claims_mfa: true, .. } => &["mfa"],
            Self::Remembered { claims_mfa: false, .. } | Self::Mailbox { .. } | Self::Handed { .. } => &[],
        }
    }
}

/// Who was proven, how, when and from where, in one sign-in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// Whom the proofs are about.
    pub account_id: AccountId,
    /// The proofs, in the order in which they were given; never empty.
    pub proofs: Vec<Proof>,
    /// The network the person signed in from; none where the address could not be told.
    pub network: Option<Network>,
}

impl Evidence {
    /// When the person last proved who they are: the `auth_time` claim (OpenID Connect Core, section 2).
    ///
    /// Relying on a step that was remembered proves nothing new, nor does reading mail.
    #[must_use]
    pub fn auth_time(&self) -> Timestamp {
        let proven = self.proofs.iter().filter(|proof| proof.is_about_the_person());
        proven.map(Proof::at).max().unwrap_or(Timestamp::from_millis(0))
    }

    /// The `amr` claim: each method that was used in this sign-in, once (RFC 8176).
    #[must_use]
    pub fn amr(&self) -> Vec<&'static str> {
        let mut methods: Vec<&'static str> = Vec::new();
        for method in self.proofs.iter().flat_map(Proof::amr) {
            if !methods.contains(method) {
                methods.push(method);
            }
        }
        methods
    }

    /// The `acr` claim that the proofs reach.
    #[must_use]
    pub fn acr(&self) -> Acr {
        self.proofs.iter().map(Proof::acr).max().unwrap_or(Acr::Password)
    }

    /// The strength of what was done in this sign-in: a step that was remembered fulfils no app's wish, whatever apps
    /// are told about it.
    #[must_use]
    pub fn acr_done(&self) -> Acr {
        let done = self.proofs.iter().filter(|proof| proof.is_about_the_person());
        done.map(Proof::acr).max().unwrap_or(Acr::Password)
    }

    /// Whether it begins with something that stands by itself: a password or a passkey.
    #[must_use]
    pub fn has_first_step(&self) -> bool {
        self.proofs.iter().any(|proof| matches!(proof, Proof::Password { .. } | Proof::Passkey { .. }))
    }

    /// Whether the password is among the proofs.
    #[must_use]
    pub fn has_password(&self) -> bool {
        self.proofs.iter().any(|proof| matches!(proof, Proof::Password { .. }))
    }

    /// Whether a passkey is among the proofs.
    #[must_use]
    pub fn has_passkey(&self) -> bool {
        self.proofs.iter().any(|proof| matches!(proof, Proof::Passkey { .. }))
    }

    /// Whether a second step of this kind is among the proofs.
    #[must_use]
    pub fn has_second(&self, kind: FactorKind) -> bool {
        self.proofs.iter().any(|proof| matches!(proof, Proof::Second { factor, .. } if *factor == kind))
    }

    /// Whether the mailbox of the account was read in this sign-in: for a code or link about the place, or for a code that
    /// was the second step.
    #[must_use]
    pub fn has_mailbox(&self) -> bool {
        self.has_second(FactorKind::Email) || self.has_read_mail()
    }

    /// Whether somebody vouches for the place: whoever reads the mail of the account, or the operator who handed them the link.
    #[must_use]
    pub fn vouches_for_place(&self) -> bool {
        self.has_mailbox() || self.proofs.iter().any(|proof| matches!(proof, Proof::Handed { .. }))
    }

    /// Whether the mailbox of the account was read, and not as the second step.
    #[must_use]
    pub fn has_read_mail(&self) -> bool {
        self.proofs.iter().any(|proof| matches!(proof, Proof::Mailbox { .. }))
    }

    /// Whether the second step was left out because it was done before.
    #[must_use]
    pub fn is_remembered(&self) -> bool {
        self.proofs.iter().any(|proof| matches!(proof, Proof::Remembered { .. }))
    }
}

/// How strong an authentication was: the values of the `acr` claim, weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Acr {
    /// A password alone.
    #[serde(rename = "pwd")]
    Password,
    /// A password and a second step.
    #[serde(rename = "mfa")]
    MultiFactor,
    /// A passkey, or a password and a security key: nothing that a false page could pass on.
    #[serde(rename = "phr")]
    PhishingResistant,
    /// The same, with a key that cannot leave its device.
    #[serde(rename = "phrh")]
    DeviceBound,
}

impl Acr {
    /// Every value that can be reached, as discovery advertises them.
    pub const ALL: &[Self] = &[Self::Password, Self::MultiFactor, Self::PhishingResistant, Self::DeviceBound];

    /// The value on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Password => "pwd",
            Self::MultiFactor => "mfa",
            Self::PhishingResistant => "phr",
            Self::DeviceBound => "phrh",
        }
    }
}

impl fmt::Display for Acr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The text is no `acr` value of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is none of the acr values pwd, mfa, phr, phrh")]
pub struct NotAnAcr;

impl FromStr for Acr {
    type Err = NotAnAcr;

    fn from_str(text: &str) -> Result<Self, NotAnAcr> {
        Self::ALL.iter().copied().find(|acr| acr.as_str() == text).ok_or(NotAnAcr)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Random;

    struct Zeros;
    impl Random for Zeros {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(0);
        }
    }

    const AT: Timestamp = Timestamp::from_seconds(7);

    fn evidence(proofs: &[Proof]) -> Evidence {
        Evidence { account_id: AccountId::new(AT, &Zeros), proofs: proofs.to_vec(), network: None }
    }

    fn passkey(device_bound: bool) -> Proof {
        Proof::Passkey { at: AT, factor: FactorId::new(AT, &Zeros), device_bound }
    }

    fn second(factor: FactorKind) -> Proof {
        Proof::Second { at: AT, factor, device_bound: factor == FactorKind::SecurityKey }
    }

    const PASSWORD: Proof = Proof::Password { at: AT };

    #[test]
    fn acr_and_amr_tell_what_was_done_in_this_sign_in() {
        use FactorKind::{Email, RecoveryCode, SecurityKey, Sms, Totp};
        for (proofs, acr, amr) in [
            (vec![PASSWORD], "pwd", vec!["pwd"]),
            (vec![PASSWORD, second(Totp)], "mfa", vec!["pwd", "otp", "mfa"]),
            (vec![PASSWORD, second(Email)], "mfa", vec!["pwd", "otp", "mfa"]),
            (vec![PASSWORD, second(RecoveryCode)], "mfa", vec!["pwd", "otp", "mfa"]),
            (vec![PASSWORD, second(Sms)], "mfa", vec!["pwd", "sms", "mfa"]),
            (vec![PASSWORD, second(SecurityKey)], "phrh", vec!["pwd", "hwk", "mfa"]),
            (vec![passkey(false)], "phr", vec!["swk", "user", "mfa"]),
            (vec![passkey(true)], "phrh", vec!["hwk", "user", "mfa"]),
            (vec![PASSWORD, passkey(false)], "phr", vec!["pwd", "swk", "user", "mfa"]),
            (vec![PASSWORD, Proof::Remembered { at: AT, claims_mfa: false }], "pwd", vec!["pwd"]),
            (vec![PASSWORD, Proof::Remembered { at: AT, claims_mfa: true }], "mfa", vec!["pwd", "mfa"]),
            (vec![PASSWORD, Proof::Mailbox { at: AT }], "pwd", vec!["pwd"]),
            (vec![PASSWORD, Proof::Handed { at: AT }], "pwd", vec!["pwd"]),
        ] {
            let evidence = evidence(&proofs);
            assert_eq!(evidence.acr().as_str(), acr, "{proofs:?}");
            assert_eq!(evidence.amr(), amr, "{proofs:?}");
        }
    }

    #[test]
    fn neither_a_remembered_step_nor_read_mail_makes_anything_fresh() {
        let at = Timestamp::from_seconds(99);
        for later in [Proof::Remembered { at, claims_mfa: false }, Proof::Mailbox { at }, Proof::Handed { at }] {
            assert_eq!(evidence(&[PASSWORD, later]).auth_time(), AT);
        }
    }

    #[test]
    fn acr_values_read_back_and_others_do_not() {
        for acr in Acr::ALL {
            assert_eq!(acr.to_string().parse(), Ok(*acr));
        }
        assert!("urn:mace:incommon:iap:silver".parse::<Acr>().is_err());
    }
}
