//! Organisation, IP addresses (O4): where its people sign in from, its offices, and what is blocked.

use std::collections::{BTreeMap, btree_map};

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::own::{WasDone, row};
use crate::domain::ids::AccountId;
use crate::domain::network::Network;
use crate::features::accounts::{Account, InstanceRole, find_account, tell_owner};
use crate::features::audit::{self, Chain, Event, Ink};
use crate::features::interactions::FreshAdmin;
use crate::features::ip_addresses::rules::{acts_for_all, acts_on, suggestions};
use crate::features::ip_addresses::views::{
    ActOnNetworkPage, NetworkAct, NetworkDecided, NetworkProblem, OrganisationNetworksPage, PersonNetworksPage,
    PersonsNetworkRow,
};
use crate::features::networks::{
    Entry, How, Owner, Seen, Status, can_be_known, find_entry, know_network, list_networks_of, list_networks_of_people,
    remove_network,
};
use crate::features::organisations::{PersonTabs, member_ids_of, take_turn_as};
use crate::features::outbox::Particulars;
use crate::features::sessions::{OrgAdmin, block_place, signed_in_from};
use crate::storage::Writer;
use crate::web::{AppState, Context, Error, Form, PageProblem, see_other, urls};

pub(super) async fn show(
    State(state): State<AppState>,
    mut context: Context,
    admin: OrgAdmin,
    Query(was): Query<WasDone>,
) -> Result<Response, Error> {
    let page = page(&state, &context, &admin).await?;
    context.signed_in = Some(admin.member.shown());
    context.page(&state, StatusCode::OK, &OrganisationNetworksPage { done: was.done(), ..page })
}

async fn page(state: &AppState, context: &Context, admin: &OrgAdmin) -> Result<OrganisationNetworksPage, Error> {
    let db = state.db.reading();
    let here = context.client_ip.network();
    let own = list_networks_of(db, Owner::Organisation(admin.organisation)).await?;
    let of_people = list_networks_of_people(db, admin.organisation).await?;
    let members = member_ids_of(db, admin.organisation).await?.len();
    let mut names: BTreeMap<AccountId, String> = BTreeMap::new();
    let mut people = Vec::new();
    let suggested = suggestions(&of_people, &own, members);
    for entry in of_people {
        let Owner::Account(account) = entry.owner else { continue };
        let name = match names.entry(account) {
            btree_map::Entry::Occupied(known) => known.get().clone(),
            btree_map::Entry::Vacant(new) => {
                let found = find_account(db, account).await?;
                new.insert(found.map(|account| account.name).unwrap_or_default()).clone()
            }
        };
        let row = row(&entry, here, acts_on(entry.status));
        people.push(PersonsNetworkRow { account: account.to_string(), name, row });
    }
    let own = own.iter().map(|entry| row(entry, here, acts_for_all(Some(entry.status))));
    Ok(OrganisationNetworksPage {
        organisation: admin.member.standing.home().map(|home| home.organisation_name.clone()).unwrap_or_default(),
        people,
        own: own.collect(),
        suggestions: suggested,
        typed: String::new(),
        problem: None,
        done: None,
    })
}

#[derive(Debug, Deserialize)]
pub(super) struct Wanted {
    act: NetworkAct,
    /// As it was typed or listed.
    network: String,
    /// Whose; none for everybody.
    account: Option<String>,
    /// Said on the page that tells what it means.
    sure: Option<String>,
}

/// What an act is about.
struct Target {
    owner: Owner,
    /// The person, where it is one.
    person: Option<Account>,
    network: Network,
    entry: Option<Entry>,
}

/// One of the people whose security this administrator looks after.
async fn person(state: &AppState, admin: &OrgAdmin, account: &str) -> Result<Option<Account>, Error> {
    let Ok(id) = account.parse::<AccountId>() else { return Ok(None) };
    let found = find_account(state.db.reading(), id).await?;
    Ok(found.filter(|account| is_ours(account, admin)))
}

/// An office must not gain power over whoever has a say over everybody.
fn is_ours(account: &Account, admin: &OrgAdmin) -> bool {
    account.home_organisation_id == admin.organisation && account.instance_role == InstanceRole::None
}

