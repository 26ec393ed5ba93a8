//! The table `challenges`.

pub(super) mod links;

use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use super::rules::{Asker, Bond, TRIES};
use crate::domain::Timestamp;
use crate::domain::ids::ChallengeId;
use crate::domain::secret::Fingerprint;
use crate::storage::{Reader, StorageError, Writer};

mod rows {
    use sea_orm::entity::prelude::*;

    use crate::domain::Timestamp;
    use crate::domain::ids::{AccountId, ChallengeId};
    use crate::domain::network::Network;
    use crate::domain::secret::Fingerprint;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "challenges")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(super) id: ChallengeId,
        pub(super) account_id: AccountId,
        pub(super) purpose: String,
        pub(super) bound_to: String,
        pub(super) code: String,
        pub(super) link: Option<Fingerprint>,
        pub(super) matching_number: i64,
        pub(super) destination: Option<String>,
        pub(super) tries: i64,
        pub(super) created_at: Timestamp,
        pub(super) expires_at: Timestamp,
        pub(super) confirmed_at: Option<Timestamp>,
        pub(super) used_at: Option<Timestamp>,
        pub(super) ended_at: Option<Timestamp>,
        pub(super) network: Option<Network>,
        pub(super) user_agent: Option<String>,
        pub(super) app: Option<String>,
        pub(super) denied_at: Option<Timestamp>,
        pub(super) block: Option<String>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

use rows::Column;

/// A code that was sent.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) id: ChallengeId,
    /// The tag of the code.
    pub(super) code: String,
    /// The fingerprint of the secret in the link.
    pub(super) link: Option<Fingerprint>,
    pub(super) matching_number: i64,
    /// Sealed: where it was sent to, where that is not on the account.
    pub(super) destination: Option<String>,
    pub(super) tries: i64,
    pub(super) created_at: Timestamp,
    pub(super) expires_at: Timestamp,
    pub(super) asker: Asker,
    /// The tag of the block of numbers that it went to.
    pub(super) block: Option<String>,
}

/// Keeps a code that is about to be sent; earlier ones for the same end.
pub(super) async fn replace(db: &mut Writer, bond: &Bond, new: Row) -> Result<(), StorageError> {
    rows::Entity::update_many()
        .col_expr(Column::EndedAt, Expr::value(new.created_at))
        .filter(Column::AccountId.eq(bond.account))
        .filter(Column::BoundTo.eq(&bond.place))
        .filter(Column::Purpose.eq(bond.purpose()))
        .filter(Column::UsedAt.is_null())
        .filter(Column::EndedAt.is_null())
        .exec(db)
        .await?;
    rows::Entity::insert(rows::ActiveModel {
        id: Set(new.id),
        account_id: Set(bond.account),
        purpose: Set(bond.purpose()),
        bound_to: Set(bond.place.clone()),
        code: Set(new.code),
        link: Set(new.link),
        matching_number: Set(new.matching_number),
        destination: Set(new.destination),
        tries: Set(new.tries),
        created_at: Set(new.created_at),
        expires_at: Set(new.expires_at),
        confirmed_at: Set(None),
        used_at: Set(None),
        ended_at: Set(None),
        network: Set(new.asker.network),
        user_agent: Set(new.asker.user_agent),
        app: Set(new.asker.app),
        denied_at: Set(None),
        block: Set(new.block),
    })
    .exec_without_returning(db)
    .await?;
    Ok(())
}

/// The last code that was sent for this, unless it was used; it may be expired or used up.
pub(super) async fn latest(db: &Reader, bond: &Bond) -> Result<Option<Row>, StorageError> {
    let row = rows::Entity::find()
        .filter(Column::AccountId.eq(bond.account))
        .filter(Column::BoundTo.eq(&bond.place))
        .filter(Column::Purpose.eq(bond.purpose()))
        .filter(Column::UsedAt.is_null())
        .filter(Column::EndedAt.is_null())
        .order_by_desc(Column::Id)
        .one(db)
        .await?;
    Ok(row.map(|row| Row {
        id: row.id,
        code: row.code,
        link: row.link,
        matching_number: row.matching_number,
        destination: row.destination,
        tries: row.tries,
        created_at: row.created_at,
        expires_at: row.expires_at,
        asker: Asker { network: row.network, user_agent: row.user_agent, app: row.app },
        block: row.block,
    }))
}

/// The last codes that went to a block of numbers, the latest first: when, and whether they were used.
pub(super) async fn last_sent_to(db: &Reader, block: &str, most: u64) -> Result<Vec<(Timestamp, bool)>, StorageError> {
    let rows =
        rows::Entity::find().filter(Column::Block.eq(block)).order_by_desc(Column::Id).limit(most).all(db).await?;
    Ok(rows.into_iter().map(|row| (row.created_at, row.used_at.is_some())).collect())
}

/// Counts a try, before the code is looked at. Says no when there are none left, or the code is over.
pub(super) async fn count_try(db: &mut Writer, id: ChallengeId, now: Timestamp) -> Result<bool, StorageError> {
    let done = rows::Entity::update_many()
        .col_expr(Column::Tries, Expr::col(Column::Tries).add(1))
        .filter(Column::Id.eq(id))
        .filter(Column::Tries.lt(TRIES))
        .filter(Column::ExpiresAt.gt(now))
        .filter(Column::UsedAt.is_null())
        .filter(Column::EndedAt.is_null())
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Uses a code up. Says no when that happened before.
pub(super) async fn use_up(db: &mut Writer, id: ChallengeId, now: Timestamp) -> Result<bool, StorageError> {
    let done = rows::Entity::update_many()
        .col_expr(Column::UsedAt, Expr::value(now))
        .filter(Column::Id.eq(id))
        .filter(Column::UsedAt.is_null())
        .filter(Column::EndedAt.is_null())
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Removes codes that expired before `before`, and says how many.
///
/// # Errors
///
/// When the database refuses.
pub async fn remove_old_challenges(db: &mut Writer, before: Timestamp) -> Result<u64, StorageError> {
    let done = rows::Entity::delete_many().filter(Column::ExpiresAt.lt(before)).exec(db).await?;
    Ok(done.rows_affected)
}
