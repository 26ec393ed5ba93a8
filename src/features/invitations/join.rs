//! Asking somebody into an organisation, and what comes of it.

use std::time::Duration;

use crate::domain::ids::{AccountId, MemberInvitationId, MembershipId};
use crate::domain::secret::Fingerprint;
use crate::domain::{Email, Secret, Timestamp};
use crate::features::accounts::{Account, add_account, find_account_by_login, login_as_known};
use crate::features::organisations::{
    INVITATION_LIFETIME, MemberInvitation, Organisation, Role, add_invitation, add_member_invitation, add_membership,
    set_added_by, set_role,
};
use crate::features::outbox::{Letter, Particulars, Recipient, post};
use crate::features::throttles::{Counter, Limit, reserve};
use crate::storage::Writer;
use crate::web::{Error, Parts, urls};

use super::views::InvitationMail;

/// The most invitations to one address in a day, of all organisations together: whoever did not answer these will not
/// answer more.
const TO_ONE: Limit = Limit::quota(5, Duration::from_hours(24));

/// Counts an invitation to an address, and says whether it may leave: many organisations together must not flood somebody
/// either.
///
/// # Errors
///
/// When the database refuses.
pub async fn may_be_invited(parts: &Parts, email: &Email, now: Timestamp) -> Result<bool, Error> {
    // A tag, so that the table does not tell whom anybody wanted to invite.
    let key = format!("invited:{}", parts.mac.tag("invited", &[&login_as_known(email.as_str())]));
    Ok(reserve(&parts.db, &[Counter { key, limit: TO_ONE }], now).await?.is_none())
}

/// Asks whoever reads mail at an address into an organisation. What is kept and shown is the same whether there is an
/// account with it or not; only the mail differs.
///
/// # Errors
///
/// When the database refuses.
pub async fn invite_member(
    db: &mut Writer,
    parts: &Parts,
    (name, email, role): (&str, &Email, Role),
    (organisation, by): (&Organisation, &Account),
    now: Timestamp,
) -> Result<MemberInvitation, Error> {
    let secret = parts.random.secret();
    let invitation = MemberInvitation {
        id: MemberInvitationId::new(now, parts.random.as_ref()),
        organisation_id: organisation.id,
        email: email.clone(),
        name: name.to_owned(),
        role,
        invited_by: by.id,
        created_at: now,
        expires_at: now.after(INVITATION_LIFETIME),
        is_open: true,
        declined: false,
    };
    add_member_invitation(db, &invitation, Fingerprint::of(secret.expose())).await?;
    let known = find_account_by_login(db, email.as_str()).await?;
    let message = InvitationMail {
        name: known.as_ref().map_or_else(|| name.to_owned(), |account| account.name.clone()),
        inviter: Some(by.name.clone()),
        organisation: organisation.name.clone(),
        link: format!("{}{}/{}", parts.config.server.issuer(), urls::INVITE, secret.expose()),
        has_account: known.is_some(),
        particulars: Particulars::without_request(email.as_str(), now),
    };
    let letter = Letter {
        to: Recipient::Mail(email.clone()),
        language: known.as_ref().map_or(by.language, |account| account.language),
        account: known.map(|account| account.id),
        expires_at: now.after(INVITATION_LIFETIME),
        message: &message,
    };
    post(db, parts, letter, now).await?;
    Ok(invitation)
}

/// Makes the account of somebody who has none yet, in the organisation that they were asked into, and gives the secret of
/// the link with which they choose how they will sign in. The caller has answered the invitation.
pub(super) async fn admit(
    db: &mut Writer,
    parts: &Parts,
    invitation: &MemberInvitation,
    by: &Account,
    now: Timestamp,
) -> Result<(AccountId, Secret<String>), Error> {
    let random = parts.random.as_ref();
    let account = Account::new(
        invitation.organisation_id,
        (invitation.email.clone(), invitation.name.clone()),
        by.language,
        (now, random),
    );
    add_account(db, &account).await?;
    become_member(db, parts, invitation, account.id, now).await?;
    let who = (invitation.organisation_id, account.id);
    let secret = add_invitation(db, who, (Some(by.id), INVITATION_LIFETIME), (now, random)).await?;
    Ok((account.id, secret))
}

/// Makes an account a member, as the invitation says.
pub(super) async fn become_member(
    db: &mut Writer,
    parts: &Parts,
    invitation: &MemberInvitation,
    account: AccountId,
    now: Timestamp,
) -> Result<(), Error> {
    let who = (invitation.organisation_id, account);
    let place = MembershipId::new(now, parts.random.as_ref());
    add_membership(db, place, who, invitation.role, Vec::new(), now).await?;
    set_added_by(db, who, invitation.invited_by).await?;
    set_role(db, who, invitation.role, (Some(invitation.invited_by), now)).await?;
    Ok(())
}
