//! The table `failed_requests`.

use sea_orm::sea_query::{Expr, ExprTrait as _, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use super::room::surplus;
use super::{Endpoint, FailedRequest, Failure};
use crate::domain::ids::FailedRequestId;
use crate::domain::secret::Fingerprint;
use crate::domain::{Random, Timestamp};
use crate::storage::{Reader, StorageError, Writer, text_column};

text_column!(Endpoint);

mod rows {
    use sea_orm::entity::prelude::*;

    use super::super::Endpoint;
    use crate::domain::Timestamp;
    use crate::domain::ids::FailedRequestId;
    use crate::domain::secret::Fingerprint;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "failed_requests")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(super) id: FailedRequestId,
        pub(super) client_id: String,
        pub(super) endpoint: Endpoint,
        pub(super) code: String,
        pub(super) description: String,
        pub(super) address: Option<String>,
        pub(super) same: Fingerprint,
        pub(super) times: i64,
        pub(super) reference: String,
        pub(super) first_at: Timestamp,
        pub(super) last_at: Timestamp,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

use rows::Column;

impl From<rows::Model> for FailedRequest {
    fn from(row: rows::Model) -> Self {
        Self {
            id: row.id,
            client_id: row.client_id,
            endpoint: row.endpoint,
            code: row.code,
            description: row.description,
            address: row.address,
            times: row.times,
            reference: row.reference,
            first_at: row.first_at,
            last_at: row.last_at,
        }
    }
}

/// Keeps a refused request, or counts it where the same fault is kept already.
pub(super) async fn add_failure(
    db: &mut Writer,
    client_id: &str,
    failure: Failure<'_>,
    (reference, (now, random)): (&str, (Timestamp, &dyn Random)),
) -> Result<(), StorageError> {
    let Failure { endpoint, code, description, address } = failure;
    let words = [endpoint.to_string().as_str(), code, description, address.unwrap_or_default()].join("\n");
    rows::Entity::insert(rows::ActiveModel {
        id: Set(FailedRequestId::new(now, random)),
        client_id: Set(client_id.to_owned()),
        endpoint: Set(endpoint),
        code: Set(code.to_owned()),
        description: Set(description.to_owned()),
        address: Set(address.map(str::to_owned)),
        same: Set(Fingerprint::of(&words)),
        times: Set(1),
        reference: Set(reference.to_owned()),
        first_at: Set(now),
        last_at: Set(now),
    })
    .on_conflict(
        OnConflict::columns([Column::ClientId, Column::Same])
            .value(Column::Times, Expr::col(("failed_requests", "times")).add(1))
            .update_columns([Column::Reference, Column::LastAt])
            .to_owned(),
    )
    .exec_without_returning(db)
    .await?;
    Ok(())
}

/// Removes what is too much of an app, so that `most` stay.
pub(super) async fn make_room(db: &mut Writer, client_id: &str, most: u64) -> Result<(), StorageError> {
    let rows = rows::Entity::find()
        .filter(Column::ClientId.eq(client_id))
        .order_by_desc(Column::LastAt)
        .order_by_desc(Column::Id)
        .all(&**db)
        .await?;
    let reasons = rows.into_iter().map(|row| (row.id, (row.endpoint.to_string(), row.code, row.description))).collect();
    let surplus = surplus(reasons, usize::try_from(most).unwrap_or(usize::MAX));
    if !surplus.is_empty() {
        rows::Entity::delete_many().filter(Column::Id.is_in(surplus)).exec(db).await?;
    }
    Ok(())
}

/// The refused requests in the name of an app, the newest first.
///
/// # Errors
///
/// When the database refuses.
pub async fn list_failed_requests(db: &Reader, client_id: &str, most: u64) -> Result<Vec<FailedRequest>, StorageError> {
    let rows = rows::Entity::find()
        .filter(Column::ClientId.eq(client_id))
        .order_by_desc(Column::LastAt)
        .order_by_desc(Column::Id)
        .limit(most)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// One of them, if it was in the name of this app.
///
/// # Errors
///
/// When the database refuses.
pub async fn find_failed_request(
    db: &Reader,
    client_id: &str,
    id: FailedRequestId,
) -> Result<Option<FailedRequest>, StorageError> {
    let found = rows::Entity::find_by_id(id).filter(Column::ClientId.eq(client_id)).one(db).await?;
    Ok(found.map(Into::into))
}

/// Forgets one of them.
///
/// # Errors
///
/// When the database refuses.
pub async fn remove_failed_request(db: &mut Writer, client_id: &str, id: FailedRequestId) -> Result<(), StorageError> {
    rows::Entity::delete_by_id(id).filter(Column::ClientId.eq(client_id)).exec(db).await?;
    Ok(())
}
