//! What programs change about organisations and memberships.

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};

use super::{memberships, organisations};
use crate::domain::ids::{AccountId, OrganisationId};
use crate::storage::{Json, StorageError, Writer};

/// Gives an organisation another name. Says whether there is such an organisation.
///
/// # Errors
///
/// When the database refuses.
pub async fn rename_organisation(db: &mut Writer, id: OrganisationId, name: &str) -> Result<bool, StorageError> {
    let done = organisations::Entity::update_many()
        .col_expr(organisations::Column::Name, Expr::value(name))
        .filter(organisations::Column::Id.eq(id))
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Puts a member into these groups and no others. Says whether they are a member.
///
/// # Errors
///
/// When the database refuses.
pub async fn set_groups(
    db: &mut Writer,
    (organisation, account): (OrganisationId, AccountId),
    groups: Vec<String>,
) -> Result<bool, StorageError> {
    let done = memberships::Entity::update_many()
        .col_expr(memberships::Column::Groups, Expr::value(Json(groups)))
        .filter(memberships::Column::OrganisationId.eq(organisation))
        .filter(memberships::Column::AccountId.eq(account))
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
    (organisation, account): (OrganisationId, AccountId),
) -> Result<bool, StorageError> {
    let done = memberships::Entity::delete_many()
        .filter(memberships::Column::OrganisationId.eq(organisation))
        .filter(memberships::Column::AccountId.eq(account))
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}
