//! Networks: those of one person, and those of an organisation, which hold for all its people.

use super::answers::{Answer, Answered};
use super::call::{Call, Change};
use super::documents::{NetworkSettings, NetworkShown, NetworkStatus};
use super::people::particulars;
use super::problems::{Problem, Stop};
use crate::domain::ids::OrganisationId;
use crate::domain::network::Network;
use crate::features::accounts::{Account, tell_owner};
use crate::features::audit::{Chain, Event};
use crate::features::ip_addresses::{NetworkAct, NetworkDecided};
use crate::features::networks::{
    Entry, How, Owner, Seen, Status, can_be_known, find_entry, know_network, list_networks_of, remove_network,
};
use crate::features::sessions::block_place;

pub(super) async fn list_of_organisation(call: Call) -> Answered {
    let organisation = call.organisation(call.db()).await?;
    list(call, Owner::Organisation(organisation.id)).await
}

pub(super) async fn list_of_account(call: Call) -> Answered {
    let account = call.account(call.db()).await?;
    list(call, Owner::Account(account.id)).await
}

async fn list(call: Call, owner: Owner) -> Answered {
    let page = call.page()?;
    let after = page.after.clone().unwrap_or_default();
    let most = usize::try_from(page.limit).unwrap_or(usize::MAX);
    let mut all = list_networks_of(call.db(), owner).await?;
    all.sort_by_key(|entry| entry.network.to_string());
    let rows: Vec<Entry> = all.into_iter().filter(|entry| entry.network.to_string() > after).take(most).collect();
    Ok(call.list(&page, rows, |entry| entry.network.to_string(), |entry| NetworkShown::of(&entry)))
}

pub(super) async fn show_of_organisation(call: Call) -> Answered {
    let organisation = call.organisation(call.db()).await?;
    show(&call, Owner::Organisation(organisation.id)).await
}

pub(super) async fn show_of_account(call: Call) -> Answered {
    let account = call.account(call.db()).await?;
    show(&call, Owner::Account(account.id)).await
}

async fn show(call: &Call, owner: Owner) -> Answered {
    let found = find_entry(call.db(), owner, network(call)?).await?;
    let entry = found.ok_or_else(|| Problem::not_found("network"))?;
    Ok(Answer::show(&NetworkShown::of(&entry)))
}

pub(super) async fn decide_of_organisation(call: Call) -> Answered {
    let (change, organisation) = call.begin_at_organisation().await?;
    decide(change, (Owner::Organisation(organisation.id), organisation.id), None).await
}

pub(super) async fn decide_of_account(call: Call) -> Answered {
    let (change, account) = call.begin_at_account().await?;
    let owner = (Owner::Account(account.id), account.home_organisation_id);
    decide(change, owner, Some(&account)).await
}

async fn decide(
    mut change: Change,
    (owner, organisation): (Owner, OrganisationId),
    person: Option<&Account>,
) -> Answered {
    let wanted: NetworkSettings = change.call.read()?;
    let network = network(&change.call)?;
    let now = change.call.context.now;
    let entry = find_entry(&change.writer, owner, network).await?;
    match &entry {
        Some(entry) => change.check_match(&NetworkShown::of(entry))?,
        None => change.check_new()?,
    }
    let status = entry.as_ref().map(|entry| entry.status);
    let (act, kind) = match (wanted.status, person) {
        (None, _) => return Err(Problem::field("status", "Choose known or blocked.").into()),
        (Some(NetworkStatus::Known), _) if status == Some(Status::Blocked) => {
            return Err(Problem::new("conflict", "The network is blocked. Remove the block first.").into());
        }
        (Some(NetworkStatus::Known), Some(_)) => (NetworkAct::Validate, "network.known"),
        (Some(NetworkStatus::Known), None) => (NetworkAct::Office, "network.office"),
        (Some(NetworkStatus::Blocked), Some(_)) => (NetworkAct::Block, "network.blocked"),
        (Some(NetworkStatus::Blocked), None) => (NetworkAct::BlockForAll, "network.blocked_for_all"),
    };
    if wanted.status == Some(NetworkStatus::Known) {
        if !can_be_known(&change.call.state.config, network) {
            let says = "Private networks, and those of proxies, are known only where the configuration says so.";
            return Err(Problem::field("network", says).into());
        }
        let last_seen = entry.as_ref().map_or(now, |entry| entry.last_seen_at.max(now));
        let seen = Seen { network, user_agent: None, at: last_seen };
        know_network(&mut change.writer, owner, &seen, How::Administrator, None).await?;
    } else {
        block_place(&mut change.writer, owner, network, None, now).await?;
    }
    tell(&mut change, person, (act, network)).await?;
    let found = find_entry(&change.writer, owner, network).await?;
    let shown = NetworkShown::of(&found.ok_or_else(|| Problem::not_found("network"))?);
    let event = event(kind, organisation, person, network);
    change.finish(event, Answer::show(&shown)).await
}

pub(super) async fn remove_of_organisation(call: Call) -> Answered {
    let (change, organisation) = call.begin_at_organisation().await?;
    remove(change, (Owner::Organisation(organisation.id), organisation.id), None).await
}

pub(super) async fn remove_of_account(call: Call) -> Answered {
    let (change, account) = call.begin_at_account().await?;
    let owner = (Owner::Account(account.id), account.home_organisation_id);
    remove(change, owner, Some(&account)).await
}

async fn remove(
    mut change: Change,
    (owner, organisation): (Owner, OrganisationId),
    person: Option<&Account>,
) -> Answered {
    let network = network(&change.call)?;
    let found = find_entry(&change.writer, owner, network).await?;
    let entry = found.ok_or_else(|| Problem::not_found("network"))?;
    change.check_match(&NetworkShown::of(&entry))?;
    if !remove_network(&mut change.writer, owner, network, entry.status).await? {
        return Err(Problem::new("changed", "Read it again, and send the change with its new ETag.").into());
    }
    let (act, kind) = match entry.status {
        Status::Blocked => (NetworkAct::Release, "network.released"),
        _ => (NetworkAct::Remove, "network.removed"),
    };
    tell(&mut change, person, (act, network)).await?;
    let event = event(kind, organisation, person, network);
    change.finish(event, Answer::gone()).await
}

/// The network in the path: as it is listed, or any address of it.
fn network(call: &Call) -> Result<Network, Stop> {
    let text = call.at("network");
    let network = text.parse::<Network>().ok().or_else(|| text.parse().ok().map(Network::of));
    network.ok_or_else(|| Problem::not_found("network").into())
}

/// Tells whose network it is.
async fn tell(
    change: &mut Change,
    person: Option<&Account>,
    (act, network): (NetworkAct, Network),
) -> Result<(), Stop> {
    let Some(person) = person else { return Ok(()) };
    let message = NetworkDecided {
        name: person.name.clone(),
        by: change.call.caller.name.clone(),
        act,
        network: network.to_string(),
        particulars: particulars(change, person),
    };
    tell_owner(&mut change.writer, &change.call.state, person, &message, change.call.context.now).await?;
    Ok(())
}

fn event(kind: &'static str, organisation: OrganisationId, person: Option<&Account>, network: Network) -> Event {
    let event = Event::new(Chain::Organisation(organisation), kind, "done")
        .with("how", How::Administrator.to_string())
        .with_personal("network", network.to_string());
    match person {
        Some(person) => event.about(person.id).with_personal("subject_name", person.name.clone()),
        None => event,
    }
}
