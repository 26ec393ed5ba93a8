//! Who brings people into an organisation.

use std::fmt;
use std::str::FromStr;

use crate::domain::ids::AccountId;
use crate::features::audit::Machine;

/// Who invites somebody, or makes them what they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Giver {
    /// An administrator.
    Person(AccountId),
    /// A program.
    Program(Machine),
}

impl Giver {
    /// The account, where it is a person.
    #[must_use]
    pub const fn person(&self) -> Option<AccountId> {
        match self {
            Self::Person(account) => Some(*account),
            Self::Program(_) => None,
        }
    }
}

impl fmt::Display for Giver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Person(account) => account.fmt(f),
            Self::Program(machine) => machine.fmt(f),
        }
    }
}

impl FromStr for Giver {
    type Err = crate::domain::ids::NotAnId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.parse() {
            Ok(account) => Ok(Self::Person(account)),
            Err(_) => text.parse().map(Self::Program),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_giver_reads_back_from_its_text() {
        let account = "acc_01k0000000000000000000000a";
        let key = "key_01k0000000000000000000000a";
        for text in [account, key, "app:portal", "app:a:b"] {
            let giver: Giver = text.parse().unwrap();
            assert_eq!(giver.to_string(), text);
            assert_eq!(giver.person().map(|id| id.to_string()).as_deref(), (text == account).then_some(text));
        }
        for wrong in ["", "org_01k0000000000000000000000a", "portal", "key_1"] {
            assert!(wrong.parse::<Giver>().is_err(), "{wrong}");
        }
    }
}
