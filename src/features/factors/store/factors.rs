//! The table `factors`.

use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    QueryTrait as _,
};

use super::preferences::lift_demand;
use crate::domain::ids::{AccountId, FactorId};
use crate::domain::{FactorKind, Random, Secret, Timestamp};
use crate::features::factors::{Details, Factor, MOST_FACTORS};
use crate::keys::{OpenError, Place, Vault};
use crate::storage::{Json, Lookup, Reader, StorageError, Writer};

mod rows {
    use sea_orm::entity::prelude::*;

    use crate::domain::ids::{AccountId, FactorId};
    use crate::domain::{FactorKind, Timestamp};
    use crate::features::factors::Details;
    use crate::storage::Json;

    #[derive(Clone, Debug, DeriveEntityModel)]
    #[sea_orm(table_name = "factors")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(super) id: FactorId,
        pub(super) account_id: AccountId,
        pub(super) kind: FactorKind,
        pub(super) name: String,
        pub(super) secret: Option<String>,
        pub(super) handle: Option<String>,
        pub(super) counter: i64,
        pub(super) device_bound: bool,
        pub(super) details: Json<Details>,
        pub(super) user_agent: Option<String>,
        pub(super) created_at: Timestamp,
        pub(super) last_used_at: Option<Timestamp>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

use rows::Column;

impl From<rows::Model> for Factor {
    fn from(row: rows::Model) -> Self {
        Self {
            id: row.id,
            account_id: row.account_id,
            kind: row.kind,
            name: row.name,
            secret: row.secret,
            handle: row.handle,
            counter: row.counter,
            device_bound: row.device_bound,
            details: row.details.0,
            user_agent: row.user_agent,
            created_at: row.created_at,
            last_used_at: row.last_used_at,
        }
    }
}

/// A factor that is about to be enrolled.
#[derive(Debug)]
pub struct NewFactor<'a> {
    /// Whose.
    pub account_id: AccountId,
    /// Of which kind.
    pub kind: FactorKind,
    /// What its owner calls it.
    pub name: &'a str,
    /// What it needs to be verified.
    pub secret: Option<&'a [u8]>,
    /// The WebAuthn credential identifier, in base64url.
    pub handle: Option<String>,
    /// Where its counter begins.
    pub counter: i64,
    /// Whether it cannot leave its device.
    pub device_bound: bool,
    /// What the pages show of it.
    pub details: Details,
    /// The browser that it is enrolled with.
    pub user_agent: Option<String>,
}

fn place(row: &str) -> Place<'_> {
    Place { table: "factors", column: "secret", row }
}

/// Enrols a factor.
///
/// # Errors
///
/// When its handle is enrolled already ([`StorageError::Duplicate`]), or the database refuses.
pub async fn add_factor(
    db: &mut Writer,
    vault: &Vault,
    new: NewFactor<'_>,
    (now, random): (Timestamp, &dyn Random),
) -> Result<FactorId, StorageError> {
    let id = FactorId::new(now, random);
    let row = id.to_string();
    rows::Entity::insert(rows::ActiveModel {
        id: Set(id),
        account_id: Set(new.account_id),
        kind: Set(new.kind),
        name: Set(new.name.to_owned()),
        secret: Set(new.secret.map(|secret| vault.seal(place(&row), secret, random))),
        handle: Set(new.handle),
        counter: Set(new.counter),
        device_bound: Set(new.device_bound),
        details: Set(Json(new.details)),
        user_agent: Set(new.user_agent),
        created_at: Set(now),
        last_used_at: Set(None),
    })
    .exec_without_returning(db)
    .await?;
    if new.kind != FactorKind::RecoveryCode {
        lift_demand(db, new.account_id).await?;
    }
    Ok(id)
}

/// What a factor needs to be verified.
///
/// # Errors
///
/// When it was sealed with another key, or changed.
pub fn open_secret(vault: &Vault, factor: &Factor) -> Result<Option<Secret<Vec<u8>>>, OpenError> {
    let row = factor.id.to_string();
    factor.secret.as_deref().map(|sealed| vault.open(place(&row), sealed)).transpose()
}

