//! Authorization requests that are kept for a moment, tokens of apps that count once, and secrets that sign.

use sea_orm::DbErr;
use sea_orm::sea_query::{ForeignKey, ForeignKeyAction, Index, Table};
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

use super::{flag, key, number, number_or_null, text, text_or_null};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0010_protocol"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, schema: &SchemaManager) -> Result<(), DbErr> {
        schema
            .create_table(
                Table::create()
                    .table("kept_requests")
                    // Fingerprint of the secret in its `request_uri`.
                    .col(key("secret"))
                    .col(text("client_id"))
                    .col(text("origin"))
                    // The whole request, after every check.
                    .col(text("request"))
                    .col(number("created_at"))
                    .col(number("expires_at"))
                    .col(number_or_null("used_at"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("kept_requests", "client_id")
                            .to("clients", "id")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .to_owned(),
            )
            .await?;
        schema
            .create_index(
                Index::create().name("kept_requests_by_expiry").table("kept_requests").col("expires_at").to_owned(),
            )
            .await?;
        schema
            .create_table(
                Table::create()
                    .table("seen_tokens")
                    // Fingerprint of what the token is, who sent it and its `jti`.
                    .col(key("token"))
                    .col(number("expires_at"))
                    .to_owned(),
            )
            .await?;
        schema
            .create_index(
                Index::create().name("seen_tokens_by_expiry").table("seen_tokens").col("expires_at").to_owned(),
            )
            .await?;
        logouts(schema).await?;
        // Whether one of its access tokens was revoked by itself.
        let mut lost = flag("has_revoked_tokens");
        lost.default(false);
        schema.alter_table(Table::alter().table("grants").add_column(lost).to_owned()).await?;
        // The thumbprint of the key that a refresh token is bound to.
        schema.alter_table(Table::alter().table("refresh_tokens").add_column(text_or_null("key")).to_owned()).await?;
        // The secret itself, sealed: only for apps that sign with it.
        schema.alter_table(Table::alter().table("client_secrets").add_column(text_or_null("sealed")).to_owned()).await
    }
}

/// Which apps are told that a session ended.
async fn logouts(schema: &SchemaManager<'_>) -> Result<(), DbErr> {
    schema
        .create_table(
            Table::create()
                .table("logouts")
                .col(text("session_id"))
                .col(text("client_id"))
                .col(text("account_id"))
                .col(number("created_at"))
                .col(number("expires_at"))
                // None once it was told or given up.
                .col(number_or_null("next_attempt_at"))
                .col(number("attempts"))
                .col(number_or_null("leased_until"))
                .col(number_or_null("told_at"))
                .col(text_or_null("last_answer"))
                .primary_key(Index::create().col("session_id").col("client_id"))
                .foreign_key(
                    ForeignKey::create()
                        .from("logouts", "client_id")
                        .to("clients", "id")
                        .on_delete(ForeignKeyAction::Cascade),
                )
                .to_owned(),
        )
        .await?;
    for (name, column) in [("logouts_by_attempt", "next_attempt_at"), ("logouts_by_expiry", "expires_at")] {
        schema.create_index(Index::create().name(name).table("logouts").col(column).to_owned()).await?;
    }
    schema.create_index(Index::create().name("sessions_by_end").table("sessions").col("ended_at").to_owned()).await
}
