//! The organisation that somebody acts for in an app (H19).

use super::request::AuthorizationRequest;
use crate::domain::Timestamp;
use crate::domain::ids::{MembershipId, OrganisationId};
use crate::features::oidc::store;
use crate::features::organisations::Membership;
use crate::features::sessions::Holder;
use crate::storage::{Reader, StorageError};

/// Whether an app is told of an organisation, and of which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::features::oidc) enum Choice {
    /// The app does not ask, or there is only one: the one at home, where it asks.
    None,
    /// Several fit, and this was chosen: the organisation, and the membership that lets the person act for it.
    Made(OrganisationId, MembershipId),
    /// Several fit, and the person is to choose.
    Due,
}

impl Choice {
    /// What was chosen.
    pub(in crate::features::oidc) const fn organisation(self) -> Option<OrganisationId> {
        match self {
            Self::Made(id, _) => Some(id),
            Self::None | Self::Due => None,
        }
    }

    /// The membership that it stands on.
    pub(in crate::features::oidc) const fn membership(self) -> Option<MembershipId> {
        match self {
            Self::Made(_, membership) => Some(membership),
            Self::None | Self::Due => None,
        }
    }
}

/// The organisations that somebody can act for.
pub(in crate::features::oidc) fn places(member: &Holder) -> impl Iterator<Item = &Membership> {
    member.standing.memberships.iter().filter(|place| place.is_active())
}

/// Where the choice of an organisation stands. A choice holds for an app until the session ends; `since` asks for one
/// that was made after this moment.
pub(in crate::features::oidc) async fn chosen(
    db: &Reader,
    request: &AuthorizationRequest,
    member: &Holder,
    since: Option<Timestamp>,
) -> Result<Choice, StorageError> {
    if !request.consent_scope().contains("organisation") || places(member).count() < 2 {
        return Ok(Choice::None);
    }
    let made = store::find_choice(db, member.session.account_id, &request.client_id).await?;
    Ok(match made {
        Some((id, session, at)) if session == member.session.id && since.is_none_or(|since| at >= since) => {
            match member.standing.place(id) {
                Some(place) => Choice::Made(id, place.id),
                None => Choice::Due,
            }
        }
        _ => Choice::Due,
    })
}
