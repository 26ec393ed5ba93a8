//! What apps were granted.

use sea_orm::DbErr;
use sea_orm::sea_query::{ForeignKey, Index, Table};
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

use super::{key, number, number_or_null, text, text_or_null};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0004_grants"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, schema: &SchemaManager) -> Result<(), DbErr> {
        schema
            .create_table(
                Table::create()
                    .table("grants")
                    .col(key("id"))
                    .col(text("client_id"))
                    .col(text("account_id"))
                    .col(text_or_null("session_id"))
                    .col(text("scope"))
                    // What the authorization asked and how the person proved who they are.
                    .col(text("details"))
                    // The authorization code, until it is redeemed or runs out.
                    .col(text("code").unique_key())
                    .col(number("code_expires_at"))
                    .col(number_or_null("code_used_at"))
                    .col(number("created_at"))
                    .col(number("expires_at"))
                    .col(number_or_null("revoked_at"))
                    .foreign_key(ForeignKey::create().from("grants", "account_id").to("accounts", "id"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("grants", "client_id")
                            .to("clients", "id")
                            .on_delete(sea_orm::sea_query::ForeignKeyAction::Cascade),
                    )
                    .to_owned(),
            )
            .await?;
        for (name, column) in [
            ("grants_of_account", "account_id"),
            ("grants_of_session", "session_id"),
            ("grants_of_client", "client_id"),
        ] {
            schema.create_index(Index::create().name(name).table("grants").col(column).col("id").to_owned()).await?;
        }
        schema
            .create_index(Index::create().name("grants_by_expiry").table("grants").col("expires_at").to_owned())
            .await?;
        schema
            .create_table(
                Table::create()
                    .table("refresh_tokens")
                    .col(key("id"))
                    .col(text("secret").unique_key())
                    .col(text("grant_id"))
                    .col(number("created_at"))
                    .col(number("expires_at"))
                    .col(number_or_null("used_at"))
                    // The successor, sealed, for the few seconds in which a lost answer may be asked again.
                    .col(text_or_null("successor"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("refresh_tokens", "grant_id")
                            .to("grants", "id")
                            .on_delete(sea_orm::sea_query::ForeignKeyAction::Cascade),
                    )
                    .to_owned(),
            )
            .await?;
        schema
            .create_index(
                Index::create().name("refresh_tokens_of_grant").table("refresh_tokens").col("grant_id").to_owned(),
            )
            .await?;
        schema
            .create_table(
                Table::create()
                    .table("consents")
                    .col(text("account_id"))
                    .col(text("client_id"))
                    .col(text("scope"))
                    .col(number("given_at"))
                    .primary_key(Index::create().col("account_id").col("client_id"))
                    .foreign_key(ForeignKey::create().from("consents", "account_id").to("accounts", "id"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("consents", "client_id")
                            .to("clients", "id")
                            .on_delete(sea_orm::sea_query::ForeignKeyAction::Cascade),
                    )
                    .to_owned(),
            )
            .await
    }
}
