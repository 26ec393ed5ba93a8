//! What a program says about somebody whom it invites, and by which identifiers a directory knows a member.

use sea_orm::DbErr;
use sea_orm::sea_query::Table;
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

use super::{number_or_null, text, text_or_null};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0023_programs"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, schema: &SchemaManager) -> Result<(), DbErr> {
        let mut groups = text("groups");
        groups.default("[]");
        for column in [
            text_or_null("given_name"),
            text_or_null("family_name"),
            // None in those of before: the language of whoever invited.
            text_or_null("language"),
            groups,
            text_or_null("external_id"),
        ] {
            schema.alter_table(Table::alter().table("member_invitations").add_column(column).to_owned()).await?;
        }
        for column in [
            // The invitation of a program that it began with: a directory goes on knowing the member by it.
            text_or_null("invitation_id"),
            // What the directory calls them.
            text_or_null("external_id"),
            // When the directory took them away; those at home stay, switched off.
            number_or_null("deprovisioned_at"),
        ] {
            schema.alter_table(Table::alter().table("memberships").add_column(column).to_owned()).await?;
        }
        Ok(())
    }
}