/// The kinds of an account's factors, and whether each cannot leave its device.
pub(in crate::features::factors) fn look_up_kinds(account: AccountId) -> Lookup<Vec<(FactorKind, bool)>> {
    let query = rows::Entity::find()
        .select_only()
        .columns([Column::Kind, Column::DeviceBound])
        .filter(Column::AccountId.eq(account))
        .limit(MOST_FACTORS as u64)
        .into_query();
    Lookup::new(query, |rows| {
        rows.iter().map(|row| Ok((row.try_get("", "kind")?, row.try_get("", "device_bound")?))).collect()
    })
}

/// The factors of an account, oldest first.
///
/// # Errors
///
/// When the database refuses.
pub async fn list_factors(db: &Reader, account: AccountId) -> Result<Vec<Factor>, StorageError> {
    let rows = rows::Entity::find()
        .filter(Column::AccountId.eq(account))
        .order_by_asc(Column::Id)
        .limit(MOST_FACTORS as u64)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// One factor of an account.
///
/// # Errors
///
/// When the database refuses.
pub async fn find_factor(db: &Reader, account: AccountId, id: FactorId) -> Result<Option<Factor>, StorageError> {
    let row = rows::Entity::find_by_id(id).filter(Column::AccountId.eq(account)).one(db).await?;
    Ok(row.map(Into::into))
}

/// The factor with this WebAuthn credential identifier, whoever it belongs to.
///
/// # Errors
///
/// When the database refuses.
pub async fn find_factor_by_handle(db: &Reader, handle: &str) -> Result<Option<Factor>, StorageError> {
    Ok(rows::Entity::find().filter(Column::Handle.eq(handle)).one(db).await?.map(Into::into))
}

/// Gives a factor of an account another name. Says whether it was there.
///
/// # Errors
///
/// When the database refuses.
pub async fn rename_factor(
    db: &mut Writer,
    account: AccountId,
    id: FactorId,
    name: &str,
) -> Result<bool, StorageError> {
    let done = rows::Entity::update_many()
        .col_expr(Column::Name, Expr::value(name))
        .filter(Column::Id.eq(id))
        .filter(Column::AccountId.eq(account))
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Removes a factor of an account. Says whether it was there.
///
/// # Errors
///
/// When the database refuses.
pub async fn remove_factor(db: &mut Writer, account: AccountId, id: FactorId) -> Result<bool, StorageError> {
    let done =
        rows::Entity::delete_many().filter(Column::Id.eq(id)).filter(Column::AccountId.eq(account)).exec(db).await?;
    Ok(done.rows_affected == 1)
}

/// Moves the counter of a factor forward to `to`. Says no when it is there already or beyond, or the factor is gone:
/// then the code was used before.
///
/// # Errors
///
/// When the database refuses.
pub async fn advance_counter(db: &mut Writer, id: FactorId, to: i64, now: Timestamp) -> Result<bool, StorageError> {
    let done = rows::Entity::update_many()
        .col_expr(Column::Counter, Expr::value(to))
        .col_expr(Column::LastUsedAt, Expr::value(now))
        .filter(Column::Id.eq(id))
        .filter(Column::Counter.lt(to))
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Keeps what a use changed, if nobody changed it since it was read. Says no otherwise, or when the factor is gone.
///
/// # Errors
///
/// When the database refuses.
pub async fn update_factor(
    db: &mut Writer,
    vault: &Vault,
    read: &Factor,
    (counter, secret, details): (i64, &[u8], Details),
    (now, random): (Timestamp, &dyn Random),
) -> Result<bool, StorageError> {
    let row = read.id.to_string();
    let done = rows::Entity::update_many()
        .col_expr(Column::Counter, Expr::value(counter))
        .col_expr(Column::Secret, Expr::value(vault.seal(place(&row), secret, random)))
        .col_expr(Column::Details, Expr::value(Json(details)))
        .col_expr(Column::LastUsedAt, Expr::value(now))
        .filter(Column::Id.eq(read.id))
        .filter(Column::Counter.eq(read.counter))
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Remembers when a factor was last used. Says no when it is gone.
///
/// # Errors
///
/// When the database refuses.
pub async fn mark_factor_used(db: &mut Writer, id: FactorId, now: Timestamp) -> Result<bool, StorageError> {
    let done = rows::Entity::update_many()
        .col_expr(Column::LastUsedAt, Expr::value(now))
        .filter(Column::Id.eq(id))
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}
