//! Who a directory sees: the members of the organisation, and those whom its key invited and who have not accepted.

use serde_json::{Value, json};

use super::SCIM;
use super::rules::{USER, group_id};
use crate::domain::Timestamp;
use crate::domain::ids::{MemberInvitationId, OrganisationId};
use crate::features::api::call::Call;
use crate::features::api::problems::Stop;
use crate::features::api::store::{Known, MemberRow, count_provisioned, find_member, list_provisioned};
use crate::features::declarations::instant;
use crate::features::organisations::{Giver, MemberInvitation, list_invitations_of_program};
use crate::storage::Reader;
use crate::web::AppState;

/// How many rows are read at once.
const BATCH: u64 = 1000;

/// Somebody whom a directory sees.
#[derive(Clone, Debug)]
pub(super) enum User {
    /// A member.
    Member(Box<MemberRow>),
    /// Somebody who was invited with this key and has not accepted.
    Invited(Box<MemberInvitation>),
}

impl User {
    /// What the directory knows them by: who began as an invitation goes on to be called like it.
    pub(super) fn id(&self) -> String {
        match self {
            Self::Member(row) => row.invitation_id.map_or_else(|| row.id.to_string(), |id| id.to_string()),
            Self::Invited(invitation) => invitation.id.to_string(),
        }
    }

    /// Whether `id` is theirs; the identifier of the account is so as well.
    pub(super) fn is(&self, id: &str) -> bool {
        self.id() == id || matches!(self, Self::Member(row) if row.id.to_string() == id)
    }

    pub(super) fn name(&self) -> &str {
        match self {
            Self::Member(row) => &row.name,
            Self::Invited(invitation) => &invitation.name,
        }
    }

    pub(super) fn groups(&self) -> &[String] {
        match self {
            Self::Member(row) => &row.groups.0,
            Self::Invited(invitation) => &invitation.groups,
        }
    }

    pub(super) fn shown(&self, state: &AppState) -> Value {
        let (email, external_id, given, family, active, created_at): (_, _, _, _, _, Timestamp) = match self {
            Self::Member(row) => (
                row.email.clone(),
                &row.external_id,
                &row.given_name,
                &row.family_name,
                row.disabled_at.is_none() && row.account_disabled_at.is_none(),
                row.created_at,
            ),
            // Nobody gets in before they accept.
            Self::Invited(one) => {
                (one.email.to_string(), &one.external_id, &one.given_name, &one.family_name, false, one.created_at)
            }
        };
        let groups: Vec<Value> =
            self.groups().iter().map(|name| json!({ "value": group_id(name), "display": name })).collect();
        let mut shown = json!({
            "schemas": [USER],
            "id": self.id(),
            "userName": email,
            "displayName": self.name(),
            "name": { "formatted": self.name(), "givenName": given, "familyName": family },
            "emails": [{ "value": email, "primary": true }],
            "active": active,
            "groups": groups,
            "meta": {
                "resourceType": "User",
                "created": instant(created_at),
                "location": state.absolute(&format!("{SCIM}/Users/{}", self.id())),
            },
        });
        if let Some(id) = external_id {
            shown["externalId"] = json!(id);
        }
        shown
    }
}

fn member(row: MemberRow) -> User {
    User::Member(Box::new(row))
}

/// Who was invited with the key of the caller and has not accepted.
pub(super) async fn invited(call: &Call, db: &Reader, organisation: OrganisationId) -> Result<Vec<User>, Stop> {
    let program = Giver::Program(call.caller.machine.clone());
    let all = list_invitations_of_program(db, organisation, &program).await?;
    Ok(all.into_iter().map(|one| User::Invited(Box::new(one))).collect())
}

/// Everybody whom the caller sees.
pub(super) async fn everybody(call: &Call, db: &Reader, organisation: OrganisationId) -> Result<Vec<User>, Stop> {
    let mut all = Vec::new();
    loop {
        let place = (all.len() as u64, BATCH);
        let rows = list_provisioned(db, organisation, Known::All, place).await?;
        let is_last = (rows.len() as u64) < BATCH;
        all.extend(rows.into_iter().map(member));
        if is_last {
            break;
        }
    }
    all.extend(invited(call, db, organisation).await?);
    Ok(all)
}

/// How many the caller sees, and those from a place on: the members first.
pub(super) async fn page(
    call: &Call,
    organisation: OrganisationId,
    (offset, limit): (usize, usize),
) -> Result<(u64, Vec<User>), Stop> {
    let db = call.db();
    let members = usize::try_from(count_provisioned(db, organisation).await?).unwrap_or(usize::MAX);
    let rows = list_provisioned(db, organisation, Known::All, (offset as u64, limit as u64)).await?;
    let invited = invited(call, db, organisation).await?;
    let total = members.saturating_add(invited.len()) as u64;
    let mut page: Vec<User> = rows.into_iter().map(member).collect();
    let left = limit - page.len().min(limit);
    page.extend(invited.into_iter().skip(offset.saturating_sub(members)).take(left));
    Ok((total, page))
}

/// Whom the directory calls so.
pub(super) async fn find_external(
    call: &Call,
    db: &Reader,
    organisation: OrganisationId,
    id: &str,
) -> Result<Vec<User>, Stop> {
    let rows = list_provisioned(db, organisation, Known::External(id), (0, BATCH)).await?;
    let mut all: Vec<User> = rows.into_iter().map(member).collect();
    let invited = invited(call, db, organisation).await?;
    all.extend(
        invited.into_iter().filter(|user| matches!(user, User::Invited(one) if one.external_id.as_deref() == Some(id))),
    );
    Ok(all)
}

/// The user of this identifier.
pub(super) async fn find(
    call: &Call,
    db: &Reader,
    organisation: OrganisationId,
    id: &str,
) -> Result<Option<User>, Stop> {
    if let Ok(account) = id.parse() {
        let row = find_member(db, organisation, account).await?;
        return Ok(row.filter(|row| row.deprovisioned_at.is_none()).map(member));
    }
    let Ok(invitation) = id.parse::<MemberInvitationId>() else { return Ok(None) };
    let rows = list_provisioned(db, organisation, Known::Invitation(invitation), (0, 1)).await?;
    if let Some(row) = rows.into_iter().next() {
        return Ok(Some(member(row)));
    }
    Ok(invited(call, db, organisation).await?.into_iter().find(|user| user.is(id)))
}
