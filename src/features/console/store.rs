//! The table `console_visits`.

use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, EntityTrait as _};

use crate::domain::Timestamp;
use crate::domain::ids::SessionId;
use crate::storage::{Reader, StorageError, Writer};

mod visits {
    use sea_orm::entity::prelude::*;

    use crate::domain::Timestamp;
    use crate::domain::ids::SessionId;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "console_visits")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(super) session_id: SessionId,
        pub(super) used_at: Timestamp,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// When the console was last used in a session.
pub(super) async fn find_visit(db: &Reader, session: SessionId) -> Result<Option<Timestamp>, StorageError> {
    Ok(visits::Entity::find_by_id(session).one(db).await?.map(|row| row.used_at))
}

/// Remembers that the console is in use in a session.
pub(super) async fn touch_visit(db: &mut Writer, session: SessionId, now: Timestamp) -> Result<(), StorageError> {
    let row = visits::ActiveModel { session_id: Set(session), used_at: Set(now) };
    let mut conflict = OnConflict::column(visits::Column::SessionId);
    conflict.update_column(visits::Column::UsedAt);
    visits::Entity::insert(row).on_conflict(conflict).exec_without_returning(db).await?;
    Ok(())
}
