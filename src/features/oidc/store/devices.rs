//! The table `device_requests`: devices without a browser that wait for somebody to approve them.

use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _};

use crate::domain::Timestamp;
use crate::domain::ids::{DeviceRequestId, GrantId};
use crate::domain::secret::Fingerprint;
use crate::features::oidc::authorize::AuthorizationRequest;
use crate::storage::{Json, Reader, StorageError, Writer};

mod rows {
    use sea_orm::entity::prelude::*;

    use crate::domain::Timestamp;
    use crate::domain::ids::{DeviceRequestId, GrantId};
    use crate::domain::secret::Fingerprint;
    use crate::features::oidc::authorize::AuthorizationRequest;
    use crate::storage::Json;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "device_requests")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(super) id: DeviceRequestId,
        pub(super) device_code: Fingerprint,
        pub(super) user_code: Fingerprint,
        pub(super) client_id: String,
        pub(super) request: Json<AuthorizationRequest>,
        pub(super) address: String,
        pub(super) created_at: Timestamp,
        pub(super) expires_at: Timestamp,
        pub(super) pause: i64,
        pub(super) asked_at: Option<Timestamp>,
        pub(super) denied_at: Option<Timestamp>,
        pub(super) grant_id: Option<GrantId>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

use rows::Column;

/// A device that waits, or was answered.
#[derive(Clone, Debug)]
pub(in crate::features::oidc) struct DeviceRequest {
    pub(in crate::features::oidc) id: DeviceRequestId,
    pub(in crate::features::oidc) client_id: String,
    pub(in crate::features::oidc) request: AuthorizationRequest,
    /// Where it came from.
    pub(in crate::features::oidc) address: String,
    pub(in crate::features::oidc) created_at: Timestamp,
    pub(in crate::features::oidc) expires_at: Timestamp,
    /// Seconds that the device leaves between two questions.
    pub(in crate::features::oidc) pause: i64,
    pub(in crate::features::oidc) asked_at: Option<Timestamp>,
    pub(in crate::features::oidc) denied_at: Option<Timestamp>,
    pub(in crate::features::oidc) grant_id: Option<GrantId>,
}

impl DeviceRequest {
    /// Whether somebody may still approve it.
    pub(in crate::features::oidc) fn is_open(&self, now: Timestamp) -> bool {
        now < self.expires_at && self.denied_at.is_none() && self.grant_id.is_none()
    }
}

impl From<rows::Model> for DeviceRequest {
    fn from(row: rows::Model) -> Self {
        let Json(request) = row.request;
        Self {
            id: row.id,
            client_id: row.client_id,
            request: AuthorizationRequest { device: Some(row.id), ..request },
            address: row.address,
            created_at: row.created_at,
            expires_at: row.expires_at,
            pause: row.pause,
            asked_at: row.asked_at,
            denied_at: row.denied_at,
            grant_id: row.grant_id,
        }
    }
}

/// Keeps the request of a device under the code that it asks with and the code that a person types.
pub(in crate::features::oidc) async fn add_device_request(
    db: &mut Writer,
    (device_code, user_code): (&str, &str),
    new: &DeviceRequest,
) -> Result<(), StorageError> {
    rows::Entity::insert(rows::ActiveModel {
        id: Set(new.id),
        device_code: Set(Fingerprint::of(device_code)),
        user_code: Set(Fingerprint::of(user_code)),
        client_id: Set(new.client_id.clone()),
        request: Set(Json(new.request.clone())),
        address: Set(new.address.clone()),
        created_at: Set(new.created_at),
        expires_at: Set(new.expires_at),
        pause: Set(new.pause),
        asked_at: Set(None),
        denied_at: Set(None),
        grant_id: Set(None),
    })
    .exec_without_returning(db)
    .await?;
    Ok(())
}

/// The request that the device asks about, whether it still counts or not.
pub(in crate::features::oidc) async fn find_device_request(
    db: &Reader,
    device_code: &str,
) -> Result<Option<DeviceRequest>, StorageError> {
    let found = rows::Entity::find().filter(Column::DeviceCode.eq(Fingerprint::of(device_code))).one(db).await?;
    Ok(found.map(Into::into))
}

/// The request that a person typed the code of, whether it still counts or not.
pub(in crate::features::oidc) async fn find_device_request_by_user_code(
    db: &Reader,
    user_code: &str,
) -> Result<Option<DeviceRequest>, StorageError> {
    let found = rows::Entity::find().filter(Column::UserCode.eq(Fingerprint::of(user_code))).one(db).await?;
    Ok(found.map(Into::into))
}

/// The request with this identifier, whether it still counts or not.
pub(in crate::features::oidc) async fn find_device_request_by_id(
    db: &Reader,
    id: DeviceRequestId,
) -> Result<Option<DeviceRequest>, StorageError> {
    Ok(rows::Entity::find_by_id(id).one(db).await?.map(Into::into))
}

/// Notes that the device asked at `now`, and how long it leaves from now on.
pub(in crate::features::oidc) async fn note_device_question(
    db: &mut Writer,
    id: DeviceRequestId,
    pause: i64,
    now: Timestamp,
) -> Result<(), StorageError> {
    rows::Entity::update_many()
        .col_expr(Column::AskedAt, Expr::value(now))
        .col_expr(Column::Pause, Expr::value(pause))
        .filter(Column::Id.eq(id))
        .exec(db)
        .await?;
    Ok(())
}

/// Answers a device, once: with a grant, or with a no. Says no when it was answered before or gave up.
pub(in crate::features::oidc) async fn answer_device_request(
    db: &mut Writer,
    id: DeviceRequestId,
    grant: Option<GrantId>,
    now: Timestamp,
) -> Result<bool, StorageError> {
    let answer = match grant {
        Some(grant) => (Column::GrantId, Expr::value(grant)),
        None => (Column::DeniedAt, Expr::value(now)),
    };
    let done = rows::Entity::update_many()
        .col_expr(answer.0, answer.1)
        .filter(Column::Id.eq(id))
        .filter(Column::GrantId.is_null().and(Column::DeniedAt.is_null()))
        .filter(Column::ExpiresAt.gt(now))
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Removes requests of devices that gave up before `before`, and says how many.
///
/// # Errors
///
/// When the database refuses.
pub async fn remove_old_device_requests(db: &mut Writer, before: Timestamp) -> Result<u64, StorageError> {
    let done = rows::Entity::delete_many().filter(Column::ExpiresAt.lt(before)).exec(db).await?;
    Ok(done.rows_affected)
}
