//! Apps as their administrators look after them: since when, how they were seen, and when they were last used.

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, Condition, EntityTrait as _, QueryFilter as _, QueryOrder as _};

use super::{client, clients, insert_secret, next_version, secrets};
use crate::domain::ids::ClientSecretId;
use crate::domain::secret::Fingerprint;
use crate::domain::{Random, Timestamp};
use crate::features::clients::{Client, ClientSecret};
use crate::storage::{Reader, StorageError, Versioned, Writer, raise_version};

/// An app, and what is known about its registration.
#[derive(Clone, Debug)]
pub struct Registered {
    /// The app.
    pub client: Client,
    /// When it was registered.
    pub created_at: Timestamp,
    /// When it was last changed; never the same twice, so that it says which version was seen.
    pub updated_at: Timestamp,
    /// When it last proved that it is itself, or was signed in to, to the day.
    pub last_used_at: Option<Timestamp>,
}

/// A secret as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredSecret {
    /// Its identifier.
    pub id: ClientSecretId,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends, or ended.
    pub expires_at: Option<Timestamp>,
    /// When it was last used, to the day.
    pub last_used_at: Option<Timestamp>,
}

impl StoredSecret {
    /// Whether it counts at `now`.
    #[must_use]
    pub fn counts(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|end| now < end)
    }
}

fn registered(row: clients::Model, secrets: Vec<secrets::Model>) -> Registered {
    let (created_at, updated_at, last_used_at) = (row.created_at, row.updated_at, row.last_used_at);
    Registered { client: client(row, secrets), created_at, updated_at, last_used_at }
}

/// The app with this identifier.
///
/// # Errors
///
/// When the database refuses.
pub async fn find_registered(db: &Reader, id: &str) -> Result<Option<Registered>, StorageError> {
    let Some(row) = clients::Entity::find_by_id(id).one(db).await? else { return Ok(None) };
    let secrets = secrets::Entity::find().filter(secrets::Column::ClientId.eq(id)).all(db).await?;
    Ok(Some(registered(row, secrets)))
}

/// All apps, by name.
///
/// # Errors
///
/// When the database refuses.
pub async fn list_registered(db: &Reader) -> Result<Vec<Registered>, StorageError> {
    let rows =
        clients::Entity::find().find_with_related(secrets::Entity).order_by_asc(clients::Column::Id).all(db).await?;
    let mut all: Vec<Registered> = rows.into_iter().map(|(row, secrets)| registered(row, secrets)).collect();
    all.sort_by_cached_key(|app| (app.client.name.to_lowercase(), app.client.id.clone()));
    Ok(all)
}

/// The secrets of an app, the oldest first, also those that ended.
///
/// # Errors
///
/// When the database refuses.
pub async fn list_secrets(db: &Reader, client_id: &str) -> Result<Vec<StoredSecret>, StorageError> {
    let rows = secrets::Entity::find()
        .filter(secrets::Column::ClientId.eq(client_id))
        .order_by_asc(secrets::Column::Id)
        .all(db)
        .await?;
    let stored = |row: secrets::Model| StoredSecret {
        id: row.id,
        created_at: row.created_at,
        expires_at: row.expires_at,
        last_used_at: row.last_used_at,
    };
    Ok(rows.into_iter().map(stored).collect())
}

/// Marks the app as changed, if it is still as it was `seen`; whoever comes at the same time waits, and sees that it is not.
async fn touch(db: &mut Writer, client_id: &str, seen: Timestamp, now: Timestamp) -> Result<bool, StorageError> {
    let done = clients::Entity::update_many()
        .col_expr(clients::Column::UpdatedAt, next_version(now))
        .filter(clients::Column::Id.eq(client_id))
        .filter(clients::Column::UpdatedAt.eq(seen))
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Gives an app that was `seen` like this another secret. Says no where somebody else changed it.
///
/// # Errors
///
/// When the database refuses.
pub async fn add_secret(
    db: &mut Writer,
    (client_id, seen): (&str, Timestamp),
    secret: &ClientSecret,
    (now, random): (Timestamp, &dyn Random),
) -> Result<bool, StorageError> {
    if !touch(db, client_id, seen, now).await? {
        return Ok(false);
    }
    // What ended long ago is of no use to anybody.
    secrets::Entity::delete_many()
        .filter(secrets::Column::ClientId.eq(client_id))
        .filter(secrets::Column::ExpiresAt.lt(now))
        .exec(db)
        .await?;
    insert_secret(db, client_id, secret, (now, random)).await?;
    raise_version(db, Versioned::Apps).await?;
    Ok(true)
}

/// Says when a secret of an app that was `seen` like this ends; at `now` it counts no more. Says no where somebody else
/// changed the app, or it has no such secret.
///
/// # Errors
///
/// When the database refuses.
pub async fn end_secret(
    db: &mut Writer,
    (client_id, seen): (&str, Timestamp),
    (secret, at): (ClientSecretId, Timestamp),
    now: Timestamp,
) -> Result<bool, StorageError> {
    if !touch(db, client_id, seen, now).await? {
        return Ok(false);
    }
    let done = secrets::Entity::update_many()
        .col_expr(secrets::Column::ExpiresAt, Expr::value(at))
        .filter(secrets::Column::Id.eq(secret))
        .filter(secrets::Column::ClientId.eq(client_id))
        .exec(db)
        .await?;
    raise_version(db, Versioned::Apps).await?;
    Ok(done.rows_affected == 1)
}

/// Writes down that an app was used, and with which secret, unless that was written since `day`.
pub(in crate::features::clients) async fn mark_used(
    db: &mut Writer,
    client_id: &str,
    secret: Option<&Fingerprint>,
    (day, now): (Timestamp, Timestamp),
) -> Result<(), StorageError> {
    clients::Entity::update_many()
        .col_expr(clients::Column::LastUsedAt, Expr::value(now))
        .filter(clients::Column::Id.eq(client_id))
        .filter(Condition::any().add(clients::Column::LastUsedAt.is_null()).add(clients::Column::LastUsedAt.lt(day)))
        .exec(db)
        .await?;
    let Some(secret) = secret else { return Ok(()) };
    secrets::Entity::update_many()
        .col_expr(secrets::Column::LastUsedAt, Expr::value(now))
        .filter(secrets::Column::ClientId.eq(client_id))
        .filter(secrets::Column::Secret.eq(secret.clone()))
        .filter(Condition::any().add(secrets::Column::LastUsedAt.is_null()).add(secrets::Column::LastUsedAt.lt(day)))
        .exec(db)
        .await?;
    Ok(())
}
