//! Looking after apps: what was begun, what failed, what was tried, and when what was last used.

use sea_orm::DbErr;
use sea_orm::sea_query::{ForeignKey, ForeignKeyAction, Index, Table};
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

use super::{key, number, number_or_null, text, text_or_null};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0015_apps"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, schema: &SchemaManager) -> Result<(), DbErr> {
        // To the day: so often is it written.
        for table in ["clients", "client_secrets"] {
            schema
                .alter_table(Table::alter().table(table).add_column(number_or_null("last_used_at")).to_owned())
                .await?;
        }
        drafts(schema).await?;
        failed_requests(schema).await?;
        trials(schema).await
    }
}

async fn drafts(schema: &SchemaManager<'_>) -> Result<(), DbErr> {
    schema
        .create_table(
            Table::create()
                .table("app_drafts")
                .col(key("id"))
                // Whoever began it: nobody else goes on with it.
                .col(text("account_id"))
                // JSON: what was typed, also where it is wrong.
                .col(text("answers"))
                .col(number("version"))
                .col(number("created_at"))
                .col(number("updated_at"))
                .foreign_key(
                    ForeignKey::create()
                        .from("app_drafts", "account_id")
                        .to("accounts", "id")
                        .on_delete(ForeignKeyAction::Cascade),
                )
                .to_owned(),
        )
        .await?;
    let mut index = Index::create();
    index.name("app_drafts_of_account").table("app_drafts").col("account_id").col("updated_at");
    schema.create_index(index).await?;
    let mut index = Index::create();
    schema.create_index(index.name("app_drafts_by_age").table("app_drafts").col("updated_at").to_owned()).await
}

async fn failed_requests(schema: &SchemaManager<'_>) -> Result<(), DbErr> {
    schema
        .create_table(
            Table::create()
                .table("failed_requests")
                .col(key("id"))
                .col(text("client_id"))
                .col(text("endpoint"))
                .col(text("code"))
                .col(text("description"))
                // The address that was asked for and is not registered.
                .col(text_or_null("address"))
                // Fingerprint of all of these: the same fault is one row that counts.
                .col(text("same"))
                .col(number("times"))
                .col(text("reference"))
                .col(number("first_at"))
                .col(number("last_at"))
                .foreign_key(
                    ForeignKey::create()
                        .from("failed_requests", "client_id")
                        .to("clients", "id")
                        .on_delete(ForeignKeyAction::Cascade),
                )
                .to_owned(),
        )
        .await?;
    let mut index = Index::create();
    index.name("failed_requests_once").table("failed_requests").col("client_id").col("same").unique();
    schema.create_index(index).await?;
    let mut index = Index::create();
    index.name("failed_requests_of_client").table("failed_requests").col("client_id").col("last_at");
    schema.create_index(index).await
}

async fn trials(schema: &SchemaManager<'_>) -> Result<(), DbErr> {
    schema
        .create_table(
            Table::create()
                .table("trials")
                .col(key("id"))
                .col(text("client_id"))
                // Whoever began it, and in which browser: nobody else goes on with it.
                .col(text("account_id"))
                .col(text("browser"))
                // Fingerprint of the `state` that the answer must bring.
                .col(text("state"))
                // Sealed: the PKCE verifier, then what came of it.
                .col(text("contents"))
                .col(number("created_at"))
                .col(number("expires_at"))
                .col(number_or_null("consented_at"))
                .col(number_or_null("answered_at"))
                .foreign_key(
                    ForeignKey::create()
                        .from("trials", "client_id")
                        .to("clients", "id")
                        .on_delete(ForeignKeyAction::Cascade),
                )
                .foreign_key(
                    ForeignKey::create()
                        .from("trials", "account_id")
                        .to("accounts", "id")
                        .on_delete(ForeignKeyAction::Cascade),
                )
                .to_owned(),
        )
        .await?;
    let mut index = Index::create();
    schema.create_index(index.name("trials_by_expiry").table("trials").col("expires_at").to_owned()).await
}
