//! What can be enrolled to prove who somebody is.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use strum::{Display, EnumIter, EnumString, IntoEnumIterator as _};

/// A kind of factor.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Display, EnumString, EnumIter, Serialize, Deserialize,
)]
#[strum(serialize_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum FactorKind {
    /// A discoverable WebAuthn credential with user verification: alone enough, and a second step as well.
    Passkey,
    /// A WebAuthn credential without user verification, such as a U2F key: a second step.
    SecurityKey,
    /// An authenticator app (RFC 6238).
    Totp,
    /// A code in a text message.
    Sms,
    /// A code or link in an e-mail.
    Email,
    /// A code from a list kept for bad days.
    RecoveryCode,
}

/// How much a factor withstands, weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Display, Serialize)]
#[strum(serialize_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum Strength {
    /// Whoever reads the mailbox or takes over the telephone number has it.
    Basic,
    /// It is on a device of the person, but can be typed into a false page.
    Strong,
    /// It works on our own pages only.
    Strongest,
}

impl FactorKind {
    /// How much it withstands.
    #[must_use]
    pub const fn strength(self) -> Strength {
        match self {
            Self::Email | Self::Sms => Strength::Basic,
            Self::Totp | Self::RecoveryCode => Strength::Strong,
            Self::Passkey | Self::SecurityKey => Strength::Strongest,
        }
    }

    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// A set of kinds.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct FactorKinds(u8);

impl FactorKinds {
    /// No kind.
    pub const NONE: Self = Self(0);
    /// Every kind.
    pub const ALL: Self = Self::of(&[
        FactorKind::Passkey,
        FactorKind::SecurityKey,
        FactorKind::Totp,
        FactorKind::Sms,
        FactorKind::Email,
        FactorKind::RecoveryCode,
    ]);

    /// These kinds.
    #[must_use]
    pub const fn of(kinds: &[FactorKind]) -> Self {
        let (mut set, mut index) = (0, 0);
        while index < kinds.len() {
            set |= kinds[index].bit();
            index += 1;
        }
        Self(set)
    }

    /// The kinds that withstand at least this much.
    #[must_use]
    pub fn at_least(strength: Strength) -> Self {
        FactorKind::iter().filter(|kind| kind.strength() >= strength).collect()
    }

    /// Whether `kind` is one of them.
    #[must_use]
    pub const fn contains(self, kind: FactorKind) -> bool {
        self.0 & kind.bit() != 0
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Those that are in both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Those that are in either.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// These without `kind`.
    #[must_use]
    pub const fn without(self, kind: FactorKind) -> Self {
        Self(self.0 & !kind.bit())
    }

    /// These and `kind`.
    #[must_use]
    pub const fn with(self, kind: FactorKind) -> Self {
        Self(self.0 | kind.bit())
    }

    /// Each of them, strongest and most convenient first.
    pub fn iter(self) -> impl Iterator<Item = FactorKind> {
        FactorKind::iter().filter(move |kind| self.contains(*kind))
    }
}

impl FromIterator<FactorKind> for FactorKinds {
    fn from_iter<I: IntoIterator<Item = FactorKind>>(kinds: I) -> Self {
        kinds.into_iter().fold(Self::NONE, Self::with)
    }
}

impl fmt::Debug for FactorKinds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

impl Serialize for FactorKinds {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for FactorKinds {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Vec::<FactorKind>::deserialize(deserializer)?.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_what_was_put_in_and_nothing_else() {
        for kind in FactorKind::iter() {
            let only = FactorKinds::of(&[kind]);
            assert!(FactorKind::iter().all(|other| only.contains(other) == (other == kind)));
            assert_eq!(FactorKinds::ALL.without(kind).or(only), FactorKinds::ALL);
            assert!(FactorKinds::ALL.without(kind).and(only).is_empty());
            assert_eq!(only.with(kind), only);
            assert_eq!(only.or(only), only);
        }
        assert_eq!(FactorKind::iter().collect::<FactorKinds>(), FactorKinds::ALL);
    }

    #[test]
    fn a_set_is_written_as_a_list_of_words() {
        let set = FactorKinds::of(&[FactorKind::RecoveryCode, FactorKind::Passkey]);
        let text = serde_json::to_string(&set).unwrap();
        assert_eq!(text, r#"["passkey","recovery_code"]"#);
        assert_eq!(serde_json::from_str::<FactorKinds>(&text).unwrap(), set);
    }

    #[test]
    fn what_can_be_read_or_taken_over_is_basic() {
        let basic: Vec<_> = FactorKind::iter().filter(|kind| kind.strength() == Strength::Basic).collect();
        assert_eq!(basic, [FactorKind::Sms, FactorKind::Email]);
        let strong = FactorKinds::at_least(Strength::Strong);
        assert!(basic.iter().all(|kind| !strong.contains(*kind)) && strong.contains(FactorKind::Totp));
    }
}
