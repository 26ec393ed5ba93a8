//! The outbox: mails and text messages that wait to be sent, and what became of them.

use sea_orm::DbErr;
use sea_orm::sea_query::{Index, Table};
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

use super::{key, number, number_or_null, text, text_or_null};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0006_outbox"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, schema: &SchemaManager) -> Result<(), DbErr> {
        schema
            .create_table(
                Table::create()
                    .table("outbox")
                    .col(key("id"))
                    .col(text("channel"))
                    // Sealed, and emptied once the message is sent, failed or expired; so are the contents.
                    .col(text("recipient"))
                    .col(text("template"))
                    .col(text("language"))
                    .col(text("contents"))
                    .col(text_or_null("account_id"))
                    .col(number("created_at"))
                    .col(number("expires_at"))
                    // Missing once nothing more is tried.
                    .col(number_or_null("next_attempt_at"))
                    .col(number("attempts"))
                    .col(number_or_null("leased_until"))
                    .col(number_or_null("sent_at"))
                    .col(number_or_null("failed_at"))
                    .col(text_or_null("last_answer"))
                    .to_owned(),
            )
            .await?;
        schema
            .create_index(Index::create().name("outbox_due").table("outbox").col("next_attempt_at").to_owned())
            .await?;
        schema
            .create_table(
                Table::create()
                    .table("outbox_days")
                    // Days since 1970-01-01 in UTC, and how many text messages were posted on that day.
                    .col(number("day").primary_key().to_owned())
                    .col(number("posted"))
                    .to_owned(),
            )
            .await
    }
}
