//! What changed about an app, for the audit.

use serde_json::{Map, Value, json};

use crate::features::clients::Client;

/// The members that changed, as they were and as they are. Secrets are in neither.
pub(in crate::features::apps) fn changes(before: &Client, after: &Client) -> (Map<String, Value>, Map<String, Value>) {
    let (mut old, mut new) = (members(before), members(after));
    let same: Vec<String> =
        old.iter().filter(|(name, value)| new.get(*name) == Some(value)).map(|(name, _)| name.clone()).collect();
    for name in same {
        old.remove(&name);
        new.remove(&name);
    }
    (old, new)
}

fn members(client: &Client) -> Map<String, Value> {
    let mut all = match json!(client.metadata) {
        Value::Object(members) => members,
        _ => Map::new(),
    };
    all.insert("name".to_owned(), json!(client.name));
    all.insert("profile".to_owned(), json!(client.profile));
    all.insert("authentication".to_owned(), json!(client.authentication));
    all.insert("first_party".to_owned(), json!(client.first_party));
    all.insert("disabled".to_owned(), json!(client.disabled_at.is_some()));
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::apps::rules::{Answers, Kind};
    use crate::features::clients::ClientSecret;

    #[test]
    fn only_what_changed_is_told_and_never_a_secret() {
        let mut before = Answers::of_kind(Kind::Server).new_client("app".to_owned());
        before.secrets = vec![ClientSecret::compared("a secret of forty letters and some more")];
        let mut after = before.clone();
        after.name = "Other".to_owned();
        after.metadata.redirect_uris = vec!["https://a.nl/cb".to_owned()];
        after.secrets.clear();
        let (old, new) = changes(&before, &after);
        assert_eq!(json!(old), json!({ "name": "", "redirect_uris": [] }));
        assert_eq!(json!(new), json!({ "name": "Other", "redirect_uris": ["https://a.nl/cb"] }));
    }
}
