//! Apps on devices without a browser, and apps that register themselves.

use sea_orm::DbErr;
use sea_orm::sea_query::{ForeignKey, ForeignKeyAction, Index, Table};
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

use super::{key, number, number_or_null, text, text_or_null};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0013_clients"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, schema: &SchemaManager) -> Result<(), DbErr> {
        schema
            .create_table(
                Table::create()
                    .table("device_requests")
                    .col(key("id"))
                    // Fingerprint of what the device asks with.
                    .col(text("device_code"))
                    // Fingerprint of what the person types.
                    .col(text("user_code"))
                    .col(text("client_id"))
                    // The whole request, after every check.
                    .col(text("request"))
                    // Where it came from, for the person to see.
                    .col(text("address"))
                    .col(number("created_at"))
                    .col(number("expires_at"))
                    // Seconds between two questions of the device; grows when it is impatient.
                    .col(number("pause"))
                    .col(number_or_null("asked_at"))
                    .col(number_or_null("denied_at"))
                    // What it was given; redeemed once.
                    .col(text_or_null("grant_id"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("device_requests", "client_id")
                            .to("clients", "id")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .to_owned(),
            )
            .await?;
        for column in ["device_code", "user_code"] {
            let mut index = Index::create();
            index.name(format!("device_requests_by_{column}")).table("device_requests").col(column).unique();
            schema.create_index(index).await?;
        }
        schema
            .create_index(
                Index::create().name("device_requests_by_expiry").table("device_requests").col("expires_at").to_owned(),
            )
            .await?;
        schema
            .create_table(
                Table::create()
                    .table("registrations")
                    .col(key("client_id"))
                    // Fingerprint of the token with which the app looks after its registration.
                    .col(text("secret"))
                    .col(number("created_at"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("registrations", "client_id")
                            .to("clients", "id")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .to_owned(),
            )
            .await?;
        schema
            .create_table(
                Table::create()
                    .table("initial_access_tokens")
                    .col(key("id"))
                    .col(text("secret"))
                    .col(number("created_at"))
                    .col(number("expires_at"))
                    .col(number("uses_left"))
                    .to_owned(),
            )
            .await?;
        let mut index = Index::create();
        index.name("initial_access_tokens_by_secret").table("initial_access_tokens").col("secret").unique();
        schema.create_index(index).await
    }
}
