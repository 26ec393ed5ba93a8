//! The storage contract: the same on SQLite and on PostgreSQL.

use std::sync::Arc;

use countersign::storage::{Database, Lookup, MigrateError, Versioned, raise_version, version_of};
use sea_orm::sea_query::{Expr, ExprTrait as _, Query};
use sea_orm::{ConnectionTrait as _, TryGetable};

use crate::support::{Engine, on_both_engines};

on_both_engines! {
    a_dropped_writer_leaves_nothing
    writers_at_the_same_time_all_count
    a_writer_that_gives_up_holds_nobody_up
    one_failure_does_not_take_others_along
    migrations_take_turns_and_are_done_once
    programs_that_open_a_new_database_at_once_all_do
    a_newer_schema_is_refused_and_left_alone
    a_reader_cannot_write
    queries_asked_together_keep_their_rows_apart
    a_query_that_nobody_waits_for_holds_nobody_up
    a_query_that_fails_spoils_no_other
}

async fn migrated(engine: &Engine) -> Database {
    let db = Database::connect(&engine.database()).await.unwrap();
    db.migrate().await.unwrap();
    db
}

async fn a_dropped_writer_leaves_nothing(engine: Engine) {
    let db = migrated(&engine).await;
    let mut writer = db.writing().await.unwrap();
    raise_version(&mut writer, Versioned::Apps).await.unwrap();
    assert_eq!(version_of(&writer, Versioned::Apps).await.unwrap(), 1, "a writer sees what it did");
    assert_eq!(version_of(db.reading(), Versioned::Apps).await.unwrap(), 0, "nobody else does");
    drop(writer);
    let mut writer = db.writing().await.unwrap();
    raise_version(&mut writer, Versioned::Apps).await.unwrap();
    writer.commit().await.unwrap();
    assert_eq!(version_of(db.reading(), Versioned::Apps).await.unwrap(), 1);
}

