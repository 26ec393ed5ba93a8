//! The table `setup_links`.

use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _};

use super::{LIFETIME, SetupLink};
use crate::domain::ids::LinkId;
use crate::domain::secret::Fingerprint;
use crate::domain::{Random, Timestamp};
use crate::storage::{Reader, StorageError, Writer};

mod links {
    use sea_orm::entity::prelude::*;

    use crate::domain::Timestamp;
    use crate::domain::ids::LinkId;
    use crate::domain::secret::Fingerprint;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "setup_links")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(super) id: LinkId,
        pub(super) secret: Fingerprint,
        pub(super) created_at: Timestamp,
        pub(super) expires_at: Timestamp,
        pub(super) used_at: Option<Timestamp>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

use links::Column;

/// Makes a setup link; those made before work no longer.
///
/// # Errors
///
/// When the database refuses.
pub async fn add_setup_link(db: &mut Writer, now: Timestamp, random: &dyn Random) -> Result<SetupLink, StorageError> {
    links::Entity::update_many()
        .col_expr(Column::UsedAt, Expr::value(now))
        .filter(Column::UsedAt.is_null())
        .exec(db)
        .await?;
    let link = SetupLink { secret: random.secret(), expires_at: now.after(LIFETIME) };
    links::Entity::insert(links::ActiveModel {
        id: Set(LinkId::new(now, random)),
        secret: Set(Fingerprint::of(link.secret.expose())),
        created_at: Set(now),
        expires_at: Set(link.expires_at),
        used_at: Set(None),
    })
    .exec_without_returning(db)
    .await?;
    Ok(link)
}

/// Whether a link with this secret works at `now`.
pub(super) async fn is_open(db: &Reader, secret: &str, now: Timestamp) -> Result<bool, StorageError> {
    let row = links::Entity::find().filter(Column::Secret.eq(Fingerprint::of(secret))).one(db).await?;
    Ok(row.is_some_and(|row| row.used_at.is_none() && now < row.expires_at))
}

/// Uses a link up. Says no when it does not work (any more).
pub(super) async fn use_link(db: &mut Writer, secret: &str, now: Timestamp) -> Result<bool, StorageError> {
    let done = links::Entity::update_many()
        .col_expr(Column::UsedAt, Expr::value(now))
        .filter(Column::Secret.eq(Fingerprint::of(secret)))
        .filter(Column::UsedAt.is_null())
        .filter(Column::ExpiresAt.gt(now))
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}
