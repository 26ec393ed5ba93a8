//! About where somebody is.

use std::fmt;

/// About where an address is. It is a guess: it helps people to recognise their own doing, and decides nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// Near a town: its name, and that of its country, if it is known.
    Town(String, Option<String>),
    /// Somewhere in a country.
    Country(String),
}

impl Place {
    /// The place with these names; none without a name.
    #[must_use]
    pub fn named(town: Option<String>, country: Option<String>) -> Option<Self> {
        match (town, country) {
            (Some(town), country) => Some(Self::Town(town, country)),
            (None, Some(country)) => Some(Self::Country(country)),
            (None, None) => None,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Town(town, Some(country)) => write!(f, "{town}, {country}"),
            Self::Town(name, None) | Self::Country(name) => f.write_str(name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_said_as_exactly_as_it_is_known() {
        let said = |town: Option<&str>, country: Option<&str>| {
            Place::named(town.map(str::to_owned), country.map(str::to_owned)).map(|place| place.to_string())
        };
        assert_eq!(said(Some("Utrecht"), Some("Netherlands")).as_deref(), Some("Utrecht, Netherlands"));
        assert_eq!(said(Some("Utrecht"), None).as_deref(), Some("Utrecht"));
        assert_eq!(said(None, Some("Netherlands")).as_deref(), Some("Netherlands"));
        assert_eq!(said(None, None), None);
    }
}
