//! Groups: the names in the groups of memberships.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::rules::{GROUP, equals, group_id, group_name, member_in, members, steps};
use super::{MOST, SCIM, everybody, listed, plain};
use crate::domain::ids::AccountId;
use crate::features::accounts::InstanceRole;
use crate::features::api::answers::{Answer, Answered};
use crate::features::api::call::Call;
use crate::features::api::documents::MembershipSettings;
use crate::features::api::memberships::{apply, check_groups};
use crate::features::api::problems::{Problem, Stop};
use crate::features::api::store::MemberRow;
use crate::web::AppState;

/// Who is in each group.
fn groups(rows: &[MemberRow]) -> BTreeMap<&str, Vec<&MemberRow>> {
    let mut all: BTreeMap<&str, Vec<&MemberRow>> = BTreeMap::new();
    for row in rows {
        for group in &row.groups.0 {
            all.entry(group).or_default().push(row);
        }
    }
    all
}

fn shown<'a>(state: &AppState, name: &str, rows: impl IntoIterator<Item = &'a MemberRow>) -> Value {
    let members: Vec<Value> = rows.into_iter().map(|row| json!({ "value": row.id, "display": row.name })).collect();
    let id = group_id(name);
    json!({
        "schemas": [GROUP],
        "meta": { "resourceType": "Group", "location": state.absolute(&format!("{SCIM}/Groups/{id}")) },
        "id": id,
        "displayName": name,
        "members": members,
    })
}

pub(super) async fn list(call: Call) -> Answered {
    let organisation = call.organisation(call.db()).await?.id;
    let rows = everybody(call.db(), organisation).await?;
    let wanted = match call.asked("filter") {
        None => None,
        Some(filter) => Some(equals(filter, "displayName").ok_or_else(|| {
            Problem::field("filter", "Only filters of the form displayName eq \"name\" are understood.")
        })?),
    };
    let fits = |name: &str| wanted.as_ref().is_none_or(|wanted| wanted == name);
    let all = groups(&rows).into_iter().filter(|(name, _)| fits(name));
    let all = all.map(|(name, rows)| shown(&call.state, name, rows)).collect();
    Ok(listed(&call, all))
}

pub(super) async fn show(call: Call) -> Answered {
    let organisation = call.organisation(call.db()).await?.id;
    let rows = everybody(call.db(), organisation).await?;
    let name = name(&call)?;
    let all = groups(&rows);
    let (name, rows) = all.get_key_value(name.as_str()).ok_or_else(|| Problem::not_found("group"))?;
    Ok(plain(shown(&call.state, name, rows.iter().copied())))
}

pub(super) async fn add(call: Call) -> Answered {
    let name = call.body.get("displayName").and_then(Value::as_str).unwrap_or_default().to_owned();
    let names = check_groups(std::slice::from_ref(&name))?;
    let listed = call.body.get("members").map_or(Some(Vec::new()), members);
    let wanted = listed.ok_or_else(|| Problem::field("members", "Name members by the id of their user."))?;
    let location = call.state.absolute(&format!("{SCIM}/Groups/{}", group_id(&names[0])));
    let answer = bring(call, &names[0], |_| wanted.iter().copied().collect(), true).await?;
    Ok(Answer { status: 201, location: Some(location), ..answer })
}

pub(super) async fn change(call: Call) -> Answered {
    let malformed = || Problem::new("malformed", "Send Operations with op, path and value (RFC 7644, section 3.5.2).");
    let steps = steps(&call.body).ok_or_else(malformed)?;
    let name = name(&call)?;
    let mut changes: Vec<(String, Vec<AccountId>)> = Vec::new();
    for step in steps {
        let unsuited = || Stop::from(Problem::field(&step.path, "This cannot be changed here."));
        let (op, listed) = match (step.op.as_str(), step.path.as_str()) {
            ("replace", "displayName") if step.value == json!(name) => continue,
            ("remove", "members") if step.value.is_null() => ("replace".to_owned(), Vec::new()),
            (_, "members") => (step.op.clone(), members(&step.value).ok_or_else(unsuited)?),
            ("remove", path) => (step.op.clone(), vec![member_in(path).ok_or_else(unsuited)?]),
            _ => return Err(unsuited()),
        };
        changes.push((op, listed));
    }
    let after = |before: &BTreeSet<AccountId>| {
        changes.iter().fold(before.clone(), |mut now, (op, listed)| {
            match op.as_str() {
                "add" => now.extend(listed),
                "remove" => now.retain(|id| !listed.contains(id)),
                _ => now = listed.iter().copied().collect(),
            }
            now
        })
    };
    bring(call, &name, after, false).await
}

pub(super) async fn remove(call: Call) -> Answered {
    let name = name(&call)?;
    let rows = everybody(call.db(), call.organisation(call.db()).await?.id).await?;
    if !groups(&rows).contains_key(name.as_str()) {
        return Err(Problem::not_found("group").into());
    }
    bring(call, &name, |_| BTreeSet::new(), false).await?;
    Ok(Answer::gone())
}

fn name(call: &Call) -> Result<String, Stop> {
    group_name(call.at("group")).filter(|name| !name.is_empty()).ok_or_else(|| Problem::not_found("group").into())
}

/// Brings a group to the members that `after` names, in one transaction.
async fn bring(
    call: Call,
    name: &str,
    after: impl Fn(&BTreeSet<AccountId>) -> BTreeSet<AccountId> + Send,
    is_new: bool,
) -> Answered {
    let (mut change, organisation) = call.begin_at_organisation().await?;
    let rows = everybody(&change.writer, organisation.id).await?;
    let before: BTreeSet<AccountId> =
        rows.iter().filter(|row| row.groups.0.iter().any(|group| group == name)).map(|row| row.id).collect();
    if is_new && !before.is_empty() {
        return Err(Problem::new("conflict", "There is a group of this name already.").into());
    }
    let wanted = after(&before);
    if let Some(foreign) = wanted.iter().find(|id| !rows.iter().any(|row| row.id == **id)) {
        return Err(Problem::field("members", format!("{foreign} is no user here.")).into());
    }
    if wanted.symmetric_difference(&before).count() > MOST {
        return Err(Problem::field("members", format!("Change at most {MOST} members at a time.")).into());
    }
    let mut events = Vec::new();
    for row in rows.iter().filter(|row| wanted.contains(&row.id) != before.contains(&row.id)) {
        if row.instance_role != InstanceRole::None {
            let detail = "People with a role for the whole instance are looked after in the console.";
            return Err(Problem::above_own_rights(detail).into());
        }
        let mut settings = MembershipSettings::of(row);
        settings.groups.retain(|group| group != name);
        if wanted.contains(&row.id) {
            settings.groups.push(name.to_owned());
        }
        let (next, more, _) = apply(change, &organisation, row, settings).await?;
        change = next;
        events.extend(more);
    }
    let members = rows.iter().filter(|row| wanted.contains(&row.id));
    let answer = plain(shown(&change.call.state, name, members));
    change.finish_all(events, answer).await
}
