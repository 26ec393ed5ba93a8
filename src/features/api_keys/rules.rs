//! What keys may do, and which keys there may be.

use std::collections::BTreeSet;
use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

use strum::{Display, EnumIter, EnumString, IntoEnumIterator as _};

use crate::domain::Scope;

/// What a program may do. The text is a scope (RFC 6749, section 3.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Display, EnumString, EnumIter)]
pub enum Right {
    /// See apps.
    #[strum(serialize = "admin:apps:read")]
    ReadApps,
    /// Register, change and remove apps, and make secrets for them.
    #[strum(serialize = "admin:apps:write")]
    WriteApps,
    /// See organisations.
    #[strum(serialize = "admin:organisations:read")]
    ReadOrganisations,
    /// Add, rename and switch off organisations.
    #[strum(serialize = "admin:organisations:write")]
    WriteOrganisations,
    /// See accounts.
    #[strum(serialize = "admin:accounts:read")]
    ReadAccounts,
    /// Invite people, correct their names, sign them out.
    #[strum(serialize = "admin:accounts:write")]
    WriteAccounts,
    /// See who belongs to an organisation, and as what.
    #[strum(serialize = "admin:memberships:read")]
    ReadMemberships,
    /// Change that.
    #[strum(serialize = "admin:memberships:write")]
    WriteMemberships,
    /// See the rules of an organisation.
    #[strum(serialize = "admin:policies:read")]
    ReadPolicies,
    /// Change them.
    #[strum(serialize = "admin:policies:write")]
    WritePolicies,
    /// See which networks people come from.
    #[strum(serialize = "admin:networks:read")]
    ReadNetworks,
    /// Validate and block networks.
    #[strum(serialize = "admin:networks:write")]
    WriteNetworks,
    /// See the signing keys; never their private half.
    #[strum(serialize = "admin:keys:read")]
    ReadKeys,
    /// Rotate the signing keys.
    #[strum(serialize = "admin:keys:write")]
    WriteKeys,
    /// Read the audit.
    #[strum(serialize = "admin:audit:read")]
    ReadAudit,
    /// See API keys; never the keys themselves.
    #[strum(serialize = "admin:api-keys:read")]
    ReadApiKeys,
    /// Make API keys with no more rights than one's own, and end keys.
    #[strum(serialize = "admin:api-keys:write")]
    WriteApiKeys,
    /// Provision people and groups by SCIM (RFC 7644).
    #[strum(serialize = "admin:scim")]
    Scim,
}

impl Right {
    /// Whether it is about one organisation, so that a key of one organisation may have it.
    #[must_use]
    pub const fn is_of_an_organisation(self) -> bool {
        !matches!(
            self,
            Self::ReadApps
                | Self::WriteApps
                | Self::WriteOrganisations
                | Self::ReadKeys
                | Self::WriteKeys
                | Self::ReadApiKeys
                | Self::WriteApiKeys
        )
    }
}

/// A set of rights.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rights(BTreeSet<Right>);

/// A text names something that is no right.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no scope {0}")]
pub struct NotARight(pub String);

impl Rights {
    /// All that there are.
    #[must_use]
    pub fn all() -> Self {
        Self(Right::iter().collect())
    }

    /// All that an administrator of an organisation has by being one.
    #[must_use]
    pub fn of_an_administrator() -> Self {
        Self(BTreeSet::from([
            Right::WriteAccounts,
            Right::WriteMemberships,
            Right::WriteNetworks,
            Right::WritePolicies,
            Right::ReadAudit,
        ]))
    }

    /// The rights among these scopes; the others are no business of the API.
    #[must_use]
    pub fn in_scope(scope: &Scope) -> Self {
        Self(scope.iter().filter_map(|token| token.parse().ok()).collect())
    }

    /// Whether `right` is one of them.
    #[must_use]
    pub fn contains(&self, right: Right) -> bool {
        self.0.contains(&right)
    }

    /// Whether each is also one of `other`.
    #[must_use]
    pub fn is_within(&self, other: &Self) -> bool {
        self.0.is_subset(&other.0)
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = Right> {
        self.0.iter().copied()
    }
}

impl FromIterator<Right> for Rights {
    fn from_iter<T: IntoIterator<Item = Right>>(rights: T) -> Self {
        Self(rights.into_iter().collect())
    }
}

impl FromStr for Rights {
    type Err = NotARight;

