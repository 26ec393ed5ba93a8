//! The tables `grants`, `refresh_tokens` and `consents`; those beside them have a file each.

mod devices;
mod logouts;
mod registrations;
mod requests;
mod seen_tokens;
mod trials;

mod choices;
mod connections;

use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait as _, EntityTrait as _, IntoActiveModel as _, QueryFilter as _};

pub(super) use choices::{choose, find_choice};
pub use devices::remove_old_device_requests;
pub(super) use devices::{
    DeviceRequest, add_device_request, answer_device_request, find_device_request, find_device_request_by_id,
    find_device_request_by_user_code, note_device_question,
};
pub use logouts::remove_old_logouts;
pub(super) use logouts::{Logout, add_logout, apps_of_sessions, due_logouts, lease_logout, settle_logout};
pub use registrations::{add_initial_access_token, remove_old_initial_access_tokens};
pub(super) use registrations::{
    add_registration, find_bounds, find_registration, is_initial_access_token, set_bounds, use_initial_access_token,
};
pub use requests::remove_old_requests;
pub(super) use requests::{add_kept_request, find_kept_request, use_kept_request};
pub use seen_tokens::remove_old_seen_tokens;
pub(super) use seen_tokens::{see_token, was_token_seen};
pub use trials::remove_old_trials;
pub(super) use trials::{
    NewTrial, TrialRow, add_trial, answer_trial, consent_in_trial, find_trial, remove_grant, settle_trial,
};

use super::grant::{Grant, GrantDetails};
use crate::domain::ids::{AccountId, GrantId, RefreshTokenId, SessionId};
use crate::domain::secret::Fingerprint;
use crate::domain::sign_in::Clearance;
use crate::domain::{Random, Scope, Secret, Timestamp};
use crate::storage::{Json, Reader, StorageError, Writer, text_column};

pub use connections::{Connection, apps_by_session, count_connected, disconnect, list_connections};

text_column!(Scope);

mod grants {
    use sea_orm::entity::prelude::*;

    use super::super::grant::GrantDetails;
    use crate::domain::ids::{AccountId, GrantId, SessionId};
    use crate::domain::secret::Fingerprint;
    use crate::domain::{Scope, Timestamp};
    use crate::storage::Json;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "grants")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(super) id: GrantId,
        pub(super) client_id: String,
        pub(super) account_id: AccountId,
        pub(super) session_id: Option<SessionId>,
        pub(super) scope: Scope,
        pub(super) details: Json<GrantDetails>,
        pub(super) code: Fingerprint,
        pub(super) code_expires_at: Timestamp,
        pub(super) code_used_at: Option<Timestamp>,
        pub(super) created_at: Timestamp,
        pub(super) expires_at: Timestamp,
        pub(super) revoked_at: Option<Timestamp>,
        pub(super) has_revoked_tokens: bool,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

mod refresh_tokens {
    use sea_orm::entity::prelude::*;

    use crate::domain::Timestamp;
    use crate::domain::ids::{GrantId, RefreshTokenId};
    use crate::domain::secret::Fingerprint;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "refresh_tokens")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(super) id: RefreshTokenId,
        pub(super) secret: Fingerprint,
        pub(super) grant_id: GrantId,
        pub(super) created_at: Timestamp,
        pub(super) expires_at: Timestamp,
        pub(super) used_at: Option<Timestamp>,
        pub(super) successor: Option<String>,
        pub(super) key: Option<String>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

mod consents {
    use sea_orm::entity::prelude::*;

    use crate::domain::ids::AccountId;
    use crate::domain::{Scope, Timestamp};

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "consents")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(super) account_id: AccountId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub(super) client_id: String,
        pub(super) scope: Scope,
        pub(super) given_at: Timestamp,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

impl From<grants::Model> for Grant {
    fn from(row: grants::Model) -> Self {
        Self {
            id: row.id,
            client_id: row.client_id,
            account_id: row.account_id,
            session_id: row.session_id,
            scope: row.scope,
            details: row.details.0,
            created_at: row.created_at,
            code_used_at: row.code_used_at,
            expires_at: row.expires_at,
            revoked_at: row.revoked_at,
            has_revoked_tokens: row.has_revoked_tokens,
        }
    }
}