pub(super) async fn act(
    State(state): State<AppState>,
    context: Context,
    FreshAdmin(admin): FreshAdmin,
    Form(wanted): Form<Wanted>,
) -> Result<Response, Error> {
    perform(&state, context, &admin, wanted, urls::ORGANISATION_NETWORKS).await
}

/// The networks of one of the people.
pub(super) async fn show_person(
    State(state): State<AppState>,
    mut context: Context,
    admin: OrgAdmin,
    Path(account): Path<String>,
    Query(was): Query<WasDone>,
) -> Result<Response, Error> {
    let Some(person) = person(&state, &admin, &account).await? else {
        return Ok(PageProblem::NotFound.into_response_with(StatusCode::NOT_FOUND));
    };
    let here = context.client_ip.network();
    let entries = list_networks_of(state.db.reading(), Owner::Account(person.id)).await?;
    let page = PersonNetworksPage {
        tabs: PersonTabs {
            base: urls::employee(person.id),
            email: person.email.to_string(),
            here: "ip-addresses",
            looked_after: true,
            name: person.name,
        },
        action: urls::employee_networks(person.id),
        rows: entries.iter().map(|entry| row(entry, here, acts_on(entry.status))).collect(),
        automatic: person.validates_networks,
        done: was.done(),
    };
    context.signed_in = Some(admin.member.shown());
    context.page(&state, StatusCode::OK, &page)
}

/// The same act from the page of one of the people, about their own ledger alone.
pub(super) async fn act_on_person(
    State(state): State<AppState>,
    context: Context,
    FreshAdmin(admin): FreshAdmin,
    Path(account): Path<String>,
    Form(wanted): Form<Wanted>,
) -> Result<Response, Error> {
    let Some(person) = person(&state, &admin, &account).await? else {
        return Ok(PageProblem::NotFound.into_response_with(StatusCode::NOT_FOUND));
    };
    let back = urls::employee_networks(person.id);
    let wanted = Wanted { account: Some(person.id.to_string()), ..wanted };
    perform(&state, context, &admin, wanted, &back).await
}

/// Does it, and goes back to the page that it was asked on.
async fn perform(
    state: &AppState,
    mut context: Context,
    admin: &OrgAdmin,
    wanted: Wanted,
    page_of: &str,
) -> Result<Response, Error> {
    let back = see_other(page_of);
    let typed = wanted.network.trim();
    let network = typed.parse::<Network>().ok().or_else(|| typed.parse().ok().map(Network::of));
    let problem = match network {
        None => Some(NetworkProblem::Shape),
        Some(network) if wanted.act.needs_a_place() && !can_be_known(&state.config, network) => {
            Some(NetworkProblem::NoPlace)
        }
        Some(_) => None,
    };
    let Some(network) = network.filter(|_| problem.is_none()) else {
        let page = page(state, &context, admin).await?;
        context.signed_in = Some(admin.member.shown());
        let page = OrganisationNetworksPage { typed: typed.chars().take(60).collect(), problem, ..page };
        return context.page(state, StatusCode::UNPROCESSABLE_ENTITY, &page);
    };
    let found = match wanted.account.as_deref() {
        None => None,
        Some(account) => match person(state, admin, account).await? {
            Some(person) => Some(person),
            None => return Ok(back),
        },
    };
    let owner = found.as_ref().map_or(Owner::Organisation(admin.organisation), |person| Owner::Account(person.id));
    let entry = find_entry(state.db.reading(), owner, network).await?;
    let target = Target { owner, person: found, network, entry };
    if !target.allows(wanted.act) {
        return Ok(back);
    }
    let explained = matches!(wanted.act, NetworkAct::Block | NetworkAct::BlockForAll | NetworkAct::Office);
    if explained && wanted.sure.is_none() {
        let page = explanation(state, &context, admin, &target, (wanted.act, page_of)).await?;
        context.signed_in = Some(admin.member.shown());
        return context.page(state, StatusCode::OK, &page);
    }
    carry_out(state, &context, admin, &target, wanted.act).await?;
    Ok(see_other(&format!("{page_of}?done={}", wanted.act)))
}

impl Target {
    fn allows(&self, act: NetworkAct) -> bool {
        let status = self.entry.as_ref().map(|entry| entry.status);
        match &self.person {
            Some(_) => status.is_some_and(|status| acts_on(status).contains(&act)) && act != NetworkAct::BlockForAll,
            None => acts_for_all(status).contains(&act),
        }
    }
}