async fn writers_at_the_same_time_all_count(engine: Engine) {
    let db = migrated(&engine).await;
    let tasks: Vec<_> = (0..64)
        .map(|number| {
            let db = db.clone();
            tokio::spawn(async move {
                let mut writer = db.writing().await.unwrap();
                raise_version(&mut writer, Versioned::Apps).await.unwrap();
                // Every fourth changes its mind.
                if number % 4 == 0 {
                    return;
                }
                writer.commit().await.unwrap();
                assert!(version_of(db.reading(), Versioned::Apps).await.unwrap() > 0, "committed is visible");
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(version_of(db.reading(), Versioned::Apps).await.unwrap(), 48);
}

async fn a_writer_that_gives_up_holds_nobody_up(engine: Engine) {
    let db = migrated(&engine).await;
    for _ in 0..20 {
        let held = db.writing().await.unwrap();
        let waiting: Vec<_> = (0..4)
            .map(|_| {
                let db = db.clone();
                tokio::spawn(async move {
                    let mut writer = db.writing().await.unwrap();
                    raise_version(&mut writer, Versioned::Keys).await.unwrap();
                    writer.commit().await.unwrap();
                })
            })
            .collect();
        waiting[0].abort();
        drop(held);
        for task in waiting.into_iter().skip(1) {
            tokio::time::timeout(std::time::Duration::from_secs(20), task)
                .await
                .expect("a writer waits for ever")
                .unwrap();
        }
    }
    assert!(version_of(db.reading(), Versioned::Keys).await.unwrap() >= 60);
}

async fn one_failure_does_not_take_others_along(engine: Engine) {
    let db = migrated(&engine).await;
    let tasks: Vec<_> = (0..16)
        .map(|number| {
            let db = db.clone();
            tokio::spawn(async move {
                let mut writer = db.writing().await.unwrap();
                raise_version(&mut writer, Versioned::Apps).await.unwrap();
                if number % 2 == 0 {
                    writer.execute_unprepared("INSERT INTO no_such_table VALUES (1)").await.unwrap_err();
                    return;
                }
                writer.commit().await.unwrap();
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(version_of(db.reading(), Versioned::Apps).await.unwrap(), 8);
}

async fn migrations_take_turns_and_are_done_once(engine: Engine) {
    let engine = Arc::new(engine);
    let tasks: Vec<_> = (0..4)
        .map(|_| {
            let engine = Arc::clone(&engine);
            tokio::spawn(async move {
                let db = Database::connect(&engine.database()).await.unwrap();
                db.migrate().await.unwrap()
            })
        })
        .collect();
    let mut steps = Vec::new();
    for task in tasks {
        steps.push(task.await.unwrap());
    }
    steps.sort_unstable();
    assert!(steps[3] > 0 && steps[..3].iter().all(|steps| *steps == 0), "{steps:?}");
}

async fn programs_that_open_a_new_database_at_once_all_do(engine: Engine) {
    let engine = Arc::new(engine);
    let tasks: Vec<_> = (0..16)
        .map(|_| {
            let engine = Arc::clone(&engine);
            tokio::spawn(async move { Database::connect(&engine.database()).await.map(drop) })
        })
        .collect();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
}

async fn a_newer_schema_is_refused_and_left_alone(engine: Engine) {
    let db = migrated(&engine).await;
    let writer = db.writing().await.unwrap();
    writer.execute_unprepared("INSERT INTO seaql_migrations VALUES ('m9999_future', 0)").await.unwrap();
    writer.commit().await.unwrap();
    for error in [db.migrate().await.unwrap_err(), db.pending_migrations().await.unwrap_err()] {
        assert!(matches!(&error, MigrateError::Newer(step) if step == "m9999_future"), "{error}");
        assert!(error.to_string().contains("newer version"));
    }
}

async fn a_reader_cannot_write(engine: Engine) {
    let db = migrated(&engine).await;
    db.reading().execute_unprepared("UPDATE versions SET version = 7").await.unwrap_err();
    assert_eq!(version_of(db.reading(), Versioned::Apps).await.unwrap(), 0);
}

/// The names of the versions among `names`, in their order.
fn names_among(names: &'static [&'static str]) -> Lookup<Vec<String>> {
    let query = Query::select()
        .column("name")
        .from("versions")
        .and_where(Expr::col("name").is_in(names.iter().copied()))
        .order_by("name", sea_orm::Order::Asc)
        .to_owned();
    Lookup::new(query, |rows| rows.iter().map(|row| Ok(String::try_get(row, "", "name")?)).collect())
}

async fn queries_asked_together_keep_their_rows_apart(engine: Engine) {
    let db = migrated(&engine).await;
    let asked = || {
        names_among(&["apps", "keys"])
            .and(names_among(&["nobody"]))
            .and(names_among(&["probe"]).map(|names| names.len()))
            .and(names_among(&[]))
    };
    let found = ((vec!["apps".to_owned(), "keys".to_owned()], vec![]), 1);
    assert_eq!(db.reading().ask(asked()).await.unwrap(), (found.clone(), vec![]));
    let writer = db.writing().await.unwrap();
    assert_eq!(writer.ask(asked()).await.unwrap(), (found, vec![]), "inside of a transaction as well");
}

async fn a_query_that_nobody_waits_for_holds_nobody_up(engine: Engine) {
    let db = migrated(&engine).await;
    // More of them than there are connections, given up at every point of their way.
    for round in 0..200 {
        let asked = db.reading().ask(names_among(&["apps"]).and(names_among(&["keys", "probe"])));
        let _ = tokio::time::timeout(std::time::Duration::from_micros(round), asked).await;
        if round % 10 == 0 {
            assert_eq!(version_of(db.reading(), Versioned::Apps).await.unwrap(), 0);
        }
    }
    let tasks: Vec<_> = (0..64)
        .map(|_| {
            let db = db.clone();
            tokio::spawn(async move { db.reading().ask(names_among(&["keys", "probe"])).await.unwrap().len() })
        })
        .collect();
    for task in tasks {
        assert_eq!(task.await.unwrap(), 2, "each has its own rows, and all of them");
    }
}

async fn a_query_that_fails_spoils_no_other(engine: Engine) {
    let db = migrated(&engine).await;
    for _ in 0..32 {
        let wrong = Query::select().column("name").from("no_such_table").to_owned();
        db.reading().ask(names_among(&["apps"]).and(Lookup::new(wrong, |rows| Ok(rows.len())))).await.unwrap_err();
    }
    assert_eq!(db.reading().ask(names_among(&["apps"])).await.unwrap(), ["apps"]);
}
