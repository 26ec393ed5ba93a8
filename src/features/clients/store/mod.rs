//! The tables `clients` and `client_secrets`.

mod registered;

use sea_orm::sea_query::{CaseStatement, Expr, ExprTrait as _, SimpleExpr};
use sea_orm::{ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _};

use super::{Client, ClientAuthentication, ClientSecret, Profile};
use crate::domain::ids::ClientSecretId;
use crate::domain::secret::Fingerprint;
use crate::domain::{Random, Timestamp};
use crate::storage::{Json, Reader, StorageError, Versioned, Writer, raise_version, text_column};

pub(super) use registered::mark_used;
pub use registered::{
    Registered, StoredSecret, add_secret, end_secret, find_registered, list_registered, list_secrets,
};

text_column!(Profile, ClientAuthentication);

pub(super) mod clients {
    use sea_orm::entity::prelude::*;

    use super::super::{ClientAuthentication, Metadata, Profile};
    use crate::domain::Timestamp;
    use crate::storage::Json;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "clients")]
    pub(in crate::features::clients) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(in crate::features::clients) id: String,
        pub(in crate::features::clients) name: String,
        pub(in crate::features::clients) profile: Profile,
        pub(in crate::features::clients) authentication: ClientAuthentication,
        pub(in crate::features::clients) first_party: bool,
        pub(in crate::features::clients) metadata: Json<Metadata>,
        pub(in crate::features::clients) created_at: Timestamp,
        pub(in crate::features::clients) updated_at: Timestamp,
        pub(in crate::features::clients) disabled_at: Option<Timestamp>,
        pub(in crate::features::clients) last_used_at: Option<Timestamp>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(in crate::features::clients) enum Relation {
        #[sea_orm(has_many = "super::secrets::Entity")]
        Secrets,
    }

    impl Related<super::secrets::Entity> for Entity {
        fn to() -> RelationDef {
            Relation::Secrets.def()
        }
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub(super) mod secrets {
    use sea_orm::entity::prelude::*;

    use crate::domain::Timestamp;
    use crate::domain::ids::ClientSecretId;
    use crate::domain::secret::Fingerprint;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "client_secrets")]
    pub(in crate::features::clients) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(in crate::features::clients) id: ClientSecretId,
        pub(in crate::features::clients) client_id: String,
        pub(in crate::features::clients) secret: Fingerprint,
        pub(in crate::features::clients) sealed: Option<String>,
        pub(in crate::features::clients) created_at: Timestamp,
        pub(in crate::features::clients) expires_at: Option<Timestamp>,
        pub(in crate::features::clients) last_used_at: Option<Timestamp>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(in crate::features::clients) enum Relation {
        #[sea_orm(belongs_to = "super::clients::Entity", from = "Column::ClientId", to = "super::clients::Column::Id")]
        Client,
    }

    impl Related<super::clients::Entity> for Entity {
        fn to() -> RelationDef {
            Relation::Client.def()
        }
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Registers an app.
///
/// # Errors
///
/// When the identifier is taken ([`StorageError::Duplicate`]), or the database refuses.
pub async fn add_client(
    db: &mut Writer,
    client: &Client,
    now: Timestamp,
    random: &dyn Random,
) -> Result<(), StorageError> {
    clients::Entity::insert(clients::ActiveModel {
        id: Set(client.id.clone()),
        name: Set(client.name.clone()),
        profile: Set(client.profile),
        authentication: Set(client.authentication),
        first_party: Set(client.first_party),
        metadata: Set(Json(client.metadata.clone())),
        created_at: Set(now),
        updated_at: Set(now),
        disabled_at: Set(client.disabled_at),
        last_used_at: Set(None),
    })
    .exec_without_returning(db)
    .await?;
    add_secrets(db, client, now, random).await?;
    raise_version(db, Versioned::Apps).await
}

async fn add_secrets(
    db: &mut Writer,
    client: &Client,
    now: Timestamp,
    random: &dyn Random,
) -> Result<(), StorageError> {
    for secret in &client.secrets {
        insert_secret(db, &client.id, secret, (now, random)).await?;
    }
    Ok(())
}

pub(super) async fn insert_secret(
    db: &mut Writer,
    client_id: &str,
    secret: &ClientSecret,
    (now, random): (Timestamp, &dyn Random),
) -> Result<(), StorageError> {
    secrets::Entity::insert(secrets::ActiveModel {
        id: Set(ClientSecretId::new(now, random)),
        client_id: Set(client_id.to_owned()),
        secret: Set(secret.fingerprint.clone()),
        sealed: Set(secret.sealed.clone()),
        created_at: Set(now),
        expires_at: Set(secret.expires_at),
        last_used_at: Set(None),
    })
    .exec_without_returning(db)
    .await?;
    Ok(())
}

/// Replaces what is known about an app, and its secrets. Says whether there is such an app.
///
/// # Errors
///
/// When the database refuses.
pub async fn change_client(
    db: &mut Writer,
    client: &Client,
    now: Timestamp,
    random: &dyn Random,
) -> Result<bool, StorageError> {
    change(db, client, None, (now, random)).await
}

/// The same, only while the app is as it was `seen` ([`Registered::updated_at`]): says no where somebody else changed it.
///
/// # Errors
///
/// When the database refuses.
pub async fn change_seen_client(
    db: &mut Writer,
    client: &Client,
    seen: Timestamp,
    chance: (Timestamp, &dyn Random),
) -> Result<bool, StorageError> {
    change(db, client, Some(seen), chance).await
}

/// Never the same twice, so that it can say which version of an app was seen.
pub(super) fn next_version(now: Timestamp) -> SimpleExpr {
    let before = || Expr::col(clients::Column::UpdatedAt);
    CaseStatement::new().case(before().lt(now), Expr::value(now)).finally(before().add(1)).into()
}

async fn change(
    db: &mut Writer,
    client: &Client,
    seen: Option<Timestamp>,
    (now, random): (Timestamp, &dyn Random),
) -> Result<bool, StorageError> {
    let of_this = clients::Column::Id.eq(client.id.as_str());
    let as_seen = match seen {
        Some(seen) => of_this.and(clients::Column::UpdatedAt.eq(seen)),
        None => of_this,
    };
    let done = clients::Entity::update_many()
        .col_expr(clients::Column::Name, Expr::value(&client.name))
        .col_expr(clients::Column::Profile, Expr::value(client.profile))
        .col_expr(clients::Column::Authentication, Expr::value(client.authentication))
        .col_expr(clients::Column::FirstParty, Expr::value(client.first_party))
        .col_expr(clients::Column::Metadata, Expr::value(Json(client.metadata.clone())))
        .col_expr(clients::Column::UpdatedAt, next_version(now))
        .col_expr(clients::Column::DisabledAt, Expr::value(client.disabled_at))
        .filter(as_seen)
        .exec(db)
        .await?;
    if done.rows_affected != 1 {
        return Ok(false);
    }
    let of_client = secrets::Column::ClientId.eq(client.id.as_str());
    let kept: Vec<Fingerprint> = client.secrets.iter().map(|secret| secret.fingerprint.clone()).collect();
    secrets::Entity::delete_many()
        .filter(of_client.clone())
        .filter(secrets::Column::Secret.is_not_in(kept))
        .exec(db)
        .await?;
    // Those that stay keep since when they are there and when they were last used.
    let stored = secrets::Entity::find().filter(of_client).all(db).await?;
    for secret in &client.secrets {
        match stored.iter().find(|row| row.secret == secret.fingerprint) {
            None => insert_secret(db, &client.id, secret, (now, random)).await?,
            Some(row) if row.expires_at != secret.expires_at => {
                secrets::Entity::update_many()
                    .col_expr(secrets::Column::ExpiresAt, Expr::value(secret.expires_at))
                    .filter(secrets::Column::Id.eq(row.id))
                    .exec(db)
                    .await?;
            }
            Some(_) => {}
        }
    }
    raise_version(db, Versioned::Apps).await?;
    Ok(true)
}

/// Takes an app into this transaction as it is at this moment: nobody else changes it before the end.
///
/// # Errors
///
/// When the database refuses.
pub async fn hold_client(db: &mut Writer, id: &str) -> Result<Option<Client>, StorageError> {
    // The first who changes the row holds it, on both engines; what is read after that is what counts.
    let held = clients::Entity::update_many()
        .col_expr(clients::Column::UpdatedAt, Expr::col(clients::Column::UpdatedAt).add(1))
        .filter(clients::Column::Id.eq(id))
        .exec(db)
        .await?;
    if held.rows_affected != 1 {
        return Ok(None);
    }
    let found = clients::Entity::find_by_id(id).find_with_related(secrets::Entity).all(&**db).await?;
    Ok(found.into_iter().next().map(|(row, secrets)| client(row, secrets)))
}

/// Removes an app, with all that it was granted. Says whether it was there.
///
/// # Errors
///
/// When the database refuses.
pub async fn remove_client(db: &mut Writer, id: &str) -> Result<bool, StorageError> {
    let done = clients::Entity::delete_by_id(id).exec(db).await?;
    raise_version(db, Versioned::Apps).await?;
    Ok(done.rows_affected == 1)
}

/// All apps, by identifier.
///
/// # Errors
///
/// When the database refuses.
pub async fn list_clients(db: &Reader) -> Result<Vec<Client>, StorageError> {
    let rows =
        clients::Entity::find().find_with_related(secrets::Entity).order_by_asc(clients::Column::Id).all(db).await?;
    Ok(rows.into_iter().map(|(row, secrets)| client(row, secrets)).collect())
}

pub(super) fn client(row: clients::Model, secrets: Vec<secrets::Model>) -> Client {
    Client {
        id: row.id,
        name: row.name,
        profile: row.profile,
        authentication: row.authentication,
        first_party: row.first_party,
        metadata: row.metadata.0,
        secrets: secrets
            .into_iter()
            .map(|row| ClientSecret { fingerprint: row.secret, sealed: row.sealed, expires_at: row.expires_at })
            .collect(),
        disabled_at: row.disabled_at,
    }
}
