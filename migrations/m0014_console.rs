//! The console of the instance.

use sea_orm::sea_query::{ForeignKey, ForeignKeyAction, Index, Query, Table};
use sea_orm::{ConnectionTrait as _, DbErr};
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
        // What the search of the console looks things up by: each leads to the newest events of one thing at once.
        for column in ["chain", "actor", "client_id", "reference"] {
            let mut index = Index::create();
            index.name(format!("audit_events_by_{column}")).table("audit_events").col(column).col("id");
            schema.create_index(index).await?;
        }
        // Only the beginning: PostgreSQL takes no long values into an index.
        let by_value = "CREATE INDEX audit_values_by_value ON audit_values (substr(value, 1, 64), event_id)";
        schema.get_connection().execute_unprepared(by_value).await?;
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
