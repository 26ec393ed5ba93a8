//! Who changed the rules of an organisation last, and until when the helpdesk may help its people.

use sea_orm::DbErr;
use sea_orm::sea_query::{ColumnDef, Index, Table};
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

use super::{number, number_or_null, text_or_null};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0009_rule_changes"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, schema: &SchemaManager) -> Result<(), DbErr> {
        let add = async |column: ColumnDef| {
            schema.alter_table(Table::alter().table("organisations").add_column(column).to_owned()).await
        };
        // Raised by every change of the rules: whoever saves says which version they looked at.
        let mut version = number("policy_version");
        version.default(0);
        add(version).await?;
        // The rules before the last change, for as long as it can be undone.
        add(text_or_null("policy_before")).await?;
        add(number_or_null("policy_changed_at")).await?;
        // None for the command line.
        add(text_or_null("policy_changed_by")).await?;
        add(number_or_null("helpdesk_until")).await?;
        // What happened in an organisation, newest first.
        let events =
            Index::create().name("audit_events_of_chain").table("audit_events").col("chain").col("id").to_owned();
        schema.create_index(events).await
    }
}
