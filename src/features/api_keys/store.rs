//! The table `api_keys`.

use std::time::Duration;

use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use super::{ApiKey, KEY_PREFIX, Rights};
use crate::domain::ids::ApiKeyId;
use crate::domain::secret::Fingerprint;
use crate::domain::{Random, Secret, Timestamp};
use crate::storage::{PageRequest, Reader, StorageError, Writer, text_column};

text_column!(Rights);

/// How long after a use the next one is not written down.
const TO_THE_MINUTE: Duration = Duration::from_mins(1);

mod rows {
    use sea_orm::entity::prelude::*;

    use super::super::Rights;
    use crate::domain::Timestamp;
    use crate::domain::ids::{ApiKeyId, OrganisationId};
    use crate::domain::secret::Fingerprint;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "api_keys")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(super) id: ApiKeyId,
        pub(super) name: String,
        pub(super) secret: Fingerprint,
        pub(super) organisation_id: Option<OrganisationId>,
        pub(super) scope: Rights,
        pub(super) created_by: String,
        pub(super) created_at: Timestamp,
        pub(super) expires_at: Timestamp,
        pub(super) last_used_at: Option<Timestamp>,
        pub(super) ended_at: Option<Timestamp>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

use rows::Column;

impl From<rows::Model> for ApiKey {
    fn from(row: rows::Model) -> Self {
        Self {
            id: row.id,
            name: row.name,
            organisation: row.organisation_id,
            rights: row.scope,
            created_by: row.created_by,
            created_at: row.created_at,
            expires_at: row.expires_at,
            last_used_at: row.last_used_at,
            ended_at: row.ended_at,
        }
    }
}

/// Adds a key, and gives the text that its program sends. It is not kept, so it can be shown this once only.
///
/// # Errors
///
/// When the database refuses.
pub async fn add_key(db: &mut Writer, key: &ApiKey, random: &dyn Random) -> Result<Secret<String>, StorageError> {
    let secret = Secret::new(format!("{KEY_PREFIX}{}", random.secret().expose()));
    rows::Entity::insert(rows::ActiveModel {
        id: Set(key.id),
        name: Set(key.name.clone()),
        secret: Set(Fingerprint::of(secret.expose())),
        organisation_id: Set(key.organisation),
        scope: Set(key.rights.clone()),
        created_by: Set(key.created_by.clone()),
        created_at: Set(key.created_at),
        expires_at: Set(key.expires_at),
        last_used_at: Set(None),
        ended_at: Set(None),
    })
    .exec_without_returning(db)
    .await?;
    Ok(secret)
}

/// The key with this text, whether it works or not.
///
/// # Errors
///
/// When the database refuses.
pub async fn find_key_by_secret(db: &Reader, secret: &str) -> Result<Option<ApiKey>, StorageError> {
    let row = rows::Entity::find().filter(Column::Secret.eq(Fingerprint::of(secret))).one(db).await?;
    Ok(row.map(Into::into))
}

/// The key with this identifier, whether it works or not.
///
/// # Errors
///
/// When the database refuses.
pub async fn find_key(db: &Reader, id: ApiKeyId) -> Result<Option<ApiKey>, StorageError> {
    Ok(rows::Entity::find_by_id(id).one(db).await?.map(Into::into))
}

/// Holds a key until the commit, so that changes of it come one after the other. Says whether it is there.
///
/// # Errors
///
/// When the database refuses.
pub async fn hold_key(db: &mut Writer, id: ApiKeyId) -> Result<bool, StorageError> {
    let done = rows::Entity::update_many()
        .col_expr(Column::Name, Expr::col(Column::Name))
        .filter(Column::Id.eq(id))
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}

/// The keys, oldest first; also those that work no more.
///
/// # Errors
///
/// When the database refuses.
pub async fn list_keys(db: &Reader, page: &PageRequest) -> Result<Vec<ApiKey>, StorageError> {
    let mut query = rows::Entity::find().order_by_asc(Column::Id).limit(page.limit);
    if let Some(after) = &page.after {
        query = query.filter(Column::Id.gt(after.as_str()));
    }
    Ok(query.all(db).await?.into_iter().map(Into::into).collect())
}

/// Remembers that a key was used, at most once a minute.
///
/// # Errors
///
/// When the database refuses.
pub async fn touch_key(db: &mut Writer, id: ApiKeyId, now: Timestamp) -> Result<(), StorageError> {
    rows::Entity::update_many()
        .col_expr(Column::LastUsedAt, Expr::value(now))
        .filter(Column::Id.eq(id))
        .filter(Column::LastUsedAt.is_null().or(Column::LastUsedAt.lte(now.before(TO_THE_MINUTE))))
        .exec(db)
        .await?;
    Ok(())
}

/// Ends a key, and every key that was made with it. Says whether it had not been ended before.
///
/// # Errors
///
/// When the database refuses.
pub async fn end_key(db: &mut Writer, id: ApiKeyId, now: Timestamp) -> Result<bool, StorageError> {
    let done = rows::Entity::update_many()
        .col_expr(Column::EndedAt, Expr::value(now))
        .filter(Column::Id.eq(id))
        .filter(Column::EndedAt.is_null())
        .exec(db)
        .await?;
    // Whoever took a key may have made others with it, and more with those.
    let mut makers = vec![id.to_string()];
    while !makers.is_empty() {
        let made: Vec<ApiKeyId> = rows::Entity::find()
            .select_only()
            .column(Column::Id)
            .filter(Column::CreatedBy.is_in(makers))
            .into_tuple()
            .all(&**db)
            .await?;
        rows::Entity::update_many()
            .col_expr(Column::EndedAt, Expr::value(now))
            .filter(Column::Id.is_in(made.iter().copied()))
            .filter(Column::EndedAt.is_null())
            .exec(db)
            .await?;
        makers = made.iter().map(ToString::to_string).collect();
    }
    Ok(done.rows_affected == 1)
}

/// Removes keys that stopped working before `before`, and says how many.
///
/// # Errors
///
/// When the database refuses.
pub async fn remove_old_keys(db: &mut Writer, before: Timestamp) -> Result<u64, StorageError> {
    let over = Column::ExpiresAt.lt(before).or(Column::EndedAt.lt(before));
    Ok(rows::Entity::delete_many().filter(over).exec(db).await?.rows_affected)
}
