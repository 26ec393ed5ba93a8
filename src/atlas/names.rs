//! What is read of a record: names, in the languages that the file has.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::domain::{Language, Place};

/// The longest name that is shown.
const LONGEST: usize = 80;

/// A record of a City or Country database, as far as it is read.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Record {
    city: Named,
    country: Named,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Named {
    names: BTreeMap<String, String>,
}

impl Named {
    /// The name in this language; where there is none, in English.
    fn in_language(&self, language: Language) -> Option<String> {
        let name = self.names.get(language.code()).or_else(|| self.names.get(Language::English.code()))?;
        let name: String = name.chars().filter(|letter| !letter.is_control()).take(LONGEST).collect();
        (!name.trim().is_empty()).then(|| name.trim().to_owned())
    }
}

impl Record {
    pub(super) fn place(&self, language: Language) -> Option<Place> {
        Place::named(self.city.in_language(language), self.country.in_language(language))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(names: &[(&str, &str)]) -> Named {
        Named { names: names.iter().map(|(language, name)| ((*language).to_owned(), (*name).to_owned())).collect() }
    }

    #[test]
    fn a_name_is_in_the_language_or_english_or_missing() {
        let both = named(&[("en", "The Hague"), ("nl", "Den Haag"), ("de", "Den Haag (de)")]);
        assert_eq!(both.in_language(Language::Dutch).as_deref(), Some("Den Haag"));
        assert_eq!(both.in_language(Language::English).as_deref(), Some("The Hague"));
        let english = named(&[("en", "The Hague")]);
        assert_eq!(english.in_language(Language::Dutch).as_deref(), Some("The Hague"));
        assert_eq!(named(&[("de", "Haag")]).in_language(Language::Dutch), None);
        assert_eq!(named(&[("en", " \r\n ")]).in_language(Language::English), None);
    }

    #[test]
    fn a_name_writes_no_lines_and_no_books() {
        let long = format!("Ams\r\nBcc: {}", "x".repeat(200));
        let name = named(&[("en", &long)]).in_language(Language::English).unwrap();
        assert!(name.starts_with("AmsBcc") && name.chars().count() == LONGEST, "{name}");
    }
}