/// What it means, before it is done.
async fn explanation(
    state: &AppState,
    context: &Context,
    admin: &OrgAdmin,
    target: &Target,
    (act, page_of): (NetworkAct, &str),
) -> Result<ActOnNetworkPage, Error> {
    let db = state.db.reading();
    let people = match &target.person {
        Some(person) => vec![person.id],
        None => member_ids_of(db, admin.organisation).await?,
    };
    let mut signed_in = Vec::new();
    for account in signed_in_from(db, &people, target.network, context.now).await? {
        signed_in.extend(find_account(db, account).await?.map(|account| account.name));
    }
    Ok(ActOnNetworkPage {
        act,
        action: page_of.to_owned(),
        back: page_of.to_owned(),
        network: target.network.to_string(),
        account: target.person.as_ref().map(|person| person.id.to_string()),
        name: target.person.as_ref().map(|person| person.name.clone()),
        organisation: admin.member.standing.home().map(|home| home.organisation_name.clone()).unwrap_or_default(),
        here: context.client_ip.network() == Some(target.network)
            && target.person.as_ref().is_none_or(|person| person.id == admin.member.session.account_id),
        signed_in,
    })
}

async fn carry_out(
    state: &AppState,
    context: &Context,
    admin: &OrgAdmin,
    target: &Target,
    act: NetworkAct,
) -> Result<(), Error> {
    let (now, by) = (context.now, &admin.member.standing.account);
    let (owner, network) = (target.owner, target.network);
    let mut writer = state.db.writing().await?;
    // Who looks after whom is looked at once more, and stays so until the commit.
    let still_ours = match &target.person {
        Some(person) => find_account(&writer, person.id).await?.is_some_and(|person| is_ours(&person, admin)),
        None => true,
    };
    if !take_turn_as(&mut writer, admin.organisation, by.id).await? || !still_ours {
        return Ok(());
    }
    let kind = match act {
        NetworkAct::Validate | NetworkAct::Office => {
            let last_seen = target.entry.as_ref().map_or(now, |entry| entry.last_seen_at.max(now));
            let seen = Seen { network, user_agent: None, at: last_seen };
            know_network(&mut writer, owner, &seen, How::Administrator, Some(by.id)).await?;
            if act == NetworkAct::Office { "network.office" } else { "network.known" }
        }
        NetworkAct::Block | NetworkAct::BlockForAll => {
            block_place(&mut writer, owner, network, Some(by.id), now).await?;
            if act == NetworkAct::Block { "network.blocked" } else { "network.blocked_for_all" }
        }
        NetworkAct::Remove | NetworkAct::Release => {
            let seen = target.entry.as_ref().map_or(Status::Waiting, |entry| entry.status);
            if !remove_network(&mut writer, owner, network, seen).await? {
                return Ok(());
            }
            if act == NetworkAct::Remove { "network.removed" } else { "network.released" }
        }
    };
    let mut event = Event::new(Chain::Organisation(admin.organisation), kind, "done")
        .by(by.id)
        .referred_to(context.reference)
        .with("how", How::Administrator.to_string())
        .with_personal("network", network.to_string())
        .with_personal("ip", context.client_ip.to_string());
    if let Some(person) = &target.person {
        event = event.about(person.id);
        tell(&mut writer, state, context, (person, by), (act, network)).await?;
    }
    audit::record(&mut writer, Ink::of(state, now), event).await?;
    Ok(writer.commit().await?)
}

/// Tells whose network it is; whoever decides about their own knows.
async fn tell(
    writer: &mut Writer,
    state: &AppState,
    context: &Context,
    (person, by): (&Account, &Account),
    (act, network): (NetworkAct, Network),
) -> Result<(), Error> {
    if person.id == by.id {
        return Ok(());
    }
    let message = NetworkDecided {
        name: person.name.clone(),
        by: by.name.clone(),
        act,
        network: network.to_string(),
        // Not of the administrator: where they are is nobody else's business.
        particulars: Particulars { browser: None, ip: None, ..Particulars::of(context, person.email.as_str(), None) },
    };
    tell_owner(writer, state, person, &message, context.now).await
}
