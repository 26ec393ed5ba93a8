//! The table `sessions`.

use sea_orm::sea_query::{Expr, ExprTrait as _, Query};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use super::{Lifetime, Session};
use crate::domain::ids::{AccountId, OrganisationId, SessionId};
use crate::domain::network::Network;
use crate::domain::secret::Fingerprint;
use crate::domain::sign_in::Clearance;
use crate::domain::{Random, Secret, Timestamp};
use crate::storage::{Json, Reader, StorageError, Writer};

mod browsers;

pub use browsers::{accounts_of_browser, forget_in_browser, note_browser};

/// The most accounts that one statement names.
const MOST_AT_ONCE: usize = 500;
/// The most sessions that a page lists.
const MOST_LISTED: u64 = 50;

mod sessions {
    use sea_orm::entity::prelude::*;

    use crate::domain::Timestamp;
    use crate::domain::ids::{AccountId, SessionId};
    use crate::domain::network::Network;
    use crate::domain::secret::Fingerprint;
    use crate::domain::sign_in::Evidence;
    use crate::storage::Json;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "sessions")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(super) id: SessionId,
        pub(super) secret: Fingerprint,
        pub(super) account_id: AccountId,
        pub(super) evidence: Json<Evidence>,
        pub(super) network: Option<Network>,
        pub(super) user_agent: Option<String>,
        pub(super) created_at: Timestamp,
        pub(super) last_used_at: Timestamp,
        pub(super) expires_at: Timestamp,
        pub(super) ended_at: Option<Timestamp>,
        pub(super) browser: Option<Fingerprint>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

use sessions::Column;

impl From<sessions::Model> for Session {
    fn from(row: sessions::Model) -> Self {
        Self {
            id: row.id,
            account_id: row.account_id,
            evidence: row.evidence.0,
            network: row.network,
            user_agent: row.user_agent,
            created_at: row.created_at,
            last_used_at: row.last_used_at,
            expires_at: row.expires_at,
            ended_at: row.ended_at,
        }
    }
}

/// A session that was just opened.
#[derive(Debug)]
pub struct Opened {
    /// Its identifier.
    pub id: SessionId,
    /// What the browser keeps.
    pub secret: Secret<String>,
}

/// Opens a session for whoever was cleared. The identifier and the secret are new at every sign-in.
///
/// # Errors
///
/// When the database refuses.
pub async fn open_session(
    db: &mut Writer,
    clearance: Clearance,
    (network, user_agent): (Option<Network>, Option<String>),
    lifetime: Lifetime,
    (now, random): (Timestamp, &dyn Random),
) -> Result<Opened, StorageError> {
    let opened = Opened { id: SessionId::new(now, random), secret: random.secret() };
    sessions::Entity::insert(sessions::ActiveModel {
        id: Set(opened.id),
        secret: Set(Fingerprint::of(opened.secret.expose())),
        account_id: Set(clearance.account_id()),
        evidence: Set(Json(clearance.evidence().clone())),
        network: Set(network),
        user_agent: Set(user_agent),
        created_at: Set(now),
        last_used_at: Set(now),
        expires_at: Set(now.after(lifetime.absolute)),
        ended_at: Set(None),
        browser: Set(None),
    })
    .exec_without_returning(db)
    .await?;
    Ok(opened)
}

/// Goes on with a session after more was proven: a new secret and the new evidence, under the same identifier, so that
/// the apps that know it go on as well. Says no when it ended meanwhile.
///
/// # Errors
///
/// When the database refuses.
pub async fn renew_session(
    db: &mut Writer,
    clearance: Clearance,
    id: SessionId,
    lifetime: Lifetime,
    (now, random): (Timestamp, &dyn Random),
) -> Result<Option<Opened>, StorageError> {
    let opened = Opened { id, secret: random.secret() };
    let done = sessions::Entity::update_many()
        .col_expr(Column::Secret, Expr::value(Fingerprint::of(opened.secret.expose())))
        .col_expr(Column::Evidence, Expr::value(Json(clearance.evidence().clone())))
        .col_expr(Column::Network, Expr::value(clearance.evidence().network))
        .col_expr(Column::LastUsedAt, Expr::value(now))
        .col_expr(Column::ExpiresAt, Expr::value(now.after(lifetime.absolute)))
        .filter(Column::Id.eq(id))
        .filter(Column::AccountId.eq(clearance.account_id()))
        .filter(Column::EndedAt.is_null())
        .exec(db)
        .await?;
    Ok((done.rows_affected == 1).then_some(opened))
}

/// The session with this secret, if it still counts.
///
/// # Errors
///
/// When the database refuses.
pub async fn find_live_session(
    db: &Reader,
    secret: &str,
    now: Timestamp,
    lifetime: Lifetime,
) -> Result<Option<Session>, StorageError> {
    let row = sessions::Entity::find().filter(Column::Secret.eq(Fingerprint::of(secret))).one(db).await?;
    Ok(row.map(Session::from).filter(|session| session.is_live(now, lifetime)))
}

/// The session with this identifier, whether it still counts or not.
///
/// # Errors
///
/// When the database refuses.
pub async fn find_session(db: &Reader, id: SessionId) -> Result<Option<Session>, StorageError> {
    Ok(sessions::Entity::find_by_id(id).one(db).await?.map(Into::into))
}

/// Remembers that a session is in use.
///
/// # Errors
///
/// When the database refuses.
pub async fn touch_session(db: &mut Writer, id: SessionId, now: Timestamp) -> Result<(), StorageError> {
    sessions::Entity::update_many()
        .col_expr(Column::LastUsedAt, Expr::value(now))
        .filter(Column::Id.eq(id))
        .filter(Column::EndedAt.is_null())
        .exec(db)
        .await?;
    Ok(())
}

