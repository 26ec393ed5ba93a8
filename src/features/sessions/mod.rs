//! Sessions: a browser that somebody signed in with, and who that is at this moment.

mod pages;
mod rules;
mod store;

use crate::domain::Timestamp;
use crate::domain::ids::{AccountId, OrganisationId, SessionId};
use crate::domain::network::Network;
use crate::domain::policy::{Policy, PolicyInForce, RuleMaker};
use crate::domain::sign_in::{AccountFacts, Answers, Evidence, Facts, NetworkStanding, Use, Wish};
use crate::features::accounts::{Account, InstanceRole, look_up_account, mark_credentials_changed};
use crate::features::factors::{Enrolled, end_devices_from, end_devices_of, end_devices_of_all, look_up_enrolled};
use crate::features::networks::{Owner, Places, block_network, look_up_places};
use crate::features::organisations::{Membership, Role, look_up_memberships, member_ids_of, set_policy};
use crate::storage::{Reader, StorageError, Writer};

pub use pages::{Holder, Member, OrgAdmin};
pub use rules::Lifetime;
pub use store::{
    Opened, end_other_sessions, end_session, end_sessions_from, end_sessions_of, find_live_session, find_session,
    list_ended_sessions, list_live_sessions, list_sessions_of_members, open_session, remove_old_sessions,
    renew_session, signed_in_from, touch_session,
};

/// A browser that somebody signed in with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Its identifier; not its secret.
    pub id: SessionId,
    /// Who signed in.
    pub account_id: AccountId,
    /// How they proved it, as of then.
    pub evidence: Evidence,
    /// From which network, for showing.
    pub network: Option<Network>,
    /// What the browser calls itself.
    pub user_agent: Option<String>,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    pub last_used_at: Timestamp,
    /// When it ends whatever happens.
    pub expires_at: Timestamp,
    /// When it was ended.
    pub ended_at: Option<Timestamp>,
}

/// An account with what decides over it.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The account.
    pub account: Account,
    /// Its organisations.
    pub memberships: Vec<Membership>,
    /// The kinds of factor that it enrolled.
    pub enrolled: Enrolled,
    /// What the ledger says about the networks that were asked about.
    pub places: Places,
}

impl Standing {
    /// The membership of the home organisation.
    #[must_use]
    pub fn home(&self) -> Option<&Membership> {
        self.memberships.iter().find(|place| place.organisation_id == self.account.home_organisation_id)
    }

    /// Where people may come from is for those who look after their security, at home, and while they do: without a
    /// living membership of it, what the organisation says about networks does not count.
    fn at_home(mut self) -> Self {
        if !self.home().is_some_and(|home| home.disabled_at.is_none() && !home.organisation_disabled) {
            self.places.0.retain(|entry| matches!(entry.owner, Owner::Account(_)));
        }
        self
    }

    /// The rules that hold: of every organisation that it belongs to, and for what the person may do.
    #[must_use]
    pub fn policy(&self) -> PolicyInForce {
        policy_of(&self.memberships, self.account.instance_role)
    }

    /// The name of whoever made a rule, where it is an organisation of this account.
    #[must_use]
    pub fn name_of(&self, maker: RuleMaker) -> Option<&str> {
        let RuleMaker::Organisation(id) = maker else { return None };
        let place = self.memberships.iter().find(|place| place.organisation_id == id)?;
        Some(&place.organisation_name)
    }

    /// Where a sign-in stands that came from the network of `evidence`. The network that the browser is in now is looked
    /// at for blocks alone; the address of whoever calls from behind an app is no fact at all.
    #[must_use]
    pub fn network(&self, evidence: Option<&Evidence>, here: Option<Network>, now: Timestamp) -> NetworkStanding {
        if self.places.blocked(here).is_some() {
            return NetworkStanding::Blocked;
        }
        self.places.standing(evidence.and_then(|evidence| evidence.network), now)
    }

    /// The facts for the decision.
    #[must_use]
    pub fn facts(&self) -> AccountFacts {
        let home = self.home();
        AccountFacts {
            id: self.account.id,
            disabled: self.account.disabled_at.is_some(),
            organisation_disabled: home.is_some_and(|place| place.organisation_disabled),
            membership_disabled: home.is_none_or(|place| place.disabled_at.is_some()),
            credentials_changed_at: self.account.credentials_changed_at,
            enrolled: self.enrolled.kinds,
            must_enrol: self.enrolled.must_enrol,
            device_bound: self.enrolled.device_bound,
            validates_networks: self.account.validates_networks,
            policy: self.policy(),
        }
    }
}

