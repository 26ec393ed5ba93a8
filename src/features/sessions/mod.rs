//! Sessions: a browser that somebody signed in with, and who that is at this moment.

mod pages;
mod rules;
mod store;

use crate::domain::Timestamp;
use crate::domain::ids::{AccountId, SessionId};
use crate::domain::network::Network;
use crate::domain::sign_in::{AccountFacts, Evidence};
use crate::features::accounts::{Account, find_account};
use crate::features::organisations::{Membership, memberships_of};
use crate::storage::{Reader, StorageError};

pub use pages::Member;
pub use rules::Lifetime;
pub use store::{
    Opened, end_other_sessions, end_session, end_sessions_of, find_live_session, find_session, list_live_sessions,
    open_session, remove_old_sessions, touch_session,
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
}

impl Standing {
    /// The membership of the home organisation.
    #[must_use]
    pub fn home(&self) -> Option<&Membership> {
        self.memberships.iter().find(|place| place.organisation_id == self.account.home_organisation_id)
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
        }
    }
}

/// Where an account stands at this moment.
///
/// # Errors
///
/// When the database refuses.
pub async fn find_standing(db: &Reader, id: AccountId) -> Result<Option<Standing>, StorageError> {
    let Some(account) = find_account(db, id).await? else { return Ok(None) };
    let memberships = memberships_of(db, id).await?;
    Ok(Some(Standing { account, memberships }))
}
