//! The table `app_drafts`.

use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _};

use super::Draft;
use super::rules::Answers;
use crate::domain::ids::{AccountId, AppDraftId};
use crate::domain::{Random, Timestamp};
use crate::storage::{Json, Reader, StorageError, Writer};

mod rows {
    use sea_orm::entity::prelude::*;

    use super::super::rules::Answers;
    use crate::domain::Timestamp;
    use crate::domain::ids::{AccountId, AppDraftId};
    use crate::storage::Json;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "app_drafts")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(super) id: AppDraftId,
        pub(super) account_id: AccountId,
        pub(super) answers: Json<Answers>,
        pub(super) version: i64,
        pub(super) created_at: Timestamp,
        pub(super) updated_at: Timestamp,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

use rows::Column;

impl From<rows::Model> for Draft {
    fn from(row: rows::Model) -> Self {
        Self { id: row.id, answers: row.answers.0, version: row.version, updated_at: row.updated_at }
    }
}

/// Begins to register an app.
pub(super) async fn add_draft(
    db: &mut Writer,
    owner: AccountId,
    answers: &Answers,
    (now, random): (Timestamp, &dyn Random),
) -> Result<AppDraftId, StorageError> {
    let id = AppDraftId::new(now, random);
    rows::Entity::insert(rows::ActiveModel {
        id: Set(id),
        account_id: Set(owner),
        answers: Set(Json(answers.clone())),
        version: Set(0),
        created_at: Set(now),
        updated_at: Set(now),
    })
    .exec_without_returning(db)
    .await?;
    Ok(id)
}

/// What `owner` began, the last saved first.
pub(super) async fn list_drafts(db: &Reader, owner: AccountId) -> Result<Vec<Draft>, StorageError> {
    let rows = rows::Entity::find()
        .filter(Column::AccountId.eq(owner))
        .order_by_desc(Column::UpdatedAt)
        .order_by_desc(Column::Id)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// What `owner` began, and nobody else.
pub(super) async fn find_draft(db: &Reader, owner: AccountId, id: AppDraftId) -> Result<Option<Draft>, StorageError> {
    let found = rows::Entity::find_by_id(id).filter(Column::AccountId.eq(owner)).one(db).await?;
    Ok(found.map(Into::into))
}

/// Saves a draft, if it was not saved since it was `seen`. Says whether it did.
pub(super) async fn save_draft(
    db: &mut Writer,
    (owner, id): (AccountId, AppDraftId),
    (answers, seen): (&Answers, i64),
    now: Timestamp,
) -> Result<bool, StorageError> {
    let done = rows::Entity::update_many()
        .col_expr(Column::Answers, Expr::value(Json(answers.clone())))
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .col_expr(Column::UpdatedAt, Expr::value(now))
        .filter(Column::Id.eq(id))
        .filter(Column::AccountId.eq(owner))
        .filter(Column::Version.eq(seen))
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Removes a draft: given up, or registered. With `seen`, only while nobody saved it since. Says whether it was there.
pub(super) async fn remove_draft(
    db: &mut Writer,
    (owner, id): (AccountId, AppDraftId),
    seen: Option<i64>,
) -> Result<bool, StorageError> {
    let mut delete = rows::Entity::delete_many().filter(Column::Id.eq(id)).filter(Column::AccountId.eq(owner));
    if let Some(seen) = seen {
        delete = delete.filter(Column::Version.eq(seen));
    }
    Ok(delete.exec(db).await?.rows_affected == 1)
}

/// Removes what was last saved before `before`, and says how many.
///
/// # Errors
///
/// When the database refuses.
pub async fn remove_old_drafts(db: &mut Writer, before: Timestamp) -> Result<u64, StorageError> {
    let done = rows::Entity::delete_many().filter(Column::UpdatedAt.lt(before)).exec(db).await?;
    Ok(done.rows_affected)
}
