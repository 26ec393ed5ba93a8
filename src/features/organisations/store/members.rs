//! Changes of members, in the table `memberships`.

use sea_orm::sea_query::{CaseStatement, Expr, ExprTrait as _};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};

use super::memberships::{Column, Entity};
use crate::domain::Timestamp;
use crate::domain::ids::{AccountId, MemberInvitationId, OrganisationId};
use crate::features::organisations::{Giver, Role};
use crate::storage::{Json, StorageError, Writer};

/// Makes a member something else; `by` is none for the operator. Says whether they are a member.
///
/// # Errors
///
/// When the database refuses.
pub async fn set_role(
    db: &mut Writer,
    (organisation_id, account_id): (OrganisationId, AccountId),
    role: Role,
    (by, now): (Option<Giver>, Timestamp),
) -> Result<bool, StorageError> {
    let done = Entity::update_many()
        .col_expr(Column::Role, Expr::value(role))
        .col_expr(Column::RoleBy, Expr::value(by))
        .col_expr(Column::RoleSince, Expr::value(now))
        .filter(Column::OrganisationId.eq(organisation_id))
        .filter(Column::AccountId.eq(account_id))
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Remembers who invited a member. Says whether they are one.
///
/// # Errors
///
/// When the database refuses.
pub async fn set_added_by(
    db: &mut Writer,
    (organisation_id, account_id): (OrganisationId, AccountId),
    by: Giver,
) -> Result<bool, StorageError> {
    let done = Entity::update_many()
        .col_expr(Column::AddedBy, Expr::value(by))
        .filter(Column::OrganisationId.eq(organisation_id))
        .filter(Column::AccountId.eq(account_id))
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Sets the groups of a member, which apps are told of. Says whether they are one.
///
/// # Errors
///
/// When the database refuses.
pub async fn set_groups(
    db: &mut Writer,
    (organisation_id, account_id): (OrganisationId, AccountId),
    groups: Vec<String>,
) -> Result<bool, StorageError> {
    let done = Entity::update_many()
        .col_expr(Column::Groups, Expr::value(Json(groups)))
        .filter(Column::OrganisationId.eq(organisation_id))
        .filter(Column::AccountId.eq(account_id))
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Ends a membership. Says whether there was one.
///
/// # Errors
///
/// When the database refuses.
pub async fn remove_membership(
    db: &mut Writer,
    (organisation_id, account_id): (OrganisationId, AccountId),
) -> Result<bool, StorageError> {
    let done = Entity::delete_many()
        .filter(Column::OrganisationId.eq(organisation_id))
        .filter(Column::AccountId.eq(account_id))
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}

/// By what a directory knows a member.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Provisioned {
    /// The invitation of a program that the membership began with.
    pub invitation: Option<MemberInvitationId>,
    /// What the directory calls them.
    pub external_id: Option<String>,
    /// When the directory took them away.
    pub taken_away_at: Option<Timestamp>,
}

/// Remembers by what a directory knows a member. Says whether they are one.
///
/// # Errors
///
/// When the database refuses.
pub async fn set_provisioned(
    db: &mut Writer,
    (organisation_id, account_id): (OrganisationId, AccountId),
    known: Provisioned,
) -> Result<bool, StorageError> {
    let done = Entity::update_many()
        .col_expr(Column::InvitationId, Expr::value(known.invitation))
        .col_expr(Column::ExternalId, Expr::value(known.external_id))
        .col_expr(Column::DeprovisionedAt, Expr::value(known.taken_away_at))
        .filter(Column::OrganisationId.eq(organisation_id))
        .filter(Column::AccountId.eq(account_id))
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Switches a membership off, or on again: then it is also there again for a directory that took it away. Whoever comes
/// back has their role anew: what is worth more with time is not there before they have shown again who they are. Says
/// whether there is one.
///
/// # Errors
///
/// When the database refuses.
pub async fn set_membership_disabled(
    db: &mut Writer,
    (organisation_id, account_id): (OrganisationId, AccountId),
    off: bool,
    now: Timestamp,
) -> Result<bool, StorageError> {
    let kept = Expr::col(Column::RoleSince);
    let since = if off {
        kept
    } else {
        CaseStatement::new().case(Expr::col(Column::DisabledAt).is_not_null(), now).finally(kept).into()
    };
    let mut change = Entity::update_many()
        .col_expr(Column::RoleSince, since)
        .col_expr(Column::DisabledAt, Expr::value(off.then_some(now)))
        .filter(Column::OrganisationId.eq(organisation_id))
        .filter(Column::AccountId.eq(account_id));
    if !off {
        change = change.col_expr(Column::DeprovisionedAt, Expr::value(None::<Timestamp>));
    }
    let done = change.exec(db).await?;
    Ok(done.rows_affected == 1)
}

/// Gives an account that comes back its roles anew, in every organisation.
///
/// # Errors
///
/// When the database refuses.
pub async fn restart_roles(db: &mut Writer, account: AccountId, now: Timestamp) -> Result<(), StorageError> {
    Entity::update_many()
        .col_expr(Column::RoleSince, Expr::value(now))
        .filter(Column::AccountId.eq(account))
        .exec(db)
        .await?;
    Ok(())
}
