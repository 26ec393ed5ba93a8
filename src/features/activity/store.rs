//! Reads `memberships` and `accounts` together, for the names of people.

use sea_orm::sea_query::{Expr, ExprTrait as _, Query};
use sea_orm::{ConnectionTrait as _, FromQueryResult, Order};

use crate::domain::ids::{AccountId, OrganisationId};
use crate::storage::{Reader, StorageError};

/// The most people who can be chosen from.
const MOST: u64 = 2000;

#[derive(Debug, FromQueryResult)]
struct Row {
    id: AccountId,
    name: String,
}

/// The members of an organisation, by name.
pub(super) async fn list_names(
    db: &Reader,
    organisation: OrganisationId,
) -> Result<Vec<(AccountId, String)>, StorageError> {
    let mut query = Query::select();
    query
        .column(("accounts", "id"))
        .column(("accounts", "name"))
        .from("memberships")
        .inner_join("accounts", Expr::col(("accounts", "id")).equals(("memberships", "account_id")))
        .and_where(Expr::col(("memberships", "organisation_id")).eq(organisation))
        .order_by(("accounts", "name"), Order::Asc)
        .order_by(("accounts", "id"), Order::Asc)
        .limit(MOST);
    let rows = Row::find_by_statement(db.get_database_backend().build(&query)).all(db).await?;
    Ok(rows.into_iter().map(|row| (row.id, row.name)).collect())
}
