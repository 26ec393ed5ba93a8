//! Forgotten passwords until they are chosen anew, and requests to let somebody back in.

use sea_orm::DbErr;
use sea_orm::sea_query::{ForeignKey, Index, Table};
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

use super::{flag, key, number, number_or_null, text, text_or_null};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0012_recovery"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, schema: &SchemaManager) -> Result<(), DbErr> {
        password_resets(schema).await?;
        // Set when the helpdesk let somebody back in: nothing is issued before a factor is set up.
        let mut due = flag("must_enrol");
        due.default(false);
        schema.alter_table(Table::alter().table("factor_preferences").add_column(due).to_owned()).await?;
        recovery_cases(schema).await
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

async fn recovery_cases(schema: &SchemaManager<'_>) -> Result<(), DbErr> {
    schema
        .create_table(
            Table::create()
                .table("recovery_cases")
                .col(key("id"))
                .col(text("account_id"))
                // Its home organisation when the case was opened: whose helpdesk access counts.
                .col(text("organisation_id"))
                .col(text("state"))
                // JSON: what is to be removed, and what was checked by whom.
                .col(text("removes"))
                .col(text("reason"))
                .col(text("checks"))
                .col(text_or_null("own_check"))
                // None while only the person asked, and for the command line.
                .col(text_or_null("requested_by"))
                .col(text_or_null("decided_by"))
                .col(text_or_null("link").unique_key())
                .col(number("created_at"))
                .col(number("expires_at"))
                .col(number_or_null("effective_at"))
                .foreign_key(ForeignKey::create().from("recovery_cases", "account_id").to("accounts", "id"))
                .foreign_key(ForeignKey::create().from("recovery_cases", "organisation_id").to("organisations", "id"))
                .to_owned(),
        )
        .await?;
    for (name, columns) in [
        ("recovery_cases_of_account", ["account_id", "state"]),
        ("recovery_cases_of_organisation", ["organisation_id", "created_at"]),
        ("recovery_cases_by_state", ["state", "effective_at"]),
    ] {
        let mut index = Index::create().name(name).table("recovery_cases").to_owned();
        for column in columns {
            index.col(column);
        }
        schema.create_index(index).await?;
    }
    Ok(())
}
