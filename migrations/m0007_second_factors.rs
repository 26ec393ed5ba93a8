//! What people enrol to prove who they are, codes that were sent, and the rules of an organisation.

use sea_orm::DbErr;
use sea_orm::sea_query::{ColumnDef, ForeignKey, ForeignKeyAction, Index, IntoIden, Table, TableCreateStatement};
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

use super::{flag, key, number, number_or_null, text, text_or_null};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0007_second_factors"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, schema: &SchemaManager) -> Result<(), DbErr> {
        let add = async |table: &'static str, column: ColumnDef| {
            schema.alter_table(Table::alter().table(table).add_column(column).to_owned()).await
        };
        // JSON; none stored means no rules.
        add("organisations", text_with("policy", "{}")).await?;
        // Tokens that were given before this moment end.
        add("accounts", number_or_null("credentials_changed_at")).await?;
        // What was proven so far, before there is a session.
        add("interactions", text_or_null("evidence")).await?;
        add("interactions", text_with("answers", "{}")).await?;
        // Raised by every change: a step that was judged by what another step has changed since does not count.
        let mut version = number("version");
        version.default(0);
        add("interactions", version).await?;
        factors(schema).await?;
        codes(schema).await?;
        devices(schema).await?;
        invitations(schema).await
    }
}

fn text_with(name: impl IntoIden, default: &str) -> ColumnDef {
    let mut column = text(name);
    column.default(default);
    column
}

/// A table whose rows belong to an account.
fn table_of_accounts(name: &'static str) -> TableCreateStatement {
    Table::create()
        .table(name)
        .col(key("id"))
        .col(text("account_id"))
        .foreign_key(ForeignKey::create().from(name, "account_id").to("accounts", "id"))
        .to_owned()
}

async fn factors(schema: &SchemaManager<'_>) -> Result<(), DbErr> {
    schema
        .create_table(
            table_of_accounts("factors")
                .col(text("kind"))
                .col(text("name"))
                // Sealed: the key of an authenticator app, a telephone number, a public key.
                .col(text_or_null("secret"))
                // What the outside world calls it: the WebAuthn credential identifier.
                .col(text_or_null("handle").unique_key())
                // The step of the last code, or the signature counter.
                .col(number("counter"))
                .col(flag("device_bound"))
                // JSON: what the pages show.
                .col(text("details"))
                .col(text_or_null("user_agent"))
                .col(number("created_at"))
                .col(number_or_null("last_used_at"))
                .to_owned(),
        )
        .await?;
    schema
        .create_index(
            Index::create().name("factors_of_account").table("factors").col("account_id").col("id").to_owned(),
        )
        .await?;
    schema
        .create_table(
            Table::create()
                .table("recovery_codes")
                .col(key("id"))
                .col(text("factor_id"))
                .col(text("code"))
                .col(number_or_null("used_at"))
                .foreign_key(
                    ForeignKey::create()
                        .from("recovery_codes", "factor_id")
                        .to("factors", "id")
                        .on_delete(ForeignKeyAction::Cascade),
                )
                .to_owned(),
        )
        .await?;
    schema
        .create_index(
            Index::create()
                .name("recovery_codes_of_factor")
                .table("recovery_codes")
                .col("factor_id")
                .col("code")
                .unique()
                .to_owned(),
        )
        .await?;
    schema
        .create_table(
            Table::create()
                .table("factor_preferences")
                .col(key("account_id"))
                .col(text_or_null("default_kind"))
                .col(number("passkey_offers"))
                .col(number_or_null("passkey_offered_at"))
                .foreign_key(ForeignKey::create().from("factor_preferences", "account_id").to("accounts", "id"))
                .to_owned(),
        )
        .await
}

async fn codes(schema: &SchemaManager<'_>) -> Result<(), DbErr> {
    schema
        .create_table(
            table_of_accounts("challenges")
                // What it was sent for; a code for one thing is good for nothing else.
                .col(text("purpose"))
                // The sign-in or browser that waits for it.
                .col(text("bound_to"))
                // A keyed tag of the code, and the fingerprint of the secret in the link.
                .col(text("code"))
                .col(text_or_null("link").unique_key())
                // What the waiting page shows and the landing page asks for.
                .col(number("matching_number"))
                // Sealed: where it was sent to, where that is not on the account.
                .col(text_or_null("destination"))
                .col(number("tries"))
                .col(number("created_at"))
                .col(number("expires_at"))
                // Set by the link or by a code; used_at when a page went on with it.
                .col(number_or_null("confirmed_at"))
                .col(number_or_null("used_at"))
                .col(number_or_null("ended_at"))
                .to_owned(),
        )
        .await?;
    schema
        .create_index(
            Index::create()
                .name("challenges_of_place")
                .table("challenges")
                .col("bound_to")
                .col("purpose")
                .col("id")
                .to_owned(),
        )
        .await?;
    schema
        .create_index(Index::create().name("challenges_by_expiry").table("challenges").col("expires_at").to_owned())
        .await?;
    schema
        .create_table(
            Table::create()
                .table("ceremonies")
                .col(key("id"))
                .col(text("purpose"))
                // Fingerprint of the cookie of the browser that began it.
                .col(text("browser"))
                .col(text_or_null("account_id"))
                // Sealed: what the library needs to finish.
                .col(text("state"))
                .col(number("created_at"))
                .col(number("expires_at"))
                .col(number_or_null("used_at"))
                .to_owned(),
        )
        .await?;
    schema
        .create_index(Index::create().name("ceremonies_by_expiry").table("ceremonies").col("expires_at").to_owned())
        .await
}

async fn devices(schema: &SchemaManager<'_>) -> Result<(), DbErr> {
    schema
        .create_table(
            table_of_accounts("remembered_devices")
                .col(text("secret").unique_key())
                .col(text("network"))
                .col(text_or_null("user_agent"))
                .col(number("created_at"))
                .col(number_or_null("last_used_at"))
                .col(number("expires_at"))
                .col(number_or_null("ended_at"))
                .to_owned(),
        )
        .await?;
    for (name, column) in [("devices_of_account", "account_id"), ("devices_by_expiry", "expires_at")] {
        let index = Index::create().name(name).table("remembered_devices").col(column).col("id").to_owned();
        schema.create_index(index).await?;
    }
    Ok(())
}

async fn invitations(schema: &SchemaManager<'_>) -> Result<(), DbErr> {
    schema
        .create_table(
            table_of_accounts("invitations")
                .col(text("secret").unique_key())
                .col(text("organisation_id"))
                // Who invited; none for the command line.
                .col(text_or_null("invited_by"))
                .col(number("created_at"))
                .col(number("expires_at"))
                .col(number_or_null("used_at"))
                .col(number_or_null("ended_at"))
                .foreign_key(ForeignKey::create().from("invitations", "organisation_id").to("organisations", "id"))
                .to_owned(),
        )
        .await?;
    schema
        .create_index(
            Index::create().name("invitations_of_account").table("invitations").col("account_id").col("id").to_owned(),
        )
        .await
}
