//! Scopes (RFC 6749, section 3.3).

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The longest scope text that is read, in bytes.
const LONGEST: usize = 1024;
/// The most scope tokens that are read.
const MOST: usize = 50;

/// A set of scope tokens, without order and without doubles.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope(BTreeSet<String>);

/// The text is no scope: a character outside of RFC 6749's `NQCHAR`, or too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not a scope")]
pub struct NotAScope;

impl Scope {
    /// Whether `token` is one of the scopes.
    #[must_use]
    pub fn contains(&self, token: &str) -> bool {
        self.0.contains(token)
    }

    /// Whether there is none at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether every scope is also one of `other`.
    #[must_use]
    pub fn is_within(&self, other: &Self) -> bool {
        self.0.is_subset(&other.0)
    }

    /// The scopes that are also in `other`.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        Self(self.0.intersection(&other.0).cloned().collect())
    }

    /// The scopes that are not in `other`.
    #[must_use]
    pub fn without(&self, other: &Self) -> Self {
        Self(self.0.difference(&other.0).cloned().collect())
    }

    /// The scopes of both.
    #[must_use]
    pub fn or(&self, other: &Self) -> Self {
        Self(self.0.union(&other.0).cloned().collect())
    }

    /// The scopes but for `token`.
    #[must_use]
    pub fn except(&self, token: &str) -> Self {
        Self(self.0.iter().filter(|one| *one != token).cloned().collect())
    }

    /// Each scope, in alphabetical order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

impl FromStr for Scope {
    type Err = NotAScope;

    fn from_str(text: &str) -> Result<Self, NotAScope> {
        if text.len() > LONGEST {
            return Err(NotAScope);
        }
        let tokens: BTreeSet<String> = text.split(' ').filter(|token| !token.is_empty()).map(str::to_owned).collect();
        let well_formed = tokens.len() <= MOST
            && tokens
                .iter()
                .flat_map(|token| token.bytes())
                .all(|byte| matches!(byte, 0x21 | 0x23..=0x5B | 0x5D..=0x7E));
        if well_formed { Ok(Self(tokens)) } else { Err(NotAScope) }
    }
}

impl<'a> FromIterator<&'a str> for Scope {
    fn from_iter<T: IntoIterator<Item = &'a str>>(tokens: T) -> Self {
        Self(tokens.into_iter().map(str::to_owned).collect())
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, token) in self.0.iter().enumerate() {
            if place > 0 {
                f.write_str(" ")?;
            }
            f.write_str(token)?;
        }
        Ok(())
    }
}

impl Serialize for Scope {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Scope {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_and_doubles_do_not_matter() {
        assert_eq!("openid email  openid".parse::<Scope>(), "email openid".parse());
    }

    #[test]
    fn quotes_backslashes_and_control_characters_are_refused() {
        for text in ["a\"b", "a\\b", "a\tb", "a\nb", "é"] {
            assert_eq!(text.parse::<Scope>(), Err(NotAScope), "{text:?}");
        }
    }

    #[test]
    fn too_many_and_too_long_are_refused() {
        assert!("x".repeat(1025).parse::<Scope>().is_err());
        let many: Vec<String> = (0..51).map(|n| format!("s{n}")).collect();
        assert!(many.join(" ").parse::<Scope>().is_err());
    }

    #[test]
    fn a_narrower_scope_is_within_a_wider_one() {
        let wide: Scope = ["openid", "email"].into_iter().collect();
        let narrow: Scope = ["openid"].into_iter().collect();
        assert!(narrow.is_within(&wide) && !wide.is_within(&narrow));
        assert_eq!(wide.without(&narrow).to_string(), "email");
    }
}
