//! The table `networks`.

use sea_orm::sea_query::{Expr, ExprTrait as _, OnConflict, Query};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, Condition, DbErr, EntityTrait as _, FromQueryResult as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, QueryTrait as _,
};

use super::rules::KEPT;
use super::{Entry, How, Owner, Places, Status};
use crate::domain::Timestamp;
use crate::domain::ids::{AccountId, OrganisationId};
use crate::domain::network::Network;
use crate::storage::{Lookup, Reader, StorageError, Writer, text_column};

text_column!(Owner, Status, How);

/// The most rows that a page lists.
const MOST_LISTED: u64 = 500;

mod rows {
    use sea_orm::entity::prelude::*;

    use super::super::{How, Owner, Status};
    use crate::domain::Timestamp;
    use crate::domain::ids::AccountId;
    use crate::domain::network::Network;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "networks")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(super) owner: Owner,
        #[sea_orm(primary_key, auto_increment = false)]
        pub(super) network: Network,
        pub(super) status: Status,
        pub(super) proof: How,
        pub(super) decided_by: Option<AccountId>,
        pub(super) user_agent: Option<String>,
        pub(super) first_seen_at: Timestamp,
        pub(super) last_seen_at: Timestamp,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

use rows::Column;

impl From<rows::Model> for Entry {
    fn from(row: rows::Model) -> Self {
        Self {
            owner: row.owner,
            network: row.network,
            status: row.status,
            proof: row.proof,
            decided_by: row.decided_by,
            user_agent: row.user_agent,
            first_seen_at: row.first_seen_at,
            last_seen_at: row.last_seen_at,
        }
    }
}

/// A network that somebody was seen in.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Which.
    pub network: Network,
    /// What the browser calls itself.
    pub user_agent: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// The rows about these networks: the account's own, and those of its home organisation.
pub fn look_up_places(account: AccountId, networks: Vec<Network>) -> Lookup<Places> {
    let home = Query::select()
        .column("home_organisation_id")
        .from("accounts")
        .and_where(Expr::col("id").eq(account))
        .to_owned();
    let query = rows::Entity::find()
        .filter(Condition::any().add(Column::Owner.eq(Owner::Account(account))).add(Column::Owner.in_subquery(home)))
        .filter(Column::Network.is_in(networks))
        .into_query();
    Lookup::new(query, |rows| {
        let entries = rows.iter().map(|row| Ok(rows::Model::from_query_result(row, "")?.into()));
        Ok(Places(entries.collect::<Result<_, DbErr>>()?))
    })
}

/// One row.
///
/// # Errors
///
/// When the database refuses.
pub async fn find_entry(db: &Reader, owner: Owner, network: Network) -> Result<Option<Entry>, StorageError> {
    Ok(rows::Entity::find_by_id((owner, network)).one(db).await?.map(Into::into))
}

