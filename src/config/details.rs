//! `oidc.authorization_details`: what apps can ask for in detail (RFC 9396).

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::Faults;
use crate::domain::Language;

/// Where faults are reported.
const KEY: &str = "oidc.authorization_details";

/// A type of detail: what it is called, in words that people read, and which fields it has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DetailType {
    /// The `type` that apps send.
    #[serde(rename = "type")]
    pub name: String,
    /// What it lets an app do, in English.
    pub en: String,
    /// The same in Dutch.
    pub nl: String,
    /// Its fields. Any other is refused, so that nobody consents to what they were not shown.
    #[serde(default)]
    pub fields: Vec<DetailField>,
}

/// A field of a detail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DetailField {
    /// The name that apps send.
    pub name: String,
    /// What it is called in English.
    pub en: String,
    /// The same in Dutch.
    pub nl: String,
    /// What it holds.
    #[serde(default)]
    pub kind: FieldKind,
    /// Whether it must be there.
    #[serde(default)]
    pub required: bool,
    /// The only texts that it may hold; any, if there are none.
    #[serde(default)]
    pub values: Vec<String>,
}

/// What a field holds. Nothing is nested: what people are to agree to fits on a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldKind {
    /// A text.
    #[default]
    Text,
    /// Several texts, such as `actions` and `locations`; fewer of them are less.
    Texts,
    /// A whole number.
    Number,
}

impl DetailType {
    /// What it lets an app do, in this language.
    #[must_use]
    pub fn words(&self, language: Language) -> &str {
        match language {
            Language::English => &self.en,
            Language::Dutch => &self.nl,
        }
    }
}

impl DetailField {
    /// What it is called in this language.
    #[must_use]
    pub fn words(&self, language: Language) -> &str {
        match language {
            Language::English => &self.en,
            Language::Dutch => &self.nl,
        }
    }
}

pub(super) fn validate(types: &[DetailType], faults: &mut Faults) {
    let is_name = |name: &str| (1..=100).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_graphic());
    let is_words = |words: &str| (1..=200).contains(&words.trim().chars().count());
    let names: BTreeSet<&str> = types.iter().map(|known| known.name.as_str()).collect();
    faults.unless(names.len() == types.len(), KEY, "Two types have the same name.");
    for known in types {
        let fields: BTreeSet<&str> = known.fields.iter().map(|field| field.name.as_str()).collect();
        faults.unless(fields.len() == known.fields.len(), KEY, "Two fields of a type have the same name.");
        faults.unless(!fields.contains("type"), KEY, "The field type is the name of the type itself.");
        let sound = known.fields.iter().all(|field| is_name(&field.name)) && is_name(&known.name);
        faults.unless(sound, KEY, "A type and a field have a name of 1 to 100 letters without spaces.");
        let spoken = known.fields.iter().flat_map(|field| [&field.en, &field.nl]).chain([&known.en, &known.nl]);
        faults.unless(
            spoken.into_iter().all(|words| is_words(words)),
            KEY,
            "People read what they agree to: give words in en and nl, of at most 200 letters.",
        );
        faults.unless(
            known.fields.iter().all(|field| field.kind != FieldKind::Number || field.values.is_empty()),
            KEY,
            "Only texts have a list of values.",
        );
    }
}
