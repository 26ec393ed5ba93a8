//! Quick looks at how messages leave, the last backups, what webhooks answered, and set-up links that lead on until the first
//! sign-in.

use sea_orm::DbErr;
use sea_orm::sea_query::{Index, Table};
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

use super::{flag, key, number, number_or_null, text_or_null};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0022_console"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, schema: &SchemaManager) -> Result<(), DbErr> {
        for column in ["sent_at", "failed_at"] {
            let mut index = Index::create();
            index.name(format!("outbox_by_{column}")).table("outbox").col("channel").col(column);
            schema.create_index(index).await?;
        }
        // Who was made an administrator with it.
        let made = text_or_null("account_id");
        schema.alter_table(Table::alter().table("setup_links").add_column(made).to_owned()).await?;
        // The operator hands the link over, and no mail brings it.
        let mut handed = flag("handed");
        handed.default(false);
        schema.alter_table(Table::alter().table("invitations").add_column(handed).to_owned()).await?;
        let answer = text_or_null("last_answer");
        schema.alter_table(Table::alter().table("webhook_deliveries").add_column(answer).to_owned()).await?;
        schema
            .create_table(
                Table::create()
                    .table("last_backups")
                    // `done` or `failed`: of each the last one.
                    .col(key("outcome"))
                    .col(number("at"))
                    .col(number_or_null("row_count"))
                    .to_owned(),
            )
            .await
    }
}
