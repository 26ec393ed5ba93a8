//! The table `interactions`.

use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _};

use super::{Interaction, Purpose};
use crate::domain::Timestamp;
use crate::domain::ids::InteractionId;
use crate::domain::sign_in::Evidence;
use crate::storage::{Json, Reader, StorageError, Writer};

mod interactions {
    use sea_orm::entity::prelude::*;

    use super::super::Purpose;
    use crate::domain::Timestamp;
    use crate::domain::ids::{InteractionId, SessionId};
    use crate::domain::secret::Fingerprint;
    use crate::domain::sign_in::{Answers, Evidence};
    use crate::storage::Json;

    #[derive(Clone, Debug, DeriveEntityModel)]
    #[sea_orm(table_name = "interactions")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(super) id: InteractionId,
        pub(super) browser: Fingerprint,
        pub(super) purpose: Json<Purpose>,
        pub(super) evidence: Option<Json<Evidence>>,
        pub(super) answers: Json<Answers>,
        pub(super) session_id: Option<SessionId>,
        pub(super) version: i64,
        pub(super) created_at: Timestamp,
        pub(super) expires_at: Timestamp,
        pub(super) completed_at: Option<Timestamp>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

use interactions::Column;

impl From<interactions::Model> for Interaction {
    fn from(row: interactions::Model) -> Self {
        Self {
            id: row.id,
            browser: row.browser,
            purpose: row.purpose.0,
            evidence: row.evidence.map(|evidence| evidence.0),
            answers: row.answers.0,
            session_id: row.session_id,
            version: row.version,
            created_at: row.created_at,
            expires_at: row.expires_at,
            completed_at: row.completed_at,
        }
    }
}

/// Keeps a sign-in that has begun.
///
/// # Errors
///
/// When the database refuses.
pub async fn add_interaction(db: &mut Writer, interaction: &Interaction) -> Result<(), StorageError> {
    interactions::Entity::insert(interactions::ActiveModel {
        id: Set(interaction.id),
        browser: Set(interaction.browser.clone()),
        purpose: Set(Json(interaction.purpose.clone())),
        evidence: Set(interaction.evidence.clone().map(Json)),
        answers: Set(Json(interaction.answers)),
        session_id: Set(interaction.session_id),
        version: Set(1),
        created_at: Set(interaction.created_at),
        expires_at: Set(interaction.expires_at),
        completed_at: Set(None),
    })
    .exec_without_returning(db)
    .await?;
    Ok(())
}

/// The sign-in with this identifier.
///
/// # Errors
///
/// When the database refuses.
pub async fn find_interaction(db: &Reader, id: InteractionId) -> Result<Option<Interaction>, StorageError> {
    Ok(interactions::Entity::find_by_id(id).one(db).await?.map(Into::into))
}

/// Keeps what a step changed, if no other step came between. Says no otherwise, or when it is over.
///
/// # Errors
///
/// When the database refuses.
pub async fn update_interaction(
    db: &mut Writer,
    interaction: &Interaction,
    now: Timestamp,
) -> Result<bool, StorageError> {
    let done = interactions::Entity::update_many()
        .col_expr(Column::Evidence, Expr::value(interaction.evidence.clone().map(Json)))
        .col_expr(Column::Answers, Expr::value(Json(interaction.answers)))
        .col_expr(Column::SessionId, Expr::value(interaction.session_id))
        .col_expr(Column::Version, Expr::value(interaction.version + 1))
        .filter(Column::Id.eq(interaction.id))
        .filter(Column::Version.eq(interaction.version))
        .filter(Column::CompletedAt.is_null())
        .filter(Column::ExpiresAt.gt(now))
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Remembers that the person said no.
///
/// # Errors
///
/// When the database refuses.
pub async fn deny_interaction(db: &mut Writer, interaction: &Interaction) -> Result<(), StorageError> {
    let purpose = Purpose { denied: true, ..interaction.purpose.clone() };
    interactions::Entity::update_many()
        .col_expr(Column::Purpose, Expr::value(Json(purpose)))
        .filter(Column::Id.eq(interaction.id))
        .filter(Column::CompletedAt.is_null())
        .exec(db)
        .await?;
    Ok(())
}

/// Writes down what somebody answered to what a sign-in is for. Says no when it went on, was stopped or ended meanwhile.
///
/// # Errors
///
/// When the database refuses.
pub async fn change_purpose(
    db: &mut Writer,
    interaction: &Interaction,
    purpose: Purpose,
    now: Timestamp,
) -> Result<bool, StorageError> {
    let done = interactions::Entity::update_many()
        .col_expr(Column::Purpose, Expr::value(Json(purpose)))
        .col_expr(Column::Version, Expr::value(interaction.version + 1))
        .filter(Column::Id.eq(interaction.id))
        .filter(Column::Version.eq(interaction.version))
        .filter(Column::CompletedAt.is_null())
        .filter(Column::ExpiresAt.gt(now))
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Stops a sign-in from outside: what was proven counts no more, and a step that is on its way comes too late. It may
/// begin anew.
///
/// # Errors
///
/// When the database refuses.
pub async fn stop_interaction(db: &mut Writer, interaction: &Interaction) -> Result<(), StorageError> {
    let purpose = Purpose { stopped: true, ..interaction.purpose.clone() };
    interactions::Entity::update_many()
        .col_expr(Column::Purpose, Expr::value(Json(purpose)))
        .col_expr(Column::Evidence, Expr::value(Option::<Json<Evidence>>::None))
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .filter(Column::Id.eq(interaction.id))
        .filter(Column::CompletedAt.is_null())
        .exec(db)
        .await?;
    Ok(())
}

/// Ends a sign-in with an answer to the app. Says no when it had one already.
///
/// # Errors
///
/// When the database refuses.
pub async fn complete_interaction(db: &mut Writer, id: InteractionId, now: Timestamp) -> Result<bool, StorageError> {
    let done = interactions::Entity::update_many()
        .col_expr(Column::CompletedAt, Expr::value(now))
        .filter(Column::Id.eq(id))
        .filter(Column::CompletedAt.is_null())
        .filter(Column::ExpiresAt.gt(now))
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Removes sign-ins that nobody can finish any more, and says how many.
///
/// # Errors
///
/// When the database refuses.
pub async fn remove_old_interactions(db: &mut Writer, now: Timestamp) -> Result<u64, StorageError> {
    let done = interactions::Entity::delete_many().filter(Column::ExpiresAt.lt(now)).exec(db).await?;
    Ok(done.rows_affected)
}
