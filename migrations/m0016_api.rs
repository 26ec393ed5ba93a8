//! Programs that administrate: their keys, and what they were answered.

use sea_orm::DbErr;
use sea_orm::sea_query::{ForeignKey, ForeignKeyAction, Index, Table};
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

use super::{key, number, number_or_null, text, text_or_null};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0016_api"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, schema: &SchemaManager) -> Result<(), DbErr> {
        schema
            .create_table(
                Table::create()
                    .table("api_keys")
                    .col(key("id"))
                    .col(text("name"))
                    // Fingerprint of the key.
                    .col(text("secret"))
                    // The only organisation that it sees; none for the whole instance.
                    .col(text_or_null("organisation_id"))
                    .col(text("scope"))
                    // Who made it: an account, another key, or the command line.
                    .col(text("created_by"))
                    .col(number("created_at"))
                    .col(number("expires_at"))
                    .col(number_or_null("last_used_at"))
                    .col(number_or_null("ended_at"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("api_keys", "organisation_id")
                            .to("organisations", "id")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .to_owned(),
            )
            .await?;
        let mut index = Index::create();
        index.name("api_keys_by_secret").table("api_keys").col("secret").unique();
        schema.create_index(index).await?;
        schema
            .create_table(
                Table::create()
                    .table("api_replays")
                    // Fingerprint of the caller and of what it called its request.
                    .col(key("id"))
                    // Fingerprint of the request itself.
                    .col(text("request"))
                    // The answer, sealed: it may hold a secret that is shown once.
                    .col(text("answer"))
                    .col(number("expires_at"))
                    .to_owned(),
            )
            .await?;
        schema
            .create_index(
                Index::create().name("api_replays_by_expiry").table("api_replays").col("expires_at").to_owned(),
            )
            .await
    }
}
