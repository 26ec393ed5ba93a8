//! Changes of an e-mail address, until they are confirmed and for as long as they can be taken back.

use sea_orm::DbErr;
use sea_orm::sea_query::{ForeignKey, Index, Table};
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

use super::{key, number, number_or_null, text, text_or_null};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0008_email_changes"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, schema: &SchemaManager) -> Result<(), DbErr> {
        schema
            .create_table(
                Table::create()
                    .table("email_changes")
                    .col(key("id"))
                    .col(text("account_id"))
                    .col(text("old_email"))
                    .col(text("new_email"))
                    // Goes to the new address, and confirms.
                    .col(text("secret").unique_key())
                    // Goes to the old address once it is confirmed, and takes it back.
                    .col(text_or_null("undo_secret").unique_key())
                    .col(number("created_at"))
                    .col(number("expires_at"))
                    .col(number_or_null("confirmed_at"))
                    .col(number_or_null("undo_until"))
                    // Replaced by another, given up, or taken back.
                    .col(number_or_null("ended_at"))
                    .foreign_key(ForeignKey::create().from("email_changes", "account_id").to("accounts", "id"))
                    .to_owned(),
            )
            .await?;
        for (name, column) in [("email_changes_of_account", "account_id"), ("email_changes_by_old_email", "old_email")]
        {
            let index = Index::create().name(name).table("email_changes").col(column).col("id").to_owned();
            schema.create_index(index).await?;
        }
        Ok(())
    }
}
