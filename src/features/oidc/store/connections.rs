//! Which apps an account gave something to.

use std::collections::HashMap;

use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait as _, EntityTrait as _, PaginatorTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use super::{consents, grants, refresh_tokens};
use crate::domain::ids::{AccountId, GrantId, SessionId};
use crate::domain::{Scope, Timestamp};
use crate::storage::{Reader, StorageError, Writer};

/// An app that an account gave something to.
#[derive(Clone, Debug)]
pub struct Connection {
    /// Which app.
    pub client_id: String,
    /// What it may have.
    pub scope: Scope,
    /// Since when, as far as it is still known.
    pub first_used: Timestamp,
    /// When it last received something.
    pub last_used: Timestamp,
}

/// The apps that may have something of this account now, the last used first.
///
/// # Errors
///
/// When the database refuses.
pub async fn list_connections(
    db: &Reader,
    account: AccountId,
    now: Timestamp,
) -> Result<Vec<Connection>, StorageError> {
    let live = grants::Entity::find()
        .filter(grants::Column::AccountId.eq(account))
        .filter(grants::Column::RevokedAt.is_null())
        .filter(grants::Column::ExpiresAt.gt(now))
        .filter(grants::Column::CodeUsedAt.is_not_null())
        .order_by_asc(grants::Column::Id)
        .all(db)
        .await?;
    let renewed = last_renewals(db, &live).await?;
    let mut all: HashMap<String, Connection> = HashMap::new();
    let mut note = |client_id: String, scope: &Scope, first: Timestamp, last: Timestamp| {
        let found = all.entry(client_id.clone()).or_insert_with(|| Connection {
            client_id,
            scope: Scope::default(),
            first_used: first,
            last_used: last,
        });
        found.scope = found.scope.or(scope);
        found.first_used = found.first_used.min(first);
        found.last_used = found.last_used.max(last);
    };
    for grant in live {
        let last = renewed.get(&grant.id).copied().unwrap_or(grant.created_at);
        note(grant.client_id, &grant.scope, grant.created_at, last);
    }
    for consent in consents::Entity::find().filter(consents::Column::AccountId.eq(account)).all(db).await? {
        note(consent.client_id, &consent.scope, consent.given_at, consent.given_at);
    }
    let mut all: Vec<Connection> = all.into_values().collect();
    all.sort_by(|one, other| other.last_used.cmp(&one.last_used).then_with(|| one.client_id.cmp(&other.client_id)));
    Ok(all)
}

async fn last_renewals(db: &Reader, live: &[grants::Model]) -> Result<HashMap<GrantId, Timestamp>, StorageError> {
    let mut renewed: HashMap<GrantId, Timestamp> = HashMap::new();
    for part in live.chunks(500) {
        let ids: Vec<GrantId> = part.iter().map(|grant| grant.id).collect();
        let tokens = refresh_tokens::Entity::find().filter(refresh_tokens::Column::GrantId.is_in(ids)).all(db).await?;
        for token in tokens {
            let last = renewed.entry(token.grant_id).or_insert(token.created_at);
            *last = token.created_at.max(*last);
        }
    }
    Ok(renewed)
}

/// Takes back all that an account gave an app; it must ask again. Says whether there was anything.
///
/// # Errors
///
/// When the database refuses.
pub async fn disconnect(
    db: &mut Writer,
    account: AccountId,
    client_id: &str,
    now: Timestamp,
) -> Result<bool, StorageError> {
    let revoked = grants::Entity::update_many()
        .col_expr(grants::Column::RevokedAt, Expr::value(now))
        .filter(grants::Column::AccountId.eq(account))
        .filter(grants::Column::ClientId.eq(client_id))
        .filter(grants::Column::RevokedAt.is_null())
        .exec(db)
        .await?;
    let forgotten = consents::Entity::delete_many()
        .filter(consents::Column::AccountId.eq(account))
        .filter(consents::Column::ClientId.eq(client_id))
        .exec(db)
        .await?;
    Ok(revoked.rows_affected + forgotten.rows_affected > 0)
}

/// The apps that were used in each session of an account that gave any something.
///
/// # Errors
///
/// When the database refuses.
pub async fn apps_by_session(db: &Reader, account: AccountId) -> Result<HashMap<SessionId, Vec<String>>, StorageError> {
    let given = grants::Entity::find()
        .filter(grants::Column::AccountId.eq(account))
        .filter(grants::Column::RevokedAt.is_null())
        .order_by_asc(grants::Column::Id)
        .all(db)
        .await?;
    let mut apps: HashMap<SessionId, Vec<String>> = HashMap::new();
    for grant in given {
        let Some(session) = grant.session_id else { continue };
        let used = apps.entry(session).or_default();
        if !used.contains(&grant.client_id) {
            used.push(grant.client_id);
        }
    }
    Ok(apps)
}

/// How many people may have something of an app now.
///
/// # Errors
///
/// When the database refuses.
pub async fn count_connected(db: &Reader, client_id: &str, now: Timestamp) -> Result<u64, StorageError> {
    Ok(grants::Entity::find()
        .select_only()
        .column(grants::Column::AccountId)
        .filter(grants::Column::ClientId.eq(client_id))
        .filter(grants::Column::RevokedAt.is_null())
        .filter(grants::Column::ExpiresAt.gt(now))
        .filter(grants::Column::CodeUsedAt.is_not_null())
        .distinct()
        .count(db)
        .await?)
}
