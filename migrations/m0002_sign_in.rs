//! Set-up links, sessions, sign-ins in progress, and the counters against guessing.

use sea_orm::DbErr;
use sea_orm::sea_query::{ForeignKey, Index, Table};
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

use super::{key, number, number_or_null, text, text_or_null};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0002_sign_in"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, schema: &SchemaManager) -> Result<(), DbErr> {
        schema
            .create_table(
                Table::create()
                    .table("setup_links")
                    .col(key("id"))
                    .col(text("secret").unique_key())
                    .col(number("created_at"))
                    .col(number("expires_at"))
                    .col(number_or_null("used_at"))
                    .to_owned(),
            )
            .await?;
        schema
            .create_table(
                Table::create()
                    .table("sessions")
                    .col(key("id"))
                    .col(text("secret").unique_key())
                    .col(text("account_id"))
                    // The evidence as of sign-in: which proofs, when, from which network.
                    .col(text("evidence"))
                    .col(text_or_null("network"))
                    .col(text_or_null("user_agent"))
                    .col(number("created_at"))
                    .col(number("last_used_at"))
                    .col(number("expires_at"))
                    .col(number_or_null("ended_at"))
                    .foreign_key(ForeignKey::create().from("sessions", "account_id").to("accounts", "id"))
                    .to_owned(),
            )
            .await?;
        schema
            .create_index(
                Index::create().name("sessions_of_account").table("sessions").col("account_id").col("id").to_owned(),
            )
            .await?;
        schema
            .create_index(Index::create().name("sessions_by_expiry").table("sessions").col("expires_at").to_owned())
            .await?;
        schema
            .create_table(
                Table::create()
                    .table("interactions")
                    .col(key("id"))
                    // Fingerprint of the cookie of the browser that began it.
                    .col(text("browser"))
                    .col(text("purpose"))
                    // The session that its sign-in opened, or that it began with.
                    .col(text_or_null("session_id"))
                    .col(number("created_at"))
                    .col(number("expires_at"))
                    .col(number_or_null("completed_at"))
                    .to_owned(),
            )
            .await?;
        schema
            .create_index(
                Index::create().name("interactions_by_expiry").table("interactions").col("expires_at").to_owned(),
            )
            .await?;
        schema
            .create_table(
                Table::create()
                    .table("throttles")
                    .col(key("key"))
                    .col(number("failures"))
                    .col(number("window_ends_at"))
                    .col(number("blocked_until"))
                    .to_owned(),
            )
            .await?;
        schema
            .create_index(
                Index::create().name("throttles_by_window").table("throttles").col("window_ends_at").to_owned(),
            )
            .await
    }
}