/// Where somebody is signed in at this moment, the latest first.
///
/// # Errors
///
/// When the database refuses.
pub async fn list_live_sessions(
    db: &Reader,
    account: AccountId,
    now: Timestamp,
    lifetime: Lifetime,
) -> Result<Vec<Session>, StorageError> {
    let rows = sessions::Entity::find()
        .filter(Column::AccountId.eq(account))
        .filter(Column::EndedAt.is_null())
        .filter(Column::ExpiresAt.gt(now))
        .filter(Column::LastUsedAt.gt(now.before(lifetime.idle)))
        .order_by_desc(Column::Id)
        .limit(MOST_LISTED)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(Session::from).filter(|session| session.is_live(now, lifetime)).collect())
}

/// Where the members of an organisation are signed in at this moment.
///
/// # Errors
///
/// When the database refuses.
pub async fn list_sessions_of_members(
    db: &Reader,
    organisation: OrganisationId,
    now: Timestamp,
    lifetime: Lifetime,
) -> Result<Vec<Session>, StorageError> {
    let members = Query::select()
        .column("account_id")
        .from("memberships")
        .and_where(Expr::col("organisation_id").eq(organisation))
        .to_owned();
    let rows = sessions::Entity::find()
        .filter(Column::AccountId.in_subquery(members))
        .filter(Column::EndedAt.is_null())
        .filter(Column::ExpiresAt.gt(now))
        .filter(Column::LastUsedAt.gt(now.before(lifetime.idle)))
        .all(db)
        .await?;
    Ok(rows.into_iter().map(Session::from).filter(|session| session.is_live(now, lifetime)).collect())
}

/// Ends one session of an account. Says whether it was there and open.
///
/// # Errors
///
/// When the database refuses.
pub async fn end_session(
    db: &mut Writer,
    account: AccountId,
    id: SessionId,
    now: Timestamp,
) -> Result<bool, StorageError> {
    let done = sessions::Entity::update_many()
        .col_expr(Column::EndedAt, Expr::value(now))
        .filter(Column::Id.eq(id))
        .filter(Column::AccountId.eq(account))
        .filter(Column::EndedAt.is_null())
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Ends all sessions of an account but `keep`, and says how many.
///
/// # Errors
///
/// When the database refuses.
pub async fn end_other_sessions(
    db: &mut Writer,
    account: AccountId,
    keep: SessionId,
    now: Timestamp,
) -> Result<u64, StorageError> {
    let done = sessions::Entity::update_many()
        .col_expr(Column::EndedAt, Expr::value(now))
        .filter(Column::AccountId.eq(account))
        .filter(Column::Id.ne(keep))
        .filter(Column::EndedAt.is_null())
        .exec(db)
        .await?;
    Ok(done.rows_affected)
}

/// Ends all sessions of an account, and says how many.
///
/// # Errors
///
/// When the database refuses.
pub async fn end_sessions_of(db: &mut Writer, account: AccountId, now: Timestamp) -> Result<u64, StorageError> {
    let done = sessions::Entity::update_many()
        .col_expr(Column::EndedAt, Expr::value(now))
        .filter(Column::AccountId.eq(account))
        .filter(Column::EndedAt.is_null())
        .exec(db)
        .await?;
    Ok(done.rows_affected)
}

/// Who of these people is signed in from `network`.
///
/// # Errors
///
/// When the database refuses.
pub async fn signed_in_from(
    db: &Reader,
    accounts: &[AccountId],
    network: Network,
    now: Timestamp,
) -> Result<Vec<AccountId>, StorageError> {
    let mut found = Vec::new();
    for some in accounts.chunks(MOST_AT_ONCE) {
        let more: Vec<AccountId> = sessions::Entity::find()
            .select_only()
            .column(Column::AccountId)
            .distinct()
            .filter(Column::AccountId.is_in(some.iter().copied()))
            .filter(Column::Network.eq(network))
            .filter(Column::EndedAt.is_null())
            .filter(Column::ExpiresAt.gt(now))
            .into_tuple()
            .all(db)
            .await?;
        found.extend(more);
    }
    Ok(found)
}

/// Ends what these people opened from `network`.
///
/// # Errors
///
/// When the database refuses.
pub async fn end_sessions_from(
    db: &mut Writer,
    accounts: &[AccountId],
    network: Network,
    now: Timestamp,
) -> Result<(), StorageError> {
    for some in accounts.chunks(MOST_AT_ONCE) {
        sessions::Entity::update_many()
            .col_expr(Column::EndedAt, Expr::value(now))
            .filter(Column::AccountId.is_in(some.iter().copied()))
            .filter(Column::Network.eq(network))
            .filter(Column::EndedAt.is_null())
            .exec(db)
            .await?;
    }
    Ok(())
}

/// The sessions that were ended since `since`, by whomever.
///
/// # Errors
///
/// When the database refuses.
pub async fn list_ended_sessions(db: &Reader, since: Timestamp) -> Result<Vec<SessionId>, StorageError> {
    Ok(sessions::Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::EndedAt.gte(since))
        .into_tuple()
        .all(db)
        .await?)
}

/// Removes sessions that ended by age before `before`, and says how many. Those that were ended by hand stay until
/// `granted`, as long as anything that apps were given in them could still be used.
///
/// # Errors
///
/// When the database refuses.
pub async fn remove_old_sessions(db: &mut Writer, before: Timestamp, granted: Timestamp) -> Result<u64, StorageError> {
    let done = sessions::Entity::delete_many()
        .filter(Column::ExpiresAt.lt(before))
        .filter(Column::EndedAt.is_null().or(Column::ExpiresAt.lt(granted)))
        .exec(db)
        .await?;
    Ok(done.rows_affected)
}
