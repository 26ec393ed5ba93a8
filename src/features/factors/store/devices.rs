//! The table `remembered_devices`.

use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use crate::domain::ids::{AccountId, DeviceId};
use crate::domain::network::Network;
use crate::domain::secret::Fingerprint;
use crate::domain::{Random, Secret, Timestamp};
use crate::features::factors::Device;
use crate::storage::{Reader, StorageError, Writer};

/// The most devices that a page lists.
const MOST_LISTED: u64 = 50;

mod rows {
    use sea_orm::entity::prelude::*;

    use crate::domain::Timestamp;
    use crate::domain::ids::{AccountId, DeviceId};
    use crate::domain::network::Network;
    use crate::domain::secret::Fingerprint;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "remembered_devices")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(super) id: DeviceId,
        pub(super) secret: Fingerprint,
        pub(super) account_id: AccountId,
        pub(super) network: Network,
        pub(super) user_agent: Option<String>,
        pub(super) created_at: Timestamp,
        pub(super) last_used_at: Option<Timestamp>,
        pub(super) expires_at: Timestamp,
        pub(super) ended_at: Option<Timestamp>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

use rows::Column;

impl From<rows::Model> for Device {
    fn from(row: rows::Model) -> Self {
        Self {
            id: row.id,
            account_id: row.account_id,
            network: row.network,
            user_agent: row.user_agent,
            created_at: row.created_at,
            last_used_at: row.last_used_at,
            expires_at: row.expires_at,
            ended_at: row.ended_at,
        }
    }
}

/// Remembers a browser, and gives the secret that it keeps.
///
/// # Errors
///
/// When the database refuses.
pub async fn add_device(
    db: &mut Writer,
    account: AccountId,
    (network, user_agent): (Network, Option<String>),
    expires_at: Timestamp,
    (now, random): (Timestamp, &dyn Random),
) -> Result<Secret<String>, StorageError> {
    let secret = random.secret();
    rows::Entity::insert(rows::ActiveModel {
        id: Set(DeviceId::new(now, random)),
        secret: Set(Fingerprint::of(secret.expose())),
        account_id: Set(account),
        network: Set(network),
        user_agent: Set(user_agent),
        created_at: Set(now),
        last_used_at: Set(None),
        expires_at: Set(expires_at),
        ended_at: Set(None),
    })
    .exec_without_returning(db)
    .await?;
    Ok(secret)
}

/// The device with this secret, if it is this account's.
///
/// # Errors
///
/// When the database refuses.
pub async fn find_device(db: &Reader, account: AccountId, secret: &str) -> Result<Option<Device>, StorageError> {
    let row = rows::Entity::find()
        .filter(Column::Secret.eq(Fingerprint::of(secret)))
        .filter(Column::AccountId.eq(account))
        .one(db)
        .await?;
    Ok(row.map(Into::into))
}

/// The devices of an account that hold at `now`, the latest first.
///
/// # Errors
///
/// When the database refuses.
pub async fn list_devices(db: &Reader, account: AccountId, now: Timestamp) -> Result<Vec<Device>, StorageError> {
    let rows = rows::Entity::find()
        .filter(Column::AccountId.eq(account))
        .filter(Column::EndedAt.is_null())
        .filter(Column::ExpiresAt.gt(now))
        .order_by_desc(Column::Id)
        .limit(MOST_LISTED)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// Remembers when a device was last relied on.
///
/// # Errors
///
/// When the database refuses.
pub async fn mark_device_used(db: &mut Writer, id: DeviceId, now: Timestamp) -> Result<(), StorageError> {
    rows::Entity::update_many()
        .col_expr(Column::LastUsedAt, Expr::value(now))
        .filter(Column::Id.eq(id))
        .exec(db)
        .await?;
    Ok(())
}

/// Forgets one device of an account. Says whether it was there.
///
/// # Errors
///
/// When the database refuses.
pub async fn end_device(
    db: &mut Writer,
    account: AccountId,
    id: DeviceId,
    now: Timestamp,
) -> Result<bool, StorageError> {
    let done = rows::Entity::update_many()
        .col_expr(Column::EndedAt, Expr::value(now))
        .filter(Column::Id.eq(id))
        .filter(Column::AccountId.eq(account))
        .filter(Column::EndedAt.is_null())
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Forgets all devices of an account, and says how many.
///
/// # Errors
///
/// When the database refuses.
pub async fn end_devices_of(db: &mut Writer, account: AccountId, now: Timestamp) -> Result<u64, StorageError> {
    let done = rows::Entity::update_many()
        .col_expr(Column::EndedAt, Expr::value(now))
        .filter(Column::AccountId.eq(account))
        .filter(Column::EndedAt.is_null())
        .exec(db)
        .await?;
    Ok(done.rows_affected)
}

/// Forgets all devices of these accounts, and says how many.
///
/// # Errors
///
/// When the database refuses.
pub async fn end_devices_of_all(db: &mut Writer, accounts: &[AccountId], now: Timestamp) -> Result<u64, StorageError> {
    let mut ended = 0;
    // PostgreSQL takes 65,535 values in a statement, SQLite 32,766.
    for some in accounts.chunks(10_000) {
        let done = rows::Entity::update_many()
            .col_expr(Column::EndedAt, Expr::value(now))
            .filter(Column::AccountId.is_in(some.iter().copied()))
            .filter(Column::EndedAt.is_null())
            .exec(db)
            .await?;
        ended += done.rows_affected;
    }
    Ok(ended)
}

/// Forgets the devices of these accounts in `network`.
///
/// # Errors
///
/// When the database refuses.
pub async fn end_devices_from(
    db: &mut Writer,
    accounts: &[AccountId],
    network: Network,
    now: Timestamp,
) -> Result<(), StorageError> {
    for some in accounts.chunks(10_000) {
        rows::Entity::update_many()
            .col_expr(Column::EndedAt, Expr::value(now))
            .filter(Column::AccountId.is_in(some.iter().copied()))
            .filter(Column::Network.eq(network))
            .filter(Column::EndedAt.is_null())
            .exec(db)
            .await?;
    }
    Ok(())
}

/// Removes devices that expired before `before`, and says how many.
///
/// # Errors
///
/// When the database refuses.
pub async fn remove_old_devices(db: &mut Writer, before: Timestamp) -> Result<u64, StorageError> {
    let done = rows::Entity::delete_many().filter(Column::ExpiresAt.lt(before)).exec(db).await?;
    Ok(done.rows_affected)
}
