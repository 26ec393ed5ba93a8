//! How far apps that registered themselves may change themselves.

use sea_orm::DbErr;
use sea_orm::sea_query::Table;
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

use super::text_or_null;

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0024_bounds"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, schema: &SchemaManager) -> Result<(), DbErr> {
        // None for those that registered before: what they have is what they may have.
        let bounds = text_or_null("bounds");
        schema.alter_table(Table::alter().table("registrations").add_column(bounds).to_owned()).await
    }
}
