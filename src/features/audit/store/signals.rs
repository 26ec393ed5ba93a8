//! The table `security_events`.

use sea_orm::{ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _};
use serde_json::Value;

use crate::domain::Timestamp;
use crate::domain::ids::{AccountId, SecurityEventId};
use crate::features::audit::Ink;
use crate::features::audit::signals::Signal;
use crate::storage::{Json, Reader, StorageError, Writer};

mod rows {
    use sea_orm::entity::prelude::*;
    use serde_json::Value;

    use crate::domain::Timestamp;
    use crate::domain::ids::{AccountId, SecurityEventId};
    use crate::storage::Json;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "security_events")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(super) id: SecurityEventId,
        pub(super) kind: String,
        pub(super) account_id: AccountId,
        pub(super) session_id: Option<String>,
        pub(super) details: Json<Value>,
        pub(super) occurred_at: Timestamp,
        pub(super) told_at: Option<Timestamp>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// A security event that waits to be passed on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecurityEvent {
    /// Its type, an address of CAEP or RISC.
    pub kind: String,
    /// The session that it is about; none means all that the act ended.
    pub session: Option<String>,
    /// The members of the event beside its time.
    pub details: Value,
    /// When it happened.
    pub occurred_at: Timestamp,
}

pub(super) async fn add(db: &mut Writer, signals: Vec<Signal>, ink: Ink<'_>) -> Result<(), StorageError> {
    if signals.is_empty() {
        return Ok(());
    }
    let rows = signals.into_iter().map(|signal| rows::ActiveModel {
        id: Set(SecurityEventId::new(ink.now, ink.random)),
        kind: Set(signal.kind),
        account_id: Set(signal.account),
        session_id: Set(signal.session),
        details: Set(Json(Value::Object(signal.details))),
        occurred_at: Set(ink.now),
        told_at: Set(None),
    });
    rows::Entity::insert_many(rows).exec_without_returning(db).await?;
    Ok(())
}

/// The security events about an account, the oldest first.
///
/// # Errors
///
/// When the database refuses.
pub async fn list_security_events(db: &Reader, account: AccountId) -> Result<Vec<SecurityEvent>, StorageError> {
    let found = rows::Entity::find()
        .filter(rows::Column::AccountId.eq(account))
        .order_by_asc(rows::Column::OccurredAt)
        .order_by_asc(rows::Column::Id)
        .all(db)
        .await?;
    let event = |row: rows::Model| SecurityEvent {
        kind: row.kind,
        session: row.session_id,
        details: row.details.0,
        occurred_at: row.occurred_at,
    };
    Ok(found.into_iter().map(event).collect())
}

/// Removes security events from before `before`, and says how many: whoever did not take them by then learns nothing new.
///
/// # Errors
///
/// When the database refuses.
pub async fn remove_old_security_events(db: &mut Writer, before: Timestamp) -> Result<u64, StorageError> {
    let done = rows::Entity::delete_many().filter(rows::Column::OccurredAt.lt(before)).exec(db).await?;
    Ok(done.rows_affected)
}
