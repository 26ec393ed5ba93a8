//! The ledger of networks, and what a mailed link is confirmed with.

use sea_orm::DbErr;
use sea_orm::sea_query::{ColumnDef, Index, Table};
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

use super::{flag, number, number_or_null, text, text_or_null};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0011_networks"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, schema: &SchemaManager) -> Result<(), DbErr> {
        let add = async |table: &'static str, column: ColumnDef| {
            schema.alter_table(Table::alter().table(table).add_column(column).to_owned()).await
        };
        // New networks of this person join the ledger by themselves, where no rule says otherwise.
        let mut validates = flag("validates_networks");
        validates.default(false);
        add("accounts", validates).await?;
        // Who asked for the code, for whoever opens the link.
        add("challenges", text_or_null("network")).await?;
        add("challenges", text_or_null("user_agent")).await?;
        add("challenges", text_or_null("app")).await?;
        // A keyed tag of the block of numbers that it went to, to see whether anybody reads what goes there.
        add("challenges", text_or_null("block")).await?;
        // "No, stop this sign-in."
        add("challenges", number_or_null("denied_at")).await?;
        schema
            .create_table(
                Table::create()
                    .table("networks")
                    // An account, or an organisation for all its people.
                    .col(text("owner"))
                    .col(text("network"))
                    .col(text("status"))
                    // How it joined the ledger, and who decided over it last.
                    .col(text("proof"))
                    .col(text_or_null("decided_by"))
                    .col(text_or_null("user_agent"))
                    .col(number("first_seen_at"))
                    .col(number("last_seen_at"))
                    .primary_key(Index::create().col("owner").col("network"))
                    .to_owned(),
            )
            .await?;
        schema
            .create_index(
                Index::create().name("challenges_by_block").table("challenges").col("block").col("id").to_owned(),
            )
            .await?;
        schema
            .create_index(Index::create().name("networks_by_age").table("networks").col("last_seen_at").to_owned())
            .await
    }
}
