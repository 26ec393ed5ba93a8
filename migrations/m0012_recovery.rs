//! Forgotten passwords, until they are chosen anew.

use sea_orm::DbErr;
use sea_orm::sea_query::{ForeignKey, Index, Table};
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

use super::{key, number, number_or_null, text, text_or_null};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0012_recovery"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, schema: &SchemaManager) -> Result<(), DbErr> {
        password_resets(schema).await
    }
}

async fn password_resets(schema: &SchemaManager<'_>) -> Result<(), DbErr> {
    schema
        .create_table(
            Table::create()
                .table("password_resets")
                .col(key("id"))
                // None for a name that nobody has: it waits like any other, and nothing is ever right.
                .col(text_or_null("account_id"))
                // Fingerprint of the browser that waits for the code.
                .col(text("browser"))
                // The sign-in that the person came from.
                .col(text_or_null("interaction_id"))
                // Keyed tags of the address that it was mailed to, and of the code; the fingerprint of the link's secret.
                .col(text("address"))
                .col(text("code"))
                .col(text("link").unique_key())
                .col(number("tries"))
                .col(number("created_at"))
                // Set by the code or the link: whoever did that may choose the password, once.
                .col(number_or_null("proven_at"))
                .col(number_or_null("used_at"))
                .col(number_or_null("ended_at"))
                .foreign_key(ForeignKey::create().from("password_resets", "account_id").to("accounts", "id"))
                .to_owned(),
        )
        .await?;
    for (name, column) in [
        ("password_resets_of_account", "account_id"),
        ("password_resets_of_browser", "browser"),
        ("password_resets_by_age", "created_at"),
    ] {
        let index = Index::create().name(name).table("password_resets").col(column).to_owned();
        schema.create_index(index).await?;
    }
    Ok(())
}
