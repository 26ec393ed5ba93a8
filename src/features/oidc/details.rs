//! What apps ask for in detail, beside scopes (RFC 9396).

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::errors::{ErrorCode, OAuthError};
use super::parameters::Parameters;
use crate::config::{DetailField, DetailType, FieldKind};
use crate::domain::Language;
use crate::features::clients::Client;

/// The parameter.
const NAME: &str = "authorization_details";
/// The longest value of it, in bytes.
const LONGEST: usize = 8 * 1024;
/// The most details at once: more than that nobody reads.
const MOST: usize = 10;
/// The longest text, and the most texts, of a field.
const LONGEST_TEXT: usize = 200;
const MOST_TEXTS: usize = 20;

/// What an app asked for in detail, each of a known type and shape.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Details(Vec<Map<String, Value>>);

/// A detail in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DetailWords {
    /// What it lets the app do.
    pub title: String,
    /// What exactly: the name of each field, and what it holds.
    pub fields: Vec<(String, String)>,
}

const fn invalid(description: &'static str) -> OAuthError {
    OAuthError::new(ErrorCode::InvalidAuthorizationDetails, description)
}

impl Details {
    /// What a request asks for, if the app registered every type and everything has its shape.
    pub(super) fn read(parameters: &Parameters, client: &Client, known: &[DetailType]) -> Result<Self, OAuthError> {
        let Some(text) = parameters.get(NAME) else { return Ok(Self::default()) };
        let read = if text.len() <= LONGEST { serde_json::from_str(text).ok() } else { None };
        let all: Vec<Map<String, Value>> = read.ok_or(invalid("authorization_details is no array of objects"))?;
        if all.is_empty() || all.len() > MOST {
            return Err(invalid("authorization_details holds too many details, or none"));
        }
        for detail in &all {
            let name = detail.get("type").and_then(Value::as_str);
            let registered = |known: &&DetailType| client.metadata.detail_types.contains(&known.name);
            let kind = known.iter().find(|known| Some(known.name.as_str()) == name).filter(registered);
            check(detail, kind.ok_or(invalid("this app may ask for no details of this type"))?)?;
        }
        Ok(Self(all))
    }

    /// Those that the app may still ask for: a type that was withdrawn, from everybody or from it, is in no new token.
    pub(super) fn known(&self, client: &Client, known: &[DetailType]) -> Self {
        let counts = |detail: &&Map<String, Value>| {
            let name = detail.get("type").and_then(Value::as_str).unwrap_or_default();
            let registered = client.metadata.detail_types.iter().any(|kind| kind == name);
            registered && known.iter().any(|kind| kind.name == name)
        };
        Self(self.0.iter().filter(counts).cloned().collect())
    }

    /// Some of these: what a token request asks for, where it asks (section 6). Nothing else counts as less than the same
    /// detail with fewer texts in its lists.
    pub(super) fn narrowed(&self, parameters: &Parameters) -> Result<Self, OAuthError> {
        let Some(text) = parameters.get(NAME) else { return Ok(self.clone()) };
        let read = if text.len() <= LONGEST { serde_json::from_str(text).ok() } else { None };
        let wanted: Vec<Map<String, Value>> = read.ok_or(invalid("authorization_details is no array of objects"))?;
        if wanted.iter().all(|one| self.0.iter().any(|given| is_within(one, given))) {
            Ok(Self(wanted))
        } else {
            Err(invalid("the details are wider than granted"))
        }
    }

    /// Whether nothing was asked for.
    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The types, for the audit.
    pub(super) fn types(&self) -> String {
        let names: BTreeSet<&str> = self.0.iter().filter_map(|detail| detail.get("type")?.as_str()).collect();
        names.into_iter().collect::<Vec<_>>().join(" ")
    }

    /// What people are shown before they agree.
    pub(super) fn words(&self, known: &[DetailType], language: Language) -> Vec<DetailWords> {
        self.0
            .iter()
            .map(|detail| {
                let name = detail.get("type").and_then(Value::as_str).unwrap_or_default();
                let kind = known.iter().find(|known| known.name == name);
                let fields = kind.map(|kind| kind.fields.as_slice()).unwrap_or_default();
                DetailWords {
                    // A type that was taken out of the configuration meanwhile still says what it is called.
                    title: kind.map_or(name, |kind| kind.words(language)).to_owned(),
                    fields: fields
                        .iter()
                        .filter_map(|field| Some((field.words(language).to_owned(), shown(detail.get(&field.name)?))))
                        .collect(),
                }
            })
            .collect()
    }
}

