//! Invitations (H22): the first sign-in of somebody whom the operator added, and into an organisation, of somebody who may
//! have an account or not.

mod join;
mod pages;
mod views;

use crate::domain::{Secret, Timestamp};
use crate::features::accounts::Account;
use crate::features::organisations::{INVITATION_LIFETIME, Organisation, add_invitation};
use crate::features::outbox::{Letter, Particulars, Recipient, post};
use crate::storage::Writer;
use crate::web::{Error, Parts, urls};

pub use join::{invite_member, may_be_invited};
pub use pages::routes;
pub use views::{ClosedInvitationPage, InvitationMail, InvitationPage, JoinPage};

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
    by: Option<&Account>,
    now: Timestamp,
) -> Result<Secret<String>, Error> {
    let chance = (now, parts.random.as_ref());
    let secret =
        add_invitation(db, (organisation.id, account.id), (by.map(|account| account.id), INVITATION_LIFETIME), chance)
            .await?;
    let link = format!("{}{}/{}", parts.config.server.issuer(), urls::INVITE, secret.expose());
    let message = InvitationMail {
        name: account.name.clone(),
        inviter: by.map(|account| account.name.clone()),
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
