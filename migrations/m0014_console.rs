//! The console of the instance.

use sea_orm::DbErr;
use sea_orm::sea_query::{ForeignKey, ForeignKeyAction, Query, Table};
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

use super::{key, number};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0014_console"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, schema: &SchemaManager) -> Result<(), DbErr> {
        schema
            .create_table(
                Table::create()
                    .table("console_visits")
                    .col(key("session_id"))
                    // To the minute; the session itself lives by its own clock.
                    .col(number("used_at"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("console_visits", "session_id")
                            .to("sessions", "id")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .to_owned(),
            )
            .await?;
        schema
            .execute(
                Query::insert()
                    .into_table("versions")
                    .columns(["name", "version"])
                    .values_panic(["roles".into(), 0_i64.into()])
                    .to_owned(),
            )
            .await
    }
}
