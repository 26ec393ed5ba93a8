//! Entity tags, and what a request says about them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// What is shown but is no part of what a change could overwrite: it moves by itself, or is shown once.
const MOVES: [&str; 4] = ["last_used_at", "last_sign_in_at", "client_secret", "secret"];

/// The entity tag of what is shown: another one whenever anything that can be changed is another.
pub(super) fn entity_tag(shown: &Value) -> String {
    let mut shown = shown.clone();
    if let Some(members) = shown.as_object_mut() {
        members.retain(|name, _| !MOVES.contains(&name.as_str()));
    }
    let mut text = String::new();
    write(&shown, &mut text);
    format!("\"{}\"", &URL_SAFE_NO_PAD.encode(Sha256::digest(text))[..22])
}

/// JSON in one spelling: members in alphabetical order.
fn write(value: &Value, text: &mut String) {
    match value {
        Value::Object(members) => {
            let mut names: Vec<&String> = members.keys().collect();
            names.sort();
            text.push('{');
            for name in names {
                text.push_str(&Value::from(name.as_str()).to_string());
                text.push(':');
                write(&members[name], text);
                text.push(',');
            }
            text.push('}');
        }
        Value::Array(items) => {
            text.push('[');
            for item in items {
                write(item, text);
                text.push(',');
            }
            text.push(']');
        }
        plain => text.push_str(&plain.to_string()),
    }
}

/// Whether `If-Match` lets a change of what has this tag through (RFC 9110, section 13.1.1): tags are compared strongly.
pub(super) fn matches(if_match: &str, tag: &str) -> bool {
    if_match.split(',').map(str::trim).any(|one| one == "*" || one == tag)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_tag_follows_what_can_be_changed_and_nothing_else() {
        let tag = entity_tag(&json!({ "name": "a", "list": [1, 2], "last_used_at": 5 }));
        assert_eq!(entity_tag(&json!({ "list": [1, 2], "last_used_at": 6, "secret": "x", "name": "a" })), tag);
        for other in
            [json!({ "name": "b", "list": [1, 2] }), json!({ "name": "a", "list": [12] }), json!({ "name": "a" })]
        {
            assert_ne!(entity_tag(&other), tag);
        }
        assert!(tag.len() == 24 && tag.starts_with('"') && tag.ends_with('"'));
    }

    #[test]
    fn only_the_same_tag_matches() {
        assert!(matches("\"a\"", "\"a\"") && matches("\"b\", \"a\"", "\"a\"") && matches("*", "\"a\""));
        for wrong in ["", "a", "\"b\"", "W/\"a\"", "\"a\"x", "\"A\""] {
            assert!(!matches(wrong, "\"a\""), "{wrong}");
        }
    }
}
