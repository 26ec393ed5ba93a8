//! What a row may say, and how much of it may be put in the place of what stands.

use strum::{Display, EnumIter, EnumString, IntoEnumIterator as _};

/// What a column or a member of an object is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Display, EnumIter, EnumString)]
#[strum(serialize_all = "snake_case")]
pub enum Field {
    /// The e-mail address; every row has one.
    Email,
    /// The full name.
    Name,
    /// The given name.
    GivenName,
    /// The family name.
    FamilyName,
    /// Another name to sign in with.
    Username,
    /// The language of pages and mails.
    Language,
    /// The organisation, by name or identifier.
    Organisation,
    /// What the person is there.
    Role,
    /// The groups that apps are told of.
    Groups,
    /// The hash of the password, as another program made it.
    PasswordHash,
    /// The key of an authenticator app, in base 32 (RFC 4648, section 6) or as an `otpauth:` address.
    TotpSecret,
    /// The IP addresses that sign-ins may come from.
    Networks,
    /// Whether the account is switched off.
    Disabled,
    /// Whether the person has shown to read mail at the address.
    EmailVerified,
}

impl Field {
    /// The field that a column is called after: case, blanks and dashes do not matter.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let plain: String = name.trim().chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
        Self::iter().find(|field| field.to_string().replace('_', "") == plain).or(match plain.as_str() {
            "mail" | "emailaddress" => Some(Self::Email),
            "fullname" | "displayname" => Some(Self::Name),
            "firstname" => Some(Self::GivenName),
            "lastname" | "surname" => Some(Self::FamilyName),
            "locale" => Some(Self::Language),
            "organization" => Some(Self::Organisation),
            "totp" => Some(Self::TotpSecret),
            "ipaddresses" => Some(Self::Networks),
            _ => None,
        })
    }

    /// The field that `name` was meant to be, when one is near.
    #[must_use]
    pub fn near(name: &str) -> Option<Self> {
        Self::iter()
            .map(|field| (strsim::damerau_levenshtein(&field.to_string(), &name.to_lowercase()), field))
            .min()
            .filter(|(distance, _)| *distance <= 3)
            .map(|(_, field)| field)
    }

    /// Whether it may hold several values.
    #[must_use]
    pub const fn is_list(self) -> bool {
        matches!(self, Self::Groups | Self::Networks)
    }

    /// Whether an import may change it on an account that exists. Never what somebody signs in with, nor what they may do.
    #[must_use]
    pub const fn is_updatable(self) -> bool {
        matches!(
            self,
            Self::Name
                | Self::GivenName
                | Self::FamilyName
                | Self::Language
                | Self::Groups
                | Self::Networks
                | Self::Disabled
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_is_known_in_every_spelling() {
        for (name, field) in [
            ("email", Field::Email),
            ("E-mail", Field::Email),
            (" First Name ", Field::GivenName),
            ("passwordHash", Field::PasswordHash),
            ("TOTP secret", Field::TotpSecret),
            ("organization", Field::Organisation),
        ] {
            assert_eq!(Field::named(name), Some(field), "{name}");
        }
        assert_eq!(Field::named("salary"), None);
        assert_eq!(Field::near("usernam"), Some(Field::Username));
        assert_eq!(Field::near("date_of_birth"), None);
    }

    #[test]
    fn what_people_sign_in_with_is_never_replaced() {
        for field in [Field::PasswordHash, Field::TotpSecret, Field::Email, Field::Username, Field::Role] {
            assert!(!field.is_updatable(), "{field}");
        }
    }
}
