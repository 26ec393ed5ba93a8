//! The table `recovery_cases`. Every step is one conditional UPDATE: of two people who do it at once, one does.

use sea_orm::sea_query::{Expr, ExprTrait as _, Query};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, Condition, ConnectionTrait as _, EntityTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
};

use super::rules::{CASE_LIFETIME, Case, CaseState, LINK_LIFETIME};
use crate::domain::Timestamp;
use crate::domain::ids::{AccountId, RecoveryCaseId};
use crate::domain::secret::Fingerprint;
use crate::storage::{Json, Reader, StorageError, Writer, text_column};

text_column!(CaseState);

/// The most cases that a page lists.
const MOST_LISTED: u64 = 100;

mod rows {
    use sea_orm::entity::prelude::*;

    use super::super::rules::{CaseState, Check, Removes};
    use crate::domain::Timestamp;
    use crate::domain::ids::{AccountId, OrganisationId, RecoveryCaseId};
    use crate::domain::secret::Fingerprint;
    use crate::storage::Json;

    #[derive(Clone, Debug, DeriveEntityModel)]
    #[sea_orm(table_name = "recovery_cases")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(super) id: RecoveryCaseId,
        pub(super) account_id: AccountId,
        pub(super) organisation_id: OrganisationId,
        pub(super) state: CaseState,
        pub(super) removes: Json<Removes>,
        pub(super) reason: String,
        pub(super) checks: Json<Vec<Check>>,
        pub(super) own_check: Option<String>,
        pub(super) requested_by: Option<AccountId>,
        pub(super) decided_by: Option<AccountId>,
        pub(super) link: Option<Fingerprint>,
        pub(super) created_at: Timestamp,
        pub(super) expires_at: Timestamp,
        pub(super) effective_at: Option<Timestamp>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

use rows::Column;

impl From<rows::Model> for Case {
    fn from(row: rows::Model) -> Self {
        Self {
            id: row.id,
            account: row.account_id,
            organisation: row.organisation_id,
            state: row.state,
            removes: row.removes.0,
            reason: row.reason,
            checks: row.checks.0,
            own_check: row.own_check,
            requested_by: row.requested_by,
            decided_by: row.decided_by,
            created_at: row.created_at,
            expires_at: row.expires_at,
            effective_at: row.effective_at,
        }
    }
}

/// Keeps a case that was just opened; `link` where its link is handed out at once.
pub(super) async fn add_case(db: &mut Writer, new: &Case, link: Option<Fingerprint>) -> Result<(), StorageError> {
    rows::Entity::insert(rows::ActiveModel {
        id: Set(new.id),
        account_id: Set(new.account),
        organisation_id: Set(new.organisation),
        state: Set(new.state),
        removes: Set(Json(new.removes)),
        reason: Set(new.reason.clone()),
        checks: Set(Json(new.checks.clone())),
        own_check: Set(None),
        requested_by: Set(new.requested_by),
        decided_by: Set(None),
        link: Set(link),
        created_at: Set(new.created_at),
        expires_at: Set(new.expires_at),
        effective_at: Set(None),
    })
    .exec_without_returning(db)
    .await?;
    Ok(())
}

fn open(now: Timestamp) -> Condition {
    let moves = [CaseState::Asked, CaseState::Waiting, CaseState::Approved, CaseState::LinkSent];
    Condition::all().add(Column::State.is_in(moves)).add(Column::ExpiresAt.gt(now))
}

/// One case.
pub(super) async fn find_case(db: &Reader, id: RecoveryCaseId) -> Result<Option<Case>, StorageError> {
    Ok(rows::Entity::find_by_id(id).one(db).await?.map(Into::into))
}

/// The case of an account that something may still come of.
pub(super) async fn find_open_case(
    db: &Reader,
    account: AccountId,
    now: Timestamp,
) -> Result<Option<Case>, StorageError> {
    let query = rows::Entity::find().filter(Column::AccountId.eq(account)).filter(open(now));
    Ok(query.one(db).await?.map(Into::into))
}

/// The case whose link has this secret.
pub(super) async fn find_case_by_link(db: &Reader, secret: &str) -> Result<Option<Case>, StorageError> {
    let row = rows::Entity::find().filter(Column::Link.eq(Fingerprint::of(secret))).one(db).await?;
    Ok(row.map(Into::into))
}

/// The cases since `since`, the latest first.
pub(super) async fn list_cases(db: &Reader, since: Timestamp) -> Result<Vec<Case>, StorageError> {
    let rows = rows::Entity::find()
        .filter(Column::CreatedAt.gt(since))
        .order_by_desc(Column::Id)
        .limit(MOST_LISTED)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// Somebody checked what the person asked for, and asks for a second signature. Says no when somebody else did, or it is
/// over.
pub(super) async fn take_case(db: &mut Writer, case: &Case, now: Timestamp) -> Result<bool, StorageError> {
    let done = rows::Entity::update_many()
        .col_expr(Column::State, Expr::value(CaseState::Waiting))
        .col_expr(Column::Removes, Expr::value(Json(case.removes)))
        .col_expr(Column::Reason, Expr::value(case.reason.clone()))
        .col_expr(Column::Checks, Expr::value(Json(case.checks.clone())))
        .col_expr(Column::RequestedBy, Expr::value(case.requested_by))
        .col_expr(Column::ExpiresAt, Expr::value(now.after(CASE_LIFETIME)))
        .filter(Column::Id.eq(case.id))
        .filter(Column::State.eq(CaseState::Asked))
        .filter(Column::ExpiresAt.gt(now))
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}

/// A second person signs, or says no. Says no when it waits for no signature (any more), or not for theirs.
pub(super) async fn decide_case(
    db: &mut Writer,
    id: RecoveryCaseId,
    (by, own_check): (AccountId, &str),
    effective_at: Option<Timestamp>,
    now: Timestamp,
) -> Result<bool, StorageError> {
    let state = if effective_at.is_some() { CaseState::Approved } else { CaseState::Rejected };
    // Once approved it waits for the link to leave, and not for ever.
    let expires_at = effective_at.unwrap_or(now).after(CASE_LIFETIME);
    let done = rows::Entity::update_many()
        .col_expr(Column::State, Expr::value(state))
        .col_expr(Column::DecidedBy, Expr::value(by))
        .col_expr(Column::OwnCheck, Expr::value(own_check))
        .col_expr(Column::EffectiveAt, Expr::value(effective_at))
        .col_expr(Column::ExpiresAt, Expr::value(expires_at))
        .filter(Column::Id.eq(id))
        .filter(Column::State.eq(CaseState::Waiting))
        .filter(Column::ExpiresAt.gt(now))
        .filter(Column::RequestedBy.ne(by))
        .filter(Column::AccountId.ne(by))
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Ends it as `state`, however far it has come. Says no when nothing may come of it any more.
pub(super) async fn end_case(
    db: &mut Writer,
    id: RecoveryCaseId,
    state: CaseState,
    now: Timestamp,
) -> Result<bool, StorageError> {
    let done = rows::Entity::update_many()
        .col_expr(Column::State, Expr::value(state))
        .filter(Column::Id.eq(id))
        .filter(open(now))
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}

/// The cases whose time to be stopped is over.
pub(super) async fn list_due_cases(db: &Reader, now: Timestamp) -> Result<Vec<Case>, StorageError> {
    let rows = rows::Entity::find()
        .filter(Column::State.eq(CaseState::Approved))
        .filter(Column::EffectiveAt.lte(now))
        .filter(Column::ExpiresAt.gt(now))
        .limit(MOST_LISTED)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// The link leaves. Says no when it was stopped, or another node sent it.
pub(super) async fn send_link(
    db: &mut Writer,
    id: RecoveryCaseId,
    link: Fingerprint,
    now: Timestamp,
) -> Result<bool, StorageError> {
    let done = rows::Entity::update_many()
        .col_expr(Column::State, Expr::value(CaseState::LinkSent))
        .col_expr(Column::Link, Expr::value(link))
        .col_expr(Column::ExpiresAt, Expr::value(now.after(LINK_LIFETIME)))
        .filter(Column::Id.eq(id))
        .filter(Column::State.eq(CaseState::Approved))
        .filter(Column::EffectiveAt.lte(now))
        .filter(Column::ExpiresAt.gt(now))
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}

/// The link is used. Says no when it was before, or is too old, or it was stopped.
pub(super) async fn use_case(db: &mut Writer, id: RecoveryCaseId, now: Timestamp) -> Result<bool, StorageError> {
    let done = rows::Entity::update_many()
        .col_expr(Column::State, Expr::value(CaseState::Used))
        .filter(Column::Id.eq(id))
        .filter(Column::State.eq(CaseState::LinkSent))
        .filter(Column::ExpiresAt.gt(now))
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Removes cases that ended before `before`, and says how many.
///
/// # Errors
///
/// When the database refuses.
pub async fn remove_old_cases(db: &mut Writer, before: Timestamp) -> Result<u64, StorageError> {
    Ok(rows::Entity::delete_many().filter(Column::ExpiresAt.lt(before)).exec(db).await?.rows_affected)
}

/// Since when somebody may do something for the whole instance, and who let them, where that is known.
pub(super) async fn instance_role_given(
    db: &Reader,
    account: AccountId,
) -> Result<(Option<Timestamp>, Option<AccountId>), StorageError> {
    let query = Query::select()
        .columns(["instance_role_since", "instance_role_by"])
        .from("accounts")
        .and_where(Expr::col("id").eq(account))
        .to_owned();
    let Some(row) = db.query_one(&query).await? else { return Ok((None, None)) };
    Ok((row.try_get("", "instance_role_since")?, row.try_get("", "instance_role_by")?))
}
