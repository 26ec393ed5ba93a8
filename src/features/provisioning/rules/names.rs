//! Organisations in the description of an app: called by their names there, which mean the same in every installation.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::domain::ids::OrganisationId;
use crate::features::clients::Client;
use crate::features::declarations::{FieldFault, app_settings};
use crate::features::organisations::Organisation;

/// Where an app says whose people may use it.
const PLACE: &str = "/metadata/access/organisations";

/// Puts identifiers in the place of names in a description, and gives those of the organisations that begin with it.
///
/// # Errors
///
/// Every name that no organisation has, with its path.
pub fn resolve_names(
    text: &mut Value,
    known: &[Organisation],
    mut new: impl FnMut() -> OrganisationId,
) -> Result<BTreeMap<String, OrganisationId>, Vec<FieldFault>> {
    let is_known = |name: &str| known.iter().any(|organisation| organisation.name == name);
    let described = text["organisations"].as_object().into_iter().flatten().map(|(name, _)| name.clone());
    let begun: BTreeMap<String, OrganisationId> =
        described.filter(|name| !is_known(name)).map(|name| (name, new())).collect();
    let mut faults = Vec::new();
    for (app, settings) in text.get_mut("apps").and_then(Value::as_object_mut).into_iter().flatten() {
        let Some(list) = settings.pointer_mut(PLACE).and_then(Value::as_array_mut) else { continue };
        for one in list {
            let Some(name) = one.as_str().filter(|name| name.parse::<OrganisationId>().is_err()) else { continue };
            let found = known.iter().find(|organisation| organisation.name == name).map(|organisation| organisation.id);
            if let Some(id) = found.or_else(|| begun.get(name).copied()) {
                *one = json!(id);
            } else {
                let path = format!("apps.{app}.metadata.access.organisations");
                faults.push(FieldFault::new(path, format!("There is no organisation called {name}.")));
            }
        }
    }
    if faults.is_empty() { Ok(begun) } else { Err(faults) }
}

/// What is set about an app, with organisations by their names.
pub(in crate::features::provisioning) fn settings_by_name(
    client: &Client,
    name_of: impl Fn(OrganisationId) -> Option<String>,
) -> Value {
    let mut settings = json!(app_settings(client));
    if let Some(list) = settings.pointer_mut(PLACE).and_then(Value::as_array_mut) {
        let name = |one: &Value| one.as_str()?.parse().ok().and_then(&name_of);
        let mut names: Vec<String> =
            list.iter().filter_map(|one| name(one).or_else(|| one.as_str().map(str::to_owned))).collect();
        names.sort();
        *list = names.into_iter().map(Value::from).collect();
    }
    settings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Random, Timestamp};

    struct Fixed(u8);
    impl Random for Fixed {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(self.0);
        }
    }

    fn office(name: &str, number: u8) -> Organisation {
        Organisation::new(name.to_owned(), (Timestamp::from_seconds(1000), &Fixed(number)))
    }

    #[test]
    fn names_mean_what_is_there_and_what_is_described() {
        let (old, new) = (office("Oud", 1), office("Nieuw", 2).id);
        let app = |list: Value| json!({ "metadata": { "access": { "organisations": list } } });
        let mut text = json!({
            "organisations": { "Oud": {}, "Nieuw": {} },
            "apps": { "a": app(json!(["Nieuw", "Oud", old.id])), "b": app(Value::Null), "c": {} },
        });
        let begun = resolve_names(&mut text, std::slice::from_ref(&old), || new).unwrap();
        assert_eq!(begun, BTreeMap::from([("Nieuw".to_owned(), new)]));
        assert_eq!(text["apps"]["a"], app(json!([new, old.id, old.id])));
        let mut text = json!({ "apps": { "a": app(json!(["Elders", "Oud"])) } });
        let faults = resolve_names(&mut text, &[old], || new).unwrap_err();
        assert_eq!(faults[0].path, "apps.a.metadata.access.organisations");
        for odd in [json!(1), json!({ "apps": 1 }), json!({ "apps": { "a": 1 }, "organisations": [] })] {
            assert!(resolve_names(&mut odd.clone(), &[], || new).is_ok(), "what it is otherwise is told elsewhere");
        }
    }
}
