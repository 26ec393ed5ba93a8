//! Account, IP addresses (A5): where somebody signs in from.

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use crate::domain::ids::AccountId;
use crate::domain::network::Network;
use crate::domain::policy::NewNetworks;
use crate::features::accounts::set_validates_networks;
use crate::features::audit::{self, Chain, Event, Ink};
use crate::features::interactions::Fresh;
use crate::features::ip_addresses::views::{ActOnNetworkPage, NetworkAct, NetworkRow, OwnNetworksPage};
use crate::features::networks::{
    Entry, How, Owner, Seen, Status, can_be_known, find_entry, know_network, list_networks_of, remove_network,
};
use crate::features::sessions::{Member, block_place};
use crate::web::{AppState, Context, Error, Form, browser_name, see_other, urls};

/// A row as a page shows it.
pub(super) fn row(entry: &Entry, here: Option<Network>, acts: Vec<NetworkAct>) -> NetworkRow {
    let browser = browser_name(entry.user_agent.as_deref());
    NetworkRow {
        here: Some(entry.network) == here,
        network: entry.network.to_string(),
        status: entry.status,
        proof: entry.proof,
        browser: browser.map(|(name, system)| (name.to_owned(), system.to_owned())),
        first_seen: entry.first_seen_at.millis(),
        last_seen: entry.last_seen_at.millis(),
        acts,
    }
}

/// What its owner may do to this row: nobody lifts what somebody else blocked, and nothing makes a private network known.
fn acts_of(state: &AppState, entry: &Entry, own: AccountId, by_administrator: bool) -> Vec<NetworkAct> {
    let by_somebody_else = entry.decided_by.is_some_and(|by| by != own);
    let may_validate = !by_administrator && can_be_known(&state.config, entry.network);
    acts(entry.status, may_validate, !by_administrator && !by_somebody_else)
}

/// What its owner may do to a network that stands there.
fn acts(status: Status, may_validate: bool, may_unblock: bool) -> Vec<NetworkAct> {
    let lifts = status != Status::Blocked || may_unblock;
    let validate = (status != Status::Known && may_validate && lifts).then_some(NetworkAct::Validate);
    let block = (status != Status::Blocked).then_some(NetworkAct::Block);
    let remove = lifts.then_some(NetworkAct::Remove);
    [validate, block, remove].into_iter().flatten().collect()
}

#[derive(Debug, Deserialize)]
pub(super) struct WasDone {
    done: Option<String>,
}

impl WasDone {
    /// What the address says; anybody may have written that.
    pub(super) fn done(&self) -> Option<NetworkAct> {
        self.done.as_deref().and_then(|word| word.parse().ok())
    }
}

pub(super) async fn show(
    State(state): State<AppState>,
    mut context: Context,
    member: Member,
    Query(was): Query<WasDone>,
) -> Result<Response, Error> {
    let policy = member.standing.policy().new_networks;
    let by_administrator = policy.rule == NewNetworks::AdministratorOnly;
    let ruled = policy.rule != NewNetworks::UsersChoice;
    let here = context.client_ip.network();
    let own = member.session.account_id;
    let entries = list_networks_of(state.db.reading(), Owner::Account(own)).await?;
    let page = OwnNetworksPage {
        rows: entries.iter().map(|entry| row(entry, here, acts_of(&state, entry, own, by_administrator))).collect(),
        automatic: member.standing.account.validates_networks && !ruled,
        ruled_by: ruled.then(|| member.standing.name_of(policy.maker).unwrap_or_default().to_owned()),
        by_administrator,
        done: was.done(),
    };
    context.signed_in = Some(member.shown());
    context.page(&state, StatusCode::OK, &page)
}

#[derive(Debug, Deserialize)]
pub(super) struct Wanted {
    act: NetworkAct,
    network: String,
    /// Said on the page that tells what it means.
    sure: Option<String>,
}

