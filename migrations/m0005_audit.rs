//! The audit: a chain of facts, and beside it the personal values that may be erased without breaking the chain.

use sea_orm::DbErr;
use sea_orm::sea_query::{Index, Table};
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

use super::{key, number, text, text_or_null};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0005_audit"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, schema: &SchemaManager) -> Result<(), DbErr> {
        schema
            .create_table(
                Table::create()
                    .table("audit_events")
                    .col(key("id"))
                    // Which chain (one an organisation, one for the instance) and the place in it, from 1.
                    .col(text("chain"))
                    .col(number("sequence"))
                    .col(number("at"))
                    .col(text("kind"))
                    .col(text("outcome"))
                    .col(text_or_null("actor"))
                    .col(text_or_null("subject"))
                    .col(text_or_null("client_id"))
                    .col(text("reference"))
                    .col(text("facts"))
                    .col(text("commitments"))
                    .col(text("link"))
                    .to_owned(),
            )
            .await?;
        schema
            .create_index(
                Index::create()
                    .name("audit_events_in_chain")
                    .table("audit_events")
                    .col("chain")
                    .col("sequence")
                    .unique()
                    .to_owned(),
            )
            .await?;
        schema
            .create_index(
                Index::create()
                    .name("audit_events_of_subject")
                    .table("audit_events")
                    .col("subject")
                    .col("id")
                    .to_owned(),
            )
            .await?;
        schema
            .create_table(
                Table::create()
                    .table("audit_values")
                    .col(text("event_id"))
                    .col(text("name"))
                    .col(text("salt"))
                    .col(text("value"))
                    .primary_key(Index::create().col("event_id").col("name"))
                    .to_owned(),
            )
            .await?;
        schema
            .create_table(
                Table::create()
                    .table("audit_heads")
                    .col(key("chain"))
                    .col(number("sequence"))
                    .col(text("link"))
                    .to_owned(),
            )
            .await
    }
}
