//! What SCIM requests mean.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

/// The schema of users (RFC 7643, section 4.1).
pub(super) const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
/// The schema of groups (RFC 7643, section 4.2).
pub(super) const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";

/// The most operations of one change.
const MOST_OPERATIONS: usize = 1000;

/// The value in a filter of the form `name eq "value"`, which is the one form that is understood (RFC 7644, section
/// 3.4.2.2).
pub(super) fn equals(filter: &str, name: &str) -> Option<String> {
    let (attribute, rest) = filter.trim().split_once(' ')?;
    let (operator, value) = rest.trim_start().split_once(' ')?;
    if !attribute.eq_ignore_ascii_case(name) || !operator.eq_ignore_ascii_case("eq") {
        return None;
    }
    serde_json::from_str(value.trim()).ok()
}

/// One step of a change.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Step {
    /// `add`, `remove` or `replace`.
    pub(super) op: String,
    /// Of what; empty for the resource as a whole.
    pub(super) path: String,
    pub(super) value: Value,
}

/// The steps of a change (RFC 7644, section 3.5.2). One about the resource as a whole stands for one about each member.
pub(super) fn steps(body: &Value) -> Option<Vec<Step>> {
    let operations = body.get("Operations")?.as_array()?;
    if operations.is_empty() || operations.len() > MOST_OPERATIONS {
        return None;
    }
    let mut all = Vec::new();
    for operation in operations {
        let op = operation.get("op")?.as_str()?.to_ascii_lowercase();
        if !["add", "remove", "replace"].contains(&op.as_str()) {
            return None;
        }
        let value = operation.get("value").cloned().unwrap_or_default();
        match operation.get("path").map(Value::as_str) {
            Some(path) => all.push(Step { op, path: path?.to_owned(), value }),
            None => {
                for (path, value) in value.as_object()? {
                    all.push(Step { op: op.clone(), path: path.clone(), value: value.clone() });
                }
            }
        }
    }
    Some(all)
}

/// Yes or no; some directories send it as a text.
pub(super) fn flag(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(yes) => Some(*yes),
        Value::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
        Value::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

/// The members that a value lists.
pub(super) fn members(value: &Value) -> Option<Vec<String>> {
    let one = |member: &Value| member.get("value")?.as_str().map(str::to_owned);
    match value {
        Value::Array(several) => several.iter().map(one).collect(),
        Value::Null => Some(Vec::new()),
        single => Some(vec![one(single)?]),
    }
}

/// The member in a path of the form `members[value eq "…"]`.
pub(super) fn member_in(path: &str) -> Option<String> {
    let filter = path.strip_prefix("members[")?.strip_suffix(']')?;
    equals(filter, "value")
}

/// The identifier of a group: its name, so that it can stand in a path.
pub(super) fn group_id(name: &str) -> String {
    format!("grp_{}", URL_SAFE_NO_PAD.encode(name))
}

/// The name of the group with this identifier.
pub(super) fn group_name(id: &str) -> Option<String> {
    let name = String::from_utf8(URL_SAFE_NO_PAD.decode(id.strip_prefix("grp_")?).ok()?).ok()?;
    (group_id(&name) == id).then_some(name)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn one_form_of_filter_is_understood() {
        assert_eq!(equals("userName eq \"a@b.nl\"", "userName").as_deref(), Some("a@b.nl"));
        assert_eq!(equals(" USERNAME  EQ  \"a\\\"b\" ", "userName").as_deref(), Some("a\"b"));
        for wrong in [
            "",
            "userName",
            "userName eq",
            "userName sw \"a\"",
            "id eq \"a\"",
            "userName eq a",
            "userName eq \"a\" or x pr",
        ] {
            assert_eq!(equals(wrong, "userName"), None, "{wrong}");
        }
    }

    #[test]
    fn a_change_is_read_in_the_ways_that_directories_write_it() {
        let step = |path: &str, value: Value| Step { op: "replace".to_owned(), path: path.to_owned(), value };
        let with_path = json!({ "Operations": [{ "op": "Replace", "path": "active", "value": "False" }] });
        assert_eq!(steps(&with_path), Some(vec![step("active", json!("False"))]));
        let whole = json!({ "Operations": [{ "op": "replace", "value": { "active": false } }] });
        assert_eq!(steps(&whole), Some(vec![step("active", json!(false))]));
        for wrong in [json!({}), json!({ "Operations": [] }), json!({ "Operations": [{ "op": "move", "value": {} }] })]
        {
            assert_eq!(steps(&wrong), None);
        }
        assert_eq!((flag(&json!("False")), flag(&json!(true)), flag(&json!("no"))), (Some(false), Some(true), None));
    }

    #[test]
    fn a_group_is_known_by_its_name() {
        for name in ["audit", "Jaarrekening & fiscaal", "a/b"] {
            assert_eq!(group_name(&group_id(name)).as_deref(), Some(name));
        }
        for wrong in ["", "grp_", "audit", "grp_!", "grp_YQ=="] {
            assert!(group_name(wrong).is_none_or(|name| name.is_empty()), "{wrong}");
        }
        assert_eq!(member_in("members[value eq \"acc_1\"]").as_deref(), Some("acc_1"));
        assert_eq!(member_in("members[display eq \"acc_1\"]"), None);
    }
}
