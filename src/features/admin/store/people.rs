//! People of all organisations.

use sea_orm::sea_query::{Cond, Expr, ExprTrait as _, Func, LikeExpr, Query, SelectStatement};
use sea_orm::{ConnectionTrait as _, FromQueryResult};

use crate::domain::ids::{AccountId, OrganisationId};
use crate::domain::{FactorKind, Timestamp};
use crate::features::accounts::InstanceRole;
use crate::storage::{Reader, StorageError};

/// Somebody, as lists of the console show them.
#[derive(Clone, Debug, FromQueryResult)]
pub(in crate::features::admin) struct PersonRow {
    pub(in crate::features::admin) id: AccountId,
    pub(in crate::features::admin) name: String,
    pub(in crate::features::admin) email: String,
    pub(in crate::features::admin) username: Option<String>,
    pub(in crate::features::admin) instance_role: InstanceRole,
    pub(in crate::features::admin) organisation_id: OrganisationId,
    pub(in crate::features::admin) organisation_name: String,
    pub(in crate::features::admin) organisation_disabled_at: Option<Timestamp>,
    pub(in crate::features::admin) membership_disabled_at: Option<Timestamp>,
    pub(in crate::features::admin) disabled_at: Option<Timestamp>,
    pub(in crate::features::admin) created_at: Timestamp,
    pub(in crate::features::admin) last_sign_in_at: Option<Timestamp>,
    pub(in crate::features::admin) has_strong: bool,
}

impl PersonRow {
    /// Whether they cannot get in.
    pub(in crate::features::admin) const fn is_off(&self) -> bool {
        self.disabled_at.is_some() || self.membership_disabled_at.is_some() || self.organisation_disabled_at.is_some()
    }

    /// Whether they are an administrator of the instance who can act.
    pub(in crate::features::admin) fn is_acting_administrator(&self) -> bool {
        self.instance_role == InstanceRole::Administrator && !self.is_off()
    }
}

/// Which people are wanted.
#[derive(Clone, Debug, Default)]
pub(in crate::features::admin) struct Wanted {
    /// Part of a name or an e-mail address, a user name or an identifier; empty for everybody.
    pub(in crate::features::admin) search: String,
    /// Only those who may do something for the instance.
    pub(in crate::features::admin) with_role: bool,
    /// Only those after this one.
    pub(in crate::features::admin) after: Option<AccountId>,
}

/// The people that are wanted, oldest account first.
pub(in crate::features::admin) async fn list_people(
    db: &Reader,
    wanted: &Wanted,
    most: u64,
) -> Result<Vec<PersonRow>, StorageError> {
    let mut query = people();
    if wanted.with_role {
        query.and_where(Expr::col(("accounts", "instance_role")).ne(InstanceRole::None));
    }
    if let Some(after) = wanted.after {
        query.and_where(Expr::col(("accounts", "id")).gt(after));
    }
    if !wanted.search.is_empty() {
        let search = wanted.search.to_lowercase();
        let mut pattern = String::from("%");
        for letter in search.chars() {
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
        let is = |name: &'static str| Expr::col(("accounts", name)).eq(search.clone());
        query.cond_where(Cond::any().add(holds("name")).add(holds("email")).add(is("username")).add(is("id")));
    }
    query.order_by(("accounts", "id"), sea_orm::Order::Asc).limit(most);
    Ok(PersonRow::find_by_statement(db.get_database_backend().build(&query)).all(db).await?)
}

/// Somebody.
pub(in crate::features::admin) async fn find_person(
    db: &Reader,
    account: AccountId,
) -> Result<Option<PersonRow>, StorageError> {
    let query = people().and_where(Expr::col(("accounts", "id")).eq(account)).to_owned();
    Ok(PersonRow::find_by_statement(db.get_database_backend().build(&query)).one(db).await?)
}

/// How many administrators of the instance can act, apart from `account` and the people of `organisation`.
pub(in crate::features::admin) async fn count_other_administrators(
    db: &Reader,
    account: Option<AccountId>,
    organisation: Option<OrganisationId>,
) -> Result<usize, StorageError> {
    let mut query = people();
    query.and_where(Expr::col(("accounts", "instance_role")).eq(InstanceRole::Administrator));
    let all = PersonRow::find_by_statement(db.get_database_backend().build(&query)).all(db).await?;
    let other = |person: &&PersonRow| Some(person.id) != account && Some(person.organisation_id) != organisation;
    Ok(all.iter().filter(other).filter(|person| person.is_acting_administrator()).count())
}

fn people() -> SelectStatement {
    let strong = Query::select()
        .expr(Expr::value(1))
        .from("factors")
        .and_where(Expr::col(("factors", "account_id")).equals(("accounts", "id")))
        .and_where(Expr::col(("factors", "kind")).is_in([
            FactorKind::Passkey,
            FactorKind::SecurityKey,
            FactorKind::Totp,
        ]))
        .to_owned();
    let home = Cond::all()
        .add(Expr::col(("memberships", "account_id")).equals(("accounts", "id")))
        .add(Expr::col(("memberships", "organisation_id")).equals(("accounts", "home_organisation_id")));
    let mut query = Query::select();
    for name in ["id", "name", "email", "username", "instance_role", "disabled_at", "created_at", "last_sign_in_at"] {
        query.column(("accounts", name));
    }
    query
        .expr_as(Expr::col(("organisations", "id")), "organisation_id")
        .expr_as(Expr::col(("organisations", "name")), "organisation_name")
        .expr_as(Expr::col(("organisations", "disabled_at")), "organisation_disabled_at")
        .expr_as(Expr::col(("memberships", "disabled_at")), "membership_disabled_at")
        .expr_as(Expr::exists(strong), "has_strong")
        .from("accounts")
        .inner_join("organisations", Expr::col(("organisations", "id")).equals(("accounts", "home_organisation_id")))
        .left_join("memberships", home)
        .to_owned()
}