/// Whether a text looks like what it says: nothing in it hides, turns the direction or breaks the line.
pub(super) fn is_plain(text: &str) -> bool {
    let hides = |letter: char| matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    !text.chars().any(|letter| letter.is_control() || hides(letter))
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(texts) => texts.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

/// Whether a detail has the fields of its type, and no others (section 5).
fn check(detail: &Map<String, Value>, kind: &DetailType) -> Result<(), OAuthError> {
    for (name, value) in detail.iter().filter(|(name, _)| *name != "type") {
        let field = kind.fields.iter().find(|field| field.name == *name);
        if !field.is_some_and(|field| fits(field, value)) {
            return Err(invalid("a field of authorization_details is unknown or holds what it must not"));
        }
    }
    if kind.fields.iter().any(|field| field.required && !detail.contains_key(&field.name)) {
        return Err(invalid("a field of authorization_details is missing"));
    }
    Ok(())
}

fn fits(field: &DetailField, value: &Value) -> bool {
    let text = |value: &Value| {
        let text = value.as_str().filter(|text| !text.trim().is_empty() && text.len() <= LONGEST_TEXT);
        text.is_some_and(|text| {
            let listed = field.values.is_empty() || field.values.iter().any(|known| known == text);
            listed && is_plain(text)
        })
    };
    match field.kind {
        FieldKind::Text => text(value),
        FieldKind::Texts => {
            value.as_array().is_some_and(|all| (1..=MOST_TEXTS).contains(&all.len()) && all.iter().all(text))
        }
        FieldKind::Number => value.as_i64().is_some(),
    }
}

/// Whether one detail is the same as another but for fewer texts in its lists. A field that is left out could mean more.
fn is_within(one: &Map<String, Value>, given: &Map<String, Value>) -> bool {
    one.len() == given.len()
        && one.iter().all(|(name, value)| match (value, given.get(name)) {
            (Value::Array(some), Some(Value::Array(all))) => {
                !some.is_empty() && some.iter().all(|value| all.contains(value))
            }
            (value, known) => known == Some(value),
        })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::features::clients::{ClientAuthentication, Metadata, Profile};

    fn kinds() -> Vec<DetailType> {
        let field = |name: &str, kind, required, values: &[&str]| DetailField {
            name: name.to_owned(),
            en: format!("the {name}"),
            nl: format!("de {name}"),
            kind,
            required,
            values: values.iter().map(|value| (*value).to_owned()).collect(),
        };
        let invoice = DetailType {
            name: "invoice".to_owned(),
            en: "Book invoices".to_owned(),
            nl: "Facturen boeken".to_owned(),
            fields: vec![
                field("actions", FieldKind::Texts, true, &["read", "book"]),
                field("customer", FieldKind::Text, false, &[]),
                field("most", FieldKind::Number, false, &[]),
            ],
        };
        vec![DetailType { name: "payroll".to_owned(), fields: Vec::new(), ..invoice.clone() }, invoice]
    }

    fn client() -> Client {
        Client {
            id: "app".to_owned(),
            name: "App".to_owned(),
            profile: Profile::Oauth21,
            authentication: ClientAuthentication::None,
            first_party: false,
            metadata: Metadata { detail_types: vec!["invoice".to_owned()], ..Metadata::default() },
            secrets: Vec::new(),
            disabled_at: None,
        }
    }

    fn sent(value: &str) -> Parameters {
        let mut parameters = Parameters::default();
        parameters.add(NAME, value);
        parameters
    }

    fn read(value: &Value) -> Result<Details, ErrorCode> {
        Details::read(&sent(&value.to_string()), &client(), &kinds()).map_err(|error| error.code)
    }

    #[test]
    fn only_registered_types_in_their_shape_are_taken() {
        let sound = json!({ "type": "invoice", "actions": ["read"], "customer": "Bakker", "most": 5 });
        assert!(!read(&json!([sound])).unwrap().is_empty());
        assert!(Details::read(&Parameters::default(), &client(), &kinds()).unwrap().is_empty());
        let with = |name: &str, value: Value| {
            let mut changed = sound.clone();
            if value.is_null() {
                changed.as_object_mut().unwrap().remove(name);
            } else {
                changed[name] = value;
            }
            json!([changed])
        };
        for wrong in [
            json!({}),
            json!([]),
            json!(["invoice"]),
            json!("invoice"),
            json!([sound, 1]),
            json!(vec![sound.clone(); MOST + 1]),
            with("type", Value::Null),
            with("type", json!("payroll")),
            with("type", json!("nothing")),
            with("type", json!(1)),
            with("actions", Value::Null),
            with("actions", json!([])),
            with("actions", json!(["delete"])),
            with("actions", json!("read")),
            with("actions", json!([["read"]])),
            with("customer", json!("")),
            with("customer", json!("a\nb")),
            with("customer", json!("a\u{202e}b")),
            with("customer", json!("a\u{2028}b")),
            with("customer", json!("\u{200b}a")),
            with("customer", json!("x".repeat(LONGEST_TEXT + 1))),
            with("customer", json!({ "name": "x" })),
            with("most", json!("5")),
            with("most", json!(0.5)),
            with("another", json!("x")),
        ] {
            assert_eq!(read(&wrong), Err(ErrorCode::InvalidAuthorizationDetails), "{wrong}");
        }
        let refused = |text: &str| Details::read(&sent(text), &client(), &kinds()).is_err();
        assert!(refused("[") && refused("null") && refused(&format!("[{}]", " ".repeat(LONGEST))));
        let nobody = Client { metadata: Metadata::default(), ..client() };
        assert!(Details::read(&sent(&json!([sound]).to_string()), &nobody, &kinds()).is_err());
    }

    #[test]
    fn less_is_the_same_detail_with_fewer_texts() {
        let given = read(&json!([
            { "type": "invoice", "actions": ["read", "book"], "customer": "Bakker" },
            { "type": "invoice", "actions": ["read"] },
        ]))
        .unwrap();
        assert_eq!(given.narrowed(&Parameters::default()).unwrap(), given);
        let narrowed = |value: Value| given.narrowed(&sent(&value.to_string())).is_ok();
        assert!(narrowed(json!([{ "type": "invoice", "actions": ["book"], "customer": "Bakker" }])));
        assert!(narrowed(json!([{ "type": "invoice", "actions": ["read"] }])));
        for wider in [
            json!([{ "type": "invoice", "actions": ["book"] }]),
            json!([{ "type": "invoice", "actions": ["read"], "customer": "Smid" }]),
            json!([{ "type": "invoice", "actions": [] }]),
            json!([{ "type": "invoice", "actions": "read" }]),
            json!([{ "type": "invoice" }]),
            json!([{ "type": "payroll", "actions": ["read"] }]),
            json!([{ "type": "invoice", "actions": ["read"], "most": 1 }]),
            json!([{ "type": "invoice", "actions": ["read"] }, { "type": "payroll" }]),
            json!({ "type": "invoice", "actions": ["read"] }),
        ] {
            assert!(!narrowed(wider.clone()), "{wider}");
        }
    }

    #[test]
    fn a_type_that_was_withdrawn_is_in_no_new_token() {
        let given = read(&json!([{ "type": "invoice", "actions": ["read"] }])).unwrap();
        assert_eq!(given.known(&client(), &kinds()), given);
        assert!(given.known(&client(), &kinds()[..1]).is_empty(), "from everybody");
        let nobody = Client { metadata: Metadata::default(), ..client() };
        assert!(given.known(&nobody, &kinds()).is_empty(), "from this app");
    }

    #[test]
    fn people_read_words_in_their_language_in_the_order_of_the_type() {
        let given = read(&json!([{ "most": 5, "customer": "Bakker", "type": "invoice", "actions": ["read", "book"] }]));
        let words = given.unwrap().words(&kinds(), Language::Dutch);
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let fields = vec![pair("de actions", "read, book"), pair("de customer", "Bakker"), pair("de most", "5")];
        assert_eq!(words, [DetailWords { title: "Facturen boeken".to_owned(), fields }]);
    }
}