/// The rules that hold for whoever has these memberships, and may do this for the instance.
#[must_use]
pub fn policy_of(memberships: &[Membership], role: InstanceRole) -> PolicyInForce {
    let places = memberships.iter().filter(|place| place.disabled_at.is_none() && !place.organisation_disabled);
    let administrates = places.clone().any(|place| place.role == Role::Administrator);
    let mut all: Vec<(RuleMaker, Policy)> =
        places.map(|place| (RuleMaker::Organisation(place.organisation_id), place.policy)).collect();
    if administrates {
        all.push((RuleMaker::Instance, Policy::of_administrators()));
    }
    if role != InstanceRole::None {
        all.push((RuleMaker::Instance, Policy::of_the_instance()));
    }
    PolicyInForce::strictest(all)
}

/// The facts about evidence that is used again: as of sign-in, under the rules of now.
///
/// `here` is the network of the browser that uses it; none where an app calls by itself.
#[must_use]
pub fn facts_later(
    evidence: &Evidence,
    standing: Option<&Standing>,
    issued_at: Option<Timestamp>,
    (here, now): (Option<Network>, Timestamp),
) -> Facts {
    Facts {
        now,
        occasion: Use::Later,
        wish: Wish::default(),
        issued_at,
        evidence: Some(evidence.clone()),
        account: standing.map(Standing::facts),
        network: standing.map_or(NetworkStanding::New, |standing| standing.network(Some(evidence), here, now)),
        answers: Answers::default(),
        offer: false,
        app: None,
    }
}

/// What follows when a password or factor of an account changed: every other session and every remembered browser
/// ends, and so does every token that was given before.
///
/// # Errors
///
/// When the database refuses.
pub async fn end_everything_else(
    db: &mut Writer,
    account: AccountId,
    keep: Option<SessionId>,
    now: Timestamp,
) -> Result<(), StorageError> {
    match keep {
        Some(keep) => end_other_sessions(db, account, keep, now).await?,
        None => end_sessions_of(db, account, now).await?,
    };
    end_devices_of(db, account, now).await?;
    mark_credentials_changed(db, account, now).await
}

/// Blocks a network, for one person or for everybody of an organisation: nothing comes from it any more, and what came
/// from it before ends.
///
/// # Errors
///
/// When the database refuses.
pub async fn block_place(
    db: &mut Writer,
    owner: Owner,
    network: Network,
    by: Option<AccountId>,
    now: Timestamp,
) -> Result<(), StorageError> {
    block_network(db, owner, network, by, now).await?;
    let people = match owner {
        Owner::Account(account) => vec![account],
        Owner::Organisation(organisation) => member_ids_of(db, organisation).await?,
    };
    end_sessions_from(db, &people, network, now).await?;
    end_devices_from(db, &people, network, now).await
}

/// Sets the rules of an organisation. They hold at once, at every use of what was given before; browsers in which a
/// second step was remembered under other rules are forgotten, so that a rule that is lifted again revives none.
///
/// `by` is none for the command line. With `seen`, only while the rules are still of that version. Says whether it did.
///
/// # Errors
///
/// When the database refuses.
pub async fn change_policy(
    db: &mut Writer,
    organisation: OrganisationId,
    policy: Policy,
    (by, seen): (Option<AccountId>, Option<i64>),
    now: Timestamp,
) -> Result<bool, StorageError> {
    if !set_policy(db, organisation, policy, (by, seen), now).await? {
        return Ok(false);
    }
    let members = member_ids_of(db, organisation).await?;
    end_devices_of_all(db, &members, now).await?;
    Ok(true)
}

/// Where an account stands at this moment, and what the ledger says about `networks`.
///
/// # Errors
///
/// When the database refuses.
pub async fn find_standing(
    db: &Reader,
    id: AccountId,
    networks: impl IntoIterator<Item = Option<Network>>,
) -> Result<Option<Standing>, StorageError> {
    let networks = networks.into_iter().flatten().collect();
    let asked = look_up_account(id)
        .and(look_up_memberships(id))
        .and(look_up_enrolled(id))
        .and(look_up_places(id, networks))
        .map(|(((account, memberships), enrolled), places)| {
            Some(Standing { account: account?, memberships, enrolled, places }.at_home())
        });
    db.ask(asked).await
}
