//! The table `organisation_choices`.

use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, EntityTrait as _};

use crate::domain::Timestamp;
use crate::domain::ids::{AccountId, OrganisationId, SessionId};
use crate::storage::{Reader, StorageError, Writer};

mod rows {
    use sea_orm::entity::prelude::*;

    use crate::domain::Timestamp;
    use crate::domain::ids::{AccountId, OrganisationId, SessionId};

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "organisation_choices")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(super) account_id: AccountId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub(super) client_id: String,
        pub(super) organisation_id: OrganisationId,
        pub(super) session_id: SessionId,
        pub(super) chosen_at: Timestamp,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

use rows::Column;

/// The organisation that somebody last acted for in an app: which, in which session they chose it, and when.
pub(in crate::features::oidc) async fn find_choice(
    db: &Reader,
    account: AccountId,
    client: &str,
) -> Result<Option<(OrganisationId, SessionId, Timestamp)>, StorageError> {
    let row = rows::Entity::find_by_id((account, client.to_owned())).one(db).await?;
    Ok(row.map(|row| (row.organisation_id, row.session_id, row.chosen_at)))
}

/// Remembers the organisation that somebody acts for in an app.
pub(in crate::features::oidc) async fn choose(
    db: &mut Writer,
    (account, client): (AccountId, &str),
    (organisation, session): (OrganisationId, SessionId),
    now: Timestamp,
) -> Result<(), StorageError> {
    rows::Entity::insert(rows::ActiveModel {
        account_id: Set(account),
        client_id: Set(client.to_owned()),
        organisation_id: Set(organisation),
        session_id: Set(session),
        chosen_at: Set(now),
    })
    .on_conflict(
        OnConflict::columns([Column::AccountId, Column::ClientId])
            .update_columns([Column::OrganisationId, Column::SessionId, Column::ChosenAt])
            .to_owned(),
    )
    .exec_without_returning(db)
    .await?;
    Ok(())
}
