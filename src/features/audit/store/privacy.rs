//! What is taken from the personal values later: the chain holds commitments alone, so it stays whole.

use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait as _, Condition, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, QueryTrait as _,
};

use super::{ADDRESSES, events, values};
use crate::domain::Timestamp;
use crate::domain::ids::{AccountId, AuditId};
use crate::domain::network::surroundings;
use crate::storage::{StorageError, Writer};

/// The personal values that are about who did something, also where it was done to somebody else.
const OF_ACTOR: [&str; 3] = ["ip", "device_ip", "actor_name"];

/// Makes the addresses of at most `most` events from before `before` coarse, beginning after `after`. Gives the event to
/// go on after; none when it is done. An address that cannot be read is erased. A coarse value has no salt: it proves
/// nothing any more.
///
/// # Errors
///
/// When the database refuses.
pub async fn coarsen_addresses(
    db: &mut Writer,
    before: Timestamp,
    after: Option<AuditId>,
    most: u64,
) -> Result<Option<AuditId>, StorageError> {
    let old = events::Entity::find().select_only().column(events::Column::Id).filter(events::Column::At.lt(before));
    let wanted = Condition::all()
        .add(values::Column::Name.is_in(ADDRESSES))
        .add(values::Column::Salt.ne(""))
        .add(values::Column::EventId.in_subquery(old.into_query()))
        .add_option(after.map(|after| values::Column::EventId.gt(after)));
    // One event has at most one value of each name, so a full batch always ends beyond its first event.
    let limit = most.max(ADDRESSES.len() as u64 + 1);
    let query = values::Entity::find().filter(wanted).order_by_asc(values::Column::EventId).limit(limit);
    let mut batch = query.all(db).await?;
    let mut next = None;
    if batch.len() as u64 == limit {
        // The last event may have more values than fit: it is for the next batch.
        let last = batch.last().map(|value| value.event_id);
        batch.retain(|value| Some(value.event_id) != last);
        next = batch.last().map(|value| value.event_id);
    }
    for value in batch {
        let this = Condition::all()
            .add(values::Column::EventId.eq(value.event_id))
            .add(values::Column::Name.eq(value.name.as_str()));
        if let Some(coarse) = surroundings(&value.value) {
            values::Entity::update_many()
                .col_expr(values::Column::Value, Expr::value(coarse))
                .col_expr(values::Column::Salt, Expr::value(""))
                .filter(this)
                .exec(db)
                .await?;
        } else {
            values::Entity::delete_many().filter(this).exec(db).await?;
        }
    }
    Ok(next)
}

/// Erases the personal values about somebody, and says how many: all of what was done to them, who they were and where
/// from in what they did, and `names` of theirs wherever they are.
///
/// # Errors
///
/// When the database refuses.
pub async fn erase_values_about(db: &mut Writer, account: AccountId, names: &[String]) -> Result<u64, StorageError> {
    let these = |wanted: Condition| {
        let ids = events::Entity::find().select_only().column(events::Column::Id).filter(wanted).into_query();
        values::Column::EventId.in_subquery(ids)
    };
    let own = Condition::any()
        .add(events::Column::Subject.eq(account))
        .add(Condition::all().add(events::Column::Actor.eq(account)).add(events::Column::Subject.is_null()));
    let wanted = Condition::any()
        .add(these(own))
        .add(
            Condition::all()
                .add(these(Condition::all().add(events::Column::Actor.eq(account))))
                .add(values::Column::Name.is_in(OF_ACTOR)),
        )
        .add(values::Column::Value.is_in(names));
    Ok(values::Entity::delete_many().filter(wanted).exec(db).await?.rows_affected)
}
