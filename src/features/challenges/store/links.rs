//! The links in the table `challenges`.

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, Condition, EntityTrait as _, QueryFilter as _};

use super::rows::{self, Column};
use crate::domain::Timestamp;
use crate::domain::ids::{AccountId, ChallengeId};
use crate::domain::secret::Fingerprint;
use crate::features::challenges::rules::{Asker, Bond, LINK_LIFETIME, Link, LinkState, Marks, Purpose};
use crate::storage::{Reader, StorageError, Writer};

/// The link with this secret, whether it still works or not; none where the secret is none of ours.
///
/// # Errors
///
/// When the database refuses.
pub async fn find_link(db: &Reader, secret: &str, now: Timestamp) -> Result<Option<Link>, StorageError> {
    let row = rows::Entity::find().filter(Column::Link.eq(Fingerprint::of(secret))).one(db).await?;
    Ok(row.and_then(|row| {
        let purpose: Purpose = row.purpose.split(':').next()?.parse().ok()?;
        let marks = Marks {
            confirmed: row.confirmed_at.is_some(),
            denied: row.denied_at.is_some(),
            used: row.used_at.is_some(),
            ended: row.ended_at.is_some(),
        };
        Some(Link {
            id: row.id,
            account: row.account_id,
            purpose,
            place: row.bound_to,
            matching_number: row.matching_number,
            asker: Asker { network: row.network, user_agent: row.user_agent, app: row.app },
            sent_at: row.created_at,
            state: LinkState::of(row.created_at, marks, now),
        })
    }))
}

/// Sets one mark on a link that waits for an answer. Says no when it does not (any more).
async fn answer(db: &mut Writer, id: ChallengeId, marks: &[Column], now: Timestamp) -> Result<bool, StorageError> {
    let mut change = rows::Entity::update_many();
    for mark in marks {
        change = change.col_expr(*mark, Expr::value(now));
    }
    let done = change
        .filter(Column::Id.eq(id))
        .filter(Column::CreatedAt.gt(now.before(LINK_LIFETIME)))
        .filter(Column::Link.is_not_null())
        .filter(Column::ConfirmedAt.is_null())
        .filter(Column::UsedAt.is_null())
        .filter(Column::EndedAt.is_null())
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}

/// The person said yes. Says no when the link does not work (any more).
///
/// # Errors
///
/// When the database refuses.
pub async fn confirm_link(db: &mut Writer, id: ChallengeId, now: Timestamp) -> Result<bool, StorageError> {
    answer(db, id, &[Column::ConfirmedAt], now).await
}

/// The person said no: neither the link nor the code works any more. Says no when the link did not already.
///
/// # Errors
///
/// When the database refuses.
pub async fn deny_link(db: &mut Writer, id: ChallengeId, now: Timestamp) -> Result<bool, StorageError> {
    answer(db, id, &[Column::DeniedAt, Column::EndedAt], now).await
}

/// Ends a link, and not the code that it went with.
///
/// # Errors
///
/// When the database refuses.
pub async fn end_link(db: &mut Writer, id: ChallengeId) -> Result<(), StorageError> {
    rows::Entity::update_many()
        .col_expr(Column::Link, Expr::value(Option::<Fingerprint>::None))
        .filter(Column::Id.eq(id))
        .filter(Column::ConfirmedAt.is_null())
        .exec(db)
        .await?;
    Ok(())
}

/// Where it must have been asked for.
fn asked_from(bond: &Bond) -> Condition {
    match bond.network {
        Some(Some(network)) => Condition::all().add(Column::Network.eq(network)),
        Some(None) => Condition::all().add(Column::Network.is_null()),
        None => Condition::all(),
    }
}

/// Ends every code and link that waits for an account: they went to an address that it has no more.
///
/// # Errors
///
/// When the database refuses.
pub async fn end_challenges_of(db: &mut Writer, account: AccountId, now: Timestamp) -> Result<(), StorageError> {
    rows::Entity::update_many()
        .col_expr(Column::EndedAt, Expr::value(now))
        .filter(Column::AccountId.eq(account))
        .filter(Column::UsedAt.is_null())
        .filter(Column::EndedAt.is_null())
        .exec(db)
        .await?;
    Ok(())
}

/// Whether the link for this was confirmed, and nothing came of it yet.
///
/// # Errors
///
/// When the database refuses.
pub async fn is_confirmed(db: &Reader, bond: &Bond) -> Result<bool, StorageError> {
    let row = rows::Entity::find()
        .filter(asked_from(bond))
        .filter(Column::AccountId.eq(bond.account))
        .filter(Column::BoundTo.eq(&bond.place))
        .filter(Column::Purpose.eq(bond.purpose()))
        .filter(Column::ConfirmedAt.is_not_null())
        .filter(Column::UsedAt.is_null())
        .filter(Column::EndedAt.is_null())
        .one(db)
        .await?;
    Ok(row.is_some())
}

/// Uses up what was confirmed for this. Says no when nothing was, or that happened before.
///
/// # Errors
///
/// When the database refuses.
pub async fn take_confirmed(db: &mut Writer, bond: &Bond, now: Timestamp) -> Result<bool, StorageError> {
    let done = rows::Entity::update_many()
        .col_expr(Column::UsedAt, Expr::value(now))
        .filter(Column::AccountId.eq(bond.account))
        .filter(Column::BoundTo.eq(&bond.place))
        .filter(Column::Purpose.eq(bond.purpose()))
        .filter(asked_from(bond))
        .filter(Column::ConfirmedAt.is_not_null())
        .filter(Column::UsedAt.is_null())
        .filter(Column::EndedAt.is_null())
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}
