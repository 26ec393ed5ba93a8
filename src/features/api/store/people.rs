//! Who belongs to an organisation: `memberships` and `accounts` together.

use sea_orm::sea_query::{Expr, ExprTrait as _, Query, SelectStatement};
use sea_orm::{ConnectionTrait as _, FromQueryResult};

use crate::domain::Timestamp;
use crate::domain::ids::{AccountId, MemberInvitationId, OrganisationId};
use crate::features::accounts::InstanceRole;
use crate::features::organisations::Role;
use crate::storage::{Json, PageRequest, Reader, StorageError};

/// Somebody who belongs to an organisation.
#[derive(Debug, Clone, FromQueryResult)]
pub(in crate::features::api) struct MemberRow {
    pub(in crate::features::api) id: AccountId,
    pub(in crate::features::api) home_organisation_id: OrganisationId,
    pub(in crate::features::api) name: String,
    pub(in crate::features::api) given_name: Option<String>,
    pub(in crate::features::api) family_name: Option<String>,
    pub(in crate::features::api) email: String,
    pub(in crate::features::api) instance_role: InstanceRole,
    pub(in crate::features::api) account_disabled_at: Option<Timestamp>,
    pub(in crate::features::api) role: Role,
    pub(in crate::features::api) groups: Json<Vec<String>>,
    pub(in crate::features::api) created_at: Timestamp,
    pub(in crate::features::api) disabled_at: Option<Timestamp>,
    /// By what a directory knows them.
    pub(in crate::features::api) invitation_id: Option<MemberInvitationId>,
    pub(in crate::features::api) external_id: Option<String>,
    /// When a directory took them away.
    pub(in crate::features::api) deprovisioned_at: Option<Timestamp>,
}

fn people(organisation: OrganisationId) -> SelectStatement {
    let mut query = Query::select();
    for name in ["id", "home_organisation_id", "name", "given_name", "family_name", "email", "instance_role"] {
        query.column(("accounts", name));
    }
    for name in ["role", "groups", "created_at", "disabled_at", "invitation_id", "external_id", "deprovisioned_at"] {
        query.column(("memberships", name));
    }
    query
        .expr_as(Expr::col(("accounts", "disabled_at")), "account_disabled_at")
        .from("memberships")
        .inner_join("accounts", Expr::col(("accounts", "id")).equals(("memberships", "account_id")))
        .and_where(Expr::col(("memberships", "organisation_id")).eq(organisation))
        .to_owned()
}

/// The people of an organisation, by account.
pub(in crate::features::api) async fn list_members(
    db: &Reader,
    organisation: OrganisationId,
    page: &PageRequest,
) -> Result<Vec<MemberRow>, StorageError> {
    let mut query = people(organisation);
    if let Some(after) = &page.after {
        query.and_where(Expr::col(("memberships", "account_id")).gt(after.as_str()));
    }
    query.order_by(("memberships", "account_id"), sea_orm::Order::Asc).limit(page.limit);
    Ok(MemberRow::find_by_statement(db.get_database_backend().build(&query)).all(db).await?)
}

/// Which of the people a directory wants.
#[derive(Clone, Copy, Debug)]
pub(in crate::features::api) enum Known<'a> {
    /// All that it did not take away.
    All,
    /// The one that it knows by this invitation.
    Invitation(MemberInvitationId),
    /// Those that it calls so.
    External(&'a str),
}

fn provisioned(organisation: OrganisationId, known: Known<'_>) -> SelectStatement {
    let mut query = people(organisation);
    query.and_where(Expr::col(("memberships", "deprovisioned_at")).is_null());
    match known {
        Known::All => {}
        Known::Invitation(id) => _ = query.and_where(Expr::col(("memberships", "invitation_id")).eq(id)),
        Known::External(id) => _ = query.and_where(Expr::col(("memberships", "external_id")).eq(id)),
    }
    query
}

/// How many people of an organisation a directory sees.
pub(in crate::features::api) async fn count_provisioned(
    db: &Reader,
    organisation: OrganisationId,
) -> Result<u64, StorageError> {
    let query = Query::select()
        .expr_as(Expr::col("id").count(), "count")
        .from("memberships")
        .and_where(Expr::col("organisation_id").eq(organisation))
        .and_where(Expr::col("deprovisioned_at").is_null())
        .to_owned();
    let count: i64 = match db.query_one(&query).await? {
        Some(row) => row.try_get("", "count")?,
        None => 0,
    };
    Ok(u64::try_from(count).unwrap_or_default())
}

/// The people of an organisation that a directory sees, from a place on, by account: SCIM counts places (RFC 7644,
/// section 3.4.2.4).
pub(in crate::features::api) async fn list_provisioned(
    db: &Reader,
    organisation: OrganisationId,
    known: Known<'_>,
    (offset, limit): (u64, u64),
) -> Result<Vec<MemberRow>, StorageError> {
    let mut query = provisioned(organisation, known);
    query.order_by(("memberships", "account_id"), sea_orm::Order::Asc).offset(offset).limit(limit);
    Ok(MemberRow::find_by_statement(db.get_database_backend().build(&query)).all(db).await?)
}

/// Somebody, if they belong to the organisation.
pub(in crate::features::api) async fn find_member(
    db: &Reader,
    organisation: OrganisationId,
    account: AccountId,
) -> Result<Option<MemberRow>, StorageError> {
    let mut query = people(organisation);
    query.and_where(Expr::col(("accounts", "id")).eq(account));
    Ok(MemberRow::find_by_statement(db.get_database_backend().build(&query)).one(db).await?)
}
