//! Who belongs to an organisation, and as what.

use serde_json::json;

use super::BASE;
use super::answers::{Answer, Answered};
use super::apps::changes;
use super::call::{Call, Change};
use super::documents::{MembershipSettings, MembershipShown, NewMembership};
use super::people::person_changed;
use super::problems::{Problem, Stop};
use super::store::{MemberRow, find_member, list_members};
use crate::domain::ids::{AccountId, MembershipId, OrganisationId};
use crate::domain::names::{LONGEST_GROUP, MOST_GROUPS, parse_groups};
use crate::features::accounts::{InstanceRole, find_account};
use crate::features::api_keys::Rights;
use crate::features::audit::{Chain, Event};
use crate::features::declarations::FieldFault;
use crate::features::employees::count_other_administrators;
use crate::features::organisations::{
    Giver, Organisation, Role, add_membership, remove_membership, set_added_by, set_groups, set_membership_disabled,
    set_role,
};
use crate::features::sessions::end_everything_else;
use crate::storage::{Reader, StorageError, Writer};

pub(super) async fn list(call: Call) -> Answered {
    let page = call.page()?;
    let organisation = call.organisation(call.db()).await?.id;
    let rows = list_members(call.db(), organisation, &page).await?;
    Ok(call.list(&page, rows, |row| row.id.to_string(), |row| MembershipShown::of(organisation, &row)))
}

pub(super) async fn show(call: Call) -> Answered {
    let organisation = call.organisation(call.db()).await?.id;
    let row = find(&call, call.db(), organisation).await?;
    Ok(Answer::show(&MembershipShown::of(organisation, &row)))
}

pub(super) async fn add(call: Call) -> Answered {
    let wanted: NewMembership = call.read()?;
    let groups = check_groups(&wanted.groups)?;
    check_power(&call, [wanted.role])?;
    let now = call.context.now;
    let (mut change, organisation) = call.begin_at_organisation().await?;
    // Whose home is elsewhere is no business of a key of one organisation.
    let found = match wanted.account.parse::<AccountId>() {
        Ok(id) => find_account(&change.writer, id).await?,
        Err(_) => None,
    };
    let seen = found.filter(|account| change.call.caller.sees(account.home_organisation_id));
    let Some(account) = seen else { return Err(Problem::field("account", "There is no such account.").into()) };
    check_powerless(account.instance_role)?;
    let id = MembershipId::new(now, change.call.state.random.as_ref());
    let who = (organisation.id, account.id);
    if find_member(&change.writer, organisation.id, account.id).await?.is_some() {
        return Err(Problem::new("conflict", "The account belongs to the organisation already.").into());
    }
    add_membership(&mut change.writer, id, who, wanted.role, groups, now).await?;
    note_giver(&mut change, who, wanted.role).await?;
    let row = find_member(&change.writer, organisation.id, account.id).await?;
    let row = row.ok_or_else(|| Problem::not_found("membership"))?;
    let event = event("membership.add", &organisation, &row).with("role", wanted.role.to_string());
    let location = format!("{BASE}/organisations/{}/memberships/{}", organisation.id, account.id);
    change.finish(event, Answer::made(&MembershipShown::of(organisation.id, &row), location)).await
}

pub(super) async fn change(call: Call) -> Answered {
    let (change, organisation, before) = hold(call).await?;
    let settings: MembershipSettings = change.call.changed(&MembershipSettings::of(&before))?;
    let (change, events, row) = apply(change, &organisation, &before, settings).await?;
    change.finish_all(events, Answer::show(&MembershipShown::of(organisation.id, &row))).await
}

pub(super) async fn remove(call: Call) -> Answered {
    let (change, organisation, row) = hold(call).await?;
    if row.home_organisation_id == organisation.id {
        let detail = "This is the home of the account, which it cannot be without. Disable the membership instead.";
        return Err(Problem::new("conflict", detail).into());
    }
    let (change, event) = end(change, &organisation, &row).await?;
    change.finish(event, Answer::gone()).await
}

/// Ends the membership of somebody whose home is elsewhere.
pub(super) async fn end(
    mut change: Change,
    organisation: &Organisation,
    row: &MemberRow,
) -> Result<(Change, Event), Stop> {
    check_last(&mut change.writer, organisation, row).await?;
    check_power(&change.call, [row.role])?;
    remove_membership(&mut change.writer, (organisation.id, row.id)).await?;
    let event = event("membership.remove", organisation, row);
    Ok((change, event))
}

/// Remembers that the program brought a member in, and made them what they are.
pub(super) async fn note_giver(
    change: &mut Change,
    who: (OrganisationId, AccountId),
    role: Role,
) -> Result<(), StorageError> {
    let by = Giver::Program(change.call.caller.machine.clone());
    set_added_by(&mut change.writer, who, by.clone()).await?;
    set_role(&mut change.writer, who, role, (Some(by), change.call.context.now)).await?;
    Ok(())
}

