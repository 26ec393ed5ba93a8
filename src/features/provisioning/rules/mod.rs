//! What a description means for what there is: a plan, without doing it.

mod names;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::Current;
use crate::domain::ids::OrganisationId;
use crate::domain::names::{LONGEST_NAME, is_name};
use crate::domain::{Policy, Timestamp};
use crate::features::clients::Client;
use crate::features::declarations::{AppSettings, FieldFault, PolicySettings, app_client, changed_fields, read_whole};

pub use names::resolve_names;
pub(super) use names::settings_by_name;

/// The only form of descriptions that there is.
const VERSION: u64 = 1;

/// A described state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Description {
    /// Organisations by name.
    pub organisations: BTreeMap<String, OrganisationPart>,
    /// Apps by `client_id`.
    pub apps: BTreeMap<String, AppSettings>,
    /// The identifiers of organisations that begin with it, by name, where apps name them.
    pub begun: BTreeMap<String, OrganisationId>,
}

/// What is described about an organisation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OrganisationPart {
    /// Whether it is switched off.
    pub disabled: bool,
    /// Its rules; none leaves them as they are.
    pub policy: Option<PolicySettings>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Switch {
    disabled: bool,
}

/// Reads a description. An app is described whole: what is not named has its default value.
///
/// # Errors
///
/// Everything that cannot be used, each with its path.
pub fn read_description(text: &Value) -> Result<Description, Vec<FieldFault>> {
    let mut faults = Vec::new();
    let mut description = Description::default();
    let Some(members) = text.as_object() else {
        return Err(vec![FieldFault::new("", "A description is a table of organisations and apps.")]);
    };
    for (name, value) in members {
        match name.as_str() {
            "version" if value.as_u64() == Some(VERSION) => {}
            "version" => faults.push(FieldFault::new("version", format!("Only version {VERSION} is known."))),
            "organisations" => {
                for (name, part) in table("organisations", value, &mut faults) {
                    let place = format!("organisations.{name}");
                    if !is_name(name) {
                        let says = format!("A name has 1 to {LONGEST_NAME} characters, without spaces around it.");
                        faults.push(FieldFault::new(&place, says));
                    }
                    match organisation(part) {
                        Ok(part) => _ = description.organisations.insert(name.clone(), part),
                        Err(found) => faults.extend(found.into_iter().map(|fault| fault.below(&place))),
                    }
                }
            }
            "apps" => {
                for (id, part) in table("apps", value, &mut faults) {
                    match read_whole::<AppSettings>(part) {
                        Ok(settings) => _ = description.apps.insert(id.clone(), settings),
                        Err(found) => faults.extend(found.into_iter().map(|fault| fault.below(&format!("apps.{id}")))),
                    }
                }
            }
            other => faults.push(FieldFault::new(other, "There is no such field.")),
        }
    }
    if faults.is_empty() { Ok(description) } else { Err(faults) }
}

fn table<'a>(place: &str, value: &'a Value, faults: &mut Vec<FieldFault>) -> Vec<(&'a String, &'a Value)> {
    let Some(members) = value.as_object() else {
        faults.push(FieldFault::new(place, "This must be a table by name."));
        return Vec::new();
    };
    members.iter().collect()
}

fn organisation(part: &Value) -> Result<OrganisationPart, Vec<FieldFault>> {
    let mut rest: Map<String, Value> = part.as_object().cloned().unwrap_or_default();
    if !part.is_object() {
        return Err(vec![FieldFault::new("", "This must be a table.")]);
    }
    let policy = rest.remove("policy").map(|policy| read_whole::<PolicySettings>(&policy));
    let switch = read_whole::<Switch>(&Value::Object(rest));
    match (switch, policy.transpose()) {
        (Ok(switch), Ok(policy)) => Ok(OrganisationPart { disabled: switch.disabled, policy }),
        (switch, policy) => {
            let mut faults = switch.err().unwrap_or_default();
            faults.extend(policy.err().unwrap_or_default().into_iter().map(|fault| fault.below("policy")));
            Err(faults)
        }
    }
}

/// What is done about one thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// It is new.
    Add,
    /// Some of it becomes something else.
    Change,
    /// It is as described.
    Keep,
    /// It is not described, and goes.
    Remove,
}

