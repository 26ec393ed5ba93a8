//! Apps, and the keys that sign for them.

use sea_orm::DbErr;
use sea_orm::sea_query::{ForeignKey, Index, Table};
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

use super::{flag, key, number, number_or_null, text};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0003_apps"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, schema: &SchemaManager) -> Result<(), DbErr> {
        schema
            .create_table(
                Table::create()
                    .table("signing_keys")
                    .col(key("kid"))
                    .col(text("algorithm"))
                    .col(text("private_key"))
                    .col(number("created_at"))
                    .col(number("active_at"))
                    .col(number_or_null("retired_at"))
                    .col(number_or_null("removed_at"))
                    .to_owned(),
            )
            .await?;
        schema
            .create_table(
                Table::create()
                    .table("clients")
                    .col(key("id"))
                    .col(text("name"))
                    .col(text("profile"))
                    .col(text("authentication"))
                    .col(flag("first_party"))
                    // The rest of the registration: addresses, grants, scopes, algorithms.
                    .col(text("metadata"))
                    .col(number("created_at"))
                    .col(number("updated_at"))
                    .col(number_or_null("disabled_at"))
                    .to_owned(),
            )
            .await?;
        schema
            .create_table(
                Table::create()
                    .table("client_secrets")
                    .col(key("id"))
                    .col(text("client_id"))
                    .col(text("secret"))
                    .col(number("created_at"))
                    .col(number_or_null("expires_at"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("client_secrets", "client_id")
                            .to("clients", "id")
                            .on_delete(sea_orm::sea_query::ForeignKeyAction::Cascade),
                    )
                    .to_owned(),
            )
            .await?;
        schema
            .create_index(
                Index::create().name("client_secrets_of_client").table("client_secrets").col("client_id").to_owned(),
            )
            .await
    }
}