/// What a new grant is about.
pub(super) struct NewGrant<'a> {
    pub(super) client_id: &'a str,
    pub(super) session_id: Option<SessionId>,
    pub(super) scope: &'a Scope,
    pub(super) details: GrantDetails,
    pub(super) code_expires_at: Timestamp,
    pub(super) expires_at: Timestamp,
}

/// Gives an app what its account was cleared for, and returns the grant with its authorization code.
pub(super) async fn add_grant(
    db: &mut Writer,
    clearance: &Clearance,
    new: NewGrant<'_>,
    (now, random): (Timestamp, &dyn Random),
) -> Result<(Grant, Secret<String>), StorageError> {
    let code = random.secret();
    let row = grants::Model {
        id: GrantId::new(now, random),
        client_id: new.client_id.to_owned(),
        account_id: clearance.account_id(),
        session_id: new.session_id,
        scope: new.scope.clone(),
        details: Json(new.details),
        code: Fingerprint::of(code.expose()),
        code_expires_at: new.code_expires_at,
        code_used_at: None,
        created_at: now,
        expires_at: new.expires_at,
        revoked_at: None,
        has_revoked_tokens: false,
    };
    grants::Entity::insert(row.clone().into_active_model()).exec_without_returning(db).await?;
    Ok((row.into(), code))
}

/// The grant of an authorization code, whether that still counts or not.
pub(super) async fn find_grant_by_code(db: &Reader, code: &str) -> Result<Option<Grant>, StorageError> {
    let found = grants::Entity::find().filter(grants::Column::Code.eq(Fingerprint::of(code))).one(db).await?;
    Ok(found.map(Into::into))
}

/// The grant with this identifier.
pub(super) async fn find_grant(db: &Reader, id: GrantId) -> Result<Option<Grant>, StorageError> {
    Ok(grants::Entity::find_by_id(id).one(db).await?.map(Into::into))
}

