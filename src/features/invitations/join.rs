//! Asking somebody into an organisation, and what comes of it.

use std::time::Duration;

use crate::domain::ids::{AccountId, MemberInvitationId, MembershipId};
use crate::domain::secret::Fingerprint;
use crate::domain::{Email, Language, Secret, Timestamp};
use crate::features::accounts::{Account, add_account, find_account_by_login, login_as_known};
use crate::features::api_keys::{Right, Rights, find_key};
use crate::features::audit::Machine;
use crate::features::clients::find_registered;
use crate::features::organisations::{
    Giver, INVITATION_LIFETIME, MemberInvitation, Organisation, Provisioned, Role, add_invitation,
    add_member_invitation, add_membership, administrators_of, set_added_by, set_provisioned, set_role,
};
use crate::features::outbox::{Letter, Particulars, Recipient, post};
use crate::features::throttles::{Blocked, Counter, Limit, reserve};
use crate::storage::{Reader, StorageError, Writer};
use crate::web::{Error, Parts, urls};

use super::Inviter;
use super::views::InvitationMail;

/// Whom somebody wants in an organisation.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// What whoever invites calls them.
    pub name: String,
    /// Their given name, where it is known.
    pub given_name: Option<String>,
    /// Their family name, where it is known.
    pub family_name: Option<String>,
    /// Where the invitation goes.
    pub email: Email,
    /// The language of the mail; none for that of whoever invites.
    pub language: Option<Language>,
    /// As what.
    pub role: Role,
    /// In which groups.
    pub groups: Vec<String>,
    /// What the directory that invites calls them.
    pub external_id: Option<String>,
}

impl Wanted {
    /// Somebody of whom nothing more is known.
    #[must_use]
    pub fn new(name: &str, email: Email, role: Role) -> Self {
        Self {
            name: name.to_owned(),
            given_name: None,
            family_name: None,
            email,
            language: None,
            role,
            groups: Vec::new(),
            external_id: None,
        }
    }

    /// Whom an invitation asked, to ask them again.
    #[must_use]
    pub fn again(invitation: &MemberInvitation) -> Self {
        Self {
            name: invitation.name.clone(),
            given_name: invitation.given_name.clone(),
            family_name: invitation.family_name.clone(),
            email: invitation.email.clone(),
            language: invitation.language,
            role: invitation.role,
            groups: invitation.groups.clone(),
            external_id: invitation.external_id.clone(),
        }
    }
}

/// The most invitations to one address in a day, of all organisations together: whoever did not answer these will not
/// answer more.
const TO_ONE: Limit = Limit::quota(5, Duration::from_hours(24));

/// Counts an invitation to an address: many organisations together must not flood somebody either. Gives until when there
/// may be no more, where there were too many.
///
/// # Errors
///
/// When the database refuses.
pub async fn count_invitation_to(
    parts: &Parts,
    email: &Email,
    now: Timestamp,
) -> Result<Option<Blocked>, StorageError> {
    // A tag, so that the table does not tell whom anybody wanted to invite.
    let key = format!("invited:{}", parts.mac.tag("invited", &[&login_as_known(email.as_str())]));
    reserve(&parts.db, &[Counter { key, limit: TO_ONE }], now).await
}

