//! Organisations.

use serde_json::json;

use super::BASE;
use super::answers::{Answer, Answered};
use super::apps::changes;
use super::call::Call;
use super::documents::{NewOrganisation, OrganisationSettings, OrganisationShown};
use super::problems::Problem;
use crate::domain::names::{LONGEST_NAME, is_name};
use crate::features::admin::{Done, switch_organisation};
use crate::features::audit::{Chain, Event};
use crate::features::organisations::{
    Organisation, add_organisation, find_organisation_by_name, list_organisations, rename_organisation,
};
use crate::storage::{Versioned, raise_version};

pub(super) async fn list(call: Call) -> Answered {
    let page = call.page()?;
    let most = usize::try_from(page.limit).unwrap_or(usize::MAX);
    let after = page.after.clone().unwrap_or_default();
    let all = list_organisations(call.db()).await?.into_iter();
    let seen = all.filter(|organisation| call.caller.sees(organisation.id) && organisation.id.to_string() > after);
    let rows: Vec<Organisation> = seen.take(most).collect();
    Ok(call.list(&page, rows, |one| one.id.to_string(), |one| OrganisationShown::of(&one)))
}

pub(super) async fn show(call: Call) -> Answered {
    Ok(Answer::show(&OrganisationShown::of(&call.organisation(call.db()).await?)))
}

pub(super) async fn add(call: Call) -> Answered {
    let wanted: NewOrganisation = call.read()?;
    let name = check_name(&wanted.name)?.to_owned();
    let now = call.context.now;
    let organisation = Organisation::new(name, (now, call.state.random.as_ref()));
    let id = organisation.id;
    let mut change = call.begin().await?;
    check_free(&change, &organisation).await?;
    add_organisation(&mut change.writer, &organisation).await?;
    let event = Event::new(Chain::Organisation(id), "organisation.add", "done").with("name", organisation.name.clone());
    let answer = Answer::made(&OrganisationShown::of(&organisation), format!("{BASE}/organisations/{id}"));
    change.finish(event, answer).await
}

pub(super) async fn change(call: Call) -> Answered {
    let now = call.context.now;
    let mut change = call.begin().await?;
    // In the order of the console, which waits for the same two.
    raise_version(&mut change.writer, Versioned::Roles).await?;
    let before = change.hold_organisation().await?;
    change.check_match(&OrganisationShown::of(&before))?;
    let settings: OrganisationSettings = change.call.changed(&OrganisationSettings::of(&before))?;
    let name = check_name(&settings.name)?.to_owned();
    let disabled_at = settings.disabled.then_some(before.disabled_at.unwrap_or(now));
    let after = Organisation { name, disabled_at, ..before.clone() };
    if after.name != before.name {
        check_free(&change, &after).await?;
    }
    let mut events = Vec::new();
    if after.name != before.name {
        rename_organisation(&mut change.writer, after.id, &after.name).await?;
        let changed = changes(&json!({ "name": before.name }), &json!({ "name": after.name }));
        let event = Event::new(Chain::Organisation(after.id), "organisation.rename", "done");
        events.push(event.with("changes", changed));
    }
    if settings.disabled != before.disabled_at.is_some() {
        let (state, doer) = (change.call.state.clone(), change.doer());
        let done = switch_organisation(&mut change.writer, &state, &doer, after.id, !settings.disabled).await?;
        if done == Done::LastAdministrator {
            let detail = "Nobody else could look after the whole instance.";
            return Err(Problem::new("last_administrator", detail).into());
        }
    }
    change.finish_all(events, Answer::show(&OrganisationShown::of(&after))).await
}

fn check_name(name: &str) -> Result<&str, Problem> {
    let name = name.trim();
    if !is_name(name) {
        return Err(Problem::field("name", format!("A name has 1 to {LONGEST_NAME} characters.")));
    }
    Ok(name)
}

/// People tell organisations apart by their names.
async fn check_free(change: &super::call::Change, wanted: &Organisation) -> Result<(), super::problems::Stop> {
    match find_organisation_by_name(&change.writer, &wanted.name).await? {
        Some(other) if other.id != wanted.id => {
            Err(Problem::new("conflict", format!("There is an organisation called {} already.", wanted.name)).into())
        }
        _ => Ok(()),
    }
}
