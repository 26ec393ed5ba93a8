//! Reads `memberships`, `accounts` and `factors` together: a page of people takes one query.

use sea_orm::sea_query::{Cond, Expr, ExprTrait as _, Func, LikeExpr, Order, Query, SelectStatement};
use sea_orm::{ConnectionTrait as _, FromQueryResult};
use strum::{Display, EnumIter, EnumString};

use super::Person;
use crate::domain::ids::{AccountId, OrganisationId};
use crate::domain::{FactorKind, Timestamp};
use crate::features::accounts::InstanceRole;
use crate::features::organisations::Role;
use crate::storage::{Json, Reader, StorageError};

/// Which people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Display, EnumString, EnumIter)]
#[strum(serialize_all = "kebab-case")]
pub(super) enum Filter {
    /// Without anything that can be a second step.
    NoSecond,
    /// Without a passkey.
    NoPasskey,
    /// Who have never signed in.
    Never,
    /// Who cannot get in.
    Off,
}

/// In which order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Display, EnumString)]
#[strum(serialize_all = "kebab-case")]
pub(super) enum Sort {
    /// By name.
    #[default]
    Name,
    /// By when they last signed in.
    LastLogin,
    /// By e-mail address.
    Email,
}

/// Which people, and in which order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) filter: Option<Filter>,
    /// A part of the name or of the address.
    pub(super) search: String,
    pub(super) sort: Sort,
    /// The last first.
    pub(super) descending: bool,
    /// Only those after this one.
    pub(super) after: Option<AccountId>,
}

#[expect(clippy::struct_excessive_bools, reason = "columns of yes and no")]
#[derive(Debug, FromQueryResult)]
struct Row {
    id: AccountId,
    home_organisation_id: OrganisationId,
    name: String,
    email: String,
    role: Role,
    instance_role: InstanceRole,
    created_at: Timestamp,
    last_sign_in_at: Option<Timestamp>,
    membership_disabled_at: Option<Timestamp>,
    account_disabled_at: Option<Timestamp>,
    has_second: bool,
    has_passkey: bool,
    has_password: bool,
    new_password_due: bool,
    groups: Json<Vec<String>>,
    validates_networks: bool,
}

#[derive(Debug, FromQueryResult)]
struct Counted {
    count: i64,
}

impl From<Row> for Person {
    fn from(row: Row) -> Self {
        Self {
            account_id: row.id,
            home: row.home_organisation_id,
            name: row.name,
            email: row.email,
            role: row.role,
            instance_role: row.instance_role,
            created_at: row.created_at,
            last_sign_in_at: row.last_sign_in_at,
            membership_disabled_at: row.membership_disabled_at,
            account_disabled_at: row.account_disabled_at,
            has_second: row.has_second,
            has_passkey: row.has_passkey,
            has_password: row.has_password,
            new_password_due: row.new_password_due,
            groups: row.groups.0,
            validates_networks: row.validates_networks,
        }
    }
}

