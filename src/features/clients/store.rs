//! The tables `clients` and `client_secrets`.

use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _};

use super::{Client, ClientAuthentication, ClientSecret, Profile};
use crate::domain::ids::ClientSecretId;
use crate::domain::{Random, Timestamp};
use crate::storage::{Json, Reader, StorageError, Versioned, Writer, raise_version, text_column};

text_column!(Profile, ClientAuthentication);

mod clients {
    use sea_orm::entity::prelude::*;

    use super::super::{ClientAuthentication, Metadata, Profile};
    use crate::domain::Timestamp;
    use crate::storage::Json;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "clients")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(super) id: String,
        pub(super) name: String,
        pub(super) profile: Profile,
        pub(super) authentication: ClientAuthentication,
        pub(super) first_party: bool,
        pub(super) metadata: Json<Metadata>,
        pub(super) created_at: Timestamp,
        pub(super) updated_at: Timestamp,
        pub(super) disabled_at: Option<Timestamp>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {
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

mod secrets {
    use sea_orm::entity::prelude::*;

    use crate::domain::Timestamp;
    use crate::domain::ids::ClientSecretId;
    use crate::domain::secret::Fingerprint;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "client_secrets")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(super) id: ClientSecretId,
        pub(super) client_id: String,
        pub(super) secret: Fingerprint,
        pub(super) sealed: Option<String>,
        pub(super) created_at: Timestamp,
        pub(super) expires_at: Option<Timestamp>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {
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
        secrets::Entity::insert(secrets::ActiveModel {
            id: Set(ClientSecretId::new(now, random)),
            client_id: Set(client.id.clone()),
            secret: Set(secret.fingerprint.clone()),
            sealed: Set(secret.sealed.clone()),
            created_at: Set(now),
            expires_at: Set(secret.expires_at),
        })
        .exec_without_returning(db)
        .await?;
    }
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
    let done = clients::Entity::update_many()
        .col_expr(clients::Column::Name, Expr::value(&client.name))
        .col_expr(clients::Column::Profile, Expr::value(client.profile))
        .col_expr(clients::Column::Authentication, Expr::value(client.authentication))
        .col_expr(clients::Column::FirstParty, Expr::value(client.first_party))
        .col_expr(clients::Column::Metadata, Expr::value(Json(client.metadata.clone())))
        .col_expr(clients::Column::UpdatedAt, Expr::value(now))
        .col_expr(clients::Column::DisabledAt, Expr::value(client.disabled_at))
        .filter(clients::Column::Id.eq(client.id.as_str()))
        .exec(db)
        .await?;
    if done.rows_affected != 1 {
        return Ok(false);
    }
    secrets::Entity::delete_many().filter(secrets::Column::ClientId.eq(client.id.as_str())).exec(db).await?;
    add_secrets(db, client, now, random).await?;
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
    Ok(found.into_iter().next().map(client_of))
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
    Ok(rows.into_iter().map(client_of).collect())
}

fn client_of((row, secrets): (clients::Model, Vec<secrets::Model>)) -> Client {
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
