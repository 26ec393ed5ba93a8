//! The table `signing_keys`.

use std::sync::Arc;

use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _};

use crate::domain::{Random, Timestamp};
use crate::keys::{Action, KeyLife, Place, Ring, RingKey, SigningKey, Vault};
use crate::storage::{Reader, StorageError, Versioned, Writer, raise_version};
use crate::web::Error;

mod keys {
    use sea_orm::entity::prelude::*;

    use crate::domain::{Algorithm, Timestamp};

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "signing_keys")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(super) kid: String,
        pub(super) algorithm: Algorithm,
        pub(super) private_key: String,
        pub(super) created_at: Timestamp,
        pub(super) active_at: Timestamp,
        pub(super) retired_at: Option<Timestamp>,
        pub(super) removed_at: Option<Timestamp>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

use keys::Column;

fn place(kid: &str) -> Place<'_> {
    Place { table: "signing_keys", column: "private_key", row: kid }
}

impl From<&keys::Model> for KeyLife {
    fn from(row: &keys::Model) -> Self {
        Self {
            kid: row.kid.clone(),
            algorithm: row.algorithm,
            created_at: row.created_at,
            active_at: row.active_at,
            retired_at: row.retired_at,
            removed_at: row.removed_at,
        }
    }
}

/// Whether anything in the database was sealed with the vault key: then that key must not be made anew.
///
/// # Errors
///
/// When the database refuses.
pub async fn holds_sealed_rows(db: &Reader) -> Result<bool, StorageError> {
    Ok(keys::Entity::find().one(db).await?.is_some())
}

pub(super) async fn list_lives(db: &Reader) -> Result<Vec<KeyLife>, StorageError> {
    let rows = keys::Entity::find().order_by_asc(Column::CreatedAt).order_by_asc(Column::Kid).all(db).await?;
    Ok(rows.iter().map(Into::into).collect())
}

pub(super) async fn load_ring(db: &Reader, vault: &Vault) -> Result<Ring, Error> {
    let mut ring = Vec::new();
    for row in keys::Entity::find().all(db).await.map_err(StorageError::from)? {
        let jwk = vault.open(place(&row.kid), &row.private_key)?;
        let key = Arc::new(SigningKey::from_private_jwk(jwk.expose())?);
        ring.push(RingKey { life: (&row).into(), key });
    }
    Ok(Ring::new(ring))
}

/// Makes nodes that change keys take turns, until the commit.
pub(super) async fn lock(db: &mut Writer) -> Result<(), StorageError> {
    raise_version(db, Versioned::Keys).await
}

pub(super) async fn apply(
    db: &mut Writer,
    action: &Action,
    key: Option<&SigningKey>,
    vault: &Vault,
    random: &dyn Random,
    now: Timestamp,
) -> Result<(), StorageError> {
    match action {
        Action::Create { active_at, .. } => {
            let Some(key) = key else { return Ok(()) };
            keys::Entity::insert(keys::ActiveModel {
                kid: Set(key.kid().to_owned()),
                algorithm: Set(key.algorithm()),
                private_key: Set(vault.seal(place(key.kid()), key.private_jwk().expose().as_bytes(), random)),
                created_at: Set(now),
                active_at: Set(*active_at),
                retired_at: Set(None),
                removed_at: Set(None),
            })
            .exec_without_returning(db)
            .await?;
        }
        Action::Activate { kid, at } => {
            keys::Entity::update_many()
                .col_expr(Column::ActiveAt, Expr::value(*at))
                .filter(Column::Kid.eq(kid))
                .exec(db)
                .await?;
        }
        Action::Retire { kid, at, removed_at } => {
            keys::Entity::update_many()
                .col_expr(Column::RetiredAt, Expr::value(*at))
                .col_expr(Column::RemovedAt, Expr::value(*removed_at))
                .filter(Column::Kid.eq(kid))
                .exec(db)
                .await?;
        }
    }
    Ok(())
}
