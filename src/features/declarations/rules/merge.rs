//! Reading a description: every fault at once, each with the path of its field.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// A field of a description that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldFault {
    /// Its path, such as `metadata.redirect_uris`; empty for the description as a whole.
    pub path: String,
    /// What is wrong, as a sentence.
    pub says: String,
}

impl FieldFault {
    /// A fault of a field.
    #[must_use]
    pub fn new(path: impl Into<String>, says: impl Into<String>) -> Self {
        Self { path: path.into(), says: says.into() }
    }

    /// The same fault, seen from above.
    #[must_use]
    pub fn below(self, place: &str) -> Self {
        let path = if self.path.is_empty() { place.to_owned() } else { format!("{place}.{}", self.path) };
        Self { path, says: self.says }
    }
}

/// `base` with the members of `changes` in the place of its own. What is not named stays; `null` takes away what may be
/// missing (after RFC 7396). A list is replaced as a whole.
///
/// # Errors
///
/// Every member that there is not, and every value that does not fit.
pub fn merge<T: Serialize + DeserializeOwned>(base: &T, changes: &Value) -> Result<T, Vec<FieldFault>> {
    let known = serde_json::to_value(base).unwrap_or_default();
    let Some(changes) = changes.as_object() else {
        return Err(vec![FieldFault::new("", "This must be an object.")]);
    };
    let (mut merged, mut faults) = (known, Vec::new());
    walk::<T>(&mut merged, &mut Vec::new(), changes, &mut faults);
    if !faults.is_empty() {
        return Err(faults);
    }
    serde_json::from_value(merged).map_err(|fault| vec![FieldFault::new("", sentence(&fault))])
}

/// A description that is given whole: what it does not name has its default value.
///
/// # Errors
///
/// As [`merge`].
pub fn read_whole<T: Serialize + DeserializeOwned + Default>(given: &Value) -> Result<T, Vec<FieldFault>> {
    merge(&T::default(), given)
}

/// Puts each of `changes` at its place below `place` of `whole`, if it fits there.
fn walk<T: DeserializeOwned>(
    whole: &mut Value,
    place: &mut Vec<String>,
    changes: &Map<String, Value>,
    faults: &mut Vec<FieldFault>,
) {
    for (name, value) in changes {
        place.push(name.clone());
        let path = place.join(".");
        match at(whole, place).map(|known| known.is_object()) {
            None => faults.push(FieldFault::new(path, "There is no such field.")),
            Some(true) => match value {
                Value::Object(inner) => walk::<T>(whole, place, inner, faults),
                _ => faults.push(FieldFault::new(path, "This must be an object.")),
            },
            Some(false) => {
                // Tried one by one, so that each fault is known to belong to its field.
                let before = at(whole, place).map(|known| std::mem::replace(known, value.clone()));
                if let Err(fault) = serde_json::from_value::<T>(whole.clone()) {
                    faults.push(FieldFault::new(path, sentence(&fault)));
                    if let (Some(known), Some(before)) = (at(whole, place), before) {
                        *known = before;
                    }
                }
            }
        }
        place.pop();
    }
}

fn at<'a>(whole: &'a mut Value, place: &[String]) -> Option<&'a mut Value> {
    place.iter().try_fold(whole, |value, name| value.as_object_mut()?.get_mut(name))
}

fn sentence(fault: &serde_json::Error) -> String {
    let text = fault.to_string();
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

/// The paths at which two descriptions differ, with what stood there and what stands there.
#[must_use]
pub fn changed_fields(before: &Value, after: &Value) -> Vec<(String, Value, Value)> {
    let mut all = Vec::new();
    compare(before, after, "", &mut all);
    all
}

fn compare(before: &Value, after: &Value, path: &str, all: &mut Vec<(String, Value, Value)>) {
    match (before, after) {
        (Value::Object(old), Value::Object(new)) => {
            let mut names: Vec<&String> = old.keys().chain(new.keys()).collect();
            names.sort();
            names.dedup();
            for name in names {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                let nothing = Value::Null;
                compare(old.get(name).unwrap_or(&nothing), new.get(name).unwrap_or(&nothing), &path, all);
            }
        }
        _ if before == after => {}
        _ => all.push((path.to_owned(), before.clone(), after.clone())),
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::json;

    use super::*;

    #[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
    #[serde(default)]
    struct Outer {
        name: String,
        count: Option<u8>,
        inner: Inner,
    }

    #[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
    #[serde(default)]
    struct Inner {
        list: Vec<String>,
        yes: bool,
    }

    fn base() -> Outer {
        Outer { name: "a".to_owned(), count: Some(3), inner: Inner { list: vec!["x".to_owned()], yes: true } }
    }

    #[test]
    fn what_is_not_named_stays_and_null_takes_away() {
        let merged = merge(&base(), &json!({ "count": null, "inner": { "list": ["y", "z"] } })).unwrap();
        let inner = Inner { list: vec!["y".to_owned(), "z".to_owned()], yes: true };
        assert_eq!(merged, Outer { name: "a".to_owned(), count: None, inner });
        assert_eq!(merge(&base(), &json!({})).unwrap(), base());
        assert_eq!(read_whole::<Outer>(&json!({ "name": "b" })).unwrap().count, None);
    }

    #[test]
    fn all_faults_are_told_at_once_each_with_its_path() {
        let wrong = json!({
            "name": 5, "count": 300, "colour": "red", "inner": { "list": "x", "yes": true, "no": 1 }
        });
        let mut paths: Vec<String> = merge(&base(), &wrong).unwrap_err().into_iter().map(|fault| fault.path).collect();
        paths.sort();
        assert_eq!(paths, ["colour", "count", "inner.list", "inner.no", "name"]);
        for whole in [json!(null), json!([]), json!("x")] {
            assert_eq!(merge(&base(), &whole).unwrap_err()[0].path, "");
        }
        assert_eq!(merge(&base(), &json!({ "inner": null })).unwrap_err()[0].path, "inner");
        assert_eq!(merge(&base(), &json!({ "name": null })).unwrap_err()[0].path, "name");
    }

    #[test]
    fn differences_are_named_by_path() {
        let after = Outer { count: None, inner: Inner { list: Vec::new(), yes: true }, ..base() };
        let (before, after) = (serde_json::to_value(base()).unwrap(), serde_json::to_value(after).unwrap());
        let paths: Vec<String> = changed_fields(&before, &after).into_iter().map(|(path, ..)| path).collect();
        assert_eq!(paths, ["count", "inner.list"]);
        assert!(changed_fields(&before, &before).is_empty());
    }
}
