//! Invitations (H22): the first sign-in of somebody whom the operator added, and into an organisation, of somebody who may
//! have an account or not.

mod join;
mod pages;
mod views;

use std::time::Duration;

use crate::domain::ids::OrganisationId;
use crate::domain::{Language, Secret, Timestamp};
use crate::features::accounts::Account;
use crate::features::audit::Machine;
use crate::features::organisations::{Giver, INVITATION_LIFETIME, Organisation, add_invitation};
use crate::features::outbox::{Letter, Particulars, Recipient, post};
use crate::features::throttles::{Blocked, Counter, Limit, reserve};
use crate::storage::{StorageError, Writer};
use crate::web::{Error, Parts, urls};

pub use join::{Wanted, count_invitation_to, invite_member};
pub use pages::routes;
pub use views::{ClosedInvitationPage, InvitationMail, InvitationPage, JoinPage};

/// The most invitations of one organisation in a day: an office that grows needs fewer, and whoever floods strangers
/// with our mail needs more.
const A_DAY: Limit = Limit::quota(200, Duration::from_hours(24));

/// Who invites.
#[derive(Clone, Copy, Debug)]
pub enum Inviter<'a> {
    /// Somebody.
    Person(&'a Account),
    /// A program: whoever is invited is told of the organisation alone.
    Program(&'a Machine),
}

impl Inviter<'_> {
    fn giver(self) -> Giver {
        match self {
            Self::Person(account) => Giver::Person(account.id),
            Self::Program(machine) => Giver::Program(machine.clone()),
        }
    }

    fn name(self) -> Option<String> {
        match self {
            Self::Person(account) => Some(account.name.clone()),
            Self::Program(_) => None,
        }
    }

    fn language(self, parts: &Parts) -> Language {
        match self {
            Self::Person(account) => account.language,
            Self::Program(_) => parts.config.branding.default_language,
        }
    }
}

impl<'a> From<&'a Account> for Inviter<'a> {
    fn from(account: &'a Account) -> Self {
        Self::Person(account)
    }
}

/// Counts an invitation of an organisation. Gives until when there may be no more, where there were too many.
///
/// # Errors
///
/// When the database refuses.
pub async fn count_invitation(
    parts: &Parts,
    organisation: OrganisationId,
    now: Timestamp,
) -> Result<Option<Blocked>, StorageError> {
    let counter = Counter { key: format!("invite:{organisation}"), limit: A_DAY };
    reserve(&parts.db, &[counter], now).await
}

/// Invites somebody to their home organisation, by mail. Gives the link as well, for where no mail leaves.
///
/// # Errors
///
/// When the database refuses.
pub async fn invite(
    db: &mut Writer,
    parts: &Parts,
    account: &Account,
    organisation: &Organisation,
    by: Option<Inviter<'_>>,
    now: Timestamp,
) -> Result<Secret<String>, Error> {
    let chance = (now, parts.random.as_ref());
    let secret =
        add_invitation(db, (organisation.id, account.id), (by.map(Inviter::giver), INVITATION_LIFETIME), chance)
            .await?;
    let link = format!("{}{}/{}", parts.config.server.issuer(), urls::INVITE, secret.expose());
    let message = InvitationMail {
        name: account.name.clone(),
        inviter: by.and_then(Inviter::name),
        organisation: organisation.name.clone(),
        link: link.clone(),
        has_account: false,
        particulars: Particulars::without_request(account.email.as_str(), now),
    };
    let letter = Letter {
        to: Recipient::Mail(account.email.clone()),
        language: account.language,
        account: Some(account.id),
        expires_at: now.after(INVITATION_LIFETIME),
        message: &message,
    };
    post(db, parts, letter, now).await?;
    Ok(Secret::new(link))
}
