//! The table `invitations`.

use std::time::Duration;

use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _};

use crate::domain::ids::{AccountId, InvitationId, OrganisationId};
use crate::domain::secret::Fingerprint;
use crate::domain::{Random, Secret, Timestamp};
use crate::features::organisations::{Giver, Invitation};
use crate::storage::{Reader, StorageError, Writer};

mod rows {
    use sea_orm::entity::prelude::*;

    use super::super::super::Giver;
    use crate::domain::Timestamp;
    use crate::domain::ids::{AccountId, InvitationId, OrganisationId};
    use crate::domain::secret::Fingerprint;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "invitations")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(super) id: InvitationId,
        pub(super) account_id: AccountId,
        pub(super) secret: Fingerprint,
        pub(super) organisation_id: OrganisationId,
        pub(super) invited_by: Option<Giver>,
        pub(super) created_at: Timestamp,
        pub(super) expires_at: Timestamp,
        pub(super) used_at: Option<Timestamp>,
        pub(super) ended_at: Option<Timestamp>,
        pub(super) handed: bool,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

use rows::Column;

impl From<rows::Model> for Invitation {
    fn from(row: rows::Model) -> Self {
        Self {
            id: row.id,
            account_id: row.account_id,
            organisation_id: row.organisation_id,
            invited_by: row.invited_by,
            expires_at: row.expires_at,
            handed: row.handed,
            is_open: row.used_at.is_none() && row.ended_at.is_none(),
        }
    }
}

/// Invites an account to its organisation, and gives the secret of the link; earlier invitations end.
///
/// # Errors
///
/// When the database refuses.
pub async fn add_invitation(
    db: &mut Writer,
    who: (OrganisationId, AccountId),
    by: (Option<Giver>, Duration),
    chance: (Timestamp, &dyn Random),
) -> Result<Secret<String>, StorageError> {
    add(db, who, by, chance, false).await
}

/// The same for a link that nobody mails: the operator hands it over, and it says nothing about a mailbox.
///
/// # Errors
///
/// When the database refuses.
pub async fn add_handed_invitation(
    db: &mut Writer,
    who: (OrganisationId, AccountId),
    lifetime: Duration,
    chance: (Timestamp, &dyn Random),
) -> Result<Secret<String>, StorageError> {
    add(db, who, (None, lifetime), chance, true).await
}

async fn add(
    db: &mut Writer,
    (organisation_id, account_id): (OrganisationId, AccountId),
    (invited_by, lifetime): (Option<Giver>, Duration),
    (now, random): (Timestamp, &dyn Random),
    handed: bool,
) -> Result<Secret<String>, StorageError> {
    rows::Entity::update_many()
        .col_expr(Column::EndedAt, Expr::value(now))
        .filter(Column::AccountId.eq(account_id))
        .filter(Column::UsedAt.is_null())
        .filter(Column::EndedAt.is_null())
        .exec(db)
        .await?;
    let secret = random.secret();
    rows::Entity::insert(rows::ActiveModel {
        id: Set(InvitationId::new(now, random)),
        account_id: Set(account_id),
        secret: Set(Fingerprint::of(secret.expose())),
        organisation_id: Set(organisation_id),
        invited_by: Set(invited_by),
        created_at: Set(now),
        expires_at: Set(now.after(lifetime)),
        used_at: Set(None),
        ended_at: Set(None),
        handed: Set(handed),
    })
    .exec_without_returning(db)
    .await?;
    Ok(secret)
}

/// The invitation with this secret, whether it still works or not.
///
/// # Errors
///
/// When the database refuses.
pub async fn find_invitation_by_secret(db: &Reader, secret: &str) -> Result<Option<Invitation>, StorageError> {
    let row = rows::Entity::find().filter(Column::Secret.eq(Fingerprint::of(secret))).one(db).await?;
    Ok(row.map(Into::into))
}

/// The invitation with this identifier, whether it still works or not.
///
/// # Errors
///
/// When the database refuses.
pub async fn find_invitation(db: &Reader, id: InvitationId) -> Result<Option<Invitation>, StorageError> {
    Ok(rows::Entity::find_by_id(id).one(db).await?.map(Into::into))
}

/// Uses an invitation up. Says no when it does not work (any more).
///
/// # Errors
///
/// When the database refuses.
pub async fn use_invitation(db: &mut Writer, id: InvitationId, now: Timestamp) -> Result<bool, StorageError> {
    let done = rows::Entity::update_many()
        .col_expr(Column::UsedAt, Expr::value(now))
        .filter(Column::Id.eq(id))
        .filter(Column::UsedAt.is_null())
        .filter(Column::EndedAt.is_null())
        .filter(Column::ExpiresAt.gt(now))
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Removes invitations that ended by age before `before`, and says how many.
///
/// # Errors
///
/// When the database refuses.
pub async fn remove_old_invitations(db: &mut Writer, before: Timestamp) -> Result<u64, StorageError> {
    let done = rows::Entity::delete_many().filter(Column::ExpiresAt.lt(before)).exec(db).await?;
    Ok(done.rows_affected)
}
