//! The storage contract: the same on SQLite and on PostgreSQL.

use std::sync::Arc;

use countersign::storage::{Database, MigrateError, Versioned, raise_version, version_of};
use sea_orm::ConnectionTrait as _;

use crate::support::{Engine, on_both_engines};

on_both_engines! {
    a_dropped_writer_leaves_nothing
    writers_at_the_same_time_all_count
    a_writer_that_gives_up_holds_nobody_up
    one_failure_does_not_take_others_along
    migrations_take_turns_and_are_done_once
    a_newer_schema_is_refused_and_left_alone
    a_reader_cannot_write
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