/// One thing of a plan, for whoever decides about it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Shown {
    /// What is done.
    pub act: Act,
    /// `organisation` or `app`.
    pub kind: &'static str,
    /// Its name, or its `client_id`.
    pub name: String,
    /// What becomes something else: path, value before, value after.
    pub fields: Vec<(String, Value, Value)>,
}

/// One thing of a plan, for carrying it out.
#[derive(Clone, Debug)]
pub enum Step {
    /// Add an organisation.
    AddOrganisation {
        /// Its identifier, where the description knows it already.
        id: Option<OrganisationId>,
        /// Its name.
        name: String,
        /// Whether it is off from the beginning.
        disabled: bool,
        /// Its rules.
        policy: Policy,
    },
    /// Change an organisation.
    ChangeOrganisation {
        /// Which.
        id: OrganisationId,
        /// Switch it off, or on again.
        disabled: Option<bool>,
        /// Its rules before and after.
        policy: Option<(Policy, Policy)>,
    },
    /// Register an app.
    AddApp(Box<Client>),
    /// Change an app.
    ChangeApp(Box<Client>),
    /// Remove an app.
    RemoveApp(String),
    /// Do nothing.
    Keep,
}

/// What is to be done.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// Each thing, for people and for carrying out.
    pub steps: Vec<(Shown, Step)>,
}

impl Plan {
    /// Whether anything changes.
    #[must_use]
    pub fn changes(&self) -> bool {
        self.steps.iter().any(|(shown, _)| shown.act != Act::Keep)
    }

    /// For people.
    #[must_use]
    pub fn shown(&self) -> Vec<&Shown> {
        self.steps.iter().map(|(shown, _)| shown).collect()
    }
}

/// What is to be done so that `current` is as described. Apps that are not described go only when `prune` says so.
///
/// # Errors
///
/// Everything that cannot be, each with its path.
pub fn plan(
    description: &Description,
    current: &Current,
    prune: bool,
    now: Timestamp,
) -> Result<Plan, Vec<FieldFault>> {
    let (mut plan, mut faults) = (Plan::default(), Vec::new());
    for (name, part) in &description.organisations {
        match plan_organisation((name, part), description.begun.get(name).copied(), current, now) {
            Ok(step) => plan.steps.push(step),
            Err(found) => {
                let place = format!("organisations.{name}.policy");
                faults.extend(found.into_iter().map(|fault| fault.below(&place)));
            }
        }
    }
    let name_of = |id| {
        let begun = || description.begun.iter().find(|(_, begun)| **begun == id).map(|(name, _)| name.clone());
        current.name_of(id).or_else(begun)
    };
    for (id, settings) in &description.apps {
        let known = current.apps.iter().find(|client| client.id == *id);
        let client = app_client(id, settings.clone(), known, now);
        let after = settings_by_name(&client, name_of);
        let shown = |act, fields| Shown { act, kind: "app", name: id.clone(), fields };
        plan.steps.push(match known {
            None => (shown(Act::Add, Vec::new()), Step::AddApp(Box::new(client))),
            Some(known) => match changed_fields(&settings_by_name(known, name_of), &after) {
                fields if fields.is_empty() => (shown(Act::Keep, fields), Step::Keep),
                fields => (shown(Act::Change, fields), Step::ChangeApp(Box::new(client))),
            },
        });
    }
    for client in current.apps.iter().filter(|client| prune && !description.apps.contains_key(&client.id)) {
        let shown = Shown { act: Act::Remove, kind: "app", name: client.id.clone(), fields: Vec::new() };
        plan.steps.push((shown, Step::RemoveApp(client.id.clone())));
    }
    if faults.is_empty() { Ok(plan) } else { Err(faults) }
}

