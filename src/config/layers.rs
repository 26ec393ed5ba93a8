//! The layers, leaf by leaf, so that one wrong value does not hide the next.

use std::path::Path;

use figment::Figment;
use figment::providers::{Format as _, Serialized, Toml};
use figment::value::{Dict, Map, Value};

use super::{Config, Faults};

/// What environment variables begin with.
const PREFIX: &str = "COUNTERSIGN__";

/// One value that a layer sets.
struct Leaf {
    key: String,
    source: String,
    value: Value,
    /// For an environment variable: its text, should the guessed type not fit.
    text: Option<String>,
}

/// All values that the layers set, the weakest first.
pub(super) struct Layers(Vec<Leaf>);

impl Layers {
    pub(super) fn read(
        file: Option<&Path>,
        environment: impl IntoIterator<Item = (String, String)>,
        faults: &mut Faults,
    ) -> Self {
        let mut leaves = Vec::new();
        if let Some(file) = file {
            read_file(file, &mut leaves, faults);
        }
        let mut variables: Vec<(String, String)> =
            environment.into_iter().filter(|(name, _)| name.starts_with(PREFIX)).collect();
        variables.sort();
        for (name, text) in variables {
            let key = name[PREFIX.len()..].to_lowercase().replace("__", ".");
            // The parser takes any text; what is no number, truth value or list is a string.
            let value = text.parse().unwrap_or_else(|never| match never {});
            leaves.push(Leaf { key, source: name, value, text: Some(text) });
        }
        Self(leaves)
    }

    /// Puts the leaves on the defaults, each tried alone first.
    pub(super) fn extract(&self, faults: &mut Faults) -> Config {
        let known = known_keys();
        let mut figment = Figment::from(Serialized::defaults(Config::default()));
        for leaf in &self.0 {
            if !known.contains(&leaf.key) {
                faults.add_from(&leaf.key, &leaf.source, unknown_key(&leaf.key, &known));
                continue;
            }
            let guessed = single(&leaf.key, leaf.value.clone());
            let alone = |value: &Dict| {
                let figment = Figment::from(Serialized::defaults(Config::default())).merge(Serialized::globals(value));
                figment.extract::<Config>().map(|_| ()).map_err(|error| wrong_value(&error))
            };
            match (alone(&guessed), &leaf.text) {
                (Ok(()), _) => figment = figment.merge(Serialized::globals(guessed)),
                (Err(error), Some(text)) => {
                    let plain = single(&leaf.key, Value::from(text.clone()));
                    if alone(&plain).is_ok() {
                        figment = figment.merge(Serialized::globals(plain));
                    } else {
                        faults.add_from(&leaf.key, &leaf.source, error);
                    }
                }
                (Err(error), None) => faults.add_from(&leaf.key, &leaf.source, error),
            }
        }
        figment.extract().unwrap_or_else(|error| {
            faults.add("", wrong_value(&error));
            Config::default()
        })
    }

    /// The file or variable that sets `key`.
    pub(super) fn source_of(&self, key: &str) -> Option<String> {
        self.0.iter().rev().find(|leaf| leaf.key == key).map(|leaf| leaf.source.clone())
    }
}

fn read_file(file: &Path, leaves: &mut Vec<Leaf>, faults: &mut Faults) {
    let source = file.display().to_string();
    let text = match std::fs::read_to_string(file) {
        Ok(text) => text,
        Err(cause) => {
            faults.add_from("config", &source, format!("The file cannot be read: {cause}."));
            return;
        }
    };
    match Toml::from_str::<Map<String, Value>>(&text) {
        Ok(values) => flatten("", &values, &mut |key, value| {
            leaves.push(Leaf { key, source: source.clone(), value: value.clone(), text: None });
        }),
        Err(error) => {
            let first_line = error.to_string().trim().replace('\n', " ");
            faults.add_from("config", &source, format!("The file is not TOML: {first_line}"));
        }
    }
}

/// Every key that the code knows.
pub(super) fn known_keys() -> Vec<String> {
    let defaults = Value::serialize(Config::default()).ok().and_then(Value::into_dict).unwrap_or_default();
    let mut keys = Vec::new();
    flatten("", &defaults, &mut |key, _| keys.push(key));
    keys
}

fn flatten(prefix: &str, values: &Map<String, Value>, visit: &mut impl FnMut(String, &Value)) {
    for (name, value) in values {
        let key = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
        match value {
            Value::Dict(_, inner) => flatten(&key, inner, visit),
            other => visit(key, other),
        }
    }
}

/// A tree with this one leaf.
fn single(key: &str, value: Value) -> Dict {
    let mut parts = key.split('.').rev();
    let last = parts.next().unwrap_or_default().to_owned();
    let leaf = Dict::from([(last, value)]);
    parts.fold(leaf, |inner, part| Dict::from([(part.to_owned(), Value::from(inner))]))
}

fn unknown_key(key: &str, known: &[String]) -> String {
    let nearest = known.iter().max_by(|a, b| {
        strsim::jaro_winkler(a, key).partial_cmp(&strsim::jaro_winkler(b, key)).unwrap_or(std::cmp::Ordering::Equal)
    });
    match nearest {
        Some(nearest) if strsim::damerau_levenshtein(nearest, key) <= 4 => {
            format!("This key does not exist. Did you mean {nearest}?")
        }
        _ => "This key does not exist. config/default.toml lists all that do.".to_owned(),
    }
}

fn wrong_value(error: &figment::Error) -> String {
    format!("This value cannot be used: {}.", error.kind)
}
