//! The tables `registrations` and `initial_access_tokens`: apps that registered themselves, and who may.

use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _};

use crate::domain::ids::InitialAccessTokenId;
use crate::domain::secret::Fingerprint;
use crate::domain::{Random, Secret, Timestamp};
use crate::features::clients::Client;
use crate::features::oidc::registration::Bounds;
use crate::storage::{Json, Reader, StorageError, Writer};

mod rows {
    use sea_orm::entity::prelude::*;

    use crate::domain::Timestamp;
    use crate::domain::secret::Fingerprint;
    use crate::features::oidc::registration::Bounds;
    use crate::storage::Json;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "registrations")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(super) client_id: String,
        pub(super) secret: Fingerprint,
        pub(super) created_at: Timestamp,
        pub(super) bounds: Option<Json<Bounds>>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

mod initial_access_tokens {
    use sea_orm::entity::prelude::*;

    use crate::domain::Timestamp;
    use crate::domain::ids::InitialAccessTokenId;
    use crate::domain::secret::Fingerprint;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "initial_access_tokens")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(super) id: InitialAccessTokenId,
        pub(super) secret: Fingerprint,
        pub(super) created_at: Timestamp,
        pub(super) expires_at: Timestamp,
        pub(super) uses_left: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

use initial_access_tokens::Column as TokenColumn;

/// Makes a token with which apps can register themselves so many times until `expires_at`.
///
/// # Errors
///
/// When the database refuses.
pub async fn add_initial_access_token(
    db: &mut Writer,
    uses: u32,
    expires_at: Timestamp,
    (now, random): (Timestamp, &dyn Random),
) -> Result<(InitialAccessTokenId, Secret<String>), StorageError> {
    let (id, secret) = (InitialAccessTokenId::new(now, random), random.secret());
    initial_access_tokens::Entity::insert(initial_access_tokens::ActiveModel {
        id: Set(id),
        secret: Set(Fingerprint::of(secret.expose())),
        created_at: Set(now),
        expires_at: Set(expires_at),
        uses_left: Set(uses.into()),
    })
    .exec_without_returning(db)
    .await?;
    Ok((id, secret))
}

/// Whether a token lets an app register itself at `now`.
pub(in crate::features::oidc) async fn is_initial_access_token(
    db: &Reader,
    secret: &str,
    now: Timestamp,
) -> Result<bool, StorageError> {
    let found = initial_access_tokens::Entity::find()
        .filter(TokenColumn::Secret.eq(Fingerprint::of(secret)))
        .filter(TokenColumn::UsesLeft.gt(0))
        .filter(TokenColumn::ExpiresAt.gt(now))
        .one(db)
        .await?;
    Ok(found.is_some())
}

/// Uses a token once. Says no when it is used up, ran out, or does not exist.
pub(in crate::features::oidc) async fn use_initial_access_token(
    db: &mut Writer,
    secret: &str,
    now: Timestamp,
) -> Result<bool, StorageError> {
    let done = initial_access_tokens::Entity::update_many()
        .col_expr(TokenColumn::UsesLeft, Expr::col(TokenColumn::UsesLeft).sub(1))
        .filter(TokenColumn::Secret.eq(Fingerprint::of(secret)))
        .filter(TokenColumn::UsesLeft.gt(0))
        .filter(TokenColumn::ExpiresAt.gt(now))
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Removes tokens that ran out before `before`, and says how many.
///
/// # Errors
///
/// When the database refuses.
pub async fn remove_old_initial_access_tokens(db: &mut Writer, before: Timestamp) -> Result<u64, StorageError> {
    let done = initial_access_tokens::Entity::delete_many().filter(TokenColumn::ExpiresAt.lt(before)).exec(db).await?;
    Ok(done.rows_affected)
}

/// Remembers the token with which an app looks after its own registration.
pub(in crate::features::oidc) async fn add_registration(
    db: &mut Writer,
    client: &Client,
    secret: &str,
    now: Timestamp,
) -> Result<(), StorageError> {
    rows::Entity::insert(rows::ActiveModel {
        client_id: Set(client.id.clone()),
        secret: Set(Fingerprint::of(secret)),
        created_at: Set(now),
        bounds: Set(Some(Json(Bounds::of(client)))),
    })
    .exec_without_returning(db)
    .await?;
    Ok(())
}

/// The bounds of an app that registered itself, as others left it now; none where it did not.
pub(in crate::features::oidc) async fn find_bounds(
    db: &Reader,
    known: &Client,
) -> Result<Option<Bounds>, StorageError> {
    let Some(row) = rows::Entity::find_by_id(&known.id).one(db).await? else { return Ok(None) };
    // Registered before bounds were written down: what it has is what it may have.
    Ok(Some(row.bounds.map_or_else(|| Bounds::of(known), |Json(bounds)| bounds.seen(known))))
}

/// Writes down how far an app may go from now on.
pub(in crate::features::oidc) async fn set_bounds(
    db: &mut Writer,
    client_id: &str,
    bounds: Bounds,
) -> Result<(), StorageError> {
    rows::Entity::update_many()
        .col_expr(rows::Column::Bounds, Expr::value(Json(bounds)))
        .filter(rows::Column::ClientId.eq(client_id))
        .exec(db)
        .await?;
    Ok(())
}

/// When an app registered itself, if this token looks after it.
pub(in crate::features::oidc) async fn find_registration(
    db: &Reader,
    client_id: &str,
    secret: &str,
) -> Result<Option<Timestamp>, StorageError> {
    let found = rows::Entity::find_by_id(client_id.to_owned()).one(db).await?;
    Ok(found.filter(|row| row.secret.matches(secret)).map(|row| row.created_at))
}