fn plan_organisation(
    (name, part): (&str, &OrganisationPart),
    id: Option<OrganisationId>,
    current: &Current,
    now: Timestamp,
) -> Result<(Shown, Step), Vec<FieldFault>> {
    let known = current.organisations.iter().find(|organisation| organisation.name == name);
    let before = known.map(|known| known.policy).unwrap_or_default();
    let after = part.policy.as_ref().map_or(Ok(before), |settings| settings.policy(before, now))?;
    let shown = |act, fields| Shown { act, kind: "organisation", name: name.to_owned(), fields };
    let Some(known) = known else {
        let step = Step::AddOrganisation { id, name: name.to_owned(), disabled: part.disabled, policy: after };
        return Ok((shown(Act::Add, Vec::new()), step));
    };
    let describe = |disabled: bool, policy| json!({ "disabled": disabled, "policy": PolicySettings::of(policy) });
    let is_off = known.disabled_at.is_some();
    let fields = changed_fields(&describe(is_off, &before), &describe(part.disabled, &after));
    if fields.is_empty() {
        return Ok((shown(Act::Keep, fields), Step::Keep));
    }
    let step = Step::ChangeOrganisation {
        id: known.id,
        disabled: (is_off != part.disabled).then_some(part.disabled),
        policy: (before != after).then_some((before, after)),
    };
    Ok((shown(Act::Change, fields), step))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Random;

    const NOW: Timestamp = Timestamp::from_seconds(1000);

    struct Fixed;
    impl Random for Fixed {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(7);
        }
    }

    fn described() -> Value {
        json!({
            "version": 1,
            "organisations": { "Kantoor De Vries": { "policy": { "second_factor": "required" } } },
            "apps": { "portal": { "name": "Portal", "metadata": { "redirect_uris": ["https://p.example/cb"] } } },
        })
    }

    fn empty() -> Current {
        Current { organisations: Vec::new(), apps: Vec::new() }
    }

    /// What there is after a plan was carried out.
    fn after(plan: &Plan) -> Current {
        let mut current = empty();
        for (_, step) in &plan.steps {
            match step.clone() {
                Step::AddOrganisation { name, policy, .. } => {
                    current.organisations.push(crate::features::organisations::Organisation {
                        id: OrganisationId::new(NOW, &Fixed),
                        name,
                        policy,
                        created_at: NOW,
                        disabled_at: None,
                    });
                }
                Step::AddApp(client) => current.apps.push(*client),
                _ => {}
            }
        }
        current
    }

    fn acts(plan: &Plan) -> Vec<(&str, Act)> {
        plan.steps.iter().map(|(shown, _)| (shown.name.as_str(), shown.act)).collect()
    }

    #[test]
    fn a_second_time_nothing_changes() {
        let description = read_description(&described()).unwrap();
        let first = plan(&description, &empty(), true, NOW).unwrap();
        assert_eq!(acts(&first), [("Kantoor De Vries", Act::Add), ("portal", Act::Add)]);
        let current = after(&first);
        let second = plan(&description, &current, true, Timestamp::from_seconds(5000)).unwrap();
        assert_eq!(acts(&second), [("Kantoor De Vries", Act::Keep), ("portal", Act::Keep)]);
        assert!(first.changes() && !second.changes());
    }

    #[test]
    fn what_is_described_otherwise_changes_and_the_rest_goes_only_when_pruned() {
        let current = after(&plan(&read_description(&described()).unwrap(), &empty(), false, NOW).unwrap());
        let mut other = described();
        other["organisations"]["Kantoor De Vries"] = json!({ "disabled": true });
        other["apps"] = json!({ "erp": { "name": "ERP" } });
        let other = read_description(&other).unwrap();
        let kept = plan(&other, &current, false, NOW).unwrap();
        assert_eq!(acts(&kept), [("Kantoor De Vries", Act::Change), ("erp", Act::Add)]);
        let fields: Vec<&str> = kept.steps[0].0.fields.iter().map(|(path, ..)| path.as_str()).collect();
        assert_eq!(fields, ["disabled"], "rules that are not described stay");
        let pruned = plan(&other, &current, true, NOW).unwrap();
        assert_eq!(acts(&pruned)[2], ("portal", Act::Remove));
    }

    #[test]
    fn every_fault_is_told_at_once() {
        let wrong = json!({
            "version": 2, "users": {},
            "organisations": { " A": {}, "B": { "polcy": {}, "policy": { "kinds": 1, "x": 1 } }, "C": 5 },
            "apps": { "portal": { "nam": "x", "metadata": { "scope": 1 } }, "y": [] },
        });
        let faults = read_description(&wrong).unwrap_err();
        let mut paths: Vec<&str> = faults.iter().map(|fault| fault.path.as_str()).collect();
        paths.sort_unstable();
        let expected = [
            "apps.portal.metadata.scope",
            "apps.portal.nam",
            "apps.y",
            "organisations. A",
            "organisations.B.policy.kinds",
            "organisations.B.policy.x",
            "organisations.B.polcy",
            "organisations.C",
            "users",
            "version",
        ];
        let mut expected = expected.to_vec();
        expected.sort_unstable();
        assert_eq!(paths, expected);
        assert!(read_description(&json!([])).is_err());
    }
}