    fn from_str(text: &str) -> Result<Self, NotARight> {
        let tokens = text.split(' ').filter(|token| !token.is_empty());
        tokens.map(|token| token.parse().map_err(|_| NotARight(token.to_owned()))).collect::<Result<_, _>>().map(Self)
    }
}

impl fmt::Display for Rights {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, right) in self.0.iter().enumerate() {
            if place > 0 {
                f.write_str(" ")?;
            }
            right.fmt(f)?;
        }
        Ok(())
    }
}

/// How many days a key may work.
pub const KEY_LIFETIMES: RangeInclusive<u32> = 1..=730;

/// The longest name of a key, in characters.
const LONGEST_NAME: usize = 100;

/// Why there may be no such key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyProblem {
    /// The name.
    #[error("A name has 1 to 100 characters.")]
    Name,
    /// It could do nothing.
    #[error("Give the key at least one scope.")]
    NoRight,
    /// A key of one organisation cannot do this.
    #[error("A key of one organisation cannot have the scope {0}.")]
    NotOfAnOrganisation(Right),
    /// A key for SCIM provisions one organisation.
    #[error("The scope admin:scim is for a key of one organisation.")]
    ScimNeedsAnOrganisation,
    /// How long it works.
    #[error("A key works for 1 to 730 days.")]
    Lifetime,
}

impl KeyProblem {
    /// The field that is wrong.
    #[must_use]
    pub const fn field(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::NoRight | Self::NotOfAnOrganisation(_) | Self::ScimNeedsAnOrganisation => "scope",
            Self::Lifetime => "expires_in_days",
        }
    }
}

/// Checks a key before it is made, and gives its name without spaces around it.
///
/// # Errors
///
/// Why there may be no such key.
pub fn check_key<'a>(
    name: &'a str,
    rights: &Rights,
    is_of_an_organisation: bool,
    days: u32,
) -> Result<&'a str, KeyProblem> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
        return Err(KeyProblem::Name);
    }
    if rights.is_empty() {
        return Err(KeyProblem::NoRight);
    }
    if is_of_an_organisation && let Some(right) = rights.iter().find(|right| !right.is_of_an_organisation()) {
        return Err(KeyProblem::NotOfAnOrganisation(right));
    }
    if !is_of_an_organisation && rights.contains(Right::Scim) {
        return Err(KeyProblem::ScimNeedsAnOrganisation);
    }
    if !KEY_LIFETIMES.contains(&days) {
        return Err(KeyProblem::Lifetime);
    }
    Ok(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rights_read_back_from_their_text() {
        assert_eq!(Rights::all().to_string().parse(), Ok(Rights::all()));
        assert_eq!("".parse(), Ok(Rights::default()));
        for wrong in ["openid", "admin", "admin:apps", "admin:apps:read,admin:apps:write", "ADMIN:APPS:READ"] {
            assert_eq!(wrong.parse::<Rights>(), Err(NotARight(wrong.to_owned())));
        }
    }

    #[test]
    fn scopes_of_other_things_are_no_rights() {
        let scope: Scope = "openid admin:apps:read invoices:read".parse().unwrap();
        assert_eq!(Rights::in_scope(&scope), Rights::from_iter([Right::ReadApps]));
    }

    #[test]
    fn a_key_has_a_name_a_right_and_an_end() {
        let apps: Rights = [Right::ReadApps].into_iter().collect();
        let people: Rights = [Right::ReadAccounts].into_iter().collect();
        assert_eq!(check_key(" ERP ", &apps, false, 90), Ok("ERP"));
        assert_eq!(check_key("ERP", &people, true, 90), Ok("ERP"));
        for (name, rights, bound, days, problem) in [
            (" ", &apps, false, 90, KeyProblem::Name),
            ("a\nb", &apps, false, 90, KeyProblem::Name),
            ("ERP", &Rights::default(), false, 90, KeyProblem::NoRight),
            ("ERP", &apps, true, 90, KeyProblem::NotOfAnOrganisation(Right::ReadApps)),
            ("ERP", &[Right::Scim].into_iter().collect(), false, 90, KeyProblem::ScimNeedsAnOrganisation),
            ("ERP", &apps, false, 0, KeyProblem::Lifetime),
            ("ERP", &apps, false, 731, KeyProblem::Lifetime),
        ] {
            assert_eq!(check_key(name, rights, bound, days), Err(problem));
        }
    }

    #[test]
    fn what_changes_the_instance_is_not_for_one_organisation() {
        for right in Right::iter() {
            let of_instance = ["admin:apps", "admin:keys", "admin:api-keys", "admin:organisations:write"];
            let text = right.to_string();
            assert_eq!(
                right.is_of_an_organisation(),
                !of_instance.iter().any(|start| text.starts_with(start)),
                "{text}"
            );
        }
    }
}
