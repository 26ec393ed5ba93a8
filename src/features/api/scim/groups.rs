//! Groups: the names in the groups of memberships.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::people::{User, everybody};
use super::rules::{GROUP, equals, group_id, group_name, member_in, members, steps};
use super::{MOST, SCIM, listed, plain};
use crate::features::api::answers::{Answer, Answered};
use crate::features::api::apps::changes;
use crate::features::api::call::Call;
use crate::features::api::documents::MembershipSettings;
use crate::features::api::invitations::about;
use crate::features::api::memberships::{apply, check_groups, check_powerless};
use crate::features::api::problems::{Problem, Stop};
use crate::features::organisations::{MemberInvitation, change_member_invitation};
use crate::web::AppState;

/// Who is in each group.
fn groups(users: &[User]) -> BTreeMap<&str, Vec<&User>> {
    let mut all: BTreeMap<&str, Vec<&User>> = BTreeMap::new();
    for user in users {
        for group in user.groups() {
            all.entry(group).or_default().push(user);
        }
    }
    all
}

fn shown<'a>(state: &AppState, name: &str, users: impl IntoIterator<Item = &'a User>) -> Value {
    let members: Vec<Value> =
        users.into_iter().map(|user| json!({ "value": user.id(), "display": user.name() })).collect();
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
    let rows = everybody(&call, call.db(), organisation).await?;
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
    let rows = everybody(&call, call.db(), organisation).await?;
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
    let answer = bring(call, &names[0], |_| wanted.iter().cloned().collect(), true).await?;
    Ok(Answer { status: 201, location: Some(location), ..answer })
}

pub(super) async fn change(call: Call) -> Answered {
    let malformed = || Problem::new("malformed", "Send Operations with op, path and value (RFC 7644, section 3.5.2).");
    let steps = steps(&call.body).ok_or_else(malformed)?;
    let name = name(&call)?;
    let mut changes: Vec<(String, Vec<String>)> = Vec::new();
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
    let after = |before: &BTreeSet<String>| {
        changes.iter().fold(before.clone(), |mut now, (op, listed)| {
            match op.as_str() {
                "add" => now.extend(listed.iter().cloned()),
                "remove" => now.retain(|id| !listed.contains(id)),
                _ => now = listed.iter().cloned().collect(),
            }
            now
        })
    };
    bring(call, &name, after, false).await
}

pub(super) async fn remove(call: Call) -> Answered {
    let name = name(&call)?;
    let organisation = call.organisation(call.db()).await?.id;
    let rows = everybody(&call, call.db(), organisation).await?;
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
    after: impl Fn(&BTreeSet<String>) -> BTreeSet<String> + Send,
    is_new: bool,
) -> Answered {
    let (mut change, organisation) = call.begin_at_organisation().await?;
    let users = everybody(&change.call, &change.writer, organisation.id).await?;
    let before: BTreeSet<String> =
        users.iter().filter(|user| user.groups().iter().any(|group| group == name)).map(User::id).collect();
    if is_new && !before.is_empty() {
        return Err(Problem::new("conflict", "There is a group of this name already.").into());
    }
    let mut wanted = BTreeSet::new();
    for id in after(&before) {
        let Some(user) = users.iter().find(|user| user.is(&id)) else {
            return Err(Problem::field("members", format!("{id} is no user here.")).into());
        };
        wanted.insert(user.id());
    }
    if wanted.symmetric_difference(&before).count() > MOST {
        return Err(Problem::field("members", format!("Change at most {MOST} members at a time.")).into());
    }
    let mut events = Vec::new();
    for user in users.iter().filter(|user| wanted.contains(&user.id()) != before.contains(&user.id())) {
        let mut groups: Vec<String> = user.groups().iter().filter(|group| *group != name).cloned().collect();
        if wanted.contains(&user.id()) {
            groups.push(name.to_owned());
        }
        match user {
            User::Member(row) => {
                check_powerless(row.instance_role)?;
                let settings = MembershipSettings { groups, ..MembershipSettings::of(row) };
                let (next, more, _) = apply(change, &organisation, row, settings).await?;
                change = next;
                events.extend(more);
            }
            User::Invited(invitation) => {
                let changed = changes(&json!({ "groups": invitation.groups }), &json!({ "groups": groups }));
                let groups = check_groups(&groups)?;
                let after = MemberInvitation { groups, ..(**invitation).clone() };
                change_member_invitation(&mut change.writer, &after).await?;
                events.push(about(&after, "membership.groups").with("changes", changed));
            }
        }
    }
    let members = users.iter().filter(|user| wanted.contains(&user.id()));
    let answer = plain(shown(&change.call.state, name, members));
    change.finish_all(events, answer).await
}
