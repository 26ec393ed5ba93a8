//! Messages that wait to leave.

use sea_orm::DbErr;
use sea_orm::sea_query::{Index, Table};
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

use super::{key, number, number_or_null, text, text_or_null};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0005_outbox"
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
                    .col(text("message"))
                    .col(text("language"))
                    // Recipient and values, sealed; wiped once sent or expired.
                    .col(text_or_null("sealed"))
                    .col(text("state"))
                    .col(number("attempts"))
                    .col(number("created_at"))
                    .col(number("next_attempt_at"))
                    .col(number("expires_at"))
                    .col(number_or_null("finished_at"))
                    .col(text_or_null("last_answer"))
                    .to_owned(),
            )
            .await?;
        schema
            .create_index(
                Index::create()
                    .name("outbox_by_turn")
                    .table("outbox")
                    .col("state")
                    .col("next_attempt_at")
                    .to_owned(),
            )
            .await
    }
}