/// Asks whoever reads mail at an address into an organisation. What is kept and shown is the same whether there is an
/// account with it or not; only the mail differs. The invitation has the identifier `id`, where one is given: then it
/// takes the place of one that was removed.
///
/// # Errors
///
/// When the database refuses.
pub async fn invite_member(
    db: &mut Writer,
    parts: &Parts,
    (wanted, id): (Wanted, Option<MemberInvitationId>),
    (organisation, by): (&Organisation, Inviter<'_>),
    now: Timestamp,
) -> Result<MemberInvitation, Error> {
    let secret = parts.random.secret();
    let language = wanted.language.unwrap_or_else(|| by.language(parts));
    let invitation = MemberInvitation {
        id: id.unwrap_or_else(|| MemberInvitationId::new(now, parts.random.as_ref())),
        organisation_id: organisation.id,
        email: wanted.email,
        name: wanted.name,
        given_name: wanted.given_name,
        family_name: wanted.family_name,
        language: Some(language),
        role: wanted.role,
        groups: wanted.groups,
        external_id: wanted.external_id,
        invited_by: by.giver(),
        created_at: now,
        expires_at: now.after(INVITATION_LIFETIME),
        is_open: true,
        declined: false,
        is_over: false,
    };
    add_member_invitation(db, &invitation, Fingerprint::of(secret.expose())).await?;
    let email = &invitation.email;
    let known = find_account_by_login(db, email.as_str()).await?;
    let message = InvitationMail {
        name: known.as_ref().map_or_else(|| invitation.name.clone(), |account| account.name.clone()),
        inviter: by.name(),
        organisation: organisation.name.clone(),
        link: format!("{}{}/{}", parts.config.server.issuer(), urls::INVITE, secret.expose()),
        has_account: known.is_some(),
        particulars: Particulars::without_request(email.as_str(), now),
    };
    let letter = Letter {
        to: Recipient::Mail(email.clone()),
        language: known.as_ref().map_or(language, |account| account.language),
        account: known.map(|account| account.id),
        expires_at: now.after(INVITATION_LIFETIME),
        message: &message,
    };
    post(db, parts, letter, now).await?;
    Ok(invitation)
}

/// Whether whoever invited may still do so: an invitation counts no longer than that.
pub(super) async fn may_still_invite(
    db: &Reader,
    invitation: &MemberInvitation,
    now: Timestamp,
) -> Result<bool, StorageError> {
    let rights = match &invitation.invited_by {
        Giver::Person(account) => {
            return Ok(administrators_of(db, invitation.organisation_id).await?.contains(account));
        }
        Giver::Program(Machine::Key(id)) => find_key(db, *id)
            .await?
            .filter(|key| key.works(now) && key.organisation.is_none_or(|own| own == invitation.organisation_id))
            .map(|key| key.rights),
        Giver::Program(Machine::App(id)) => find_registered(db, id)
            .await?
            .map(|app| app.client)
            .filter(|client| client.disabled_at.is_none() && client.may_use("client_credentials"))
            .map(|client| Rights::in_scope(&client.metadata.scope)),
    };
    Ok(rights.is_some_and(|rights| {
        let invites = rights.contains(Right::WriteAccounts) || rights.contains(Right::Scim);
        invites && (invitation.role != Role::Administrator || Rights::of_an_administrator().is_within(&rights))
    }))
}

/// Makes the account of somebody who has none yet, in the organisation that they were asked into, and gives the secret of
/// the link with which they choose how they will sign in. The caller has answered the invitation.
pub(super) async fn admit(
    db: &mut Writer,
    parts: &Parts,
    invitation: &MemberInvitation,
    by: Option<&Account>,
    now: Timestamp,
) -> Result<(AccountId, Secret<String>), Error> {
    let random = parts.random.as_ref();
    let usual = by.map_or(parts.config.branding.default_language, |by| by.language);
    let account = Account {
        given_name: invitation.given_name.clone(),
        family_name: invitation.family_name.clone(),
        ..Account::new(
            invitation.organisation_id,
            (invitation.email.clone(), invitation.name.clone()),
            invitation.language.unwrap_or(usual),
            (now, random),
        )
    };
    add_account(db, &account).await?;
    become_member(db, parts, invitation, account.id, now).await?;
    let who = (invitation.organisation_id, account.id);
    let by = (Some(invitation.invited_by.clone()), INVITATION_LIFETIME);
    let secret = add_invitation(db, who, by, (now, random)).await?;
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
    add_membership(db, place, who, invitation.role, invitation.groups.clone(), now).await?;
    set_added_by(db, who, invitation.invited_by.clone()).await?;
    set_role(db, who, invitation.role, (Some(invitation.invited_by.clone()), now)).await?;
    if invitation.invited_by.person().is_none() {
        let external_id = invitation.external_id.clone();
        let known = Provisioned { invitation: Some(invitation.id), external_id, taken_away_at: None };
        set_provisioned(db, who, known).await?;
    }
    Ok(())
}