pub(super) async fn act(
    State(state): State<AppState>,
    mut context: Context,
    Fresh(member): Fresh,
    Form(wanted): Form<Wanted>,
) -> Result<Response, Error> {
    let back = see_other(urls::ACCOUNT_NETWORKS);
    let Ok(network) = wanted.network.parse::<Network>() else { return Ok(back) };
    let account = &member.standing.account;
    let owner = Owner::Account(account.id);
    let Some(entry) = find_entry(state.db.reading(), owner, network).await? else { return Ok(back) };
    let by_administrator = member.standing.policy().new_networks.rule == NewNetworks::AdministratorOnly;
    if !acts_of(&state, &entry, account.id, by_administrator).contains(&wanted.act) {
        return Ok(back);
    }
    if wanted.act == NetworkAct::Block && wanted.sure.is_none() {
        let page = ActOnNetworkPage {
            act: wanted.act,
            action: urls::ACCOUNT_NETWORKS.to_owned(),
            back: urls::ACCOUNT_NETWORKS.to_owned(),
            network: network.to_string(),
            account: None,
            name: None,
            organisation: String::new(),
            here: context.client_ip.network() == Some(network),
            signed_in: Vec::new(),
        };
        context.signed_in = Some(member.shown());
        return context.page(&state, StatusCode::OK, &page);
    }
    let now = context.now;
    let mut writer = state.db.writing().await?;
    let kind = match wanted.act {
        NetworkAct::Validate => {
            let seen = Seen { network, user_agent: None, at: now };
            know_network(&mut writer, owner, &seen, How::Owner, Some(account.id)).await?;
            "network.known"
        }
        NetworkAct::Block => {
            block_place(&mut writer, owner, network, Some(account.id), now).await?;
            "network.blocked"
        }
        _ => {
            if !remove_network(&mut writer, owner, network, entry.status).await? {
                return Ok(back);
            }
            "network.removed"
        }
    };
    let event = own_event(&member, &context, kind).with_personal("network", network.to_string());
    audit::record(&mut writer, Ink::of(&state, now), event).await?;
    writer.commit().await?;
    Ok(see_other(&format!("{}?done={}", urls::ACCOUNT_NETWORKS, wanted.act)))
}

fn own_event(member: &Member, context: &Context, kind: &'static str) -> Event {
    let account = &member.standing.account;
    Event::new(Chain::Organisation(account.home_organisation_id), kind, "done")
        .by(account.id)
        .about(account.id)
        .referred_to(context.reference)
        .with("how", How::Owner.to_string())
        .with_personal("ip", context.client_ip.to_string())
}

/// Whoever comes back from proving who they are presses the button again.
pub(super) async fn back() -> Response {
    see_other(urls::ACCOUNT_NETWORKS)
}

#[derive(Debug, Deserialize)]
pub(super) struct Choice {
    /// `yes` when new networks are to join by themselves.
    automatic: Option<String>,
}

pub(super) async fn choose(
    State(state): State<AppState>,
    context: Context,
    Fresh(member): Fresh,
    Form(choice): Form<Choice>,
) -> Result<Response, Error> {
    // Where a rule takes the choice away there is none to make.
    if member.standing.policy().new_networks.rule == NewNetworks::UsersChoice {
        let automatic = choice.automatic.as_deref() == Some("yes");
        let mut writer = state.db.writing().await?;
        set_validates_networks(&mut writer, member.session.account_id, automatic).await?;
        let kind = if automatic { "network.automatic_on" } else { "network.automatic_off" };
        audit::record(&mut writer, Ink::of(&state, context.now), own_event(&member, &context, kind)).await?;
        writer.commit().await?;
    }
    Ok(see_other(urls::ACCOUNT_NETWORKS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_gets_around_the_administrator_by_forgetting() {
        use NetworkAct::{Block, Remove, Validate};
        assert_eq!(acts(Status::Waiting, true, true), [Validate, Block, Remove]);
        assert_eq!(acts(Status::Known, true, true), [Block, Remove]);
        assert_eq!(acts(Status::Blocked, true, true), [Validate, Remove]);
        assert_eq!(acts(Status::Blocked, true, false), [], "somebody else blocked it");
        assert_eq!(acts(Status::Waiting, false, false), [Block, Remove]);
        assert_eq!(acts(Status::Known, false, false), [Block, Remove]);
        assert_eq!(acts(Status::Blocked, false, true), [Remove]);
    }
}
