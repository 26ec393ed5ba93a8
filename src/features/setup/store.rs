//! The table `setup_links`.

use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _};

use super::{LIFETIME, SetupLink};
use crate::domain::ids::{AccountId, LinkId};
use crate::domain::secret::Fingerprint;
use crate::domain::{Random, Timestamp};
use crate::storage::{Reader, StorageError, Writer};

mod links {
    use sea_orm::entity::prelude::*;

    use crate::domain::Timestamp;
    use crate::domain::ids::{AccountId, LinkId};
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
        pub(super) account_id: Option<AccountId>,
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
        .col_expr(Column::AccountId, Expr::value(None::<AccountId>))
        .filter(Column::ExpiresAt.gt(now))
        .exec(db)
        .await?;
    let link = SetupLink { secret: random.secret(), expires_at: now.after(LIFETIME) };
    links::Entity::insert(links::ActiveModel {
        id: Set(LinkId::new(now, random)),
        secret: Set(Fingerprint::of(link.secret.expose())),
        created_at: Set(now),
        expires_at: Set(link.expires_at),
        used_at: Set(None),
        account_id: Set(None),
    })
    .exec_without_returning(db)
    .await?;
    Ok(link)
}

/// How far somebody came with a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// Nobody filled anything in yet.
    New,
    /// This account was made with it; it leads on while nobody has signed in to that.
    Begun(AccountId),
}

/// How far somebody came with a link of this secret; none when it does not work at `now`.
pub(super) async fn find_link(db: &Reader, secret: &str, now: Timestamp) -> Result<Option<Standing>, StorageError> {
    let row = links::Entity::find().filter(Column::Secret.eq(Fingerprint::of(secret))).one(db).await?;
    let row = row.filter(|row| now < row.expires_at);
    Ok(row.and_then(|row| match (row.used_at, row.account_id) {
        (None, _) => Some(Standing::New),
        (Some(_), account) => account.map(Standing::Begun),
    }))
}

/// Uses a link up for an account. Says no when it does not work (any more).
pub(super) async fn use_link(
    db: &mut Writer,
    secret: &str,
    account: AccountId,
    now: Timestamp,
) -> Result<bool, StorageError> {
    let done = links::Entity::update_many()
        .col_expr(Column::UsedAt, Expr::value(now))
        .col_expr(Column::AccountId, Expr::value(account))
        .filter(Column::Secret.eq(Fingerprint::of(secret)))
        .filter(Column::UsedAt.is_null())
        .filter(Column::ExpiresAt.gt(now))
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}
