//! The rules of organisations, in the table `organisations`.

use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QuerySelect as _};

use super::organisations::{Column, Entity};
use crate::domain::ids::{AccountId, OrganisationId};
use crate::domain::{Policy, Timestamp};
use crate::features::organisations::{RuleChange, Rules};
use crate::storage::{Json, Reader, StorageError, Writer};

/// The rules of an organisation.
///
/// # Errors
///
/// When the database refuses.
pub async fn find_rules(db: &Reader, id: OrganisationId) -> Result<Option<Rules>, StorageError> {
    let row = Entity::find_by_id(id).one(db).await?;
    Ok(row.map(|row| Rules {
        policy: row.policy.0,
        version: row.policy_version,
        changed: row.policy_changed_at.zip(row.policy_before).map(|(at, before)| RuleChange {
            at,
            by: row.policy_changed_by,
            before: before.0,
        }),
        helpdesk_until: row.helpdesk_until,
    }))
}

/// Sets the rules of an organisation, by whom (none for the command line); with `seen`, only while they are still of that
/// version. Says whether it did.
///
/// # Errors
///
/// When the database refuses.
pub async fn set_policy(
    db: &mut Writer,
    id: OrganisationId,
    policy: Policy,
    (by, seen): (Option<AccountId>, Option<i64>),
    now: Timestamp,
) -> Result<bool, StorageError> {
    let mut update = Entity::update_many()
        .col_expr(Column::PolicyBefore, Expr::col(Column::Policy))
        .col_expr(Column::Policy, Expr::value(Json(policy)))
        .col_expr(Column::PolicyChangedAt, Expr::value(now))
        .col_expr(Column::PolicyChangedBy, Expr::value(by))
        .col_expr(Column::PolicyVersion, Expr::col(Column::PolicyVersion).add(1))
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .filter(Column::Id.eq(id));
    if let Some(seen) = seen {
        update = update.filter(Column::PolicyVersion.eq(seen));
    }
    Ok(update.exec(db).await?.rows_affected == 1)
}

/// When the helpdesk may help the people of an organisation no longer; none when it never might, or may no more. It
/// counts while that moment is still to come.
///
/// # Errors
///
/// When the database refuses.
pub async fn helpdesk_access(db: &Reader, id: OrganisationId) -> Result<Option<Timestamp>, StorageError> {
    let until: Option<Option<Timestamp>> =
        Entity::find_by_id(id).select_only().column(Column::HelpdeskUntil).into_tuple().one(db).await?;
    Ok(until.flatten())
}

/// Lets the helpdesk help the people of an organisation `until` then, or no more. Says whether there is such an
/// organisation.
///
/// # Errors
///
/// When the database refuses.
pub async fn set_helpdesk_access(
    db: &mut Writer,
    id: OrganisationId,
    until: Option<Timestamp>,
) -> Result<bool, StorageError> {
    let done = Entity::update_many()
        .col_expr(Column::HelpdeskUntil, Expr::value(until))
        .filter(Column::Id.eq(id))
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}
