//! The table `api_replays`, and lists that take several tables.

mod people;

use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _};

use crate::domain::Timestamp;
use crate::storage::{StorageError, Writer};

pub(super) use people::{Known, MemberRow, count_provisioned, find_member, list_members, list_provisioned};

mod replays {
    use sea_orm::entity::prelude::*;

    use crate::domain::Timestamp;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "api_replays")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(super) id: String,
        pub(super) request: String,
        pub(super) answer: String,
        pub(super) expires_at: Timestamp,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

use replays::Column;

/// What became of claiming a name for a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Claimed {
    /// It is the first of this name.
    First,
    /// This was answered before, sealed, to this request.
    Before { request: String, answer: String },
}

/// Claims the name of a request, until the commit. Another request of the same name waits for that, and then finds the
/// answer.
pub(super) async fn claim(
    db: &mut Writer,
    id: &str,
    request: &str,
    (now, expires_at): (Timestamp, Timestamp),
) -> Result<Claimed, StorageError> {
    let row = replays::ActiveModel {
        id: Set(id.to_owned()),
        request: Set(request.to_owned()),
        answer: Set(String::new()),
        expires_at: Set(expires_at),
    };
    let nothing = OnConflict::column(Column::Id).do_nothing().to_owned();
    if replays::Entity::insert(row).on_conflict(nothing).exec_without_returning(db).await? == 1 {
        return Ok(Claimed::First);
    }
    let renewed = replays::Entity::update_many()
        .col_expr(Column::Request, Expr::value(request))
        .col_expr(Column::ExpiresAt, Expr::value(expires_at))
        .filter(Column::Id.eq(id))
        .filter(Column::ExpiresAt.lte(now))
        .exec(db)
        .await?;
    if renewed.rows_affected == 1 {
        return Ok(Claimed::First);
    }
    match replays::Entity::find_by_id(id).one(&**db).await? {
        Some(row) => Ok(Claimed::Before { request: row.request, answer: row.answer }),
        None => Err(StorageError::Corrupt("an answer that was kept is gone".to_owned())),
    }
}

/// Keeps the sealed answer to a request that was claimed.
pub(super) async fn keep_answer(db: &mut Writer, id: &str, answer: String) -> Result<(), StorageError> {
    replays::Entity::update_many()
        .col_expr(Column::Answer, Expr::value(answer))
        .filter(Column::Id.eq(id))
        .exec(db)
        .await?;
    Ok(())
}

/// Removes answers that are kept no longer, and says how many.
///
/// # Errors
///
/// When the database refuses.
pub async fn remove_old_replays(db: &mut Writer, now: Timestamp) -> Result<u64, StorageError> {
    Ok(replays::Entity::delete_many().filter(Column::ExpiresAt.lte(now)).exec(db).await?.rows_affected)
}
