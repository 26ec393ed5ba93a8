//! The table `ceremonies`.

use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _};

use crate::domain::ids::{AccountId, CeremonyId};
use crate::domain::secret::Fingerprint;
use crate::domain::{Random, Secret, Timestamp};
use crate::keys::{OpenError, Place, Vault};
use crate::storage::{Reader, StorageError, Writer};

mod rows {
    use sea_orm::entity::prelude::*;

    use crate::domain::Timestamp;
    use crate::domain::ids::{AccountId, CeremonyId};
    use crate::domain::secret::Fingerprint;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "ceremonies")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(super) id: CeremonyId,
        pub(super) purpose: String,
        pub(super) browser: Fingerprint,
        pub(super) account_id: Option<AccountId>,
        pub(super) state: String,
        pub(super) created_at: Timestamp,
        pub(super) expires_at: Timestamp,
        pub(super) used_at: Option<Timestamp>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

use rows::Column;

/// What a ceremony is bound to: whoever finishes it must name the same.
#[derive(Clone, Debug)]
pub(super) struct Bound<'a> {
    /// What for, and in which place.
    pub(super) purpose: &'a str,
    /// The browser that began it.
    pub(super) browser: &'a str,
    /// For whom; none where the passkey itself tells.
    pub(super) account: Option<AccountId>,
}

/// A ceremony that can still be finished.
#[derive(Debug)]
pub(super) struct Open {
    pub(super) id: CeremonyId,
    state: String,
}

fn place(row: &str) -> Place<'_> {
    Place { table: "ceremonies", column: "state", row }
}

impl Open {
    /// What the library needs to finish.
    pub(super) fn state(&self, vault: &Vault) -> Result<Secret<Vec<u8>>, OpenError> {
        vault.open(place(&self.id.to_string()), &self.state)
    }
}

/// Keeps a ceremony that has begun.
pub(super) async fn add_ceremony(
    db: &mut Writer,
    vault: &Vault,
    bound: &Bound<'_>,
    state: &[u8],
    (now, expires_at, random): (Timestamp, Timestamp, &dyn Random),
) -> Result<CeremonyId, StorageError> {
    let id = CeremonyId::new(now, random);
    rows::Entity::insert(rows::ActiveModel {
        id: Set(id),
        purpose: Set(bound.purpose.to_owned()),
        browser: Set(Fingerprint::of(bound.browser)),
        account_id: Set(bound.account),
        state: Set(vault.seal(place(&id.to_string()), state, random)),
        created_at: Set(now),
        expires_at: Set(expires_at),
        used_at: Set(None),
    })
    .exec_without_returning(db)
    .await?;
    Ok(id)
}

/// The ceremony with this identifier, if it is bound to the same and can still be finished.
pub(super) async fn find_ceremony(
    db: &Reader,
    id: CeremonyId,
    bound: &Bound<'_>,
    now: Timestamp,
) -> Result<Option<Open>, StorageError> {
    let row = rows::Entity::find_by_id(id).one(db).await?;
    let fits = |row: &rows::Model| {
        row.purpose == bound.purpose
            && row.browser.matches(bound.browser)
            && row.account_id == bound.account
            && row.used_at.is_none()
            && now < row.expires_at
    };
    Ok(row.filter(fits).map(|row| Open { id: row.id, state: row.state }))
}

/// Uses up a ceremony. Says no when it was used before, or is too old.
pub(super) async fn use_ceremony(db: &mut Writer, id: CeremonyId, now: Timestamp) -> Result<bool, StorageError> {
    let done = rows::Entity::update_many()
        .col_expr(Column::UsedAt, Expr::value(now))
        .filter(Column::Id.eq(id))
        .filter(Column::UsedAt.is_null())
        .filter(Column::ExpiresAt.gt(now))
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Removes ceremonies that nobody can finish any more, and says how many.
///
/// # Errors
///
/// When the database refuses.
pub async fn remove_old_ceremonies(db: &mut Writer, now: Timestamp) -> Result<u64, StorageError> {
    let done = rows::Entity::delete_many().filter(Column::ExpiresAt.lt(now)).exec(db).await?;
    Ok(done.rows_affected)
}
