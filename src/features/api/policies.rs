//! The rules of organisations.

use serde_json::json;

use super::answers::{Answer, Answered};
use super::call::Call;
use super::people::rules_changed;
use super::problems::{Problem, Stop};
use crate::domain::ids::OrganisationId;
use crate::domain::policy::NewNetworks;
use crate::domain::{FactorKind, Policy};
use crate::features::audit::{Chain, Event};
use crate::features::declarations::{PolicySettings, beyond_an_organisation};
use crate::features::factors::find_enrolled;
use crate::features::organisations::{Rules, administrators_of, find_rules};
use crate::features::sessions::change_policy;
use crate::storage::Reader;

pub(super) async fn show(call: Call) -> Answered {
    let organisation = call.organisation(call.db()).await?;
    Ok(Answer::show(&PolicySettings::of(&find(call.db(), organisation.id).await?.policy)))
}

pub(super) async fn change(call: Call) -> Answered {
    let now = call.context.now;
    let (mut change, organisation) = call.begin_at_organisation().await?;
    let rules = find(&change.writer, organisation.id).await?;
    let before = PolicySettings::of(&rules.policy);
    change.check_match(&before)?;
    let settings: PolicySettings = change.call.changed(&before)?;
    let after = settings.policy(rules.policy, now)?;
    if change.call.caller.organisation.is_some() {
        let faults = beyond_an_organisation(&rules.policy, &after, now);
        if !faults.is_empty() {
            return Err(faults.into());
        }
        check_way_in(&change.writer, organisation.id, (rules.policy, after)).await?;
    }
    let answer = Answer::show(&PolicySettings::of(&after));
    if after == rules.policy {
        return change.finish_all(Vec::new(), answer).await;
    }
    // The same function as on the pages: what no longer satisfies the rules ends.
    if !change_policy(&mut change.writer, organisation.id, after, (None, Some(rules.version)), now).await? {
        return Err(Problem::new("changed", "Read it again, and send the change with its new ETag.").into());
    }
    rules_changed(&mut change, &organisation).await?;
    let event = Event::new(Chain::Organisation(organisation.id), "organisation.policy", "done")
        .with("before", json!(rules.policy))
        .with("after", json!(after));
    change.finish(event, answer).await
}

/// Where only an administrator lets people in from new networks, one can always get in: there are two, or a passkey.
async fn check_way_in(db: &Reader, id: OrganisationId, (before, after): (Policy, Policy)) -> Result<(), Stop> {
    if after.new_networks != NewNetworks::AdministratorOnly || before.new_networks == after.new_networks {
        return Ok(());
    }
    let administrators = administrators_of(db, id).await?;
    if administrators.len() > 1 {
        return Ok(());
    }
    for id in administrators {
        if find_enrolled(db, id).await?.kinds.contains(FactorKind::Passkey) {
            return Ok(());
        }
    }
    let detail = "The only administrator has no passkey, so nobody could let them in from a new network.";
    Err(Problem::new("last_administrator", detail).into())
}

async fn find(db: &Reader, organisation: OrganisationId) -> Result<Rules, Stop> {
    find_rules(db, organisation).await?.ok_or_else(|| Problem::not_found("organisation").into())
}