/// The people of an organisation, `most` at most.
pub(super) async fn list_people(
    db: &Reader,
    organisation: OrganisationId,
    wanted: &Wanted,
    most: u64,
) -> Result<Vec<Person>, StorageError> {
    let order = if wanted.descending { Order::Desc } else { Order::Asc };
    let mut query = people(organisation);
    columns(&mut query);
    narrow(&mut query, wanted);
    if let Some(after) = wanted.after {
        let there = Query::select()
            .expr(sort_key(wanted.sort, "there"))
            .from_as("accounts", "there")
            .and_where(Expr::col(("there", "id")).eq(after))
            .to_owned();
        let (key, id) = (sort_key(wanted.sort, "accounts"), Expr::col(("accounts", "id")));
        let there = Expr::from(there);
        let same = key.clone().eq(there.clone());
        query.cond_where(if wanted.descending {
            Cond::any().add(key.lt(there)).add(same.and(id.lt(after)))
        } else {
            Cond::any().add(key.gt(there)).add(same.and(id.gt(after)))
        });
    }
    query.order_by_expr(sort_key(wanted.sort, "accounts"), order.clone());
    query.order_by(("accounts", "id"), order).limit(most);
    let rows = Row::find_by_statement(db.get_database_backend().build(&query)).all(db).await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// How many people that are.
pub(super) async fn count_people(
    db: &Reader,
    organisation: OrganisationId,
    wanted: &Wanted,
) -> Result<u64, StorageError> {
    let mut query = people(organisation);
    narrow(&mut query, wanted);
    count(db, query).await
}

/// Somebody, if they belong to the organisation.
pub(super) async fn find_person(
    db: &Reader,
    organisation: OrganisationId,
    account: AccountId,
) -> Result<Option<Person>, StorageError> {
    let mut query = people(organisation);
    columns(&mut query);
    query.and_where(Expr::col(("accounts", "id")).eq(account));
    let row = Row::find_by_statement(db.get_database_backend().build(&query)).one(db).await?;
    Ok(row.map(Into::into))
}

/// How many administrators of an organisation can act, `account` aside.
///
/// # Errors
///
/// When the database refuses.
pub async fn count_other_administrators(
    db: &Reader,
    organisation: OrganisationId,
    account: AccountId,
) -> Result<u64, StorageError> {
    let mut query = people(organisation);
    query
        .and_where(Expr::col(("memberships", "role")).eq(Role::Administrator))
        .and_where(Expr::col(("memberships", "disabled_at")).is_null())
        .and_where(Expr::col(("accounts", "disabled_at")).is_null())
        // Somebody who only works along looks after nobody.
        .and_where(Expr::col(("accounts", "home_organisation_id")).eq(organisation))
        .and_where(Expr::col(("accounts", "id")).ne(account));
    count(db, query).await
}

async fn count(db: &Reader, mut query: SelectStatement) -> Result<u64, StorageError> {
    query.expr_as(Expr::col(("memberships", "id")).count(), "count");
    let row = Counted::find_by_statement(db.get_database_backend().build(&query)).one(db).await?;
    Ok(row.map_or(0, |row| u64::try_from(row.count).unwrap_or(0)))
}

fn people(organisation: OrganisationId) -> SelectStatement {
    Query::select()
        .from("memberships")
        .inner_join("accounts", Expr::col(("accounts", "id")).equals(("memberships", "account_id")))
        .and_where(Expr::col(("memberships", "organisation_id")).eq(organisation))
        .to_owned()
}

fn columns(query: &mut SelectStatement) {
    let of_accounts = ["id", "home_organisation_id", "name", "email", "instance_role", "created_at", "last_sign_in_at"];
    for name in of_accounts.into_iter().chain(["validates_networks", "new_password_due"]) {
        query.column(("accounts", name));
    }
    query
        .column(("memberships", "role"))
        .column(("memberships", "groups"))
        .expr_as(Expr::col(("memberships", "disabled_at")), "membership_disabled_at")
        .expr_as(Expr::col(("accounts", "disabled_at")), "account_disabled_at")
        .expr_as(has_second(), "has_second")
        .expr_as(has_passkey(), "has_passkey")
        .expr_as(has_password(), "has_password");
}

fn narrow(query: &mut SelectStatement, wanted: &Wanted) {
    match wanted.filter {
        None => {}
        Some(Filter::NoSecond) => _ = query.and_where(has_second().not()),
        Some(Filter::NoPasskey) => _ = query.and_where(has_passkey().not()),
        Some(Filter::Never) => _ = query.and_where(Expr::col(("accounts", "last_sign_in_at")).is_null()),
        Some(Filter::Off) => {
            let off = |table: &'static str| Expr::col((table, "disabled_at")).is_not_null();
            query.and_where(off("memberships").or(off("accounts")));
        }
    }
    if !wanted.search.is_empty() {
        let mut pattern = String::from("%");
        for letter in wanted.search.to_lowercase().chars() {
            if matches!(letter, '%' | '_' | '\\') {
                pattern.push('\\');
            }
            pattern.push(letter);
        }
        pattern.push('%');
        let holds = |name: &'static str| {
            let text = Expr::from(Func::lower(Expr::col(("accounts", name))));
            text.like(LikeExpr::new(pattern.clone()).escape('\\'))
        };
        query.and_where(holds("name").or(holds("email")));
    }
}

fn sort_key(sort: Sort, table: &'static str) -> Expr {
    match sort {
        Sort::Name => Func::lower(Expr::col((table, "name"))).into(),
        Sort::Email => Expr::col((table, "email")),
        Sort::LastLogin => Func::coalesce([Expr::col((table, "last_sign_in_at")), Expr::value(0_i64)]).into(),
    }
}

fn factors() -> SelectStatement {
    Query::select()
        .expr(Expr::value(1))
        .from("factors")
        .and_where(Expr::col(("factors", "account_id")).equals(("accounts", "id")))
        .to_owned()
}

fn has_second() -> Expr {
    Expr::exists(factors().and_where(Expr::col(("factors", "kind")).ne(FactorKind::RecoveryCode)).to_owned())
}

fn has_passkey() -> Expr {
    Expr::exists(factors().and_where(Expr::col(("factors", "kind")).eq(FactorKind::Passkey)).to_owned())
}

fn has_password() -> Expr {
    Expr::exists(
        Query::select()
            .expr(Expr::value(1))
            .from("passwords")
            .and_where(Expr::col(("passwords", "account_id")).equals(("accounts", "id")))
            .to_owned(),
    )
}
