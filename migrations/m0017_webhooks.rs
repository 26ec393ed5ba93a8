//! Who is told what happened, and what is still to be told.

use sea_orm::DbErr;
use sea_orm::sea_query::{ForeignKey, ForeignKeyAction, Index, Table};
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

use super::{key, number, number_or_null, text, text_or_null};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0017_webhooks"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, schema: &SchemaManager) -> Result<(), DbErr> {
        schema
            .create_table(
                Table::create()
                    .table("webhooks")
                    .col(key("id"))
                    .col(text("url"))
                    // JSON: how the kinds of its events begin; all when empty.
                    .col(text("kinds"))
                    // Only the events of this organisation.
                    .col(text_or_null("organisation_id"))
                    // Sealed: what its messages are signed with.
                    .col(text("secret"))
                    .col(number("created_at"))
                    // Up to when the audit was looked through for it.
                    .col(number("seen_until"))
                    // Since when every attempt has failed.
                    .col(number_or_null("failing_since"))
                    .col(number_or_null("disabled_at"))
                    .col(text_or_null("last_answer"))
                    .foreign_key(ForeignKey::create().from("webhooks", "organisation_id").to("organisations", "id"))
                    .to_owned(),
            )
            .await?;
        schema
            .create_table(
                Table::create()
                    .table("webhook_deliveries")
                    .col(text("webhook_id"))
                    .col(text("event_id"))
                    .col(number("created_at"))
                    // None once it was delivered or given up.
                    .col(number_or_null("next_attempt_at"))
                    .col(number("attempts"))
                    .col(number_or_null("leased_until"))
                    .col(number_or_null("delivered_at"))
                    .primary_key(Index::create().col("webhook_id").col("event_id"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("webhook_deliveries", "webhook_id")
                            .to("webhooks", "id")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .to_owned(),
            )
            .await?;
        schema
            .create_index(
                Index::create()
                    .name("webhook_deliveries_due")
                    .table("webhook_deliveries")
                    .col("webhook_id")
                    .col("next_attempt_at")
                    .to_owned(),
            )
            .await?;
        schema
            .create_index(
                Index::create()
                    .name("webhook_deliveries_by_age")
                    .table("webhook_deliveries")
                    .col("created_at")
                    .to_owned(),
            )
            .await
    }
}
