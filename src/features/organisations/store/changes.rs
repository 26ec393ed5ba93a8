//! What programs change about organisations and memberships.

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};

use super::organisations;
use crate::domain::ids::OrganisationId;
use crate::storage::{StorageError, Writer};

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