/// Brings a membership to these settings, with what follows from that, and tells the person.
pub(super) async fn apply(
    mut change: Change,
    organisation: &Organisation,
    before: &MemberRow,
    settings: MembershipSettings,
) -> Result<(Change, Vec<Event>, MemberRow), Stop> {
    let now = change.call.context.now;
    let groups = check_groups(&settings.groups)?;
    let (was_off, who) = (before.disabled_at.is_some(), (organisation.id, before.id));
    let gives_up = settings.disabled || settings.role != Role::Administrator;
    if gives_up {
        check_last(&mut change.writer, organisation, before).await?;
    }
    let mut done: Vec<(&str, Event)> = Vec::new();
    if settings.role != before.role {
        check_power(&change.call, [settings.role, before.role])?;
        let by = Giver::Program(change.call.caller.machine.clone());
        set_role(&mut change.writer, who, settings.role, (Some(by), now)).await?;
        let event = event("membership.role", organisation, before)
            .with("before", before.role.to_string())
            .with("after", settings.role.to_string());
        done.push(("role", event));
    }
    if settings.disabled != was_off {
        check_power(&change.call, [before.role])?;
        set_membership_disabled(&mut change.writer, who, settings.disabled, now).await?;
        if settings.disabled && before.home_organisation_id == organisation.id {
            end_everything_else(&mut change.writer, before.id, None, now).await?;
        }
        let kind = if settings.disabled { "membership.disable" } else { "membership.enable" };
        done.push((if settings.disabled { "disable" } else { "enable" }, event(kind, organisation, before)));
    }
    let mut events = Vec::new();
    if groups != before.groups.0 {
        let changed = changes(&json!({ "groups": before.groups.0 }), &json!({ "groups": groups }));
        set_groups(&mut change.writer, who, groups).await?;
        events.push(event("membership.groups", organisation, before).with("changes", changed));
    }
    let account = find_account(&change.writer, before.id).await?.ok_or_else(|| Problem::not_found("account"))?;
    for (act, event) in done {
        person_changed(&mut change, &account, (&organisation.name, settings.role), act).await?;
        events.push(event);
    }
    let row = find_member(&change.writer, organisation.id, before.id).await?;
    let row = row.ok_or_else(|| Problem::not_found("membership"))?;
    Ok((change, events, row))
}

async fn find(call: &Call, db: &Reader, organisation: OrganisationId) -> Result<MemberRow, Stop> {
    let found = match call.at("account").parse() {
        Ok(account) => find_member(db, organisation, account).await?,
        Err(_) => None,
    };
    found.ok_or_else(|| Problem::not_found("membership").into())
}

/// Begins to change the membership in the path.
async fn hold(call: Call) -> Result<(Change, Organisation, MemberRow), Stop> {
    let (change, organisation) = call.begin_at_organisation().await?;
    let row = find(&change.call, &change.writer, organisation.id).await?;
    change.check_match(&MembershipShown::of(organisation.id, &row))?;
    check_powerless(row.instance_role)?;
    Ok((change, organisation, row))
}

/// Refuses what is done to somebody who has a say over the whole instance.
pub(super) fn check_powerless(role: InstanceRole) -> Result<(), Problem> {
    if role == InstanceRole::None { Ok(()) } else { Err(powerful()) }
}

fn powerful() -> Problem {
    Problem::above_own_rights("People with a role for the whole instance are looked after in the console.")
}

/// Whoever makes an administrator, or ends one, needs all that an administrator may do.
pub(super) fn check_power(call: &Call, roles: impl IntoIterator<Item = Role>) -> Result<(), Problem> {
    let needed = Rights::of_an_administrator();
    if roles.into_iter().all(|role| role != Role::Administrator) || needed.is_within(&call.caller.rights) {
        return Ok(());
    }
    Err(Problem::above_own_rights(format!("For administrators the key needs the scopes {needed}.")))
}

/// Somebody who can act looks after every organisation; called where this member would do so no longer.
async fn check_last(writer: &mut Writer, organisation: &Organisation, row: &MemberRow) -> Result<(), Stop> {
    let acts = row.role == Role::Administrator && row.disabled_at.is_none() && row.account_disabled_at.is_none();
    if acts && count_other_administrators(writer, organisation.id, row.id).await? == 0 {
        let detail = format!("This is the last administrator of {} who can act.", organisation.name);
        return Err(Problem::new("last_administrator", detail).into());
    }
    Ok(())
}

/// Groups in one order, each once.
pub(super) fn check_groups(groups: &[String]) -> Result<Vec<String>, Problem> {
    let Some(mut all) = parse_groups(groups.iter().map(String::as_str)) else {
        let says = format!("At most {MOST_GROUPS} groups, each of 1 to {LONGEST_GROUP} characters.");
        return Err(Problem::fields(vec![FieldFault::new("groups", says)]));
    };
    all.sort();
    Ok(all)
}

fn event(kind: &'static str, organisation: &Organisation, row: &MemberRow) -> Event {
    Event::new(Chain::Organisation(organisation.id), kind, "done")
        .about(row.id)
        .with_personal("subject_name", row.name.clone())
}
