//! The table `kept_requests`.

use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _};

use crate::domain::Timestamp;
use crate::domain::secret::Fingerprint;
use crate::features::oidc::authorize::{AuthorizationRequest, Origin};
use crate::storage::{Json, Reader, StorageError, Writer, text_column};

text_column!(Origin);

mod kept_requests {
    use sea_orm::entity::prelude::*;

    use crate::domain::Timestamp;
    use crate::domain::secret::Fingerprint;
    use crate::features::oidc::authorize::{AuthorizationRequest, Origin};
    use crate::storage::Json;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "kept_requests")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(super) secret: Fingerprint,
        pub(super) client_id: String,
        pub(super) origin: Origin,
        pub(super) request: Json<AuthorizationRequest>,
        pub(super) created_at: Timestamp,
        pub(super) expires_at: Timestamp,
        pub(super) used_at: Option<Timestamp>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

use kept_requests::Column;

/// Keeps a request until `expires_at`, under a secret that only its sender knows.
pub(in crate::features::oidc) async fn add_kept_request(
    db: &mut Writer,
    (secret, origin): (&str, Origin),
    request: &AuthorizationRequest,
    (now, expires_at): (Timestamp, Timestamp),
) -> Result<(), StorageError> {
    kept_requests::Entity::insert(kept_requests::ActiveModel {
        secret: Set(Fingerprint::of(secret)),
        client_id: Set(request.client_id.clone()),
        origin: Set(origin),
        request: Set(Json(request.clone())),
        created_at: Set(now),
        expires_at: Set(expires_at),
        used_at: Set(None),
    })
    .exec_without_returning(db)
    .await?;
    Ok(())
}

/// The request with this secret, while it may be opened: as often as the browser likes, until the app has its answer.
pub(in crate::features::oidc) async fn find_kept_request(
    db: &Reader,
    secret: &str,
    now: Timestamp,
) -> Result<Option<(Origin, AuthorizationRequest)>, StorageError> {
    let fingerprint = Fingerprint::of(secret);
    let found = kept_requests::Entity::find_by_id(fingerprint.clone()).one(db).await?;
    Ok(found.filter(|row| row.used_at.is_none() && now < row.expires_at).map(|row| {
        let Json(request) = row.request;
        (row.origin, AuthorizationRequest { kept: Some(fingerprint), ..request })
    }))
}

/// Uses a request up: its app gets an answer. Says no when it got one already.
pub(in crate::features::oidc) async fn use_kept_request(
    db: &mut Writer,
    secret: &Fingerprint,
    now: Timestamp,
) -> Result<bool, StorageError> {
    let done = kept_requests::Entity::update_many()
        .col_expr(Column::UsedAt, Expr::value(now))
        .filter(Column::Secret.eq(secret.clone()))
        .filter(Column::UsedAt.is_null())
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Removes requests that ran out before `before`, and says how many.
///
/// # Errors
///
/// When the database refuses.
pub async fn remove_old_requests(db: &mut Writer, before: Timestamp) -> Result<u64, StorageError> {
    let done = kept_requests::Entity::delete_many().filter(Column::ExpiresAt.lt(before)).exec(db).await?;
    Ok(done.rows_affected)
}