/// Uses a code up. Says no when somebody else did, or it ran out.
pub(super) async fn use_code(db: &mut Writer, id: GrantId, now: Timestamp) -> Result<bool, StorageError> {
    let done = grants::Entity::update_many()
        .col_expr(grants::Column::CodeUsedAt, Expr::value(now))
        .filter(grants::Column::Id.eq(id))
        .filter(grants::Column::CodeUsedAt.is_null())
        .filter(grants::Column::CodeExpiresAt.gt(now))
        .filter(grants::Column::RevokedAt.is_null())
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Takes a grant back: its code and its tokens count no more. Says whether it counted until now.
pub(super) async fn revoke_grant(db: &mut Writer, id: GrantId, now: Timestamp) -> Result<bool, StorageError> {
    let done = grants::Entity::update_many()
        .col_expr(grants::Column::RevokedAt, Expr::value(now))
        .filter(grants::Column::Id.eq(id))
        .filter(grants::Column::RevokedAt.is_null())
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Remembers that an access token of a grant was revoked by itself.
pub(super) async fn mark_revoked_tokens(db: &mut Writer, id: GrantId) -> Result<(), StorageError> {
    grants::Entity::update_many()
        .col_expr(grants::Column::HasRevokedTokens, Expr::value(true))
        .filter(grants::Column::Id.eq(id))
        .exec(db)
        .await?;
    Ok(())
}

/// Takes back what a session gave, but for apps that may act while the person is away (`offline_access`).
pub(super) async fn revoke_online_grants(
    db: &mut Writer,
    session: SessionId,
    now: Timestamp,
) -> Result<(), StorageError> {
    let live = grants::Entity::find()
        .filter(grants::Column::SessionId.eq(session))
        .filter(grants::Column::RevokedAt.is_null())
        .all(db)
        .await?;
    for grant in live.into_iter().filter(|grant| !grant.scope.contains("offline_access")) {
        revoke_grant(db, grant.id, now).await?;
    }
    Ok(())
}

/// Removes grants that ended before `before`, with their tokens.
pub(super) async fn remove_old_grants(db: &mut Writer, before: Timestamp) -> Result<u64, StorageError> {
    let done = grants::Entity::delete_many().filter(grants::Column::ExpiresAt.lt(before)).exec(db).await?;
    Ok(done.rows_affected)
}

/// A refresh token of a grant.
#[derive(Clone, Debug)]
pub(super) struct RefreshToken {
    pub(super) id: RefreshTokenId,
    pub(super) grant_id: GrantId,
    pub(super) expires_at: Timestamp,
    pub(super) used_at: Option<Timestamp>,
    /// The token that replaced it, sealed.
    pub(super) successor: Option<String>,
    /// The thumbprint of the key that it is bound to.
    pub(super) key: Option<String>,
}

impl From<refresh_tokens::Model> for RefreshToken {
    fn from(row: refresh_tokens::Model) -> Self {
        Self {
            id: row.id,
            grant_id: row.grant_id,
            expires_at: row.expires_at,
            used_at: row.used_at,
            successor: row.successor,
            key: row.key,
        }
    }
}

/// Gives out a refresh token, bound to a key where one is given.
pub(super) async fn add_refresh_token(
    db: &mut Writer,
    grant: GrantId,
    expires_at: Timestamp,
    key: Option<&str>,
    (now, random): (Timestamp, &dyn Random),
) -> Result<Secret<String>, StorageError> {
    let secret = random.secret();
    refresh_tokens::Entity::insert(refresh_tokens::ActiveModel {
        id: Set(RefreshTokenId::new(now, random)),
        secret: Set(Fingerprint::of(secret.expose())),
        grant_id: Set(grant),
        created_at: Set(now),
        expires_at: Set(expires_at),
        used_at: Set(None),
        successor: Set(None),
        key: Set(key.map(str::to_owned)),
    })
    .exec_without_returning(db)
    .await?;
    Ok(secret)
}

/// The refresh token with this secret, whether it still counts or not.
pub(super) async fn find_refresh_token(db: &Reader, secret: &str) -> Result<Option<RefreshToken>, StorageError> {
    let found = refresh_tokens::Entity::find()
        .filter(refresh_tokens::Column::Secret.eq(Fingerprint::of(secret)))
        .one(db)
        .await?;
    Ok(found.map(Into::into))
}

/// The refresh token with this identifier.
pub(super) async fn find_refresh_token_by_id(
    db: &Reader,
    id: RefreshTokenId,
) -> Result<Option<RefreshToken>, StorageError> {
    Ok(refresh_tokens::Entity::find_by_id(id).one(db).await?.map(Into::into))
}

/// Uses a refresh token up. Says no when somebody else did.
pub(super) async fn use_refresh_token(
    db: &mut Writer,
    id: RefreshTokenId,
    successor: &str,
    now: Timestamp,
) -> Result<bool, StorageError> {
    let done = refresh_tokens::Entity::update_many()
        .col_expr(refresh_tokens::Column::UsedAt, Expr::value(now))
        .col_expr(refresh_tokens::Column::Successor, Expr::value(successor))
        .filter(refresh_tokens::Column::Id.eq(id))
        .filter(refresh_tokens::Column::UsedAt.is_null())
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}

/// What a person gave an app before, and when.
pub(super) async fn find_consent(
    db: &Reader,
    account: AccountId,
    client_id: &str,
) -> Result<Option<(Scope, Timestamp)>, StorageError> {
    let found = consents::Entity::find_by_id((account, client_id.to_owned())).one(db).await?;
    Ok(found.map(|row| (row.scope, row.given_at)))
}

/// Remembers what a person gives an app, beside what they gave it before.
pub(super) async fn add_consent(
    db: &mut Writer,
    account: AccountId,
    client_id: &str,
    scope: &Scope,
    now: Timestamp,
) -> Result<(), StorageError> {
    let before = find_consent(db, account, client_id).await?.map(|(scope, _)| scope).unwrap_or_default();
    consents::Entity::insert(consents::ActiveModel {
        account_id: Set(account),
        client_id: Set(client_id.to_owned()),
        scope: Set(before.or(scope)),
        given_at: Set(now),
    })
    .on_conflict(
        OnConflict::columns([consents::Column::AccountId, consents::Column::ClientId])
            .update_columns([consents::Column::Scope, consents::Column::GivenAt])
            .to_owned(),
    )
    .exec_without_returning(db)
    .await?;
    Ok(())
}