/// The rows of one owner, the last used first.
///
/// # Errors
///
/// When the database refuses.
pub async fn list_networks_of(db: &Reader, owner: Owner) -> Result<Vec<Entry>, StorageError> {
    let rows = rows::Entity::find()
        .filter(Column::Owner.eq(owner))
        .order_by_desc(Column::LastSeenAt)
        .limit(MOST_LISTED)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// The rows of everybody whose home is this organisation; what waits first, then the last used.
///
/// # Errors
///
/// When the database refuses.
pub async fn list_networks_of_people(db: &Reader, organisation: OrganisationId) -> Result<Vec<Entry>, StorageError> {
    let people = Query::select()
        .column("id")
        .from("accounts")
        .and_where(Expr::col("home_organisation_id").eq(organisation))
        .to_owned();
    let rows = rows::Entity::find()
        .filter(Column::Owner.in_subquery(people))
        .order_by_desc(Column::Status.eq(Status::Waiting))
        .order_by_desc(Column::LastSeenAt)
        .limit(MOST_LISTED)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// Everything that bears on the members of an organisation: their own rows, and those of all that they belong to.
///
/// # Errors
///
/// When the database refuses.
pub async fn list_networks_of_members(db: &Reader, organisation: OrganisationId) -> Result<Vec<Entry>, StorageError> {
    let members = Query::select()
        .column("account_id")
        .from("memberships")
        .and_where(Expr::col("organisation_id").eq(organisation))
        .to_owned();
    let theirs = Query::select()
        .column("organisation_id")
        .from("memberships")
        .and_where(Expr::col("account_id").in_subquery(members.clone()))
        .to_owned();
    let wanted = Condition::any().add(Column::Owner.in_subquery(members)).add(Column::Owner.in_subquery(theirs));
    let rows = rows::Entity::find().filter(wanted).all(db).await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

async fn add(db: &mut Writer, owner: Owner, seen: &Seen, status: Status, proof: How) -> Result<bool, StorageError> {
    let row = rows::ActiveModel {
        owner: Set(owner),
        network: Set(seen.network),
        status: Set(status),
        proof: Set(proof),
        decided_by: Set(None),
        user_agent: Set(seen.user_agent.clone()),
        first_seen_at: Set(seen.at),
        last_seen_at: Set(seen.at),
    };
    let nothing_new = OnConflict::columns([Column::Owner, Column::Network]).do_nothing().to_owned();
    Ok(rows::Entity::insert(row).on_conflict(nothing_new).exec_without_returning(db).await? == 1)
}

/// Writes down that somebody with the right password came from a network that nobody confirmed yet. Says whether that
/// is new.
///
/// # Errors
///
/// When the database refuses.
pub async fn note_network(db: &mut Writer, account: AccountId, seen: &Seen) -> Result<bool, StorageError> {
    let owner = Owner::Account(account);
    if add(db, owner, seen, Status::Waiting, How::None).await? {
        return Ok(true);
    }
    // A network that was forgotten for want of use waits again; a block stays one.
    rows::Entity::update_many()
        .col_expr(Column::Status, Expr::value(Status::Waiting))
        .col_expr(Column::UserAgent, Expr::value(seen.user_agent.clone()))
        .col_expr(Column::LastSeenAt, Expr::value(seen.at))
        .filter(Column::Owner.eq(owner))
        .filter(Column::Network.eq(seen.network))
        .filter(Column::Status.ne(Status::Blocked))
        // Not what somebody validated a moment ago.
        .filter(Column::Status.eq(Status::Waiting).or(Column::LastSeenAt.lte(seen.at.before(KEPT))))
        .exec(db)
        .await?;
    Ok(false)
}

/// Sign-ins may come from this network from now on. What was blocked stays so, unless `by` whom it is decided.
///
/// # Errors
///
/// When the database refuses.
pub async fn know_network(
    db: &mut Writer,
    owner: Owner,
    seen: &Seen,
    proof: How,
    by: Option<AccountId>,
) -> Result<(), StorageError> {
    if !add(db, owner, seen, Status::Known, proof).await? || by.is_some() {
        let mut change = rows::Entity::update_many()
            .col_expr(Column::Status, Expr::value(Status::Known))
            .col_expr(Column::Proof, Expr::value(proof))
            .col_expr(Column::DecidedBy, Expr::value(by))
            .col_expr(Column::LastSeenAt, Expr::value(seen.at))
            .filter(Column::Owner.eq(owner))
            .filter(Column::Network.eq(seen.network));
        if by.is_none() {
            change = change.filter(Column::Status.ne(Status::Blocked));
        }
        change.exec(db).await?;
    }
    Ok(())
}

/// Nothing may come from this network from now on.
///
/// # Errors
///
/// When the database refuses.
pub async fn block_network(
    db: &mut Writer,
    owner: Owner,
    network: Network,
    by: Option<AccountId>,
    now: Timestamp,
) -> Result<(), StorageError> {
    let seen = Seen { network, user_agent: None, at: now };
    add(db, owner, &seen, Status::Blocked, How::None).await?;
    rows::Entity::update_many()
        .col_expr(Column::Status, Expr::value(Status::Blocked))
        .col_expr(Column::DecidedBy, Expr::value(by))
        .filter(Column::Owner.eq(owner))
        .filter(Column::Network.eq(network))
        .exec(db)
        .await?;
    Ok(())
}

/// Takes a network off the ledger, if it still stands as whoever decides has seen it. Says no otherwise.
///
/// # Errors
///
/// When the database refuses.
pub async fn remove_network(
    db: &mut Writer,
    owner: Owner,
    network: Network,
    seen: Status,
) -> Result<bool, StorageError> {
    let done = rows::Entity::delete_many()
        .filter(Column::Owner.eq(owner))
        .filter(Column::Network.eq(network))
        .filter(Column::Status.eq(seen))
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Remembers that somebody signed in from a network that is known.
///
/// # Errors
///
/// When the database refuses.
pub async fn touch_network(db: &mut Writer, account: AccountId, seen: &Seen) -> Result<(), StorageError> {
    rows::Entity::update_many()
        .col_expr(Column::LastSeenAt, Expr::value(seen.at))
        .col_expr(Column::UserAgent, Expr::value(seen.user_agent.clone()))
        .filter(Column::Owner.eq(Owner::Account(account)))
        .filter(Column::Network.eq(seen.network))
        .filter(Column::Status.eq(Status::Known))
        .exec(db)
        .await?;
    Ok(())
}

/// Removes rows that nobody used since `before`, but blocks and offices, and says how many.
///
/// # Errors
///
/// When the database refuses.
pub async fn remove_old_networks(db: &mut Writer, before: Timestamp) -> Result<u64, StorageError> {
    let done = rows::Entity::delete_many()
        .filter(Column::LastSeenAt.lt(before))
        .filter(Column::Status.ne(Status::Blocked))
        .filter(Column::Owner.starts_with(AccountId::PREFIX))
        .exec(db)
        .await?;
    Ok(done.rows_affected)
}
