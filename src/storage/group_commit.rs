//! One fsync for many requests.
//!
//! SQLite has one writer at a time, and a commit that survives a power cut costs an fsync. So writers that wait for
//! one another share one transaction: each works inside a savepoint of it, and whoever finds nobody waiting behind
//! commits for all. A writer is told "committed" only after that commit. A full disk undoes the shared transaction at
//! once: nobody is handed what is left of it, and everybody in it is told that nothing was changed.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use sea_orm::{
    DatabaseConnection, DatabaseTransaction, DbErr, SqliteTransactionMode, TransactionOptions, TransactionTrait as _,
};
use tokio::sync::{Mutex, OwnedMutexGuard, oneshot};

use super::connection::Undone;
use super::{StorageError, Writer};

/// How many savepoints one transaction holds at most, so that the first never waits long for the last.
const LARGEST_GROUP: usize = 32;

/// The one connection that writes, and the queue before it.
#[derive(Debug)]
pub(super) struct GroupCommit {
    connection: DatabaseConnection,
    slot: Arc<Mutex<Slot>>,
    waiting: AtomicUsize,
}

/// The open transaction and those who wait for its commit.
#[derive(Debug, Default)]
struct Slot {
    transaction: Option<DatabaseTransaction>,
    undone: Undone,
    members: Vec<oneshot::Sender<Result<(), String>>>,
}

impl GroupCommit {
    pub(super) fn new(connection: DatabaseConnection) -> Arc<Self> {
        Arc::new(Self { connection, slot: Arc::default(), waiting: AtomicUsize::new(0) })
    }

    /// The connection itself, for changes of the schema.
    pub(super) const fn connection(&self) -> &DatabaseConnection {
        &self.connection
    }

    /// Waits for a turn, and opens a savepoint of the shared transaction.
    pub(super) async fn write(self: &Arc<Self>) -> Result<Writer, DbErr> {
        let mut turn = Place::take(self).turn().await;
        let transaction = turn.transaction(&self.connection).await?;
        let savepoint = transaction.begin().await?;
        Ok(Writer::new(savepoint, Some(turn)))
    }
}

/// A place in the queue. Whoever settles hands over to the next place instead of committing, so every place either
/// becomes a [`Turn`] or, given up, settles in its stead.
struct Place {
    group: Arc<GroupCommit>,
    given_up: bool,
}

impl Place {
    fn take(group: &Arc<GroupCommit>) -> Self {
        group.waiting.fetch_add(1, Ordering::AcqRel);
        Self { group: Arc::clone(group), given_up: true }
    }

    async fn turn(mut self) -> Turn {
        let slot = Arc::clone(&self.group.slot).lock_owned().await;
        self.given_up = false;
        Turn { group: Arc::clone(&self.group), slot: Some(slot) }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.group.waiting.fetch_sub(1, Ordering::AcqRel);
        if self.given_up {
            let group = Arc::clone(&self.group);
            in_background(async move {
                let slot = Arc::clone(&group.slot).lock_owned().await;
                settle(&group, slot).await;
            });
        }
    }
}

/// Runs `task` after its starter is gone; with the runtime gone too, there is nobody left to wait for a commit.
fn in_background(task: impl Future<Output = ()> + Send + 'static) {
    if let Ok(runtime) = tokio::runtime::Handle::try_current() {
        runtime.spawn(task);
    }
}

/// The right to use the connection that writes.
#[derive(Debug)]
pub(super) struct Turn {
    group: Arc<GroupCommit>,
    slot: Option<OwnedMutexGuard<Slot>>,
}

impl Turn {
    async fn transaction(&mut self, connection: &DatabaseConnection) -> Result<&DatabaseTransaction, DbErr> {
        let Some(slot) = self.slot.as_deref_mut() else { return Err(DbErr::Custom("a turn without a slot".into())) };
        if slot.transaction.is_none() {
            let options = TransactionOptions {
                // A deferred transaction that reads and then writes fails at once when another process wrote between.
                sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
                ..TransactionOptions::default()
            };
            slot.transaction = Some(connection.begin_with_options(options).await?);
            slot.undone = Undone::default();
        }
        slot.transaction.as_ref().ok_or_else(|| DbErr::Custom("a transaction that was just begun".into()))
    }

    /// Tells whether the shared transaction is gone.
    pub(super) fn undone(&self) -> Undone {
        self.slot.as_ref().map(|slot| slot.undone.clone()).unwrap_or_default()
    }

    /// The savepoint is released; waits until the shared transaction is on disk.
    pub(super) async fn finish(mut self) -> Result<(), StorageError> {
        let Some(mut slot) = self.slot.take() else { return Ok(()) };
        let (told, tell) = oneshot::channel();
        slot.members.push(told);
        // In a task of its own: a client that hangs up must not undo what others wait for.
        let group = Arc::clone(&self.group);
        in_background(async move { settle(&group, slot).await });
        match tell.await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(cause)) => Err(StorageError::NotCommitted(cause)),
            Err(_) => Err(StorageError::NotCommitted("the server is stopping".into())),
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        // This writer gave up; those who wait for the shared commit must not wait for ever.
        if let Some(slot) = self.slot.take() {
            let group = Arc::clone(&self.group);
            in_background(async move { settle(&group, slot).await });
        }
    }
}

/// Hands the open transaction to the next in the queue, or commits it for all its members when there is none.
async fn settle(group: &GroupCommit, mut slot: OwnedMutexGuard<Slot>) {
    let undone = slot.undone.is_set();
    if !undone && group.waiting.load(Ordering::Acquire) > 0 && slot.members.len() < LARGEST_GROUP {
        return;
    }
    let Some(transaction) = slot.transaction.take() else { return };
    let outcome = if undone {
        drop(transaction);
        Err("another change met an error that undid this one too".to_owned())
    } else if slot.members.is_empty() {
        transaction.rollback().await.map_err(|error| error.to_string())
    } else {
        transaction.commit().await.map_err(|error| error.to_string())
    };
    for member in slot.members.drain(..) {
        // A member that hung up needs no answer.
        let _ = member.send(outcome.clone());
    }
}
