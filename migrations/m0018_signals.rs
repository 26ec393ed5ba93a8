//! What happened to accounts and sessions in terms that other systems understand, and the browser of a session.

use sea_orm::DbErr;
use sea_orm::sea_query::{Index, Table};
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

use super::{key, number, number_or_null, text, text_or_null};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0018_signals"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, schema: &SchemaManager) -> Result<(), DbErr> {
        schema
            .create_table(
                Table::create()
                    .table("security_events")
                    .col(key("id"))
                    // The event type: an address of CAEP or RISC.
                    .col(text("kind"))
                    .col(text("account_id"))
                    // None where all sessions of the account are meant.
                    .col(text_or_null("session_id"))
                    // What the event type says beside.
                    .col(text("details"))
                    .col(number("occurred_at"))
                    // When it was passed on; nobody takes it yet.
                    .col(number_or_null("told_at"))
                    .to_owned(),
            )
            .await?;
        for (name, column) in [("security_events_of_account", "account_id"), ("security_events_by_time", "occurred_at")]
        {
            schema.create_index(Index::create().name(name).table("security_events").col(column).to_owned()).await?;
        }
        // Fingerprint of the secret of the browser, for the list of accounts that were used in it.
        schema.alter_table(Table::alter().table("sessions").add_column(text_or_null("browser")).to_owned()).await?;
        schema
            .create_index(Index::create().name("sessions_of_browser").table("sessions").col("browser").to_owned())
            .await
    }
}
