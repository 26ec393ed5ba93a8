//! Organisations, accounts, memberships, passwords.

use sea_orm::DbErr;
use sea_orm::sea_query::{ForeignKey, Index, Table};
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

use super::{flag, key, number, number_or_null, text, text_or_null};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0001_people"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, schema: &SchemaManager) -> Result<(), DbErr> {
        // A row a cache, raised by whoever changes what the cache holds; "probe" is for the readiness check.
        schema
            .create_table(Table::create().table("versions").col(key("name")).col(number("version")).to_owned())
            .await?;
        schema
            .execute(
                sea_orm::sea_query::Query::insert()
                    .into_table("versions")
                    .columns(["name", "version"])
                    .values_panic(["probe".into(), 0.into()])
                    .values_panic(["keys".into(), 0.into()])
                    .values_panic(["apps".into(), 0.into()])
                    .to_owned(),
            )
            .await?;
        schema
            .create_table(
                Table::create()
                    .table("organisations")
                    .col(key("id"))
                    .col(text("name"))
                    .col(number("version"))
                    .col(number("created_at"))
                    .col(number_or_null("disabled_at"))
                    .to_owned(),
            )
            .await?;
        schema
            .create_table(
                Table::create()
                    .table("accounts")
                    .col(key("id"))
                    .col(text("home_organisation_id"))
                    .col(text("email").unique_key())
                    .col(flag("email_verified"))
                    .col(text_or_null("username").unique_key())
                    .col(text("name"))
                    .col(text_or_null("given_name"))
                    .col(text_or_null("family_name"))
                    .col(text("language"))
                    .col(text("instance_role"))
                    .col(number("created_at"))
                    .col(number("updated_at"))
                    .col(number_or_null("disabled_at"))
                    .col(number_or_null("last_sign_in_at"))
                    .foreign_key(
                        ForeignKey::create().from("accounts", "home_organisation_id").to("organisations", "id"),
                    )
                    .to_owned(),
            )
            .await?;
        schema
            .create_table(
                Table::create()
                    .table("memberships")
                    .col(key("id"))
                    .col(text("organisation_id"))
                    .col(text("account_id"))
                    .col(text("role"))
                    .col(text("groups"))
                    .col(number("created_at"))
                    .col(number_or_null("disabled_at"))
                    .foreign_key(ForeignKey::create().from("memberships", "organisation_id").to("organisations", "id"))
                    .foreign_key(ForeignKey::create().from("memberships", "account_id").to("accounts", "id"))
                    .to_owned(),
            )
            .await?;
        schema
            .create_index(
                Index::create()
                    .name("memberships_of_account")
                    .table("memberships")
                    .col("account_id")
                    .col("organisation_id")
                    .unique()
                    .to_owned(),
            )
            .await?;
        schema
            .create_index(
                Index::create()
                    .name("memberships_of_organisation")
                    .table("memberships")
                    .col("organisation_id")
                    .col("id")
                    .to_owned(),
            )
            .await?;
        schema
            .create_table(
                Table::create()
                    .table("passwords")
                    .col(key("account_id"))
                    .col(text("phc"))
                    .col(number("changed_at"))
                    .foreign_key(ForeignKey::create().from("passwords", "account_id").to("accounts", "id"))
                    .to_owned(),
            )
            .await
    }
}
