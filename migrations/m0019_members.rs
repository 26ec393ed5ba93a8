//! Who brought whom into an organisation, invitations into a second one, the organisation that somebody acts for, and
//! passwords that must be chosen anew.

use sea_orm::DbErr;
use sea_orm::sea_query::{ForeignKey, Index, Table};
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

use super::{flag, key, number, number_or_null, text, text_or_null};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0019_members"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, schema: &SchemaManager) -> Result<(), DbErr> {
        for column in [
            // Whoever invited them, and whoever made them what they are; none for the operator.
            text_or_null("added_by"),
            text_or_null("role_by"),
            // None while they are what they were from the beginning.
            number_or_null("role_since"),
        ] {
            schema.alter_table(Table::alter().table("memberships").add_column(column).to_owned()).await?;
        }
        // Since when, and by whom, somebody may do something for the whole instance; none for the operator.
        for column in [number_or_null("instance_role_since"), text_or_null("instance_role_by")] {
            schema.alter_table(Table::alter().table("accounts").add_column(column).to_owned()).await?;
        }
        let mut due = flag("new_password_due");
        due.default(false);
        schema.alter_table(Table::alter().table("accounts").add_column(due).to_owned()).await?;
        member_invitations(schema).await?;
        organisation_choices(schema).await
    }
}

async fn member_invitations(schema: &SchemaManager<'_>) -> Result<(), DbErr> {
    schema
        .create_table(
            Table::create()
                .table("member_invitations")
                .col(key("id"))
                .col(text("organisation_id"))
                // As typed by whoever invites: whether somebody has an account with it is nothing that they learn.
                .col(text("email"))
                .col(text("name"))
                .col(text("role"))
                .col(text("invited_by"))
                .col(text("secret").unique_key())
                .col(number("created_at"))
                .col(number("expires_at"))
                .col(number_or_null("accepted_at"))
                .col(number_or_null("declined_at"))
                // Withdrawn, or replaced by a newer one.
                .col(number_or_null("ended_at"))
                .foreign_key(
                    ForeignKey::create().from("member_invitations", "organisation_id").to("organisations", "id"),
                )
                .to_owned(),
        )
        .await?;
    for (name, columns) in [
        ("member_invitations_of_organisation", ["organisation_id", "email"]),
        ("member_invitations_by_age", ["expires_at", "id"]),
    ] {
        let mut index = Index::create().name(name).table("member_invitations").to_owned();
        for column in columns {
            index.col(column);
        }
        schema.create_index(index).await?;
    }
    Ok(())
}

async fn organisation_choices(schema: &SchemaManager<'_>) -> Result<(), DbErr> {
    schema
        .create_table(
            Table::create()
                .table("organisation_choices")
                .col(text("account_id"))
                .col(text("client_id"))
                .col(text("organisation_id"))
                // A choice holds in the session in which it was made.
                .col(text("session_id"))
                .col(number("chosen_at"))
                .primary_key(Index::create().col("account_id").col("client_id"))
                .foreign_key(ForeignKey::create().from("organisation_choices", "account_id").to("accounts", "id"))
                .to_owned(),
        )
        .await
}
