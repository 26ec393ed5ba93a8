//! The table `recovery_codes`: a set of codes is one factor.

use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait as _, EntityTrait as _, PaginatorTrait as _, QueryFilter as _};

use crate::domain::ids::{FactorId, RecoveryCodeId};
use crate::domain::secret::Fingerprint;
use crate::domain::{Random, Timestamp};
use crate::storage::{Reader, StorageError, Writer};

mod rows {
    use sea_orm::entity::prelude::*;

    use crate::domain::Timestamp;
    use crate::domain::ids::{FactorId, RecoveryCodeId};
    use crate::domain::secret::Fingerprint;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "recovery_codes")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(super) id: RecoveryCodeId,
        pub(super) factor_id: FactorId,
        pub(super) code: Fingerprint,
        pub(super) used_at: Option<Timestamp>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

use rows::Column;

/// Gives a set these codes, in place of all it had.
///
/// # Errors
///
/// When the database refuses.
pub async fn replace_recovery_codes(
    db: &mut Writer,
    set: FactorId,
    codes: &[Fingerprint],
    (now, random): (Timestamp, &dyn Random),
) -> Result<(), StorageError> {
    rows::Entity::delete_many().filter(Column::FactorId.eq(set)).exec(db).await?;
    let rows = codes.iter().map(|code| rows::ActiveModel {
        id: Set(RecoveryCodeId::new(now, random)),
        factor_id: Set(set),
        code: Set(code.clone()),
        used_at: Set(None),
    });
    rows::Entity::insert_many(rows).exec_without_returning(db).await?;
    Ok(())
}

/// Uses up one code of a set. Says no when it is none of them, or was used before.
///
/// # Errors
///
/// When the database refuses.
pub async fn use_recovery_code(
    db: &mut Writer,
    set: FactorId,
    code: &Fingerprint,
    now: Timestamp,
) -> Result<bool, StorageError> {
    let done = rows::Entity::update_many()
        .col_expr(Column::UsedAt, Expr::value(now))
        .filter(Column::FactorId.eq(set))
        .filter(Column::Code.eq(code.clone()))
        .filter(Column::UsedAt.is_null())
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}

/// How many codes of a set are left.
///
/// # Errors
///
/// When the database refuses.
pub async fn count_recovery_codes(db: &Reader, set: FactorId) -> Result<u64, StorageError> {
    Ok(rows::Entity::find().filter(Column::FactorId.eq(set)).filter(Column::UsedAt.is_null()).count(db).await?)
}
