//! Organisations with what their people have set up.

use sea_orm::sea_query::{Expr, ExprTrait as _, Func, Query, SelectStatement};
use sea_orm::{ConnectionTrait as _, FromQueryResult};

use crate::domain::ids::{AccountId, OrganisationId};
use crate::domain::{FactorKind, Policy, Timestamp};
use crate::storage::{Json, Reader, StorageError, Writer};

/// An organisation, as the console shows it.
#[derive(Clone, Debug, FromQueryResult)]
pub(in crate::features::admin) struct OrganisationRow {
    pub(in crate::features::admin) id: OrganisationId,
    pub(in crate::features::admin) name: String,
    pub(in crate::features::admin) policy: Json<Policy>,
    pub(in crate::features::admin) created_at: Timestamp,
    pub(in crate::features::admin) disabled_at: Option<Timestamp>,
    pub(in crate::features::admin) helpdesk_until: Option<Timestamp>,
    /// The people whose home it is and who are not switched off.
    pub(in crate::features::admin) people: i64,
    /// How many of them have a passkey.
    pub(in crate::features::admin) with_passkey: i64,
    /// How many of them have any second factor.
    pub(in crate::features::admin) with_second: i64,
    /// When one of them last signed in.
    pub(in crate::features::admin) last_sign_in_at: Option<Timestamp>,
}

fn people() -> SelectStatement {
    Query::select()
        .from("accounts")
        .and_where(Expr::col(("accounts", "home_organisation_id")).equals(("organisations", "id")))
        .and_where(Expr::col(("accounts", "disabled_at")).is_null())
        .to_owned()
}

/// How many of the people have a factor that `holds`.
fn with_factor(holds: Expr) -> SelectStatement {
    let factor = Query::select()
        .expr(Expr::value(1))
        .from("factors")
        .and_where(Expr::col(("factors", "account_id")).equals(("accounts", "id")))
        .and_where(holds)
        .to_owned();
    people().expr(Func::count(Expr::col(("accounts", "id")))).and_where(Expr::exists(factor)).to_owned()
}

fn rows() -> SelectStatement {
    let kind = || Expr::col(("factors", "kind"));
    let sub = |query: SelectStatement| Expr::from(query);
    let mut query = Query::select();
    for name in ["id", "name", "policy", "created_at", "disabled_at", "helpdesk_until"] {
        query.column(("organisations", name));
    }
    query
        .expr_as(sub(people().expr(Func::count(Expr::col(("accounts", "id")))).to_owned()), "people")
        .expr_as(sub(with_factor(kind().eq(FactorKind::Passkey))), "with_passkey")
        .expr_as(sub(with_factor(kind().ne(FactorKind::RecoveryCode))), "with_second")
        .expr_as(
            sub(people().expr(Func::max(Expr::col(("accounts", "last_sign_in_at")))).to_owned()),
            "last_sign_in_at",
        )
        .from("organisations")
        .to_owned()
}

/// All organisations, by name.
pub(in crate::features::admin) async fn list_organisation_rows(
    db: &Reader,
    most: u64,
) -> Result<Vec<OrganisationRow>, StorageError> {
    let query = rows().order_by(("organisations", "name"), sea_orm::Order::Asc).limit(most).to_owned();
    Ok(OrganisationRow::find_by_statement(db.get_database_backend().build(&query)).all(db).await?)
}

/// One organisation.
pub(in crate::features::admin) async fn find_organisation_row(
    db: &Reader,
    id: OrganisationId,
) -> Result<Option<OrganisationRow>, StorageError> {
    let query = rows().and_where(Expr::col(("organisations", "id")).eq(id)).to_owned();
    Ok(OrganisationRow::find_by_statement(db.get_database_backend().build(&query)).one(db).await?)
}

/// Ends every session of the people whose home this is, and all that was given before; gives who they are.
pub(in crate::features::admin) async fn end_people_of(
    db: &mut Writer,
    id: OrganisationId,
    now: Timestamp,
) -> Result<Vec<AccountId>, StorageError> {
    let homes = || {
        Query::select()
            .column(("accounts", "id"))
            .from("accounts")
            .and_where(Expr::col(("accounts", "home_organisation_id")).eq(id))
            .to_owned()
    };
    let sessions = Query::update()
        .table("sessions")
        .value("ended_at", Expr::value(now))
        .and_where(Expr::col("account_id").in_subquery(homes()))
        .and_where(Expr::col("ended_at").is_null())
        .to_owned();
    db.execute(&sessions).await?;
    let accounts = Query::update()
        .table("accounts")
        .value("credentials_changed_at", Expr::value(now))
        .and_where(Expr::col("home_organisation_id").eq(id))
        .to_owned();
    db.execute(&accounts).await?;
    let rows = db.query_all(&homes()).await?;
    rows.iter().map(|row| Ok(row.try_get("", "id")?)).collect()
}
